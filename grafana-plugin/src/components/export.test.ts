import { describe, expect, it } from 'vitest';

import { isoTime, toCsv, toJson } from './export';

const table = { name: 'x', columns: ['entity', 'score'], rows: [['a "b", c', 0.5], ['=1+1', Number.NaN], ['line\nbreak', null]] };

describe('CSV', () => {
  it('quotes what RFC 4180 demands, and makes no formula of a label', () => {
    expect(toCsv(table)).toBe('entity,score\r\n"a ""b"", c",0.5\r\n\'=1+1,\r\n"line\nbreak",\r\n');
  });
});

describe('JSON', () => {
  it('is an array of objects, null where there is no number', () => {
    expect(JSON.parse(toJson(table))).toEqual([
      { entity: 'a "b", c', score: 0.5 },
      { entity: '=1+1', score: null },
      { entity: 'line\nbreak', score: null },
    ]);
  });
});

describe('times', () => {
  it('that are none are null', () => {
    expect([isoTime(0), isoTime(undefined), isoTime(Number.NaN), isoTime(1e18)]).toEqual(['1970-01-01T00:00:00.000Z', null, null, null]);
  });
});
