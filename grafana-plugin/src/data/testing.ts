// Frames as a Prometheus data source gives them, for unit tests.
import { FieldType, toDataFrame, type DataFrame, type Labels } from '@grafana/data';

/** 2026-11-22 10:00:00 UTC, in ms. */
export const NOW = Date.UTC(2026, 10, 22, 10);

/** One instant sample, format "Time series". */
export const instant = (name: string | undefined, labels: Labels, value: number | null, time = NOW): DataFrame =>
  range(name, labels, [[time, value]]);

export function range(name: string | undefined, labels: Labels, points: Array<[number, number | null]>, refId = 'A'): DataFrame {
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: points.map(([time]) => time) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: name === undefined ? labels : { __name__: name, ...labels },
        values: points.map(([, value]) => value),
      },
    ],
  });
}

/** Several samples, format "Table". */
export function table(rows: Array<{ labels: Labels; value: number | null; time?: number }>, refId = 'A'): DataFrame {
  const columns = [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))];
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: rows.map(({ time }) => time ?? NOW) },
      ...columns.map((name) => ({ name, type: FieldType.string, values: rows.map(({ labels }) => labels[name] ?? '') })),
      { name: `Value #${refId}`, type: FieldType.number, values: rows.map(({ value }) => value) },
    ],
  });
}

const ID = 'ttft-20261122T095000Z';
const onset = NOW / 1000 - 600;

/** One open incident with a diagnosis, as the exporter publishes it. */
export const incidentFrames = (id = ID): DataFrame[] => [
  instant('rca_incident_active', { slo: 'ttft' }, 1),
  instant('rca_incident_info', { incident: id, slo: 'ttft', fault_class: 'compute_saturation', entity: 'ray-replicas-1' }, 1),
  instant('rca_incident_onset_timestamp_seconds', { incident: id, slo: 'ttft' }, onset),
  instant('rca_incident_detected_timestamp_seconds', { incident: id, slo: 'ttft' }, onset + 60),
  instant('rca_incident_error_budget_consumed_ratio', { incident: id, slo: 'ttft' }, 0.25),
  instant('rca_root_cause_score', { incident: id, method: 'consensus', entity: 'ray-replicas-1', signal: 'gpu_clock' }, 0.9),
  instant('rca_root_cause_score', { incident: id, method: 'consensus', entity: 'ray-head' }, 0.06),
  instant('rca_root_cause_score', { incident: id, method: 'baro', entity: 'ray-head', signal: 'cpu_seconds' }, 0.7),
  instant('rca_root_cause_rank', { incident: id, method: 'consensus', entity: 'ray-replicas-1' }, 1),
  instant('rca_root_cause_rank', { incident: id, method: 'consensus', entity: 'ray-head' }, 2),
  instant('rca_root_cause_rank', { incident: id, method: 'baro', entity: 'ray-head' }, 1),
  instant(
    'rca_fault_class_probability',
    { incident: id, entity: 'ray-replicas-1', category: 'inference_infrastructure', fault_class: 'compute_saturation' },
    0.8,
  ),
  instant(
    'rca_fault_class_probability',
    { incident: id, entity: 'ray-replicas-1', category: 'unknown', fault_class: 'unknown' },
    0.1,
  ),
  instant('rca_fault_class_probability', { incident: id, entity: 'unknown', category: 'unknown', fault_class: 'unknown' }, 0.1),
  instant('rca_finding_role', { incident: id, entity: 'ray-replicas-1', signal: 'gpu_clock', role: 'root_cause' }, 1),
  instant('rca_finding_role', { incident: id, entity: 'gateway', signal: 'retry_rate', role: 'contributing_factor' }, 1),
  instant('rca_finding_role', { incident: id, entity: 'nginx-proxy', signal: 'latency', role: 'symptom' }, 1),
  instant('rca_why', { incident: id, step: '1', effect: 'answers are slow', cause: 'requests queue at ray-replicas-1' }, 0.9),
  instant('rca_why', { incident: id, step: '2', effect: 'requests queue at ray-replicas-1', cause: 'its GPU computes more slowly' }, 0.8),
  instant('rca_propagation_edge_weight', { incident: id, source: 'ray-replicas-1', target: 'gateway' }, 0.75),
  instant('rca_change_event_timestamp_seconds', { kind: 'deployment', entity: 'ray-replicas-1', from: 'v1', to: 'v2' }, onset - 30),
];
