// What can be said of the runbooks without a running system.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(new URL('.', import.meta.url).pathname, '..', '..', '..');

describe('runbooks', () => {
  const textOf = (folder: string) =>
    readdirSync(join(root, 'alerts', folder))
      .filter((file) => file.endsWith('.yml'))
      .map((file) => readFileSync(join(root, 'alerts', folder, file), 'utf8'))
      .join('\n');
  // Those that are loaded as they are, and those that rcatool generates for each SLO.
  const rules = textOf('.') + textOf('examples');
  const alerts = [...new Set([...rules.matchAll(/^ +- alert: (\w+)$/gm)].map((match) => match[1] ?? ''))];
  const base = /docsBaseUrl = '(.*)'/.exec(readFileSync(join(root, 'dashboards', 'src', 'links.ts'), 'utf8'))?.[1];

  it('exist for every alert and every kind of root cause, and no other', () => {
    assert.ok(alerts.length > 0);
    const causes = readFileSync(join(root, 'docs', 'root-causes.md'), 'utf8');
    const linked = new Set([...causes.matchAll(/runbooks\/(\w+\.md)/g)].map((match) => match[1] ?? ''));
    assert.equal(linked.size, 24);
    const pages = readdirSync(join(root, 'docs', 'runbooks')).filter((page) => page !== 'README.md');
    assert.deepEqual(pages.sort(), [...alerts.map((alert) => `${alert}.md`), ...linked].sort());
  });

  it('are what runbook_url names, under the address that the dashboard uses too', () => {
    const urls = [...new Set([...rules.matchAll(/^ +runbook_url: (\S+)$/gm)].map((match) => match[1]))];
    assert.deepEqual(urls, alerts.map((alert) => `${base}/runbooks/${alert}.md`));
  });

  it('are each tested by promtool', () => {
    const tests = textOf('tests');
    for (const alert of alerts) assert.ok(tests.includes(`alertname: ${alert}\n`), alert);
  });
});
