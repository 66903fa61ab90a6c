#!/usr/bin/env bash
# Everything that has to hold for the Grafana plugin: types, lint, unit tests, the archive as Grafana installs it, and each
# panel and page in a browser. Needs node, npm, prometheus (with promtool) and chromium.
#   ./test.sh              all of it
#   ./test.sh --no-npm-ci  with the node_modules that are there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

case ${1:-} in
  --no-npm-ci) ;;
  '') npm ci --prefer-offline --no-audit --no-fund ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 1 ;;
esac

echo '== types'
npm run --silent typecheck
echo '== lint'
npm run --silent lint
echo '== build'
npm run --silent build -- --stats errors-warnings
echo '== archive and bundle sizes'
npm run --silent archive
echo '== unit tests, plugin.json and archive'
npm run --silent test
echo '== panels and pages in a browser'
npm run --silent browser
