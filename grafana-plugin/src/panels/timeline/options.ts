import type { PanelOptionsEditorBuilder } from '@grafana/data';

import { addIncidentOptions, defaultIncidentOptions, type IncidentOptions } from '../../components';

export interface TimelineOptions extends IncidentOptions {
  showChanges: boolean;
}

export const defaults: TimelineOptions = { ...defaultIncidentOptions, showChanges: true };

export function buildOptions(builder: PanelOptionsEditorBuilder<TimelineOptions>): void {
  addIncidentOptions(builder).addBooleanSwitch({
    path: 'showChanges',
    name: 'Changes',
    description: 'Deployments and other changes from an hour before the onset on.',
    defaultValue: defaults.showChanges,
    category: ['Timeline'],
  });
}
