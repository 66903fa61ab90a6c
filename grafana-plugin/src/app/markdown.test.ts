import { describe, expect, it } from 'vitest';

import { buildModel } from '../data';
import { incidentFrames, instant, NOW, range } from '../data/testing';

import { incidentAnnotation } from './annotation';
import { incidentRow } from './incidents';
import { buildCase, incidentMarkdown, problemStatement, rootCauseStatement, type Case } from './markdown';

const ID = 'ttft-20261122T095000Z';
const ONSET = NOW - 600_000;

function caseOf(extra: Array<ReturnType<typeof instant>> = [], id = ID): Case {
  const model = buildModel([...incidentFrames(id), ...extra], NOW);
  const incident = model.incidents.find((one) => one.id === id);
  if (!incident) {
    throw new Error('no incident');
  }
  return buildCase(incidentRow(incident, undefined, NOW), incident, model, NOW);
}

const sli = [
  range('rca_sli_value', { slo: 'ttft' }, [
    [ONSET - 120_000, 0.08],
    [ONSET - 60_000, 0.08],
    [ONSET + 60_000, 0.31],
    [ONSET + 120_000, 0.22],
  ]),
  instant('rca_sli_threshold', { slo: 'ttft' }, 0.1),
];

describe('problem statement', () => {
  it('says since when, how far and how long', () => {
    expect(problemStatement(caseOf(sli), NOW)).toBe(
      'The objective "ttft" is broken since 2026-11-22T09:50:00Z (10 min). Its indicator went from 0.08 to 0.31; the objective is at 0.1.',
    );
  });

  it('knows an indicator that breaks by falling', () => {
    const low = [
      range('rca_sli_value', { slo: 'ttft' }, [[ONSET - 60_000, 0.999], [ONSET + 60_000, 0.9], [ONSET + 120_000, 0.95]]),
      instant('rca_sli_threshold', { slo: 'ttft' }, 0.99),
    ];
    expect(problemStatement(caseOf(low), NOW)).toContain('went from 0.999 to 0.9; the objective is at 0.99.');
  });

  it('says when it is over', () => {
    const resolved = instant('rca_incident_resolved_timestamp_seconds', { incident: ID, slo: 'ttft' }, (NOW - 300_000) / 1000);
    expect(problemStatement(caseOf([resolved]), NOW)).toBe(
      'The objective "ttft" was broken from 2026-11-22T09:50:00Z to 2026-11-22T09:55:00Z (5 min).',
    );
  });
});

describe('root cause', () => {
  it('is named with its probability', () => {
    expect(rootCauseStatement(caseOf())).toBe(
      'ray-replicas-1: Compute saturation (inference infrastructure). Probability that this entity is the root cause: 90 %; with this fault: 80 %.',
    );
  });

  it('is not made up', () => {
    const one = caseOf();
    expect(rootCauseStatement({ ...one, row: { ...one.row, entity: null } })).toBe(
      'No entity is likely enough to be named. The most likely is ray-replicas-1 (probability of the entity: 90 %).',
    );
    expect(rootCauseStatement({ ...one, row: { ...one.row, entity: null }, incident: { ...one.incident, rankings: new Map() } })).toBe(
      'No root cause is known yet.',
    );
  });
});

describe('Markdown', () => {
  it('has all that the series say, in the order of the report', () => {
    const text = incidentMarkdown(caseOf(sli), NOW, 'prom');
    const titles = text.match(/^## .*$/gm);
    expect(titles).toEqual(['## Problem statement', '## Root cause', '## Five whys', '## Timeline', '## Findings', '## Propagation', '## Error budget']);
    expect(text).toContain('1. Why: answers are slow? Because requests queue at ray-replicas-1. (90 % sure)');
    expect(text).toContain('| 2026-11-22T09:49:30Z | Change: deployment of ray-replicas-1 from v1 to v2 |');
    expect(text).toContain('| ray-replicas-1 | gpu\\_clock | 90 % |');
    expect(text).toContain('- ray-replicas-1 → gateway (0.75)');
    expect(text).toContain('This incident used 25 % of the error budget.');
    expect(text.endsWith('_From the series in prom, read at 2026-11-22T10:00:00Z._\n')).toBe(true);
  });

  it('is not broken by what labels hold', () => {
    const nasty = 'x|y\n# z <img> [a](b)';
    const text = incidentMarkdown(caseOf([instant('rca_finding_role', { incident: ID, entity: nasty, signal: 's', role: 'symptom' }, 1)]), NOW, 'p');
    expect(text).toContain('| symptom | x\\|y # z \\<img> \\[a\\](b) | s |');
  });

  it('of an incident of which only the times are known is short, not empty', () => {
    const model = buildModel([instant('rca_incident_onset_timestamp_seconds', { incident: 'x', slo: '' }, ONSET / 1000)], NOW);
    const incident = model.incidents[0];
    expect(incident).toBeDefined();
    if (incident) {
      const text = incidentMarkdown(buildCase(incidentRow(incident, undefined, NOW), incident, model, NOW), NOW, 'p');
      expect(text).toContain('The objective is broken since 2026-11-22T09:50:00Z (10 min).');
      expect(text).toContain('No root cause is known yet.');
    }
  });
});

describe('annotation', () => {
  it('spans the incident and escapes what Grafana would read as HTML', () => {
    const { row } = caseOf([instant('rca_incident_resolved_timestamp_seconds', { incident: ID, slo: 'ttft' }, NOW / 1000)]);
    expect(incidentAnnotation({ ...row, entity: '<b>' })).toEqual({
      time: ONSET,
      timeEnd: NOW,
      tags: ['rca_incident', `incident:${ID}`, 'ttft'],
      text: `ttft: &lt;b&gt;, Compute saturation (${ID})`,
    });
  });

  it('has no end while it is open, and does not exist without a time', () => {
    const { row } = caseOf();
    expect(incidentAnnotation(row)).not.toHaveProperty('timeEnd');
    expect(incidentAnnotation({ ...row, onset: null, detected: null })).toBeNull();
  });
});
