import { describe, expect, it } from 'vitest';

import { linearScale, linePath, nearestIndex, niceTicks, timeDomain, timeTicks } from './scale';
import { moved } from './useCursor';

describe('scales', () => {
  it('maps linearly, and a point to the middle', () => {
    expect(linearScale([0, 10], [100, 0])(2.5)).toBe(75);
    expect(linearScale([3, 3], [0, 10])(3)).toBe(5);
  });

  it.each([
    [0, 0.93, 4, [0, 0.5, 1]],
    [0, 0.34, 4, [0, 0.1, 0.2, 0.3, 0.4]],
    [-3, 12, 3, [-5, 0, 5, 10, 15]],
    [5, 5, 2, [4.5, 5, 5.5]],
    [0, 0, 2, [-1, 0, 1]],
    [Infinity, -Infinity, 3, [0, 1]],
  ])('ticks of %d to %d', (low, high, count, ticks) => {
    expect(niceTicks(low, high, count)).toEqual(ticks);
  });

  it('puts moments at whole steps', () => {
    const hour = 3_600_000;
    const { times, format } = timeTicks(10 * hour + 1, 16 * hour, 6);
    expect(times).toEqual([11, 12, 13, 14, 15, 16].map((h) => h * hour));
    expect(format).toBe('HH:mm');
  });

  it('widens the range to samples ahead of the browser, and leaves it for samples that lie elsewhere', () => {
    expect(timeDomain([50, 120], 0, 100)).toEqual({ domain: [0, 120], ahead: 20 });
    expect(timeDomain([200, 300], 0, 100)).toEqual({ domain: [200, 300], ahead: 200 });
    expect(timeDomain([], 0, 100)).toEqual({ domain: [0, 100], ahead: 0 });
    expect(timeDomain([500], 0, 100).domain).toEqual([500, 60_500]);
  });

  it('breaks lines where values are missing', () => {
    const points: Array<number | null> = [1, 2, null, 3, NaN, 4];
    expect(linePath(points.map((y, x) => ({ x, y })), (p) => p.x, (p) => p.y)).toBe('M0.0,1.0L1.0,2.0M3.0,3.0M5.0,4.0');
  });

  it('finds the nearest', () => {
    expect([-5, 14, 16, 99].map((wanted) => nearestIndex([0, 10, 20, 30], wanted))).toEqual([0, 1, 2, 3]);
    expect(nearestIndex([], 1)).toBe(-1);
  });
});

describe('arrow keys', () => {
  it.each([
    ['ArrowRight', null, 0],
    ['ArrowRight', 9, 9],
    ['ArrowLeft', null, 9],
    ['Home', 5, 0],
    ['End', 5, 9],
    ['PageUp', 5, 6],
    ['Escape', 5, null],
    ['a', 5, undefined],
  ] as const)('%s from %s', (key, from, to) => {
    expect(moved(key, from, 10)).toBe(to);
  });

  it('moves nothing where there is nothing', () => {
    expect(moved('Home', null, 0)).toBeUndefined();
  });
});
