# shellcheck shell=bash disable=SC2154
# What demo.sh is made of: progress, children, ports, waiting. Sourced, not run.
# Expects: work (temporary directory), plain (1: no terminal), port_base.

started=()       # names of the children, in the order of their start
declare -A pids  # name → process id
step_text=''
step_start=0

die() {
  end_step FAILED
  printf 'demo.sh: %s\n' "$*" >&2
  exit 1
}

# --- progress ---------------------------------------------------------------------------------------------------------

begin_step() { # begin_step TEXT
  step_text=$1
  step_start=$SECONDS
  if [[ $plain -eq 1 ]]; then printf '%s ...\n' "$step_text"; fi
}

spin() { # spin [DETAIL]: shows that the step goes on
  [[ $plain -eq 0 && -n $step_text ]] || return 0
  local frames='|/-+' detail=${1:-} room
  room=$((${COLUMNS:-$(tput cols 2>/dev/null || echo 80)} - ${#step_text} - 18))
  [[ $room -gt 10 ]] || detail=''
  printf '\r\033[K  [%s] %s  %d s  %s' "${frames:SECONDS%4:1}" "$step_text" $((SECONDS - step_start)) "${detail:0:room}"
}

end_step() { # end_step [ok|FAILED] [DETAIL]
  [[ -n $step_text ]] || return 0
  local mark=${1:-ok} detail=${2:+: $2}
  if [[ $plain -eq 0 ]]; then
    printf '\r\033[K  [%s] %s%s  (%d s)\n' "$mark" "$step_text" "$detail" $((SECONDS - step_start))
  else
    printf '  %s%s (%d s)\n' "$mark" "$detail" $((SECONDS - step_start))
  fi
  step_text=''
}

run_step() { # run_step TEXT LOG COMMAND…: a command that ends by itself; its last line is shown while it runs
  local text=$1 log=$2
  shift 2
  begin_step "$text"
  set -m # a process group of its own, so that all of it can be stopped
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$!
  set +m
  pids[step]=$pid
  while kill -0 "$pid" 2>/dev/null; do
    spin "$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c1-200)"
    sleep 0.2
  done
  unset 'pids[step]'
  if ! wait "$pid"; then
    end_step FAILED
    show_tail "$log"
    die "$text failed (its last lines are above)"
  fi
  end_step ok
}

show_tail() { # show_tail LOG
  [[ -s $1 ]] || return 0
  printf -- '--- last lines of %s\n' "$1" >&2
  tail -n 25 "$1" | sed 's/^/    /' >&2
}

# --- children ---------------------------------------------------------------------------------------------------------

start() { # start NAME COMMAND…: in the background, its output in $work/NAME.log
  local name=$1
  shift
  set -m # Ctrl-C is for the demo, which then stops them in order
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  pids[$name]=$!
  set +m
  started+=("$name")
}

check_children() {
  local name
  for name in "${started[@]}"; do
    if ! kill -0 "${pids[$name]}" 2>/dev/null; then
      end_step FAILED
      show_tail "$work/$name.log"
      die "$name has stopped (its last lines are above)"
    fi
  done
}

stop_children() { # newest first; by process id, with a deadline
  local i pid tries
  if [[ -n ${pids[step]:-} ]]; then
    kill -TERM -- "-${pids[step]}" 2>/dev/null || true
    wait "${pids[step]}" 2>/dev/null || true
  fi
  for ((i = ${#started[@]} - 1; i >= 0; --i)); do
    pid=${pids[${started[i]}]}
    kill -TERM "$pid" 2>/dev/null || continue
    for ((tries = 0; tries < 100; ++tries)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  started=()
}

# --- waiting ----------------------------------------------------------------------------------------------------------

# wait_for TEXT SECONDS COMMAND…: until the command succeeds; at the deadline it ends the demo. What the command prints
# on success stays in $answer; what it printed last is part of the message.
wait_for() {
  local text=$1 deadline=$((SECONDS + $2)) seconds=$2 next=0
  shift 2
  begin_step "$text"
  while true; do
    check_children
    if ((SECONDS >= next)); then
      if answer=$("$@" 2>"$work/wait.err"); then break; fi
      next=$((SECONDS + 1))
    fi
    if ((SECONDS >= deadline)); then
      die "$text: not within $seconds s.${answer:+ Last answer: ${answer:0:500}}$(sed 's/^/ /' "$work/wait.err" | head -c 300)"
    fi
    spin
    sleep 0.2
  done
  end_step ok
}

fetch() { curl --silent --show-error --fail --max-time 5 "$@"; }

# prom_value URL EXPR: the value of the first sample; fails when there is none.
prom_value() {
  fetch --get "$1/api/v1/query" --data-urlencode "query=$2" | jq -er '.data.result[0].value[1]'
}

# prom_true URL EXPR: whether the expression gives a sample.
prom_true() { prom_value "$1" "$2" >/dev/null; }

# --- ports ------------------------------------------------------------------------------------------------------------

port_busy() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

need_ports() { # need_ports WHAT FIRST LAST
  local port
  for ((port = $2; port <= $3; ++port)); do
    ! port_busy "$port" ||
      die "port $port on 127.0.0.1, which $1 needs, is in use; choose others with --port-base=N (now $port_base)"
  done
}
