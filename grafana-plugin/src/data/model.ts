// What the series of rca_exporter say, typed. Times are ms since the epoch, as Grafana counts them; probabilities,
// confidences and weights lie in 0..1.
import type { Origin, Series } from './frames';
import type { Notice } from './notices';

export type Role = 'root_cause' | 'contributing_factor' | 'symptom';

/** The name that the exporter gives to what it cannot name. */
export const UNKNOWN = 'unknown';

/** The method whose scores are calibrated probabilities: the answer. */
export const CONSENSUS = 'consensus';

export interface RankedEntity {
  entity: string;
  /** The signal that speaks most for the entity; '' when none does. */
  signal: string;
  /** Of the consensus: probability that this is the root cause. Of another method: share of the scores. */
  score: number;
  /** 1 = most likely. */
  rank: number;
  role?: Role;
  /** The most probable fault class of the entity. */
  faultClass?: FaultClass;
  origin: Origin;
}

export interface FaultClass {
  entity: string;
  category: string;
  faultClass: string;
  probability: number;
  origin: Origin;
}

export interface Finding {
  entity: string;
  signal: string;
  role: Role;
  /** How sure it is that the signal plays this part. */
  probability?: number;
}

export interface Why {
  /** 1 explains the SLI, the last one names the cause. */
  step: number;
  effect: string;
  cause: string;
  confidence: number;
  origin: Origin;
}

export interface PropagationEdge {
  source: string;
  target: string;
  weight: number;
  origin: Origin;
}

export interface VerifiedAction {
  action: string;
  kind: string;
  state: string;
}

export interface Incident {
  id: string;
  slo: string;
  /** UNKNOWN before the first diagnosis, and when none is sure enough. */
  entity: string;
  faultClass: string;
  open: boolean;
  onset?: number;
  detected?: number;
  /** From then on the objective was kept again. */
  mitigated?: number;
  resolved?: number;
  /** Share of the error budget; may exceed 1. */
  budgetConsumed?: number;
  recurrences?: number;
  /** Rankings by method, each best first. */
  rankings: ReadonlyMap<string, readonly RankedEntity[]>;
  /** Most probable first, what is unknown left out. */
  faultClasses: readonly FaultClass[];
  /** Probability that none of `faultClasses` is the cause. */
  unexplained?: number;
  findings: readonly Finding[];
  /** By step, from the SLI to the cause. */
  whys: readonly Why[];
  edges: readonly PropagationEdge[];
  actions: readonly VerifiedAction[];
  /** That a change brought the incident about, 0..1, by changeKey(); only of the likeliest ones. */
  changeLikelihoods: ReadonlyMap<string, number>;
}

export interface ChangeEvent {
  at: number;
  kind: string;
  entity: string;
  from: string;
  to: string;
}

export interface Slo {
  name: string;
  active: boolean;
  value?: Series;
  threshold?: number;
  objective?: number;
}

export interface ObservabilityGap {
  entity: string;
  signal: string;
  kind: string;
}

/** A signal of an entity over time. */
export interface SignalSeries {
  entity: string;
  signal: string;
  times: readonly number[];
  values: readonly number[];
}

export interface RcaModel {
  /** Open ones first, those that cost most of the error budget before others, then the newest. */
  incidents: readonly Incident[];
  /** Newest first. */
  changes: readonly ChangeEvent[];
  slos: readonly Slo[];
  gaps: readonly ObservabilityGap[];
  /** `rca_anomaly_score` over time, by signalKey(). */
  anomalies: ReadonlyMap<string, SignalSeries>;
  /** All series that were read, those of other names too: for what a panel reads by itself. */
  series: readonly Series[];
  notices: readonly Notice[];
}

/** Of a change, whenever it was made. */
export const changeKey = ({ kind, entity, from, to }: Omit<ChangeEvent, 'at'>): string => JSON.stringify([kind, entity, from, to]);

export const signalKey = (entity: string, signal: string): string => JSON.stringify([entity, signal]);
