// build/ID-VERSION.zip: the plugin as Grafana installs it, with the plugin's id as the one folder at the top.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { zipSync } from 'fflate';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const { id, info } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => statSync(path.join(dist, file)).isFile())
  .sort();
// The date of the release, so that the same files give the same archive.
const mtime = new Date(`${info.updated}T00:00:00`);
const content = Object.fromEntries(files.map((file) => [`${id}/${file}`, readFileSync(path.join(dist, file))]));
const archive = zipSync(content, { level: 9, mtime });

const target = path.join(root, 'build', `${id}-${info.version}.zip`);
mkdirSync(path.dirname(target), { recursive: true });
writeFileSync(target, archive);
const sha1 = createHash('sha1').update(archive).digest('hex');
writeFileSync(`${target}.sha1`, `${sha1}\n`);
console.log(`${path.relative(process.cwd(), target)}  ${archive.length} bytes, ${files.length} files, sha1 ${sha1}`);

const kilobytes = (file) => `${(statSync(path.join(dist, file)).size / 1024).toFixed(1)} kB`;
for (const file of files.filter((name) => name.endsWith('.js'))) {
  console.log(`  ${file.padEnd(44)} ${kilobytes(file).padStart(10)}`);
}
