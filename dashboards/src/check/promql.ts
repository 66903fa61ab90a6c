// What a PromQL expression asks for, read from its syntax tree.
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  metrics: string[]; // one, or the alternatives of __name__=~"a|b": of these one is enough
  text: string; // the selector with its matchers, without a range
}

export class SyntaxFault extends Error {}

function metricsOf(text: string): string[] {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(text)?.[0];
  if (name !== undefined) return [name];
  const alternatives = /__name__=~"([a-zA-Z0-9_:|]+)"/.exec(text)?.[1];
  if (alternatives === undefined) throw new SyntaxFault(`a selector without a metric name: ${text}`);
  return alternatives.split('|');
}

// Every vector selector of `expr`. Throws SyntaxFault where it does not parse, or a selector names no metric.
export function selectors(expr: string): Selector[] {
  const found: Selector[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) {
        throw new SyntaxFault(`syntax error at character ${node.from} of: ${expr}`);
      }
      if (node.name !== 'VectorSelector') return;
      const text = expr.slice(node.from, node.to);
      found.push({ metrics: metricsOf(text), text });
    },
  });
  return found;
}
