import { describe, expect, it } from 'vitest';

import { buildModel, type Incident, type RcaModel } from '../../data';
import { incidentFrames, instant, NOW, range } from '../../data/testing';

import { exportOf, rankingOf } from './data';

function one(...extra: Parameters<typeof buildModel>[0]): { model: RcaModel; incident: Incident } {
  const model = buildModel([...incidentFrames(), ...extra], NOW);
  return { model, incident: model.incidents[0]! };
}

describe('the ranking', () => {
  it('has the course of the evidence signal where there is one', () => {
    const { model, incident } = one(
      range('rca_anomaly_score', { entity: 'ray-replicas-1', signal: 'gpu_clock' }, [[NOW - 1000, 1], [NOW, 30]]),
    );
    const { rows, calibrated, unexplained, more } = rankingOf(model, incident, 'consensus', 10);
    expect(rows.map((row) => [row.entity, row.evidence?.values])).toEqual([
      ['ray-replicas-1', [1, 30]],
      ['ray-head', undefined],
    ]);
    expect({ calibrated, unexplained, more }).toEqual({ calibrated: true, unexplained: 0.1, more: 0 });
  });

  it('counts what is beyond the limit, and a limit that is none is one', () => {
    const { model, incident } = one();
    expect(rankingOf(model, incident, 'consensus', 1)).toMatchObject({ rows: [{ rank: 1 }], more: 1 });
    expect(rankingOf(model, incident, 'consensus', Number.NaN)).toMatchObject({ rows: [{ rank: 1 }], more: 1 });
    expect(rankingOf(model, incident, 'consensus', -3)).toMatchObject({ rows: [{ rank: 1 }], more: 1 });
  });

  it('of another method is not calibrated, of an unknown one is empty and names those that there are', () => {
    const { model, incident } = one();
    expect(rankingOf(model, incident, 'baro', 10)).toMatchObject({ calibrated: false, rows: [{ entity: 'ray-head' }] });
    expect(rankingOf(model, incident, 'pagerank', 10)).toMatchObject({ rows: [], methods: ['consensus', 'baro'] });
  });

  it('without ranks goes by the scores', () => {
    const model = buildModel(
      ['b', 'a', 'c'].map((entity, i) => instant('rca_root_cause_score', { incident: 'x', method: 'consensus', entity }, [0.2, 0.7, 0.2][i]!)),
      NOW,
    );
    expect(rankingOf(model, model.incidents[0]!, 'consensus', 10).rows.map((row) => [row.rank, row.entity])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });
});

describe('the export', () => {
  it('holds what is shown', () => {
    const { model, incident } = one();
    const { columns, rows } = exportOf(incident, 'consensus', rankingOf(model, incident, 'consensus', 1).rows);
    expect(rows).toHaveLength(1);
    expect(Object.fromEntries(columns.map((column, i) => [column, rows[0]![i]]))).toEqual({
      incident: 'ttft-20261122T095000Z',
      slo: 'ttft',
      onset: '2026-11-22T09:50:00.000Z',
      method: 'consensus',
      rank: 1,
      entity: 'ray-replicas-1',
      score: 0.9,
      fault_class: 'compute_saturation',
      fault_class_probability: 0.8,
      role: 'root_cause',
      signal: 'gpu_clock',
    });
  });
});
