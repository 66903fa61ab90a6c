// The queries of the connection test.
import type { DataSourceInstanceSettings } from '@grafana/data';

import { readSeries, type RcaQuery, type Series } from '../data';

import type { SeriesOutcome } from './connection';
import { absoluteRange, errorText, runQueries } from './dataSource';

const QUERIES: readonly RcaQuery[] = [
  { refId: 'families', expr: 'count(last_over_time({__name__=~"rca_.+"}[1h]))', instant: true },
  { refId: 'version', expr: 'max by (version) (timestamp(rca_build_info) or max_over_time(timestamp(rca_build_info)[1h:1m]))', instant: true },
  { refId: 'success', expr: 'max(last_over_time(rca_last_success_timestamp_seconds[1h]))', instant: true },
  { refId: 'incidents', expr: 'count(count by (incident) (last_over_time(rca_incident_info[1h])))', instant: true },
];

/** Clocks that differ by up to this are looked over, so that the test can say so. */
const AHEAD_MS = 3600_000;

export async function testDataSource(source: DataSourceInstanceSettings, now: number): Promise<SeriesOutcome> {
  const outcome: SeriesOutcome = { error: null, families: 0, version: null, newestSample: null, lastSuccess: null, incidents: 0, now: now / 1000 };
  try {
    // A browser whose clock is slow asks for a moment at which the newest samples are not there yet.
    const [present, ahead] = await Promise.all([ask(source.uid, now), ask(source.uid, now + AHEAD_MS)]);
    const newestAhead = latest(ahead, 'version');
    const found = newestAhead !== null && newestAhead > outcome.now && newestAhead > (latest(present, 'version') ?? 0) ? ahead : present;
    return {
      ...outcome,
      families: latest(found, 'families') ?? 0,
      version: found.find((one) => one.name === 'version')?.labels['version'] ?? null,
      newestSample: latest(found, 'version'),
      lastSuccess: latest(found, 'success'),
      incidents: latest(found, 'incidents') ?? 0,
    };
  } catch (error) {
    return { ...outcome, error: errorText(error) };
  }
}

async function ask(uid: string, at: number): Promise<Series[]> {
  const { frames } = await runQueries(uid, QUERIES, absoluteRange(at - 3600_000, at));
  const refIds = QUERIES.map((query) => query.refId);
  return readSeries(frames, [], (name) => refIds.includes(name));
}

function latest(series: readonly Series[], name: string): number | null {
  const values = series.filter((one) => one.name === name).map((one) => one.values.at(-1) ?? -Infinity);
  return values.length === 0 ? null : Math.max(...values);
}
