// Where everything stands: layers from the cause to the symptom (dagre: Sugiyama's method), the same graph always the
// same picture.
import { Graph as Dagre, layout as dagreLayout } from '@dagrejs/dagre';

import { chains, type Graph, type GraphEdge, type GraphNode } from './data';

export type Direction = 'LR' | 'TB';

export interface Point {
  x: number;
  y: number;
}

/** `x` and `y` are the centre. */
export interface PlacedNode extends Point {
  node: GraphNode;
  width: number;
  height: number;
}

export interface PlacedEdge {
  edge: GraphEdge;
  /** From the border of the source to that of the target. */
  points: Point[];
  /** Centre of the label; room is left for it. */
  label?: Point;
}

export interface Layout {
  direction: Direction;
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

export interface Sizes {
  nodeWidth: number;
  heightOf: (node: GraphNode) => number;
  labelWidth: number;
  labelHeight: number;
}

export const MARGIN = 12;

/** Network simplex gives the shortest edges, but its time grows with the square of the graph's size. */
const SIMPLEX_UP_TO = 120;

/** On the path first, in the order of the fault's travel, then by name: the order of the input does not count. */
function inOrder(graph: Graph): GraphNode[] {
  const place = new Map<string, number>();
  for (const edge of chains(graph.edges).flat()) {
    for (const id of [edge.source, edge.target]) {
      if (!place.has(id)) {
        place.set(id, place.size);
      }
    }
  }
  const of = (node: GraphNode) => place.get(node.id) ?? Number.MAX_SAFE_INTEGER;
  return [...graph.nodes].sort((a, b) => of(a) - of(b) || compare(a.id, b.id));
}

/** Not by locale: the picture must not depend on the browser's language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function layOut(graph: Graph, direction: Direction, sizes: Sizes): Layout {
  const dagre = new Dagre({ multigraph: false });
  dagre.setGraph({
    rankdir: direction,
    nodesep: direction === 'LR' ? 16 : 20,
    edgesep: 12,
    ranksep: direction === 'LR' ? 52 : 36,
    marginx: MARGIN,
    marginy: MARGIN,
    acyclicer: 'greedy',
    ranker: graph.nodes.length > SIMPLEX_UP_TO ? 'tight-tree' : 'network-simplex',
  });
  const nodes = inOrder(graph);
  for (const node of nodes) {
    dagre.setNode(node.id, { width: sizes.nodeWidth, height: sizes.heightOf(node) });
  }
  const edges = [...graph.edges].sort(
    (a, b) => (b.weight ?? -1) - (a.weight ?? -1) || compare(a.source, b.source) || compare(a.target, b.target),
  );
  for (const edge of edges) {
    const carried = edge.weight !== undefined;
    dagre.setEdge(edge.source, edge.target, {
      // The way of the fault is straight, calls go round it; of a cycle the weakest edge goes backwards.
      weight: carried ? 2 + Math.round(20 * (edge.weight ?? 0)) : 1,
      minlen: 1,
      width: carried ? sizes.labelWidth : 0,
      height: carried ? sizes.labelHeight : 0,
      labelpos: 'c',
    });
  }
  dagreLayout(dagre);
  const label = dagre.graph();
  return {
    direction,
    nodes: nodes.map((node) => {
      const { x, y } = dagre.node(node.id);
      return { node, x: x ?? 0, y: y ?? 0, width: sizes.nodeWidth, height: sizes.heightOf(node) };
    }),
    edges: edges.map((edge) => {
      const { points, x, y } = dagre.edge({ v: edge.source, w: edge.target });
      const place = edge.weight !== undefined && x !== undefined && y !== undefined ? { x, y } : undefined;
      return { edge, points: points ?? [], label: place };
    }),
    width: Math.max(label.width ?? 0, sizes.nodeWidth + 2 * MARGIN),
    height: label.height ?? 0,
  };
}

/** Scale at which the layout fits, at most 1: a graph of two nodes is not blown up. */
export const fitScale = (layout: Layout, width: number, height: number): number =>
  Math.min(1, width / layout.width, height / layout.height);

/** The direction in which more of a small graph can be read; from left to right when it makes no difference. */
export function bestLayout(graph: Graph, width: number, height: number, sizes: Sizes): Layout {
  const across = layOut(graph, 'LR', sizes);
  if (graph.nodes.length > SIMPLEX_UP_TO) {
    return across;
  }
  const down = layOut(graph, 'TB', sizes);
  return fitScale(down, width, height) > 1.1 * fitScale(across, width, height) ? down : across;
}

/** A smooth line through the points: straight at its ends, rounded at the bends. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first || rest.length === 0) {
    return '';
  }
  const at = ({ x, y }: Point) => `${round(x)},${round(y)}`;
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  let path = `M${at(first)}`;
  for (let i = 0; i < rest.length - 1; i++) {
    const here = rest[i]!;
    const bend = middle(here, rest[i + 1]!);
    path += i === 0 ? `L${at(middle(first, here))}Q${at(here)} ${at(bend)}` : `Q${at(here)} ${at(bend)}`;
  }
  return `${path}L${at(rest.at(-1)!)}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The line without its last `length` px, so that a thick one does not stick out of its arrowhead. */
export function shortened(points: readonly Point[], length: number): Point[] {
  const result = [...points];
  let left = length;
  while (result.length > 1) {
    const end = result.at(-1)!;
    const before = result.at(-2)!;
    const distance = Math.hypot(end.x - before.x, end.y - before.y);
    if (distance > left) {
      const share = (distance - left) / distance;
      result[result.length - 1] = {
        x: before.x + (end.x - before.x) * share,
        y: before.y + (end.y - before.y) * share,
      };
      return result;
    }
    if (result.length === 2) {
      return result;
    }
    left -= distance;
    result.pop();
  }
  return result;
}

/** A triangle whose tip is at the last point, as `points` of an SVG polygon. */
export function arrowhead(points: readonly Point[], length: number, halfWidth: number): string {
  const tip = points.at(-1);
  if (!tip) {
    return '';
  }
  // Seen from a little way back: the very last stretch may be too short to have a direction.
  const base = shortened(points, length).at(-1) ?? tip;
  const distance = Math.hypot(tip.x - base.x, tip.y - base.y) || 1;
  const unit = { x: (tip.x - base.x) / distance, y: (tip.y - base.y) / distance };
  const foot = { x: tip.x - unit.x * length, y: tip.y - unit.y * length };
  const corner = (side: number) => `${round(foot.x - unit.y * halfWidth * side)},${round(foot.y + unit.x * halfWidth * side)}`;
  return `${round(tip.x)},${round(tip.y)} ${corner(1)} ${corner(-1)}`;
}
