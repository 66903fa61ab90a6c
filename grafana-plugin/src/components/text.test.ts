import { describe, expect, it } from 'vitest';

import { cut, cutMiddle, wrap } from './text';

const measure = (text: string) => [...text].length;

describe('wrap', () => {
  it('breaks between words', () => {
    expect(wrap('requests wait for a free slot', 13, measure)).toEqual(['requests wait', 'for a free', 'slot']);
  });

  it('breaks a name that is longer than a line behind its separators', () => {
    expect(wrap('of vllm-decode-replica-7f9c', 12, measure)).toEqual(['of', 'vllm-decode-', 'replica-7f9c']);
    expect(wrap('abcdefghij', 4, measure)).toEqual(['abcd', 'efgh', 'ij']);
  });

  it('never gives a line that is too wide', () => {
    const text = 'a GPU of ray-replicas-0.eu-west-1.compute.internal:8000 slows down, says 温度が高すぎます';
    for (let width = 2; width < 40; width++) {
      for (const line of wrap(text, width, measure, 3)) {
        expect(measure(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('says when there is more', () => {
    expect(wrap('one two three four', 5, measure, 2)).toEqual(['one', 'two…']);
    expect(wrap('one two', 5, measure, 2)).toEqual(['one', 'two']);
    expect(wrap('', 5, measure)).toEqual([]);
  });
});

describe('cut', () => {
  it('keeps what fits', () => {
    expect(cut('gateway', 7, measure)).toBe('gateway');
    expect(cut('gateway', 5, measure)).toBe('gate…');
    expect(cutMiddle('ray-replicas-12', 9, measure)).toBe('ray-…s-12');
    expect(cutMiddle('gateway', 7, measure)).toBe('gateway');
  });
});
