// The overview for the engineer on call, top to bottom in the order of the questions: is something broken, who did it,
// how do users feel it, which signals moved, what does the stack itself say, did somebody change something, and can the
// analysis be trusted.
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';

import { incidents, rootCause } from './answer.js';
import { exporterLink, newBoard } from './board.js';
import { withSections } from './panels.js';
import { changes, exporterHealth, signals, stackEvidence, symptom } from './signals.js';
import { exporterUrl, one, several } from './variables.js';

export function overview(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'rca-overview',
    title: 'Root causes of LLM inference incidents',
    description: 'What failed, where, and why: incidents and root causes found by rca_exporter, beside the signals that show them.',
    tags: ['llm', 'inference', 'slo'],
    from: 'now-30m',
    refresh: '10s',
    page: 'runbooks/',
    incidents: 'slo=~"$slo"',
  })
    .link(exporterLink())
    .withVariable(several('slo', 'SLO', 'label_values(rca_incident_active, slo)'))
    .withVariable(
      several('incidents', 'Incident', 'label_values(rca_incident_info{slo=~"$slo"}, incident)').sort(
        VariableSort.AlphabeticalDesc,
      ),
    )
    .withVariable(
      one('method', 'Method', 'label_values(rca_root_cause_rank, method)').current({
        selected: true,
        text: 'consensus',
        value: 'consensus',
      }),
    )
    .withVariable(several('entities', 'Entity', 'label_values(rca_anomaly_score, entity)'))
    .withVariable(one('peer_signal', 'Signal of the peers', 'label_values(rca_peer_deviation, signal)'))
    .withVariable(exporterUrl());

  return withSections(board, [
    { title: 'Incidents', panels: incidents() },
    { title: 'Root cause', panels: rootCause() },
    { title: 'What users feel', panels: symptom() },
    { title: 'Which signals moved', panels: signals() },
    { title: 'What the stack says', panels: stackEvidence() },
    { title: 'Changes', panels: changes() },
    { title: 'Health of the analysis', panels: exporterHealth() },
  ]);
}
