import { describe, expect, it } from 'vitest';

import { buildModel, readSeries } from '../data';
import { incidentFrames, instant, NOW } from '../data/testing';

import { DEFAULT_SORT, durationMs, filterIncidents, incidentRows, NO_FILTER, readLastWords, sortIncidents, type IncidentRow } from './incidents';

const ID = 'ttft-20261122T095000Z';
const seen = (labels: Record<string, string>, at: number) => instant('rca_incident_info', labels, at / 1000);
const words = (...frames: Array<ReturnType<typeof seen>>) => readLastWords(readSeries(frames, [], () => true));

const row = (part: Partial<IncidentRow>): IncidentRow => ({
  id: 'a',
  slo: 'ttft',
  entity: 'vllm-0',
  faultClass: 'memory_exhaustion',
  probability: 0.9,
  onset: NOW - 3600_000,
  detected: NOW - 3500_000,
  resolved: null,
  budget: 0.1,
  recurrences: 0,
  lastSeen: NOW,
  state: 'open',
  ...part,
});

describe('what was said last', () => {
  it('is the newest answer, and a name before none of the same time', () => {
    const found = words(
      seen({ incident: 'a', entity: 'first', fault_class: 'hot_key' }, NOW - 60_000),
      seen({ incident: 'a', entity: 'unknown', fault_class: 'unknown' }, NOW),
      seen({ incident: 'a', entity: 'second', fault_class: 'unknown' }, NOW),
    );
    expect(found.get('a')).toEqual({ at: NOW, entity: 'second', faultClass: null });
  });

  it('is nothing without an incident or a number', () => {
    expect(words(seen({ entity: 'x' }, NOW), seen({ incident: 'a' }, NaN)).size).toBe(0);
  });
});

describe('rows', () => {
  const model = buildModel(incidentFrames(), NOW);

  it('hold what the series say', () => {
    const [first] = incidentRows(model, words(seen({ incident: ID, entity: 'ray-replicas-1', fault_class: 'compute_saturation' }, NOW)));
    expect(first).toMatchObject({ id: ID, entity: 'ray-replicas-1', faultClass: 'compute_saturation', probability: 0.9, budget: 0.25, state: 'open' });
  });

  it('are silent when others were reported after them, and open when they are the newest', () => {
    const lastWords = (other: number) => words(seen({ incident: ID, entity: 'x' }, NOW), seen({ incident: 'b', entity: 'y' }, other));
    expect(incidentRows(model, lastWords(NOW + 600_000))[0]?.state).toBe('silent');
    expect(incidentRows(model, lastWords(NOW + 60_000))[0]?.state).toBe('open');
  });

  it('are resolved once there is a time of it', () => {
    const resolved = buildModel([...incidentFrames(), instant('rca_incident_resolved_timestamp_seconds', { incident: ID, slo: 'ttft' }, NOW / 1000)], NOW);
    expect(incidentRows(resolved, new Map())[0]).toMatchObject({ state: 'resolved', resolved: NOW });
  });

  it('of 5,000 incidents are read', () => {
    const frames = Array.from({ length: 5000 }, (_, i) => instant('rca_incident_onset_timestamp_seconds', { incident: `i${i}`, slo: 's' }, NOW / 1000));
    expect(incidentRows(buildModel(frames, NOW), new Map())).toHaveLength(5000);
  });
});

describe('duration', () => {
  it('ends with the resolution, else with the clock that is ahead, else with the last word', () => {
    expect(durationMs(row({ resolved: NOW - 3000_000, state: 'resolved' }), NOW)).toBe(600_000);
    expect(durationMs(row({}), NOW)).toBe(3600_000);
    expect(durationMs(row({ lastSeen: NOW + 60_000 }), NOW)).toBe(3660_000);
    expect(durationMs(row({ state: 'silent', lastSeen: NOW - 3540_000 }), NOW)).toBe(60_000);
  });

  it('is never negative and unknown without a start', () => {
    expect(durationMs(row({ onset: NOW, resolved: NOW - 1000, state: 'resolved' }), NOW)).toBe(0);
    expect(durationMs(row({ onset: null, detected: null }), NOW)).toBeNull();
  });
});

describe('filter', () => {
  const rows = [row({ id: 'a' }), row({ id: 'b', slo: 'errors', state: 'resolved', entity: null, faultClass: null })];
  const ids = (part: Partial<typeof NO_FILTER>) => filterIncidents(rows, { ...NO_FILTER, ...part }).map((one) => one.id);

  it.each([
    [{}, ['a', 'b']],
    [{ text: 'memory exhaustion' }, ['a']],
    [{ text: 'VLLM-0 ttft' }, ['a']],
    [{ text: 'vllm-0 errors' }, []],
    [{ slo: 'errors' }, ['b']],
    [{ state: 'open' }, ['a']],
    [{ faultClass: 'unknown' }, ['b']],
    [{ text: '[.*(' }, []],
  ])('%j', (part, expected) => {
    expect(ids(part)).toEqual(expected);
  });
});

describe('order', () => {
  const rows = [
    row({ id: 'none', budget: null }),
    row({ id: 'small', budget: 0.01 }),
    row({ id: 'old', budget: 2, onset: NOW - 9e6 }),
    row({ id: 'new', budget: 2 }),
  ];
  const ids = (sort: typeof DEFAULT_SORT) => sortIncidents(rows, sort, NOW).map((one) => one.id);

  it('is by error budget, what cost most first, ties newest first, unknown last', () => {
    expect(ids(DEFAULT_SORT)).toEqual(['new', 'old', 'small', 'none']);
    expect(ids({ key: 'budget', descending: false })).toEqual(['small', 'new', 'old', 'none']);
  });

  it('can be by duration and by name', () => {
    expect(ids({ key: 'duration', descending: true })[0]).toBe('old');
    expect(ids({ key: 'id', descending: false })).toEqual(['new', 'none', 'old', 'small']);
  });
});
