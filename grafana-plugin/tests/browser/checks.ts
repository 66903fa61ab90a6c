// What the tests do with a view besides looking at it, by the view's name. With the stored series the answer is known: a
// memory fault of ray-replicas-2 is open, a GPU fault of ray-replicas-1 is resolved.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface CheckContext {
  /** The open incident. */
  incident: string;
  /** A running demo, where another fault may be open. */
  live: boolean;
}

export type Check = (page: Page, context: CheckContext) => Promise<void>;

export const checks: Record<string, Check> = {
  ranking: async (page, { live, incident }) => {
    // Its head leads to the page of the incident.
    const head = page.getByRole('link', { name: /: page of the incident$/ });
    expect(await head.getAttribute('href')).toMatch(new RegExp(`^/a/rcaexporter-rca-app/incidents/${live ? '.+' : incident}\\?from=.+&to=.+`));
    const first = page.getByRole('row').nth(1);
    const entity = first.getByRole('link');
    if (!live) {
      await expect.poll(() => entity.innerText()).toBe('ray-replicas-2');
    }
    // The data link has the entity in it.
    expect(await entity.getAttribute('href')).toBe(`/d/rca-overview?var-entity=${await entity.innerText()}`);
    await entity.hover();
    await page.getByRole('tooltip').getByText('Probability of the entity').waitFor();
    expect(await exported(page, 'Save as CSV')).toMatch(/^incident,slo,onset,method,rank,entity,/);
    expect(JSON.parse(await exported(page, 'Save as JSON'))[0]).toMatchObject({ rank: 1, method: 'consensus' });
  },
  timeline: async (page, { live }) => {
    const events = page.getByRole('list', { name: 'Events' });
    await events.getByText('Onset', { exact: true }).waitFor();
    expect(await events.getByRole('listitem').allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('Detected')]));
    if (!live) {
      await events.getByText(/\(likelihood \d+ %\)/).first().waitFor();
    }
    const chart = page.getByRole('application');
    await chart.focus();
    await page.keyboard.press('End');
    await chart.getByText('Threshold').waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    expect(await exported(page, 'Save as CSV')).toMatch(/^incident,slo,time,event,what,detail,likelihood\r\n/);
    expect(await exported(page, 'Save as SVG')).toMatch(/^<svg [^]*>threshold<[^]*<\/svg>\n$/);
  },
  'timeline-resolved': async (page) => {
    const events = page.getByRole('list', { name: 'Events' });
    const titles = (await events.getByRole('listitem').allInnerTexts()).join(' ');
    expect(titles).toMatch(/Onset.*Detected.*Mitigated objective kept again.*Resolved/s);
  },

  propagation: async (page, { live }) => {
    const cause = page.getByRole('link', { name: /root cause,/ }).first();
    expect(await cause.getAttribute('href')).toBe(`/d/rca-overview?var-entity=${await cause.getAttribute('data-node')}`);
    if (!live) {
      expect(await cause.getAttribute('aria-label')).toMatch(/^ray-replicas-2, root cause, probability of the entity \d+ %/);
    }
    await cause.hover();
    await page.getByRole('tooltip').getByText('Most likely fault').waitFor();
    // By keyboard: the Tab key stops at the cause, the arrow goes the fault's way, plus and 0 change the scale.
    await cause.focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-node') ?? '');
    await expect.poll(focused).not.toMatch(/^(ray-replicas-2)?$/);
    await page.keyboard.press('Home');
    await expect.poll(focused).toBe(await cause.getAttribute('data-node'));
    const view = page.locator('svg[aria-label^="Graph"] > g');
    const before = await view.getAttribute('transform');
    await page.keyboard.press('+');
    await expect.poll(() => view.getAttribute('transform')).not.toBe(before);
    await page.keyboard.press('0');
    await expect.poll(() => view.getAttribute('transform')).toBe(before);
    await panAndZoom(page);
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.getByRole('columnheader', { name: 'Weight' }).waitFor();
    await page.getByRole('button', { name: 'Show the graph' }).click();
    expect(await exported(page, 'Save as CSV')).toMatch(/^incident,source,source_role,/);
    const picture = await exported(page, 'Save as SVG');
    expect(picture).toMatch(/^<svg [^]*ray-replicas-[^]*<\/svg>\n$/);
  },

  whys: async (page) => {
    const steps = page.getByRole('list', { name: 'From what users feel to the cause' }).getByRole('listitem');
    expect(await steps.count()).toBeGreaterThan(1);
    expect(await steps.first().innerText()).toContain('left its objective?');
    expect(await steps.last().innerText()).toMatch(/Root cause: .* \(entity \d+ %, entity and fault \d+ %\)/s);
    await steps.last().getByText(/ sure$/).hover();
    await page.getByRole('tooltip').getByText('Confidence in this step').waitFor();
    const rows = JSON.parse(await exported(page, 'Save as JSON'));
    expect(rows.at(-1)).toMatchObject({ deepest: 'yes', step: rows.length });
    expect(await exported(page, 'Save as SVG')).toContain('Because ');
  },

  fishbone: async (page, { live }) => {
    if (!live) {
      await page.getByRole('img', { name: /^Process: deployment of ray-replicas-2 .*\(likelihood \d+ %\)/ }).waitFor();
    }
    for (const branch of ['Model', 'Infrastructure', 'Data', 'Process', 'People']) {
      await page.locator('svg[aria-label="Fishbone diagram"]').getByText(branch, { exact: true }).waitFor();
    }
    const answer = page.getByRole('link', { name: /^Infrastructure: .* of ray-replicas-/ }).first();
    expect(await answer.getAttribute('href')).toContain('var-entity=ray-replicas-');
    await answer.hover();
    await page.getByRole('tooltip').getByText('possible cause').waitFor();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    expect(await page.getByRole('row').count()).toBeGreaterThan(5);
    await page.getByRole('button', { name: 'Show the diagram' }).click();
    expect(await exported(page, 'Save as CSV')).toMatch(/^incident,branch,kind,text,probability,/);
    expect(await exported(page, 'Save as SVG')).toContain('>Infrastructure<');
  },

  drift: async (page, { live }) => {
    if (live) {
      return;
    }
    // What drifted most is shown first; the arrow keys read it.
    await page.getByText('the distribution has drifted').waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('End');
    await page.getByText('above 8192').waitFor();
    await page.keyboard.press('Escape');
    expect(await exported(page, 'Save as CSV')).toMatch(/^bucket,le,reference,current,contribution\r\nup to 32,32,/);
    // With legend and summary, which are text beside the drawing on the page.
    expect(await exported(page, 'Save as SVG')).toMatch(/^<svg [^]*>adds to PSI<[^]*the distribution has drifted[^]*<\/svg>\n$/);
    await page.getByRole('combobox', { name: 'Signal' }).click();
    // Of the demo itself, in which nothing drifts.
    await page.keyboard.type('generation_tokens of ray-replicas-0');
    await page.getByRole('option', { name: /^generation_tokens of ray-replicas-0/ }).click();
    await page.getByText('no drift that is both significant and large enough').waitFor();
  },

  'control-chart': async (page, { live }) => {
    if (live) {
      return;
    }
    await page.getByText('out of control: CUSUM above its limit, EWMA beyond its limit').waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('End');
    await page.getByText('rules broken').waitFor();
    expect(await exported(page, 'Save as CSV')).toMatch(/^time,value,center,lower,upper,ewma,/);
    expect(await exported(page, 'Save as SVG')).toMatch(/^<svg [^]*>CUSUM high<[^]*out of control[^]*<\/svg>\n$/);
    await page.getByRole('combobox', { name: 'Signal' }).click();
    await page.getByRole('option', { name: /^requests_running of ray-replicas-0/ }).click();
    await page.getByText('requests_running of ray-replicas-0: in control').waitFor();
  },

  incidents: async (page, { incident, live }) => {
    const rows = page.getByRole('row');
    const all = await rows.count();
    if (!live) {
      expect(all).toBe(4);
      await page.getByLabel('Search incidents').fill('memory exhaustion ray-replicas-2');
      await expect.poll(() => rows.count()).toBe(2);
    }
    await page.getByLabel('Search incidents').fill('no such thing');
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect.poll(() => rows.count()).toBe(all);
    await page.getByRole('radio', { name: 'Open' }).check({ force: true });
    await expect.poll(() => page.url()).toContain('state=open');
    await page.getByRole('button', { name: 'Onset' }).click();
    expect(await page.getByRole('columnheader', { name: 'Onset' }).getAttribute('aria-sort')).toBe('descending');
    await rows.filter({ hasText: incident }).getByRole('link').click();
    await page.getByRole('button', { name: 'Copy as Markdown' }).waitFor();
    expect(page.url()).toContain(`/incidents/${incident}?`);
  },

  incident: async (page, { incident, live }) => {
    const happened = page.getByRole('list', { name: 'Events' });
    expect(await happened.getByRole('listitem').allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('Onset')]));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(`# Incident ${incident}`);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    for (const title of ['Problem statement', 'Root cause', 'Five whys', 'Timeline', 'Findings', 'Corrective actions', 'Error budget']) {
      expect(copied).toContain(`## ${title}`);
    }
    if (!live) {
      expect(copied).toContain('ray-replicas-2: Memory exhaustion');
    }
    for (let i = 0; i < 2; i++) {
      await page.getByRole('button', { name: 'Annotations' }).click();
      await page.getByRole('menuitem', { name: 'Add as annotation' }).click();
      // The second click brings the first one up to date.
      await expect.poll(async () => (await annotations(page, incident)).length).toBe(1);
    }
    expect((await annotations(page, incident))[0]).toMatchObject({ tags: ['rca_incident', `incident:${incident}`, expect.any(String)] });
    await page.getByRole('button', { name: 'Annotations' }).click();
    await page.getByRole('menuitem', { name: 'Show on a dashboard' }).click();
    await page.getByRole('dialog').getByText(`rca_incident_onset_timestamp_seconds{incident="${incident}"} * 1000`).waitFor();
    await page.keyboard.press('Escape');
  },

  // What the test of the connection says of each exporter is in configuration.test.ts.
  configuration: async (page, { live }) => {
    // A demo's exporter is configured already, and the form then offers other buttons.
    if (live) {
      return;
    }
    await page.getByLabel('URL').fill('rca-exporter');
    await page.getByText('This is not a URL').waitFor();
    expect(await page.getByRole('button', { name: 'Save and test' }).isDisabled()).toBe(true);
    await page.getByLabel('URL').fill('');
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('The data source has the series of rca_exporter').waitFor();
  },
};

interface View {
  x: number;
  y: number;
  k: number;
}

/** Of the propagation graph: with the mouse, the buttons and the keyboard. */
async function panAndZoom(page: Page): Promise<void> {
  const svg = page.locator('svg[aria-label^="Graph"]');
  const view = async (): Promise<View> => {
    const text = (await svg.locator('> g').getAttribute('transform')) ?? '';
    const [x, y, k] = [...text.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)].map(Number);
    return { x: x!, y: y!, k: k! };
  };
  const box = (await svg.boundingBox())!;
  // A place without a card: dragging a link would drag the link.
  const corner = { x: box.x + 8, y: box.y + box.height - 8 };
  const first = await view();
  await page.mouse.move(corner.x, corner.y);
  await page.mouse.down();
  await page.mouse.move(corner.x + 50, corner.y - 30, { steps: 4 });
  await page.mouse.up();
  const dragged = await view();
  expect([dragged.x - first.x, dragged.y - first.y, dragged.k]).toEqual([expect.closeTo(50, 1), expect.closeTo(-30, 1), first.k]);
  // The wheel alone is the dashboard's; with Ctrl it zooms about what is under the pointer.
  await page.mouse.move(corner.x, corner.y);
  await page.mouse.wheel(0, -200);
  expect(await view()).toEqual(dragged);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(async () => (await view()).k).toBeGreaterThan(dragged.k);
  const zoomed = await view();
  const under = (one: View) => [(8 - one.x) / one.k, (box.height - 8 - one.y) / one.k];
  under(dragged).forEach((at, i) => expect(under(zoomed)[i]).toBeCloseTo(at, 0));
  await page.getByRole('button', { name: 'Show everything (0)' }).click();
  const whole = await view();
  expect(whole).toEqual({ x: expect.closeTo(first.x, 1), y: expect.closeTo(first.y, 1), k: expect.closeTo(first.k, 3) });
  await page.getByRole('button', { name: /^Zoom in/ }).click();
  await expect.poll(async () => (await view()).k / whole.k).toBeCloseTo(1.3, 2);
  await page.getByRole('button', { name: /^Zoom out/ }).click();
  await expect.poll(async () => (await view()).k).toBeCloseTo(whole.k, 3);
  // By keyboard: Shift and arrows move the view, minus zooms out, never beyond its bounds.
  // One card is a stop of the Tab key; the arrow keys lead to the others.
  const stop = svg.locator('[data-node][tabindex="0"]');
  expect(await stop.count()).toBe(1);
  await stop.focus();
  const focused = await view();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowUp');
  const moved = await view();
  expect([moved.x - focused.x, moved.y - focused.y]).toEqual([expect.closeTo(60, 1), expect.closeTo(60, 1)]);
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press('-');
  }
  expect((await view()).k).toBeCloseTo(0.05, 3);
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press('+');
  }
  expect((await view()).k).toBeCloseTo(3, 3);
  await page.keyboard.press('0');
  await expect.poll(async () => (await view()).k).toBeCloseTo(whole.k, 3);
}

const annotations = (page: Page, incident: string): Promise<unknown[]> =>
  page.evaluate(async (tag) => (await (await fetch(`/api/annotations?tags=${encodeURIComponent(tag)}`)).json()) as unknown[], `incident:${incident}`);

/** What the toolbar's export gives. */
export async function exported(page: Page, item: 'Save as CSV' | 'Save as JSON' | 'Save as SVG'): Promise<string> {
  await page.getByRole('button', { name: 'Export what is shown' }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  const stream = await (await waiting).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
