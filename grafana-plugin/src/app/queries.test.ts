import { describe, expect, it } from 'vitest';

import { annotationQuery, lastSeenQueries, rangeListQueries } from './queries';
import { readFilter, readSort, sortParam } from './useListState';
import { parseRange } from './useTimeRange';

describe('queries', () => {
  it('look back over the whole range, in steps that stay few', () => {
    for (const seconds of [1, 3600, 30 * 86_400]) {
      for (const { expr, instant } of rangeListQueries(seconds)) {
        expect(instant).toBe(true);
        const subquery = /\[(\d+)s:(\d+)s\]/.exec(expr);
        if (subquery) {
          expect(Number(subquery[1]) / Number(subquery[2])).toBeLessThanOrEqual(240);
        }
      }
    }
  });

  it('escape the id of an incident', () => {
    expect(lastSeenQueries('a"} or vector(1) #', 60)[0]?.expr).toContain('{incident="a\\"} or vector(1) #"}');
    expect(annotationQuery('x\\')).toBe('rca_incident_onset_timestamp_seconds{incident="x\\\\"} * 1000');
  });
});

describe('what stands in the address', () => {
  it('gives filter and order back', () => {
    expect(readFilter(new URLSearchParams('q=gpu&state=open'))).toEqual({ text: 'gpu', slo: '', state: 'open', faultClass: '' });
    for (const text of ['-budget', 'slo', '-onset']) {
      expect(sortParam(readSort(text))).toBe(text);
    }
    expect(readSort('-nonsense')).toEqual({ key: 'budget', descending: true });
    expect(readSort(null)).toEqual({ key: 'budget', descending: true });
  });

  it('gives the range back, and the default for nonsense', () => {
    expect(parseRange('1000000', '2000000').to.valueOf()).toBe(2_000_000);
    expect(parseRange('now-6h', 'now').raw).toEqual({ from: 'now-6h', to: 'now' });
    expect(parseRange('now-banana', 'yesterday').raw).toEqual({ from: 'now-24h', to: 'now' });
    expect(parseRange('2000000', '1000000').raw).toEqual({ from: 'now-24h', to: 'now' });
  });
});
