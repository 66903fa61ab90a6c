// Grafana's service for requests to its own server, as far as the pages of the app need it.
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { from, lastValueFrom, type Observable } from 'rxjs';

async function send<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
  const response = await window.fetch(options.url, {
    method: options.method ?? 'GET',
    headers: options.data === undefined ? {} : { 'content-type': 'application/json' },
    body: options.data === undefined ? undefined : JSON.stringify(options.data),
  });
  const text = await response.text();
  const data = (options.responseType === 'text' ? text : parsed(text)) as T;
  const { status, statusText, ok, headers, redirected, type, url } = response;
  if (!ok) {
    const error: FetchError = { status, statusText, data: parsed(text), config: options };
    throw error;
  }
  return { data, status, statusText, ok, headers, redirected, type, url, config: options };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const fetchObservable = <T>(options: BackendSrvRequest): Observable<FetchResponse<T>> => from(send<T>(options));

const data = async <T>(options: BackendSrvRequest): Promise<T> => (await lastValueFrom(fetchObservable<T>(options))).data;

/** Only what the pages call; anything else is a mistake that shows. */
export const backend = {
  fetch: fetchObservable,
  get: (url: string) => data({ url }),
  post: (url: string, body?: unknown) => data({ url, method: 'POST', data: body }),
} as unknown as BackendSrv;
