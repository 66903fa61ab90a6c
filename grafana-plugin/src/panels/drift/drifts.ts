// From series to distributions that drifted.
import { addNotice, type Notice, type Series } from '../../data';

import type { Bucket, Drift, TestResult, Verdict } from './model';
import { latest } from './samples';

/** Statistics in the order in which they are shown: the ones that decide come first. */
const STATISTICS: ReadonlyArray<[family: string, name: string]> = [
  ['rca_drift_psi', 'PSI'],
  ['rca_drift_ks_statistic', 'Kolmogorov-Smirnov'],
  ['rca_drift_js_divergence', 'Jensen-Shannon'],
  ['rca_drift_wasserstein_distance', 'Wasserstein'],
  ['rca_drift_hellinger_distance', 'Hellinger'],
  ['rca_drift_kl_divergence', 'Kullback-Leibler'],
  ['rca_drift_chi_squared_statistic', 'Chi-squared'],
  ['rca_drift_total_variation_distance', 'Total variation'],
  ['rca_drift_g_statistic', 'G (likelihood ratio)'],
  ['rca_drift_mann_whitney_statistic', 'Mann-Whitney'],
  ['rca_drift_cramer_von_mises_statistic', 'Cramér-von Mises'],
  ['rca_drift_anderson_darling_statistic', 'Anderson-Darling'],
  ['rca_drift_energy_distance', 'Energy distance'],
  ['rca_drift_cosine_distance', 'Cosine distance'],
  ['rca_drift_frechet_distance', 'Fréchet distance'],
  ['rca_drift_mmd', 'Maximum mean discrepancy'],
];

const STATISTIC_NAMES = new Map(STATISTICS);
const STATISTIC_ORDER = new Map(STATISTICS.map(([, name], index) => [name, index]));

interface DriftDraft extends Drift {
  byBound: Map<number, Bucket>;
  byTest: Map<string, TestResult>;
  detected: number | null;
  enough: number | null;
}

/** Those that drifted most first. */
export function buildDrifts(series: readonly Series[], notices: Notice[]): Drift[] {
  const drafts = new Map<string, DriftDraft>();
  // A reference has one age, whatever is compared with it.
  const ages = new Map<string, number>();
  for (const one of series) {
    const { signal, entity = '', reference } = one.labels;
    const value = latest(one);
    if (one.name === 'rca_drift_reference_age_seconds' && !signal && reference && value !== null) {
      ages.set(reference, value);
      continue;
    }
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
  return [...drafts.values()]
    .map(finishDraft)
    .map((drift) => ({ ...drift, referenceAgeSeconds: drift.referenceAgeSeconds ?? ages.get(drift.reference) ?? null }))
    .sort(compareDrifts);
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
