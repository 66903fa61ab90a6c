// Writes the dashboards and what brings them into Grafana; --check instead fails where a file is not what the source gives.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { boards } from './boards.js';
import { app, configMap, datasources, pluginProvider, provider, text } from './provisioning.js';

const root = join(new URL('.', import.meta.url).pathname, '..', '..');
// In the order of the folders of boards: those of everybody, those that need the plugin.
const folders = ['dashboards', 'dashboards/plugin'];
const mapFolders = ['deploy/kubernetes/dashboards', 'deploy/kubernetes/dashboards-plugin'];

function generate(): Map<string, string> {
  const files = new Map([
    ['deploy/grafana/provisioning/datasources/rca.yml', datasources()],
    ['deploy/grafana/provisioning/dashboards/rca.yml', provider()],
    ['deploy/grafana/provisioning/dashboards/rca-plugin.yml', pluginProvider()],
    ['deploy/grafana/provisioning/plugins/rca.yml', app()],
  ]);
  for (const [name, make] of Object.entries(boards)) {
    const board = make();
    files.set(`dashboards/${name}`, text(board));
    const maps = mapFolders[name.startsWith('plugin/') ? 1 : 0] ?? '';
    files.set(`${maps}/${basename(name, '.json')}.yml`, configMap(basename(name), board));
  }
  return files;
}

// Of dashboards that are gone.
function leftOver(files: Map<string, string>): string[] {
  const inFolder = (folder: string, pattern: RegExp): string[] => {
    if (!existsSync(join(root, folder))) return [];
    const names = readdirSync(join(root, folder)).filter((name) => pattern.test(name));
    return names.map((name) => `${folder}/${name}`);
  };
  const found = [
    ...folders.flatMap((folder) => inFolder(folder, /^(rca|llm)-.*\.json$/)),
    ...mapFolders.flatMap((folder) => inFolder(folder, /\.yml$/)),
  ];
  return found.filter((file) => !files.has(file));
}

function check(files: Map<string, string>): number {
  let stale = 0;
  for (const [name, content] of files) {
    const file = join(root, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    console.error(`${name} is not what dashboards/src gives: run 'npm run generate' in dashboards/`);
    stale += 1;
  }
  for (const name of leftOver(files)) {
    console.error(`${name} is of no dashboard that dashboards/src has: run 'npm run generate' in dashboards/`);
    stale += 1;
  }
  return stale;
}

function write(files: Map<string, string>): void {
  for (const [name, content] of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
    console.log(`wrote ${name}`);
  }
  for (const name of leftOver(files)) {
    rmSync(join(root, name));
    console.log(`removed ${name}`);
  }
}

const files = generate();
if (process.argv.includes('--check')) {
  process.exitCode = check(files) === 0 ? 0 : 1;
} else {
  write(files);
}
