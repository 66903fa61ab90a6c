// The connection test of the configuration page, against a running rca_exporter and against what is none.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

const dataset = inject('dataset');
const binary = process.env['RCA_EXPORTER'] ?? path.resolve(import.meta.dirname, '../../../build/release/bin/rca_exporter');
// Of "secret".
const HASH = '$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW';
const SETTINGS = `${dataset.url}/api/plugins/rcaexporter-rca-app/settings`;

let browser: Browser;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(() => browser?.close());

beforeEach(async () => {
  await store({});
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  await page.clock.setFixedTime(dataset.end);
  await page.goto(`${dataset.url}/a/rcaexporter-rca-app/plugin/configuration`);
});

afterEach(async () => {
  await page.close();
  await store({});
  expect(complaints).toEqual([]);
});

const store = (jsonData: object) =>
  fetch(SETTINGS, { method: 'POST', body: JSON.stringify({ jsonData, secureJsonData: { basicAuth: '' } }) });

/** Saves; the page loads anew and tests by itself. */
async function saveAndTest(url: string, user = '', password = ''): Promise<void> {
  await page.locator('#rca-exporter-url').fill(url);
  if (user !== '') {
    await page.locator('#rca-exporter-user').fill(user);
    await page.locator('#rca-exporter-password').fill(password);
  }
  await page.getByRole('button', { name: 'Save and test' }).click();
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// It needs nothing of a running demo, whose clock is not that of the stored series.
describe.runIf(!dataset.live)('what is no exporter', () => {
  it('cannot be reached', async () => {
    await saveAndTest(`http://127.0.0.1:${await freePort()}`);
    await page.getByText('The exporter cannot be reached').waitFor();
    await page.getByText('The data source has the series of rca_exporter').waitFor();
  });

  it('is something else', async () => {
    await saveAndTest(dataset.prometheus);
    await page.getByText('Something answers at this URL, but it is not rca_exporter').waitFor();
  });
});

describe.runIf(!dataset.live && existsSync(binary))('a running exporter', () => {
  let folder: string;
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rca-plugin-'));
  });

  afterEach(async () => {
    running?.kill('SIGTERM');
    await new Promise((resolve) => (running ? running.once('exit', resolve) : resolve(undefined)));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(web?: string): Promise<string> {
    const port = await freePort();
    const config = path.join(folder, 'rca.yml');
    await writeFile(config, `sources:\n  - name: prometheus\n    url: ${dataset.prometheus}/api/v1/read\nstore:\n  path: ${folder}/incidents.db\n`);
    const flags = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`];
    if (web !== undefined) {
      await writeFile(path.join(folder, 'web.yml'), web);
      flags.push(`--web.config.file=${path.join(folder, 'web.yml')}`);
    }
    running = spawn(binary, flags, { stdio: 'ignore' });
    for (let i = 0; i < 200; i++) {
      if (await fetch(`http://127.0.0.1:${port}/-/healthy`).then(({ ok }) => ok, () => false)) {
        return `http://127.0.0.1:${port}`;
      }
      await sleep(100);
    }
    throw new Error('rca_exporter does not answer');
  }

  it('is reachable', async () => {
    await saveAndTest(`${await start()}/`);
    await page.getByText('The exporter is reachable').waitFor();
  });

  it('asks for a password, and takes the right one', async () => {
    const url = await start(`basic_auth_users:\n  grafana: ${HASH}\n`);
    await saveAndTest(url);
    await page.getByText('The exporter wants a user and a password').waitFor();
    await saveAndTest(url, 'grafana', 'wrong');
    await page.getByText('The exporter wants a user and a password').waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    await saveAndTest(url, 'grafana', 'secret');
    await page.getByText('The exporter is reachable').waitFor();
    // The browser never gets the password back.
    expect(await (await fetch(SETTINGS)).text()).not.toContain('secret"');
  });
});
