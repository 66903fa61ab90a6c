// Scales and ticks of the charts. Pure.

export interface Scale {
  (value: number): number;
  domain: readonly [number, number];
}

/** Maps `domain` to `range`; a domain without width maps to the middle. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [from, to] = domain;
  const [start, end] = range;
  const scale = (value: number): number =>
    to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start);
  return Object.assign(scale, { domain });
}

/** Round numbers that span the values, at most about `count` steps: [lowest tick, …, highest tick]. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    return [0, 1];
  }
  let [from, to] = low <= high ? [low, high] : [high, low];
  if (from === to) {
    // A flat line lies in the middle, at whatever height.
    const margin = from === 0 ? 1 : Math.abs(from) * 0.1;
    [from, to] = [from - margin, to + margin];
  }
  const step = niceStep((to - from) / Math.max(count, 1));
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
].map((s) => s * SECOND);

/** Round moments within the range and how they are to be written. */
export function timeTicks(from: number, to: number, count: number): { times: number[]; format: string } {
  const rough = (to - from) / Math.max(count, 1);
  const step = TIME_STEPS.find((one) => one >= rough) ?? Math.ceil(rough / DAY) * DAY;
  const times: number[] = [];
  for (let time = Math.ceil(from / step) * step; time <= to && times.length < 50; time += step) {
    times.push(time);
  }
  return { times, format: step >= DAY ? 'MM-DD' : to - from > DAY ? 'MM-DD HH:mm' : step >= MINUTE ? 'HH:mm' : 'HH:mm:ss' };
}

/** The range of a panel, widened to the samples where the clocks of Prometheus and browser differ. */
export function timeDomain(times: readonly number[], from: number, to: number): { domain: [number, number]; ahead: number } {
  const first = times[0] ?? from;
  const last = times.at(-1) ?? to;
  const ahead = Math.max(last - to, 0);
  const inRange = last >= from && first <= to;
  return { domain: inRange ? [from, Math.max(to, last)] : [first, last === first ? first + MINUTE : last], ahead };
}

/** SVG path through the points; where a value is missing the line is broken. */
export function linePath<T>(points: readonly T[], x: (point: T) => number, y: (point: T) => number | null): string {
  const parts: string[] = [];
  let pen = 'M';
  for (const point of points) {
    const at = y(point);
    if (at === null || !Number.isFinite(at)) {
      pen = 'M';
      continue;
    }
    parts.push(`${pen}${x(point).toFixed(1)},${at.toFixed(1)}`);
    pen = 'L';
  }
  return parts.join('');
}

/** Index of the value nearest to `wanted` in ascending `values`; -1 when there is none. */
export function nearestIndex(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const before = values[low - 1];
  const at = values[low];
  return at === undefined ? -1 : before !== undefined && wanted - before < at - wanted ? low - 1 : low;
}
