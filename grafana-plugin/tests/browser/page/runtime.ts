// What Grafana's own frontend does at its start, as far as panels, pages and scenes need it.
import {
  createTheme,
  DataSourceApi,
  EventBusSrv,
  FieldConfigProperty,
  LoadingState,
  standardFieldConfigEditorRegistry,
  ThresholdsMode,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type FieldConfigPropertyItem,
  type GrafanaTheme2,
  type PanelData,
  type PanelPlugin,
  type ScopedVars,
} from '@grafana/data';
import {
  config,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
  type DataSourceSrv,
} from '@grafana/runtime';
import { catchError, from, isObservable, map, of, startWith, type Observable } from 'rxjs';

import { backend } from './backend';
import { BadInputDataSource } from './badInput';
import { prepareEditors } from './editors';
import { PrometheusDataSource, settings } from './prometheus';
import { loadModule } from './shared';

export const APP_ID = 'rcaexporter-rca-app';

export interface PluginFile {
  id: string;
  type: string;
  name: string;
  /** URL of the folder that holds plugin.json and module.js. */
  base: string;
}

export function prepareRuntime(mode: 'light' | 'dark', plugins: readonly PluginFile[]): GrafanaTheme2 {
  const theme = createTheme({ colors: { mode } });
  config.theme2 = theme;
  config.bootData.user.lightTheme = mode === 'light';
  document.body.classList.add(`theme-${mode}`);
  document.body.style.background = theme.colors.background.canvas;
  document.body.style.colorScheme = mode;
  setAppEvents(new EventBusSrv());
  setBackendSrv(backend);
  prepareRegistries();
  prepareDataSources();
  setTemplateSrv({
    replace: (target = '', scoped) => replaceScoped(target, scoped),
    getVariables: () => [],
    containsTemplate: () => false,
    updateTimeRange: () => undefined,
  });
  setRunRequest((dataSource, request) => runRequest(dataSource, request));
  preparePanels(plugins);
  return theme;
}

const replaceScoped = (target: string, scoped: ScopedVars = {}): string =>
  target.replace(/\$\{?(\w+)\}?/g, (all, name: string) => (scoped[name] ? String(scoped[name].value) : all));

function prepareDataSources(): void {
  const all: DataSourceApi[] = [new PrometheusDataSource(), new BadInputDataSource()];
  const find = (ref: unknown): DataSourceApi => {
    const wanted = typeof ref === 'string' ? ref : ((ref as { uid?: string } | null)?.uid ?? settings.uid);
    return all.find(({ uid, name }) => uid === wanted || name === wanted) ?? all[0]!;
  };
  const service: DataSourceSrv = {
    get: async (ref) => find(ref),
    getList: () => [settings],
    getInstanceSettings: (ref) => {
      const { uid, name } = find(ref);
      return { ...settings, uid, name } as DataSourceInstanceSettings;
    },
    reload: async () => undefined,
    registerRuntimeDataSource: () => undefined,
  };
  setDataSourceSrv(service);
}

function runRequest(dataSource: DataSourceApi, request: DataQueryRequest): Observable<PanelData> {
  const panelData = (response: DataQueryResponse, state: LoadingState): PanelData => ({
    series: response.data,
    errors: response.errors,
    state: response.state ?? state,
    timeRange: request.range,
    request,
  });
  const answer = dataSource.query(request);
  const responses = isObservable(answer) ? answer : from(answer);
  return responses.pipe(
    map((response) => panelData(response, LoadingState.Done)),
    catchError((error: unknown) => of(panelData({ data: [], errors: [{ message: String(error) }] }, LoadingState.Error))),
    startWith(panelData({ data: [] }, LoadingState.Loading)),
  );
}

function preparePanels(plugins: readonly PluginFile[]): void {
  const cache = new Map<string, PanelPlugin>();
  setPluginImportUtils({
    importPanelPlugin: async (id) => {
      const cached = cache.get(id);
      if (cached) {
        return cached;
      }
      const file = plugins.find((plugin) => plugin.id === id);
      if (!file) {
        throw new Error(`there is no plugin ${id} in dist/`);
      }
      const { plugin } = await loadModule<{ plugin: PanelPlugin }>(`${file.base}/module.js`);
      plugin.meta = await (await fetch(`${file.base}/plugin.json`)).json();
      cache.set(id, plugin);
      return plugin;
    },
    getPanelPluginFromCache: (id) => cache.get(id),
  });
}

/** The editors themselves are part of Grafana's dashboards; panels only need to find them registered. */
function prepareRegistries(): void {
  prepareEditors([
    ...['text', 'number', 'slider', 'boolean', 'select', 'multi-select', 'radio', 'color', 'unit', 'strings'],
    ...['timezone', 'field-name', 'dashboard-uid', 'mappings', 'thresholds', 'links', 'actions', 'fieldColor', 'stats-picker'],
  ]);
  const defaults: Record<string, unknown> = {
    thresholds: { mode: ThresholdsMode.Absolute, steps: [{ value: -Infinity, color: 'green' }] },
    mappings: [],
    links: [],
  };
  standardFieldConfigEditorRegistry.setInit(() =>
    Object.values(FieldConfigProperty).map(
      (id): FieldConfigPropertyItem => ({
        id,
        path: id,
        name: id,
        editor: () => null,
        override: () => null as never,
        process: (value) => value,
        shouldApply: () => true,
        settings: {},
        defaultValue: defaults[id],
        getItemsCount: () => 0,
      }),
    ),
  );
}
