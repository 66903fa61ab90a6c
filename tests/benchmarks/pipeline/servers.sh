# shellcheck shell=bash disable=SC2034
# Sourced by the measurements on a real Prometheus: a folder `dir` and the process ids `prometheus` and `exporter`, all of
# which are gone at the end.
dir=$(mktemp -d)
prometheus=""
exporter=""
stop_servers() {
  if [[ -n $exporter ]]; then kill "$exporter" 2>/dev/null || true; fi
  if [[ -n $prometheus ]]; then kill "$prometheus" 2>/dev/null || true; fi
  wait
  rm -rf "$dir"
}
trap stop_servers EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
