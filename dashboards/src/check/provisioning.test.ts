// The files that bring the dashboards into Grafana and Kubernetes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';

import { parseAllDocuments } from 'yaml';

import type { ConfigMap } from '../provisioning.js';
import { boardFiles, folder, needsPlugin, root } from './dashboard.js';

// The only document of a YAML file; any warning is an error.
function document(file: string): unknown {
  const documents = parseAllDocuments(readFileSync(join(root, 'deploy', file), 'utf8'), { uniqueKeys: true });
  assert.ok(!('empty' in documents), `${file} is empty`);
  assert.equal(documents.length, 1, file);
  const [only] = documents;
  assert.ok(only);
  assert.deepEqual([...only.errors, ...only.warnings], [], file);
  return only.toJS();
}

const mapFolder = (name: string): string => `kubernetes/dashboards${needsPlugin(name) ? '-plugin' : ''}`;

describe('ConfigMaps', () => {
  it('exist for every dashboard, and no other', () => {
    for (const plugin of [false, true]) {
      const names = boardFiles().filter((name) => needsPlugin(name) === plugin);
      const files = readdirSync(join(root, 'deploy', mapFolder(names[0] ?? '')));
      assert.deepEqual(files.sort(), names.map((name) => `${basename(name, '.json')}.yml`).sort());
    }
  });

  for (const name of boardFiles()) {
    it(`${name} is in one that Kubernetes takes and Grafana's sidecar finds`, () => {
      const map = document(`${mapFolder(name)}/${basename(name, '.json')}.yml`) as ConfigMap;
      assert.equal(map.apiVersion, 'v1');
      assert.equal(map.kind, 'ConfigMap');
      assert.match(map.metadata.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      // Quoted in the file: as a number it would be refused.
      assert.strictEqual(map.metadata.labels['grafana_dashboard'], '1');
      const key = basename(name);
      assert.deepEqual(Object.keys(map.data), [key]);
      assert.match(key, /^[-._a-zA-Z0-9]+$/);
      assert.equal(map.data[key], readFileSync(join(folder, name), 'utf8'));
      // 1 MiB is the limit of etcd; kubectl apply keeps a copy in an annotation of at most 256 KiB.
      assert.ok(Buffer.byteLength(map.data[key] ?? '') < 240 * 1024, `${name} is too large for kubectl apply`);
    });
  }
});

describe("Grafana's provisioning", () => {
  it('names a data source of Prometheus', () => {
    const { apiVersion, datasources } = document('grafana/provisioning/datasources/rca.yml') as {
      apiVersion: number;
      datasources: { type: string; uid: string; url: string }[];
    };
    assert.equal(apiVersion, 1);
    assert.equal(datasources[0]?.type, 'prometheus');
    assert.ok(datasources[0]?.uid);
  });

  it('reads the dashboards from where CMake installs them', () => {
    const cmake = readFileSync(join(root, 'exporter', 'CMakeLists.txt'), 'utf8');
    const places = [...cmake.matchAll(/install\(FILES \$\{\w*dashboards\} DESTINATION \$\{CMAKE_INSTALL_DATADIR\}\/(\S+)\)/g)].map((match) => match[1] ?? '');
    const paths = ['rca.yml', 'rca-plugin.yml'].map((file) => {
      const { apiVersion, providers } = document(`grafana/provisioning/dashboards/${file}`) as {
        apiVersion: number;
        providers: { type: string; options: { path: string } }[];
      };
      assert.equal(apiVersion, 1);
      assert.equal(providers[0]?.type, 'file');
      return providers[0].options.path;
    });
    assert.deepEqual(paths, places.map((place) => `/usr/share/${place}`));
  });

  it('enables the app that the plugin is', () => {
    const { apiVersion, apps } = document('grafana/provisioning/plugins/rca.yml') as { apiVersion: number; apps: { type: string }[] };
    const plugin = JSON.parse(readFileSync(join(root, 'grafana-plugin', 'src', 'plugin.json'), 'utf8')) as { id: string };
    assert.equal(apiVersion, 1);
    assert.equal(apps[0]?.type, plugin.id);
  });
});
