// Writes data/drift.om.gz: what the stored demo has no case of, as rca_exporter publishes it: a distribution that has
// drifted, one of too few observations, and a control chart out of control, for the minutes of that demo. Distances and
// control-chart figures are computed from the distributions and values beside them; p-values are given.
//   node tests/browser/data/makeDrift.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { driftFile, metaFile } from '../dataset.mjs';

const { end, minutes } = JSON.parse(readFileSync(metaFile, 'utf8'));
const STEP = 15;
const times = Array.from({ length: (minutes * 60) / STEP + 1 }, (_, i) => end - minutes * 60 + i * STEP);

/** The same numbers on every run. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

const families = new Map();
function add(name, labels, values) {
  const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`).join(',');
  const lines = families.get(name) ?? [];
  families.set(name, lines);
  const list = typeof values === 'number' ? times.map(() => values) : values;
  list.forEach((value, i) => lines.push(`${name}{${text}} ${value} ${times[i]}`));
}

// --- distributions: token counts and latencies are close to log-normal ------------------------------------------------

const erf = (x) => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const y = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return Math.sign(x) * y;
};
const below = (bound, { median, spread }) => (bound === Infinity ? 1 : 0.5 * (1 + erf(Math.log(bound / median) / (spread * Math.SQRT2))));
const shares = (bounds, shape) => bounds.map((bound, i) => below(bound, shape) - (i === 0 ? 0 : below(bounds[i - 1], shape)));

function drift({ signal, entity, bounds, reference, current, samples, detected, enough = 1, p, attribution = [] }) {
  const who = { signal, entity, reference: 'earlier_days' };
  const before = shares(bounds, reference);
  const now = shares(bounds, current);
  const floor = (share) => Math.max(share, 1e-6);
  const contributions = now.map((share, i) => (floor(share) - floor(before[i])) * Math.log(floor(share) / floor(before[i])));
  let gap = 0;
  let largest = 0;
  let js = 0;
  now.forEach((share, i) => {
    gap += share - before[i];
    largest = Math.max(largest, Math.abs(gap));
    const middle = (floor(share) + floor(before[i])) / 2;
    js += (floor(share) * Math.log2(floor(share) / middle) + floor(before[i]) * Math.log2(floor(before[i]) / middle)) / 2;
  });
  add('rca_drift_enough_data', who, enough);
  add('rca_drift_samples', { ...who, distribution: 'current' }, samples[0]);
  add('rca_drift_samples', { ...who, distribution: 'reference' }, samples[1]);
  if (!enough) {
    return;
  }
  add('rca_drift_psi', who, contributions.reduce((sum, one) => sum + one, 0));
  add('rca_drift_ks_statistic', who, largest);
  add('rca_drift_js_divergence', who, js);
  add('rca_drift_detected', who, detected);
  add('rca_drift_p_value', { ...who, test: 'ks' }, p);
  add('rca_drift_adjusted_p_value', { ...who, test: 'ks' }, Math.min(p * 2, 1));
  add('rca_drift_reference_age_seconds', who, 86400);
  bounds.forEach((bound, i) => {
    const le = bound === Infinity ? '+Inf' : String(bound);
    add('rca_drift_distribution_ratio', { ...who, distribution: 'reference', le }, before[i]);
    add('rca_drift_distribution_ratio', { ...who, distribution: 'current', le }, now[i]);
    add('rca_drift_bucket_contribution', { ...who, le }, contributions[i]);
  });
  attribution.forEach(([label, value, ratio]) => add('rca_drift_attribution_ratio', { ...who, label, value }, ratio));
}

const TOKENS = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, Infinity];
drift({
  signal: 'prompt_tokens',
  entity: 'llama-3-8b',
  bounds: TOKENS,
  reference: { median: 420, spread: 0.8 },
  current: { median: 860, spread: 0.95 },
  samples: [1840, 12960],
  detected: 1,
  p: 3e-12,
  attribution: [['tenant', 'search', 0.71], ['tenant', 'chat', 0.18], ['tenant', 'batch', 0.06]],
});
drift({
  signal: 'ttft',
  entity: 'ray-replicas-2',
  bounds: [0.05, 0.1, 0.25, Infinity],
  reference: { median: 0.08, spread: 0.3 },
  current: { median: 0.08, spread: 0.3 },
  samples: [12, 3100],
  enough: 0,
});

// --- a control chart: Shewhart 3 sigma, EWMA with lambda 0.2 and L 2.7, CUSUM with k 0.5 and h 5 --------------------------

function controlChart({ signal, entity, center, sigma, shift, seed }) {
  const who = { signal, entity };
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const lambda = 0.2;
  const width = 2.7 * sigma * Math.sqrt(lambda / (2 - lambda));
  let ewma = center;
  let high = 0;
  let low = 0;
  const rows = times.map((_, i) => {
    const value = center + sigma * (normal() + (i > times.length * 0.65 ? shift : 0));
    const z = (value - center) / sigma;
    ewma = lambda * value + (1 - lambda) * ewma;
    high = Math.max(0, high + z - 0.5);
    low = Math.max(0, low - z - 0.5);
    return { value, ewma, high: high * sigma, low: low * sigma, beyond: Math.abs(z) > 3, ewmaOut: Math.abs(ewma - center) > width };
  });
  add('rca_spc_value', who, rows.map((row) => row.value));
  add('rca_spc_center', who, center);
  add('rca_spc_sigma', who, sigma);
  add('rca_spc_upper_limit', who, center + 3 * sigma);
  add('rca_spc_lower_limit', who, center - 3 * sigma);
  add('rca_spc_ewma', who, rows.map((row) => row.ewma));
  add('rca_spc_ewma_upper_limit', who, center + width);
  add('rca_spc_ewma_lower_limit', who, center - width);
  add('rca_spc_cusum', { ...who, side: 'high' }, rows.map((row) => row.high));
  add('rca_spc_cusum', { ...who, side: 'low' }, rows.map((row) => row.low));
  add('rca_spc_cusum_limit', who, 5 * sigma);
  add('rca_spc_violation', { ...who, rule: 'beyond_3_sigma' }, rows.map((row) => Number(row.beyond)));
  add('rca_spc_violation', { ...who, rule: 'ewma' }, rows.map((row) => Number(row.ewmaOut)));
  add('rca_spc_violation', { ...who, rule: 'cusum_high' }, rows.map((row) => Number(row.high > 5 * sigma)));
  add('rca_spc_violation', { ...who, rule: 'cusum_low' }, rows.map((row) => Number(row.low > 5 * sigma)));
  add('rca_spc_reference_samples', who, 1440);
}

controlChart({ signal: 'ttft', entity: 'ray-replicas-1', center: 0.08, sigma: 0.006, shift: 2.2, seed: 7 });

const text = [...families].map(([name, lines]) => `# TYPE ${name} unknown\n${lines.join('\n')}\n`).join('');
writeFileSync(driftFile, gzipSync(`${text}# EOF\n`, { level: 9, mtime: 0 }));
