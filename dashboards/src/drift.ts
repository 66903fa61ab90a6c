// Drift of distributions against their references, and control charts.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { newBoard } from './board.js';
import { dashed, shares, stat, states, stateTimeline, table, thresholds, timeseries, unitOf, withSections, type Query, type Step, type Unit } from './panels.js';
import { one } from './variables.js';

type Panels = Builder<dashboard.Panel>[];

const reference = 'reference="$reference"';
const shown = `signal="$signal", entity="$entity", ${reference}`;
const charted = 'signal="$chart_signal", entity="$chart_entity"';
const perSignal = (series: string, matchers = ''): string =>
  `max by (signal, entity) (${series}{${reference}${matchers && `, ${matchers}`}})`;

function now(): Panels {
  const single = (title: string, description: string, unit: Unit, expr: string, steps: Step[]) =>
    stat({ title, description, unit, width: 6, height: 4, decimals: 0 }, [expr, ''], steps);
  return [
    single('Drifting', 'Signals whose distribution differs from the reference: significant after correction for many tests, and large enough to matter.', 'short', `sum(${perSignal('rca_drift_detected')})`, [[null, 'green'], [1, 'orange']]),
    single('Not enough data', 'Signals with too few observations for a verdict, in the current window or in the reference.', 'short', `sum(1 - ${perSignal('rca_drift_enough_data')})`, [[null, 'green'], [1, 'blue']]),
    single('Age of the reference', 'Of the oldest one: how long ago the reference window ended.', 's', `max(rca_drift_reference_age_seconds{${reference}})`, [[null, 'blue']]),
    single('Out of control', 'Signals that break a rule of their control chart now. Western Electric rules by themselves break now and then without cause.', 'short', 'count(max by (signal, entity) (rca_spc_violation{rule=~"beyond_3_sigma|ewma|cusum_high|cusum_low"}) == 1)', [[null, 'green'], [1, 'orange']]).noValue('none'),
    table(
      {
        title: 'Signals against $reference',
        description: 'One row per signal. PSI: below 0.1 stable, above 0.25 another distribution. The p-value is the smallest of the tests, after Benjamini-Hochberg.',
        unit: 'short',
        width: 24,
        height: 9,
        decimals: 3,
      },
      [
        perSignal('rca_drift_detected'),
        perSignal('rca_drift_psi'),
        perSignal('rca_drift_js_divergence'),
        perSignal('rca_drift_ks_statistic'),
        perSignal('rca_drift_wasserstein_distance'),
        `min by (signal, entity) (rca_drift_adjusted_p_value{${reference}})`,
        perSignal('rca_drift_samples', 'distribution="current"'),
        perSignal('rca_drift_samples', 'distribution="reference"'),
      ],
      {
        'Value #A': 'Drift',
        signal: 'Signal',
        entity: 'Entity',
        'Value #B': 'PSI',
        'Value #C': 'Jensen-Shannon',
        'Value #D': 'Kolmogorov-Smirnov',
        'Value #E': 'Wasserstein',
        'Value #F': 'Adjusted p',
        'Value #G': 'Samples',
        'Value #H': 'Samples of the reference',
      },
      'PSI',
    )
      .overrideByName('Drift', [
        { id: 'mappings', value: states([['no', 'green'], ['yes', 'red']]) },
        { id: 'custom.cellOptions', value: { type: 'color-text' } },
      ])
      .overrideByRegexp('Samples.*', [{ id: 'decimals', value: 0 }])
      .noValue('no signal is compared with this reference'),
    table(
      {
        title: 'What comparisons lack',
        description: 'Too few observations, or telemetry that cannot be used: buckets that changed, a missing +Inf, no samples.',
        unit: 'short',
        width: 24,
        height: 5,
      },
      [`max by (signal, entity, reason) (rca_drift_gap{${reference}})`],
      { signal: 'Signal', entity: 'Entity', reason: 'What is wrong' },
    ).noValue('every comparison has what it needs'),
  ];
}

const legend = '{{signal}} {{entity}}';
const panel = (title: string, description: string, queries: Query[], width = 8): ReturnType<typeof timeseries> =>
  timeseries({ title, description, unit: 'short', width, height: 8, decimals: 3 }, queries);

function course(): Panels {
  const simple = (title: string, description: string, series: string) => panel(title, description, [[perSignal(series), legend]]).min(0);
  return [
    stateTimeline(
      { title: 'Drift detected', description: 'Since when each signal differs from the reference. Signals without enough data are left out.', unit: 'short', width: 24, height: 7 },
      [[`${perSignal('rca_drift_detected')} and on (signal, entity) (${perSignal('rca_drift_enough_data')} == 1)`, legend]],
    )
      .mappings(states([['no drift', 'green'], ['drift', 'red']]))
      .thresholds(thresholds([[null, 'green'], [1, 'red']])),
    simple('Population stability index', 'Below 0.1 stable, from 0.1 on watch it, above 0.25 another distribution.', 'rca_drift_psi')
      .thresholds(thresholds([[null, 'transparent'], [0.1, 'orange'], [0.25, 'red']]))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed)),
    simple('Kolmogorov-Smirnov statistic', 'Largest distance of the two distribution functions, 0 to 1.', 'rca_drift_ks_statistic'),
    simple('Wasserstein distance', "How far the observations moved, in the signal's own unit (seconds, tokens).", 'rca_drift_wasserstein_distance'),
    panel('Divergences', 'Jensen-Shannon, Kullback-Leibler and Hellinger of the chosen signal.', [
      [`max(rca_drift_js_divergence{${shown}})`, 'Jensen-Shannon'],
      [`max(rca_drift_kl_divergence{${shown}})`, 'Kullback-Leibler'],
      [`max(rca_drift_hellinger_distance{${shown}})`, 'Hellinger'],
    ]).min(0),
    panel('Other statistics', 'χ², Cramér-von Mises, Anderson-Darling and energy distance of the chosen signal.', [
      [`max(rca_drift_chi_squared_statistic{${shown}})`, 'χ²'],
      [`max(rca_drift_cramer_von_mises_statistic{${shown}})`, 'Cramér-von Mises'],
      [`max(rca_drift_anderson_darling_statistic{${shown}})`, 'Anderson-Darling'],
      [`max(rca_drift_energy_distance{${shown}})`, 'energy distance'],
    ]),
    panel('p-values', 'Of the chosen signal by test, after Benjamini-Hochberg. Low is significant, which is not the same as large.', [
      [`max by (test) (rca_drift_adjusted_p_value{${shown}})`, '{{test}}'],
    ])
      .min(0)
      .max(1),
  ];
}

const share: dashboard.DynamicConfigValue[] = [
  unitOf('percentunit'),
  { id: 'decimals', value: 1 },
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
];

function chosen(): Panels {
  const of = (distribution: string): string => `max by (le) (rca_drift_distribution_ratio{${shown}, distribution="${distribution}"})`;
  return [
    table(
      {
        title: 'Distribution of $signal of $entity',
        description: 'Share of the observations per bucket, now and in the reference, and which share of the PSI each bucket makes. A bucket is named by its upper bound.',
        unit: 'short',
        width: 14,
        height: 10,
      },
      [of('reference'), of('current'), `max by (le) (rca_drift_bucket_contribution{${shown}})`],
      { le: 'Up to', 'Value #A': 'Reference', 'Value #B': 'Now', 'Value #C': 'Contribution' },
      'Up to',
      false,
    )
      // As text 10 comes before 2. What is no number is +Inf.
      .withTransformation({ id: 'convertFieldType', options: { conversions: [{ targetField: 'Up to', destinationType: 'number' }] } })
      .overrideByName('Up to', [
        {
          id: 'mappings',
          value: [{ type: dashboard.MappingType.SpecialValue, options: { match: dashboard.SpecialValueMatch.NullAndNan, result: { text: '+Inf', index: 0 } } }],
        },
      ])
      .overrideByRegexp('Reference|Now|Contribution', share)
      .noValue('the signal has no histogram'),
    shares(
      {
        title: 'Which label carries it',
        description: 'Share of the drift that each value of a label (model, tenant, cohort) carries: the mix has changed, or one of them has.',
        unit: 'percentunit',
        width: 10,
        height: 10,
        decimals: 0,
      },
      [`sort_desc(max by (label, value) (rca_drift_attribution_ratio{${shown}}))`, '{{label}}={{value}}'],
    )
      .thresholds(thresholds([[null, 'blue']]))
      .noValue('no label is configured for attribution'),
  ];
}

function embeddings(): Panels {
  const simple = (title: string, description: string, series: string) => panel(title, description, [[perSignal(series), legend]]).min(0).noValue('no embeddings are compared');
  return [
    simple('Cosine distance of embeddings', 'Between the mean embeddings, 0 to 2.', 'rca_drift_cosine_distance'),
    simple('Fréchet distance of embeddings', 'Between two normal distributions with the means and covariances of the embeddings.', 'rca_drift_frechet_distance'),
    simple('Maximum mean discrepancy', 'Of the embeddings, with a Gaussian kernel; its p-value comes from permutations.', 'rca_drift_mmd'),
  ];
}

function charts(): Panels {
  const of = (series: string, matchers = ''): string => `max(${series}{${charted}${matchers && `, ${matchers}`}})`;
  return [
    timeseries(
      {
        title: 'Control chart of $chart_signal of $chart_entity',
        description: "Shewhart chart in the signal's own unit: the value, its centre, and dashed the limits at three standard deviations.",
        unit: 'short',
        width: 24,
        height: 9,
      },
      [
        [of('rca_spc_value'), 'value'],
        [of('rca_spc_center'), 'centre'],
        [of('rca_spc_upper_limit'), 'limit above'],
        [of('rca_spc_lower_limit'), 'limit below'],
      ],
    ).overrideByRegexp(...dashed('limit .*')),
    panel('EWMA', 'Exponentially weighted mean of the signal, and dashed its limits. Finds small shifts that last.', [
      [of('rca_spc_ewma'), 'EWMA'],
      [of('rca_spc_ewma_upper_limit'), 'limit above'],
      [of('rca_spc_ewma_lower_limit'), 'limit below'],
    ], 12).overrideByRegexp(...dashed('limit .*')),
    panel('CUSUM', "Sum of the deviations above and below the centre, in the signal's own unit, and dashed its limit. Finds small shifts, and since when.", [
      [`max by (side) (rca_spc_cusum{${charted}})`, '{{side}}'],
      [of('rca_spc_cusum_limit'), 'limit'],
    ], 12).overrideByRegexp(...dashed('limit')),
    stateTimeline(
      { title: 'Rules broken', description: 'Which rule was broken when: Western Electric, EWMA and CUSUM.', unit: 'short', width: 24, height: 8 },
      [[`max by (rule) (rca_spc_violation{${charted}})`, '{{rule}}']],
    )
      .mappings(states([['kept', 'green'], ['broken', 'red']]))
      .thresholds(thresholds([[null, 'green'], [1, 'red']])),
  ];
}

export const driftVariables = (): dashboard.QueryVariableBuilder[] => [
  one('reference', 'Reference', 'label_values(rca_drift_detected, reference)'),
  one('signal', 'Signal', 'label_values(rca_drift_detected{reference="$reference"}, signal)'),
  one('entity', 'Entity', 'label_values(rca_drift_detected{reference="$reference", signal="$signal"}, entity)'),
  one('chart_signal', 'Signal of the chart', 'label_values(rca_spc_value, signal)'),
  one('chart_entity', 'Entity of the chart', 'label_values(rca_spc_value{signal="$chart_signal"}, entity)'),
];

export function drift(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'llm-drift',
    title: 'Drift and control charts of LLM serving',
    description: 'Whether prompts, answers and latencies are still distributed as they were: drift statistics against references, what carries a drift, and control charts.',
    tags: ['llm', 'drift'],
    from: 'now-6h',
    refresh: '1m',
    page: 'drift.md',
  });
  driftVariables().forEach((variable) => board.withVariable(variable));
  return withSections(board, [
    { title: 'Now', panels: now() },
    { title: 'Over time', panels: course() },
    { title: 'One signal', panels: chosen() },
    { title: 'Embeddings', panels: embeddings() },
    { title: 'Control charts', panels: charts() },
  ]);
}
