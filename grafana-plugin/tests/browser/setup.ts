// Once for all browser tests: a Prometheus (the one of PROMETHEUS_URL where it is set, else one with the stored series)
// and the page's server.
import { readFileSync } from 'node:fs';

import type { TestProject } from 'vitest/node';

import { metaFile } from './dataset.mjs';
import { startPrometheus } from './prometheus.mjs';
import { startServer } from './server.mjs';

export interface Dataset {
  url: string;
  prometheus: string;
  /** A running demo, not the stored series: pictures differ from run to run. */
  live: boolean;
  /** End of the time range, ms. */
  end: number;
  /** Its length. */
  minutes: number;
  openIncident: string;
  /** '' of a running demo. */
  resolvedIncident: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    dataset: Dataset;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const live = process.env['PROMETHEUS_URL'];
  const own = live ? undefined : await startPrometheus();
  const prometheus = live ?? own!.url;
  const server = await startServer({ prometheus, exporter: process.env['EXPORTER_URL'] });
  const meta = JSON.parse(readFileSync(metaFile, 'utf8')) as { end: number; minutes: number; openIncident: string; resolvedIncident: string };
  project.provide('dataset', {
    url: server.url,
    prometheus,
    live: live !== undefined,
    minutes: meta.minutes,
    end: live ? Date.now() : meta.end * 1000,
    resolvedIncident: live ? '' : meta.resolvedIncident,
    openIncident: live ? await openIncident(prometheus) : meta.openIncident,
  });
  return async () => {
    await server.stop();
    await own?.stop();
  };
}

async function openIncident(prometheus: string): Promise<string> {
  const query = 'rca_incident_info unless on (incident) rca_incident_resolved_timestamp_seconds';
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  const answer = (await response.json()) as { data: { result: Array<{ metric: { incident?: string } }> } };
  return answer.data.result[0]?.metric.incident ?? '';
}
