#!/usr/bin/env bash
# A tour in three minutes, on this machine alone: a simulated LLM serving stack, real Prometheus and Alertmanager, and
# rca_exporter, which finds the fault that is put into one replica.
# shellcheck disable=SC2317 # functions are called by traps and by name
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  cat <<'TEXT'
usage: ./demo.sh [options]

Starts on 127.0.0.1 a simulated LLM serving stack (four vLLM replicas behind nginx), Debian's prometheus and
prometheus-alertmanager, and rca_exporter; puts a fault into one entity; shows what the exporter makes of it, and the
alert as Alertmanager received it. Installs missing Debian packages and builds the release preset first. Everything is
stopped and removed at the end, also after Ctrl-C.

  --fault=gpu|cpu|memory|network   what breaks (default gpu: a power limit of 150 W)
  --target=NAME                    where: ray-replicas-0, ray-replicas-1 (default), ray-replicas-2 or ray-head
  --seed=N                         of the simulation (default 1)
  --port-base=N                    first of the ports (default 18000: Prometheus N, Alertmanager N+1, rca_exporter N+2,
                                   the page of the Grafana panels N+3, the simulated stack from N+100)
  --keep                           leave it running until Ctrl-C, and show the panels of the Grafana plugin on a page (no
                                   Grafana needed; built with npm, where that is installed)
  --bin-dir=DIR                    take rca_exporter and llmsim from DIR instead of building them
  --help

Exits with 0 only if the entity that rca_exporter names is the one with the fault.
TEXT
}

fault=gpu target=ray-replicas-1 seed=1 port_base=18000 keep=0 bin_dir='' exec_command=''
for argument in "$@"; do
  case $argument in
    --fault=*) fault=${argument#*=} ;;
    --target=*) target=${argument#*=} ;;
    --seed=*) seed=${argument#*=} ;;
    --port-base=*) port_base=${argument#*=} ;;
    --bin-dir=*) bin_dir=${argument#*=} ;;
    --keep) keep=1 ;;
    --exec=*) exec_command=${argument#*=} ;; # for tests: runs while everything is up and the culprit is found
    --help | -h) usage; exit 0 ;;
    *) printf "demo.sh: unknown option '%s'\n\n" "$argument" >&2; usage >&2; exit 1 ;;
  esac
done
fail_usage() { printf 'demo.sh: %s\n' "$1" >&2; exit 1; }
[[ $fault =~ ^(gpu|cpu|memory|network)$ ]] || fail_usage "--fault=$fault: choose gpu, cpu, memory or network"
[[ $target =~ ^(ray-replicas-[012]|ray-head)$ ]] ||
  fail_usage "--target=$target: choose ray-replicas-0, ray-replicas-1, ray-replicas-2 or ray-head"
[[ $seed =~ ^[0-9]{1,9}$ ]] || fail_usage "--seed=$seed: a number is needed"
[[ $port_base =~ ^[0-9]{4,5}$ && $port_base -ge 1024 && $port_base -le 65000 ]] ||
  fail_usage "--port-base=$port_base: a number from 1024 to 65000 is needed"
[[ -z $bin_dir || -x $bin_dir/rca_exporter ]] || fail_usage "--bin-dir=$bin_dir: there is no rca_exporter in it"
[[ -z $bin_dir ]] || bin_dir=$(cd "$bin_dir" && pwd)

prometheus_port=$port_base
alertmanager_port=$((port_base + 1))
exporter_port=$((port_base + 2))
panels_port=$((port_base + 3))
sim_port=$((port_base + 100))
prometheus=http://127.0.0.1:$prometheus_port
alertmanager=http://127.0.0.1:$alertmanager_port
exporter=http://127.0.0.1:$exporter_port
panels=http://127.0.0.1:$panels_port
sim=http://127.0.0.1:$sim_port

plain=1
[[ -t 1 && ${TERM:-dumb} != dumb ]] && plain=0
work=$(mktemp -d "${TMPDIR:-/tmp}/rca-demo.XXXXXX")
# shellcheck source=tests/testbed/lib.sh
. "$root/tests/testbed/lib.sh"
# shellcheck source=tests/testbed/report.sh
. "$root/tests/testbed/report.sh"
# shellcheck source=tests/testbed/stack.sh
. "$root/tests/testbed/stack.sh"
# shellcheck source=tests/testbed/panels.sh
. "$root/tests/testbed/panels.sh"

finish() {
  local status=$?
  trap '' INT TERM HUP
  [[ $plain -eq 1 || -z $step_text ]] || printf '\n'
  stop_children
  if [[ $status -ne 0 && $status -lt 128 && -n $(ls "$work") ]]; then
    local logs=$root/build/demo-logs
    rm -rf "$logs" && mkdir -p "$logs" && find "$work" -maxdepth 1 -type f -size -20M -exec cp -t "$logs" {} + &&
      printf 'demo.sh: the logs are kept in %s\n' "$logs" >&2
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# --- what is needed ---------------------------------------------------------------------------------------------------

build() {
  # The tests are left out of a build folder that demo.sh makes, since they need more packages.
  local options=() launcher
  if [[ ! -e build/release/CMakeCache.txt ]]; then
    options=(-DRCA_BUILD_TESTS=OFF -DRCA_BUILD_BENCHMARKS=OFF)
    launcher=$(command -v ccache || true)
    [[ -z $launcher ]] || options+=(-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher")
  fi
  cmake --preset release "${options[@]}" && cmake --build --preset release --target rca_exporter llmsim
}

cd "$root"
printf 'rca_exporter demo: a %s fault in %s\n\n' "$fault" "$target"
need_ports Prometheus "$prometheus_port" "$prometheus_port"
need_ports Alertmanager "$alertmanager_port" "$alertmanager_port"
need_ports rca_exporter "$exporter_port" "$exporter_port"
[[ $keep -eq 0 ]] || need_ports 'the page of the panels' "$panels_port" "$panels_port"
need_ports 'the simulated stack' "$sim_port" $((sim_port + 40))
.ci/packages.sh build demo
if [[ -z $bin_dir ]]; then
  run_step 'Building (release)' "$work/build.log" build
  bin_dir=$root/build/release/bin
fi
[[ $keep -eq 0 ]] || prepare_panels
began=$SECONDS

# --- start ------------------------------------------------------------------------------------------------------------

write_configurations
start_simulation
start_servers
wait_for 'Waiting for a normal window' 90 normal_window

# --- break it ---------------------------------------------------------------------------------------------------------

injected=$(date +%s)
wait_for "Putting the fault into $target" 10 fetch -X POST "$sim/fault?type=$fault&target=$target"
wait_for 'Waiting until the SLO is broken and an incident opens' 90 open_incident
incident=$answer
wait_for 'Waiting for a root cause' 60 root_cause "$incident"
wait_for 'Waiting for the alert at Alertmanager' 60 root_cause_alert "$incident"
[[ $panels_ready -eq 0 ]] || start_panels

print_report "$incident" "$injected"
culprit=$(fetch "$exporter/api/v1/incidents/$incident" | jq -r .answer.entity)
printf '\nThe fault was put into %s; rca_exporter names %s. (%d s since the start)\n' "$target" "$culprit" $((SECONDS - began))

status=0
[[ $culprit == "$target" ]] || status=1
if [[ -n $exec_command ]]; then
  PROMETHEUS_URL=$prometheus ALERTMANAGER_URL=$alertmanager EXPORTER_URL=$exporter SIM_URL=$sim FAULT_TARGET=$target \
    bash -c "$exec_command" || status=1
fi
if [[ $keep -eq 1 ]]; then
  printf '\nEverything goes on until Ctrl-C. To take the fault away: curl -X DELETE %s/fault\n' "$sim"
  while true; do
    check_children
    sleep 1
  done
fi
exit "$status"
