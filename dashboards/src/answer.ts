// The answer: which incidents there are and what caused them.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { budgetUrl, docsBaseUrl, incidentUrl, reportUrl } from './links.js';
import { linkTo, stat, stateTimeline, table, thresholds, timeseries, unitOf } from './panels.js';

type Panels = Builder<dashboard.Panel>[];

// Of the incidents that are open: what describes an incident stays after it is resolved.
const open = (series: string, labels: string, matchers = ''): string =>
  `max by (${labels}) (${series}{slo=~"$slo"${matchers}}) unless on (incident) (rca_incident_resolved_timestamp_seconds > 0)`;
const openInfo = open('rca_incident_info', 'incident, slo, entity', ', entity!="unknown"');
const openOnset = open('rca_incident_onset_timestamp_seconds', 'incident, slo');

export function incidents(): Panels {
  return [
    stat(
      {
        title: 'Open incidents',
        description: 'SLOs whose objective is broken now.',
        unit: 'short',
        width: 4,
        height: 5,
        decimals: 0,
      },
      ['sum(max by (slo) (rca_incident_active{slo=~"$slo"}))', 'open'],
      [
        [null, 'green'],
        [1, 'red'],
      ],
    ),
    stat(
      {
        title: 'Broken since',
        description: 'How long ago the oldest open incident began: from its onset, the change point of the SLI, not from its detection.',
        unit: 's',
        width: 4,
        height: 5,
        decimals: 0,
      },
      [`time() - min(${openOnset})`, 'ago'],
      [
        [null, 'orange'],
        [900, 'red'],
      ],
    ).noValue('nothing is broken'),
    stat(
      {
        title: 'Most likely root cause',
        description: 'Entity that the diagnosis names for each open incident, and the calibrated probability that it is the root cause. Nothing is shown where it is not sure enough to name one.',
        unit: 'percentunit',
        width: 11,
        height: 5,
        decimals: 0,
      },
      [
        `max by (slo, entity) (max by (incident, entity) (rca_root_cause_score{method="consensus"}) * on (incident, entity) group_left (slo) (${openInfo}))`,
        '{{entity}} ({{slo}})',
      ],
      [[null, 'red']],
    )
      .noValue('no open incident')
      .textMode(common.BigValueTextMode.ValueAndName),
    stat(
      {
        title: 'Age of the analysis',
        description: 'Time since the last evaluation that succeeded. What this dashboard shows of incidents is as old as this.',
        unit: 's',
        width: 5,
        height: 5,
        decimals: 0,
      },
      ['time() - max(rca_last_success_timestamp_seconds)', 'old'],
      [
        [null, 'green'],
        [60, 'orange'],
        [300, 'red'],
      ],
    ).noValue('rca_exporter has never succeeded'),
    incidentTable(),
  ];
}

function incidentTable(): Builder<dashboard.Panel> {
  const of = (series: string): string => `max by (incident, slo) (${series}{incident=~"$incidents", slo=~"$slo"})`;
  return table(
    {
      title: 'Incidents',
      description:
        'Open incidents and the newest resolved ones. SLI / threshold says how far an open one is from its objective now: 2 is twice what a latency may be. The incident opens its dashboard or its report.',
      unit: 'short',
      width: 24,
      height: 7,
    },
    [
      `max by (incident, slo, entity, fault_class) (rca_incident_info{incident=~"$incidents", slo=~"$slo"})`,
      `${of('rca_incident_onset_timestamp_seconds')} * 1000`,
      `${of('rca_incident_detected_timestamp_seconds')} * 1000`,
      `(${of('rca_incident_resolved_timestamp_seconds')} > 0) * 1000`,
      `0 * (${openOnset}) + on (slo) group_left () max by (slo) (rca_sli_value / rca_sli_threshold)`,
    ],
    {
      incident: 'Incident',
      slo: 'SLO',
      entity: 'Root cause',
      fault_class: 'Fault',
      'Value #B': 'Onset',
      'Value #C': 'Detected',
      'Value #D': 'Resolved',
      'Value #E': 'SLI / threshold',
    },
  )
    .noValue('no incident yet')
    .overrideByName('Incident', [linkTo(['Incident', incidentUrl], ['Report', reportUrl])])
    .overrideByRegexp('Onset|Detected|Resolved', [unitOf('dateTimeAsIso')])
    .overrideByName('SLI / threshold', [{ id: 'decimals', value: 2 }])
    .overrideByName('SLO', [linkTo(['Error budget', budgetUrl], ['Runbook', `${docsBaseUrl}/runbooks/RcaIncidentOpen.md`])]);
}

export function rootCause(): Panels {
  const chosen = '{incident=~"$incidents", method=~"$method", entity=~"$entities"}';
  const score = `max by (incident, entity, signal) (rca_root_cause_score${chosen})`;
  const rank = `max by (incident, entity) (rca_root_cause_rank${chosen})`;
  return [
    table(
      {
        title: 'Ranking by $method',
        description: 'Entities and the signals that speak for them, best candidate first. Of the consensus the score is the probability of being the root cause; of every other method it is the share in the scores of all its candidates of one incident.',
        unit: 'short',
        width: 14,
        height: 9,
      },
      // The second query carries the rank on the score's labels, so that the two merge row by row.
      [score, `0 * ${score} + on (incident, entity) group_left () ${rank}`],
      { 'Value #B': 'Rank', entity: 'Entity', signal: 'Signal', 'Value #A': 'Score', incident: 'Incident' },
    )
      .noValue('no ranking yet')
      .overrideByName('Score', [
        unitOf('percentunit'),
        { id: 'decimals', value: 0 },
        { id: 'min', value: 0 },
        { id: 'max', value: 1 },
        { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
      ])
      .overrideByName('Incident', [linkTo(['Incident', incidentUrl], ['Report', reportUrl])]),
    table(
      {
        title: 'Rank by method',
        description: 'Where each method puts each entity; 1 is the most likely root cause. Methods that agree are worth more than one high score.',
        unit: 'short',
        width: 10,
        height: 9,
        decimals: 0,
      },
      ['min by (entity, method) (rca_root_cause_rank{incident=~"$incidents", entity=~"$entities"})'],
      { entity: 'Entity', method: 'Method', Value: 'Rank' },
    )
      .withTransformation({
        id: 'groupingToMatrix',
        options: { rowField: 'Entity', columnField: 'Method', valueField: 'Rank' },
      })
      .noValue('no ranking yet'),
    table(
      {
        title: 'Kinds of fault',
        description: 'Probability of each fault of each entity; the sum over one incident is 1. "unknown" stands for everything that is not named.',
        unit: 'percentunit',
        width: 10,
        height: 8,
        decimals: 0,
      },
      ['max by (incident, entity, fault_class) (rca_fault_class_probability{incident=~"$incidents", entity=~"$entities|unknown"}) > 0.005'],
      { entity: 'Entity', fault_class: 'Fault', Value: 'Probability', incident: 'Incident' },
    )
      .noValue('no diagnosis yet')
      .overrideByName('Incident', [linkTo(['Incident', incidentUrl], ['Report', reportUrl])]),
    table(
      {
        title: 'Findings',
        description: 'Which part each signal plays: root cause, contributing factor or symptom.',
        unit: 'short',
        width: 14,
        height: 8,
      },
      ['max by (incident, entity, signal, role) (rca_finding_role{incident=~"$incidents", entity=~"$entities"})'],
      { role: 'Role', entity: 'Entity', signal: 'Signal', incident: 'Incident' },
    )
      .noValue('no diagnosis yet')
      .overrideByName('Incident', [linkTo(['Incident', incidentUrl], ['Report', reportUrl])]),
    stateTimeline(
      {
        title: 'Culprit over time',
        description: 'Which entity the answer named while an incident was open. A bar that changes hands says that the evidence changed.',
        unit: 'short',
        width: 12,
        height: 7,
      },
      [[`max by (slo, entity) (${openInfo})`, '{{entity}} ({{slo}})']],
    ).thresholds(thresholds([[null, 'red']])),
    timeseries(
      {
        title: 'Score over time by $method',
        description: 'Best score of each entity over the incidents chosen above.',
        unit: 'percentunit',
        width: 12,
        height: 7,
      },
      [[`max by (entity) (rca_root_cause_score${chosen})`, '{{entity}}']],
    )
      .min(0)
      .max(1),
  ];
}
