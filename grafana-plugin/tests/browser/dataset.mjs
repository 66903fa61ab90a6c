// Where the stored series of the demo lie.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'data');

export const dataFile = path.join(folder, 'demo.om.gz');
export const metaFile = path.join(folder, 'demo.json');
/** Drift and control charts, which data/makeDrift.mjs computes. */
export const driftFile = path.join(folder, 'drift.om.gz');
