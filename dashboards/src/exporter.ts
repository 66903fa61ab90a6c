// The exporter's own health: can the answers be trusted, are they fresh, and what do they cost.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { exporterLink, newBoard } from './board.js';
import { dashed, shares, stat, states, table, thresholds, timeseries, unitOf, withSections, type Query, type Step, type Unit } from './panels.js';
import { exporterUrl, found } from './variables.js';

type Panels = Builder<dashboard.Panel>[];

const here = 'job=~"$job", instance=~"$instance"';
const of = (series: string): string => `${series}{${here}}`;
const rate = (series: string, by: string): string => `sum by (${by}) (rate(${of(series)}[$__rate_interval]))`;

const panel = (title: string, description: string, unit: Unit, queries: Query[], width = 8): ReturnType<typeof timeseries> =>
  timeseries({ title, description, unit, width, height: 7 }, queries).min(0);

function now(): Panels {
  const one = (title: string, description: string, unit: Unit, expr: string, steps: Step[], decimals?: number) =>
    stat({ title, description, unit, width: 4, height: 4, ...(decimals !== undefined && { decimals }) }, [expr, '{{instance}}'], steps);
  return [
    one('Scraped', 'Whether Prometheus reaches the exporter.', 'short', of('up'), [[null, 'red'], [1, 'green']], 0)
      .mappings(states([['down', 'red'], ['up', 'green']]))
      .noValue('no target'),
    one('Results are old', 'Time since the last evaluation that succeeded. All incidents, scores and ranks are as old as this.', 's', `time() - ${of('rca_last_success_timestamp_seconds')}`, [[null, 'green'], [60, 'orange'], [300, 'red']], 0),
    one('Last evaluation', 'Whether the last evaluation succeeded. When one fails, the last good results stay.', 'short', of('rca_evaluation_last_successful'), [[null, 'red'], [1, 'green']], 0).mappings(
      states([['failed', 'red'], ['succeeded', 'green']]),
    ),
    one('Sources', 'Remote-read sources whose last read succeeded, of all.', 'percentunit', `avg by (instance) (${of('rca_remote_read_up')})`, [[null, 'red'], [1, 'green']], 0),
    one('Configuration', 'Whether the last load or reload of the configuration succeeded; when it failed the old one is still used.', 'short', of('rca_config_last_reload_successful'), [[null, 'red'], [1, 'green']], 0).mappings(
      states([['refused', 'red'], ['loaded', 'green']]),
    ),
    one('Running for', 'Time since the process started.', 's', `time() - ${of('process_start_time_seconds')}`, [[null, 'blue']], 0),
    table(
      { title: 'Instances', description: 'Version of every instance, and when its configuration was last loaded.', unit: 'short', width: 24, height: 4 },
      [
        `1000 * max by (instance, version, revision, compiler) (${of('rca_build_info')}) * on (instance) group_left () max by (instance) (${of('rca_config_last_reload_success_timestamp_seconds')})`,
      ],
      { instance: 'Instance', version: 'Version', revision: 'Revision', compiler: 'Compiler', Value: 'Configuration of' },
    ).overrideByName('Configuration of', [unitOf('dateTimeAsIso')]),
  ];
}

function evaluations(): Panels {
  return [
    panel('Age of the results', 'Time since the last evaluation that succeeded. It should stay below twice the interval.', 's', [[`time() - ${of('rca_last_success_timestamp_seconds')}`, '{{instance}}']]),
    panel('Duration of an evaluation', 'How long the last evaluation took, reading included. Near the interval, evaluations fall behind.', 's', [[of('rca_evaluation_duration_seconds'), '{{instance}}']]),
    panel('Evaluations', 'Each second, and those that failed, by reason.', 'ops', [
      [rate('rca_evaluation_runs_total', 'instance'), 'finished {{instance}}'],
      [rate('rca_evaluation_failures_total', 'instance, reason') + ' > 0', 'failed {{instance}}: {{reason}}'],
    ]),
  ];
}

function reads(): Panels {
  const by = 'instance, endpoint';
  const legend = '{{instance}} {{endpoint}}';
  return [
    panel('Duration of a read', 'How long the last read from each source took.', 's', [[of('rca_remote_read_duration_seconds'), legend]]),
    panel('Age of the last good read', 'By source. A source that fails fails the whole evaluation.', 's', [[`time() - (${of('rca_remote_read_last_success_timestamp_seconds')} > 0)`, legend]]),
    panel('Failed reads', 'Each second, by source and reason. Each one fails a whole evaluation; the last good result stays.', 'ops', [
      [`${rate('rca_remote_read_failures_total', `${by}, reason`)} > 0`, `${legend}: {{reason}}`],
    ]).noValue('none'),
    panel('Requests', 'Each second, retries included; and queries that were split because the server truncates its answers.', 'reqps', [
      [rate('rca_remote_read_requests_total', by), `requests ${legend}`],
      [rate('rca_remote_read_retries_total', by), `retries ${legend}`],
      [rate('rca_remote_read_splits_total', by), `splits ${legend}`],
    ]),
    panel('Bytes received', 'Response bodies, each second. Near the start the whole window is read, later only what is new.', 'Bps', [[rate('rca_remote_read_bytes_total', by), legend]]),
    panel('Samples and series received', 'How many samples and series each second.', 'ops', [
      [rate('rca_remote_read_samples_total', by), `samples ${legend}`],
      [rate('rca_remote_read_series_total', by), `series ${legend}`],
    ]),
  ];
}

function drift(): Panels {
  return [
    panel('Duration of a drift evaluation', 'How long the last one took, its reading included. After a start the references are read first.', 's', [[of('rca_drift_evaluation_duration_seconds'), '{{instance}}']]),
    panel('Age of the drift verdicts', 'Time since the end of the window that was compared last. It should stay below two intervals of drift.', 's', [[`time() - ${of('rca_drift_evaluation_timestamp_seconds')}`, '{{instance}}']]),
    panel('Failed readings for drift', 'Readings for drift or for control charts that failed and are repeated, each second.', 'ops', [[rate('rca_drift_evaluation_failures_total', 'instance, stage'), '{{instance}} {{stage}}']]),
  ];
}

function cardinality(): Panels {
  return [
    panel('Signals tracked', 'Signals, and dashed the limit. At the limit the evaluation fails rather than lose signals silently.', 'short', [
      [of('rca_evaluation_signals'), '{{instance}}'],
      [of('rca_evaluation_signals_limit'), 'limit of {{instance}}'],
    ]).overrideByRegexp(...dashed('limit of .*')),
    panel('Source series tracked', 'Series of the sources that signals are made of.', 'short', [[of('rca_evaluation_series'), '{{instance}}']]),
    panel('Series exposed', 'Samples that Prometheus takes from the exporter in one scrape. It is bounded by the limits beside it.', 'short', [[of('scrape_samples_scraped'), '{{instance}}']]),
    shares(
      { title: 'Signals, share of the limit', description: 'Signals tracked over those that may be (evaluation.max_signals).', unit: 'percentunit', width: 8, height: 7, decimals: 1 },
      [`${of('rca_evaluation_signals')} / ${of('rca_evaluation_signals_limit')}`, '{{instance}}'],
    ).thresholds(thresholds([[null, 'green'], [0.8, 'orange'], [0.95, 'red']])),
    table(
      { title: 'Limits', description: 'The bounds on what is exposed, as configured.', unit: 'short', width: 8, height: 7 },
      [`max by (what) (${of('rca_cardinality_limit')})`],
      { what: 'Of what', Value: 'Limit' },
      'Of what',
      false,
    ),
    table(
      { title: 'Telemetry that is missing', description: 'Signals that the catalogue or the peers let expect, and that do not arrive. A cause without telemetry cannot be found.', unit: 'short', width: 8, height: 7 },
      [`max by (entity, signal, kind) (${of('rca_observability_gap')})`],
      { entity: 'Entity', signal: 'Signal', kind: 'What is wrong' },
    ).noValue('no gap is known'),
  ];
}

function process(): Panels {
  return [
    panel('CPU', 'Cores in use, user and system.', 'suffix: cores', [[rate('process_cpu_seconds_total', 'instance'), '{{instance}}']]),
    panel('Memory', 'Resident memory. It grows to the window of history that is kept, then stays.', 'bytes', [[of('process_resident_memory_bytes'), '{{instance}}']]),
    panel('Open files', 'File descriptors, and dashed how many may be open.', 'short', [
      [of('process_open_fds'), '{{instance}}'],
      [of('process_max_fds'), 'limit of {{instance}}'],
    ]).overrideByRegexp(...dashed('limit of .*')),
    panel('Threads', 'Threads of the process. Their number does not depend on what is tracked.', 'short', [[of('process_threads'), '{{instance}}']], 12),
    panel('Duration of a scrape', 'As Prometheus measures it. A scrape never computes anything, so it is short.', 's', [[of('scrape_duration_seconds'), '{{instance}}']], 12),
  ];
}

export function exporter(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'rca-exporter',
    title: 'Health of rca_exporter',
    description: 'Whether the answers of rca_exporter can be trusted: evaluations, remote reads, limits, missing telemetry, and what the process needs.',
    tags: ['monitoring'],
    from: 'now-1h',
    refresh: '30s',
    page: 'series.md',
  })
    .link(exporterLink())
    .withVariable(found('job', 'Job', 'label_values(rca_build_info, job)'))
    .withVariable(found('instance', 'Instance', 'label_values(rca_build_info{job=~"$job"}, instance)'))
    .withVariable(exporterUrl());
  return withSections(board, [
    { title: 'Now', panels: now() },
    { title: 'Evaluations', panels: evaluations() },
    { title: 'Remote reads', panels: reads() },
    { title: 'Drift and control charts', panels: drift() },
    { title: 'Limits and gaps', panels: cardinality() },
    { title: 'Process', panels: process() },
  ]);
}
