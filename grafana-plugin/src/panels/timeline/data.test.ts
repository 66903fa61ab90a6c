import { describe, expect, it } from 'vitest';

import { buildModel, type Incident, type RcaModel } from '../../data';
import { incidentFrames, instant, NOW, range } from '../../data/testing';

import { exportOf, timelineOf } from './data';

const ONSET = NOW - 600_000;

function one(...extra: Parameters<typeof buildModel>[0]): { model: RcaModel; incident: Incident } {
  const model = buildModel([...incidentFrames(), ...extra], NOW);
  return { model, incident: model.incidents[0]! };
}

const kinds = ({ model, incident }: ReturnType<typeof one>, changes = true) =>
  timelineOf(model, incident, NOW, changes).events.map(({ kind }) => kind);

const sli = (...values: number[]) => [
  range('rca_sli_value', { slo: 'ttft' }, values.map((value, i) => [ONSET + i * 60_000, value])),
  instant('rca_sli_threshold', { slo: 'ttft' }, 1),
];
const resolved = instant('rca_incident_resolved_timestamp_seconds', { incident: 'ttft-20261122T095000Z', slo: 'ttft' }, NOW / 1000 - 60);

describe('the events', () => {
  it('come in their order, a change before what it may have caused', () => {
    expect(kinds(one())).toEqual(['change', 'onset', 'detected']);
    expect(kinds(one(resolved))).toEqual(['change', 'onset', 'detected', 'resolved']);
    expect(kinds(one(), false)).toEqual(['onset', 'detected']);
  });

  it('leave out changes that lie long before the onset, after the resolution or in the future', () => {
    const change = (entity: string, seconds: number) =>
      instant('rca_change_event_timestamp_seconds', { kind: 'deployment', entity }, seconds);
    const data = one(resolved, change('long ago', ONSET / 1000 - 7200), change('later', NOW / 1000 - 30), change('future', NOW / 1000 + 9000));
    const { events } = timelineOf(data.model, data.incident, NOW, true);
    expect(events.filter(({ kind }) => kind === 'change').map(({ title }) => title)).toEqual(['deployment of ray-replicas-1']);
  });

  it('of thousands of changes are the newest, and the others are counted', () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      instant('rca_change_event_timestamp_seconds', { kind: 'deployment', entity: `e${i}` }, NOW / 1000 - i / 10),
    );
    const data = one(...many);
    const timeline = timelineOf(data.model, data.incident, NOW, true);
    expect(timeline.events).toHaveLength(42);
    expect(timeline.moreChanges).toBe(4961);
  });
});

describe('what the exporter says of causes and mitigation', () => {
  const incident = 'ttft-20261122T095000Z';
  const mitigated = instant('rca_incident_mitigated_timestamp_seconds', { incident, slo: 'ttft' }, NOW / 1000 - 120);
  const likelihood = (to: string) =>
    instant('rca_change_likelihood', { incident, kind: 'deployment', entity: 'ray-replicas-1', from: 'v1', to }, 0.8);

  it('is the likelihood of that change, and of no other', () => {
    const of = (to: string) => {
      const { model, incident: found } = one(likelihood(to));
      return timelineOf(model, found, NOW, true).events.find(({ kind }) => kind === 'change')?.likelihood;
    };
    expect(of('v2')).toBe(0.8);
    expect(of('v3')).toBeUndefined();
  });

  it('is from when on the objective was kept, in place of what the SLI shows', () => {
    const data = one(resolved, mitigated, ...sli(0.5, 2, 2, 2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5));
    expect(kinds(data)).toEqual(['change', 'onset', 'detected', 'mitigated', 'resolved']);
  });
});

describe('recovery', () => {
  it('is the first kept value after the last broken one', () => {
    const data = one(...sli(0.5, 0.6, 3, 3, 3, 0.4));
    const recovered = timelineOf(data.model, data.incident, NOW, false).events.find(({ kind }) => kind === 'recovered');
    expect(recovered?.at).toBe(ONSET + 5 * 60_000);
  });

  it('works for an SLI that is broken below its threshold', () => {
    const data = one(...sli(2, 0.3, 0.3, 2));
    expect(timelineOf(data.model, data.incident, NOW, false).events.find(({ kind }) => kind === 'recovered')?.at).toBe(ONSET + 3 * 60_000);
  });

  it('is not there while the objective is broken, and not without a threshold or values', () => {
    expect(kinds(one(...sli(0.5, 3, 3, 3)), false)).not.toContain('recovered');
    expect(kinds(one(sli(0.5, 3, 0.4)[0]!), false)).not.toContain('recovered');
    expect(kinds(one(...sli(0.5)), false)).not.toContain('recovered');
  });
});

describe('the export', () => {
  it('has a row for each event', () => {
    const { model, incident } = one();
    const { rows } = exportOf(incident, timelineOf(model, incident, NOW, true));
    expect(rows[0]).toEqual(['ttft-20261122T095000Z', 'ttft', '2026-11-22T09:49:30.000Z', 'change', 'deployment of ray-replicas-1', 'v1 → v2', null]);
    expect(rows).toHaveLength(3);
  });
});
