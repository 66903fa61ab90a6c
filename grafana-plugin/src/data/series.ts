// The series of rca_exporter that the plugin reads: the labels that tell two of them apart, and which of those a series
// cannot do without. An empty label is no label in Prometheus, so only what is never empty can be required.

export interface SeriesDefinition {
  /** Labels that make up the identity of a series; others (instance, job, replica …) do not count. */
  labels: readonly string[];
  /** Labels without which a sample says nothing. */
  required: readonly string[];
}

const define = (required: readonly string[], optional: readonly string[] = []): SeriesDefinition => ({
  labels: [...required, ...optional],
  required,
});

const perIncident = define(['incident'], ['slo']);

export const SERIES = {
  rca_incident_active: define(['slo']),
  rca_incident_info: define(['incident'], ['slo', 'fault_class', 'entity']),
  rca_incident_onset_timestamp_seconds: perIncident,
  rca_incident_detected_timestamp_seconds: perIncident,
  rca_incident_resolved_timestamp_seconds: perIncident,
  rca_incident_mitigated_timestamp_seconds: perIncident,
  rca_incident_recurrences: perIncident,
  rca_incident_error_budget_consumed_ratio: perIncident,
  rca_root_cause_score: define(['incident', 'method', 'entity'], ['signal']),
  rca_root_cause_rank: define(['incident', 'method', 'entity']),
  rca_fault_class_probability: define(['incident', 'fault_class'], ['entity', 'category']),
  rca_finding_role: define(['incident', 'entity', 'role'], ['signal']),
  rca_finding_probability: define(['incident', 'entity', 'role'], ['signal']),
  rca_change_likelihood: define(['incident', 'kind', 'entity'], ['from', 'to']),
  rca_why: define(['incident', 'step'], ['effect', 'cause']),
  rca_propagation_edge_weight: define(['incident', 'source', 'target']),
  rca_action_verified: define(['incident', 'action'], ['kind', 'state']),
  rca_change_event_timestamp_seconds: define(['kind', 'entity'], ['from', 'to']),
  rca_observability_gap: define(['entity', 'kind'], ['signal']),
  rca_anomaly_score: define(['entity', 'signal']),
  rca_sli_value: define(['slo']),
  rca_sli_threshold: define(['slo']),
  rca_sli_objective_ratio: define(['slo']),
  rca_last_success_timestamp_seconds: define([]),
} as const satisfies Record<string, SeriesDefinition>;

export type SeriesName = keyof typeof SERIES;

export const isSeriesName = (name: string | undefined): name is SeriesName => name !== undefined && Object.hasOwn(SERIES, name);
