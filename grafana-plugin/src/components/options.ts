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
    });
}
