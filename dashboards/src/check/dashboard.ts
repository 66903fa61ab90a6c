// The parts of a Grafana dashboard that the checks are about.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  options?: unknown;
  fieldConfig?: { defaults: { unit?: string; custom?: unknown } };
  transformations?: { id: string; options: { include?: { names: string[] } } }[];
}

export interface Variable {
  name: string;
  type: string;
  query?: string | { query: string };
  multi?: boolean;
  includeAll?: boolean;
  regex?: string;
  allValue?: string;
  current?: { value: string };
}

export interface Link {
  type: string;
  url?: string;
  tags?: string[];
}

export interface Dashboard {
  uid: string;
  title: string;
  tags: string[];
  schemaVersion: number;
  panels: Panel[];
  links: Link[];
  templating: { list: Variable[] };
  annotations: { list: { name: string; expr?: string }[] };
}

export const root = join(new URL('.', import.meta.url).pathname, '..', '..', '..');
export const folder = join(root, 'dashboards');

// The dashboards' files; what else ends in .json belongs to npm and TypeScript. Those in plugin/ need our plugin.
export const boardFiles = (): string[] =>
  ['', 'plugin/'].flatMap((place) =>
    readdirSync(join(folder, place))
      .filter((name) => /^(rca|llm)-.*\.json$/.test(name))
      .map((name) => place + name),
  );

export const needsPlugin = (name: string): boolean => name.startsWith('plugin/');

export const load = (name: string): Dashboard => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard;

// `text` with $name and ${name} put in; an unknown variable is an error. What Grafana puts in itself is one minute here.
export function interpolate(text: string, variables: Record<string, string>): string {
  return text.replace(/\$(?:\{([a-zA-Z_]+)\}|([a-zA-Z_]+))/g, (_, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    if (name === '__rate_interval' || name === '__interval') return '1m';
    if (name === '__range') return '15m';
    const value = variables[name];
    if (value === undefined) throw new Error(`unknown variable $${name} in: ${text}`);
    return value;
  });
}

// {{label}} of a legend.
export const legendLabels = (legend: string): string[] =>
  [...legend.matchAll(/\{\{\s*([a-zA-Z_]\w*)\s*\}\}/g)].map((match) => match[1] ?? '');

export const queryText = (variable: Variable): string =>
  (typeof variable.query === 'string' ? variable.query : variable.query?.query) ?? '';

// The PromQL within label_values(…, label) or query_result(…); undefined where a variable asks for nothing.
export function variableSelector(text: string): { expr: string; label?: string } | undefined {
  const [, match, label] = /^label_values\((.+), (\S+)\)$/.exec(text) ?? [];
  if (match !== undefined && label !== undefined) return { expr: match, label };
  const result = /^query_result\((.+)\)$/.exec(text)?.[1];
  return result === undefined ? undefined : { expr: result };
}
