// The files that bring the dashboards into Grafana and Kubernetes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { parseAllDocuments } from 'yaml';

import type { ConfigMap } from '../provisioning.js';
import { boardFiles, folder, root } from './dashboard.js';

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

describe('ConfigMaps', () => {
  const files = readdirSync(join(root, 'deploy', 'kubernetes', 'dashboards'));

  it('exist for every dashboard, and no other', () => {
    assert.deepEqual(files.sort(), boardFiles().map((name) => name.replace('.json', '.yml')).sort());
  });

  for (const file of files) {
    it(`${file} is one that Kubernetes takes and Grafana's sidecar finds`, () => {
      const map = document(`kubernetes/dashboards/${file}`) as ConfigMap;
      assert.equal(map.apiVersion, 'v1');
      assert.equal(map.kind, 'ConfigMap');
      assert.match(map.metadata.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      // Quoted in the file: as a number it would be refused.
      assert.strictEqual(map.metadata.labels['grafana_dashboard'], '1');
      const name = file.replace('.yml', '.json');
      assert.deepEqual(Object.keys(map.data), [name]);
      assert.match(name, /^[-._a-zA-Z0-9]+$/);
      assert.equal(map.data[name], readFileSync(join(folder, name), 'utf8'));
      // 1 MiB is the limit of etcd; kubectl apply keeps a copy in an annotation of at most 256 KiB.
      assert.ok(Buffer.byteLength(map.data[name] ?? '') < 240 * 1024, `${name} is too large for kubectl apply`);
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
    const { apiVersion, providers } = document('grafana/provisioning/dashboards/rca.yml') as {
      apiVersion: number;
      providers: { type: string; options: { path: string } }[];
    };
    assert.equal(apiVersion, 1);
    assert.equal(providers[0]?.type, 'file');
    const cmake = readFileSync(join(root, 'exporter', 'CMakeLists.txt'), 'utf8');
    const place = /install\(FILES \$\{dashboards\} DESTINATION \$\{CMAKE_INSTALL_DATADIR\}\/(\S+)\)/.exec(cmake)?.[1];
    assert.ok(place);
    assert.equal(providers[0]?.options.path, `/usr/share/${place}`);
  });
});
