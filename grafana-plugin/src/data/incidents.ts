// Everything that the series say about each incident.
import type { Labels } from '@grafana/data';

import type { Sample, Samples } from './build';
import {
  changeKey,
  CONSENSUS,
  UNKNOWN,
  type FaultClass,
  type Finding,
  type Incident,
  type PropagationEdge,
  type RankedEntity,
  type Role,
  type VerifiedAction,
  type Why,
} from './model';
import { addNotice, type Notice } from './notices';
import type { SeriesName } from './series';

/** Clocks that differ by less than this are not worth a word. */
const CLOCK_TOLERANCE_MS = 60_000;

const ROLES: readonly string[] = ['root_cause', 'contributing_factor', 'symptom'] satisfies Role[];

const isRole = (text: string): text is Role => ROLES.includes(text);

/** Open ones first, those that cost most of the error budget before others, then the newest. */
export function readIncidents(samples: Samples, now: number, notices: Notice[]): Incident[] {
  const parts = readParts(samples, notices);
  const ids = new Set<string>();
  for (const part of Object.values(parts)) {
    for (const id of part.keys()) {
      ids.add(id);
    }
  }
  const incidents = [...ids].map((id) => assemble(id, parts));
  for (const incident of incidents) {
    checkClock(incident, now, notices);
  }
  return incidents.sort(byUrgency);
}

export function byUrgency(a: Incident, b: Incident): number {
  return (
    Number(b.open) - Number(a.open) ||
    (b.budgetConsumed ?? 0) - (a.budgetConsumed ?? 0) ||
    (b.detected ?? b.onset ?? 0) - (a.detected ?? a.onset ?? 0) ||
    a.id.localeCompare(b.id)
  );
}

/**
 * The incident that a panel shows: the one asked for; without a wish the first of the model's order, resolved ones only
 * when `resolvedToo`. Undefined: there is none, which is good news.
 */
export function chooseIncident(incidents: readonly Incident[], wanted: string, resolvedToo: boolean): Incident | undefined {
  if (wanted !== '') {
    return incidents.find((incident) => incident.id === wanted);
  }
  const open = incidents.find((incident) => incident.open);
  if (open || !resolvedToo) {
    return open;
  }
  // Of what is over the newest matters, not the most expensive.
  return [...incidents].sort((a, b) => (b.detected ?? b.onset ?? 0) - (a.detected ?? a.onset ?? 0))[0];
}

type ByIncident<T> = Map<string, T[]>;

interface Parts {
  info: ByIncident<Sample>;
  onset: ByIncident<Sample>;
  detected: ByIncident<Sample>;
  mitigated: ByIncident<Sample>;
  resolved: ByIncident<Sample>;
  budget: ByIncident<Sample>;
  recurrences: ByIncident<Sample>;
  scores: ByIncident<Sample>;
  ranks: ByIncident<Sample>;
  faults: ByIncident<Sample>;
  findings: ByIncident<Sample>;
  findingProbabilities: ByIncident<Sample>;
  changes: ByIncident<Sample>;
  whys: ByIncident<Sample>;
  edges: ByIncident<Sample>;
  actions: ByIncident<Sample>;
}

function readParts(samples: Samples, notices: Notice[]): Parts {
  const group = (name: SeriesName): ByIncident<Sample> => groupBy(samples(name));
  const ratios = (name: SeriesName): ByIncident<Sample> => groupBy(inRange(name, samples(name), notices));
  return {
    info: group('rca_incident_info'),
    onset: group('rca_incident_onset_timestamp_seconds'),
    detected: group('rca_incident_detected_timestamp_seconds'),
    mitigated: group('rca_incident_mitigated_timestamp_seconds'),
    resolved: group('rca_incident_resolved_timestamp_seconds'),
    budget: group('rca_incident_error_budget_consumed_ratio'),
    recurrences: group('rca_incident_recurrences'),
    scores: ratios('rca_root_cause_score'),
    ranks: group('rca_root_cause_rank'),
    faults: ratios('rca_fault_class_probability'),
    findings: group('rca_finding_role'),
    findingProbabilities: ratios('rca_finding_probability'),
    changes: ratios('rca_change_likelihood'),
    whys: ratios('rca_why'),
    edges: ratios('rca_propagation_edge_weight'),
    actions: group('rca_action_verified'),
  };
}

function groupBy(samples: readonly Sample[]): ByIncident<Sample> {
  const groups: ByIncident<Sample> = new Map();
  for (const sample of samples) {
    const id = sample.labels['incident'] ?? '';
    const group = groups.get(id);
    if (group) {
      group.push(sample);
    } else {
      groups.set(id, [sample]);
    }
  }
  return groups;
}

/** Ratios outside of 0..1 come from another unit or another exporter: they are drawn at the bound, and that is said. */
function inRange(name: SeriesName, samples: readonly Sample[], notices: Notice[]): Sample[] {
  const slack = 1e-6;
  return samples.map((sample) => {
    if (sample.value < -slack || sample.value > 1 + slack) {
      addNotice(notices, 'out-of-range', `Values of ${name} outside of 0 to 1 are shown as 0 or 1.`);
    }
    return { ...sample, value: Math.min(1, Math.max(0, sample.value)) };
  });
}

function assemble(id: string, parts: Parts): Incident {
  const info = newest(parts.info.get(id));
  const resolved = seconds(parts.resolved.get(id));
  const findings = readFindings(parts.findings.get(id) ?? [], parts.findingProbabilities.get(id) ?? []);
  const faults = readFaultClasses(parts.faults.get(id) ?? []);
  const slo = [parts.info, parts.onset, parts.detected, parts.resolved, parts.budget]
    .map((part) => newest(part.get(id))?.labels['slo'])
    .find((name) => name);
  return {
    id,
    slo: slo ?? '',
    entity: info?.labels['entity'] ?? UNKNOWN,
    faultClass: info?.labels['fault_class'] ?? UNKNOWN,
    open: resolved === undefined,
    onset: seconds(parts.onset.get(id)),
    detected: seconds(parts.detected.get(id)),
    mitigated: seconds(parts.mitigated.get(id)),
    resolved,
    budgetConsumed: newest(parts.budget.get(id))?.value,
    recurrences: newest(parts.recurrences.get(id))?.value,
    rankings: readRankings(parts.scores.get(id) ?? [], parts.ranks.get(id) ?? [], findings, faults.named),
    faultClasses: faults.named,
    unexplained: faults.unexplained,
    findings,
    whys: readWhys(parts.whys.get(id) ?? []),
    edges: readEdges(parts.edges.get(id) ?? []),
    actions: readActions(parts.actions.get(id) ?? []),
    changeLikelihoods: readLikelihoods(parts.changes.get(id) ?? []),
  };
}

const newest = (samples: readonly Sample[] | undefined): Sample | undefined =>
  samples?.reduce((best, sample) => (sample.at > best.at ? sample : best));

function seconds(samples: readonly Sample[] | undefined): number | undefined {
  const value = newest(samples)?.value;
  return value === undefined || value <= 0 ? undefined : value * 1000;
}

function readFaultClasses(samples: readonly Sample[]): { named: FaultClass[]; unexplained: number | undefined } {
  const all = samples.map(({ labels, value, series }) => ({
    entity: labels['entity'] ?? UNKNOWN,
    category: labels['category'] ?? UNKNOWN,
    faultClass: labels['fault_class'] ?? UNKNOWN,
    probability: value,
    origin: series.origin,
  }));
  const unknown = all.filter((fault) => fault.entity === UNKNOWN && fault.faultClass === UNKNOWN);
  const named = all
    .filter((fault) => !unknown.includes(fault))
    .sort((a, b) => b.probability - a.probability || a.entity.localeCompare(b.entity) || a.faultClass.localeCompare(b.faultClass));
  return { named, unexplained: unknown[0]?.probability };
}

const findingKey = (labels: Labels): string => JSON.stringify([labels['entity'] ?? '', labels['signal'] ?? '', labels['role'] ?? '']);

function readFindings(samples: readonly Sample[], probabilities: readonly Sample[]): Finding[] {
  const known = new Map(probabilities.map(({ labels, value }) => [findingKey(labels), value]));
  const findings: Finding[] = [];
  for (const { labels } of samples) {
    const role = labels['role'] ?? '';
    if (isRole(role)) {
      findings.push({ entity: labels['entity'] ?? '', signal: labels['signal'] ?? '', role, probability: known.get(findingKey(labels)) });
    }
  }
  return findings.sort(
    (a, b) =>
      ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.entity.localeCompare(b.entity) || a.signal.localeCompare(b.signal),
  );
}

/** The gravest role that the findings give to an entity; those of the signal itself come first. */
function roleOf(entity: string, signal: string, findings: readonly Finding[]): Role | undefined {
  const ofEntity = findings.filter((finding) => finding.entity === entity);
  const ofSignal = ofEntity.filter((finding) => finding.signal === signal);
  return (ofSignal[0] ?? ofEntity[0])?.role;
}

function readRankings(
  scores: readonly Sample[],
  ranks: readonly Sample[],
  findings: readonly Finding[],
  faults: readonly FaultClass[],
): Map<string, RankedEntity[]> {
  const place = new Map(ranks.map(({ labels, value }) => [JSON.stringify([labels['method'], labels['entity']]), value]));
  const methods = new Map<string, Map<string, RankedEntity>>();
  for (const { labels, value, series } of scores) {
    const method = labels['method'] ?? '';
    const entity = labels['entity'] ?? '';
    const signal = labels['signal'] ?? '';
    const entities = methods.get(method) ?? new Map<string, RankedEntity>();
    methods.set(method, entities);
    const other = entities.get(entity);
    // A method may score several signals of one entity; the entity stands where its best signal puts it.
    if (!other || value > other.score) {
      entities.set(entity, {
        entity,
        signal,
        score: value,
        rank: place.get(JSON.stringify([method, entity])) ?? Number.NaN,
        role: roleOf(entity, signal, findings),
        faultClass: faults.find((fault) => fault.entity === entity && fault.faultClass !== UNKNOWN),
        origin: series.origin,
      });
    }
  }
  const result = new Map<string, RankedEntity[]>();
  const names = [...methods.keys()].sort((a, b) => Number(b === CONSENSUS) - Number(a === CONSENSUS) || a.localeCompare(b));
  for (const name of names) {
    result.set(name, inOrder([...(methods.get(name)?.values() ?? [])]));
  }
  return result;
}

/** By published rank; where ranks are missing by score, and the places are counted anew. */
function inOrder(entities: RankedEntity[]): RankedEntity[] {
  const complete = entities.every((one) => Number.isFinite(one.rank));
  entities.sort(
    (a, b) => (complete ? a.rank - b.rank : 0) || b.score - a.score || a.entity.localeCompare(b.entity),
  );
  return complete ? entities : entities.map((one, i) => ({ ...one, rank: i + 1 }));
}

function readWhys(samples: readonly Sample[]): Why[] {
  const best = new Map<number, Why & { at: number }>();
  for (const { labels, value, at, series } of samples) {
    const step = Number(labels['step']);
    if (!Number.isInteger(step) || step < 1) {
      continue;
    }
    const why = { step, effect: labels['effect'] ?? '', cause: labels['cause'] ?? '', confidence: value, origin: series.origin, at };
    const other = best.get(step);
    // A new diagnosis says another sentence; for a while a range query gives both.
    if (!other || why.at > other.at || (why.at === other.at && why.confidence > other.confidence)) {
      best.set(step, why);
    }
  }
  return [...best.values()].map(({ at: _, ...why }) => why).sort((a, b) => a.step - b.step);
}

function readEdges(samples: readonly Sample[]): PropagationEdge[] {
  return samples
    .map(({ labels, value, series }) => ({
      source: labels['source'] ?? '',
      target: labels['target'] ?? '',
      weight: value,
      origin: series.origin,
    }))
    .sort((a, b) => b.weight - a.weight || a.source.localeCompare(b.source) || a.target.localeCompare(b.target));
}

const readLikelihoods = (samples: readonly Sample[]): Map<string, number> =>
  new Map(
    samples.map(({ labels, value }) => [
      changeKey({ kind: labels['kind'] ?? '', entity: labels['entity'] ?? '', from: labels['from'] ?? '', to: labels['to'] ?? '' }),
      value,
    ]),
  );

function readActions(samples: readonly Sample[]): VerifiedAction[] {
  return samples
    .map(({ labels }) => ({ action: labels['action'] ?? '', kind: labels['kind'] ?? '', state: labels['state'] ?? '' }))
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.action.localeCompare(b.action));
}

/** Says when times contradict each other; nothing is moved, since nobody knows which clock is right. */
function checkClock({ id, onset, detected, resolved }: Incident, now: number, notices: Notice[]): void {
  const times = [onset, detected, resolved].filter((time) => time !== undefined);
  if (times.some((time) => time > now + CLOCK_TOLERANCE_MS)) {
    addNotice(notices, 'clock', `Times of ${id} lie in the future: the clocks of the exporter and of this computer differ.`);
  } else if (times.some((time, i) => i > 0 && time < times[i - 1]! - CLOCK_TOLERANCE_MS)) {
    addNotice(notices, 'clock', `The times of ${id} are not in order (onset, detection, resolution).`);
  }
}
