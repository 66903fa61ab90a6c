// What can be said of the dashboards without a running system.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';

import { boards } from '../boards.js';
import { boardFiles, interpolate, load, needsPlugin, queryText, root, variableSelector, type Dashboard } from './dashboard.js';
import { selectors } from './promql.js';
import { schemaFaults } from './schema.js';

const any = new Proxy({} as Record<string, string>, { get: () => 'x' });

describe('the dashboards', () => {
  it('are those of the source, each under its own uid', () => {
    assert.deepEqual(boardFiles().sort(), Object.keys(boards).sort());
    const titles = boardFiles().map((name) => load(name).title);
    assert.equal(new Set(titles).size, titles.length);
  });

  it('mean the same by the same variable, since links between them carry the values along', () => {
    const seen = new Map<string, string>();
    for (const name of boardFiles()) {
      for (const { name: variable, type, multi, includeAll } of load(name).templating.list) {
        const kind = JSON.stringify({ type, multi: multi ?? false, includeAll: includeAll ?? false });
        assert.equal(kind, seen.get(variable) ?? kind, `${name}: $${variable}`);
        seen.set(variable, kind);
      }
    }
  });
});

function pluginPanels(): string[] {
  const folder = join(root, 'grafana-plugin', 'src', 'panels');
  const files = readdirSync(folder).map((name) => join(folder, name, 'plugin.json')).filter((file) => existsSync(file));
  return files.map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id);
}

function checkGrid(board: Dashboard): void {
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
}

for (const name of boardFiles()) {
  const board = load(name);
  const panels = board.panels.filter((panel) => panel.type !== 'row');

  describe(name, () => {
    it('has a stable uid and the current schema', () => {
      assert.equal(board.uid, basename(name, '.json'));
      assert.ok(board.schemaVersion >= 42);
      assert.equal(schemaFaults(board).join('\n'), '');
    });

    it('chooses its data source by a variable', () => {
      assert.ok(board.templating.list.some((variable) => variable.type === 'datasource' && variable.name === 'datasource'));
      for (const panel of panels) assert.equal(panel.datasource?.uid, '${datasource}', panel.title);
    });

    it('gives every panel an id, a title, a description and a unit', () => {
      assert.equal(new Set(board.panels.map((panel) => panel.id)).size, board.panels.length);
      assert.equal(new Set(panels.map((panel) => panel.title)).size, panels.length, 'two panels have one title');
      for (const panel of panels) {
        assert.ok(panel.title, `panel ${panel.id}`);
        assert.ok((panel.description ?? '').length > 20, panel.title);
        assert.ok(panel.fieldConfig?.defaults.unit, panel.title);
        assert.ok((panel.targets ?? []).length > 0, panel.title);
        const refIds = (panel.targets ?? []).map((target) => target.refId);
        assert.equal(new Set(refIds).size, refIds.length, panel.title);
      }
    });

    it('keeps panels inside the grid and apart', () => {
      checkGrid(board);
    });

    it('links to the others and shows incidents', () => {
      assert.ok(board.tags.includes('rca'));
      assert.ok(board.links.some((link) => link.type === 'dashboards' && link.tags?.includes('rca')));
      for (const event of ['onset', 'detected', 'resolved']) {
        assert.ok(board.annotations.list.some(({ expr }) => expr?.includes(`rca_incident_${event}_timestamp_seconds`)), event);
      }
      for (const [, uid] of JSON.stringify(board).matchAll(/"\/d\/([\w-]+)\?/g)) {
        assert.ok(`${uid}.json` in boards, `a link to ${uid}`);
      }
    });

    it(needsPlugin(name) ? 'uses panels that the plugin has' : "uses Grafana's own panels alone", () => {
      const others = panels.map(({ type }) => type).filter((type) => type.startsWith('rcaexporter-'));
      const known = needsPlugin(name) ? pluginPanels() : [];
      assert.deepEqual(others.filter((type) => !known.includes(type)), []);
    });

    it('only has queries that parse', () => {
      const parses = (what: string, expr: string): void =>
        assert.ok(selectors(interpolate(expr, any)).length > 0, what);
      for (const panel of panels) {
        for (const target of panel.targets ?? []) parses(panel.title, target.expr);
      }
      for (const { name: title, expr } of board.annotations.list) {
        if (expr !== undefined) parses(title, expr);
      }
      for (const variable of board.templating.list.filter(({ type }) => type === 'query')) {
        const query = variableSelector(queryText(variable));
        assert.ok(query, `variable ${variable.name}: ${queryText(variable)}`);
        parses(variable.name, query.expr);
      }
    });

    it('only uses variables that it has', () => {
      const known = Object.fromEntries(board.templating.list.map(({ name: variable }) => [variable, 'x']));
      for (const { expr, legendFormat } of panels.flatMap((panel) => panel.targets ?? [])) {
        interpolate(expr, known);
        interpolate(legendFormat ?? '', known);
      }
    });
  });
}
