// What the timeline draws: the events of an incident in their order, and the SLI that it broke.
import { isoTime, type ExportTable } from '../../components/export';
import { words } from '../../components/format';
import { changeKey, type ChangeEvent, type Incident, type Origin, type RcaModel } from '../../data';

export type EventKind = 'change' | 'onset' | 'detected' | 'mitigated' | 'recovered' | 'resolved';

export interface TimelineEvent {
  kind: EventKind;
  /** ms since the epoch. */
  at: number;
  title: string;
  /** Of a change: what became what. */
  detail: string;
  /** Of a change: that it brought the incident about, where the series say so. */
  likelihood?: number;
}

export interface Sli {
  name: string;
  times: readonly number[];
  values: readonly number[];
  threshold?: number;
  origin: Origin;
}

export interface Timeline {
  /** Oldest first. */
  events: TimelineEvent[];
  sli?: Sli;
  /** Changes that are not among the events, since there are too many. */
  moreChanges: number;
}

/** Changes before the onset that may have to do with it: the exporter looks as far back. */
const BEFORE_ONSET_MS = 3_600_000;
const MAX_CHANGES = 40;
/** Later than this after the end of the range nothing can have happened yet. */
const CLOCK_TOLERANCE_MS = 60_000;

/** `to`: end of the time range, ms. */
export function timelineOf(model: RcaModel, incident: Incident, to: number, showChanges: boolean): Timeline {
  const sli = sliOf(model, incident);
  // The exporter knows from when on the objective was kept; of an open incident the SLI shows it.
  const recovered = incident.mitigated === undefined && sli ? recoveryOf(incident, sli, to) : undefined;
  const own: Array<[EventKind, number | undefined, string]> = [
    ['onset', incident.onset, 'Onset'],
    ['detected', incident.detected, 'Detected'],
    ['mitigated', incident.mitigated, 'Mitigated'],
    ['recovered', recovered, 'Objective kept again'],
    ['resolved', incident.resolved, 'Resolved'],
  ];
  const events = own.flatMap(([kind, at, title]): TimelineEvent[] => (at === undefined ? [] : [{ kind, at, title, detail: kind === 'mitigated' ? 'objective kept again' : '' }]));
  const changes = showChanges ? relevantChanges(model.changes, incident, to) : [];
  const kept = changes.slice(0, MAX_CHANGES);
  events.push(...kept.map((change) => changeEvent(change, incident)));
  // At one time a change comes before what it may have caused.
  const order: EventKind[] = ['change', 'onset', 'detected', 'mitigated', 'recovered', 'resolved'];
  events.sort((a, b) => a.at - b.at || order.indexOf(a.kind) - order.indexOf(b.kind));
  return { events, sli, moreChanges: changes.length - kept.length };
}

function sliOf(model: RcaModel, incident: Incident): Sli | undefined {
  const slo = model.slos.find(({ name }) => name === incident.slo);
  return (
    slo?.value && { name: slo.name, times: slo.value.times, values: slo.value.values, threshold: slo.threshold, origin: slo.value.origin }
  );
}

/**
 * When the SLI came back for good: its first kept value after the last broken one. Which side of the threshold is broken is
 * not in the series (latency must stay below, throughput above); from detection to resolution it mostly is.
 */
function recoveryOf({ onset, detected, resolved }: Incident, sli: Sli, to: number): number | undefined {
  const { threshold } = sli;
  const start = detected ?? onset;
  if (threshold === undefined || start === undefined) {
    return undefined;
  }
  const end = resolved ?? to;
  const during = sli.times
    .map((at, i) => ({ at, above: sli.values[i]! > threshold }))
    .filter(({ at }) => at >= start && at <= end);
  if (during.length < 2) {
    return undefined;
  }
  const brokenAbove = during.filter(({ above }) => above).length * 2 >= during.length;
  const last = during.findLastIndex(({ above }) => above === brokenAbove);
  return during[last + 1]?.at;
}

/** Newest first. */
function relevantChanges(changes: readonly ChangeEvent[], { onset, detected, resolved }: Incident, to: number): ChangeEvent[] {
  const start = onset ?? detected;
  const first = start === undefined ? Number.NEGATIVE_INFINITY : start - BEFORE_ONSET_MS;
  const last = Math.min(resolved ?? Number.POSITIVE_INFINITY, to + CLOCK_TOLERANCE_MS);
  return changes.filter(({ at }) => at >= first && at <= last);
}

function changeEvent(change: ChangeEvent, { changeLikelihoods }: Incident): TimelineEvent {
  const { at, kind, entity, from, to } = change;
  return {
    kind: 'change',
    at,
    title: `${words(kind)} of ${entity}`,
    detail: [from, to].some(Boolean) ? `${from || 'nothing'} → ${to || 'nothing'}` : '',
    likelihood: changeLikelihoods.get(changeKey(change)),
  };
}

export function exportOf(incident: Incident, { events }: Timeline): ExportTable {
  return {
    name: `timeline-${incident.id}`,
    columns: ['incident', 'slo', 'time', 'event', 'what', 'detail', 'likelihood'],
    rows: events.map(({ kind, at, title, detail, likelihood }) => [incident.id, incident.slo, isoTime(at), kind, title, detail, likelihood ?? null]),
  };
}
