import { PluginContextProvider, PluginType, type AppPlugin, type AppPluginMeta } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useEffect, useState } from 'react';
import { Router, type Navigator } from 'react-router';

import { APP_ID, type PluginFile } from './runtime';
import { loadModule } from './shared';

const BASE = `/a/${APP_ID}`;

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
  const Root = plugin.root;
  if (!Root) {
    return <p>The app has no pages.</p>;
  }
  const query = Object.fromEntries(new URLSearchParams(location.search));
  return (
    <Router location={location} navigator={locationService.getHistory() as unknown as Navigator}>
      <PluginContextProvider meta={meta}>
        <main>
          <Root meta={meta} basename={BASE} path={location.pathname} query={query} onNavChanged={() => undefined} />
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
  const meta: AppPluginMeta = { ...json, type: PluginType.app, module: `${file.base}/module.js`, baseUrl: file.base, enabled: true, jsonData: {} };
  plugin.meta = meta;
  plugin.init?.(meta);
  return { plugin, meta };
}
