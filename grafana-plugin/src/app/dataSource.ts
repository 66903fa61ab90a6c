// Asking the data source. Pages have no panel around them, so they send their queries themselves.
import { CoreApp, dateTime, type DataFrame, type DataQuery, type DataQueryRequest, type DataQueryResponse, type DataSourceInstanceSettings, type TimeRange } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { firstValueFrom, from, isObservable, last, timeout } from 'rxjs';

import type { RcaQuery } from '../data';

interface PromQuery extends DataQuery {
  expr: string;
  instant: boolean;
  range: boolean;
  format: 'time_series';
}

export interface QueryResult {
  frames: DataFrame[];
  /** Of queries that failed while others did not. */
  errors: string[];
}

const TIMEOUT_MS = 30_000;
const MOST_POINTS = 400;
const LEAST_STEP_MS = 15_000;

/** Whether a data source speaks PromQL: those of other vendors carry the name in their type. */
export const speaksPromQl = ({ type }: Pick<DataSourceInstanceSettings, 'type'>): boolean => /prometheus|mimir|victoriametrics/i.test(type);

/** The one that is configured, else the default one, else the first that speaks PromQL. */
export function chooseDataSource(uid: string | undefined): DataSourceInstanceSettings | undefined {
  const all = getDataSourceSrv()
    .getList({ metrics: true })
    .filter(speaksPromQl);
  return uid ? all.find((one) => one.uid === uid) : (all.find((one) => one.isDefault) ?? all[0]);
}

export function absoluteRange(fromMs: number, toMs: number): TimeRange {
  const range = { from: dateTime(fromMs), to: dateTime(toMs) };
  return { ...range, raw: range };
}

let requests = 0;

/** Runs all queries in one request. Rejects when none could be answered. */
export async function runQueries(uid: string, queries: readonly RcaQuery[], range: TimeRange): Promise<QueryResult> {
  const dataSource = await getDataSourceSrv().get({ uid });
  const ref = dataSource.getRef();
  const rangeMs = Math.max(range.to.valueOf() - range.from.valueOf(), 1000);
  const intervalMs = Math.max(Math.ceil(rangeMs / MOST_POINTS / 1000) * 1000, LEAST_STEP_MS);
  const request: DataQueryRequest<PromQuery> = {
    app: CoreApp.Unknown,
    requestId: `rca-${++requests}`,
    timezone: 'browser',
    range,
    rangeRaw: range.raw,
    interval: `${intervalMs / 1000}s`,
    intervalMs,
    maxDataPoints: MOST_POINTS,
    scopedVars: {
      __interval: { value: `${intervalMs / 1000}s` },
      __interval_ms: { value: intervalMs },
      __range: { value: `${Math.round(rangeMs / 1000)}s` },
      __range_s: { value: Math.round(rangeMs / 1000) },
      __range_ms: { value: rangeMs },
    },
    startTime: Date.now(),
    targets: queries.map(({ refId, expr, instant }) => ({ refId, expr, instant, range: !instant, format: 'time_series', datasource: ref })),
  };
  const answer = dataSource.query(request);
  const response: DataQueryResponse = await firstValueFrom(
    (isObservable(answer) ? answer : from(answer)).pipe(last(), timeout(TIMEOUT_MS)),
  );
  const errors = [...(response.errors ?? []), ...(response.error ? [response.error] : [])].map(
    (error) => error.message ?? error.data?.message ?? 'The data source gave no reason.',
  );
  const frames = response.data.filter((one): one is DataFrame => 'fields' in one);
  if (errors.length > 0 && frames.every((frame) => frame.length === 0)) {
    throw new Error(errors[0]);
  }
  return { frames, errors: [...new Set(errors)] };
}

export function errorText(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    const { name, message, data, statusText } = error as { name?: string; message?: unknown; data?: { message?: unknown }; statusText?: unknown };
    if (name === 'TimeoutError') {
      return `No answer within ${TIMEOUT_MS / 1000} s.`;
    }
    const text = data?.message ?? message ?? statusText;
    if (typeof text === 'string' && text !== '') {
      return text;
    }
  }
  return typeof error === 'string' && error !== '' ? error : 'No reason was given.';
}
