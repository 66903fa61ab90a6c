// One incident, from the question "what is broken" to "what do we do about it". Panels of Grafana alone.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';

import { exporterLink, newBoard } from './board.js';
import { incidentUrl, reportUrl } from './links.js';
import {
  dashed,
  linkTo,
  nodeGraph,
  shares,
  stat,
  states,
  stateTimeline,
  table,
  thresholds,
  timeseries,
  unitOf,
  withSections,
  type Step,
  type Unit,
} from './panels.js';
import { derived, exporterUrl, one } from './variables.js';

type Panels = Builder<dashboard.Panel>[];

const here = 'incident="$incident"';
const time = (what: string): string => `max(rca_incident_${what}_timestamp_seconds{${here}})`;
const plain: Step[] = [[null, 'blue']];

function problem(): Panels {
  const small = (title: string, description: string, unit: Unit, expr: string, decimals?: number, steps = plain) =>
    stat({ title, description, unit, width: 4, height: 4, ...(decimals !== undefined && { decimals }) }, [expr, ''], steps);
  return [
    small(
      'State',
      'Whether the objective is still broken.',
      'short',
      `max(rca_incident_resolved_timestamp_seconds{${here}} > bool 0) or max(0 * rca_incident_info{${here}})`,
      0,
      [[null, 'red'], [1, 'green']],
    )
      .mappings(states([['open', 'red'], ['resolved', 'green']]))
      .noValue('no incident'),
    small('Began', 'Onset: the change point of the SLI, not the moment of detection.', 'dateTimeAsIso', `${time('onset')} * 1000`),
    small('Until it was detected', 'From the onset until the objective had been broken for long enough, or the alert arrived.', 's', `${time('detected')} - ${time('onset')}`, 0),
    small('Lasted', 'From the onset to the resolution, or until now.', 's', `(${time('resolved')} > 0 or vector(time())) - ${time('onset')}`, 0),
    small(
      'Error budget consumed',
      'Time in which the incident broke the objective, as a share of the error budget of the whole window. May exceed 100 %.',
      'percentunit',
      `max(rca_incident_error_budget_consumed_ratio{${here}})`,
      2,
      [[null, 'green'], [0.1, 'orange'], [0.5, 'red']],
    ).noValue('no budget is set'),
    small(
      'Occurred before',
      'Earlier occurrences of the same kind of fault in the same class of entity.',
      'short',
      `max(rca_incident_recurrences{${here}})`,
      0,
      [[null, 'green'], [1, 'orange']],
    ).noValue('cause unknown'),
    stat(
      {
        title: 'Root cause',
        description: 'Entity that the diagnosis names, and the calibrated probability that it is the root cause. Nothing is shown where the diagnosis is not sure enough to name one.',
        unit: 'percentunit',
        width: 12,
        height: 4,
        decimals: 0,
      },
      [
        `max by (entity) (rca_root_cause_score{${here}, method="consensus"}) and on (entity) rca_incident_info{${here}, entity!="unknown"}`,
        '{{entity}}',
      ],
      [[null, 'red']],
    )
      .noValue('not sure enough to name one')
      .textMode(common.BigValueTextMode.ValueAndName),
    stat(
      {
        title: 'Kind of fault',
        description: 'What is the matter with the root cause, and how probable that is.',
        unit: 'percentunit',
        width: 12,
        height: 4,
        decimals: 0,
      },
      [
        `max by (fault_class) (rca_fault_class_probability{${here}, entity!="unknown"} and on (entity, fault_class) rca_incident_info{${here}})`,
        '{{fault_class}}',
      ],
      [[null, 'red']],
    )
      .noValue('not sure enough to name one')
      .textMode(common.BigValueTextMode.ValueAndName),
    timeseries(
      {
        title: 'SLI of $incident_slo',
        description: 'What users feel, in its base unit (seconds, ratio, tokens/s), and dashed the threshold of the objective. Onset, detection and resolution are marked.',
        unit: 'short',
        width: 24,
        height: 8,
      },
      [
        ['max by (slo) (rca_sli_value{slo=~"$incident_slo"})', '{{slo}}'],
        ['max by (slo) (rca_sli_threshold{slo=~"$incident_slo"})', 'threshold of {{slo}}'],
      ],
    )
      .overrideByRegexp(...dashed('threshold of .*'))
      .noValue('the incident came from an alert: it has no SLI'),
  ];
}

function ranking(): Panels {
  return [
    shares(
      {
        title: 'Ranking',
        description: 'Probability of each entity of being the root cause, by the consensus of the methods.',
        unit: 'percentunit',
        width: 8,
        height: 9,
        decimals: 0,
      },
      [`sort_desc(max by (entity) (rca_root_cause_score{${here}, method="consensus"}))`, '{{entity}}'],
    )
      .thresholds(thresholds([[null, 'blue']]))
      .noValue('no ranking yet'),
    table(
      {
        title: 'Rank by method',
        description: 'Where each method puts each entity; 1 is the most likely root cause. Methods that agree are worth more than one high score.',
        unit: 'short',
        width: 16,
        height: 9,
        decimals: 0,
      },
      [`min by (entity, method) (rca_root_cause_rank{${here}})`],
      { entity: 'Entity', method: 'Method', Value: 'Rank' },
    )
      .withTransformation({ id: 'groupingToMatrix', options: { rowField: 'Entity', columnField: 'Method', valueField: 'Rank' } })
      .noValue('no ranking yet'),
    table(
      {
        title: 'Kinds of fault',
        description: 'Probability of each fault of each entity; the sum is 1. "unknown" stands for everything that is not named.',
        unit: 'short',
        width: 12,
        height: 8,
      },
      [`max by (entity, category, fault_class) (rca_fault_class_probability{${here}}) > 0.005`],
      { Value: 'Probability', entity: 'Entity', fault_class: 'Fault', category: 'Category' },
      'Probability',
    )
      .overrideByName('Probability', probability)
      .noValue('no diagnosis yet'),
    shares(
      {
        title: 'Categories of causes',
        description: 'The fishbone as numbers: how probable it is that the root cause lies in each category.',
        unit: 'percentunit',
        width: 12,
        height: 8,
        decimals: 0,
      },
      [`sort_desc(sum by (category) (rca_fault_class_probability{${here}}))`, '{{category}}'],
    )
      .thresholds(thresholds([[null, 'blue']]))
      .noValue('no diagnosis yet'),
  ];
}

const probability: dashboard.DynamicConfigValue[] = [
  unitOf('percentunit'),
  { id: 'decimals', value: 0 },
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
];

function explanation(): Panels {
  return [
    table(
      {
        title: 'Five whys',
        description: 'From the SLI to the cause, and how sure each step is.',
        unit: 'short',
        width: 24,
        height: 7,
      },
      [`max by (step, effect, cause) (rca_why{${here}})`],
      { step: 'Why', effect: 'What happened', cause: 'Because', Value: 'Sure' },
      'Why',
      false,
    )
      .overrideByName('Sure', probability)
      .overrideByName('Why', [{ id: 'custom.width', value: 60 }])
      .overrideByName('Sure', [{ id: 'custom.width', value: 160 }])
      .noValue('no diagnosis yet'),
    table(
      {
        title: 'Findings',
        description: 'Which part each signal plays: root cause, contributing factor or symptom; and how far it is from its normal window now, in robust standard deviations.',
        unit: 'short',
        width: 12,
        height: 9,
      },
      [
        `max by (entity, signal, role) (rca_finding_role{${here}})`,
        `0 * max by (entity, signal, role) (rca_finding_role{${here}}) + on (entity, signal) group_left () max by (entity, signal) (rca_anomaly_score)`,
      ],
      { role: 'Role', entity: 'Entity', signal: 'Signal', 'Value #B': 'Anomaly score now' },
    )
      .overrideByName('Anomaly score now', [{ id: 'decimals', value: 1 }])
      .noValue('no diagnosis yet'),
    timeseries(
      {
        title: 'Signals of $incident_cause',
        description: 'Strongest anomaly scores of the root cause over time, in robust standard deviations; the sign is left out.',
        unit: 'short',
        width: 12,
        height: 9,
        decimals: 1,
      },
      [['topk(8, abs(max by (signal) (rca_anomaly_score{entity="$incident_cause"})))', '{{signal}}']],
    ).noValue('no entity is named'),
  ];
}

function propagation(): Panels {
  const edges = `max by (source, target) (rca_propagation_edge_weight{${here}})`;
  return [
    nodeGraph(
      {
        title: 'Propagation',
        description: 'How the fault travelled through the call graph, from cause to symptom.',
        unit: 'percentunit',
        width: 14,
        height: 10,
      },
      `label_join(${edges}, "id", " to ", "source", "target")`,
    ),
    table(
      {
        title: 'Propagation, by strength',
        description: 'How strongly the fault travelled along each edge, from 0 to 1.',
        unit: 'short',
        width: 10,
        height: 10,
      },
      [edges],
      { source: 'From', target: 'To', Value: 'Strength' },
      'Strength',
    )
      .overrideByName('Strength', probability)
      .noValue('the fault did not travel, or there is no call graph'),
  ];
}

// Times in one table: a label `event` says what each is.
function events(): string {
  const mark = (expr: string, event: string): string => `label_replace(${expr} * 1000, "event", "${event}", "", "")`;
  const onset = time('onset');
  const changes = 'max by (kind, entity, from, to) (rca_change_event_timestamp_seconds)';
  const end = `(${time('resolved')} > 0 or vector(time()))`;
  return [
    mark(onset, 'onset'),
    mark(time('detected'), 'detected'),
    mark(`(${time('resolved')} > 0)`, 'resolved'),
    `label_replace((${changes} > on () group_left () (${onset} - 3600) < on () group_left () ${end}) * 1000, "event", "$1", "kind", "(.*)")`,
  ].join('\nor\n');
}

function course(): Panels {
  return [
    table(
      {
        title: 'Timeline',
        description: 'Onset, detection and resolution, and the changes that rca_exporter was told of, from an hour before the onset on. What changed shortly before is a suspect.',
        unit: 'short',
        width: 12,
        height: 8,
      },
      [events()],
      { Value: 'When', event: 'Event', entity: 'Entity', from: 'From', to: 'To' },
      'When',
      false,
    )
      .overrideByName('When', [unitOf('dateTimeAsIso')])
      .noValue('no incident'),
    stateTimeline(
      {
        title: 'Culprit over time',
        description: 'Which entity the answer named while the incident was open. A bar that changes hands says that the evidence changed.',
        unit: 'short',
        width: 12,
        height: 8,
      },
      [[`max by (entity) (rca_incident_info{${here}})`, '{{entity}}']],
    ).thresholds(thresholds([[null, 'red']])),
  ];
}

function aftermath(): Panels {
  return [
    table(
      {
        title: 'Actions',
        description: 'Corrective actions of the report, and whether each had its effect: "pending" until its condition was watched for the stated time, then "holds" or "failed".',
        unit: 'short',
        width: 12,
        height: 8,
      },
      [`max by (kind, action, state) (rca_action_verified{${here}})`],
      { kind: 'Kind', action: 'Action', state: 'State' },
    ).noValue('no action yet'),
    table(
      {
        title: 'Incidents by error budget consumed',
        description: 'Where this incident stands among the ones that are kept.',
        unit: 'short',
        width: 12,
        height: 8,
      },
      [
        'max by (incident, slo) (rca_incident_error_budget_consumed_ratio) * on (incident) group_left (entity, fault_class) max by (incident, entity, fault_class) (rca_incident_info)',
      ],
      { incident: 'Incident', entity: 'Root cause', fault_class: 'Fault', Value: 'Budget consumed' },
      'Budget consumed',
    )
      .overrideByName('Budget consumed', [unitOf('percentunit'), { id: 'decimals', value: 2 }])
      .overrideByName('Incident', [linkTo(['Incident', incidentUrl], ['Report', reportUrl])])
      .noValue('no incident yet'),
  ];
}

// The newest first.
export const newestIncident = (): dashboard.QueryVariableBuilder =>
  one('incident', 'Incident', 'query_result(sort_desc(max by (incident) (rca_incident_onset_timestamp_seconds)))')
    .regex('/incident="([^"]+)"/')
    .sort(VariableSort.Disabled);

export function incident(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'rca-incident',
    title: 'One incident',
    description: 'One incident found by rca_exporter: the problem, the root cause with its ranking, findings and whys, the timeline, how the fault travelled, and what it cost.',
    tags: ['llm', 'inference', 'incident'],
    from: 'now-1h',
    refresh: '30s',
    page: 'dashboards.md',
    incidents: here,
  })
    .link(exporterLink())
    .withVariable(newestIncident())
    .withVariable(derived('incident_slo', 'label_values(rca_incident_info{incident="$incident"}, slo)'))
    .withVariable(derived('incident_cause', 'label_values(rca_incident_info{incident="$incident"}, entity)'))
    .withVariable(exporterUrl());
  return withSections(board, [
    { title: 'What is broken', panels: problem() },
    { title: 'Who did it', panels: ranking() },
    { title: 'Why', panels: explanation() },
    { title: 'How it travelled', panels: propagation() },
    { title: 'Course', panels: course() },
    { title: 'What it cost and what is done', panels: aftermath() },
  ]);
}
