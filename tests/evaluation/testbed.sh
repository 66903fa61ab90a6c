#!/usr/bin/env bash
# tests/evaluation/testbed.sh [LLMSIM [PAGE]]
#
# What the testbed's faults do to its signals: simulates each fault, loads the histories into a real Prometheus, asks it,
# and writes what lies between the markers of PAGE (docs/testbed.md); PAGE "-" prints it. Needs prometheus, promtool,
# curl and jq. The figures depend on the code and the seed alone.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=section.sh
source "$here/section.sh"
llmsim=${1:-$here/../../build/release/bin/llmsim}
page=${2:-$here/../../docs/testbed.md}
port=${PORT:-19790}
begin=1767225600  # 2026-01-01; each history gets a day of its own
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

declare -A start=() # name of a history → its first second
simulate() { # simulate NAME [options of llmsim history…]
  local name=$1
  start[$name]=$((begin + 86400 * ${#start[@]}))
  "$llmsim" history --seed=1 --step=5s --start="$(date -u -d "@${start[$name]}" +%FT%TZ)" --out="$work/h.om" "${@:2}" 2>>"$work/log"
  promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=24h "$work/h.om" "$work/data" >>"$work/log"
}

serve() {
  echo 'global: {}' >"$work/prometheus.yml"
  prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --storage.tsdb.retention.time=100y \
    --web.listen-address="127.0.0.1:$port" --log.level=warn &
  server=$!
  for _ in {1..100}; do
    curl -sf -o "$work/ready" "http://127.0.0.1:$port/-/ready" && return
    sleep 0.2
  done
  echo "testbed.sh: Prometheus did not get ready on port $port" >&2
  return 1
}

ask() { # ask HISTORY SECOND QUERY: the value at this second of the history, with three digits
  curl -sfG "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$3" --data-urlencode "time=$((start[$1] + $2))" |
    jq -er '.data.result[0].value[1] // "0"' | awk '{printf $1 < 1000 ? "%.3g" : "%.0f", $1}'
}

# The faults of the reference, in one replica from minute 10 on. A row: words | query.
p95() { echo "histogram_quantile(0.95, sum by (le) (rate($1[1m])))"; }
mean() { echo "sum(rate($1_sum${2:-}[1m])) / sum(rate($1_count${2:-}[1m]))"; }
ttft=gen_ai_client_operation_time_to_first_chunk_seconds
gap=gen_ai_client_operation_time_per_output_chunk_seconds
target='{container="ray-replicas-1"}' dcgm='{exported_container="ray-replicas-1"}'
to_target='destination_workload="ray-replicas-1"' to_entry='destination_workload="nginx-proxy"'
reference_rows() {
  cat <<TEXT
**service**|
client TTFT p95, s|$(p95 ${ttft}_bucket)
client chunk gap p95, ms|1000 * $(p95 ${gap}_bucket)
client chunk gap mean, ms|1000 * $(mean $gap)
e2e at the waypoint p95, s|$(p95 "istio_request_duration_milliseconds_bucket{$to_entry}") / 1000
e2e at the waypoint mean, s|$(mean istio_request_duration_milliseconds "{$to_entry}") / 1000
vLLM TTFT p95, s|$(p95 vllm:time_to_first_token_seconds_bucket)
vLLM inter-token latency p95, ms|1000 * $(p95 vllm:inter_token_latency_seconds_bucket)
vLLM inter-token latency mean, ms|1000 * $(mean vllm:inter_token_latency_seconds)
vLLM e2e p95, s|$(p95 vllm:e2e_request_latency_seconds_bucket)
**target replica**|
inter-token latency mean, ms|1000 * $(mean vllm:inter_token_latency_seconds "$target")
TTFT mean, ms|1000 * $(mean vllm:time_to_first_token_seconds "$target")
running requests (mean of 1 min)|sum(avg_over_time(vllm:num_requests_running${target}[1m]))
e2e at the waypoint mean, s|$(mean istio_request_duration_milliseconds "{$to_target}") / 1000
SM clock, MHz|sum(DCGM_FI_DEV_SM_CLOCK$dcgm)
GPU power, W|sum(DCGM_FI_DEV_POWER_USAGE$dcgm)
GPU utilisation, %|sum(DCGM_FI_DEV_GPU_UTIL$dcgm)
container CPU, cores|sum(rate(container_cpu_usage_seconds_total${target}[1m]))
throttled CFS periods/s|sum(rate(container_cpu_cfs_throttled_periods_total${target}[1m]))
working set, GiB|sum(container_memory_working_set_bytes$target) / 2^30
page cache, GiB|sum(container_memory_cache$target) / 2^30
major faults/s|sum(rate(container_memory_failures_total{container="ray-replicas-1",failure_type="pgmajfault"}[1m]))
TCP retransmits/s|sum(rate(node_netstat_Tcp_RetransSegs{node="gpu-node-2"}[1m]))
**peer (ray-replicas-0)**|
inter-token latency mean, ms|1000 * $(mean vllm:inter_token_latency_seconds '{container="ray-replicas-0"}')
TEXT
}

reference_table() {
  echo "Medians over minutes 5 to 10 and 11.5 to 20 of 1-minute rates; the fault is in ray-replicas-1 from minute 10 on:"
  echo
  echo "| signal | before | gpu | cpu | memory | network |"
  echo "| --- | --- | --- | --- | --- | --- |"
  local words query fault
  reference_rows | while IFS='|' read -r words query; do
    printf '| %s |' "$words"
    if [[ -n $query ]]; then
      printf ' %s |' "$(ask gpu 600 "quantile_over_time(0.5, ($query)[5m:5s])")"
      for fault in gpu cpu memory network; do
        printf ' %s |' "$(ask "$fault" 1200 "quantile_over_time(0.5, ($query)[510s:5s])")"
      done
    else
      printf ' | | | | |'
    fi
    echo
  done
}

# The client's and the tools' calls are series of the same name.
duration=gen_ai_client_operation_duration_seconds
by_client='gen_ai_operation_name="chat"' web_search='gen_ai_tool_name="web_search"'

# The faults of the full stack: fault | where it is | query of 4 minutes.
grown() { echo "sum(increase($1[4m]))"; }
full_mean() { echo "$(grown "$1_sum${2:-}") / $(grown "$1_count${2:-}")"; }
replica_step="1000 * $(full_mean vllm:inter_token_latency_seconds "$target")"
search="1000 * $(full_mean rest_responses_duration_seconds '{endpoint=~".*search"}')"
searching='http_client_request_duration_seconds%s{server_address="vector-store-0"}'
full_rows() {
  cat <<TEXT
none||
memory_exhaustion|queue time of the replica, s|$(full_mean vllm:request_queue_time_seconds "$target")
compute_saturation|its step, ms|$replica_step
network_latency|search as its caller sees it, ms|1000 * $(grown "${searching/\%s/_sum}") / $(grown "${searching/\%s/_count}")
io_bottleneck|search at the store, ms|$search
tool_failure|failed calls of the tool, %|100 * $(grown "${duration}_count{$web_search,error_type!=\"\"}") / $(grown "${duration}_count{$web_search}")
context_window_handling|prompts that are too long, %|100 * $(grown rag_prompts_rejected_total) / $(grown rag_prompts_total)
rate_limiting|over the limit, %|100 * $(grown envoy_cluster_ratelimit_over_limit) / ($(grown envoy_cluster_ratelimit_over_limit) + $(grown envoy_cluster_ratelimit_ok))
session_state_error|look-ups that find, %|100 * $(grown redis_keyspace_hits_total) / ($(grown redis_keyspace_hits_total) + $(grown redis_keyspace_misses_total))
retry_storm|retries a request|$(grown envoy_cluster_upstream_rq_retry) / $(grown envoy_http_downstream_rq_total)
hot_key|slowest replica's step, ms|1000 * max(increase(vllm:inter_token_latency_seconds_sum[4m]) / increase(vllm:inter_token_latency_seconds_count[4m]))
deployment_shift|step of the replica, ms|$replica_step
noisy_neighbour|CPU of the batch job, cores|sum(rate(container_cpu_usage_seconds_total{container="batch-gpu-node-2"}[4m]))
harmless_deployment|step of the replica, ms|$replica_step
TEXT
}

full_table() {
  echo "In the full stack: four minutes from one minute after the fault's beginning, against four minutes before:"
  echo
  echo "| fault | client TTFT mean, s | p95, s | end to end mean, s | chunk gap mean, ms | errors, % | where it is | before | during |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  local fault words query
  full_rows | while IFS='|' read -r fault words query; do
    printf '| %s |' "\`$fault\`"
    printf ' %s |' "$(ask "full-$fault" 660 "$(full_mean $ttft)")" \
      "$(ask "full-$fault" 660 "histogram_quantile(0.95, sum by (le) (increase(${ttft}_bucket[4m])))")" \
      "$(ask "full-$fault" 660 "$(full_mean $duration "{$by_client}")")" "$(ask "full-$fault" 660 "1000 * $(full_mean $gap)")" \
      "$(ask "full-$fault" 660 "100 * $(grown "${duration}_count{$by_client,error_type!=\"\"}") / $(grown "${duration}_count{$by_client}")")"
    if [[ -n $query ]]; then
      printf ' %s |' "$words" "$(ask "full-$fault" 360 "$query")" "$(ask "full-$fault" 660 "$query")"
    else
      printf ' | | |'
    fi
    echo
  done
}

for fault in gpu cpu memory network; do
  simulate "$fault" --duration=20m --fault="$fault,target=ray-replicas-1,at=10m,for=10m"
done
simulate full-none --stack=full --duration=11m
while IFS='|' read -r fault _; do
  [[ $fault == none ]] || simulate "full-$fault" --stack=full --duration=11m --fault="$fault,at=6m,for=5m"
done < <(full_rows)
serve
{
  echo "\`tests/evaluation/testbed.sh\` measures these (seed 1, scrapes every 5 s). Quantiles are \`histogram_quantile\`'s."
  echo
  reference_table
  echo
  full_table
} >"$work/section"
replace_section effects "$work/section" "$page"
