// What of a large graph is drawn: the incident's path and what is near it, with entities that play the same part drawn
// as one.
import { strongest, type Graph, type GraphEdge, type GraphNode } from './data';

export type Focus = 'path' | 'neighbours' | 'all';

export interface Reduced extends Graph {
  /** Entities that are not drawn, neither by themselves nor in a group. */
  hidden: number;
}

function neighboursOf(edges: readonly GraphEdge[]): Map<string, Set<string>> {
  const result = new Map<string, Set<string>>();
  const add = (from: string, to: string) => {
    const known = result.get(from);
    if (known) {
      known.add(to);
    } else {
      result.set(from, new Set([to]));
    }
  };
  for (const { source, target } of edges) {
    add(source, target);
    add(target, source);
  }
  return result;
}

/** How many steps an entity is away from the path; entities without a way to it are missing. */
function distances(graph: Graph): Map<string, number> {
  const near = neighboursOf(graph.edges);
  const result = new Map<string, number>();
  let front = graph.nodes.filter((node) => node.onPath || node.role !== undefined).map((node) => node.id);
  for (let steps = 0; front.length > 0; steps++) {
    const next: string[] = [];
    for (const id of front) {
      if (!result.has(id)) {
        result.set(id, steps);
        next.push(...(near.get(id) ?? []));
      }
    }
    front = next;
  }
  return result;
}

/**
 * The part of the graph that the focus asks for, at most `most` entities: those nearest to the path stay. Calls between
 * neighbours of the path are only drawn with the whole graph.
 */
export function focus(graph: Graph, how: Focus, most: number): Reduced {
  const away = distances(graph);
  const reach = how === 'path' ? 0 : how === 'neighbours' ? 1 : Number.POSITIVE_INFINITY;
  const importance = (node: GraphNode) => node.probability ?? 0;
  const kept = graph.nodes
    .map((node) => ({ node, steps: away.get(node.id) ?? Number.POSITIVE_INFINITY }))
    .filter(({ steps }) => steps <= reach)
    .sort((a, b) => (a.steps === b.steps ? importance(b.node) - importance(a.node) : a.steps - b.steps))
    .slice(0, Math.max(1, most))
    .map(({ node }) => node);
  const ids = new Set(kept.map((node) => node.id));
  return {
    nodes: graph.nodes.filter((node) => ids.has(node.id)),
    edges: graph.edges.filter(
      ({ source, target }) =>
        ids.has(source) && ids.has(target) && (how !== 'neighbours' || away.get(source) === 0 || away.get(target) === 0),
    ),
    hidden: graph.nodes.length - kept.length,
  };
}

/** What entities of one kind have in common: "vllm-decode-7f9c-12" and "vllm-decode-5d4b-3" are both "vllm-decode-*". */
export function stem(name: string): string {
  const parts = name.split(/(?<=[-_.:/])/);
  const kept = parts.map((part) => (/\d/.test(part) ? '*' : part)).join('');
  return kept.replace(/\*(?:[-_.:/]?\*)+/g, '*');
}

/** On which entities this one hangs, as an exact key: two with the same key are never neighbours of each other. */
function tiesOf(node: GraphNode, edges: readonly GraphEdge[]): string {
  const targets = edges.filter((edge) => edge.source === node.id).map((edge) => edge.target);
  const sources = edges.filter((edge) => edge.target === node.id).map((edge) => edge.source);
  return JSON.stringify([targets.sort(), sources.sort()]);
}

/** Entities with the same answer play the same part in the picture and may be drawn as one. */
function likeness(node: GraphNode, how: Focus, edges: readonly GraphEdge[]): string {
  if (node.onPath) {
    return JSON.stringify(['path', stem(node.id), node.role ?? '', tiesOf(node, edges)]);
  }
  // Beside the path it only matters on what of the path an entity hangs.
  if (how === 'neighbours' && node.role === undefined) {
    return JSON.stringify(['beside', tiesOf(node, edges)]);
  }
  // Elsewhere neighbours that differ by their number are alike as well: n replicas on n nodes.
  const others = edges.flatMap(({ source, target }) => (source === node.id ? [target] : target === node.id ? [source] : []));
  return JSON.stringify(['call', stem(node.id), node.role ?? '', [...new Set(others.map(stem))].sort()]);
}

/**
 * Draws entities as one that are alike, when there are at least `least` of them. Root causes and groups in `open` stay
 * apart. `least` < 2: no groups.
 */
export function group(graph: Reduced, how: Focus, least: number, open: ReadonlySet<string> = new Set()): Reduced {
  if (least < 2) {
    return graph;
  }
  const edgesOf = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    for (const id of [edge.source, edge.target]) {
      const known = edgesOf.get(id);
      if (known) {
        known.push(edge);
      } else {
        edgesOf.set(id, [edge]);
      }
    }
  }
  const alike = new Map<string, GraphNode[]>();
  for (const node of graph.nodes.filter(({ role }) => role !== 'root_cause')) {
    const key = likeness(node, how, edgesOf.get(node.id) ?? []);
    const known = alike.get(key);
    if (known) {
      known.push(node);
    } else {
      alike.set(key, [node]);
    }
  }
  const groupOf = new Map<string, GraphNode>();
  for (const [key, members] of alike) {
    if (members.length >= least && !open.has(key)) {
      const merged = merge(key, members, edgesOf.get(members[0]?.id ?? '') ?? []);
      for (const node of members) {
        groupOf.set(node.id, merged);
      }
    }
  }
  const nodes = [...new Set(graph.nodes.map((node) => groupOf.get(node.id) ?? node))];
  return { nodes, edges: mergeEdges(graph.edges, (id) => groupOf.get(id)?.id ?? id), hidden: graph.hidden };
}

function merge(id: string, members: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode {
  const [only] = edges;
  const beside = edges.length === 1 && only?.weight === undefined && members.every((node) => !node.onPath);
  const called = only && members.some((node) => node.id === only.source);
  return {
    id,
    role: strongest(members.map((node) => node.role)),
    probability: highest(members.map((node) => node.probability)),
    signals: [...new Set(members.flatMap((node) => node.signals))],
    onPath: members.some((node) => node.onPath),
    members: members.map((node) => node.id),
    between: beside && only ? (called ? `called by ${only.target}` : `call ${only.source}`) : undefined,
  };
}

/** Of several edges between the same two, the strongest counts. */
function mergeEdges(edges: readonly GraphEdge[], place: (id: string) => string): GraphEdge[] {
  const merged = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const source = place(edge.source);
    const target = place(edge.target);
    if (source === target) {
      continue;
    }
    const key = JSON.stringify([source, target]);
    const other = merged.get(key);
    const weight = highest([other?.weight, edge.weight]);
    merged.set(key, { ...edge, source, target, weight, count: (other?.count ?? 0) + edge.count });
  }
  return [...merged.values()];
}

function highest(values: ReadonlyArray<number | undefined>): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 ? Math.max(...given) : undefined;
}

/** What a node is called: the entity, or how many of which kind. */
export function nodeName({ id, members }: GraphNode): string {
  if (!members) {
    return id;
  }
  const [kind, ...others] = new Set(members.map(stem));
  return kind === undefined || kind === '*' || others.length > 0 ? `${members.length} entities` : `${members.length} × ${kind}`;
}
