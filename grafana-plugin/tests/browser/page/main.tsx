// The page: panels in scenes, with the modules of dist/ loaded as Grafana loads them. Parameters:
//   view    one view of views.ts; without it all panels, as on a dashboard
//   bad     one of the bad inputs instead of Prometheus
//   theme   light or dark
//   width   of the view in px; without it all there is
//   from, to, incident   the time range and what $incident is in paths of pages
import { ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';

import { views, type BadInput } from '../views';

import { BAD_INPUT_NOW } from './badInput';
import { Overview } from './Overview';
import { AppPage } from './AppPage';
import { panelScene } from './scenes';
import { APP_ID, prepareRuntime, type PluginFile } from './runtime';
import { prepareLoader } from './shared';

const parameters = new URLSearchParams(window.location.search);
const theme = parameters.get('theme') === 'light' ? 'light' : 'dark';
const from = parameters.get('from') ?? 'now-15m';
const to = parameters.get('to') ?? 'now';

async function start(): Promise<void> {
  await prepareLoader();
  await initPluginTranslations(APP_ID);
  const plugins = (await (await fetch('/api/plugins')).json()) as PluginFile[];
  const grafanaTheme = prepareRuntime(theme, plugins);
  createRoot(document.getElementById('root')!).render(
    <ThemeContext.Provider value={grafanaTheme}>
      <GlobalStyles />
      {content(plugins)}
      <PortalContainer />
    </ThemeContext.Provider>,
  );
}

function content(plugins: readonly PluginFile[]) {
  const name = parameters.get('view');
  if (name === null) {
    return (
      <MemoryRouter>
        <Overview plugins={plugins} theme={theme} from={from} to={to} />
      </MemoryRouter>
    );
  }
  const view = views.find((one) => one.name === name);
  if (!view) {
    return <p>There is no view {name}.</p>;
  }
  const width = parameters.get('width');
  const size = { height: view.height, width: width === null ? '100%' : Number(width) };
  if (view.kind === 'page') {
    const path = view.path.replace('$incident', parameters.get('incident') ?? '');
    return (
      <div id="view" style={{ ...size, height: 'auto', minHeight: view.height }}>
        <AppPage path={path} plugins={plugins} />
      </div>
    );
  }
  const bad = parameters.get('bad') as BadInput | null;
  const range = bad ? { from: new Date(BAD_INPUT_NOW - 900_000).toISOString(), to: new Date(BAD_INPUT_NOW).toISOString() } : { from, to };
  const scene = panelScene(view, range, bad ?? undefined);
  return (
    <MemoryRouter>
      <div id="view" style={size}>
        <scene.Component model={scene} />
      </div>
    </MemoryRouter>
  );
}

start().catch((error: unknown) => {
  document.body.append(`The page could not start: ${String(error)}`);
  console.error(error);
});
