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
