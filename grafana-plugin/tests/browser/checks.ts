// What the tests do with a view besides looking at it, by the view's name. With the stored series the answer is known: a
// memory fault of ray-replicas-2 is open, a GPU fault of ray-replicas-1 is resolved.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface CheckContext {
  /** The open incident. */
  incident: string;
  /** A running demo, where another fault may be open. */
  live: boolean;
}

export type Check = (page: Page, context: CheckContext) => Promise<void>;

export const checks: Record<string, Check> = {
  ranking: async (page, { live }) => {
    const first = page.getByRole('row').nth(1);
    const entity = first.getByRole('link');
    if (!live) {
      await expect.poll(() => entity.innerText()).toBe('ray-replicas-2');
    }
    // The data link has the entity in it.
    expect(await entity.getAttribute('href')).toBe(`/d/rca-overview?var-entity=${await entity.innerText()}`);
    await entity.hover();
    await page.getByRole('tooltip').getByText('Probability').waitFor();
    expect(await exported(page, 'Save as CSV')).toMatch(/^incident,slo,onset,method,rank,entity,/);
    expect(JSON.parse(await exported(page, 'Save as JSON'))[0]).toMatchObject({ rank: 1, method: 'consensus' });
  },
};

/** What the toolbar's export gives. */
export async function exported(page: Page, item: 'Save as CSV' | 'Save as JSON'): Promise<string> {
  await page.getByRole('button', { name: 'Export what is shown' }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  const stream = await (await waiting).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
