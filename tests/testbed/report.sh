# shellcheck shell=bash disable=SC2154
# What demo.sh shows when the culprit is found. Sourced; uses the URLs that demo.sh sets.

heading() { printf '\n%s\n' "$1"; }

wrapped() { fold -s -w 116 | sed 's/^/  /'; }

# The evidence starts with "<signal> of <entity> ", which the table says already.
print_entities() { # print_entities METHOD: from the incident on stdin
  jq -r --arg method "$1" '
    .rankings[] | select(.method == $method) | .entities[:5][] |
    [.rank, .entity, .signal, (.share * 100 | round), (.evidence.text | sub("^\\S+ of \\S+ "; ""))] | @tsv' |
    awk -F'\t' '{ printf "  %2d. %-18s %-26s %3d %%\n        %s\n", $1, $2, $3, $4, $5 }'
}

print_signals() { # print_signals METHOD: from the incident on stdin
  jq -r --arg method "$1" '
    .rankings[] | select(.method == $method) | .signals[:10][] |
    [.rank, .entity, .signal, (.evidence.text | sub("^\\S+ of \\S+ "; "") | sub("\\).*"; ")"))] | @tsv' |
    awk -F'\t' '{ printf "  %2d. %-18s %-26s %s\n", $1, $2, $3, $4 }'
}

print_report() { # print_report INCIDENT INJECTED
  local id=$1 injected=$2 report method detected
  report=$(fetch "$exporter/api/v1/incidents/$id/report?format=json")
  method=$(jq -r .incident.answer_method <<<"$report")
  detected=$(date -d "$(jq -r .incident.detected <<<"$report")" +%s)

  heading 'Problem'
  jq -r .problem_statement <<<"$report" | wrapped
  printf '  Detected %d s after the fault.\n' $((detected - injected))
  heading 'Root cause'
  jq -r '.root_cause // empty | "\(.entity // "unknown"): \(.fault_class), probability \(.confidence * 100 | round) %"' <<<"$report" |
    wrapped
  jq -r '.whys[]? | "\(.step). \(.effect), because \(.cause)"' <<<"$report" | wrapped
  heading "Entities, most likely root cause first (method $method, share of the score, evidence)"
  jq .incident <<<"$report" | print_entities "$method"
  heading "Signals (method $method)"
  jq .incident <<<"$report" | print_signals "$method"
  heading 'What each method names first'
  jq -r '.incident.rankings[] | [.method, (.entities[0].entity // "nothing"), (.entities[0].signal // "")] | @tsv' \
    <<<"$report" | awk -F'\t' '{ printf "  %-18s %-18s %s\n", $1, $2, $3 }'
  heading 'The alert as Alertmanager received it'
  fetch "$alertmanager/api/v2/alerts" | jq -r --arg id "$id" '
    .[] | select(.labels.alertname == "RcaRootCauseFound" and .labels.incident == $id) |
    "\(.labels.alertname), severity \(.labels.severity), since \(.startsAt)",
    .annotations.summary, .annotations.description, .annotations.runbook_url' | wrapped
  heading 'To look at' # Debian's Prometheus has the classic UI only, its Alertmanager none
  printf '  %-24s %s\n' 'rca_exporter' "$exporter/" 'the report' "$exporter/api/v1/incidents/$id/report" \
    'alerts in Prometheus' "$prometheus/classic/alerts" 'alerts in Alertmanager' "$alertmanager/api/v2/alerts" \
    'scores in Prometheus' "$prometheus/classic/graph?g0.expr=rca_root_cause_score&g0.tab=0&g0.range_input=15m"
  [[ $panels_ready -eq 0 ]] || printf '  %-24s %s\n' 'the Grafana panels' "$panels/"
  [[ $keep -eq 1 ]] || printf '  (./demo.sh --keep leaves them running, and shows the panels of the Grafana plugin)\n'
}
