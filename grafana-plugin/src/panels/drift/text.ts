// What the pictures say in words.
import type { ExportTable } from '../../components';

import type { Bucket, ControlChart, Drift, Verdict } from './model';

export type Format = (value: number) => string;

export const VERDICT_TEXT: Record<Verdict, string> = {
  drift: 'Drift',
  stable: 'No drift',
  not_enough_data: 'Not enough data',
  unknown: 'Not judged',
};

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

export function subjectText(one: { signal: string; entity: string }): string {
  return one.entity === '' ? one.signal : `${one.signal} of ${one.entity}`;
}

/** Small p-values matter by their size, large ones do not. */
export function pText(p: number): string {
  return p < 0.001 ? `${p < 1e-300 ? '0' : p.toExponential(0)}` : String(Number(p.toPrecision(2)));
}

export function statisticText(value: number): string {
  return Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 0.001) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

export function shareText(share: number): string {
  const percent = share * 100;
  return percent !== 0 && Math.abs(percent) < 0.1 ? `${percent > 0 ? '<' : '>'} ${percent > 0 ? '0.1' : '-0.1'} %` : `${Number(percent.toPrecision(3))} %`;
}

const GAP_TEXT: Record<string, string> = {
  no_reference: 'there is no reference yet',
  no_current: 'there are no current observations',
};

/** One or two sentences: the verdict, and the figures that carry it. */
export function driftSentence(drift: Drift): string {
  const what = `${subjectText(drift)} against ${drift.reference}`;
  if (drift.verdict === 'not_enough_data' || drift.gaps.length > 0) {
    const why = drift.gaps.map((reason) => GAP_TEXT[reason] ?? reason.replaceAll('_', ' ')).join(', ');
    return `${what}: not judged, ${why === '' ? 'there are too few observations' : why}${samplesText(drift)}.`;
  }
  const figures = drift.statistics.slice(0, 2).map((one) => `${one.name} ${statisticText(one.value)}`);
  const p = smallestP(drift);
  if (p !== null) {
    figures.push(`adjusted p ${pText(p)}`);
  }
  const verdict = {
    drift: 'the distribution has drifted',
    stable: 'no drift that is both significant and large enough',
    unknown: 'no verdict in the data',
    not_enough_data: '',
  }[drift.verdict];
  return `${what}: ${verdict}${figures.length === 0 ? '' : ` (${figures.join(', ')})`}${samplesText(drift)}.`;
}

export function smallestP(drift: Drift): number | null {
  const all = drift.tests.map((one) => one.adjusted ?? one.p).filter((p) => p !== null);
  return all.length === 0 ? null : Math.min(...all);
}

function samplesText({ samples }: Drift): string {
  if (samples.current === null && samples.reference === null) {
    return '';
  }
  const number = (n: number | null) => (n === null ? 'unknown' : Math.round(n).toLocaleString('en-US'));
  return `; ${number(samples.current)} observations against ${number(samples.reference)}`;
}

export function chartSentence(chart: ControlChart, format: Format): string {
  const newest = chart.points.findLast((point) => point.value !== null);
  const now = newest?.value === null || newest === undefined ? 'no value' : format(newest.value);
  const limits = newest && newest.lower !== null && newest.upper !== null ? `; limits ${format(newest.lower)} to ${format(newest.upper)}` : '';
  const broken = chart.broken.length === 0 ? 'in control' : `out of control: ${chart.broken.map(ruleText).join(', ')}`;
  return `${subjectText(chart)}: ${broken}. Now ${now}${limits}.`;
}

export function distributionTable(drift: Drift): ExportTable {
  return {
    name: `drift-${drift.signal}-${drift.entity || 'all'}-${drift.reference}`,
    columns: ['bucket', 'le', 'reference', 'current', 'contribution'],
    rows: drift.buckets.map((bucket, i) => [
      bucketText(drift.buckets, i),
      Number.isFinite(bucket.le) ? bucket.le : '+Inf',
      bucket.reference,
      bucket.current,
      bucket.contribution,
    ]),
  };
}

export function chartTable(chart: ControlChart): ExportTable {
  return {
    name: `control-chart-${chart.signal}-${chart.entity || 'all'}`,
    columns: ['time', 'value', 'center', 'lower', 'upper', 'ewma', 'ewma_lower', 'ewma_upper', 'cusum_high', 'cusum_low', 'cusum_limit', 'violations'],
    rows: chart.points.map((one) => [
      new Date(one.time).toISOString(),
      one.value,
      one.center,
      one.lower,
      one.upper,
      one.ewma,
      one.ewmaLower,
      one.ewmaUpper,
      one.cusumHigh,
      one.cusumLow,
      one.cusumLimit,
      one.violations.join(' '),
    ]),
  };
}
