// The graph of an incident: entities, the edges along which the fault travelled, and, where the panel is given them,
// the calls between entities.
import { CONSENSUS, UNKNOWN, type FaultClass, type Finding, type Incident, type Origin, type Role, type Series } from '../../data';

export interface GraphNode {
  id: string;
  /** The strongest of the roles that the findings give to the entity. */
  role?: Role;
  /** That the entity is the root cause, 0..1. */
  probability?: number;
  faultClass?: FaultClass;
  /** Signals of the entity that the findings name, in their order. */
  signals: string[];
  /** Whether the fault is known to have travelled through it. */
  onPath: boolean;
  /** Of a group of entities that are drawn as one. */
  members?: string[];
  /** Of a group beside the path: whom it calls, or who calls it. */
  between?: string;
  /** The series that tells most of the entity: its data links are the node's. */
  origin?: Origin;
}

export interface GraphEdge {
  source: string;
  target: string;
  /** How strongly the fault travelled, 0..1; undefined: a call, over which it is not known to have travelled. */
  weight?: number;
  /** How many edges this one stands for; more than 1 between groups. */
  count: number;
  origin?: Origin;
}

export interface Graph {
  nodes: GraphNode[];
  /** From where the fault came to where it went; a call from the callee to its caller, since faults go against calls. */
  edges: GraphEdge[];
}

export interface Call {
  caller: string;
  callee: string;
}

const STRENGTH: Readonly<Record<Role, number>> = { root_cause: 3, contributing_factor: 2, symptom: 1 };

/** Labels under which service graphs (Tempo, Istio, DeepFlow) name who calls whom. */
const CALL_LABELS: ReadonlyArray<readonly [string, string]> = [
  ['client', 'server'],
  ['caller', 'callee'],
  ['source_workload', 'destination_workload'],
  ['client_service', 'server_service'],
];

/** Calls that any series with a pair of such labels tells of; each once, in their order. */
export function readCalls(series: readonly Series[]): Call[] {
  const calls = new Map<string, Call>();
  for (const { labels } of series) {
    for (const [from, to] of CALL_LABELS) {
      const caller = labels[from];
      const callee = labels[to];
      if (caller && callee && caller !== callee) {
        calls.set(JSON.stringify([caller, callee]), { caller, callee });
      }
    }
  }
  return [...calls.values()];
}

const edgeKey = (source: string, target: string): string => JSON.stringify([source, target]);

/** The whole graph: the incident's edges and the calls. Edges of an entity to itself say nothing and are left out. */
export function buildGraph(incident: Incident, calls: readonly Call[] = []): Graph {
  const edges = new Map<string, GraphEdge>();
  for (const { source, target, weight, origin } of incident.edges) {
    if (source !== target) {
      edges.set(edgeKey(source, target), { source, target, weight, count: 1, origin });
    }
  }
  const onPath = new Set([...edges.values()].flatMap(({ source, target }) => [source, target]));
  for (const { caller, callee } of calls) {
    const key = edgeKey(callee, caller);
    // A fault that travelled along the call, not against it, stands for the call as well.
    if (!edges.has(key) && !edges.has(edgeKey(caller, callee))) {
      edges.set(key, { source: callee, target: caller, count: 1 });
    }
  }
  const ids = new Set(onPath);
  // A root cause whose way is not known is still the answer.
  for (const { entity, role } of incident.findings) {
    if (role !== 'symptom') {
      ids.add(entity);
    }
  }
  if (incident.entity !== '' && incident.entity !== UNKNOWN) {
    ids.add(incident.entity);
  }
  for (const { source, target } of edges.values()) {
    ids.add(source).add(target);
  }
  const describe = describer(incident);
  return { nodes: [...ids].map((id) => describe(id, onPath.has(id))), edges: [...edges.values()] };
}

function describer(incident: Incident): (id: string, onPath: boolean) => GraphNode {
  const findings = new Map<string, Finding[]>();
  for (const finding of incident.findings) {
    const known = findings.get(finding.entity);
    if (known) {
      known.push(finding);
    } else {
      findings.set(finding.entity, [finding]);
    }
  }
  const scores = new Map((incident.rankings.get(CONSENSUS) ?? []).map((one) => [one.entity, one]));
  const faults = new Map<string, FaultClass>();
  for (const fault of incident.faultClasses) {
    if (!faults.has(fault.entity) && fault.faultClass !== UNKNOWN) {
      faults.set(fault.entity, fault);
    }
  }
  return (id, onPath) => {
    const own = findings.get(id) ?? [];
    const score = scores.get(id);
    const fault = faults.get(id);
    return {
      id,
      role: strongest([...own.map((finding) => finding.role), ...(incident.entity === id ? (['root_cause'] as const) : [])]),
      probability: score?.score,
      faultClass: fault,
      signals: [...new Set(own.map((finding) => finding.signal).filter(Boolean))],
      onPath,
      origin: score?.origin ?? fault?.origin,
    };
  };
}

export function strongest(roles: ReadonlyArray<Role | undefined>): Role | undefined {
  let best: Role | undefined;
  for (const role of roles) {
    if (role && (!best || STRENGTH[role] > STRENGTH[best])) {
      best = role;
    }
  }
  return best;
}

/**
 * The ways of the fault in words, as the report has them: a → b → c where edges form chains, the strongest first; what is
 * left over stands alone. A cycle ends where it began.
 */
export function chains(edges: readonly GraphEdge[]): GraphEdge[][] {
  const left = edges.filter((edge) => edge.weight !== undefined).sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  const entering = new Map<string, number>();
  const leaving = new Map<string, GraphEdge[]>();
  for (const edge of left) {
    entering.set(edge.target, (entering.get(edge.target) ?? 0) + 1);
    const known = leaving.get(edge.source);
    if (known) {
      known.push(edge);
    } else {
      leaving.set(edge.source, [edge]);
    }
  }
  const used = new Set<GraphEdge>();
  const follow = (start: GraphEdge): GraphEdge[] => {
    const chain: GraphEdge[] = [];
    let edge: GraphEdge | undefined = start;
    while (edge) {
      used.add(edge);
      chain.push(edge);
      edge = leaving.get(edge.target)?.find((one) => !used.has(one));
    }
    return chain;
  };
  const starts = left.filter((edge) => !entering.has(edge.source));
  return [...starts, ...left].flatMap((edge) => (used.has(edge) ? [] : [follow(edge)]));
}

/** "a → b → c". */
export const chainText = (chain: readonly GraphEdge[]): string =>
  [chain[0]?.source ?? '', ...chain.map((edge) => edge.target)].join(' → ');
