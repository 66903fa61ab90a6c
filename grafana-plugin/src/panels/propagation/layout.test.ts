import { describe, expect, it } from 'vitest';

import type { Graph, GraphEdge, GraphNode } from './data';
import { arrowhead, bestLayout, curve, layOut, shortened, type Layout, type Sizes } from './layout';
import { focus, group, nodeName, stem } from './reduce';
import { firstView, wholeView } from './usePanZoom';
import { neighbour } from './walk';

const SIZES: Sizes = { nodeWidth: 208, heightOf: () => 54, labelWidth: 40, labelHeight: 20 };

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({ id, signals: [], onPath: true, ...more });
const fault = (source: string, target: string, weight = 0.5): GraphEdge => ({ source, target, weight, count: 1 });
const call = (source: string, target: string): GraphEdge => ({ source, target, count: 1 });

/** A cause, a gateway, `replicas` beside the cause, and a chain of services. */
function cluster(replicas: number): Graph {
  const names = Array.from({ length: replicas }, (_, i) => `vllm-decode-${i}`);
  return {
    nodes: [
      node('vllm-decode-x', { role: 'root_cause', probability: 0.8 }),
      node('router', { role: 'contributing_factor' }),
      node('gateway', { role: 'symptom' }),
      ...names.map((name) => node(name, { onPath: false })),
    ],
    edges: [fault('vllm-decode-x', 'router', 0.9), fault('router', 'gateway', 0.6), ...names.map((name) => call(name, 'router'))],
  };
}

function overlaps({ nodes }: Layout): number {
  let count = 0;
  nodes.forEach((a, i) =>
    nodes.slice(i + 1).forEach((b) => {
      if (Math.abs(a.x - b.x) < a.width - 0.5 && Math.abs(a.y - b.y) < a.height - 0.5) {
        count++;
      }
    }),
  );
  return count;
}

const place = (layout: Layout, id: string) => layout.nodes.find((one) => one.node.id === id)!;

describe('the layout', () => {
  it('goes from the cause to the symptom', () => {
    const across = layOut(cluster(3), 'LR', SIZES);
    expect(place(across, 'vllm-decode-x').x).toBeLessThan(place(across, 'router').x);
    expect(place(across, 'router').x).toBeLessThan(place(across, 'gateway').x);
    const down = layOut(cluster(3), 'TB', SIZES);
    expect(place(down, 'vllm-decode-x').y).toBeLessThan(place(down, 'router').y);
  });

  it.each([0, 1, 4, 60, 197])('has nothing on top of each other, nor outside, with %i replicas more', (replicas) => {
    const layout = layOut(cluster(replicas), 'LR', SIZES);
    expect(layout.nodes).toHaveLength(replicas + 3);
    expect(overlaps(layout)).toBe(0);
    for (const { x, y, width, height } of layout.nodes) {
      expect(x - width / 2).toBeGreaterThanOrEqual(0);
      expect(x + width / 2).toBeLessThanOrEqual(layout.width);
      expect(y - height / 2).toBeGreaterThanOrEqual(0);
      expect(y + height / 2).toBeLessThanOrEqual(layout.height);
    }
  });

  it('keeps labels off the nodes', () => {
    const layout = layOut(cluster(6), 'LR', SIZES);
    for (const { label } of layout.edges) {
      for (const { x, y, width, height } of label ? layout.nodes : []) {
        const apart = Math.abs(label!.x - x) >= (width + SIZES.labelWidth) / 2 - 1 || Math.abs(label!.y - y) >= (height + SIZES.labelHeight) / 2 - 1;
        expect(apart).toBe(true);
      }
    }
  });

  it('is the same whatever the order of the input', () => {
    const graph = cluster(12);
    const turned = { nodes: [...graph.nodes].reverse(), edges: [...graph.edges].reverse() };
    const positions = (layout: Layout) => Object.fromEntries(layout.nodes.map(({ node: { id }, x, y }) => [id, [x, y]]));
    expect(positions(layOut(turned, 'LR', SIZES))).toEqual(positions(layOut(graph, 'LR', SIZES)));
  });

  it('takes cycles, single entities and entities without edges', () => {
    const cycle = layOut({ nodes: ['a', 'b', 'c'].map((id) => node(id)), edges: [fault('a', 'b'), fault('b', 'c'), fault('c', 'a')] }, 'LR', SIZES);
    expect(cycle.edges).toHaveLength(3);
    expect(cycle.edges.every(({ points }) => points.length >= 2 && points.every(({ x, y }) => Number.isFinite(x + y)))).toBe(true);
    const weakest = layOut({ nodes: ['a', 'b', 'c'].map((id) => node(id)), edges: [fault('c', 'a', 0.05), fault('b', 'c', 0.7), fault('a', 'b', 0.9)] }, 'LR', SIZES);
    expect(place(weakest, 'a').x).toBeLessThan(place(weakest, 'b').x);
    expect(place(weakest, 'b').x).toBeLessThan(place(weakest, 'c').x);
    const alone = layOut({ nodes: [node('a')], edges: [] }, 'LR', SIZES);
    expect(alone.width).toBeGreaterThanOrEqual(SIZES.nodeWidth);
    expect(overlaps(layOut({ nodes: ['a', 'b', 'c'].map((id) => node(id)), edges: [] }, 'TB', SIZES))).toBe(0);
  });

  it('leads each edge from the border of its source to that of its target', () => {
    const layout = layOut(cluster(2), 'LR', SIZES);
    const { points } = layout.edges.find(({ edge }) => edge.source === 'router')!;
    const from = place(layout, 'router');
    const to = place(layout, 'gateway');
    expect(points[0]!.x).toBeCloseTo(from.x + from.width / 2, 0);
    expect(points.at(-1)!.x).toBeCloseTo(to.x - to.width / 2, 0);
  });

  it('takes the direction in which a chain can be read', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const chain: Graph = { nodes: ids.map((id) => node(id)), edges: ids.slice(1).map((id, i) => fault(ids[i]!, id)) };
    expect(bestLayout(chain, 1600, 400, SIZES).direction).toBe('LR');
    expect(bestLayout(chain, 300, 600, SIZES).direction).toBe('TB');
  });
});

describe('the view', () => {
  const layout = layOut(cluster(60), 'LR', SIZES);

  it('begins at the cause when the whole is too small to be read', () => {
    const { k, x, y } = firstView(layout, 600, 300);
    expect(k).toBe(0.6);
    const cause = place(layout, 'vllm-decode-x');
    expect(cause.x * k + x).toBeGreaterThan(0);
    expect(cause.x * k + x).toBeLessThan(600);
    expect(cause.y * k + y).toBeGreaterThan(0);
    expect(cause.y * k + y).toBeLessThan(300);
  });

  it('can show everything', () => {
    const { k, x, y } = wholeView(layout, 600, 300);
    expect(layout.width * k + x).toBeLessThanOrEqual(600.01);
    expect(layout.height * k + y).toBeLessThanOrEqual(300.01);
  });

  it('does not blow a small graph up', () => {
    expect(firstView(layOut(cluster(0), 'LR', SIZES), 4000, 2000).k).toBe(1);
  });
});

describe('what is drawn of a large graph', () => {
  const graph = cluster(197);
  const far: Graph = { nodes: [...graph.nodes, node('billing', { onPath: false })], edges: [...graph.edges, call('billing', 'vllm-decode-3')] };

  it('is the path, what is beside it, or all', () => {
    expect(focus(far, 'path', 250).nodes.map(({ id }) => id)).toEqual(['vllm-decode-x', 'router', 'gateway']);
    expect(focus(far, 'neighbours', 250).nodes).toHaveLength(200);
    expect(focus(far, 'all', 250)).toMatchObject({ hidden: 0 });
    expect(focus(far, 'path', 250).hidden).toBe(198);
  });

  it('keeps what is nearest to the path', () => {
    const few = focus(far, 'all', 10);
    expect(few.nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(['vllm-decode-x', 'router', 'gateway']));
    expect(few.nodes).toHaveLength(10);
    expect(few.hidden).toBe(191);
    expect(few.edges.every(({ source, target }) => few.nodes.some(({ id }) => id === source) && few.nodes.some(({ id }) => id === target))).toBe(true);
  });

  it('has one node for replicas that are alike, never for a root cause', () => {
    const grouped = group(focus(graph, 'neighbours', 250), 'neighbours', 5);
    expect(grouped.nodes.map(nodeName)).toEqual(['vllm-decode-x', 'router', 'gateway', '197 × vllm-decode-*']);
    expect(grouped.edges).toHaveLength(3);
    expect(grouped.edges[2]).toMatchObject({ target: 'router', count: 197, weight: undefined });
    const id = grouped.nodes[3]!.id;
    expect(group(focus(graph, 'neighbours', 250), 'neighbours', 5, new Set([id])).nodes).toHaveLength(200);
    expect(group(focus(graph, 'neighbours', 250), 'neighbours', 0).nodes).toHaveLength(200);
    expect(group(focus(cluster(4), 'neighbours', 250), 'neighbours', 5).nodes).toHaveLength(7);
  });

  it('has one node for what hangs on the same entity of the path, whatever its name', () => {
    const names = ['billing', 'search', 'tools', 'session', 'embed'];
    const services: Graph = {
      nodes: [...cluster(0).nodes, ...names.map((id) => node(id, { onPath: false }))],
      edges: [...cluster(0).edges, ...names.map((id) => call(id, 'router')), call('billing', 'search')],
    };
    const beside = group(focus(services, 'neighbours', 250), 'neighbours', 5);
    expect(beside.nodes.map(nodeName)).toEqual(['vllm-decode-x', 'router', 'gateway', '5 entities']);
    expect(beside.nodes[3]).toMatchObject({ between: 'called by router' });
    expect(group(focus(services, 'all', 250), 'all', 5).nodes).toHaveLength(8);
  });

  it('keeps the strongest of the merged edges', () => {
    const names = ['r-1', 'r-2', 'r-3'];
    const grouped = group({ nodes: [node('cause', { role: 'root_cause' }), ...names.map((id) => node(id))], edges: names.map((id, i) => fault('cause', id, 0.2 + i / 10)), hidden: 0 }, 'path', 3);
    expect(grouped.edges).toEqual([expect.objectContaining({ source: 'cause', weight: 0.4, count: 3 })]);
  });

  it('never hides a way through entities that are called alike', () => {
    const ids = ['r-1', 'r-2', 'r-3', 'r-4', 'r-5', 'r-6'];
    const chain: Graph = { nodes: ids.map((id) => node(id, { role: 'symptom' })), edges: ids.slice(1).map((id, i) => fault(ids[i]!, id)) };
    expect(group({ ...chain, hidden: 0 }, 'neighbours', 2).edges).toHaveLength(5);
  });

  it('tells entities of one kind by their names', () => {
    expect(stem('vllm-decode-7f9c-12')).toBe('vllm-decode-*');
    expect(stem('10.0.0.7:8000')).toBe('*');
    expect(stem('gateway')).toBe('gateway');
  });

  it('takes 5,000 edges', () => {
    const many: Graph = { nodes: [], edges: [] };
    for (let i = 0; i < 5000; i++) {
      many.nodes.push(node(`service-${String.fromCharCode(97 + (i % 26))}${i}x`, { onPath: i < 30 }));
      many.edges.push(call(`service-${String.fromCharCode(97 + (i % 26))}${i}x`, `service-${String.fromCharCode(97 + ((i * 7) % 26))}${(i * 7) % 5000}x`));
    }
    const drawn = focus(many, 'all', 250);
    expect(drawn.nodes).toHaveLength(250);
    expect(layOut(group(drawn, 'all', 5), 'LR', SIZES).nodes.length).toBeLessThanOrEqual(250);
  });
});

describe('lines', () => {
  it('end at the foot of their arrow', () => {
    expect(shortened([{ x: 0, y: 0 }, { x: 10, y: 0 }], 4).at(-1)).toEqual({ x: 6, y: 0 });
    expect(shortened([{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 12, y: 0 }], 4)).toEqual([{ x: 0, y: 0 }, { x: 8, y: 0 }]);
    expect(arrowhead([{ x: 0, y: 0 }, { x: 10, y: 0 }], 4, 2)).toBe('10,0 6,2 6,-2');
  });

  it('are smooth, and nothing without points', () => {
    expect(curve([{ x: 0, y: 0 }, { x: 10, y: 0 }])).toBe('M0,0L10,0');
    expect(curve([{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }])).toContain('Q10,0');
    expect(curve([])).toBe('');
    expect(arrowhead([], 4, 2)).toBe('');
  });
});

describe('the arrow keys', () => {
  const { nodes } = layOut(cluster(2), 'LR', SIZES);
  const at = (id: string) => nodes.find((one) => one.node.id === id)!;

  it('go to what is next in their direction', () => {
    expect(neighbour(nodes, at('router'), 'ArrowRight')?.node.id).toBe('gateway');
    expect(neighbour(nodes, at('gateway'), 'ArrowLeft')?.node.id).toBe('router');
    expect(neighbour(nodes, at('gateway'), 'ArrowRight')).toBeUndefined();
  });
});
