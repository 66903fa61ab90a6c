// Every view of views.ts in Debian's Chromium: drawn in both themes, narrow and wide, checked by axe, clicked, compared with
// its stored picture; then with input that should not come. A message on the console as an error fails the test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import { checks } from './checks';
import { optionChecks } from './optionChecks';
import { comparePicture } from './screenshot';
import { badInputs, views, type PanelView, type View } from './views';

const dataset = inject('dataset');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = 1200;

type Theme = 'light' | 'dark';

let browser: Browser;
let page: Page;
let complaints: string[] = [];
/** One page per theme, since its start takes longer than all that a test does with it. */
const pages = new Map<Theme, Page>();

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--font-render-hinting=none'],
  });
});

afterAll(() => browser?.close());

beforeEach(() => {
  complaints = [];
});

afterEach(() => {
  expect(complaints).toEqual([]);
});

async function newPage(theme: Theme): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: WIDE, height: 900 },
    timezoneId: 'UTC',
    locale: 'en-US',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const created = await context.newPage();
  created.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(`${message.text()} ${message.location().url}`);
    }
  });
  created.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  await created.clock.setFixedTime(dataset.end);
  await created.goto(`${dataset.url}/?hold&theme=${theme}`);
  await created.waitForFunction(() => 'showView' in window);
  await created.addScriptTag({ content: axeSource });
  return created;
}

interface How {
  theme: Theme;
  width?: number;
  bad?: string;
  /** With the editors of its options. */
  options?: boolean;
}

/** Draws a view, which becomes the one that `page` shows. */
async function show(view: View, { theme, width, bad, options }: How): Promise<void> {
  page = pages.get(theme) ?? (await newPage(theme));
  pages.set(theme, page);
  const parameters = new URLSearchParams({ view: view.name, incident: dataset.openIncident, resolved: dataset.resolvedIncident, ...rangeOf(dataset.end) });
  if (width !== undefined) {
    parameters.set('width', String(width));
  }
  if (bad !== undefined) {
    parameters.set('bad', bad);
  }
  if (options) {
    parameters.set('options', '');
  }
  await page.mouse.move(0, 0);
  await page.evaluate((search) => window.showView(search), parameters.toString());
  await page.locator('#view').waitFor();
  if (bad !== 'loading') {
    await settled();
  }
}

const rangeOf = (end: number): { from: string; to: string } => ({
  from: new Date(end - dataset.minutes * 60_000).toISOString(),
  to: new Date(end).toISOString(),
});

/** The same text twice in a row, and nothing that says it is loading. */
async function settled(): Promise<void> {
  let before = '';
  await expect
    .poll(
      async () => {
        const text = await page.locator('#view').innerText();
        const pending = await page.locator('[data-testid="page-pending"], [aria-label="Panel loading bar"], [data-testid="data-testid Spinner"]').count();
        const calm = text === before && text.length > 20 && pending === 0 && !/^Loading/m.test(text);
        before = text;
        return calm;
      },
      { timeout: 20_000, interval: 150 },
    )
    .toBe(true);
  await page.evaluate(() => document.fonts.ready);
}

async function violations(): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Element, options: object): Promise<{ violations: Array<{ id: string; help: string; nodes: Array<{ html: string }> }> }> } };
    // The page around a view is not Grafana's: rules on landmarks and headings of whole pages say nothing here.
    const rules = { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'landmark-one-main': { enabled: false } };
    const result = await axe.run(document.querySelector('#view')!, { rules });
    return result.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
}

const picture = (): Promise<Buffer> => page.locator('#view').screenshot({ animations: 'disabled', caret: 'hide' });

const looks = [
  { theme: 'dark', width: undefined },
  { theme: 'light', width: undefined },
  { theme: 'dark', width: 300 },
  { theme: 'light', width: 300 },
] as const;

// What is resolved is only known of the stored series.
const tried = views.filter((view) => !dataset.live || !JSON.stringify(view).includes('$resolved'));

describe.each(tried.map((view) => [view.name, view] as const))('%s', (name, view) => {
  it.each(looks)('in the $theme theme, width $width', async (how) => {
    await show(view, how);
    expect(await violations()).toEqual([]);
    if (!dataset.live) {
      comparePicture(`${name}-${how.theme}-${how.width ?? 'full'}`, await picture());
    }
  });

  it('does what it should when it is used', async () => {
    await show(view, { theme: 'dark' });
    const check = checks[name];
    expect(check, `checks.ts has nothing for ${name}`).toBeDefined();
    await check!(page, { incident: dataset.openIncident, live: dataset.live });
  });
});

// Each panel once, as its first view shows it.
const panels = views.filter(
  (view, i): view is PanelView =>
    view.kind === 'panel' && views.findIndex((other) => other.kind === 'panel' && other.pluginId === view.pluginId) === i,
);

describe.runIf(!dataset.live).each(panels.map((view) => [view.name, view] as const))('%s with bad input', (_, view) => {
  it.each(badInputs)('%s', async (bad) => {
    await show(view, { theme: 'light', bad });
    const content = page.getByTestId('rca-panel');
    await content.waitFor();
    const text = (await content.innerText()).trim();
    const drawn = await content.locator('svg, canvas, [role="img"]').count();
    expect(text.length + drawn, 'the panel is blank').toBeGreaterThan(0);
    expect(text).not.toMatch(/\b(NaN|undefined|null|Infinity|Invalid date|\[object)/);
    if (bad === 'no-incident') {
      expect(text).toContain(view.calm ?? 'No incident');
    }
    if (bad === 'error') {
      expect(text).toContain('bad gateway');
    }
    expect(await violations()).toEqual([]);
  });
});

describe.each(panels.map((view) => [view.name, view] as const))('options of %s', (name, view) => {
  it('each have an editor and change what is drawn', async () => {
    await show(view, { theme: 'dark', width: 640, options: true });
    const form = page.getByRole('form', { name: 'Options' });
    await form.waitFor();
    const check = optionChecks[name];
    expect(check, `optionChecks.ts has nothing for ${name}`).toBeDefined();
    if (!dataset.live) {
      await check!(page, form);
    }
    expect(await form.locator('[data-option]').count()).toBeGreaterThan(1);
  });
});

describe('the page of the demo', () => {
  it('shows all panels', async () => {
    page = await newPage('dark');
    await page.goto(`${dataset.url}/?${new URLSearchParams({ theme: 'dark', ...rangeOf(dataset.end) })}`);
    for (const view of views) {
      if (view.kind === 'panel' && view.columns !== undefined) {
        await page.getByRole('heading', { name: view.title, exact: true }).first().waitFor();
      }
    }
  });
});
