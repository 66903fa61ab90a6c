import { describe, expect, it } from 'vitest';

import { buildModel } from '../../data';
import { incidentFrames, instant, NOW } from '../../data/testing';
import { BRANCHES } from '../../data/faultClasses';

import { faultClassOfGap, joined, readFishbone } from './data';
import { boneText, layOutFishbone, NARROW_BELOW, type Box, type FishboneLayout } from './layout';

const ID = 'ttft-20261122T095000Z';
const gap = (entity: string, signal: string, kind: string) => instant('rca_observability_gap', { entity, signal, kind }, 1);
const fault = (entity: string, fault_class: string, category: string, probability: number) =>
  instant('rca_fault_class_probability', { incident: ID, entity, category, fault_class }, probability);
const change = (entity: string, secondsBefore: number) =>
  instant('rca_change_event_timestamp_seconds', { kind: 'image', entity, to: 'v3' }, NOW / 1000 - 600 - secondsBefore);

function fishboneOf(...frames: Parameters<typeof buildModel>[0]) {
  const model = buildModel([...incidentFrames(), ...frames], NOW);
  return readFishbone(model, model.incidents[0]!);
}
const texts = (fishbone: ReturnType<typeof fishboneOf>, branch: (typeof BRANCHES)[number]) => fishbone.bones.get(branch)!.map((bone) => boneText(bone).replaceAll('\u00a0', ' '));

describe('the fishbone', () => {
  it('has the answer with its whys on the branch of its class', () => {
    const [answer] = fishboneOf().bones.get('infrastructure')!;
    expect(answer).toMatchObject({
      text: 'Compute saturation of ray-replicas-1',
      weight: 0.8,
      answer: true,
      whys: ['requests queue at ray-replicas-1', 'its GPU computes more slowly'],
    });
    expect(fishboneOf().effect).toBe('answers are slow');
  });

  it('has likely pairs only, and no unknown classes', () => {
    const fishbone = fishboneOf(
      fault('gateway', 'retry_storm', 'cascades_and_scaling', 0.05),
      fault('tenant-a', 'hot_key', 'cascades_and_scaling', 0.01),
    );
    expect(texts(fishbone, 'process')).toContain('Retry storm of gateway (entity and fault 5 %)');
    expect(texts(fishbone, 'data')).toEqual([]);
    expect(fishbone.count).toBe(4);
  });

  it('has contributing factors by the likeliest class of their entity, without one under data', () => {
    expect(texts(fishboneOf(), 'data')).toEqual(['retry rate of gateway (contributing factor)']);
    const known = fishboneOf(fault('gateway', 'retry_storm', 'cascades_and_scaling', 0.015));
    expect(texts(known, 'process')).toContain('retry rate of gateway (contributing factor)');
  });

  it('has changes shortly before the onset', () => {
    const fishbone = fishboneOf(change('a', 600), change('b', -30), change('c', 3600), change('d', -120));
    expect(texts(fishbone, 'process')).toEqual([
      'image of b changed to v3, at the onset',
      'deployment of ray-replicas-1 changed from v1 to v2, 30 s before the onset',
      'image of a changed to v3, 10 min before the onset',
    ]);
  });

  it('has likely changes only, where the exporter says how likely they are', () => {
    const likelihood = (entity: string, value: number) => instant('rca_change_likelihood', { incident: ID, kind: 'image', entity, to: 'v3' }, value);
    const fishbone = fishboneOf(change('long-ago', 3000), change('unlikely', 60), likelihood('long-ago', 0.6), likelihood('unlikely', 0.1));
    const changes = [...fishbone.bones.values()].flat().filter(({ kind }) => kind === 'change');
    expect(changes.map(boneText)).toEqual([expect.stringMatching(/^image of long-ago changed to v3, 50 min before the onset \(likelihood\u00a060\u00a0%\)$/)]);
  });

  it('has the probability of the likeliest finding of a contributing factor', () => {
    const probability = (signal: string, value: number) =>
      instant('rca_finding_probability', { incident: ID, entity: 'gateway', signal, role: 'contributing_factor' }, value);
    const fishbone = fishboneOf(probability('retry_rate', 0.7), probability('another', 0.9));
    const [factor] = [...fishbone.bones.values()].flat().filter(({ kind }) => kind === 'contributing_factor');
    expect(boneText(factor!)).toBe('retry rate of gateway (contributing\u00a0factor, finding\u00a070\u00a0%)');
  });

  it('has gaps of a kind as one', () => {
    const fishbone = fishboneOf(
      gap('r-1', 'gpu_clock', 'missing'),
      gap('r-2', 'gpu_clock', 'missing'),
      gap('r-3', 'gpu_clock', 'missing'),
      gap('ttft', 'rule_missed_ratio', 'late_alerting'),
      gap('gateway', 'traces', 'no_tracing'),
    );
    expect(texts(fishbone, 'process').slice(-2)).toEqual([
      'r-1, r-2 and 1 more do not send gpu clock',
      'gateway sends no spans, or of few requests',
    ]);
    expect(texts(fishbone, 'people')).toEqual(['alerts on ttft come late']);
  });

  it('places gaps as the audit of the exporter does', () => {
    const of = (kind: string, signal = 'x') => faultClassOfGap({ entity: 'e', signal, kind });
    expect(of('stale')).toBe('missing_metrics');
    expect(of('missing', 'logs')).toBe('unstructured_logs');
    expect(of('missing', 'traces')).toBe('missing_traces');
    expect(of('no_correlation_id')).toBe('unstructured_logs');
  });

  it('joins names', () => {
    expect(joined(['a', 'b'], 2)).toBe('a and b');
    expect(joined(['a'], 2)).toBe('a');
    expect(joined([], 2)).toBe('');
  });
});

const style = { text: (t: string) => t.length * 6.2, strong: (t: string) => t.length * 7, small: (t: string) => t.length * 5.8 };

function boxes(layout: FishboneLayout): Box[] {
  return [layout.head, ...layout.branches.flatMap(({ label, bones }) => [label, ...bones.map(({ x, y, width, height }) => ({ x, y, width, height }))])];
}
const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x + 0.5 || b.x + b.width <= a.x + 0.5 || a.y + a.height <= b.y + 0.5 || b.y + b.height <= a.y + 0.5;

describe('the layout of the fishbone', () => {
  const fishbone = fishboneOf(
    ...Array.from({ length: 6 }, (_, i) => fault(`vllm-decode-replica-7f9c.eu-west-${i}.compute.internal`, 'hot_key', 'cascades_and_scaling', 0.1 + i / 100)),
    change('a', 600),
    gap('r-1', 'gpu_clock', 'missing'),
    gap('ttft', 'rule_missed_ratio', 'late_alerting'),
  );

  it.each([240, 300, 480, NARROW_BELOW, 800, 1200, 2400])('has no text on another nor outside, %i px wide', (width) => {
    const layout = layOutFishbone(fishbone, width, 400, style, { bonesPerBranch: 4, linesPerBone: 3 });
    const all = boxes(layout);
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => expect(apart(a, b)).toBe(true)));
    for (const box of all) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width + 0.5);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(layout.height + 0.5);
    }
    for (const bone of layout.branches.flatMap((branch) => branch.bones)) {
      for (const line of bone.lines) {
        expect((bone.bone.answer ? style.strong : style.text)(line)).toBeLessThanOrEqual(bone.width + 0.5);
      }
      expect(bone.lines.length).toBeLessThanOrEqual(3);
    }
  });

  it('has all five branches, and says what is empty or more than is drawn', () => {
    const layout = layOutFishbone(fishbone, 1000, 400, style, { bonesPerBranch: 4, linesPerBone: 3 });
    expect(layout.branches.map(({ title }) => title)).toEqual(['Model', 'Infrastructure', 'Data', 'Process', 'People']);
    expect(layout.branches.map(({ remark }) => remark?.text)).toEqual(['nothing found', undefined, 'and 3 more', undefined, undefined]);
    expect(layout.branches.map(({ answer }) => answer)).toEqual([false, true, false, false, false]);
  });

  it('leads each branch to the spine and each twig to its branch', () => {
    const layout = layOutFishbone(fishbone, 1000, 400, style, { bonesPerBranch: 4, linesPerBone: 3 });
    for (const { line, bones } of layout.branches) {
      expect(line.y2).toBe(layout.spine.y1);
      for (const { twig } of bones) {
        const share = (twig.y2 - line.y1) / (line.y2 - line.y1);
        expect(twig.x2).toBeCloseTo(line.x1 + share * (line.x2 - line.x1), 5);
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThan(1);
      }
    }
  });
});
