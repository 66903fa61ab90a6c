// From entity to entity by the arrow keys.
import type { PlacedNode } from './layout';

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

const UNIT: Readonly<Record<Arrow, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export const isArrow = (key: string): key is Arrow => Object.hasOwn(UNIT, key);

/** The nearest entity in the direction of the arrow; what lies aside counts as further away. Undefined: none. */
export function neighbour(nodes: readonly PlacedNode[], from: PlacedNode, arrow: Arrow): PlacedNode | undefined {
  const unit = UNIT[arrow];
  let best: PlacedNode | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const node of nodes) {
    const dx = node.x - from.x;
    const dy = node.y - from.y;
    const ahead = dx * unit.x + dy * unit.y;
    if (node === from || ahead <= 1) {
      continue;
    }
    const aside = Math.abs(dx * unit.y) + Math.abs(dy * unit.x);
    const distance = ahead + 2 * aside;
    if (distance < shortest) {
      shortest = distance;
      best = node;
    }
  }
  return best;
}
