import { describe, expect, it } from 'vitest';

import { buildModel } from '../../data';
import { incidentFrames, instant, NOW } from '../../data/testing';

import { buildGraph, chains, chainText, readCalls } from './data';

const ID = 'ttft-20261122T095000Z';
const edge = (source: string, target: string, weight: number | null) =>
  instant('rca_propagation_edge_weight', { incident: ID, source, target }, weight);
const call = (client: string, server: string) => instant('traces_service_graph_request_total', { client, server }, 5);

function graphOf(...frames: Parameters<typeof buildModel>[0]) {
  const model = buildModel(frames, NOW);
  return buildGraph(model.incidents[0]!, readCalls(model.series));
}
const nodeOf = (graph: ReturnType<typeof graphOf>, id: string) => graph.nodes.find((node) => node.id === id);

describe('the graph', () => {
  const graph = graphOf(...incidentFrames(), edge('gateway', 'nginx-proxy', 0.4), call('gateway', 'ray-replicas-2'));

  it('has role, probability, fault class and signals on the nodes', () => {
    expect(nodeOf(graph, 'ray-replicas-1')).toMatchObject({
      role: 'root_cause',
      probability: 0.9,
      faultClass: { faultClass: 'compute_saturation' },
      signals: ['gpu_clock'],
      onPath: true,
    });
    expect(nodeOf(graph, 'nginx-proxy')).toMatchObject({ role: 'symptom', probability: undefined, onPath: true });
    expect(nodeOf(graph, 'ray-replicas-1')?.origin?.field.labels).toMatchObject({ entity: 'ray-replicas-1' });
  });

  it('lays a call against its direction, as a fault would travel', () => {
    expect(graph.edges.filter((one) => one.weight === undefined)).toEqual([{ source: 'ray-replicas-2', target: 'gateway', count: 1 }]);
    expect(nodeOf(graph, 'ray-replicas-2')).toMatchObject({ onPath: false, role: undefined });
  });

  it('draws one edge where the fault travelled over a call', () => {
    const both = graphOf(...incidentFrames(), call('gateway', 'ray-replicas-1'), call('ray-replicas-1', 'gateway'));
    expect(both.edges).toHaveLength(1);
    expect(both.edges[0]!.weight).toBe(0.75);
  });

  it('has the root cause even when its way is not known', () => {
    const frames = incidentFrames().filter((frame) => frame.fields[1]?.labels?.['__name__'] !== 'rca_propagation_edge_weight');
    const alone = graphOf(...frames);
    expect(alone.nodes.map((node) => node.id).sort()).toEqual(['gateway', 'ray-replicas-1']);
    expect(alone.edges).toEqual([]);
  });

  it('survives edges to oneself, without a target, and without a value', () => {
    const odd = graphOf(
      ...incidentFrames(),
      edge('a', 'a', 1),
      edge('a', 'b', null),
      instant('rca_propagation_edge_weight', { incident: ID, source: 'a' }, 0.5),
    );
    expect(odd.edges.map((one) => one.source)).toEqual(['ray-replicas-1']);
  });
});

describe('chains', () => {
  const texts = (...edges: Array<[string, string, number]>) =>
    chains(edges.map(([source, target, weight]) => ({ source, target, weight, count: 1 }))).map(chainText);

  it('go from the cause to the symptom, the strongest first', () => {
    expect(texts(['b', 'c', 0.2], ['a', 'b', 0.9], ['d', 'c', 0.5])).toEqual(['a → b → c', 'd → c']);
  });

  it('end where a cycle began', () => {
    expect(texts(['a', 'b', 0.9], ['b', 'c', 0.8], ['c', 'a', 0.7])).toEqual(['a → b → c → a']);
  });

  it('tell a branch after the way it leaves', () => {
    expect(texts(['a', 'b', 0.9], ['b', 'c', 0.8], ['b', 'd', 0.7])).toEqual(['a → b → c', 'b → d']);
  });
});
