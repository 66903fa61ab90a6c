// A data source that gives what should not come, for every panel alike.
import { DataSourceApi, LoadingState, type DataFrame, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { of, type Observable } from 'rxjs';

import { SERIES } from '../../../src/data/series';
import { incidentFrames, instant, NOW, range, table } from '../../../src/data/testing';
import type { BadInput } from '../views';

import { settings } from './prometheus';

/** When the made-up data lies. */
export const badInputRange = { from: new Date(NOW - 900_000).toISOString(), to: new Date(NOW).toISOString() };

export class BadInputDataSource extends DataSourceApi {
  constructor() {
    super({ ...settings, uid: 'bad-input', name: 'Bad input' });
  }

  query(request: DataQueryRequest): Observable<DataQueryResponse> {
    const [target] = request.targets;
    return answer((target as unknown as { badInput: Exclude<BadInput, 'loading'> }).badInput);
  }

  async testDatasource() {
    return { status: 'success', message: 'It gives bad input.' };
  }
}

function answer(kind: Exclude<BadInput, 'loading'>): Observable<DataQueryResponse> {
  switch (kind) {
    case 'error':
      return of({ data: [], state: LoadingState.Error, errors: [{ refId: 'A', message: 'bad gateway: the data source is away' }] });
    default:
      return of({ data: frames(kind), state: LoadingState.Done });
  }
}

const ID = 'ttft-20261122T095000Z';

function frames(kind: Exclude<BadInput, 'error' | 'loading'>): DataFrame[] {
  switch (kind) {
    case 'empty':
      return [{ refId: 'A', fields: [], length: 0 }];
    case 'no-incident':
      return ['ttft', 'itl', 'availability'].map((slo) => instant('rca_incident_active', { slo }, 0));
    case 'not-a-number':
      return incidentFrames().map((frame, i) => ({
        ...frame,
        fields: frame.fields.map((field) =>
          field.name === 'Value' && i > 4 ? { ...field, values: field.values.map(() => (i % 2 === 0 ? Number.NaN : null)) } : field,
        ),
      }));
    case 'missing-labels':
      return [
        ...incidentFrames(),
        ...Object.keys(SERIES).map((name) => instant(name, {}, 0.5)),
        table([{ labels: { __name__: 'rca_why', incident: ID }, value: 0.5 }]),
      ];
    case 'duplicates':
      return ['a:9877', 'b:9877'].flatMap((instance) =>
        incidentFrames().map((frame) => ({
          ...frame,
          fields: frame.fields.map((field) => (field.labels ? { ...field, labels: { ...field.labels, instance } } : field)),
        })),
      );
    case 'rows-5000':
      return manyRows();
    case 'large-incident':
      return largeIncident();
    case 'clock-skew':
      return [
        ...incidentFrames(),
        instant('rca_incident_detected_timestamp_seconds', { incident: ID, slo: 'ttft' }, NOW / 1000 - 7200),
        instant('rca_change_event_timestamp_seconds', { kind: 'deployment', entity: 'late', from: '1', to: '2' }, NOW / 1000 + 86_400),
      ];
    case 'long-names':
      return incidentFrames().map((frame) => ({
        ...frame,
        fields: frame.fields.map((field) => {
          const { entity, cause } = field.labels ?? {};
          const labels = { ...field.labels };
          if (entity) {
            labels['entity'] = `${entity}-${'unbroken'.repeat(20)}`;
          }
          if (cause) {
            labels['cause'] = `<b>${cause}</b> ${'and so on '.repeat(15)}`;
          }
          return field.labels ? { ...field, labels } : field;
        }),
      }));
  }
}

/** 5,000 rows of each thing that a panel lists, and a dense course of the SLI. */
function manyRows(): DataFrame[] {
  const numbers = Array.from({ length: 5000 }, (_, i) => i);
  const entity = (i: number) => `replica-${i}`;
  return [
    ...incidentFrames(),
    table(numbers.map((i) => ({ labels: { __name__: 'rca_root_cause_score', incident: ID, method: 'consensus', entity: entity(i), signal: 'gpu_clock' }, value: 0.05 / (i + 1) }))),
    table(numbers.map((i) => ({ labels: { __name__: 'rca_finding_role', incident: ID, entity: entity(i), signal: 'gpu_clock', role: 'symptom' }, value: 1 }))),
    table(numbers.map((i) => ({ labels: { __name__: 'rca_propagation_edge_weight', incident: ID, source: entity(i), target: entity(Math.floor(i / 3)) }, value: ((i * 7919) % 1000) / 1000 }))),
    table(numbers.map((i) => ({ labels: { __name__: 'rca_change_event_timestamp_seconds', kind: 'deployment', entity: entity(i), from: 'v1', to: 'v2' }, value: NOW / 1000 - i }))),
    range('rca_sli_value', { slo: 'ttft' }, numbers.map((i) => [NOW - (5000 - i) * 200, 0.1 + ((i * 31) % 17) / 100])),
  ];
}

/** A call graph of 200 entities, a way of seven steps through it, texts as long as the exporter lets them be. */
function largeIncident(): DataFrame[] {
  const way = ['gpu-node-7', 'vllm-decode-3', 'kv-router', 'llm-router', 'chat-backend', 'api-gateway', 'web-frontend'];
  const edge = (source: string, target: string, weight: number) =>
    instant('rca_propagation_edge_weight', { incident: ID, source, target }, weight);
  const call = (client: string, server: string) => instant('traces_service_graph_request_total', { client, server }, 1);
  const replicas = Array.from({ length: 120 }, (_, i) => `vllm-decode-${i + 10}`);
  const services = Array.from({ length: 60 }, (_, i) => ['billing', 'search', 'tools', 'session', 'embed'].map((kind) => `${kind}-${'abcdefghijkl'[i % 12]}`)[i % 5]!);
  const why = (step: number, effect: string, cause: string, value: number) =>
    instant('rca_why', { incident: ID, step: String(step), effect, cause }, value);
  const fault = (entity: string, category: string, fault_class: string, value: number) =>
    instant('rca_fault_class_probability', { incident: ID, entity, category, fault_class }, value);
  return [
    ...incidentFrames().filter(({ fields }) => !/rca_(why|propagation|incident_info|finding|root_cause|fault)/.test(fields[1]?.labels?.['__name__'] ?? '')),
    instant('rca_incident_info', { incident: ID, slo: 'ttft', fault_class: 'compute_saturation', entity: 'gpu-node-7' }, 1),
    ...way.slice(1).map((target, i) => edge(way[i]!, target, [0.97, 0.9, 0.74, 0.62, 0.41, 0.12][i]!)),
    edge('vllm-decode-3', 'batch-jobs', 0.3),
    edge('batch-jobs', 'api-gateway', 0.2),
    edge('api-gateway', 'llm-router', 0.05),
    ...replicas.map((name) => call('kv-router', name)),
    ...services.flatMap((name, i) => [call(['chat-backend', 'api-gateway', 'llm-router'][i % 3]!, name), call(name, services[(i * 7 + 3) % services.length]!)]),
    ...way.map((entity, i) => instant('rca_root_cause_score', { incident: ID, method: 'consensus', entity, signal: 'gpu_clock' }, [0.71, 0.14, 0.06, 0.03, 0.004, 0.002, 0.001][i]!)),
    ...way.slice(1).map((entity) => instant('rca_finding_role', { incident: ID, entity, signal: 'ttft', role: 'symptom' }, 1)),
    instant('rca_finding_role', { incident: ID, entity: 'gpu-node-7', signal: 'gpu_clock', role: 'root_cause' }, 1),
    instant('rca_finding_role', { incident: ID, entity: 'llm-router', signal: 'retry_rate', role: 'contributing_factor' }, 1),
    instant('rca_finding_role', { incident: ID, entity: 'batch-jobs', signal: 'prompt_tokens', role: 'contributing_factor' }, 1),
    fault('gpu-node-7', 'inference_infrastructure', 'compute_saturation', 0.58),
    fault('gpu-node-7', 'cascades_and_scaling', 'noisy_neighbour', 0.13),
    fault('vllm-decode-3', 'model_and_configuration', 'quantization_artefact', 0.08),
    fault('batch-jobs', 'prompt_and_input', 'malformed_input', 0.06),
    fault('llm-router', 'cascades_and_scaling', 'retry_storm', 0.05),
    fault('unknown', 'unknown', 'unknown', 0.1),
    why(1, 'the time to first token of 95 % of requests left its objective', 'requests that vllm-decode-3 serves wait longer for a slot in its batch than those of the 120 other replicas', 0.97),
    why(2, 'requests wait for a slot at vllm-decode-3', 'each step of its engine takes 2.4 times as long, so that fewer requests finish in the same time', 0.9),
    why(3, 'steps of the engine at vllm-decode-3 take longer', 'the SM clock of its GPU on gpu-node-7 fell from 1.98 GHz to 810 MHz', 0.83),
    why(4, 'the clock of the GPU fell', 'the GPU is throttled: its temperature reached the limit of 87 degrees and stayed there', 0.6),
    why(5, 'the GPU of gpu-node-7 is hot', 'Inferred: no signal measures this; a fan or the power supply of gpu-node-7 fails, or the air that it takes in is too warm since the last change of the rack', 0.23),
    instant('rca_change_event_timestamp_seconds', { kind: 'firmware', entity: 'gpu-node-7', from: '24.03', to: '24.05' }, onsetSeconds - 900),
    ...['gpu_temperature', 'gpu_power'].flatMap((signal) => replicas.slice(0, 30).map((entity) => instant('rca_observability_gap', { entity, signal, kind: 'missing' }, 1))),
    instant('rca_observability_gap', { entity: 'ttft', signal: 'alert', kind: 'late_alerting' }, 1),
    instant('rca_observability_gap', { entity: 'kv-router', signal: 'traces', kind: 'no_tracing' }, 1),
  ];
}

const onsetSeconds = NOW / 1000 - 600;
