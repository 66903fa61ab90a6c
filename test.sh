#!/usr/bin/env bash
# Everything that has to hold before a change lands: ./test.sh runs the stages, ./test.sh STAGE… only those named.
# ./test.sh --list names them. Logs of the stages lie in build/logs/. FUZZ_SECONDS (60) is the time of each fuzz target,
# FUZZ_SEED (1) where it starts: with the same seed it tries the same inputs, so that a red run can be repeated.
# Slow, and only run when named: tidy-all (clang-tidy on every source, where tidy takes what the last commits touched),
# tidy-analyzer (the same with the path-sensitive checks) and tidy-tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fuzz_seconds=${FUZZ_SECONDS:-60}
fuzz_seed=${FUZZ_SEED:-1}
jobs=$(nproc)
logs=build/logs

sources() { git ls-files -- '*.cc' '*.h'; }

build() { # build PRESET [cmake options…]
  local preset=$1
  shift
  local launcher=()
  if command -v ccache >/dev/null; then
    # Hits in another checkout too, and with a precompiled header.
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
    launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  cmake --preset "$preset" -DRCA_WERROR=ON "${launcher[@]}" "$@" && cmake --build --preset "$preset" --target "${target:-all}"
}

stage_packages() { .ci/packages.sh build demo test; }

stage_style() {
  sources | xargs clang-format --dry-run -Werror && git ls-files -- '*.sh' .ci/run | xargs shellcheck -x
}

# A build folder that demo.sh made has no tests in it.
stage_release() { build release -DRCA_BUILD_TESTS=ON -DRCA_BUILD_BENCHMARKS=ON; }

stage_unit() { ctest --preset release -j "$jobs" -LE integration; }

stage_integration() { ctest --preset release -j "$jobs" -L integration; }

tidy() { # tidy [clang-tidy's options] <LIST of files: compiled for g++, so options that clang does not know are nobody's fault
  xargs -P "$jobs" -n 1 clang-tidy -p build/release --quiet --extra-arg=-Wno-unknown-warning-option "$@"
}

# What the last 50 commits touched; all of it where the clone does not reach so far back.
recent_sources() {
  if git rev-parse --quiet --verify HEAD~50 >/dev/null; then
    git diff --name-only --diff-filter=d HEAD~50 -- '*.cc'
  else
    sources | grep '\.cc$'
  fi
}

stage_tidy() { recent_sources | { grep -v '^tests/' || true; } | tidy --checks=-clang-analyzer-*; }

stage_tidy-all() { sources | grep '\.cc$' | grep -v '^tests/' | tidy --checks=-clang-analyzer-*; }

stage_tidy-analyzer() { sources | grep '\.cc$' | grep -v '^tests/' | tidy; }

stage_tidy-tests() { sources | grep '^tests/.*\.cc$' | grep -v '^tests/fuzz/' | tidy; }

stage_asan() {
  build asan+ubsan &&
    ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 ctest --preset asan+ubsan -j "$jobs"
}

stage_tsan() {
  build tsan && TSAN_OPTIONS=second_deadlock_stack=1 ctest --preset tsan -j "$jobs"
}

fuzz_one() { # fuzz_one PROGRAM: from the kept corpus, for fuzz_seconds
  local program=$1 name
  name=$(basename "$program")
  local found=build/asan+ubsan/found/$name
  mkdir -p "$found" "tests/fuzz/corpus/$name"
  "$program" -seed="$fuzz_seed" -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/crash-" \
    "$found" "tests/fuzz/corpus/$name" >"$logs/$name.log" 2>&1 ||
    { tail -n 60 "$logs/$name.log"; echo "$name found something: see $logs/$name.log and $found/"; return 1; }
  grep -E 'stat::number_of_executed_units' "$logs/$name.log" | sed "s/^/$name: /"
}

stage_fuzz() {
  # The same tree as the sanitizers' tests: what both link is compiled once.
  target=fuzzers build asan+ubsan || return 1
  local programs=(build/asan+ubsan/bin/fuzz_*)
  [[ -e ${programs[0]} ]] || { echo "no fuzz targets were built"; return 1; }
  export -f fuzz_one
  export fuzz_seconds fuzz_seed logs
  printf '%s\n' "${programs[@]}" | xargs -P "$jobs" -I{} bash -c 'fuzz_one {}'
}

stage_rules() {
  promtool check rules alerts/*.yml && promtool test rules alerts/tests/*.yml
}

stage_package() {
  (cd build/release && cpack -G DEB) && dpkg-deb --contents build/release/rca-exporter_*.deb | tee "$logs/deb-contents.log" &&
    for file in usr/bin/rca_exporter usr/bin/rcatool; do
      grep -q "$file" "$logs/deb-contents.log" || { echo "$file is not in the package"; return 1; }
    done
}

# Dashboards, rules and the running system together: one run of the demo, with the contract test inside.
stage_contract() { tests/contract/run.sh; }

# The Grafana plugin: units, the archive, and its panels in Chromium over a real Prometheus with stored series.
stage_plugin() { grafana-plugin/test.sh; }

all=(packages style release unit integration rules plugin contract package tidy asan tsan fuzz)

run_stage() { # run_stage NAME: says how it went; the log's end is shown when it failed
  local name=$1 start=$SECONDS
  printf '%-12s ' "$name"
  # bash ignores `set -e` inside a condition, so the stages chain with &&.
  if ("stage_$name") >"$logs/$name.log" 2>&1 </dev/null; then
    printf 'ok      %4d s\n' $((SECONDS - start))
    return 0
  fi
  printf 'FAILED  %4d s   (log: %s)\n' $((SECONDS - start)) "$logs/$name.log"
  tail -n "${TAIL_LINES:-80}" "$logs/$name.log" | sed 's/^/    /'
  return 1
}

case ${1:-} in
  --list) printf '%s\n' "${all[@]}" tidy-all tidy-analyzer tidy-tests; exit 0 ;;
  --help | -h) sed -n '2,6s/^# //p' "$0"; exit 0 ;;
esac
selected=("${@:-${all[@]}}")
[[ $# -gt 0 ]] || selected=("${all[@]}")
for name in "${selected[@]}"; do
  declare -F "stage_$name" >/dev/null || { echo "test.sh: no stage '$name'; ./test.sh --list names them" >&2; exit 1; }
done

mkdir -p "$logs"
passed=0 failed=0
for name in "${selected[@]}"; do
  if run_stage "$name"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    # Without its packages or its binaries nothing that follows can tell anything.
    if [[ $name == packages || $name == release ]]; then break; fi
  fi
done
echo
ctest_passed=$(cat "$logs"/{unit,integration,asan,tsan}.log 2>/dev/null | grep -cE ' Passed ' || true)
echo "test programs passed: $ctest_passed"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
