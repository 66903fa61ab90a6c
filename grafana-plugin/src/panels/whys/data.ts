// The five whys as a chain: each step's cause is what the next one asks about.
import { CONSENSUS, UNKNOWN, type FaultClass, type Incident, type Origin, type Why } from '../../data';

export interface Step extends Why {
  /** Whether no step goes deeper. */
  deepest: boolean;
  /** Step numbers that are missing before this one. */
  missing: number[];
  /** Entities that the cause names, in the order of the text. */
  names: string[];
}

export interface Chain {
  steps: Step[];
  /** What the last cause comes down to; undefined: the diagnosis names none. */
  answer?: { entity: string; /** That the entity is the root cause. */ probability?: number; faultClass?: FaultClass; origin?: Origin };
}

/** All entities of which the incident's series speak, the longest names first: "node-1" is part of "node-10". */
function entitiesOf(incident: Incident): string[] {
  const names = new Set<string>([incident.entity]);
  for (const ranking of incident.rankings.values()) {
    for (const { entity } of ranking) {
      names.add(entity);
    }
  }
  for (const { entity } of [...incident.findings, ...incident.faultClasses]) {
    names.add(entity);
  }
  for (const { source, target } of incident.edges) {
    names.add(source).add(target);
  }
  names.delete('');
  names.delete(UNKNOWN);
  return [...names].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

export interface Span {
  text: string;
  /** Whether this is the name of an entity. */
  entity: boolean;
}

const PART_OF_A_NAME = /[\p{L}\p{N}_-]/u;

/** Whether the text at this place is a word of its own, not part of a longer one. */
function standsAlone(text: string, from: number, to: number): boolean {
  const before = from > 0 ? text[from - 1]! : ' ';
  const after = to < text.length ? text[to]! : ' ';
  return !PART_OF_A_NAME.test(before) && !PART_OF_A_NAME.test(after);
}

/** The sentence in pieces: names of entities and what is between them. */
export function spans(text: string, entities: readonly string[]): Span[] {
  const result: Span[] = [];
  let plainFrom = 0;
  let at = 0;
  while (at < text.length) {
    const name = entities.find((one) => text.startsWith(one, at) && standsAlone(text, at, at + one.length));
    if (name === undefined) {
      at++;
      continue;
    }
    if (at > plainFrom) {
      result.push({ text: text.slice(plainFrom, at), entity: false });
    }
    result.push({ text: name, entity: true });
    at += name.length;
    plainFrom = at;
  }
  if (plainFrom < text.length) {
    result.push({ text: text.slice(plainFrom), entity: false });
  }
  return result;
}

/** Sentences come without their capital and their full stop. */
export function sentence(text: string, end: '.' | '?'): string {
  const trimmed = text.trim();
  if (trimmed === '') {
    return 'not said';
  }
  return /[.?!…]$/u.test(trimmed) ? trimmed : trimmed + end;
}

export function readChain(incident: Incident): Chain & { entities: string[] } {
  const entities = entitiesOf(incident);
  const steps = incident.whys.map((why, i): Step => {
    const before = incident.whys[i - 1]?.step ?? 0;
    // A step number out of all bounds is no list of missing steps.
    const missing = why.step - before - 1;
    return {
      ...why,
      deepest: i === incident.whys.length - 1,
      missing: missing > 0 && missing < 10 ? Array.from({ length: missing }, (_, n) => before + 1 + n) : [],
      names: [...new Set(spans(why.cause, entities).flatMap((span) => (span.entity ? [span.text] : [])))],
    };
  });
  const known = incident.entity !== '' && incident.entity !== UNKNOWN;
  const faultClass = incident.faultClasses.find(
    (fault) => fault.entity === incident.entity && fault.faultClass === incident.faultClass,
  );
  const probability = incident.rankings.get(CONSENSUS)?.find(({ entity }) => entity === incident.entity)?.score;
  return { entities, steps, answer: known ? { entity: incident.entity, probability, faultClass, origin: faultClass?.origin } : undefined };
}
