#!/usr/bin/env bash
# Reading, decoding and scoring (nsigma and baro) 10,000 series × 480 samples from a real Prometheus with
# `rcatool analyze`, against the time in which that Prometheus computes only the z-score of the same series by PromQL;
# then the resident memory of the daemon on them. Prints the wall times, their ratio and the memory.
# Usage: end_to_end.sh BIN_DIR [SERIES] [RUNS]        needs: prometheus, promtool, curl, python3
set -euo pipefail
bin=$(realpath "${1:?usage: end_to_end.sh BIN_DIR [SERIES] [RUNS]}")
series=${2:-10000}
runs=${3:-3}
samples=480
step=5
# shellcheck source-path=SCRIPTDIR source=servers.sh
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"
port=$(free_port)

end=$(($(date +%s) / step * step))
start=$((end - samples * step))
onset=$((end - 120 * step))
python3 - "$series" "$samples" "$step" "$start" "$onset" > "$dir/history.om" <<'PY'
import math, sys
series, samples, step, start, onset = map(int, sys.argv[1:])
print("# TYPE bench_load gauge")
out = []
for s in range(series):
    pod = f'bench_load{{pod="pod-{s // 10}",part="{s % 10}"}}'
    shift = 3.0 if s // 10 == 7 else 0.0
    for i in range(1, samples + 1):
        t = start + i * step
        v = (s * 31 + i * 17) % 101 / 10 + (shift * 10 if t >= onset else 0)
        out.append(f"{pod} {v} {t}")
    if len(out) > 100000:
        print("\n".join(out)); out = []
if out: print("\n".join(out))
print("# EOF")
PY
promtool tsdb create-blocks-from openmetrics "$dir/history.om" "$dir/data" > /dev/null
rm "$dir/history.om"
echo 'global: {}' > "$dir/prometheus.yml"
prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" --storage.tsdb.retention.time=10y \
  --web.listen-address="127.0.0.1:$port" > "$dir/prometheus.log" 2>&1 &
prometheus=$!
until curl -sf "http://127.0.0.1:$port/-/ready" > /dev/null; do sleep 0.1; done

{
  echo 'version: 1'
  echo 'exporter: bench'
  echo 'entity_labels: [pod]'
  echo 'signals:'
  # One role a part, so that each series is one signal.
  for part in 0 1 2 3 4 5 6 7 8 9; do
    echo "  - {role: load_$part, kind: gauge, metrics: [bench_load], match: 'part=\"$part\"', unit: ratio}"
  done
} > "$dir/bench.yml"
cat > "$dir/rca.yml" <<YML
sources: [{name: prometheus, url: "http://127.0.0.1:$port/api/v1/read"}]
evaluation: {step: ${step}s}
methods: [nsigma, baro]
catalog: {builtin: false, files: [bench.yml]}
slos: [{name: load, sli: end_to_end_latency, role: load_0, threshold: 1000000}]
store: {path: "$dir/incidents.db"}
YML

# The z-score of the anomalous window's end against the normal window, for every series.
normal=$((onset - start))
query="(bench_load - avg_over_time(bench_load[${normal}s] offset 600s)) / stddev_over_time(bench_load[${normal}s] offset 600s)"
best() { sort -g | head -1; }
seconds() { local s; s=$(date +%s.%N); "$@" > "$dir/out" || { cat "$dir/out" >&2; return 1; }; python3 -c "import sys; print(f'{float(sys.argv[2]) - float(sys.argv[1]):.3f}')" "$s" "$(date +%s.%N)"; }
promql() { # every row of the anomalous window, as the methods score it
  curl -sf "http://127.0.0.1:$port/api/v1/query_range" --data-urlencode "query=$query" -d start=$((onset + step)) \
    -d end="$end" -d step=$step
}
analyze() {
  "$bin/rcatool" analyze --config.file="$dir/rca.yml" --start=$((start + step)) --end="$end" --onset=$onset
}
theirs_one() { curl -sf "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$query" -d time="$end"; }
for _ in $(seq "$runs"); do seconds analyze >> "$dir/ours"; seconds theirs_one >> "$dir/one"; seconds promql >> "$dir/range"; done
grep -q 'nsigma \*  *pod-7' <(analyze) || { echo 'the planted culprit was not found' >&2; exit 1; }
ours=$(best < "$dir/ours")
one=$(best < "$dir/one")
range=$(best < "$dir/range")
echo "rcatool analyze, nsigma and baro, $series series x $samples samples: $ours s (best of $runs)"
echo "Prometheus, z-score of one instant by PromQL:                        $one s"
echo "Prometheus, z-score of every anomalous row by PromQL:                $range s"
python3 -c "import sys; o, a, b = map(float, sys.argv[1:]); print(f'ratio: {o / a:.2f} (one instant), {o / b:.2f} (every row)')" "$ours" "$one" "$range"

listen=$(free_port)
sed -i 's/^evaluation: {/evaluation: {interval: 5s, /' "$dir/rca.yml"
"$bin/rca_exporter" --config.file="$dir/rca.yml" --web.listen-address="127.0.0.1:$listen" 2> "$dir/exporter.log" &
exporter=$!
until curl -s "http://127.0.0.1:$listen/metrics" | grep -q '^rca_evaluation_last_successful 1'; do
  kill -0 "$exporter" || { cat "$dir/exporter.log" >&2; exit 1; }
  sleep 0.2
done
awk -v series="$series" '/VmRSS/ {rss = $2} /VmHWM/ {peak = $2} END {printf "rca_exporter with a window of 1 hour at 5 s, %s series: %.0f MiB resident, %.0f MiB at its peak\n", series, rss / 1024, peak / 1024}' "/proc/$exporter/status"
