// The page: panels in scenes, with the modules of dist/ loaded as Grafana loads them. Parameters:
//   view    one view of views.ts; without it all panels, as on a dashboard
//   hold    waits for window.showView(parameters), which draws one view after another without a reload
//   bad     one of the bad inputs instead of Prometheus
//   options beside a panel, the editors of its options
//   theme   light or dark
//   width   of the view in px; without it all there is
//   from, to             the time range
//   incident, resolved   what $incident is in paths of pages, and $resolved in views
import { ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { Fragment } from 'react';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';

import { views, type BadInput } from '../views';

import { AppPage, BASE } from './AppPage';
import { badInputRange } from './badInput';
import { OptionsPane } from './editors';
import { Overview } from './Overview';
import { APP_ID, prepareRuntime, type PluginFile } from './runtime';
import { panelScene, vizPanel } from './scenes';
import { prepareLoader } from './shared';

async function start(): Promise<void> {
  const parameters = new URLSearchParams(window.location.search);
  const theme = parameters.get('theme') === 'light' ? 'light' : 'dark';
  await prepareLoader();
  await initPluginTranslations(APP_ID);
  const plugins = (await (await fetch('/api/plugins')).json()) as PluginFile[];
  const grafanaTheme = prepareRuntime(theme, plugins);
  const root = createRoot(document.getElementById('root')!);
  let shown = 0;
  const show = (wanted: URLSearchParams) =>
    root.render(
      <ThemeContext.Provider value={grafanaTheme}>
        <GlobalStyles />
        {/* Another key: nothing of the view before stays. */}
        <Fragment key={shown++}>{content(wanted, theme, plugins)}</Fragment>
        <PortalContainer />
      </ThemeContext.Provider>,
    );
  window.showView = (search) => show(new URLSearchParams(search));
  if (!parameters.has('hold')) {
    show(parameters);
  }
}

function content(parameters: URLSearchParams, theme: 'light' | 'dark', plugins: readonly PluginFile[]) {
  const range = { from: parameters.get('from') ?? 'now-15m', to: parameters.get('to') ?? 'now' };
  const name = parameters.get('view');
  const { pathname, search } = window.location;
  if (name === null && pathname.startsWith(BASE)) {
    // A page of the app was loaded anew.
    return (
      <div id="view">
        <AppPage path={pathname.slice(BASE.length) + search} plugins={plugins} />
      </div>
    );
  }
  if (name === null) {
    return (
      <MemoryRouter>
        <Overview theme={theme} {...range} />
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
  const filled = JSON.parse(JSON.stringify(view).replaceAll('$resolved', parameters.get('resolved') ?? '')) as typeof view;
  const panel = vizPanel(filled, bad ?? undefined);
  const scene = panelScene(panel, bad ? badInputRange : range);
  return (
    <MemoryRouter>
      <div id="view" style={size}>
        <scene.Component model={scene} />
      </div>
      {parameters.has('options') && <OptionsPane panel={panel} />}
    </MemoryRouter>
  );
}

start().catch((error: unknown) => {
  document.body.append(`The page could not start: ${String(error)}`);
  console.error(error);
});
