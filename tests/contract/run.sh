#!/usr/bin/env bash
# The contract between dashboards, rules and what is really emitted: one run of the demo with the tests inside.
# Needs the release build (demo.sh makes it when it is not there), node and npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for folder in dashboards tests/contract grafana-plugin; do
  # Half a gigabyte that the stage before has just installed.
  if [[ $folder == grafana-plugin && $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]]; then continue; fi
  echo "== npm packages of $folder"
  npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts
done
echo "== dashboards: what their source gives, by schema, grid and syntax"
npm run --silent --prefix dashboards check
npm run --silent --prefix tests/contract build
echo "== runbooks"
node --test tests/contract/build/files.test.js
echo "== queries on the running demo"
npm run --silent --prefix grafana-plugin build -- --stats errors-warnings
# The panels first: live.test.js takes the fault away.
./demo.sh --exec="cd $PWD/grafana-plugin && npm run --silent browser && node --test $PWD/tests/contract/build/live.test.js" "$@"
