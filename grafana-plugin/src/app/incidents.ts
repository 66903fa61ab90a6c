// The list of incidents: from the model to rows, filtered and sorted. No React, no clock.
import { faultClassTitle } from '../data/faultClasses';
import { CONSENSUS, UNKNOWN, type Incident, type RcaModel, type Series } from '../data';

export type IncidentState = 'open' | 'resolved' | 'silent';

export interface IncidentRow {
  id: string;
  slo: string;
  /** null: the diagnosis is not sure enough to name one. */
  entity: string | null;
  faultClass: string | null;
  /** Of the named entity; null without a consensus. */
  probability: number | null;
  /** Unix milliseconds. */
  onset: number | null;
  detected: number | null;
  resolved: number | null;
  /** Share of the error budget; may exceed 1. */
  budget: number | null;
  recurrences: number | null;
  /** Newest sample of rca_incident_info, unix milliseconds; null when there is none. */
  lastSeen: number | null;
  /** silent: neither resolved nor reported any more. */
  state: IncidentState;
}

export interface IncidentFilter {
  text: string;
  slo: string;
  state: string;
  faultClass: string;
}

export const SORT_KEYS = ['budget', 'onset', 'duration', 'slo', 'entity', 'faultClass', 'state', 'id'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  key: SortKey;
  descending: boolean;
}

export const DEFAULT_SORT: Sort = { key: 'budget', descending: true };
export const NO_FILTER: IncidentFilter = { text: '', slo: '', state: '', faultClass: '' };

/** An incident of which nothing was said for this long, while others were reported, is silent. */
const SILENT_AFTER_MS = 5 * 60_000;

/** The last word of rca_incident_info on one incident. */
export interface LastWord {
  at: number;
  entity: string | null;
  faultClass: string | null;
}

const known = (name: string | undefined): string | null => (name === undefined || name === '' || name === UNKNOWN ? null : name);

/**
 * Reads rca_incident_info with the unix time of its newest sample as value. While an incident is open its answer may
 * change, which gives several series: the one that was said last counts, and a name before none.
 */
export function readLastWords(seen: readonly Series[]): Map<string, LastWord> {
  const words = new Map<string, LastWord>();
  for (const { labels, values } of seen) {
    const id = labels['incident'];
    const at = (values.at(-1) ?? NaN) * 1000;
    if (!id || !Number.isFinite(at)) {
      continue;
    }
    const entity = known(labels['entity']);
    const other = words.get(id);
    if (!other || at > other.at || (at === other.at && other.entity === null && entity !== null)) {
      words.set(id, { at, entity, faultClass: known(labels['fault_class']) });
    }
  }
  return words;
}

/** One row for each incident of the model. `newestSample` is when the exporter was last heard of at all, if known. */
export function incidentRows(model: RcaModel, lastWords: ReadonlyMap<string, LastWord>): IncidentRow[] {
  const newest = Math.max(...[...lastWords.values()].map((word) => word.at));
  return model.incidents.map((incident) => incidentRow(incident, lastWords.get(incident.id), newest));
}

export function incidentRow(incident: Incident, word: LastWord | undefined, newest: number): IncidentRow {
  const entity = word ? word.entity : known(incident.entity);
  const resolved = incident.resolved ?? null;
  const silent = word !== undefined && newest - word.at > SILENT_AFTER_MS;
  return {
    id: incident.id,
    slo: incident.slo,
    entity,
    faultClass: word ? word.faultClass : known(incident.faultClass),
    probability: incident.rankings.get(CONSENSUS)?.find((one) => one.entity === entity)?.score ?? null,
    onset: incident.onset ?? null,
    detected: incident.detected ?? null,
    resolved,
    budget: incident.budgetConsumed ?? null,
    recurrences: incident.recurrences ?? null,
    lastSeen: word?.at ?? null,
    state: resolved !== null ? 'resolved' : silent ? 'silent' : 'open',
  };
}

/** From the onset to the resolution, or to `now` while it is open; never negative, whatever the clocks say. */
export function durationMs(row: IncidentRow, now: number): number | null {
  const start = row.onset ?? row.detected;
  if (start === null) {
    return null;
  }
  const end = row.resolved ?? (row.state === 'silent' && row.lastSeen !== null ? row.lastSeen : Math.max(now, row.lastSeen ?? now));
  return Math.max(end - start, 0);
}

/** Every word of the text must be somewhere in what the row shows; the other fields must be equal. */
export function filterIncidents(rows: readonly IncidentRow[], filter: IncidentFilter): IncidentRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = [row.id, row.slo, row.entity, row.faultClass, row.faultClass === null ? '' : faultClassTitle(row.faultClass), row.faultClass?.replaceAll('_', ' '), row.state].join(' ').toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (filter.slo === '' || row.slo === filter.slo) &&
      (filter.state === '' || row.state === filter.state) &&
      (filter.faultClass === '' || (row.faultClass ?? 'unknown') === filter.faultClass)
    );
  });
}

/** Rows without a value come last in both directions; ties are newest first. */
export function sortIncidents(rows: readonly IncidentRow[], sort: Sort, now: number): IncidentRow[] {
  const value = (row: IncidentRow): number | string | null => (sort.key === 'duration' ? durationMs(row, now) : row[sort.key]);
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = value(a);
    const right = value(b);
    if (left === null || right === null) {
      return left === right ? newestFirst(a, b) : left === null ? 1 : -1;
    }
    const order = typeof left === 'string' || typeof right === 'string' ? String(left).localeCompare(String(right)) : left - right;
    return order !== 0 ? sign * order : newestFirst(a, b);
  });
}

function newestFirst(a: IncidentRow, b: IncidentRow): number {
  return (b.onset ?? 0) - (a.onset ?? 0) || a.id.localeCompare(b.id);
}
