// Reads one incident: first when it was last reported, then everything as it was at that moment.
import { dateTime, LoadingState, type DataFrame, type DataSourceInstanceSettings, type PanelData, type TimeRange } from '@grafana/data';

import { buildModel, incidentQueries, readSeries, type RcaModel, type RcaQuery } from '../data';

import { absoluteRange, runQueries } from './dataSource';
import { incidentRow, readLastWords } from './incidents';
import { buildCase, type Case } from './markdown';
import { lastSeenQueries } from './queries';

export interface LoadedIncident {
  /** null: the data source has nothing of it in the range. */
  found: Case | null;
  /** For the panels. */
  data: PanelData;
  notices: string[];
  /** Unix milliseconds up to which an open incident is counted. */
  at: number;
}

/** Around the incident, so that one sees how it was before and after. */
const MARGIN_SHARE = 0.25;
const LEAST_MARGIN_MS = 10 * 60_000;
/** Someone who opens a link to an incident of last week need not know when it was. */
const LOOK_BACK_MS = 30 * 86_400_000;

export async function loadIncident(source: DataSourceInstanceSettings, id: string, range: TimeRange): Promise<LoadedIncident> {
  const to = range.to.valueOf();
  const word = (await lastWord(source.uid, id, range)) ?? (await lastWord(source.uid, id, absoluteRange(to - LOOK_BACK_MS, to)));
  if (word === undefined) {
    return { found: null, data: panelData([], range), notices: [], at: to };
  }
  // Everything of one scrape: a diagnosis is never mixed with the one before it.
  const all = incidentQueries(id);
  const states = await runQueries(source.uid, all.filter((query) => query.instant), absoluteRange(word.at - LEAST_MARGIN_MS, word.at));
  const before = buildModel(states.frames, word.at).incidents.find((one) => one.id === id);
  const resolved = before?.resolved;
  const onset = before?.onset ?? before?.detected ?? word.at;
  const around = rangeAround(onset, resolved ?? word.at);
  const courses = await runQueries(source.uid, all.filter(isCourse), around);
  const at = Math.max(word.at, to);
  const frames = [...states.frames, ...courses.frames];
  const model = buildModel(frames, at);
  const incident = model.incidents.find((one) => one.id === id);
  const row = incident && incidentRow(incident, word, Math.max(word.at, await newestSample(source.uid, range)));
  return {
    found: incident && row ? buildCase(row, incident, model, at) : null,
    data: panelData(frames, around),
    notices: noticesOf(model, [...states.errors, ...courses.errors]),
    at,
  };
}

const isCourse = (query: RcaQuery): boolean => !query.instant;

async function lastWord(uid: string, id: string, range: TimeRange) {
  const seconds = (range.to.valueOf() - range.from.valueOf()) / 1000;
  const { frames } = await runQueries(uid, lastSeenQueries(id, seconds), range);
  return readLastWords(readSeries(frames, [], () => true)).get(id);
}

/** When the exporter was last heard of: an incident that ended before was not resolved but is no longer reported. */
async function newestSample(uid: string, range: TimeRange): Promise<number> {
  const query: RcaQuery = { refId: 'newest', expr: 'max(timestamp(rca_incident_active))', instant: true };
  const { frames } = await runQueries(uid, [query], range);
  const newest = readSeries(frames, [], () => true)[0]?.values.at(-1);
  return newest === undefined ? 0 : newest * 1000;
}

export function rangeAround(onset: number, end: number): TimeRange {
  const margin = Math.max((end - onset) * MARGIN_SHARE, LEAST_MARGIN_MS);
  return absoluteRange(onset - margin, Math.max(end, onset) + margin);
}

function panelData(frames: DataFrame[], timeRange: TimeRange): PanelData {
  return { state: LoadingState.Done, series: frames, timeRange: { ...timeRange, from: dateTime(timeRange.from), to: dateTime(timeRange.to) } };
}

const noticesOf = (model: RcaModel, errors: readonly string[]): string[] => [
  ...new Set([...errors, ...model.notices.map((notice) => notice.text)]),
];
