// Compares a picture with the stored one. UPDATE_SCREENSHOTS=1 stores it anew; look at it before it is committed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { expect } from 'vitest';

const here = path.dirname(new URL(import.meta.url).pathname);
const stored = path.join(here, 'screenshots');
const failed = path.join(here, '..', '..', 'build', 'screenshots');

/** Share of pixels that may differ: letters are drawn a little differently by another version of FreeType. */
const TOLERANCE = 0.02;

export function comparePicture(name: string, picture: Buffer): void {
  const file = path.join(stored, `${name}.png`);
  if (process.env['UPDATE_SCREENSHOTS'] === '1') {
    mkdirSync(stored, { recursive: true });
    writeFileSync(file, picture);
    return;
  }
  expect(existsSync(file), `${file} is not there: UPDATE_SCREENSHOTS=1 makes it`).toBe(true);
  const actual = PNG.sync.read(picture);
  const wanted = PNG.sync.read(readFileSync(file));
  const same = actual.width === wanted.width && actual.height === wanted.height;
  const diff = new PNG({ width: wanted.width, height: wanted.height });
  const pixels = same
    ? pixelmatch(wanted.data, actual.data, diff.data, wanted.width, wanted.height, { threshold: 0.2 })
    : wanted.width * wanted.height;
  const share = pixels / (wanted.width * wanted.height);
  if (share > TOLERANCE) {
    mkdirSync(failed, { recursive: true });
    writeFileSync(path.join(failed, `${name}.png`), picture);
    writeFileSync(path.join(failed, `${name}.diff.png`), PNG.sync.write(diff));
  }
  const size = same ? '' : ` (${actual.width}×${actual.height} instead of ${wanted.width}×${wanted.height})`;
  expect(share, `${name} differs from its stored picture${size}; see build/screenshots/`).toBeLessThanOrEqual(TOLERANCE);
}
