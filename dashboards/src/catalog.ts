// Metric names by signal role, from the exporter's own catalogue: what the analysis reads is what the dashboards show.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

interface Signal {
  role: string;
  kind?: 'counter' | 'gauge' | 'histogram' | 'histogram_mean';
  metrics: string[];
  match?: string;
  divide_by?: string;
}

interface File {
  exporter: string;
  prefixes?: string[];
  signals: Signal[];
  edges?: { metric: string }[];
  changes?: { metric: string }[];
}

const folder = join(new URL('.', import.meta.url).pathname, '..', '..', 'exporter', 'catalog');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => parse(readFileSync(join(folder, name), 'utf8')) as File);

// Which of vLLM's prefixes is in front is the user's choice: where vLLM and Ray are both scraped, everything is there twice.
const chosenPrefix: Record<string, string> = { vllm: '${vllm}' };

export const engines = ['vllm', 'sglang', 'tgi', 'llamacpp'];

function signalOf(exporter: string, role: string): Signal | undefined {
  const file = files.find((one) => one.exporter === exporter);
  if (file === undefined) throw new Error(`the catalogue has no exporter ${exporter}`);
  return file.signals.find((signal) => signal.role === role);
}

const nameIn = (exporter: string, metric: string): string =>
  (chosenPrefix[exporter] ?? files.find((one) => one.exporter === exporter)?.prefixes?.[0] ?? '') + metric;

export interface Source {
  metric: string;
  match?: string;
  divisor?: string;
}

// Where the inference servers have the role, vLLM first. `names`: how many of the names that a metric has had are tried.
export function sources(role: string, kind: Signal['kind'], names = 1): Source[] {
  const found: Source[] = [];
  for (const exporter of engines) {
    const signal = signalOf(exporter, role);
    if (signal === undefined || (signal.kind ?? 'gauge') !== kind) continue;
    const divisor = signal.divide_by && signalOf(exporter, signal.divide_by)?.metrics[0];
    for (const metric of signal.metrics.slice(0, names)) {
      found.push({
        metric: nameIn(exporter, metric),
        ...(signal.match && { match: signal.match }),
        ...(divisor && { divisor: nameIn(exporter, divisor) }),
      });
    }
  }
  if (found.length === 0) throw new Error(`no inference server of the catalogue has the role ${role} as ${kind}`);
  return found;
}

// All the names that the role has with one of the exporters, for a selector by __name__.
export function everyName(exporter: string, role: string): string[] {
  const prefixes = files.find((one) => one.exporter === exporter)?.prefixes ?? [''];
  return (signalOf(exporter, role)?.metrics ?? []).flatMap((metric) => prefixes.map((prefix) => prefix + metric));
}

// Every series name that the catalogue speaks of, histograms with their parts.
export function catalogNames(): Set<string> {
  const names = new Set<string>();
  for (const { prefixes = [''], signals, edges = [], changes = [] } of files) {
    const metrics = signals.flatMap(({ metrics: all, kind }) =>
      kind?.startsWith('histogram') ? all.flatMap((name) => ['', '_bucket', '_sum', '_count'].map((part) => name + part)) : all,
    );
    for (const metric of [...metrics, ...edges.map((edge) => edge.metric), ...changes.map((change) => change.metric)]) {
      for (const prefix of prefixes) names.add(prefix + metric);
    }
  }
  return names;
}
