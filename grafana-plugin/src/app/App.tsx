import type { AppRootProps } from '@grafana/data';
import { Route, Routes } from 'react-router-dom';

import { IncidentPage } from './IncidentPage';
import { IncidentsPage } from './IncidentsPage';
import { SettingsProvider, type AppSettings } from './settings';

/** The pages under /a/rcaexporter-rca-app. */
export function App({ meta }: AppRootProps<AppSettings>) {
  return (
    <SettingsProvider value={meta.jsonData ?? {}}>
      <Routes>
        <Route path="incidents/:id" element={<IncidentPage />} />
        <Route path="*" element={<IncidentsPage />} />
      </Routes>
    </SettingsProvider>
  );
}
