// Every query of every dashboard and rule, on the running demo after the fault. demo.sh says where it is:
// PROMETHEUS_URL, ALERTMANAGER_URL, EXPORTER_URL, SIM_URL (DELETE /fault takes the fault away) and FAULT_TARGET, the entity
// that the fault was put into. The tests run in the order of this file: during the incident, then until it is resolved.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';

import { catalogNames } from '../../../dashboards/build/catalog.js';
import {
  boardFiles,
  interpolate,
  legendLabels,
  load,
  queryText,
  root,
  variableSelector,
  type Dashboard,
  type Target,
  type Variable,
} from '../../../dashboards/build/check/dashboard.js';
import { selectors } from '../../../dashboards/build/check/promql.js';
import { eitherWay, expectedEmpty, notInDemo, onceResolved, optionalLabels } from './expected_empty.js';
import { emittedNames, Prometheus, type Rule, type Series } from './prometheus.js';

function environment(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run tests/contract/run.sh`);
  return value;
}
const prometheus = new Prometheus(environment('PROMETHEUS_URL'));
const exporter = environment('EXPORTER_URL');
const files = boardFiles();
const minutes = 15;
const catalog = catalogNames();
// The exporter's own series, as docs/series.md lists them, one to a row.
const documented = new Set(
  [...readFileSync(join(root, 'docs', 'series.md'), 'utf8').matchAll(/^\| `(rca_\w+)`/gm)].map((match) => match[1] ?? ''),
);
const used = new Set<string>(); // of expectedEmpty, notInDemo and eitherWay
const absent = new Set<string>(); // series that notInDemo asks for
const resolved = new Set<string>(); // of onceResolved

const asked: { metrics: string[]; who: string }[] = []; // of the metrics one is enough
let rules: Rule[];

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

before(async () => {
  rules = (await prometheus.rules()).flatMap((group) => group.rules);
  // A deployment that has nothing to do with it, so that the panel of changes has something to show.
  const response = await fetch(`${exporter}/api/v1/changes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([{ kind: 'deployment', entity: 'nginx-proxy', from: '1.27.4', to: '1.27.5' }]),
  });
  assert.ok(response.ok, `POST /api/v1/changes: ${response.status} ${await response.text()}`);
  await until('the change is scraped', 60, async () =>
    (await prometheus.query('rca_change_event_timestamp_seconds')).length > 0);
});

// `what` names the query in messages and in the lists of expected_empty.ts. Gives the series found.
async function check(what: string, expr: string, run: (expr: string) => Promise<Series[]>): Promise<Series[]> {
  const parts = selectors(expr);
  const series = await run(expr);
  if (notInDemo[what] !== undefined) {
    used.add(what);
    assert.equal(series.length, 0, `${what} gives data although the demo has none (${notInDemo[what]}): ${expr}`);
    for (const metric of parts.flatMap(({ metrics }) => metrics)) {
      assert.ok(catalog.has(metric) || documented.has(metric), `${what}: neither the catalogue nor docs/series.md knows ${metric}`);
      absent.add(metric);
    }
    return series;
  }
  if (eitherWay[what] !== undefined) {
    used.add(what);
    for (const { metrics, text } of parts) {
      const known = metrics.every((metric) => documented.has(metric));
      assert.ok(known || (await run(text)).length > 0, `${what}: no data for its selector ${text}`);
    }
    return series;
  }
  for (const { metrics } of parts) asked.push({ metrics, who: what });
  if (expectedEmpty[what] === undefined) {
    assert.ok(series.length > 0, `${what}: no data for ${expr}`);
    return series;
  }
  used.add(what);
  assert.equal(series.length, 0, `${what} gives data although it is expected not to (${expectedEmpty[what]}): ${expr}`);
  for (const { text } of parts) {
    assert.ok((await run(text)).length > 0, `${what}: no data for its selector ${text}`);
  }
  return series;
}

async function optionsOf(variable: Variable, values: Record<string, string>): Promise<string[]> {
  const query = variableSelector(interpolate(queryText(variable), values));
  assert.ok(query, `variable ${variable.name}: ${queryText(variable)}`);
  const series = await check(`variable ${variable.name}`, query.expr, (expr) => prometheus.query(expr));
  if (query.label !== undefined) return prometheus.labelValues(query.label, query.expr);
  // query_result: the series as Grafana writes them, of which a regular expression takes its part.
  const pattern = new RegExp(/^\/(.*)\/$/.exec(variable.regex ?? '')?.[1] ?? '(.*)');
  return series.flatMap(({ metric }) => {
    const labels = Object.entries(metric).map(([name, value]) => `${name}="${value}"`);
    return pattern.exec(`{${labels.join(',')}} 1`)?.[1] ?? [];
  });
}

// The values that a user who has just opened the dashboard has chosen.
async function variablesOf(board: Dashboard): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const variable of board.templating.list) {
    const current = variable.current?.value;
    if (variable.type === 'query') {
      const options = await optionsOf(variable, values);
      assert.ok(options.length > 0, `variable ${variable.name} has no values`);
      if (current && current !== '$__all') assert.ok(options.includes(current), `${variable.name} has no value ${current}`);
      const all = variable.allValue ?? `(${options.join('|')})`;
      values[variable.name] = current === '$__all' ? all : (current ?? options[0] ?? '');
    } else {
      values[variable.name] = variable.type === 'custom' ? (current ?? '') : queryText(variable);
    }
  }
  return values;
}

interface BoardQuery {
  panel: string;
  what: string;
  target: Target;
  columns?: string[]; // that the panel's table shows
}

function queriesOf(board: Dashboard): BoardQuery[] {
  const queries: BoardQuery[] = [];
  for (const panel of board.panels) {
    const columns = panel.transformations?.find(({ id }) => id === 'filterFieldsByName')?.options.include?.names;
    for (const target of panel.targets ?? []) {
      const what = (panel.targets ?? []).length > 1 ? `panel ${panel.title} ${target.refId}` : `panel ${panel.title}`;
      queries.push({ panel: panel.title, what, target, ...(columns && { columns }) });
    }
  }
  for (const { name, expr } of board.annotations.list) {
    if (expr !== undefined) queries.push({ panel: name, what: `annotation ${name}`, target: { refId: 'A', expr } });
  }
  return queries;
}

// Gives the names of the columns that the query adds to a table.
async function checkQuery({ what, target }: BoardQuery, variables: Record<string, string>): Promise<string[]> {
  const legend = interpolate(target.legendFormat ?? '', variables);
  const series = await check(what, interpolate(target.expr, variables), (expr) =>
    target.instant ? prometheus.query(expr) : prometheus.queryRange(expr, minutes * 60),
  );
  const labels = new Set(series.flatMap(({ metric }) => Object.keys(metric)));
  if (series.length > 0) {
    for (const label of legendLabels(legend).filter((name) => !optionalLabels.includes(name))) {
      assert.ok(labels.has(label), `${what}: no series has the label ${label} of its legend`);
    }
  }
  return [...labels, 'Value', `Value #${target.refId}`];
}

for (const name of files) {
  const board = load(name);
  const queries = queriesOf(board);

  describe(name, () => {
    let variables: Record<string, string>;
    const columns = new Map<string, Set<string>>();
    before(async () => {
      variables = await variablesOf(board);
    });

    for (const query of queries) {
      const known = columns.get(query.panel) ?? new Set<string>();
      columns.set(query.panel, known);
      if (onceResolved.includes(query.what)) {
        known.add(`Value #${query.target.refId}`);
        continue;
      }
      it(query.what, async () => {
        (await checkQuery(query, variables)).forEach((column) => known.add(column));
      });
    }

    it('shows only columns that its queries give', () => {
      for (const query of queries) {
        if (notInDemo[query.what] !== undefined) continue;
        for (const column of query.columns ?? []) {
          assert.ok(columns.get(query.panel)?.has(column), `${query.what}: no column ${column}`);
        }
      }
    });
  });
}

describe('rules', () => {
  it('are loaded and healthy', () => {
    assert.ok(rules.length > 0);
    for (const rule of rules) assert.equal(rule.health, 'ok', `${rule.name}: ${rule.lastError}`);
  });

  it('give data, or rightly none', async () => {
    for (const rule of rules) {
      await check(`${rule.type === 'alerting' ? 'alert' : 'record'} ${rule.name}`, rule.query, (query) => prometheus.query(query));
    }
  });

  it('have annotations whose queries name series that exist', () => {
    let seen = 0;
    for (const rule of rules) {
      for (const text of Object.values(rule.annotations ?? {})) {
        for (const [, format] of text.matchAll(/printf "((?:[^"\\]|\\.)*)"/g)) {
          if (!format?.includes('%q')) continue;
          const expr = format.replaceAll('\\"', '"').replaceAll('%q', '"x"');
          for (const { metrics } of selectors(expr)) {
            asked.push({ metrics, who: `annotation of ${rule.name}` });
            seen += 1;
          }
        }
      }
    }
    assert.ok(seen > 0);
  });

  it('have a severity and the annotations that a page needs', () => {
    for (const rule of rules.filter(({ type }) => type === 'alerting')) {
      assert.match(rule.labels['severity'] ?? '', /^(critical|warning|info)$/, rule.name);
      for (const key of ['summary', 'description', 'runbook_url']) assert.ok(rule.annotations?.[key], `${rule.name}: ${key}`);
    }
  });
});

describe('the alert', () => {
  it('reached Alertmanager and names the entity that the fault was put into', async () => {
    const alerts = (await (await fetch(`${environment('ALERTMANAGER_URL')}/api/v2/alerts`)).json()) as {
      labels: Record<string, string>;
      annotations: Record<string, string>;
    }[];
    const names = alerts.map(({ labels }) => labels['alertname']);
    assert.ok(names.includes('RcaIncidentOpen'), names.join());
    const found = alerts.filter(({ labels }) => labels['alertname'] === 'RcaRootCauseFound');
    assert.ok(found.length > 0, names.join());
    for (const { labels, annotations } of found) {
      assert.equal(labels['entity'], environment('FAULT_TARGET'));
      assert.match(annotations['summary'] ?? '', new RegExp(`${labels['entity']} \\(\\w+, \\d+(\\.\\d+)?%\\)$`));
    }
  });
});

describe('when the fault is taken away', () => {
  it('the incident is resolved and its alerts end, while its series stay', async () => {
    const response = await fetch(`${environment('SIM_URL')}/fault`, { method: 'DELETE' });
    assert.ok(response.ok, `DELETE /fault: ${response.status}`);
    await until('the incident is resolved', 240, async () =>
      (await prometheus.query('rca_incident_active == 1')).length === 0);
    await until('the alerts end', 30, async () =>
      (await prometheus.query('ALERTS{alertname=~"RcaIncidentOpen|RcaRootCauseFound", alertstate="firing"}')).length === 0);
    assert.ok((await prometheus.query('rca_incident_info')).length > 0);
  });

  for (const name of files) {
    const board = load(name);
    for (const query of queriesOf(board).filter(({ what }) => onceResolved.includes(what))) {
      it(`${name}: ${query.what}`, async () => {
        await checkQuery(query, await variablesOf(board));
        resolved.add(query.what);
      });
    }
  }
});

describe('every series that was asked for', () => {
  it('is exposed by a target, recorded by a rule, of what the demo has not, or in the catalogue as that of another exporter', async () => {
    const names = await emittedNames(await prometheus.targets());
    for (const rule of rules) if (rule.type === 'recording') names.add(rule.name);
    assert.ok(asked.length > 20);
    for (const { metrics, who } of asked) {
      for (const metric of metrics) {
        // Of several names one is enough; the others are at least known.
        // An annotation leaves out what its query does not find, as the forecast of a budget that lasts.
        const mayBeMissing = metrics.some((one) => names.has(one)) ? metrics.length > 1 : who.startsWith('annotation ');
        const known = documented.has(metric) && mayBeMissing;
        assert.ok(names.has(metric) || catalog.has(metric) || known || absent.has(metric), `${who}: nobody emits ${metric}`);
      }
    }
  });
});

describe('the lists of queries that give nothing', () => {
  it('hold only queries that exist', () => {
    assert.deepEqual([...used].sort(), [expectedEmpty, notInDemo, eitherWay].flatMap((list) => Object.keys(list)).sort());
    assert.deepEqual([...resolved].sort(), [...onceResolved].sort());
  });
});
