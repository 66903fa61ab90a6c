// The parts of a Grafana dashboard that the contract is about.
import { readFileSync } from 'node:fs';

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
  fieldConfig?: { defaults: { unit?: string } };
  transformations?: { id: string; options: { include?: { names: string[] } } }[];
}

export interface Variable {
  name: string;
  type: string;
  query?: string | { query: string };
  current?: { value: string };
}

export interface Dashboard {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list: { name: string; expr?: string }[] };
}

export const load = (file: string): Dashboard => JSON.parse(readFileSync(file, 'utf8')) as Dashboard;

// `text` with $name and ${name} put in; an unknown variable is an error. What Grafana puts in itself is one minute here.
export function interpolate(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{?([a-zA-Z_]+)\}?/g, (_, name: string) => {
    if (name === '__rate_interval' || name === '__interval') return '1m';
    const value = variables[name];
    if (value === undefined) throw new Error(`unknown variable $${name} in: ${text}`);
    return value;
  });
}

// {{label}} of a legend.
export const legendLabels = (legend: string): string[] =>
  [...legend.matchAll(/\{\{\s*([a-zA-Z_]\w*)\s*\}\}/g)].map((match) => match[1] ?? '');
