// What the panel draws: distributions that drifted, and control charts.
import type { Notice } from '../../data';

/** One bucket of a histogram: the share of observations up to `le` and above the bucket before it. */
export interface Bucket {
  /** Upper bound in the signal's base unit; Infinity for the last one. */
  le: number;
  reference: number | null;
  current: number | null;
  /** What the bucket adds to PSI. */
  contribution: number | null;
}

export interface Statistic {
  name: string;
  value: number;
}

export interface TestResult {
  test: string;
  p: number | null;
  /** After Benjamini-Hochberg. */
  adjusted: number | null;
}

export interface Attribution {
  label: string;
  value: string;
  ratio: number;
}

export type Verdict = 'drift' | 'stable' | 'not_enough_data' | 'unknown';

export interface Drift {
  key: string;
  signal: string;
  entity: string;
  reference: string;
  buckets: Bucket[];
  statistics: Statistic[];
  tests: TestResult[];
  verdict: Verdict;
  samples: { current: number | null; reference: number | null };
  referenceAgeSeconds: number | null;
  attribution: Attribution[];
  /** Why there is nothing to compare, as the exporter names it. */
  gaps: string[];
}

/** One moment of a control chart; null where nothing was measured. */
export interface ChartPoint {
  time: number;
  value: number | null;
  center: number | null;
  upper: number | null;
  lower: number | null;
  ewma: number | null;
  ewmaUpper: number | null;
  ewmaLower: number | null;
  cusumHigh: number | null;
  cusumLow: number | null;
  cusumLimit: number | null;
  violations: string[];
}

export interface ControlChart {
  key: string;
  signal: string;
  entity: string;
  points: ChartPoint[];
  /** Rules broken at the newest moment. */
  broken: string[];
  referenceSamples: number | null;
}

export interface DriftModel {
  drifts: Drift[];
  charts: ControlChart[];
  notices: readonly Notice[];
}
