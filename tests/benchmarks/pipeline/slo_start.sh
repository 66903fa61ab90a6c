#!/usr/bin/env bash
# What an error budget of 30 days costs: CPU time and wall time until rca_exporter has read the history of a histogram of
# REPLICAS replicas back from a real Prometheus, and the resident memory of further SLOs of the same window.
# Usage: slo_start.sh BIN_DIR [REPLICAS]        needs: prometheus, promtool, curl, python3
set -euo pipefail
bin=$(realpath "${1:?usage: slo_start.sh BIN_DIR [REPLICAS]}")
replicas=${2:-10}
further=50
# shellcheck source-path=SCRIPTDIR source=servers.sh
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"
port=$(free_port)

# 30 days of scrapes every 15 s. The exporter also needs a signal of its catalogue, of the last hour.
end=$(($(date +%s) / 15 * 15))
python3 - "$replicas" "$end" >"$dir/history.om" <<'PY'
import sys
replicas, end = map(int, sys.argv[1:])
print("# TYPE api_seconds unknown")
for pod in range(replicas):
    slow, all_ = 0, 0
    out = []
    for n, t in enumerate(range(end - 30 * 86400, end + 1, 15)):
        requests = 20 + (n * 7 + pod * 3) % 11
        all_ += requests
        slow += n % 3 == 0
        out.append(f'api_seconds_bucket{{le="0.5",pod="p{pod}"}} {all_ - slow} {t}\n'
                   f'api_seconds_bucket{{le="+Inf",pod="p{pod}"}} {all_} {t}\napi_seconds_count{{pod="p{pod}"}} {all_} {t}')
    print("\n".join(out))
for pod in range(replicas):
    for t in range(end - 3600, end + 1800, 15):
        print(f'vllm:num_requests_running{{pod="p{pod}"}} 1 {t}')
print("# EOF")
PY
promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=240h "$dir/history.om" "$dir/data" >"$dir/promtool.log"
rm "$dir/history.om"
echo 'global: {}' >"$dir/prometheus.yml"
prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" --storage.tsdb.retention.time=10y \
  --web.listen-address="127.0.0.1:$port" >"$dir/prometheus.log" 2>&1 &
prometheus=$!
until curl -sf "http://127.0.0.1:$port/-/ready" >"$dir/ready"; do sleep 0.1; done

config() { # config [SLO…]
  cat <<YML
sources: [{name: prometheus, url: "http://127.0.0.1:$port/api/v1/read"}]
evaluation: {interval: 5s, step: 15s}
catalog: {exporters: [vllm]}
store: {path: ":memory:"}
slos:
YML
  printf '  - %s\n' "$@"
}
indicator='{name: latency, sli: end_to_end_latency, threshold: 6}'
budget='{name: fast, objective: 0.9, budget_window: 30d, sli: {histogram: {metric: api_seconds, le: 0.5}}}'

run() { # run NAME COVERED [SLO…]: until COVERED SLOs have their window covered; leaves seconds, cpu, rss and samples_read
  local name=$1 covered=$2 listen begin
  listen=$(free_port)
  config "${@:3}" >"$dir/$name.yml"
  begin=$(date +%s.%N)
  "$bin/rca_exporter" --config.file="$dir/$name.yml" --web.listen-address="127.0.0.1:$listen" 2>"$dir/$name.log" &
  exporter=$!
  until curl -s "http://127.0.0.1:$listen/metrics" >"$dir/metrics" && grep -q '^rca_evaluation_last_successful 1' "$dir/metrics" &&
    [[ $(grep -cE '^rca_slo_data_coverage_ratio\{.*window="(30d|720h)"\} (1|0\.99)' "$dir/metrics") -ge $covered ]]; do
    kill -0 "$exporter" || { cat "$dir/$name.log" >&2; exit 1; }
    sleep 0.1
  done
  samples_read=$(awk '/^rca_remote_read_samples_total/ {sum += $2} END {printf "%d", sum}' "$dir/metrics")
  seconds=$(python3 -c "import sys, time; print(f'{time.time() - float(sys.argv[1]):.1f}')" "$begin")
  cpu=$(awk -v hz="$(getconf CLK_TCK)" '{print ($14 + $15) / hz}' "/proc/$exporter/stat")
  rss=$(awk '/VmRSS/ {print $2}' "/proc/$exporter/status")
  kill "$exporter"
  wait "$exporter" || true
  exporter=""
}
best() { # best of three runs: cpu is the least, the rest of the last
  local all=()
  for _ in 1 2 3; do
    run "$@"
    all+=("$cpu")
  done
  cpu=$(printf '%s\n' "${all[@]}" | sort -g | head -1)
}
best without 0 "$indicator"
cpu_without=$cpu rss_without=$rss samples_without=$samples_read
best with 1 "$indicator" "$budget"
rss_with=$rss
echo "One histogram SLO of 30 days, $replicas replicas, $((samples_read - samples_without)) samples: covered after $seconds s with an interval" \
  "of 5 s; $cpu s of CPU from start to there, $cpu_without s without it; $(((rss_with - rss_without) / 1024)) MiB more resident"
others=()
for ((i = 0; i < further; ++i)); do
  others+=("{name: other-$i, objective: 0.9, budget_window: 30d, sli: {events: {bad: 'none_total{i=\"$i\"}', total: none_total}}}")
done
run further 1 "$indicator" "$budget" "${others[@]}"
echo "Each of $further further SLOs of 30 days: $(((rss - rss_with) / further)) KiB resident"
