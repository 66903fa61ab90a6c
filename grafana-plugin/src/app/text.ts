// Numbers and times as people read them, in the manner of the exporter's report.

/** Names of classes, roles and SLOs are written with underscores or dashes. */
export function words(name: string): string {
  return name.replaceAll(/[_-]+/g, ' ');
}

/** For what stands at the beginning of a line. */
export const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Nothing is certain: what rounds to 100 % is said to be more than 99.9 %. For probabilities and budgets. */
export function percentText(share: number): string {
  if (!Number.isFinite(share)) {
    return 'unknown';
  }
  if (share >= 0.9995 && share <= 1) {
    return '>99.9 %';
  }
  const percent = share * 100;
  return `${Number(percent.toPrecision(Math.abs(share) >= 0.1 ? 3 : 2))} %`;
}

export function quantityText(value: number): string {
  if (!Number.isFinite(value)) {
    return 'unknown';
  }
  const size = Math.abs(value);
  if (size >= 1e7) {
    return value.toExponential(2);
  }
  return size >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

export function utcText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z') : 'unknown';
}

export function durationText(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  const pair = (whole: number, unit: string, rest: number, small: string) => `${whole} ${unit}${rest > 0 ? ` ${rest} ${small}` : ''}`;
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  }
  if (seconds < 48 * 3600) {
    return pair(Math.floor(seconds / 3600), 'h', Math.floor(seconds / 60) % 60, 'min');
  }
  return pair(Math.floor(seconds / 86_400), 'd', Math.floor(seconds / 3600) % 24, 'h');
}
