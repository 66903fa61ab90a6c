import type { Labels } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { buildModel, chooseIncident, signalKey } from '.';
import { incidentFrames, instant, NOW, range, table } from './testing';

const model = (...frames: Parameters<typeof buildModel>[0]) => buildModel(frames, NOW);
const kinds = (...frames: Parameters<typeof buildModel>[0]) => model(...frames).notices.map((notice) => notice.kind);

describe('an incident', () => {
  const [incident] = model(...incidentFrames()).incidents;

  it('has its answer, times and budget', () => {
    expect(incident).toMatchObject({
      id: 'ttft-20261122T095000Z',
      slo: 'ttft',
      entity: 'ray-replicas-1',
      faultClass: 'compute_saturation',
      open: true,
      onset: NOW - 600_000,
      detected: NOW - 540_000,
      resolved: undefined,
      budgetConsumed: 0.25,
    });
  });

  it('has a ranking of each method, the consensus first, with fault class and role', () => {
    expect([...incident!.rankings.keys()]).toEqual(['consensus', 'baro']);
    const consensus = incident!.rankings.get('consensus')!;
    expect(consensus.map(({ entity, rank, score }) => [entity, rank, score])).toEqual([
      ['ray-replicas-1', 1, 0.9],
      ['ray-head', 2, 0.06],
    ]);
    expect(consensus[0]).toMatchObject({ signal: 'gpu_clock', role: 'root_cause', faultClass: { faultClass: 'compute_saturation', probability: 0.8 } });
    expect(consensus[1]).toMatchObject({ signal: '', role: undefined, faultClass: undefined });
  });

  it('keeps apart what no series names', () => {
    expect(incident!.unexplained).toBe(0.1);
    expect(incident!.faultClasses.map((fault) => fault.faultClass)).toEqual(['compute_saturation', 'unknown']);
  });

  it('has findings by role, whys by step, edges by weight', () => {
    expect(incident!.findings.map((finding) => finding.role)).toEqual(['root_cause', 'contributing_factor', 'symptom']);
    expect(incident!.whys.map((why) => why.step)).toEqual([1, 2]);
    expect(incident!.edges).toMatchObject([{ source: 'ray-replicas-1', target: 'gateway', weight: 0.75 }]);
  });
});

describe('frames', () => {
  it('say the same as a table with a column for each label', () => {
    const rows: Array<{ labels: Labels; value: number }> = [
      { labels: { __name__: 'rca_incident_info', incident: 'a', slo: 's', entity: 'e', fault_class: 'f' }, value: 1 },
      { labels: { __name__: 'rca_root_cause_score', incident: 'a', method: 'consensus', entity: 'e', signal: 'x' }, value: 0.5 },
    ];
    const [incident] = model(table(rows)).incidents;
    expect(incident).toMatchObject({ id: 'a', slo: 's', entity: 'e' });
    expect(incident!.rankings.get('consensus')![0]).toMatchObject({ entity: 'e', score: 0.5, rank: 1 });
  });

  it('without a name are known by the refId', () => {
    const frame = { ...instant(undefined, { incident: 'a', entity: 'e', slo: 's' }, 1), refId: 'rca_incident_info' };
    expect(model(frame).incidents[0]).toMatchObject({ id: 'a', entity: 'e' });
  });

  it('of a range give the last value, and not of series that have ended', () => {
    const score = (entity: string, points: Array<[number, number]>) =>
      range('rca_root_cause_score', { incident: 'a', method: 'consensus', entity }, points);
    const [incident] = model(
      score('now', [[NOW - 60_000, 0.1], [NOW, 0.7]]),
      score('then', [[NOW - 3_600_000, 0.9], [NOW - 1_800_000, 0.9]]),
    ).incidents;
    expect(incident!.rankings.get('consensus')!.map(({ entity, score: value }) => [entity, value])).toEqual([['now', 0.7]]);
  });

  it('give the course of an anomaly score', () => {
    const points: Array<[number, number]> = [[NOW - 60_000, 1], [NOW, 9]];
    const { anomalies } = model(range('rca_anomaly_score', { entity: 'e', signal: 's' }, points));
    expect(anomalies.get(signalKey('e', 's'))).toMatchObject({ times: [NOW - 60_000, NOW], values: [1, 9] });
  });
});

describe('bad input', () => {
  it('nothing at all is an empty model', () => {
    expect(model()).toMatchObject({ incidents: [], changes: [], slos: [], gaps: [], notices: [] });
    expect(model({ fields: [], length: 0 })).toMatchObject({ incidents: [], notices: [] });
  });

  it('samples without a needed label are left out and named', () => {
    const { incidents, notices } = model(instant('rca_root_cause_score', { method: 'consensus', entity: 'e' }, 1));
    expect(incidents).toEqual([]);
    expect(notices).toEqual([
      { kind: 'missing-label', text: 'Samples of rca_root_cause_score without the label "incident" were left out.' },
    ]);
  });

  it('NaN, null and infinities are no values', () => {
    const { incidents, notices } = model(
      instant('rca_why', { incident: 'a', step: '1' }, Number.NaN),
      instant('rca_why', { incident: 'a', step: '2' }, null),
      instant('rca_why', { incident: 'a', step: '3' }, Number.POSITIVE_INFINITY),
    );
    expect(incidents).toEqual([]);
    expect(notices.map((notice) => notice.kind)).toEqual(['not-a-number']);
  });

  it('of duplicates the newest counts, of equally new ones the larger', () => {
    const score = (instance: string, value: number, time = NOW) =>
      instant('rca_root_cause_score', { instance, incident: 'a', method: 'consensus', entity: 'e' }, value, time);
    const frames = [score('1', 0.9, NOW - 30_000), score('2', 0.2), score('3', 0.3)];
    expect(model(...frames).incidents[0]!.rankings.get('consensus')!.map((one) => one.score)).toEqual([0.3]);
    expect(kinds(...frames)).toEqual(['duplicate']);
  });

  it('ratios outside of 0..1 are bounded, and that is said', () => {
    const frame = instant('rca_propagation_edge_weight', { incident: 'a', source: 's', target: 't' }, 75);
    expect(model(frame).incidents[0]!.edges[0]!.weight).toBe(1);
    expect(kinds(frame)).toEqual(['out-of-range']);
  });

  it('times in the future and in the wrong order are said', () => {
    const time = (name: string, seconds: number) => instant(`rca_incident_${name}_timestamp_seconds`, { incident: 'a' }, seconds);
    expect(kinds(time('onset', NOW / 1000 + 600))).toEqual(['clock']);
    expect(kinds(time('onset', NOW / 1000 - 100), time('detected', NOW / 1000 - 900))).toEqual(['clock']);
    expect(kinds(time('onset', NOW / 1000 - 100), time('detected', NOW / 1000 - 90))).toEqual([]);
  });

  it('5,000 series are read, in the order of their scores', () => {
    const frames = Array.from({ length: 5000 }, (_, i) =>
      instant('rca_root_cause_score', { incident: 'a', method: 'consensus', entity: `e${i}` }, i / 5000),
    );
    const ranking = model(...frames).incidents[0]!.rankings.get('consensus')!;
    expect(ranking).toHaveLength(5000);
    expect(ranking[0]).toMatchObject({ entity: 'e4999', rank: 1 });
  });

  it('steps that are no numbers are left out', () => {
    const why = (step: string) => instant('rca_why', { incident: 'a', step, effect: 'e', cause: 'c' }, 0.5);
    expect(model(why('x'), why('0'), why('1.5'), why('2')).incidents[0]!.whys.map((one) => one.step)).toEqual([2]);
  });
});

describe('which incident is shown', () => {
  const at = (id: string, detected: number, resolved?: number, budget = 0) => [
    instant('rca_incident_info', { incident: id, slo: 's', entity: 'e', fault_class: 'f' }, 1),
    instant('rca_incident_detected_timestamp_seconds', { incident: id, slo: 's' }, detected),
    instant('rca_incident_error_budget_consumed_ratio', { incident: id, slo: 's' }, budget),
    ...(resolved ? [instant('rca_incident_resolved_timestamp_seconds', { incident: id, slo: 's' }, resolved)] : []),
  ];
  const seconds = NOW / 1000;
  const { incidents } = model(
    ...at('old', seconds - 9000, seconds - 8000, 3),
    ...at('cheap', seconds - 100, undefined, 0.1),
    ...at('dear', seconds - 200, undefined, 0.2),
    ...at('recent', seconds - 5000, seconds - 4000, 1),
  );

  it('open ones come first, by the error budget they consumed', () => {
    expect(incidents.map((incident) => incident.id)).toEqual(['dear', 'cheap', 'old', 'recent']);
  });

  it('the one asked for, else the first open one, else the newest resolved one', () => {
    const over = incidents.filter((incident) => !incident.open);
    expect(chooseIncident(incidents, 'old', false)?.id).toBe('old');
    expect(chooseIncident(incidents, 'none', true)).toBeUndefined();
    expect(chooseIncident(incidents, '', false)?.id).toBe('dear');
    expect(chooseIncident(over, '', false)).toBeUndefined();
    expect(chooseIncident(over, '', true)?.id).toBe('recent');
  });
});
