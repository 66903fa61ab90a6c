import type { PanelOptionsEditorBuilder } from '@grafana/data';

import { addIncidentOptions, defaultIncidentOptions, type IncidentOptions } from '../../components';
import { CONSENSUS } from '../../data';

export interface RankingOptions extends IncidentOptions {
  /** The method whose ranking is shown. */
  method: string;
  /** Entities shown; what is beyond is counted. */
  limit: number;
  showEvidence: boolean;
}

export const defaults: RankingOptions = { ...defaultIncidentOptions, method: CONSENSUS, limit: 10, showEvidence: true };

export function buildOptions(builder: PanelOptionsEditorBuilder<RankingOptions>): void {
  addIncidentOptions(builder)
    .addTextInput({
      path: 'method',
      name: 'Method',
      description: '"consensus" is the answer, with calibrated probabilities; of other methods shares of their scores are shown.',
      defaultValue: defaults.method,
      category: ['Ranking'],
    })
    .addNumberInput({
      path: 'limit',
      name: 'Entities',
      description: 'How many are listed.',
      defaultValue: defaults.limit,
      settings: { min: 1, max: 200, integer: true },
      category: ['Ranking'],
    })
    .addBooleanSwitch({
      path: 'showEvidence',
      name: 'Evidence',
      description: 'The signal that speaks most for the entity, with its anomaly score over the time range.',
      defaultValue: defaults.showEvidence,
      category: ['Ranking'],
    });
}
