// Takes the series that the browser tests draw from a running demo, and puts them as OpenMetrics text into
// tests/browser/data/. To renew them when the exporter publishes something new:
//   ./demo.sh --exec='node grafana-plugin/tests/browser/capture.mjs'
// One incident is resolved, a second one is open: the states that the panels have to show.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { dataFile, metaFile } from './dataset.mjs';

const { PROMETHEUS_URL: prometheus, EXPORTER_URL: exporter, SIM_URL: simulation } = process.env;
if (!prometheus || !exporter || !simulation) {
  throw new Error('PROMETHEUS_URL, EXPORTER_URL and SIM_URL are not set: run this with ./demo.sh --exec=…');
}

const MINUTES = 6;
/** Own scrapes are every 5 s; a sample each 15 s draws the same picture from a third of the bytes. */
const THIN_MS = 15_000;

async function ask(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  }
  return text ? JSON.parse(text) : undefined;
}

async function until(what, seconds, holds) {
  console.log(`waiting: ${what}`);
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await holds();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${seconds} s`);
    }
    await sleep(1000);
  }
}

const incidents = async () => (await ask(`${exporter}/api/v1/incidents`)).incidents;
const open = async () => (await incidents()).filter(({ state }) => state === 'open');

const change = (kind, entity, from, to) =>
  ask(`${exporter}/api/v1/changes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([{ kind, entity, from, to }]),
  });

/** Series and points of the last minutes, as they were scraped. */
async function dump(selector) {
  const query = `${selector}[${MINUTES}m]`;
  const { data } = await ask(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  return data.result;
}

const escape = (text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** OpenMetrics wants the samples of one family together. */
function openMetrics(series) {
  const lines = [];
  const sorted = [...series].sort((a, b) => (a.metric.__name__ < b.metric.__name__ ? -1 : a.metric.__name__ > b.metric.__name__ ? 1 : 0));
  let family = '';
  for (const { metric, values } of sorted) {
    const { __name__: name, ...labels } = metric;
    if (name !== family) {
      lines.push(`# TYPE ${name} unknown`);
      family = name;
    }
    const text = Object.entries(labels).map(([key, value]) => `${key}="${escape(value)}"`).join(',');
    let last = -Infinity;
    values.forEach(([time, value], i) => {
      if (time * 1000 - last >= THIN_MS - 500 || i === values.length - 1) {
        lines.push(`${name}{${text}} ${value} ${time}`);
        last = time * 1000;
      }
    });
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

await ask(`${simulation}/fault`, { method: 'DELETE' });
await until('the first incident is resolved', 180, async () => (await open()).length === 0);
await change('deployment', 'ray-replicas-2', 'vllm-0.10.1', 'vllm-0.10.2');
await sleep(20_000);
await ask(`${simulation}/fault?type=memory&target=ray-replicas-2`, { method: 'POST' });
const [first] = (await incidents()).filter(({ state }) => state === 'resolved');
const [second] = await until('a second incident has a root cause', 240, async () => {
  const found = (await open()).filter(({ answer }) => answer?.entity);
  return found.length > 0 ? found : undefined;
});
await sleep(45_000);
const end = Math.floor(Date.now() / 1000);
const series = [...(await dump('{__name__=~"rca_.*"}')), ...(await dump('up'))];
const text = openMetrics(series);
const packed = gzipSync(text, { level: 9 });
writeFileSync(dataFile, packed);
const { data: build } = await ask(`${prometheus}/api/v1/query?query=rca_build_info`);
writeFileSync(
  metaFile,
  `${JSON.stringify({ end, minutes: MINUTES - 1, openIncident: second.id, resolvedIncident: first.id, exporter: build.result[0]?.metric.version ?? '' }, null, 2)}\n`,
);
console.log(`${path.basename(dataFile)}: ${series.length} series, ${text.length} bytes, ${packed.length} packed; end ${end}`);
