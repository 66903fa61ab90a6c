// Bundles the page into build/page/: Grafana's packages and scenes, without the plugin, whose dist/ is served as it is.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

export const pageFolder = path.join(here, '..', '..', 'build', 'page');

export async function buildPage() {
  await build({
    entryPoints: { main: path.join(here, 'page', 'main.tsx') },
    outdir: pageFolder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff2': 'dataurl', '.ttf': 'empty' },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage();
}
