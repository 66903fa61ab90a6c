import { describe, expect, it } from 'vitest';

import type { Series } from '../../data';

import { buildDriftModel } from './data';
import { boundText, bucketText } from './text';

const at = 1_700_000_000_000;

function one(name: string, labels: Record<string, string>, ...values: number[]): Series {
  return {
    name,
    labels,
    times: values.map((_, i) => at + i * 15_000),
    values,
    origin: { frame: { fields: [], length: 0 }, field: { name: '', type: 'number', config: {}, values: [] }, row: 0 } as unknown as Series['origin'],
  };
}

const who = { signal: 'prompt_tokens', entity: 'vllm-0', reference: 'earlier_days' };

const bucket = (distribution: string, le: string, share: number) => one('rca_drift_distribution_ratio', { ...who, distribution, le }, share);

describe('distributions', () => {
  it('puts buckets in the order of their bounds, with both sides and the contribution', () => {
    const { drifts, notices } = buildDriftModel([
      bucket('current', '+Inf', 0.1),
      bucket('current', '100', 0.9),
      bucket('reference', '100', 0.4),
      bucket('reference', '+Inf', 0.6),
      one('rca_drift_bucket_contribution', { ...who, le: '100' }, 0.4),
    ]);
    expect(notices).toEqual([]);
    expect(drifts).toHaveLength(1);
    expect(drifts[0]?.buckets).toEqual([
      { le: 100, reference: 0.4, current: 0.9, contribution: 0.4 },
      { le: Infinity, reference: 0.6, current: 0.1, contribution: null },
    ]);
  });

  it('reads verdict, statistics in order, tests, samples and attribution', () => {
    const { drifts } = buildDriftModel([
      one('rca_drift_ks_statistic', who, 0.2),
      one('rca_drift_psi', who, 0.3),
      one('rca_drift_p_value', { ...who, test: 'ks' }, 0.001),
      one('rca_drift_adjusted_p_value', { ...who, test: 'ks' }, 0.004),
      one('rca_drift_detected', who, 1),
      one('rca_drift_enough_data', who, 1),
      one('rca_drift_samples', { ...who, distribution: 'current' }, 500),
      one('rca_drift_samples', { ...who, distribution: 'reference' }, 9000),
      one('rca_drift_attribution_ratio', { ...who, label: 'tenant', value: 'a' }, 0.2),
      one('rca_drift_attribution_ratio', { ...who, label: 'tenant', value: 'b' }, 0.7),
    ]);
    expect(drifts[0]).toMatchObject({
      verdict: 'drift',
      statistics: [
        { name: 'PSI', value: 0.3 },
        { name: 'Kolmogorov-Smirnov', value: 0.2 },
      ],
      tests: [{ test: 'ks', p: 0.001, adjusted: 0.004 }],
      samples: { current: 500, reference: 9000 },
      attribution: [
        { label: 'tenant', value: 'b', ratio: 0.7 },
        { label: 'tenant', value: 'a', ratio: 0.2 },
      ],
    });
  });

  it('does not call it a drift without enough data, nor without a verdict', () => {
    const { drifts } = buildDriftModel([
      one('rca_drift_detected', who, 1),
      one('rca_drift_enough_data', who, 0),
      one('rca_drift_gap', { ...who, reason: 'no_reference' }, 1),
      one('rca_drift_psi', { ...who, signal: 'ttft' }, 0.1),
    ]);
    expect(drifts.map((drift) => [drift.signal, drift.verdict, drift.gaps])).toEqual([
      ['ttft', 'unknown', []],
      ['prompt_tokens', 'not_enough_data', ['no_reference']],
    ]);
  });

  it('puts what drifted first, then by PSI', () => {
    const of = (signal: string, psi: number, detected: number) => [
      one('rca_drift_psi', { ...who, signal }, psi),
      one('rca_drift_detected', { ...who, signal }, detected),
    ];
    const { drifts } = buildDriftModel([...of('a', 0.9, 0), ...of('b', 0.3, 1), ...of('c', 0.5, 1)]);
    expect(drifts.map((drift) => drift.signal)).toEqual(['c', 'b', 'a']);
  });

  it('leaves out what cannot be used and says so once', () => {
    const { drifts, notices } = buildDriftModel([
      one('rca_drift_psi', { signal: 'x' }, 1),
      one('rca_drift_psi', { entity: 'x' }, 1),
      bucket('current', 'many', 0.5),
      bucket('other', '1', 0.5),
      bucket('current', '2', -0.5),
      one('up', {}, 1),
    ]);
    expect(drifts.map((drift) => drift.buckets.map((b) => b.current))).toEqual([[null, null]]);
    expect(notices).toHaveLength(5);
  });

  it('takes the newest of duplicates', () => {
    const older = bucket('current', '1', 0.2);
    const newer = one('rca_drift_distribution_ratio', { ...who, distribution: 'current', le: '1', instance: 'b' }, 0.1, 0.7);
    for (const series of [[older, newer], [newer, older]]) {
      const { drifts, notices } = buildDriftModel(series);
      expect(drifts[0]?.buckets[0]?.current).toBe(0.7);
      expect(notices.map((notice) => notice.kind)).toEqual(['duplicate']);
    }
  });

  it('stays quick with 5,000 series', () => {
    const series = Array.from({ length: 5000 }, (_, i) => bucket(i % 2 === 0 ? 'current' : 'reference', String(i >> 1), 0.0004));
    expect(buildDriftModel(series).drifts[0]?.buckets).toHaveLength(2500);
  });

  it('has nothing for nothing', () => {
    expect(buildDriftModel([])).toEqual({ drifts: [], charts: [], notices: [] });
  });

  it('names buckets', () => {
    const buckets = [0.1, 0.25, Infinity].map((le) => ({ le, reference: 0, current: 0, contribution: 0 }));
    expect(buckets.map((_, i) => bucketText(buckets, i))).toEqual(['up to 0.1', '0.1 to 0.25', 'above 0.25']);
    expect([boundText(0.30000000000000004), boundText(2e7), boundText(1e-6)]).toEqual(['0.3', '2.0e+7', '1.0e-6']);
  });
});

describe('control charts', () => {
  const spc = { signal: 'ttft', entity: 'vllm-0' };

  it('joins the families by time and marks violations', () => {
    const { charts } = buildDriftModel([
      one('rca_spc_value', spc, 1, 2),
      one('rca_spc_center', spc, 1.5, 1.5),
      one('rca_spc_upper_limit', spc, 1.8, 1.8),
      one('rca_spc_cusum', { ...spc, side: 'low' }, 0.5, 0),
      one('rca_spc_cusum', { ...spc, side: 'high' }, 0, 3),
      one('rca_spc_violation', { ...spc, rule: 'beyond_3_sigma' }, 0, 1),
      one('rca_spc_violation', { ...spc, rule: 'ewma' }, 0, 0),
    ]);
    expect(charts).toHaveLength(1);
    expect(charts[0]?.broken).toEqual(['beyond_3_sigma']);
    expect(charts[0]?.points.map((p) => [p.value, p.center, p.upper, p.lower, p.cusumHigh, p.cusumLow, p.violations])).toEqual([
      [1, 1.5, 1.8, null, 0, 0.5, []],
      [2, 1.5, 1.8, null, 3, 0, ['beyond_3_sigma']],
    ]);
  });

  it('puts charts with broken rules first', () => {
    const { charts } = buildDriftModel([
      one('rca_spc_value', spc, 1),
      one('rca_spc_value', { signal: 'zz', entity: 'vllm-0' }, 1),
      one('rca_spc_violation', { signal: 'zz', entity: 'vllm-0', rule: 'ewma' }, 1),
    ]);
    expect(charts.map((chart) => chart.signal)).toEqual(['zz', 'ttft']);
  });

  it('forgets a violation that is over', () => {
    const { charts } = buildDriftModel([one('rca_spc_value', spc, 1, 1), one('rca_spc_violation', { ...spc, rule: 'ewma' }, 1, 0)]);
    expect(charts[0]?.broken).toEqual([]);
    expect(charts[0]?.points[0]?.violations).toEqual(['ewma']);
  });

  it('leaves out series without signal or rule', () => {
    const { charts, notices } = buildDriftModel([one('rca_spc_value', { entity: 'a' }, 1), one('rca_spc_violation', spc, 1)]);
    expect(charts[0]?.points).toEqual([]);
    expect(notices.map((notice) => notice.kind)).toEqual(['missing-label', 'missing-label']);
  });
});

describe('series of no signal', () => {
  it('give a reference its age, or are of the exporter itself', () => {
    const model = buildDriftModel([
      one('rca_drift_detected', who, 0),
      one('rca_drift_reference_age_seconds', { reference: 'earlier_days' }, 86_400),
      one('rca_drift_targets', {}, 12),
      one('rca_drift_evaluation_failures_total', { reason: 'budget' }, 0),
    ]);
    expect(model.drifts.map(({ referenceAgeSeconds }) => referenceAgeSeconds)).toEqual([86_400]);
    expect(model.notices).toEqual([]);
  });
});
