import { describe, expect, it } from 'vitest';

import { buildModel } from '../../data';
import { incidentFrames, instant, NOW } from '../../data/testing';

import { readChain, sentence, spans } from './data';
import { drawChain } from './picture';

const ID = 'ttft-20261122T095000Z';
const why = (step: string, cause: string, confidence: number | null = 0.5, effect = 'e') =>
  instant('rca_why', { incident: ID, step, effect, cause }, confidence);
const chainOf = (...frames: Parameters<typeof buildModel>[0]) => readChain(buildModel([...incidentFrames(), ...frames], NOW).incidents[0]!);

describe('the chain', () => {
  it('goes down to the deepest cause and what it comes down to', () => {
    const chain = chainOf();
    expect(chain.steps.map(({ step, deepest, confidence }) => [step, deepest, confidence])).toEqual([
      [1, false, 0.9],
      [2, true, 0.8],
    ]);
    expect(chain.answer).toMatchObject({ entity: 'ray-replicas-1', probability: 0.9, faultClass: { faultClass: 'compute_saturation', probability: 0.8 } });
    expect(chain.steps[0]!.names).toEqual(['ray-replicas-1']);
    expect(chain.steps[1]!.names).toEqual([]);
  });

  it('says which steps are missing', () => {
    const { steps } = chainOf(why('5', 'a driver was updated'));
    expect(steps.map(({ missing }) => missing)).toEqual([[], [], [3, 4]]);
    expect(chainOf(why('999999', 'x')).steps.at(-1)!.missing).toEqual([]);
  });

  it('leaves out what is no step', () => {
    expect(chainOf(why('second', 'x'), why('0', 'x'), why('-1', 'x'), why('3', 'x', null)).steps).toHaveLength(2);
  });

  it('names no answer where the diagnosis names none', () => {
    const frames = incidentFrames().filter((frame) => frame.fields[1]?.labels?.['__name__'] !== 'rca_incident_info');
    const unknown = instant('rca_incident_info', { incident: ID, slo: 'ttft', entity: 'unknown', fault_class: 'unknown' }, 1);
    expect(readChain(buildModel([...frames, unknown], NOW).incidents[0]!).answer).toBeUndefined();
  });
});

describe('names in a sentence', () => {
  it('are found as whole words, the longest first', () => {
    const names = ['node-10', 'node-1', 'gateway'];
    expect(spans('node-10 is slow', names)).toEqual([{ text: 'node-10', entity: true }, { text: ' is slow', entity: false }]);
    expect(spans('calls of gateway-2 to node-1.', names).filter(({ entity }) => entity).map(({ text }) => text)).toEqual(['node-1']);
    expect(spans('', names)).toEqual([]);
  });
});

describe('sentence', () => {
  it('ends as it should', () => {
    expect(sentence('requests queue', '?')).toBe('requests queue?');
    expect(sentence('cut by the exporter…', '.')).toBe('cut by the exporter…');
    expect(sentence(' ', '.')).toBe('not said');
  });
});

describe('the picture', () => {
  it('is well-formed whatever the texts are', () => {
    const style = {
      fontFamily: '"Inter"',
      background: '#fff',
      card: '#eee',
      border: '#ccc',
      strongBorder: '#999',
      text: '#000',
      secondaryText: '#666',
      accent: '#c00',
      accentContrast: '#fff',
      measure: (size: number) => (text: string) => text.length * size * 0.6,
    };
    const svg = drawChain(chainOf(why('3', '<script>alert("x")</script> & co')), style);
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('<script');
    expect(svg.match(/<text /g)!.length).toBeGreaterThan(9);
    expect(svg).toContain('font-family="&quot;Inter&quot;"');
  });
});
