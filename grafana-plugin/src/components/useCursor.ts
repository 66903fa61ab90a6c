import { useState, type KeyboardEvent } from 'react';

export interface Cursor {
  /** null: nothing is pointed at. */
  index: number | null;
  set: (index: number | null) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** The bucket or moment that mouse or arrow keys point at. */
export function useCursor(length: number): Cursor {
  const [index, setIndex] = useState<number | null>(null);
  const valid = index !== null && index < length ? index : null;
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, valid, length);
    if (next !== undefined) {
      event.preventDefault();
      setIndex(next);
    }
  };
  return { index: valid, set: setIndex, onKeyDown };
}

/** undefined: the key moves nothing. */
export function moved(key: string, index: number | null, length: number): number | null | undefined {
  if (length === 0) {
    return undefined;
  }
  const page = Math.max(Math.round(length / 10), 1);
  const at = (to: number) => Math.min(Math.max(to, 0), length - 1);
  switch (key) {
    case 'ArrowRight':
      return at((index ?? -1) + 1);
    case 'ArrowLeft':
      return at((index ?? length) - 1);
    case 'PageUp':
      return at((index ?? 0) + page);
    case 'PageDown':
      return at((index ?? length) - page);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    case 'Escape':
      return index === null ? undefined : null;
    default:
      return undefined;
  }
}
