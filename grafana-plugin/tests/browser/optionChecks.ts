// Each option of a panel, changed with its editor: what is drawn has to follow. By the name of the panel's first view.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export type OptionCheck = (page: Page, form: Locator) => Promise<void>;

const panelOf = (page: Page): Locator => page.getByTestId('rca-panel');

const type = (form: Locator, name: string, text: string): Promise<void> => form.getByRole('textbox', { name, exact: true }).fill(text);
const count = (form: Locator, name: string, value: string): Promise<void> => form.getByRole('spinbutton', { name, exact: true }).fill(value);
const flip = (form: Locator, name: string): Promise<void> => form.getByRole('switch', { name, exact: true }).click({ force: true });
const choose = (form: Locator, name: string, value: string): Promise<void> =>
  form.getByRole('group', { name, exact: true }).getByRole('radio', { name: value, exact: true }).check({ force: true });

/** The options that all panels of one incident have. */
async function incidentOptions(page: Page, form: Locator): Promise<void> {
  const panel = panelOf(page);
  await type(form, 'Incident', 'no-such-incident');
  await panel.getByText('Incident no-such-incident is not in the data').waitFor();
  await type(form, 'Incident', '');
  const head = panel.getByRole('link', { name: /: page of the incident$/ });
  await head.waitFor();
  await type(form, 'Link to the incident', '/d/rca-incident?var-incident=${incident}');
  await expect.poll(() => head.getAttribute('href')).toMatch(/^\/d\/rca-incident\?var-incident=end-to-end-latency-\d+T\d+Z$/);
  await type(form, 'Link to the incident', '');
  await expect.poll(() => head.count()).toBe(0);
  // An incident is open: that resolved ones are not shown changes nothing.
  const before = await panel.innerText();
  await flip(form, 'Show the last resolved incident');
  await expect.poll(() => panel.innerText()).toBe(before);
}

export const optionChecks: Record<string, OptionCheck> = {
  ranking: async (page, form) => {
    await incidentOptions(page, form);
    const panel = panelOf(page);
    await count(form, 'Entities', '2');
    await expect.poll(() => panel.getByRole('row').count()).toBe(3);
    await panel.getByText(/ more with less probability/).waitFor();
    // Nothing is no limit: the default is.
    await count(form, 'Entities', '');
    await expect.poll(() => panel.getByRole('row').count()).toBeGreaterThan(1);
    await flip(form, 'Evidence');
    await expect.poll(() => panel.getByRole('columnheader', { name: 'Evidence' }).count()).toBe(0);
    await type(form, 'Method', 'no_such_method');
    await panel.getByText(/^There is no ranking of the method "no_such_method"\. There are: consensus/).waitFor();
  },

  timeline: async (page, form) => {
    await incidentOptions(page, form);
    const change = panelOf(page).getByRole('listitem').filter({ hasText: 'deployment of ray-replicas-2' });
    await change.waitFor();
    await flip(form, 'Changes');
    await expect.poll(() => change.count()).toBe(0);
  },

  propagation: async (page, form) => {
    await incidentOptions(page, form);
    const svg = panelOf(page).locator('svg[aria-label^="Graph"]');
    const across = async () => Number(await svg.getAttribute('data-width')) > Number(await svg.getAttribute('data-height'));
    await choose(form, 'Direction', 'To the right');
    await expect.poll(across).toBe(true);
    await choose(form, 'Direction', 'Down');
    await expect.poll(across).toBe(false);
    const nodes = () => svg.locator('[data-node]').count();
    const all = await nodes();
    await count(form, 'Most entities', '2');
    await expect.poll(nodes).toBeLessThan(all);
    await panelOf(page).getByText(/more entities are not drawn/).waitFor();
    await count(form, 'Most entities', '250');
    await expect.poll(nodes).toBe(all);
    const weight = svg.getByText(/^\d\.\d\d$/);
    expect(await weight.count()).toBeGreaterThan(0);
    await flip(form, 'Weights');
    await expect.poll(() => weight.count()).toBe(0);
    const legend = panelOf(page).getByRole('list', { name: 'Legend' });
    await legend.getByText('%: probability of the entity').waitFor();
    await flip(form, 'Legend');
    await expect.poll(() => legend.count()).toBe(0);
  },

  whys: async (page, form) => {
    await incidentOptions(page, form);
    const steps = panelOf(page).getByRole('listitem');
    const tops = async () => new Set(await steps.evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top)))).size;
    await choose(form, 'Direction', 'Across');
    await expect.poll(tops).toBe(1);
    await choose(form, 'Direction', 'Down');
    await expect.poll(tops).toBe(await steps.count());
    await flip(form, 'Confidence');
    await expect.poll(() => panelOf(page).getByText(/ sure$/).count()).toBe(0);
    await flip(form, 'Root cause');
    await expect.poll(() => panelOf(page).getByText(/^Root cause:/).count()).toBe(0);
  },

  fishbone: async (page, form) => {
    await incidentOptions(page, form);
    const svg = panelOf(page).locator('svg[aria-label="Fishbone diagram"]');
    const texts = () => svg.locator('text').count();
    expect(await svg.getByText(/^← /).count()).toBeGreaterThan(0);
    await flip(form, 'Whys');
    await expect.poll(() => svg.getByText(/^← /).count()).toBe(0);
    const gap = svg.locator('[data-bone][aria-label^="Process:"]');
    const bones = await gap.count();
    await flip(form, 'Missing telemetry');
    await expect.poll(() => gap.count()).toBeLessThan(bones);
    await flip(form, 'Missing telemetry');
    await expect.poll(() => gap.count()).toBe(bones);
    await count(form, 'Causes on a branch', '1');
    const more = svg.getByText(/^and \d+ more$/);
    await more.first().waitFor();
    await count(form, 'Causes on a branch', '4');
    await expect.poll(() => more.count()).toBe(0);
    const lines = await texts();
    await count(form, 'Lines of a text', '1');
    await expect.poll(texts).toBeLessThan(lines);
  },

  drift: async (page, form) => {
    const panel = panelOf(page);
    await flip(form, 'Contribution of each bucket');
    await expect.poll(() => panel.getByText('adds to PSI').count()).toBe(0);
    await panel.getByText('Distances').waitFor();
    await flip(form, 'Statistics and attribution');
    await expect.poll(() => panel.getByText('Distances').count()).toBe(0);
    await type(form, 'Signal', 'no_such_signal');
    await panel.getByText('Nothing is compared for signal no_such_signal.').waitFor();
    await type(form, 'Entity', 'nobody');
    await panel.getByText('Nothing is compared for signal no_such_signal, entity nobody.').waitFor();
    await type(form, 'Signal', '');
    await type(form, 'Entity', '');
    await type(form, 'Reference', 'never');
    await panel.getByText('Nothing is compared for reference never.').waitFor();
    await choose(form, 'Picture', 'Control chart');
    await panel.getByText('The queries give distributions, but no control charts.').waitFor();
    // Options of the other picture are not offered.
    expect(await form.locator('[data-option="reference"], [data-option="showStatistics"]').count()).toBe(0);
    await form.locator('[data-option="showEwma"]').waitFor();
    await choose(form, 'Picture', 'Distributions');
    expect(await form.locator('[data-option="showEwma"], [data-option="showCusum"]').count()).toBe(0);
  },
};
