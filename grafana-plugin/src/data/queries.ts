// Every PromQL expression of the plugin. A refId that is the name of a series tells which series it is, should an
// expression drop the name (an aggregation over the replicas of the exporter does).
import type { SeriesName } from './series';

export interface RcaQuery {
  refId: string;
  expr: string;
  /** Instant queries give the state at the end of the time range, others the course over it. */
  instant: boolean;
}

/** Escapes what goes between the quotes of a label matcher. */
export const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** Matches one incident, or with no id all of them. `$incident`-like variables may be given as they are. */
export const incidentMatcher = (incident?: string): string => {
  if (incident === undefined || incident === '') {
    return '';
  }
  return incident.includes('$') ? `incident=~"${incident}"` : `incident=${quote(incident)}`;
};

const state = (name: SeriesName, matcher = ''): RcaQuery => ({
  refId: name,
  expr: matcher ? `${name}{${matcher}}` : name,
  instant: true,
});

const course = (name: SeriesName, expr: string = name): RcaQuery => ({ refId: `${name}_range`, expr, instant: false });

const head = (matcher: string): RcaQuery[] => [
  state('rca_incident_active'),
  state('rca_incident_info', matcher),
  state('rca_incident_onset_timestamp_seconds', matcher),
  state('rca_incident_detected_timestamp_seconds', matcher),
  state('rca_incident_resolved_timestamp_seconds', matcher),
  state('rca_incident_error_budget_consumed_ratio', matcher),
];

/** The list of incidents. */
export const incidentListQueries = (): RcaQuery[] => [...head(''), state('rca_incident_recurrences')];

/** The panel root-cause ranking. */
export function rankingQueries(incident?: string): RcaQuery[] {
  const matcher = incidentMatcher(incident);
  const consensus = ['method="consensus"', matcher].filter(Boolean).join(',');
  return [
    ...head(matcher),
    state('rca_root_cause_score', matcher),
    state('rca_root_cause_rank', matcher),
    state('rca_fault_class_probability', matcher),
    state('rca_finding_role', matcher),
    // Only the signals that the ranking names, though over the whole range: what they were before the onset is the evidence.
    course(
      'rca_anomaly_score',
      `rca_anomaly_score and on (entity, signal) last_over_time(rca_root_cause_score{${consensus}}[$__range] @ end())`,
    ),
  ];
}

/** The panels propagation and five whys. */
export function diagnosisQueries(incident?: string): RcaQuery[] {
  const matcher = incidentMatcher(incident);
  return [
    ...head(matcher),
    state('rca_root_cause_score', matcher),
    state('rca_fault_class_probability', matcher),
    state('rca_finding_role', matcher),
    state('rca_why', matcher),
    state('rca_propagation_edge_weight', matcher),
  ];
}

/** The panel fishbone: changes and missing telemetry have branches of their own. */
export const fishboneQueries = (incident?: string): RcaQuery[] => [
  ...diagnosisQueries(incident),
  state('rca_finding_probability', incidentMatcher(incident)),
  state('rca_change_likelihood', incidentMatcher(incident)),
  state('rca_change_event_timestamp_seconds'),
  state('rca_observability_gap'),
];

/** The panel incident timeline. */
export function timelineQueries(incident?: string): RcaQuery[] {
  const matcher = incidentMatcher(incident);
  return [
    ...head(matcher),
    state('rca_incident_mitigated_timestamp_seconds', matcher),
    state('rca_action_verified', matcher),
    state('rca_change_likelihood', matcher),
    state('rca_change_event_timestamp_seconds'),
    state('rca_sli_threshold'),
    course('rca_sli_value'),
  ];
}

/** Everything about one incident, for the page that shows it. */
export function incidentQueries(incident?: string): RcaQuery[] {
  const all = [...incidentListQueries(), ...rankingQueries(incident), ...fishboneQueries(incident), ...timelineQueries(incident)];
  return [...new Map(all.map((query) => [query.refId, query])).values()];
}
