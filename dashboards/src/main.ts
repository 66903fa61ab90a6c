// Writes the dashboards' JSON beside the source; --check instead fails where a file is not what the source gives.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { overview } from './overview';

const folder = join(__dirname, '..');
const boards = { 'rca-overview.json': overview };
const check = process.argv.includes('--check');
let stale = 0;

for (const [name, make] of Object.entries(boards)) {
  const file = join(folder, name);
  const text = JSON.stringify(make(), null, 2) + '\n';
  if (!check) {
    writeFileSync(file, text);
    console.log(`wrote dashboards/${name}`);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`dashboards/${name} is not what dashboards/src gives: run 'npm run generate' in dashboards/`);
    stale += 1;
  }
}
process.exitCode = stale === 0 ? 0 : 1;
