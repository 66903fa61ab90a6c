// One incident, and drift, drawn by the panels of our plugin. The dashboards rca-incident and llm-drift say the same with
// Grafana's own panels, for where the plugin is not installed.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';

import { exporterLink, newBoard } from './board.js';
import { driftVariables } from './drift.js';
import { newestIncident } from './incident.js';
import { datasource, withSections, type Look } from './panels.js';
import { exporterUrl } from './variables.js';

const here = 'incident="$incident"';

// The plugin tells series apart by the refId where an aggregation drops their names.
interface PluginQuery {
  refId: string;
  expr: string;
  range?: boolean;
}

const state = (series: string, matchers = here): PluginQuery => ({ refId: series, expr: matchers ? `${series}{${matchers}}` : series });

const head: PluginQuery[] = [
  state('rca_incident_active', ''),
  ...['info', 'onset_timestamp_seconds', 'detected_timestamp_seconds', 'resolved_timestamp_seconds', 'error_budget_consumed_ratio'].map((what) =>
    state(`rca_incident_${what}`),
  ),
];
const answer = ['rca_root_cause_score', 'rca_fault_class_probability', 'rca_finding_role'].map((series) => state(series));
const evidence: PluginQuery = {
  refId: 'rca_anomaly_score_range',
  expr: `rca_anomaly_score and on (entity, signal) last_over_time(rca_root_cause_score{${here}, method="consensus"}[$__range] @ end())`,
  range: true,
};

function pluginPanel(
  id: string,
  look: Look,
  queries: PluginQuery[],
  options: Record<string, unknown> = { incident: '$incident', showResolved: true },
): Builder<dashboard.Panel> {
  return new dashboard.PanelBuilder()
    .type(`rcaexporter-${id}-panel`)
    .title(look.title)
    .description(look.description)
    .unit(look.unit)
    .datasource(datasource)
    .span(look.width)
    .height(look.height)
    .options(options)
    .targets(
      queries.map(({ refId, expr, range }) => {
        const query = new DataqueryBuilder().refId(refId).datasource(datasource).expr(expr);
        return range === true ? query.range() : query.instant();
      }),
    );
}

const twin = (uid: string): dashboard.DashboardLinkBuilder =>
  new dashboard.DashboardLinkBuilder("With Grafana's own panels")
    .type(dashboard.DashboardLinkType.Link)
    .url(`/d/${uid}`)
    .keepTime(true)
    .includeVars(true)
    .tooltip('The same without the plugin');

export function incidentPanels(): dashboard.Dashboard {
  const diagnosis = [...head, ...answer];
  const board = newBoard({
    uid: 'rca-incident-panels',
    title: 'One incident, with the panels of the plugin',
    description: 'One incident found by rca_exporter, drawn by the panels of the plugin rcaexporter-rca-app, which has to be installed: ranking, propagation, five whys, fishbone, timeline.',
    tags: ['llm', 'inference', 'incident'],
    from: 'now-1h',
    refresh: '30s',
    page: 'dashboards.md',
    incidents: here,
  })
    .link(exporterLink())
    .link(twin('rca-incident'))
    .withVariable(newestIncident())
    .withVariable(exporterUrl());
  return withSections(board, [
    {
      title: 'Who did it, and when',
      panels: [
        pluginPanel(
          'ranking',
          { title: 'Root-cause ranking', description: 'Entities with their probability, kind of fault and role, and the signal that speaks most for each.', unit: 'percentunit', width: 12, height: 12 },
          [...diagnosis, state('rca_root_cause_rank'), evidence],
        ),
        pluginPanel(
          'timeline',
          { title: 'Incident timeline', description: 'Onset, detection, changes and resolution over the SLI.', unit: 'short', width: 12, height: 12 },
          [...head, state('rca_incident_mitigated_timestamp_seconds'), state('rca_action_verified'), state('rca_change_likelihood'), state('rca_change_event_timestamp_seconds', ''), state('rca_sli_threshold', ''), { refId: 'rca_sli_value_range', expr: 'rca_sli_value', range: true }],
        ),
      ],
    },
    {
      title: 'How and why',
      panels: [
        pluginPanel(
          'propagation',
          { title: 'Propagation', description: "The call graph with the incident's path, from cause to symptom.", unit: 'percentunit', width: 12, height: 12 },
          [...diagnosis, state('rca_propagation_edge_weight')],
        ),
        pluginPanel('whys', { title: 'Five whys', description: 'From the SLI to the cause, and how sure each step is.', unit: 'percentunit', width: 12, height: 12 }, [...diagnosis, state('rca_why')]),
        pluginPanel('fishbone', { title: 'Fishbone', description: 'Causes by category, each with its probability, and what speaks for them.', unit: 'percentunit', width: 24, height: 14 }, [
          ...diagnosis,
          state('rca_why'),
          state('rca_propagation_edge_weight'),
          state('rca_finding_probability'),
          state('rca_change_likelihood'),
          state('rca_change_event_timestamp_seconds', ''),
          state('rca_observability_gap', ''),
        ]),
      ],
    },
  ]);
}

const byName = (names: string[], matchers: string): string => `{__name__=~"${names.join('|')}", ${matchers}}`;
const statistics = ['psi', 'js_divergence', 'kl_divergence', 'hellinger_distance', 'ks_statistic', 'wasserstein_distance', 'chi_squared_statistic'];
const verdicts = ['detected', 'enough_data', 'samples', 'p_value', 'adjusted_p_value', 'distribution_ratio', 'bucket_contribution', 'attribution_ratio', 'gap'];
const driftSeries = [...statistics, ...verdicts].map((name) => `rca_drift_${name}`);
const chartSeries = ['value', 'center', 'sigma', 'upper_limit', 'lower_limit', 'ewma', 'ewma_upper_limit', 'ewma_lower_limit', 'cusum', 'cusum_limit', 'violation'].map(
  (name) => `rca_spc_${name}`,
);

export function driftPanels(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'llm-drift-panels',
    title: 'Drift and control charts, with the panels of the plugin',
    description: 'Reference and current distribution of one signal, and one control chart, drawn by the panel of the plugin rcaexporter-rca-app, which has to be installed.',
    tags: ['llm', 'drift'],
    from: 'now-6h',
    refresh: '1m',
    page: 'drift.md',
  }).link(twin('llm-drift'));
  driftVariables().forEach((variable) => board.withVariable(variable));
  return withSections(board, [
    {
      title: 'Drift',
      panels: [
        pluginPanel(
          'drift',
          { title: 'Distribution against $reference', description: 'Current and reference distribution of the signal, what each bucket contributes, the statistics and their verdict.', unit: 'short', width: 24, height: 14 },
          [
            { refId: 'drift', expr: byName(driftSeries, 'signal="$signal", entity="$entity", reference="$reference"') },
            state('rca_drift_reference_age_seconds', 'reference="$reference"'),
          ],
          { mode: 'distribution', signal: '$signal', entity: '$entity', reference: '$reference' },
        ),
      ],
    },
    {
      title: 'Control chart',
      panels: [
        pluginPanel(
          'drift',
          { title: 'Control chart', description: 'Value, centre and limits over time, with EWMA, CUSUM and the rules that were broken.', unit: 'short', width: 24, height: 14 },
          [{ refId: 'spc', expr: byName(chartSeries, 'signal="$chart_signal", entity="$chart_entity"'), range: true }],
          { mode: 'control', signal: '$chart_signal', entity: '$chart_entity', reference: '' },
        ),
      ],
    },
  ]);
}
