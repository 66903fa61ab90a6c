// The archive as Grafana installs it, unpacked in memory: run after `npm run build` and `npm run archive`.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Ajv } from 'ajv';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { pluginJsonSchema } from './pluginJsonSchema';

const ID = 'rcaexporter-rca-app';
const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version as string;

interface PluginJson {
  id: string;
  type: string;
  name: string;
  info: { logos: { small: string; large: string }; screenshots?: Array<{ path: string }>; version: string };
  includes?: Array<{ type: string; name: string }>;
}

const entries = unzipSync(readFileSync(path.join(root, 'build', `${ID}-${version}.zip`)));
const names = Object.keys(entries);
const textOf = (name: string): string => new TextDecoder().decode(entries[name]);
const manifests = names.filter((name) => path.basename(name) === 'plugin.json');
const manifest = (name: string): PluginJson => JSON.parse(textOf(name)) as PluginJson;
const validate = new Ajv({ allErrors: true }).compile(pluginJsonSchema);

describe('the archive', () => {
  it("has the plugin's id as the one folder at the top", () => {
    expect(new Set(names.map((name) => name.split('/')[0]))).toEqual(new Set([ID]));
  });

  it('holds what the catalogue expects', () => {
    for (const file of ['plugin.json', 'module.js', 'README.md', 'CHANGELOG.md', 'LICENSE', 'img/logo.svg']) {
      expect(names).toContain(`${ID}/${file}`);
    }
  });

  it('holds no sources, tests or secrets', () => {
    expect(names.filter((name) => /\.(tsx?|env|pem|key)$|\.test\./.test(name))).toEqual([]);
  });

  it('holds every panel of src/panels, and names each in the includes of the app', () => {
    const folders = readdirSync(path.join(root, 'src/panels'));
    expect(manifests.sort()).toEqual([`${ID}/panels`, ID].flatMap((top) =>
      top === ID ? [`${ID}/plugin.json`] : folders.map((folder) => `${top}/${folder}/plugin.json`)).sort());
    const included = manifest(`${ID}/plugin.json`).includes?.filter(({ type }) => type === 'panel').map(({ name }) => name);
    const panels = folders.map((folder) => manifest(`${ID}/panels/${folder}/plugin.json`).name);
    expect(included?.sort()).toEqual(panels.sort());
  });
});

describe.each(manifests)('%s', (file) => {
  const plugin = manifest(file);
  const folder = path.dirname(file);

  it('is what Grafana demands', () => {
    validate(plugin);
    expect(validate.errors ?? []).toEqual([]);
    expect(plugin.info.version).toBe(version);
  });

  it('has its module beside it, as AMD and with the shared packages left to Grafana', () => {
    const module = textOf(`${folder}/module.js`);
    // Said as yes or no, since a failure would print the whole module. A notice of licences may come first.
    expect(/^(\/\*.*?\*\/\s*)?define\(/.test(module), 'it is an AMD module').toBe(true);
    expect(module.includes('"@grafana/data"'), 'it asks Grafana for @grafana/data').toBe(true);
    expect(module.includes('react.production'), 'React is bundled').toBe(false);
  });

  it('has its logos and screenshots', () => {
    for (const image of [plugin.info.logos.small, plugin.info.logos.large, ...(plugin.info.screenshots ?? []).map((shot) => shot.path)]) {
      expect(names).toContain(`${folder}/${image}`);
    }
  });

  it('leaves no placeholder unfilled', () => {
    expect(textOf(file)).not.toMatch(/%[A-Z_]+%/);
  });
});

describe('the schema', () => {
  const app = (): Record<string, unknown> => JSON.parse(textOf(`${ID}/plugin.json`)) as Record<string, unknown>;

  it.each([
    ['an unknown field', { extra: 1 }],
    ['an id of another form', { id: 'rca_app' }],
    ['an unknown type', { type: 'widget' }],
    ['no dependencies', { dependencies: undefined }],
  ])('refuses %s', (_, change) => {
    expect(validate(JSON.parse(JSON.stringify({ ...app(), ...change })))).toBe(false);
  });
});
