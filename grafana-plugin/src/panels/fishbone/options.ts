import type { PanelOptionsEditorBuilder } from '@grafana/data';

import { addIncidentOptions, defaultIncidentOptions, type IncidentOptions } from '../../components';

export interface FishboneOptions extends IncidentOptions {
  bonesPerBranch: number;
  linesPerBone: number;
  /** The five whys under the cause that the diagnosis names. */
  showWhys: boolean;
  /** Telemetry that is missing. */
  showGaps: boolean;
}

export const defaults: FishboneOptions = {
  ...defaultIncidentOptions,
  bonesPerBranch: 4,
  linesPerBone: 3,
  showWhys: true,
  showGaps: true,
};

export function buildOptions(builder: PanelOptionsEditorBuilder<FishboneOptions>): void {
  addIncidentOptions(builder)
    .addBooleanSwitch({
      path: 'showWhys',
      name: 'Whys',
      description: 'Under the cause that the diagnosis names: what the five whys say led to it.',
      defaultValue: defaults.showWhys,
      category: ['Fishbone'],
    })
    .addBooleanSwitch({
      path: 'showGaps',
      name: 'Missing telemetry',
      description: 'What is not observed, on the branches Process and People.',
      defaultValue: defaults.showGaps,
      category: ['Fishbone'],
    })
    .addSliderInput({
      path: 'bonesPerBranch',
      name: 'Causes on a branch',
      description: 'What is beyond is counted, and is in the list and the export.',
      defaultValue: defaults.bonesPerBranch,
      settings: { min: 1, max: 20, step: 1 },
      category: ['Fishbone'],
    })
    .addSliderInput({
      path: 'linesPerBone',
      name: 'Lines of a text',
      description: 'Longer texts end in an ellipsis; the tooltip has all of it.',
      defaultValue: defaults.linesPerBone,
      settings: { min: 1, max: 8, step: 1 },
      category: ['Fishbone'],
    });
}
