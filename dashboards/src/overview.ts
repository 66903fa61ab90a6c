// The overview for the engineer on call, top to bottom in the order of the questions: is something broken, who did it,
// how do users feel it, which signals moved, what does the stack itself say, did somebody change something, and can the
// analysis be trusted.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { incidents, rootCause } from './answer';
import { docsBaseUrl } from './links';
import { datasource, withSections } from './panels';
import { changes, exporterHealth, signals, stackEvidence, symptom } from './signals';

const link = (title: string, url: string, tooltip: string): dashboard.DashboardLinkBuilder =>
  new dashboard.DashboardLinkBuilder(title)
    .type(dashboard.DashboardLinkType.Link)
    .url(url)
    .icon('external link')
    .tooltip(tooltip)
    .targetBlank(true);

const labelValues = (name: string, label: string, query: string): dashboard.QueryVariableBuilder =>
  new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: `variable-${name}` })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);

const all = { selected: true, text: 'All', value: '$__all' };

const multi = (name: string, label: string, query: string): dashboard.QueryVariableBuilder =>
  labelValues(name, label, query).multi(true).includeAll(true).allValue('.*').current(all);

function annotation(name: string, series: string, color: string, text: string): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(`${series}{slo=~"$slo"} * 1000 > 0`)
    .step('60s')
    .useValueForTime(true)
    .titleFormat(`${text}: {{slo}}`)
    .textFormat('{{incident}}')
    .tagKeys('slo');
}

export function overview(): dashboard.Dashboard {
  const board = new dashboard.DashboardBuilder('Root causes of LLM inference incidents')
    .uid('rca-overview')
    .description('What failed, where, and why: incidents and root causes found by rca_exporter, beside the signals that show them.')
    .tags(['rca', 'llm', 'inference', 'slo'])
    .editable()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-30m', to: 'now' })
    .refresh('10s')
    .timezone('browser')
    .link(link('Runbooks', `${docsBaseUrl}/runbooks/`, 'One page per alert'))
    .link(link('Exporter', '$exporter_url', 'Landing page and API of rca_exporter'))
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(multi('slo', 'SLO', 'label_values(rca_incident_active, slo)'))
    .withVariable(
      multi('incident', 'Incident', 'label_values(rca_incident_info{slo=~"$slo"}, incident)').sort(
        dashboard.VariableSort.AlphabeticalDesc,
      ),
    )
    .withVariable(
      labelValues('method', 'Method', 'label_values(rca_root_cause_rank, method)').current({
        selected: true,
        text: 'consensus',
        value: 'consensus',
      }),
    )
    .withVariable(multi('entity', 'Entity', 'label_values(rca_anomaly_score, entity)'))
    .withVariable(labelValues('signal', 'Signal of the peers', 'label_values(rca_peer_deviation, signal)'))
    .withVariable(
      new dashboard.TextBoxVariableBuilder('exporter_url')
        .label('URL of rca_exporter')
        .description('As your browser reaches it; the links to incidents and reports use it.')
        .defaultValue('http://localhost:9877'),
    )
    .annotation(annotation('Onset', 'rca_incident_onset_timestamp_seconds', 'red', 'Onset'))
    .annotation(annotation('Detection', 'rca_incident_detected_timestamp_seconds', 'orange', 'Detected'))
    .annotation(annotation('Resolution', 'rca_incident_resolved_timestamp_seconds', 'green', 'Resolved'));

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
