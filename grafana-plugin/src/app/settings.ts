import { createContext, useContext } from 'react';

import pluginJson from '../plugin.json';

export const PLUGIN_ID: string = pluginJson.id;
export const BASE_PATH = `/a/${PLUGIN_ID}`;
export const CONFIGURATION_PATH = `/plugins/${PLUGIN_ID}`;

/** What the configuration page saves; readable by every viewer, so nothing secret. */
export interface AppSettings {
  /** uid of a data source that speaks PromQL; empty: the default one. */
  dataSource?: string;
  /** Where the Grafana server reaches rca_exporter; empty: pages work from series alone. */
  exporterUrl?: string;
  /** Whose password is stored; only shown. */
  exporterUser?: string;
}

/** Stored encrypted; the proxy route of plugin.json sends it. */
export interface AppSecrets {
  /** base64 of user:password. */
  basicAuth?: string;
}

const SettingsContext = createContext<AppSettings>({});
export const SettingsProvider = SettingsContext.Provider;
export const useSettings = (): AppSettings => useContext(SettingsContext);

export const incidentPath = (id: string): string => `${BASE_PATH}/incidents/${encodeURIComponent(id)}`;
