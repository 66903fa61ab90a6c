# shellcheck shell=bash disable=SC2154,SC2034
# The panels of the Grafana plugin on a page of their own, for somebody without a Grafana at hand. They are an extra: where
# npm is missing or their build fails, the demo says so and goes on. Sourced; uses the names that demo.sh sets.

panels_ready=0

build_panels() {
  cd grafana-plugin || return 1
  if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    npm ci --prefer-offline --no-audit --no-fund || return 1
  fi
  npm run --silent build -- --stats errors-warnings && node tests/browser/build.mjs
}

try_build_panels() { (build_panels) || touch "$work/no-panels"; }

prepare_panels() {
  if ! command -v npm >/dev/null; then
    printf '  The panels of the Grafana plugin are not shown: npm is not installed.\n'
    return
  fi
  run_step 'Building the panels of the Grafana plugin' "$work/panels-build.log" try_build_panels
  if [[ -e $work/no-panels ]]; then
    printf '  The panels of the Grafana plugin are not shown, since their build failed:\n'
    tail -n 5 "$work/panels-build.log" | sed 's/^/    /'
    return
  fi
  panels_ready=1
}

start_panels() {
  start panels node grafana-plugin/tests/browser/server.mjs --built --prometheus="$prometheus" --exporter="$exporter" \
    --port="$panels_port"
  wait_for 'Starting the page of the panels' 60 fetch --output /dev/null "$panels/api/plugins"
}
