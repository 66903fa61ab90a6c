# shellcheck shell=bash disable=SC2154
# The stack of the demo: what is started, and how one sees that it is ready. Sourced; uses the names that demo.sh sets.

history_minutes=30

# The past comes first, so that there is a normal window at once; the same simulation then goes on in real time.
start_simulation() {
  start llmsim "$bin_dir/llmsim" serve --base-port="$sim_port" --seed="$seed" \
    --history="${history_minutes}m" --history-file="$work/history.om"
  wait_for "Simulating the last $history_minutes minutes of the LLM stack" 60 fetch --output /dev/null "$sim/fault"
  run_step 'Loading them into Prometheus' "$work/backfill.log" \
    promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=24h "$work/history.om" "$work/data"
  rm -f "$work/history.om"
}

write_configurations() {
  {
    cat <<TEXT
global:
  scrape_interval: 5s
  evaluation_interval: 5s
rule_files: ["$root/alerts/rca-rules.yml", "$root/alerts/rca-slo-rules.yml"]
alerting:
  alertmanagers:
    - static_configs: [{targets: ["127.0.0.1:$alertmanager_port"]}]
TEXT
    "$bin_dir/llmsim" scrape-config --base-port="$sim_port"
    cat <<TEXT
  - job_name: rca_exporter
    scrape_interval: 5s
    static_configs: [{targets: ["127.0.0.1:$exporter_port"]}]
TEXT
  } >"$work/prometheus.yml"
  sed "s|127\.0\.0\.1:18000|127.0.0.1:$prometheus_port|" "$root/tests/testbed/rca.yml" >"$work/rca.yml"
}

start_servers() {
  start prometheus prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
    --web.listen-address="127.0.0.1:$prometheus_port" --web.enable-lifecycle --log.level=warn
  start alertmanager prometheus-alertmanager --config.file="$root/tests/testbed/alertmanager.yml" \
    --storage.path="$work/alertmanager" --web.listen-address="127.0.0.1:$alertmanager_port" \
    --cluster.listen-address= --log.level=warn
  wait_for 'Starting Prometheus and Alertmanager' 60 servers_ready
  start rca_exporter "$bin_dir/rca_exporter" --config.file="$work/rca.yml" \
    --web.listen-address="127.0.0.1:$exporter_port"
  wait_for 'Starting rca_exporter' 60 fetch --output /dev/null "$exporter/-/ready"
}

servers_ready() {
  fetch --output /dev/null "$prometheus/-/ready" && fetch --output /dev/null "$alertmanager/-/ready"
}

# Every target is scraped, every SLI has a value and nothing is broken, for three scrapes in a row; and the rates no longer
# reach into the gap between the past and the first scrape.
normal_window() {
  prom_true "$prometheus" 'count_over_time(up{job="rca_exporter"}[1m]) >= 7' &&
    prom_true "$prometheus" 'min(min_over_time(up[15s])) == 1 and count(up{job="rca_exporter"}) == 1' &&
    prom_true "$prometheus" 'count(count_over_time(rca_sli_value[15s]) >= 3) == count(rca_sli_value == rca_sli_value)' &&
    prom_true "$prometheus" 'sum(max_over_time(rca_incident_active[15s])) == 0'
}

# The id of the open incident; the first one, should there be several.
open_incident() {
  fetch "$exporter/api/v1/incidents" |
    jq -er '[.incidents[] | select(.state == "open")] | sort_by(.detected) | .[0].id // empty'
}

root_cause() { # root_cause INCIDENT
  fetch "$exporter/api/v1/incidents/$1" | jq -er '.answer.entity // empty'
}

root_cause_alert() { # root_cause_alert INCIDENT
  fetch "$alertmanager/api/v2/alerts" |
    jq -er --arg id "$1" '.[] | select(.labels.alertname == "RcaRootCauseFound" and .labels.incident == $id) | .labels.entity'
}
