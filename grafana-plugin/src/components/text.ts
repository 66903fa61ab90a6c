// Text in SVG: there is no wrapping, so lines are broken here, by measured width.

/** Width of a text in px, in the font in which it will be drawn. */
export type Measure = (text: string) => number;

const ELLIPSIS = '…';

/** Where a long name may be broken: behind one of these. */
const SOFT_BREAK = /(?<=[-_/.:,@])/;

/** The longest beginning of `text` that fits, at least one character. */
function fitting(text: string, width: number, measure: Measure): string {
  const characters = [...text];
  let low = 1;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(characters.slice(0, middle).join('')) <= width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return characters.slice(0, low).join('');
}

/** Cut at the end to fit into `width`. */
export function cut(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) {
    return text;
  }
  return fitting(text, Math.max(0, width - measure(ELLIPSIS)), measure).trimEnd() + ELLIPSIS;
}

/** Cut in the middle: names of one service differ at their ends. */
export function cutMiddle(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) {
    return text;
  }
  const characters = [...text];
  let low = 1;
  let high = characters.length - 1;
  const shortened = (kept: number) => {
    const head = Math.ceil(kept / 2);
    const tail = kept - head;
    return characters.slice(0, head).join('') + ELLIPSIS + (tail > 0 ? characters.slice(-tail).join('') : '');
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(shortened(middle)) <= width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return shortened(low);
}

/** Pieces of a word each of which fits into a line. */
function broken(word: string, width: number, measure: Measure): string[] {
  const pieces: string[] = [];
  for (let part of word.split(SOFT_BREAK)) {
    while (measure(part) > width && part.length > 1) {
      const head = fitting(part, width, measure);
      pieces.push(head);
      part = part.slice(head.length);
    }
    const last = pieces.at(-1);
    if (last !== undefined && measure(last + part) <= width) {
      pieces[pieces.length - 1] = last + part;
    } else if (part !== '') {
      pieces.push(part);
    }
  }
  return pieces;
}

/** Spaces at which a line may end; a no-break space is none. */
const SPACES = /[ \t\r\n]+/;

/** Lines of at most `width` px; more than `mostLines` end in an ellipsis. An empty text has no lines. */
export function wrap(text: string, width: number, measure: Measure, mostLines = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(SPACES).filter(Boolean)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (measure(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') {
      lines.push(line);
    }
    const pieces = measure(word) <= width ? [word] : broken(word, width, measure);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  if (line !== '') {
    lines.push(line);
  }
  if (lines.length <= mostLines) {
    return lines;
  }
  const kept = lines.slice(0, Math.max(1, mostLines));
  const last = kept.length - 1;
  kept[last] = cut(`${kept[last]} ${lines[last + 1] ?? ''}${ELLIPSIS}`, width, measure);
  return kept;
}
