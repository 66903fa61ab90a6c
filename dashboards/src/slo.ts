// Objectives: how much error budget is left, how fast it burns, when it runs out, and which incidents spent it.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { exporterLink, newBoard } from './board.js';
import { incidentUrl, reportUrl } from './links.js';
import { dashed, linkTo, stat, table, thresholds, timeseries, unitOf, withSections, type Step, type Unit } from './panels.js';
import { exporterUrl, one, several } from './variables.js';

type Panels = Builder<dashboard.Panel>[];

const of = (series: string, matchers = ''): string => `max by (slo) (${series}{slo=~"$slo"${matchers && `, ${matchers}`}})`;
const remaining = of('rca_slo_error_budget_remaining_ratio', 'window="$window"');
const exhaustion = of('rca_slo_error_budget_exhaustion_timestamp_seconds');

function now(): Panels {
  const single = (title: string, description: string, unit: Unit, expr: string, steps: Step[], decimals: number) =>
    stat({ title, description, unit, width: 6, height: 4, decimals }, [expr, ''], steps);
  return [
    single('Budgets used up', 'SLOs that have no error budget left in the window.', 'short', `sum(${remaining} <= bool 0)`, [[null, 'green'], [1, 'red']], 0),
    single('Smallest budget left', 'Of the SLO that is worst off, as a share of its budget. Below 0 the objective is missed.', 'percentunit', `min(${remaining})`, [[null, 'red'], [0.1, 'orange'], [0.5, 'green']], 1),
    single('Fastest burn, last hour', 'Burn rate of the SLO that is worst off: at 1 the budget lasts exactly its window, at 14.4 one hour takes 2 % of a budget of 30 days.', 'short', `max(${of('rca_slo_burn_rate', 'window="1h"')})`, [[null, 'green'], [1, 'orange'], [14.4, 'red']], 2),
    single('Next budget runs out in', 'Forecast from how fast the budgets burn.', 's', `min(${exhaustion}) - time()`, [[null, 'red'], [86400, 'orange'], [604800, 'green']], 0).noValue(
      'no budget will run out',
    ),
    table(
      {
        title: 'Objectives',
        description: 'One row per SLO. The SLI is the share of good events or time in the window; a burn rate of 1 uses up the budget exactly at the end of its window. Where there is data of a part of the window only, all of it is of that part.',
        unit: 'percentunit',
        width: 24,
        height: 8,
      },
      [
        of('rca_slo_objective_ratio'),
        of('rca_slo_sli_ratio', 'window="$window"'),
        remaining,
        of('rca_slo_burn_rate', 'window="1h"'),
        of('rca_slo_burn_rate', 'window="6h"'),
        `${exhaustion} * 1000`,
        of('rca_slo_data_coverage_ratio', 'window="$window"'),
      ],
      {
        slo: 'SLO',
        'Value #A': 'Objective',
        'Value #B': 'SLI',
        'Value #C': 'Budget left',
        'Value #D': 'Burn rate, 1 h',
        'Value #E': 'Burn rate, 6 h',
        'Value #F': 'Runs out',
        'Value #G': 'Data of the window',
      },
    )
      .overrideByRegexp('Objective|SLI', [{ id: 'decimals', value: 3 }])
      .overrideByName('Budget left', [
        { id: 'decimals', value: 1 },
        { id: 'min', value: 0 },
        { id: 'max', value: 1 },
        { id: 'color', value: { mode: 'continuous-RdYlGr' } },
        { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
      ])
      .overrideByRegexp('Burn rate.*', [unitOf('short'), { id: 'decimals', value: 2 }])
      .overrideByName('Runs out', [unitOf('dateTimeAsIso')])
      .noValue('no SLO has an objective'),
  ];
}

function budget(): Panels {
  return [
    timeseries(
      {
        title: 'Error budget left',
        description: 'Share of the error budget of the window that is left. It rises again when an incident leaves the window.',
        unit: 'percentunit',
        width: 12,
        height: 9,
      },
      [[remaining, '{{slo}}']],
    )
      .max(1)
      .thresholds(thresholds([[null, 'red'], [0, 'transparent']]))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Line)),
    timeseries(
      {
        title: 'SLI over the window and objective',
        description: 'Share of good events or time over the window, and dashed the objective.',
        unit: 'percentunit',
        width: 12,
        height: 9,
        decimals: 3,
      },
      [
        [of('rca_slo_sli_ratio', 'window="$window"'), '{{slo}}'],
        [of('rca_slo_objective_ratio'), 'objective of {{slo}}'],
      ],
    ).overrideByRegexp(...dashed('objective of .*')),
  ];
}

// The pairs of windows of the multi-window burn-rate alerts: both have to be above the limit.
function burning(): Panels {
  const pair = (long: string, short: string): Builder<dashboard.Panel> =>
    timeseries(
      {
        title: `Burn rate over ${long} and ${short}`,
        description: 'Where both are above the dashed limit, an alert is due. At 1 the budget lasts exactly its window.',
        unit: 'short',
        width: 12,
        height: 8,
        decimals: 2,
      },
      [
        [of('rca_slo_burn_rate', `window="${long}"`), `{{slo}} ${long}`],
        [of('rca_slo_burn_rate', `window="${short}"`), `{{slo}} ${short}`],
        [
          `max by (slo, severity) (rca_slo_burn_rate_limit{slo=~"$slo", window="${long}", short_window="${short}"})`,
          'limit of {{slo}} ({{severity}})',
        ],
      ],
    )
      .min(0)
      .overrideByRegexp(...dashed('limit of .*'));
  return [pair('1h', '5m'), pair('6h', '30m'), pair('1d', '2h'), pair('3d', '6h')];
}

function spenders(): Panels {
  const consumed = 'max by (incident, slo) (rca_incident_error_budget_consumed_ratio{slo=~"$slo"})';
  const kind = 'max by (incident, slo) (rca_incident_recurrence_budget_ratio{slo=~"$slo"})';
  const info = 'max by (incident, slo, entity, fault_class) (rca_incident_info)';
  return [
    table(
      {
        title: 'Incidents by error budget consumed',
        description: 'What each incident took of the budget of its SLO, the most expensive first; and what all incidents of its kind took within one window: what a repair for good would save.',
        unit: 'short',
        width: 14,
        height: 9,
      },
      [consumed, kind].map((expr) => `${expr} * on (incident, slo) group_left (entity, fault_class) ${info}`),
      {
        incident: 'Incident',
        slo: 'SLO',
        entity: 'Root cause',
        fault_class: 'Fault',
        'Value #A': 'Budget consumed',
        'Value #B': 'By all of its kind',
      },
      'Budget consumed',
    )
      .overrideByRegexp('Budget consumed|By all of its kind', [unitOf('percentunit'), { id: 'decimals', value: 2 }])
      .overrideByName('Incident', [linkTo(['Incident', incidentUrl], ['Report', reportUrl])])
      .noValue('no incident yet'),
    table(
      {
        title: 'Causes by error budget consumed',
        description: 'The same by root cause, added over incidents and SLOs: what comes first here is what to repair for good.',
        unit: 'percentunit',
        width: 10,
        height: 9,
        decimals: 2,
      },
      [`sum by (entity, fault_class) (${consumed} * on (incident, slo) group_left (entity, fault_class) ${info})`],
      { entity: 'Root cause', fault_class: 'Fault', Value: 'Budget consumed' },
      'Budget consumed',
    ).noValue('no incident yet'),
  ];
}

export function slos(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'llm-slo',
    title: 'SLOs and error budgets of LLM serving',
    description: 'Objectives of the LLM service as rca_exporter evaluates them: error budgets, burn rates, when they run out, and which incidents and causes spent them.',
    tags: ['llm', 'slo'],
    from: 'now-6h',
    refresh: '1m',
    page: 'slo.md',
    incidents: 'slo=~"$slo"',
  })
    .link(exporterLink())
    .withVariable(several('slo', 'SLO', 'label_values(rca_slo_objective_ratio, slo)'))
    .withVariable(one('window', 'Window of the budget', 'label_values(rca_slo_error_budget_remaining_ratio{slo=~"$slo"}, window)'))
    .withVariable(exporterUrl());
  return withSections(board, [
    { title: 'Now', panels: now() },
    { title: 'Error budget', panels: budget() },
    { title: 'How fast it burns', panels: burning() },
    { title: 'What spent it', panels: spenders() },
  ]);
}
