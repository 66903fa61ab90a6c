import type { PanelOptionsEditorBuilder } from '@grafana/data';

import { addIncidentOptions, defaultIncidentOptions, type IncidentOptions } from '../../components';

export interface WhysOptions extends IncidentOptions {
  /** Across needs room for columns of text; auto takes it where there is. */
  direction: 'auto' | 'down' | 'across';
  showConfidence: boolean;
  /** What the chain comes down to: entity and fault class. */
  showAnswer: boolean;
}

export const defaults: WhysOptions = {
  ...defaultIncidentOptions,
  direction: 'auto',
  showConfidence: true,
  showAnswer: true,
};

export function buildOptions(builder: PanelOptionsEditorBuilder<WhysOptions>): void {
  addIncidentOptions(builder)
    .addRadio({
      path: 'direction',
      name: 'Direction',
      description: 'Auto: across where the panel is wide and low.',
      defaultValue: defaults.direction,
      settings: {
        options: [
          { value: 'auto', label: 'Auto' },
          { value: 'down', label: 'Down' },
          { value: 'across', label: 'Across' },
        ],
      },
      category: ['Five whys'],
    })
    .addBooleanSwitch({
      path: 'showConfidence',
      name: 'Confidence',
      description: 'How sure each step is.',
      defaultValue: defaults.showConfidence,
      category: ['Five whys'],
    })
    .addBooleanSwitch({
      path: 'showAnswer',
      name: 'Root cause',
      description: 'Under the deepest cause: the entity and the fault class that the diagnosis names.',
      defaultValue: defaults.showAnswer,
      category: ['Five whys'],
    });
}
