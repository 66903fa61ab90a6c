// The exporter's own HTTP interface, through Grafana's plugin proxy: the browser never sees its address or password.
import { getBackendSrv, isFetchError } from '@grafana/runtime';
import { lastValueFrom, timeout, TimeoutError } from 'rxjs';

import type { ExporterOutcome } from './connection';
import { PLUGIN_ID } from './settings';

const TIMEOUT_S = 10;
const proxied = (path: string): string => `/api/plugin-proxy/${PLUGIN_ID}/exporter/${path}`;

/** Never rejects: what went wrong is part of the answer. */
export async function askExporter(path: string): Promise<ExporterOutcome> {
  try {
    const answer = await lastValueFrom(
      getBackendSrv()
        .fetch<string>({ url: proxied(path), method: 'GET', responseType: 'text', showErrorAlert: false, retry: 0 })
        .pipe(timeout(TIMEOUT_S * 1000)),
    );
    return { kind: 'answer', status: answer.status, body: parsed(answer.data) };
  } catch (error) {
    if (error instanceof TimeoutError) {
      return { kind: 'timeout', seconds: TIMEOUT_S };
    }
    if (isFetchError<unknown>(error) && error.status > 0) {
      return { kind: 'answer', status: error.status, body: parsed(error.data) };
    }
    return { kind: 'network', message: error instanceof Error ? error.message : 'no answer' };
  }
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') {
    return body;
  }
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The full report as Markdown. Rejects with a sentence. */
export async function fetchReport(incident: string): Promise<string> {
  const outcome = await askExporter(`api/v1/incidents/${encodeURIComponent(incident)}/report`);
  if (outcome.kind === 'answer' && outcome.status === 200 && typeof outcome.body === 'string') {
    return outcome.body;
  }
  if (outcome.kind === 'answer' && outcome.status === 404) {
    throw new Error('The exporter does not have this incident (any more).');
  }
  throw new Error(outcome.kind === 'answer' ? `The exporter answered ${outcome.status}.` : outcome.kind === 'timeout' ? 'The exporter did not answer in time.' : outcome.message);
}
