#!/usr/bin/env bash
# tests/evaluation/compare.sh CASES REFERENCE [RCATOOL [METHODS]] >docs/evaluation.md
#
# Runs every method on the labelled incidents below CASES and writes the page that puts them beside what the reference
# implementation (RCAEval as forked by rca-llm) scored on the same cases. CASES: folders <dataset>/<service>_<fault>/<case>
# as `rcatool eval --help` tells. REFERENCE: one JSON object a line, {"method","dataset","case","status","seconds",
# "ranks":[signals, best first]}. METHODS: as --methods of rcatool eval, all without it. Cases run one at a time, so that
# the seconds are worth something: let the machine rest.
set -euo pipefail
[[ $# -ge 2 && $# -le 4 ]] || { sed -n '2p' "$0" >&2; exit 1; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rcatool=${3:-$here/../../build/release/bin/rcatool}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$rcatool" eval "$1" --methods="${4:-all}" --jobs=1 --format=json --rankings="$work/rankings" >"$work/eval.json"
"$rcatool" --version >"$work/version"
"$rcatool" methods --format=json >"$work/methods.json"
python3 "$here/compare.py" --eval "$work/eval.json" --rankings "$work/rankings" --version "$work/version" \
  --methods "$work/methods.json" --cases "$1" --reference "$2" --reasons "$here/reasons.json"
