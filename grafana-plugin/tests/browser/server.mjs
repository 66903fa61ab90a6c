// Serves the page, the built plugin and a Prometheus, on 127.0.0.1 only. Alone:
//   node tests/browser/server.mjs --prometheus=http://127.0.0.1:9090 [--exporter=http://127.0.0.1:9877] [--port=9878]
// --built: build.mjs has run before.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildPage, pageFolder } from './build.mjs';
import { grafanaApi } from './grafanaApi.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const dist = path.join(root, 'dist');
const modules = path.join(root, 'node_modules');
const APP = 'rcaexporter-rca-app';

const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Icons that Grafana has and @grafana/ui on npm has not. */
const ABSENT_ICONS = ['angle-double-left.svg', 'expand-arrows.svg'];

/** Where the files of a path lie; the longest prefix counts. */
const folders = [
  [`/public/plugins/${APP}/`, dist],
  ['/public/build/img/', path.join(modules, '@grafana/ui/dist/public/img')],
  ['/public/', path.join(modules, '@grafana/ui/dist/public')],
  ['/page/', pageFolder],
  ['/systemjs/', path.join(modules, 'systemjs/dist')],
];

/** The plugins in dist/, as Grafana finds them when it starts. */
function plugins() {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'plugin.json')
    .map((file) => {
      const { id, type, name } = JSON.parse(readFileSync(path.join(dist, file), 'utf8'));
      const folder = path.dirname(file);
      return { id, type, name, base: `/public/plugins/${APP}${folder === '.' ? '' : `/${folder}`}` };
    });
}

function proxy(request, response, target, rest) {
  const url = new URL(target);
  const outgoing = http.request(
    { host: url.hostname, port: url.port, path: `${url.pathname.replace(/\/$/, '')}${rest}`, method: request.method },
    (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, { 'content-type': incoming.headers['content-type'] ?? 'text/plain' });
      incoming.pipe(response);
    },
  );
  outgoing.on('error', (error) => {
    response.writeHead(502, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'error', error: `${target}: ${error.message}` }));
  });
  request.pipe(outgoing);
}

async function serveFile(response, file) {
  try {
    const content = await readFile(file);
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
    response.end(content);
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('not found\n');
  }
}

async function answer(request, response, { prometheus, api }) {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname.startsWith('/prometheus/')) {
    return proxy(request, response, prometheus, pathname.slice('/prometheus'.length) + search);
  }
  if (await api(request, response)) {
    return undefined;
  }
  if (pathname === '/api/plugins') {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(plugins()));
  }
  // Grafana's typeface; @grafana/ui asks for a file per weight, npm has one for all of them.
  if (pathname.startsWith('/public/fonts/')) {
    return serveFile(response, path.join(modules, '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'));
  }
  if (ABSENT_ICONS.includes(path.basename(pathname))) {
    response.writeHead(200, { 'content-type': 'image/svg+xml' });
    return response.end('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>');
  }
  for (const [prefix, folder] of folders) {
    if (pathname.startsWith(prefix)) {
      const file = path.join(folder, decodeURIComponent(pathname.slice(prefix.length)));
      return serveFile(response, file.startsWith(folder + path.sep) ? file : '');
    }
  }
  // Pages of the app change the address; a reload must find the page again.
  if (pathname === '/' || pathname.startsWith('/a/')) {
    return serveFile(response, path.join(here, 'page', 'index.html'));
  }
  return serveFile(response, '');
}

/** Gives the URL and what stops it. Port 0 takes any that is free; `built`: the page's bundle is there. */
export async function startServer({ prometheus, exporter, port = 0, built = false }) {
  if (!existsSync(path.join(dist, 'plugin.json'))) {
    throw new Error('grafana-plugin/dist is not there: npm run build');
  }
  if (!built) {
    await buildPage();
  }
  const api = grafanaApi(APP, exporter);
  const server = http.createServer((request, response) => {
    answer(request, response, { prometheus, api }).catch((error) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(`${error.message}\n`);
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = Object.fromEntries(
    process.argv.slice(2).map((argument) => {
      const match = /^--(?:(prometheus|exporter|port)=(.+)|(built))$/.exec(argument);
      if (!match) {
        console.error(`server.mjs: unknown option ${argument}`);
        process.exit(1);
      }
      return match[3] ? [match[3], true] : [match[1], match[2]];
    }),
  );
  const { url } = await startServer({
    prometheus: options.prometheus ?? 'http://127.0.0.1:9090',
    exporter: options.exporter,
    port: Number(options.port ?? 9878),
    built: options.built === true,
  });
  console.log(url);
}
