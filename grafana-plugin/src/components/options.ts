import type { PanelOptionsEditorBuilder } from '@grafana/data';

import { defaultIncidentOptions, type IncidentOptions } from './status';

/** The options that every panel of one incident has. */
export function addIncidentOptions<T extends IncidentOptions>(builder: PanelOptionsEditorBuilder<T>): PanelOptionsEditorBuilder<T> {
  return builder
    .addTextInput({
      path: 'incident',
      name: 'Incident',
      description: 'Id of an incident or a variable; empty: the open one that costs most of the error budget.',
      defaultValue: defaultIncidentOptions.incident,
      category: ['Incident'],
    })
    .addBooleanSwitch({
      path: 'showResolved',
      name: 'Show the last resolved incident',
      description: 'While none is open.',
      defaultValue: defaultIncidentOptions.showResolved,
      category: ['Incident'],
    })
    .addTextInput({
      path: 'incidentUrl',
      name: 'Link to the incident',
      description:
        'Where the name of the SLO leads: by default the page of the app. ${incident} and ${__url_time_range} can be used, and variables; for the dashboard /d/rca-incident?var-incident=${incident}. Empty: no link.',
      defaultValue: defaultIncidentOptions.incidentUrl,
      category: ['Incident'],
    });
}
