// What can be said of the dashboards and runbooks without a running system.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { interpolate, load } from './dashboard.js';
import { selectors } from './promql.js';

const root = join(new URL('.', import.meta.url).pathname, '..', '..', '..');
const boards = readdirSync(join(root, 'dashboards')).filter((name) => name.startsWith('rca-') && name.endsWith('.json'));
const any = new Proxy({} as Record<string, string>, { get: () => 'x' });

assert.ok(boards.length > 0, 'no dashboards/rca-*.json');
for (const name of boards) {
  const board = load(join(root, 'dashboards', name));
  const panels = board.panels.filter((panel) => panel.type !== 'row');

  describe(name, () => {
    it('has a stable uid and the current schema', () => {
      assert.equal(board.uid, name.replace('.json', ''));
      assert.ok(board.schemaVersion >= 42);
    });

    it('chooses its data source by a variable', () => {
      assert.ok(board.templating.list.some((variable) => variable.type === 'datasource' && variable.name === 'datasource'));
      for (const panel of panels) assert.equal(panel.datasource?.uid, '${datasource}', panel.title);
    });

    it('gives every panel an id, a title, a description and a unit', () => {
      assert.equal(new Set(board.panels.map((panel) => panel.id)).size, board.panels.length);
      for (const panel of panels) {
        assert.ok(panel.title, `panel ${panel.id}`);
        assert.ok((panel.description ?? '').length > 20, panel.title);
        assert.ok(panel.fieldConfig?.defaults.unit, panel.title);
        assert.ok((panel.targets ?? []).length > 0, panel.title);
      }
    });

    it('keeps panels inside the grid and apart', () => {
      const taken = new Set<string>();
      for (const { title, gridPos } of board.panels) {
        assert.ok(gridPos.x + gridPos.w <= 24, title);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; ++x) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; ++y) {
            assert.ok(!taken.has(`${x},${y}`), `${title} overlaps another panel`);
            taken.add(`${x},${y}`);
          }
        }
      }
    });

    it('only has queries that parse', () => {
      for (const panel of panels) {
        for (const target of panel.targets ?? []) {
          assert.ok(selectors(interpolate(target.expr, any)).length > 0, panel.title);
        }
      }
      for (const { name: title, expr } of board.annotations.list) {
        if (expr !== undefined) assert.ok(selectors(interpolate(expr, any)).length > 0, title);
      }
    });
  });
}

describe('runbooks', () => {
  const rules = readFileSync(join(root, 'alerts', 'rca-rules.yml'), 'utf8');
  const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map((match) => match[1] ?? '');
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
    const urls = [...rules.matchAll(/^ +runbook_url: (\S+)$/gm)].map((match) => match[1]);
    assert.deepEqual(urls, alerts.map((alert) => `${base}/runbooks/${alert}.md`));
  });

  it('are each tested by promtool', () => {
    const tests = readFileSync(join(root, 'alerts', 'tests', 'rca-rules-test.yml'), 'utf8');
    for (const alert of alerts) assert.ok(tests.includes(`alertname: ${alert}\n`), alert);
  });
});
