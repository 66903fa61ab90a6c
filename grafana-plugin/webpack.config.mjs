// One entry for each plugin.json under src/: the app at the top, the panels nested in it. Grafana gives a plugin its own
// copies of what is listed as external, so that the page has one React and one theme.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import CopyWebpackPlugin from 'copy-webpack-plugin';

const root = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(root, 'src');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const { id } = JSON.parse(readFileSync(path.join(source, 'plugin.json'), 'utf8'));

/** The same commit gives the same archive, whenever it is built. */
function releaseDate() {
  if (process.env.SOURCE_DATE_EPOCH) {
    return new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString().slice(0, 10);
  }
  try {
    const date = execFileSync('git', ['log', '-1', '--format=%cs', '--', '.'], { cwd: root, encoding: 'utf8' }).trim();
    if (date) {
      return date;
    }
  } catch {
    // A source archive without git: the day of the build.
  }
  return new Date().toISOString().slice(0, 10);
}

const substitutions = { '%VERSION%': version, '%TODAY%': releaseDate(), '%PLUGIN_ID%': id };

const substitute = (content) =>
  Object.entries(substitutions).reduce((text, [from, to]) => text.replaceAll(from, to), content.toString());

function entries() {
  const found = {};
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (path.basename(file) !== 'plugin.json') {
      continue;
    }
    const folder = path.dirname(file);
    const module = ['module.tsx', 'module.ts'].map((name) => path.join(source, folder, name)).find((name) => existsSync(name));
    if (!module) {
      throw new Error(`src/${file} has no module.ts or module.tsx beside it`);
    }
    found[path.join(folder, 'module')] = module;
  }
  return found;
}

const externals = [
  { 'amd-module': 'module' },
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  'i18next',
  'lodash',
  'moment',
  'react',
  'react/jsx-runtime',
  'react/jsx-dev-runtime',
  'react-dom',
  'react-dom/client',
  'react-redux',
  'react-router',
  'redux',
  'rxjs',
  'rxjs/operators',
];

export default (_env, { mode = 'production' }) => ({
  context: source,
  mode,
  devtool: 'source-map',
  entry: entries(),
  externals,
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        use: {
          loader: 'swc-loader',
          options: {
            jsc: {
              target: 'es2020',
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'automatic' } },
            },
          },
        },
      },
      { test: /\.svg$/, type: 'asset/resource', generator: { filename: 'img/[name][ext]' } },
    ],
  },
  output: {
    clean: true,
    filename: '[name].js',
    chunkFilename: 'chunks/[name].[contenthash:8].js',
    library: { type: 'amd' },
    path: path.join(root, 'dist'),
    publicPath: `public/plugins/${id}/`,
    uniqueName: id,
  },
  resolve: { extensions: ['.ts', '.tsx', '.js'] },
  performance: { hints: false },
  plugins: [
    new CopyWebpackPlugin({
      patterns: [
        { from: '**/plugin.json', transform: substitute },
        { from: 'README.md', transform: substitute },
        { from: '**/*.svg' },
        { from: 'img/**/*.png', noErrorOnMissing: true },
        { from: path.join(root, 'CHANGELOG.md') },
        { from: path.join(root, '..', 'LICENSE'), to: 'LICENSE', toType: 'file' },
      ],
    }),
  ],
});
