// From series to what the panel draws: distributions that drifted, and control charts. No React, no clock.
import { addNotice, type Notice, type Series } from '../../data';

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

/** Statistics in the order in which they are shown: the ones that decide come first. */
export const STATISTICS: ReadonlyArray<[family: string, name: string]> = [
  ['rca_drift_psi', 'PSI'],
  ['rca_drift_ks_statistic', 'Kolmogorov-Smirnov'],
  ['rca_drift_js_divergence', 'Jensen-Shannon'],
  ['rca_drift_wasserstein_distance', 'Wasserstein'],
  ['rca_drift_hellinger_distance', 'Hellinger'],
  ['rca_drift_kl_divergence', 'Kullback-Leibler'],
  ['rca_drift_chi_squared_statistic', 'Chi-squared'],
  ['rca_drift_cramer_von_mises_statistic', 'Cramér-von Mises'],
  ['rca_drift_anderson_darling_statistic', 'Anderson-Darling'],
  ['rca_drift_energy_distance', 'Energy distance'],
  ['rca_drift_cosine_distance', 'Cosine distance'],
  ['rca_drift_frechet_distance', 'Fréchet distance'],
  ['rca_drift_mmd', 'Maximum mean discrepancy'],
];

const STATISTIC_NAMES = new Map(STATISTICS);
const STATISTIC_ORDER = new Map(STATISTICS.map(([, name], index) => [name, index]));

const RULES: Record<string, string> = {
  beyond_3_sigma: 'beyond 3 σ',
  two_of_three: 'two of three beyond 2 σ',
  four_of_five: 'four of five beyond 1 σ',
  eight_in_a_row: 'eight in a row on one side',
  ewma: 'EWMA beyond its limit',
  cusum_high: 'CUSUM above its limit',
  cusum_low: 'CUSUM below its limit',
};

export function ruleText(rule: string): string {
  return RULES[rule] ?? rule.replaceAll('_', ' ');
}

export function boundText(le: number): string {
  if (!Number.isFinite(le)) {
    return '+Inf';
  }
  return Math.abs(le) >= 1e6 || (le !== 0 && Math.abs(le) < 1e-4) ? le.toExponential(1) : String(Number(le.toPrecision(4)));
}

/** Words for one bucket: "0.1 to 0.25", "up to 0.1", "above 10". */
export function bucketText(buckets: readonly Bucket[], index: number): string {
  const bound = buckets[index]?.le ?? Infinity;
  const before = buckets[index - 1];
  const below = before === undefined ? null : boundText(before.le);
  if (!Number.isFinite(bound)) {
    return below === null ? 'all values' : `above ${below}`;
  }
  return below === null ? `up to ${boundText(bound)}` : `${below} to ${boundText(bound)}`;
}

export const isDriftName = (name: string | undefined): boolean =>
  name !== undefined && (name.startsWith('rca_drift_') || name.startsWith('rca_spc_'));

/** `given` are notices of the reading of the frames. */
export function buildDriftModel(series: readonly Series[], given: readonly Notice[] = []): DriftModel {
  const notices = [...given];
  const used = series.filter((one) => isDriftName(one.name));
  if (used.length < series.length) {
    addNotice(notices, 'no-values', 'Series whose names begin with neither rca_drift_ nor rca_spc_ are not drawn.');
  }
  const unique = newestOfDuplicates(used, notices);
  return {
    drifts: buildDrifts(unique.filter((one) => one.name.startsWith('rca_drift_')), notices),
    charts: buildCharts(unique.filter((one) => one.name.startsWith('rca_spc_')), notices),
    notices,
  };
}

// --- drift -----------------------------------------------------------------------------------------------------------

interface DriftDraft extends Drift {
  byBound: Map<number, Bucket>;
  byTest: Map<string, TestResult>;
  detected: number | null;
  enough: number | null;
}

function buildDrifts(series: readonly Series[], notices: Notice[]): Drift[] {
  const drafts = new Map<string, DriftDraft>();
  for (const one of series) {
    const { signal, entity = '', reference } = one.labels;
    const value = latest(one);
    if (!signal || !reference) {
      addNotice(notices, 'missing-label', `Samples of ${one.name} without the labels signal and reference were left out.`);
      continue;
    }
    if (value === null) {
      addNotice(notices, 'not-a-number', `Samples of ${one.name} without a number were left out.`);
      continue;
    }
    addToDraft(draftOf(drafts, signal, entity, reference), one, value, notices);
  }
  return [...drafts.values()].map(finishDraft).sort(compareDrifts);
}

function draftOf(drafts: Map<string, DriftDraft>, signal: string, entity: string, reference: string): DriftDraft {
  const key = JSON.stringify([signal, entity, reference]);
  let draft = drafts.get(key);
  if (!draft) {
    draft = {
      key,
      signal,
      entity,
      reference,
      buckets: [],
      statistics: [],
      tests: [],
      verdict: 'unknown',
      samples: { current: null, reference: null },
      referenceAgeSeconds: null,
      attribution: [],
      gaps: [],
      byBound: new Map(),
      byTest: new Map(),
      detected: null,
      enough: null,
    };
    drafts.set(key, draft);
  }
  return draft;
}

function addToDraft(draft: DriftDraft, one: Series, value: number, notices: Notice[]): void {
  const statistic = STATISTIC_NAMES.get(one.name);
  if (statistic !== undefined) {
    draft.statistics.push({ name: statistic, value });
    return;
  }
  switch (one.name) {
    case 'rca_drift_p_value':
      testOf(draft, one.labels.test ?? 'test').p = value;
      return;
    case 'rca_drift_adjusted_p_value':
      testOf(draft, one.labels.test ?? 'test').adjusted = value;
      return;
    case 'rca_drift_detected':
      draft.detected = value;
      return;
    case 'rca_drift_enough_data':
      draft.enough = value;
      return;
    case 'rca_drift_reference_age_seconds':
      draft.referenceAgeSeconds = value;
      return;
    case 'rca_drift_samples':
      setSide(draft.samples, one, value, notices);
      return;
    case 'rca_drift_distribution_ratio':
      addBucket(draft, one, notices, (bucket) => setSide(bucket, one, value, notices));
      return;
    case 'rca_drift_bucket_contribution':
      addBucket(draft, one, notices, (bucket) => (bucket.contribution = value));
      return;
    case 'rca_drift_attribution_ratio':
      draft.attribution.push({ label: one.labels.label ?? '', value: one.labels.value ?? '', ratio: value });
      return;
    case 'rca_drift_gap':
      if (value >= 0.5) {
        draft.gaps.push(one.labels.reason ?? 'unknown');
      }
      return;
    default:
      return;
  }
}

function testOf(draft: DriftDraft, test: string): TestResult {
  let result = draft.byTest.get(test);
  if (!result) {
    result = { test, p: null, adjusted: null };
    draft.byTest.set(test, result);
  }
  return result;
}

function setSide(to: { current: number | null; reference: number | null }, one: Series, value: number, notices: Notice[]): void {
  const side = one.labels.distribution;
  if (side !== 'current' && side !== 'reference') {
    addNotice(notices, 'missing-label', `Samples of ${one.name} without distribution="current" or "reference" were left out.`);
    return;
  }
  if (value < 0) {
    addNotice(notices, 'out-of-range', `Samples of ${one.name} below zero were left out.`);
    return;
  }
  to[side] = value;
}

function addBucket(draft: DriftDraft, one: Series, notices: Notice[], fill: (bucket: Bucket) => void): void {
  const le = boundOf(one.labels.le);
  if (le === null) {
    addNotice(notices, 'missing-label', `Samples of ${one.name} without a number in le were left out.`);
    return;
  }
  let bucket = draft.byBound.get(le);
  if (!bucket) {
    bucket = { le, reference: null, current: null, contribution: null };
    draft.byBound.set(le, bucket);
  }
  fill(bucket);
}

function boundOf(text: string | undefined): number | null {
  if (text === '+Inf' || text === 'Inf') {
    return Infinity;
  }
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function finishDraft(draft: DriftDraft): Drift {
  const { byBound, byTest, detected, enough, ...drift } = draft;
  return {
    ...drift,
    buckets: [...byBound.values()].sort((a, b) => a.le - b.le),
    tests: [...byTest.values()].sort((a, b) => a.test.localeCompare(b.test)),
    statistics: drift.statistics.sort((a, b) => (STATISTIC_ORDER.get(a.name) ?? 0) - (STATISTIC_ORDER.get(b.name) ?? 0)),
    attribution: drift.attribution.sort((a, b) => b.ratio - a.ratio),
    verdict: verdictOf(detected, enough),
  };
}

function verdictOf(detected: number | null, enough: number | null): Verdict {
  if (enough !== null && enough < 0.5) {
    return 'not_enough_data';
  }
  if (detected === null) {
    return 'unknown';
  }
  return detected >= 0.5 ? 'drift' : 'stable';
}

const VERDICT_ORDER: Record<Verdict, number> = { drift: 0, unknown: 1, stable: 2, not_enough_data: 3 };

function compareDrifts(a: Drift, b: Drift): number {
  const psi = (drift: Drift) => drift.statistics.find((one) => one.name === 'PSI')?.value ?? -1;
  return (
    VERDICT_ORDER[a.verdict] - VERDICT_ORDER[b.verdict] ||
    psi(b) - psi(a) ||
    a.signal.localeCompare(b.signal) ||
    a.entity.localeCompare(b.entity) ||
    a.reference.localeCompare(b.reference)
  );
}

// --- control charts --------------------------------------------------------------------------------------------------

type NumberField = Exclude<keyof ChartPoint, 'time' | 'violations'>;

const CHART_FIELDS: Record<string, NumberField> = {
  rca_spc_value: 'value',
  rca_spc_center: 'center',
  rca_spc_upper_limit: 'upper',
  rca_spc_lower_limit: 'lower',
  rca_spc_ewma: 'ewma',
  rca_spc_ewma_upper_limit: 'ewmaUpper',
  rca_spc_ewma_lower_limit: 'ewmaLower',
  rca_spc_cusum_limit: 'cusumLimit',
};

interface ChartDraft {
  chart: ControlChart;
  points: Map<number, ChartPoint>;
}

function buildCharts(series: readonly Series[], notices: Notice[]): ControlChart[] {
  const drafts = new Map<string, ChartDraft>();
  for (const one of series) {
    const { signal, entity = '' } = one.labels;
    if (!signal) {
      addNotice(notices, 'missing-label', `Samples of ${one.name} without the label signal were left out.`);
      continue;
    }
    addToChart(chartOf(drafts, signal, entity), one, notices);
  }
  return [...drafts.values()].map(finishChart).sort(compareCharts);
}

function chartOf(drafts: Map<string, ChartDraft>, signal: string, entity: string): ChartDraft {
  const key = JSON.stringify([signal, entity]);
  let draft = drafts.get(key);
  if (!draft) {
    draft = { chart: { key, signal, entity, points: [], broken: [], referenceSamples: null }, points: new Map() };
    drafts.set(key, draft);
  }
  return draft;
}

function addToChart(draft: ChartDraft, one: Series, notices: Notice[]): void {
  if (one.name === 'rca_spc_reference_samples') {
    draft.chart.referenceSamples = latest(one);
    return;
  }
  if (one.name === 'rca_spc_violation') {
    const rule = one.labels.rule;
    if (!rule) {
      addNotice(notices, 'missing-label', 'Samples of rca_spc_violation without the label rule were left out.');
      return;
    }
    eachNumber(one, (time, value) => {
      if (value >= 0.5) {
        pointAt(draft, time).violations.push(rule);
      }
    });
    return;
  }
  const field = fieldOf(one);
  if (field !== null) {
    eachNumber(one, (time, value) => (pointAt(draft, time)[field] = value));
  }
}

function fieldOf(one: Series): NumberField | null {
  if (one.name === 'rca_spc_cusum') {
    return one.labels.side === 'low' ? 'cusumLow' : 'cusumHigh';
  }
  return CHART_FIELDS[one.name] ?? null;
}

function pointAt(draft: ChartDraft, time: number): ChartPoint {
  let point = draft.points.get(time);
  if (!point) {
    point = {
      time,
      value: null,
      center: null,
      upper: null,
      lower: null,
      ewma: null,
      ewmaUpper: null,
      ewmaLower: null,
      cusumHigh: null,
      cusumLow: null,
      cusumLimit: null,
      violations: [],
    };
    draft.points.set(time, point);
  }
  return point;
}

function finishChart({ chart, points }: ChartDraft): ControlChart {
  const sorted = [...points.values()].sort((a, b) => a.time - b.time);
  const newest = sorted.at(-1);
  return { ...chart, points: sorted, broken: newest ? [...newest.violations].sort() : [] };
}

function compareCharts(a: ControlChart, b: ControlChart): number {
  return b.broken.length - a.broken.length || a.signal.localeCompare(b.signal) || a.entity.localeCompare(b.entity);
}

// --- shared ----------------------------------------------------------------------------------------------------------

/** The newest finite value. */
const latest = (one: Series): number | null => one.values.findLast((value) => Number.isFinite(value)) ?? null;

const newestTime = (one: Series): number => one.times.at(-1) ?? -Infinity;

function eachNumber(one: Series, visit: (time: number, value: number) => void): void {
  one.times.forEach((time, i) => {
    const value = one.values[i] ?? NaN;
    if (Number.isFinite(value) && Number.isFinite(time)) {
      visit(time, value);
    }
  });
}

const IDENTITY = ['signal', 'entity', 'reference', 'distribution', 'le', 'test', 'label', 'value', 'side', 'rule', 'reason'];

// Two exporters or two Prometheus replicas give the same series twice, under another instance or replica label.
function newestOfDuplicates(series: readonly Series[], notices: Notice[]): Series[] {
  const kept = new Map<string, Series>();
  for (const one of series) {
    const key = JSON.stringify([one.name, ...IDENTITY.map((label) => one.labels[label] ?? null)]);
    const other = kept.get(key);
    if (other) {
      addNotice(notices, 'duplicate', `Several sources give the same series of ${one.name}; the newest is shown.`);
    }
    if (!other || newestTime(one) > newestTime(other)) {
      kept.set(key, one);
    }
  }
  return [...kept.values()];
}
