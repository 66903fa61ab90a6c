#!/usr/bin/env bash
# Puts the address under which you publish docs/ into the rules, their tests and the dashboards:
#   alerts/set-docs-url.sh https://git.example.org/sre/rca_exporter/docs
set -euo pipefail
[[ $# -eq 1 && $1 =~ ^https?://[^[:space:]\"\'\\|\&]+[^/]$ ]] || {
  echo "usage: set-docs-url.sh https://HOST/PATH   (without a slash at the end)" >&2
  exit 1
}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
old=$(sed -n "s/^export const docsBaseUrl = '\(.*\)';$/\1/p" dashboards/src/links.ts)
[[ -n $old ]] || { echo "set-docs-url.sh: dashboards/src/links.ts names no docsBaseUrl" >&2; exit 1; }
sed -i "s|${old//./\\.}|$1|g" alerts/rca-*.yml alerts/tests/rca-*.yml dashboards/src/links.ts \
  dashboards/rca-*.json dashboards/llm-*.json dashboards/plugin/*.json deploy/kubernetes/*/*.yml
echo "The rules and the dashboards now point to $1"
