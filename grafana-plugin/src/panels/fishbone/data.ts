// Ishikawa's diagram from the series, by the rules by which the exporter draws its own: likely pairs of entity and fault
// class on the branch of the class, contributing factors, changes that may have caused the incident, telemetry that was
// missing. Of an exporter that does not say how likely a change is the cause, changes shortly before the onset are taken.
import { changeKey, UNKNOWN, type ChangeEvent, type FaultClass, type Incident, type ObservabilityGap, type Origin, type RcaModel } from '../../data';
import { branchOf, BRANCHES, faultClassTitle, words, type FishboneBranch } from '../../data/faultClasses';

export type BoneKind = 'cause' | 'contributing_factor' | 'change' | 'gap';

export interface Bone {
  branch: FishboneBranch;
  kind: BoneKind;
  text: string;
  /**
   * Of a cause the joint probability of entity and fault class, of a contributing factor that of its likeliest finding, of a
   * change its likelihood; undefined: no series gives one.
   */
  weight?: number;
  /** Whether this is the answer of the diagnosis. */
  answer: boolean;
  /** Causes of the five whys, from the first to the deepest; only of the answer. */
  whys: string[];
  entities: string[];
  origin?: Origin;
}

export interface Fishbone {
  /** What is explained. */
  effect: string;
  bones: ReadonlyMap<FishboneBranch, readonly Bone[]>;
  /** Of all branches. */
  count: number;
}

// As in rca_core/diagnosis/fishbone.cc.
const WORTH_A_BONE = 0.02;
const MOST_PAIRS = 8;
const MOST_GAPS = 6;
/** A change fades to 1/e as a likely cause in this time, and is no cause when it came after the onset. */
const CHANGE_FADES_MS = 30 * 60_000;
const ONSET_TOLERANCE_MS = 60_000;
const LEAST_PROXIMITY = 0.2;
const LIKELY_CHANGE = 0.2;
const MOST_CHANGES = 6;

/** Where bones without a figure stand among those with one. */
const ORDER: Readonly<Record<BoneKind, number>> = { cause: 0, change: 1, contributing_factor: 2, gap: 3 };

export function readFishbone(model: RcaModel, incident: Incident): Fishbone {
  const all = [
    ...causes(incident),
    ...contributingFactors(incident),
    ...changes(model, incident),
    ...gaps(model.gaps),
  ].sort((a, b) => Number(b.answer) - Number(a.answer) || ORDER[a.kind] - ORDER[b.kind] || (b.weight ?? 0) - (a.weight ?? 0));
  return {
    effect: effectOf(incident),
    bones: new Map(BRANCHES.map((branch) => [branch, all.filter((bone) => bone.branch === branch)])),
    count: all.length,
  };
}

function effectOf(incident: Incident): string {
  const first = incident.whys.find((why) => why.step === 1);
  if (first?.effect) {
    return first.effect;
  }
  return incident.slo ? `${incident.slo} left its objective` : incident.id;
}

const isKnown = (fault: FaultClass): boolean => fault.faultClass !== UNKNOWN && fault.faultClass !== '';

function causes(incident: Incident): Bone[] {
  return incident.faultClasses
    .filter((fault) => isKnown(fault) && fault.probability >= WORTH_A_BONE)
    .slice(0, MOST_PAIRS)
    .map((fault) => {
      const answer = fault.entity === incident.entity && fault.faultClass === incident.faultClass;
      return {
        branch: branchOf(fault.faultClass, fault.category),
        kind: 'cause',
        text: `${faultClassTitle(fault.faultClass)} of ${fault.entity}`,
        weight: fault.probability,
        answer,
        whys: answer ? incident.whys.map((why) => why.cause).filter(Boolean) : [],
        entities: [fault.entity],
        origin: fault.origin,
      };
    });
}

/** One bone for each entity, with all its signals. */
function contributingFactors(incident: Incident): Bone[] {
  const signals = new Map<string, string[]>();
  const chances = new Map<string, number>();
  for (const { entity, signal, role, probability } of incident.findings) {
    if (role === 'contributing_factor') {
      if (probability !== undefined) {
        chances.set(entity, Math.max(probability, chances.get(entity) ?? 0));
      }
      signals.set(entity, [...(signals.get(entity) ?? []), ...(signal ? [words(signal)] : [])]);
    }
  }
  return [...signals].map(([entity, names]) => {
    const fault = incident.faultClasses.find((one) => one.entity === entity && isKnown(one));
    return {
      branch: fault ? branchOf(fault.faultClass, fault.category) : 'data',
      kind: 'contributing_factor',
      text: names.length > 0 ? `${joined(names, 3)} of ${entity}` : entity,
      weight: chances.get(entity),
      answer: false,
      whys: [],
      entities: [entity],
    };
  });
}

function changes(model: RcaModel, incident: Incident): Bone[] {
  const onset = incident.onset ?? incident.detected;
  if (onset === undefined) {
    return [];
  }
  const likely = incident.changeLikelihoods;
  const likelihood = (change: ChangeEvent): number | undefined => likely.get(changeKey(change));
  const near = ({ at }: ChangeEvent): boolean => Math.exp(-Math.max(0, onset - at) / CHANGE_FADES_MS) >= LEAST_PROXIMITY;
  return model.changes
    .filter((change) => change.at <= onset + ONSET_TOLERANCE_MS && (likely.size > 0 ? (likelihood(change) ?? 0) >= LIKELY_CHANGE : near(change)))
    .sort((a, b) => (likelihood(b) ?? 0) - (likelihood(a) ?? 0))
    .slice(0, MOST_CHANGES)
    .map((change) => {
      const { kind, entity, from, to, at } = change;
      const what = from && to ? ` from ${from} to ${to}` : to ? ` to ${to}` : from ? ` from ${from}` : '';
      return {
        branch: 'process',
        kind: 'change',
        text: `${words(kind)} of ${entity} changed${what}, ${before(onset - at)}`,
        weight: likelihood(change),
        answer: false,
        whys: [],
        entities: [entity],
      };
    });
}

function before(ms: number): string {
  if (ms < 5_000) {
    return 'at the onset';
  }
  const text = ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
  return `${text} before the onset`;
}

/** Gaps of the same kind and signal are one bone: half of the replicas without a metric is one thing to mend. */
function gaps(all: readonly ObservabilityGap[]): Bone[] {
  const alike = new Map<string, { gap: ObservabilityGap; entities: string[] }>();
  for (const gap of all) {
    const key = JSON.stringify([gap.kind, gap.signal]);
    const known = alike.get(key);
    if (!known) {
      alike.set(key, { gap, entities: [gap.entity] });
    } else if (!known.entities.includes(gap.entity)) {
      known.entities.push(gap.entity);
    }
  }
  return [...alike.values()].slice(0, MOST_GAPS).map(({ gap, entities }) => ({
    branch: branchOf(faultClassOfGap(gap)),
    kind: 'gap',
    text: gapText(gap, joined(entities, 2), entities.length > 1),
    answer: false,
    whys: [],
    entities,
  }));
}

/** As fault_class_of in rca_core/diagnosis/audit.cc. */
export function faultClassOfGap({ kind, signal }: ObservabilityGap): string {
  if (kind === 'late_alerting') {
    return kind;
  }
  if (kind === 'no_tracing' || signal === 'traces') {
    return 'missing_traces';
  }
  return kind === 'unstructured' || kind === 'no_correlation_id' || signal === 'logs' ? 'unstructured_logs' : 'missing_metrics';
}

function gapText({ kind, signal }: ObservabilityGap, who: string, several: boolean): string {
  const send = several ? 'send' : 'sends';
  switch (kind) {
    case 'missing':
      return signal === 'metrics' || signal === 'logs'
        ? `${who} ${send} no ${signal}`
        : `${who} ${several ? 'do' : 'does'} not send ${words(signal) || 'what is expected'}`;
    case 'stale':
      return `${words(signal)} of ${who} is out of date`;
    case 'no_tracing':
      return `${who} ${send} no spans, or of few requests`;
    case 'no_correlation_id':
      return `log lines of ${who} carry no trace or request id`;
    case 'unstructured':
      return `log lines of ${who} cannot be parsed into fields`;
    case 'late_alerting':
      return `alerts on ${who} come late`;
    default:
      return `${words(kind)}: ${[words(signal), who].filter(Boolean).join(' of ')}`;
  }
}

/** "a and b", "a, b and 3 more". */
export function joined(names: readonly string[], most: number): string {
  if (names.length > most) {
    return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  }
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
