#!/usr/bin/env bash
# tests/evaluation/simulator.sh [SCENARIO_EVAL [SEEDS [PAGE]]]
#
# Runs the diagnosis on simulated incidents (simulator, scrapes, pipeline, ranking and diagnosis in one process) and
# writes the section "Simulated incidents" of PAGE (docs/evaluation.md), in place of the one that is there; PAGE "-"
# prints it. The figures depend on the code and the seeds alone: 1 to SEEDS. What is fitted or calibrated on simulated
# incidents uses seeds from 100001 on (scenario_eval --first-seed=100001 --dump=FOLDER).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${1:-$here/../../build/release/bin/scenario_eval}
seeds=${2:-10}
page=${3:-$here/../../docs/evaluation.md}
section=$(mktemp)
trap 'rm -f "$section" "$section.page"' EXIT

{
  echo "## Simulated incidents"
  echo
  echo "\`tests/evaluation/simulator.sh\` makes this section: the testbed's simulator is scraped into memory, and the"
  echo "pipeline of \`rcatool analyze\` reads that as it would read a Prometheus: it judges the SLIs, finds the incident and"
  echo "its onset, ranks and diagnoses. Nothing tells it where or when the fault was. An incident that was not found, or"
  echo "that was found before the fault, is a miss. Seeds 1 to $seeds (weights are never fitted on these; training seeds"
  echo "begin at 100001). \`reference\`: the reference's four faults in three replicas, 20 minutes of normal load before and"
  echo "5 minutes of the fault, load from 3.6 to 5 requests/s, steady or swinging by a tenth, 2 % of the scrapes missing."
  echo "\`campaign\`: the same with the timing of the reference's campaign, 285 s and 60 s. \`catalogue\`: one scenario for"
  echo "each fault class on the full stack. \`healthy\`: a day with a threefold swing of the load, harmless deployments,"
  echo "missing scrapes and two outages of Prometheus. \`hard\`: what its names say; of two faults at once either counts,"
  echo "and \`all named\` says whether both are among the root causes. \`needless\`: incidents with a further one that is not at fault."
  echo
  "$program" --suite=reference,campaign,catalogue,healthy,hard --seeds="$seeds" --jobs="$(nproc)" --quiet
} >"$section"

if [[ $page == - ]]; then
  cat "$section"
  exit
fi
# The page without the old section: from its heading to the next of the same level.
awk '/^## /{skip = ($0 == "## Simulated incidents")} !skip' "$page" >"$section.page"
{ cat "$section.page"; [[ -z $(tail -n1 "$section.page") ]] || echo; cat "$section"; } >"$page"
