import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { branchOf, FAULT_CLASSES, faultClassTitle } from './faultClasses';

const page = readFileSync(fileURLToPath(new URL('../../../docs/root-causes.md', import.meta.url)), 'utf8');

describe('the catalogue', () => {
  it('is that of the exporter', () => {
    const rows = [...page.matchAll(/^## (\w+)\n\n\*\*(.+?)\*\* · `(\w+)` · fishbone branch `(\w+)`/gm)];
    expect(rows.length).toBeGreaterThan(20);
    const documented = Object.fromEntries(rows.map(([, name, title, category, branch]) => [name, { title, category, branch }]));
    expect(FAULT_CLASSES).toEqual(documented);
  });

  it('names what it does not know', () => {
    expect(faultClassTitle('io_bottleneck')).toBe('I/O bottleneck');
    expect(faultClassTitle('token_flood')).toBe('Token flood');
    expect(faultClassTitle('unknown')).toBe('Unknown kind of fault');
    expect(faultClassTitle('toString')).toBe('ToString');
  });

  it('places what it does not know by the category', () => {
    expect(branchOf('late_alerting')).toBe('people');
    expect(branchOf('token_flood', 'prompt_and_input')).toBe('data');
    expect(branchOf('token_flood', 'constructor')).toBe('infrastructure');
  });
});
