// The values of a series.
import type { Series } from '../../data';

/** The newest finite value. */
export const latest = (one: Series): number | null => one.values.findLast((value) => Number.isFinite(value)) ?? null;

/** The moments at which there is a finite value. */
export function eachNumber(one: Series, visit: (time: number, value: number) => void): void {
  one.times.forEach((time, i) => {
    const value = one.values[i] ?? NaN;
    if (Number.isFinite(value) && Number.isFinite(time)) {
      visit(time, value);
    }
  });
}
