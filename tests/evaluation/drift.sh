#!/usr/bin/env bash
# tests/evaluation/drift.sh [DRIFT_EVAL [SEEDS [PAGE]]]
#
# Runs drift detection on simulated days (simulator, scrapes, remote read, drift evaluation and control charts in one
# process) and writes what lies between the markers of PAGE (docs/drift.md); PAGE "-" prints it. The figures depend on the
# code and the seeds alone: 1 to SEEDS.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=section.sh
source "$here/section.sh"
program=${1:-$here/../../build/release/bin/drift_eval}
seeds=${2:-5}
page=${3:-$here/../../docs/drift.md}
section=$(mktemp)
trap 'rm -f "$section"' EXIT

{
  echo "## What is found"
  echo
  echo "\`tests/evaluation/drift.sh\` makes this section: the testbed's simulator is scraped into memory, and the drift evaluation"
  echo "reads that as it would read a Prometheus. Three days of history, then a day that is evaluated every five minutes: the last"
  echo "hour against the same hour of the days before, with all defaults (\`tests/evaluation/drift/drift.yml\` only adds four signals)."
  echo "One request a second on average, swinging by a half over the day. Seeds 1 to $seeds. The delay is that from the change to the"
  echo "evaluation that reports it: the share of the current window that has to be new before the difference is large."
  echo
  "$program" --seeds="$seeds"
} >"$section"
replace_section evaluation "$section" "$page"
