// Stands for Grafana's Prometheus data source, whose query runner is part of Grafana's server: the same requests to a real
// Prometheus, and frames of the same shape.
import {
  CoreApp,
  DataSourceApi,
  FieldType,
  LoadingState,
  rangeUtil,
  toDataFrame,
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type DataSourcePluginMeta,
  type MetricFindValue,
  type ScopedVars,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';

export interface PromQuery extends DataQuery {
  expr?: string;
  instant?: boolean;
  range?: boolean;
  format?: 'time_series' | 'table';
  legendFormat?: string;
}

interface PromSeries {
  metric: Record<string, string>;
  value?: [number, string];
  values?: Array<[number, string]>;
}

export const settings: DataSourceInstanceSettings = {
  id: 1,
  uid: 'prometheus',
  name: 'Prometheus',
  type: 'prometheus',
  meta: { id: 'prometheus', metrics: true, info: { logos: { small: '', large: '' } } } as unknown as DataSourcePluginMeta,
  readOnly: false,
  access: 'proxy',
  jsonData: {},
  isDefault: true,
};

export class PrometheusDataSource extends DataSourceApi<PromQuery> {
  constructor(instance: DataSourceInstanceSettings = settings) {
    super(instance);
  }

  async query(request: DataQueryRequest<PromQuery>): Promise<DataQueryResponse> {
    const targets = request.targets.filter((target) => target.expr && !target.hide);
    const answers = await Promise.all(targets.map((target) => this.run(target, request)));
    const errors = answers.flatMap(({ error }) => (error ? [error] : []));
    return {
      data: answers.flatMap(({ frames }) => frames),
      state: errors.length > 0 ? LoadingState.Error : LoadingState.Done,
      errors: errors.length > 0 ? errors : undefined,
    };
  }

  private async run(target: PromQuery, request: DataQueryRequest<PromQuery>) {
    const { from, to } = request.range;
    const seconds = Math.max(1, (to.valueOf() - from.valueOf()) / 1000);
    const step = Math.max(5, Math.ceil(seconds / (request.maxDataPoints ?? 500) / 5) * 5);
    const scoped: ScopedVars = {
      ...request.scopedVars,
      __range: { text: '', value: rangeUtil.secondsToHms(Math.round(seconds)) },
      __range_s: { text: '', value: Math.round(seconds) },
      __interval: { text: '', value: `${step}s` },
      __rate_interval: { text: '', value: `${Math.max(60, step * 4)}s` },
    };
    const expr = getTemplateSrv().replace(target.expr, scoped, 'regex');
    const path = target.instant ? 'query' : 'query_range';
    const when: Record<string, string> = target.instant
      ? { time: String(to.valueOf() / 1000) }
      : {
          // Aligned to the step, as Grafana does it.
          start: String(Math.floor(from.valueOf() / 1000 / step) * step),
          end: String(Math.ceil(to.valueOf() / 1000 / step) * step),
          step: String(step),
        };
    try {
      const result = await ask<{ result: PromSeries[] }>(path, { query: expr, ...when });
      const frames = result.result.map((series) => frameOf(series, target.refId));
      return { frames: target.format === 'table' ? [tableOf(frames, target.refId)] : frames };
    } catch (error) {
      return { frames: [], error: { refId: target.refId, message: error instanceof Error ? error.message : String(error) } };
    }
  }

  override async metricFindQuery(query: unknown): Promise<MetricFindValue[]> {
    const text = typeof query === 'string' ? query : ((query as { query?: string }).query ?? '');
    const match = /^label_values\((.*),\s*(\w+)\)$/.exec(text);
    if (!match) {
      return [];
    }
    const values = await ask<string[]>(`label/${match[2]}/values`, { 'match[]': match[1]! });
    return values.map((value) => ({ text: value }));
  }

  async testDatasource() {
    await ask('query', { query: '1' });
    return { status: 'success', message: 'Successfully queried the Prometheus API.' };
  }

  override getDefaultQuery(_app: CoreApp): Partial<PromQuery> {
    return { instant: false, range: true, expr: '' };
  }
}

async function ask<T>(path: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`/prometheus/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const answer = (await response.json().catch(() => ({ error: `${response.status} ${response.statusText}` }))) as {
    status?: string;
    error?: string;
    data: T;
  };
  if (answer.status !== 'success') {
    throw new Error(answer.error ?? `Prometheus answered ${response.status}`);
  }
  return answer.data;
}

function frameOf({ metric, value, values }: PromSeries, refId: string): DataFrame {
  const points = values ?? (value ? [value] : []);
  return toDataFrame({
    refId,
    meta: { type: value ? 'numeric-multi' : 'timeseries-multi', custom: { resultType: value ? 'vector' : 'matrix' } },
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: points.map(([time]) => time * 1000) },
      { name: 'Value', type: FieldType.number, config: {}, labels: metric, values: points.map(([, text]) => Number(text)) },
    ],
  });
}

function tableOf(frames: DataFrame[], refId: string): DataFrame {
  const rows = frames.flatMap((frame) =>
    Array.from({ length: frame.length }, (_, row) => ({
      time: frame.fields[0]!.values[row] as number,
      value: frame.fields[1]!.values[row] as number,
      labels: frame.fields[1]!.labels ?? {},
    })),
  );
  const names = [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))].sort();
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: rows.map(({ time }) => time) },
      ...names.map((name) => ({
        name,
        type: name === 'le' ? FieldType.number : FieldType.string,
        config: {},
        values: rows.map(({ labels }) => (name === 'le' ? Number(labels[name]) : (labels[name] ?? ''))),
      })),
      { name: `Value #${refId}`, type: FieldType.number, config: {}, values: rows.map(({ value }) => value) },
    ],
  });
}
