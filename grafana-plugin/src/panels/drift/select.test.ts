import { describe, expect, it } from 'vitest';

import type { ChartPoint, ControlChart, Drift } from './model';
import { defaultDriftOptions } from './options';
import { choosePicture } from './select';
import { chartSentence, chartTable, distributionTable, driftSentence, pText } from './text';

const drift = (part: Partial<Drift>): Drift => ({
  key: `${part.signal ?? 's'}`,
  signal: 's',
  entity: 'e',
  reference: 'r',
  buckets: [],
  statistics: [],
  tests: [],
  verdict: 'drift',
  samples: { current: null, reference: null },
  referenceAgeSeconds: null,
  attribution: [],
  gaps: [],
  ...part,
});

const point = (part: Partial<ChartPoint>): ChartPoint => ({
  time: 0,
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
  ...part,
});

const chart = (part: Partial<ControlChart>): ControlChart => ({ key: 'c', signal: 's', entity: 'e', points: [], broken: [], referenceSamples: null, ...part });

const model = { drifts: [drift({ signal: 'a' }), drift({ signal: 'b' })], charts: [chart({})], notices: [] };
const variables = (values: Record<string, string>) => (text: string) => values[text] ?? text;

describe('which picture', () => {
  it('is the first distribution, the wanted one, or the chosen one', () => {
    expect(choosePicture(model, defaultDriftOptions, variables({}), null)).toMatchObject({ kind: 'distribution', shown: { signal: 'a' } });
    expect(choosePicture(model, defaultDriftOptions, variables({ $signal: 'b' }), null)).toMatchObject({ shown: { signal: 'b' } });
    expect(choosePicture(model, defaultDriftOptions, variables({}), 'b')).toMatchObject({ shown: { signal: 'b' } });
  });

  it('is a control chart when that is asked for, or when there is nothing else', () => {
    expect(choosePicture(model, { ...defaultDriftOptions, mode: 'control' }, variables({}), null).kind).toBe('control');
    expect(choosePicture({ ...model, drifts: [] }, defaultDriftOptions, variables({}), null).kind).toBe('control');
  });

  it('is none, with the reason', () => {
    const reason = (...args: Parameters<typeof choosePicture>) => {
      const picture = choosePicture(...args);
      return picture.kind === 'none' ? picture.reason : picture.kind;
    };
    expect(reason(model, defaultDriftOptions, variables({ $signal: 'zz' }), null)).toBe('Nothing is compared for signal zz.');
    expect(reason({ ...model, drifts: [] }, { ...defaultDriftOptions, mode: 'distribution' }, variables({}), null)).toContain('no distributions');
    expect(reason({ ...model, charts: [] }, { ...defaultDriftOptions, mode: 'control' }, variables({}), null)).toContain('no control charts');
    expect(reason({ drifts: [], charts: [], notices: [] }, defaultDriftOptions, variables({}), null)).toBe('');
  });
});

describe('in words', () => {
  it('a drift', () => {
    const one = drift({
      statistics: [{ name: 'PSI', value: 0.312 }],
      tests: [{ test: 'ks', p: 0.00001, adjusted: 0.00004 }],
      samples: { current: 1200, reference: 8400 },
    });
    expect(driftSentence(one)).toBe('s of e against r: the distribution has drifted (PSI 0.312, adjusted p 4e-5); 1,200 observations against 8,400.');
    expect(driftSentence(drift({ verdict: 'not_enough_data' }))).toBe('s of e against r: not judged, there are too few observations.');
    expect(driftSentence(drift({ verdict: 'unknown', gaps: ['no_reference'] }))).toContain('there is no reference yet');
  });

  it('a control chart', () => {
    const points = [point({ value: 2, lower: 0, upper: 1, violations: ['ewma'] })];
    expect(chartSentence(chart({ points, broken: ['ewma'] }), String)).toBe('s of e: out of control: EWMA beyond its limit. Now 2; limits 0 to 1.');
    expect(chartSentence(chart({}), String)).toBe('s of e: in control. Now no value.');
  });

  it('p-values', () => {
    expect([0.0421, 1, 1e-9, 0].map(pText)).toEqual(['0.042', '1', '1e-9', '0']);
  });
});

describe('export', () => {
  it('has a row for each bucket and each moment', () => {
    const buckets = [
      { le: 1, reference: 0.4, current: 0.5, contribution: null },
      { le: Infinity, reference: 0.6, current: 0.5, contribution: 0.01 },
    ];
    expect(distributionTable(drift({ buckets })).rows).toEqual([
      ['up to 1', 1, 0.4, 0.5, null],
      ['above 1', '+Inf', 0.6, 0.5, 0.01],
    ]);
    expect(chartTable(chart({ points: [point({ value: 2, violations: ['a', 'b'] })] })).rows[0]).toEqual([
      '1970-01-01T00:00:00.000Z', 2, null, null, null, null, null, null, null, null, null, 'a b',
    ]);
  });
});
