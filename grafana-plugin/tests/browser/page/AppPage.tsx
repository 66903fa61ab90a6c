import { PluginContextProvider, PluginType, type AppPlugin, type AppPluginMeta } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useEffect, useState } from 'react';
import { Route, Router, Routes, type Navigator } from 'react-router';

import { APP_ID, type PluginFile } from './runtime';
import { loadModule } from './shared';

export const BASE = `/a/${APP_ID}`;

interface Loaded {
  plugin: AppPlugin;
  meta: AppPluginMeta;
}

/** A page of the app, as Grafana mounts it at /a/ID. */
export function AppPage({ path, plugins }: { path: string; plugins: readonly PluginFile[] }) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [location, setLocation] = useState(locationService.getLocation());
  useEffect(() => {
    const stop = locationService.getHistory().listen((next: typeof location) => setLocation(next));
    locationService.replace(`${BASE}${path}`);
    void load(plugins).then(setLoaded);
    return stop;
  }, [path, plugins]);
  if (!loaded || !location.pathname.startsWith(BASE)) {
    return <div data-testid="page-pending" />;
  }
  const { plugin, meta } = loaded;
  // Grafana shows these under /plugins/ID; here they have a path of their own.
  const configuration = plugin.configPages?.find(({ id }) => location.pathname === `${BASE}/plugin/${id}`);
  if (configuration) {
    const { body: Configuration } = configuration;
    return (
      <main>
        <Configuration plugin={plugin} query={{}} />
      </main>
    );
  }
  const Root = plugin.root;
  if (!Root) {
    return <p>The app has no pages.</p>;
  }
  const query = Object.fromEntries(new URLSearchParams(location.search));
  return (
    <Router location={location} navigator={locationService.getHistory() as unknown as Navigator}>
      <PluginContextProvider meta={meta}>
        <main>
          <Routes>
            <Route
              path={`${BASE}/*`}
              element={<Root meta={meta} basename={BASE} path={location.pathname} query={query} onNavChanged={() => undefined} />}
            />
          </Routes>
        </main>
      </PluginContextProvider>
    </Router>
  );
}

async function load(plugins: readonly PluginFile[]): Promise<Loaded> {
  const file = plugins.find(({ id }) => id === APP_ID);
  if (!file) {
    throw new Error(`there is no plugin ${APP_ID} in dist/`);
  }
  const { plugin } = await loadModule<{ plugin: AppPlugin }>(`${file.base}/module.js`);
  const json = await (await fetch(`${file.base}/plugin.json`)).json();
  const settings = await (await fetch(`/api/plugins/${APP_ID}/settings`)).json();
  const meta: AppPluginMeta = { ...json, ...settings, type: PluginType.app, module: `${file.base}/module.js`, baseUrl: file.base };
  plugin.meta = meta;
  plugin.init?.(meta);
  return { plugin, meta };
}
