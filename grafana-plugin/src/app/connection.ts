// What an attempt to reach the exporter, or to find its series, means for the person who set it up.

export type Severity = 'success' | 'warning' | 'error';

export interface Verdict {
  severity: Severity;
  title: string;
  detail: string;
}

/** What became of `GET /api/v1/incidents` through Grafana's plugin proxy. */
export type ExporterOutcome =
  | { kind: 'answer'; status: number; body: unknown }
  | { kind: 'timeout'; seconds: number }
  | { kind: 'network'; message: string };

const NOT_OURS = 'Something answers at this URL, but it is not rca_exporter';

export function judgeExporter(outcome: ExporterOutcome): Verdict {
  if (outcome.kind === 'timeout') {
    return error('The exporter does not answer', `No answer within ${outcome.seconds} s. Check host, port and firewall as seen from the Grafana server, not from this browser.`);
  }
  if (outcome.kind === 'network') {
    return error('Grafana cannot be reached', `The request to Grafana itself failed: ${outcome.message}`);
  }
  const { status, body } = outcome;
  const message = messageOf(body);
  if (status === 200) {
    return judgeBody(body);
  }
  if (status === 401) {
    return error('The exporter wants a user and a password', 'It answered 401. Enter the user and password of its --web.config.file and save.');
  }
  if (status === 403) {
    return error('Access is denied', message || 'The answer was 403: you may lack the permission to use this app, or a proxy in front of the exporter refuses Grafana.');
  }
  if (status === 404 && /plugin.*(not found|route)/i.test(message)) {
    return error('Grafana has no route to the exporter', `${message}. Enable the app, save the URL, and restart Grafana if the plugin was updated.`);
  }
  if (status === 404 || status === 405) {
    return error(NOT_OURS, `GET /api/v1/incidents gave ${status}. The URL must be the one under which /metrics is found, without a path after it.`);
  }
  if (status === 429) {
    return error('The exporter is checking too many passwords', 'It answered 429. Wait a moment and test again.');
  }
  if (status === 502 || status === 503 || status === 504) {
    return error('The exporter cannot be reached', `Grafana's proxy answered ${status}${message ? ` (${message})` : ''}. Check that rca_exporter runs, and host and port as seen from the Grafana server.`);
  }
  return error('The exporter answered with an error', `Status ${status}${message ? `: ${message}` : ''}.`);
}

function judgeBody(body: unknown): Verdict {
  const incidents = typeof body === 'object' && body !== null ? (body as { incidents?: unknown }).incidents : undefined;
  if (!Array.isArray(incidents)) {
    return error(NOT_OURS, 'GET /api/v1/incidents did not give a list of incidents. The URL must be the one under which /metrics is found.');
  }
  const open = incidents.filter((one) => typeof one === 'object' && one !== null && (one as { state?: unknown }).state === 'open').length;
  return { severity: 'success', title: 'The exporter is reachable', detail: `It lists ${plural(incidents.length, 'incident')}, ${open} of them open. Full reports are available.` };
}

/** What the test queries found in the data source. Times in unix seconds. */
export interface SeriesOutcome {
  /** The data source's own error. */
  error: string | null;
  /** Number of series whose name begins with rca_. */
  families: number;
  version: string | null;
  /** Newest sample of rca_build_info. */
  newestSample: number | null;
  /** rca_last_success_timestamp_seconds. */
  lastSuccess: number | null;
  incidents: number;
  now: number;
}

const STALE_S = 300;
const SKEW_S = 60;

export function judgeSeries(outcome: SeriesOutcome): Verdict {
  if (outcome.error !== null) {
    return error('The data source does not answer', outcome.error);
  }
  if (outcome.families === 0) {
    return error('There are no rca_ series in this data source', 'The data source answers, but it has seen no series of rca_exporter in the last hour. Let this Prometheus scrape rca_exporter (port 9877), or choose the data source that does.');
  }
  const who = outcome.version === null ? 'rca_exporter' : `rca_exporter ${outcome.version}`;
  const found = `Found ${who} and ${plural(outcome.incidents, 'incident')}.`;
  if (outcome.newestSample !== null && outcome.newestSample - outcome.now > SKEW_S) {
    return warning('The clocks differ', `${found} Its newest sample lies ${seconds(outcome.newestSample - outcome.now)} ahead of this browser's clock. Ranges that end "now" may miss what is newest.`);
  }
  if (outcome.newestSample === null || outcome.now - outcome.newestSample > STALE_S) {
    return warning('The series are old', `${found} ${outcome.newestSample === null ? 'Nothing' : `The newest sample is ${seconds(outcome.now - outcome.newestSample)} old. Nothing newer`} was scraped: is rca_exporter running, or does this browser's clock run ahead?`);
  }
  if (outcome.lastSuccess === null || outcome.lastSuccess <= 0) {
    return warning('The exporter has not finished an evaluation yet', `${found} rca_last_success_timestamp_seconds is 0: look at rca_evaluation_failures_total and at the exporter's log.`);
  }
  const age = outcome.newestSample - outcome.lastSuccess;
  if (age > STALE_S) {
    return warning('The evaluation is old', `${found} Its last evaluation that succeeded is ${seconds(age)} old: look at rca_evaluation_failures_total.`);
  }
  return { severity: 'success', title: 'The data source has the series of rca_exporter', detail: `${found} The last evaluation is ${seconds(Math.max(age, 0))} old.` };
}

/** null when the text is a URL that Grafana's proxy can use; otherwise what is wrong with it. */
export function exporterUrlProblem(text: string): string | null {
  if (text.trim() === '') {
    return null;
  }
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return 'This is not a URL. Example: http://rca-exporter:9877';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return 'The URL must begin with http:// or https://';
  }
  if (url.username !== '' || url.password !== '') {
    return 'Leave user and password out of the URL; there are fields for them below';
  }
  return url.search !== '' || url.hash !== '' ? 'The URL must have no ? and no #' : null;
}

/** The credentials as the header wants them; bytes are UTF-8, as the exporter expects. */
export function basicAuthToken(user: string, password: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(`${user}:${password}`)) {
    bytes += String.fromCharCode(byte);
  }
  return btoa(bytes);
}

function messageOf(body: unknown): string {
  if (typeof body === 'string') {
    return /<\w+/.test(body) ? '' : body.trim().slice(0, 200);
  }
  if (typeof body === 'object' && body !== null) {
    const { message, error: text } = body as { message?: unknown; error?: unknown };
    return String(message ?? text ?? '').slice(0, 200);
  }
  return '';
}

const error = (title: string, detail: string): Verdict => ({ severity: 'error', title, detail });
const warning = (title: string, detail: string): Verdict => ({ severity: 'warning', title, detail });
const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function seconds(s: number): string {
  const whole = Math.round(s);
  return whole < 120 ? `${whole} s` : whole < 7200 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`;
}
