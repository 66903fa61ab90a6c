// What of Grafana's HTTP interface the pages use: settings of the app, annotations, and the proxy for the routes of a
// plugin. It behaves as Grafana does (pkg/api/pluginproxy): the route's path is cut off, the rest goes to its URL with
// the headers that its template gives. Kept in memory.
import http from 'node:http';

const PROXY_TIMEOUT_MS = 30_000;
const MOST_BYTES = 1 << 20;

export function grafanaApi(app, exporter) {
  const state = { jsonData: exporter ? { exporterUrl: exporter } : {}, secureJsonData: {}, annotations: [] };
  const settingsPath = `/api/plugins/${app}/settings`;
  const exporterPrefix = `/api/plugin-proxy/${app}/exporter/`;

  /** true: the request was answered. */
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === settingsPath) {
      await settings(request, response, state);
    } else if (url.pathname.startsWith(exporterPrefix)) {
      proxy(response, state, url.pathname.slice(exporterPrefix.length) + url.search);
    } else if (url.pathname.startsWith('/api/plugin-proxy/')) {
      json(response, 404, { message: 'plugin route match not found' });
    } else if (/^\/api\/annotations(\/\d+)?$/.test(url.pathname)) {
      await annotations(request, response, state, url);
    } else {
      return false;
    }
    return true;
  };
}

async function settings(request, response, state) {
  if (request.method === 'POST') {
    const { jsonData = {}, secureJsonData = {} } = await bodyOf(request);
    state.jsonData = jsonData;
    Object.assign(state.secureJsonData, secureJsonData);
  }
  const stored = Object.entries(state.secureJsonData).map(([name, value]) => [name, value !== '']);
  json(response, 200, { enabled: true, pinned: true, jsonData: state.jsonData, secureJsonFields: Object.fromEntries(stored) });
}

function proxy(response, { jsonData, secureJsonData }, rest) {
  let target;
  try {
    target = new URL(jsonData.exporterUrl);
  } catch {
    return json(response, 500, { message: 'Could not parse url' });
  }
  const headers = secureJsonData.basicAuth ? { authorization: `Basic ${secureJsonData.basicAuth}` } : {};
  const path = `${target.pathname.replace(/\/$/, '')}/${rest}`;
  const outgoing = http.request({ host: target.hostname, port: target.port, path, headers, timeout: PROXY_TIMEOUT_MS }, (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, { 'content-type': incoming.headers['content-type'] ?? 'text/plain' });
    incoming.pipe(response);
  });
  outgoing.on('timeout', () => outgoing.destroy());
  outgoing.on('error', () => {
    response.writeHead(502);
    response.end();
  });
  outgoing.end();
}

async function annotations(request, response, state, url) {
  if (request.method === 'GET') {
    const tags = url.searchParams.getAll('tags');
    return json(response, 200, state.annotations.filter((one) => tags.every((tag) => one.tags.includes(tag))));
  }
  const body = await bodyOf(request);
  if (request.method === 'PATCH') {
    const id = Number(url.pathname.split('/').at(-1));
    Object.assign(state.annotations.find((one) => one.id === id) ?? {}, body);
    return json(response, 200, { message: 'Annotation patched' });
  }
  state.annotations.push({ id: state.annotations.length + 1, ...body });
  return json(response, 200, { message: 'Annotation added', id: state.annotations.length });
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MOST_BYTES) {
      throw new Error('the body is too large');
    }
  }
  return JSON.parse(text);
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
