// A real Prometheus with the stored series of the demo in it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { dataFile, driftFile } from './dataset.mjs';

const START_SECONDS = 60;

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startPrometheus() {
  const folder = await mkdtemp(path.join(tmpdir(), 'rca-plugin-'));
  try {
    const series = path.join(folder, 'series.om');
    const data = path.join(folder, 'data');
    for (const file of [dataFile, driftFile]) {
      await writeFile(series, await promisify(gunzip)(await readFile(file)));
      await promisify(execFile)('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=24h', series, data]);
    }
    await writeFile(path.join(folder, 'prometheus.yml'), '');
    const port = await freePort();
    const child = spawn(
      'prometheus',
      [
        `--config.file=${path.join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${data}`,
        // The series are of a fixed day, which recedes.
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let log = '';
    child.stderr.on('data', (chunk) => (log = `${log}${chunk}`.slice(-4000)));
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const stop = async () => {
      child.kill('SIGTERM');
      await Promise.race([exited, sleep(5000).then(() => child.kill('SIGKILL'))]);
      await rm(folder, { recursive: true, force: true });
    };
    const url = `http://127.0.0.1:${port}`;
    for (let i = 0; i < START_SECONDS * 10; i++) {
      if (child.exitCode !== null) {
        throw new Error(`prometheus has stopped: ${log}`);
      }
      const ready = await fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false);
      if (ready) {
        return { url, stop };
      }
      await sleep(100);
    }
    await stop();
    throw new Error(`prometheus is not ready after ${START_SECONDS} s: ${log}`);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
