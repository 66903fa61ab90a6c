import type { PanelOptionsEditorBuilder } from '@grafana/data';

import { addIncidentOptions, defaultIncidentOptions, type IncidentOptions } from '../../components';

import type { Direction } from './layout';
import type { Focus } from './reduce';

export interface PropagationOptions extends IncidentOptions {
  focus: Focus;
  direction: 'auto' | Direction;
  /** Entities that play the same part are drawn as one from this many on; 0: never. */
  groupFrom: number;
  mostEntities: number;
  showWeights: boolean;
  showLegend: boolean;
}

export const defaults: PropagationOptions = {
  ...defaultIncidentOptions,
  focus: 'neighbours',
  direction: 'auto',
  groupFrom: 5,
  mostEntities: 250,
  showWeights: true,
  showLegend: true,
};

const category = ['Graph'];

export function buildOptions(builder: PanelOptionsEditorBuilder<PropagationOptions>): void {
  addIncidentOptions(builder)
    .addRadio({
      path: 'focus',
      name: 'Show',
      description:
        'Of the call graph, which is drawn when a query gives series with the labels client and server (traces_service_graph_request_total) or the like.',
      defaultValue: defaults.focus,
      settings: {
        options: [
          { value: 'path', label: 'Path' },
          { value: 'neighbours', label: 'With neighbours' },
          { value: 'all', label: 'All' },
        ],
      },
      category,
    })
    .addRadio({
      path: 'direction',
      name: 'Direction',
      description: 'In which the fault travels on the screen.',
      defaultValue: defaults.direction,
      settings: {
        options: [
          { value: 'auto', label: 'Auto' },
          { value: 'LR', label: 'To the right' },
          { value: 'TB', label: 'Down' },
        ],
      },
      category,
    })
    .addSliderInput({
      path: 'groupFrom',
      name: 'Group from',
      description: 'So many entities with like names, roles and neighbours are drawn as one, root causes never; 0: no groups.',
      defaultValue: defaults.groupFrom,
      settings: { min: 0, max: 50, step: 1 },
      category,
    })
    .addNumberInput({
      path: 'mostEntities',
      name: 'Most entities',
      description: 'Those nearest to the path are drawn, others are counted.',
      defaultValue: defaults.mostEntities,
      settings: { min: 2, max: 500, integer: true },
      category,
    })
    .addBooleanSwitch({
      path: 'showWeights',
      name: 'Weights',
      description: 'The figure on each edge: how strongly the fault travelled, 0 to 1.',
      defaultValue: defaults.showWeights,
      category,
    })
    .addBooleanSwitch({ path: 'showLegend', name: 'Legend', defaultValue: defaults.showLegend, category });
}
