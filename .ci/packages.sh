#!/usr/bin/env bash
# Installs Debian packages: packages.sh build|demo|test …   Each word is a set of packages; what is there already is left alone.
# No service is started: a fresh Prometheus on port 9090 is not what somebody who tries a demo asked for.
set -euo pipefail

declare -A sets=(
  [build]="g++ cmake ninja-build pkg-config git prometheus-cpp-dev libcivetweb-dev libeigen3-dev libprotobuf-dev
           protobuf-compiler libsnappy-dev libcurl4-openssl-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev
           libspdlog-dev libboost-math-dev libtbb-dev libsqlite3-dev libre2-dev libcrypt-dev zlib1g-dev"
  [demo]="prometheus prometheus-alertmanager curl jq"
  [test]="libgtest-dev libgmock-dev libbenchmark-dev clang clang-tidy clang-format libclang-rt-14-dev shellcheck
          influxdb nginx stunnel4 openssl python3 file chromium nodejs npm dpkg-dev"
)

wanted=()
for name in "$@"; do
  [[ -v sets[$name] ]] || { echo "packages.sh: unknown set '$name'; known: ${!sets[*]}" >&2; exit 1; }
  for package in ${sets[$name]}; do
    # npm and node may come from elsewhere (nodesource, nvm); a working command is enough.
    case $package in
      nodejs) command -v node >/dev/null && continue ;;
      npm) command -v npm >/dev/null && continue ;;
    esac
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [[ $status == "install ok installed" ]] || wanted+=("$package")
  done
done
[[ ${#wanted[@]} -gt 0 ]] || exit 0

command -v apt-get >/dev/null || { echo "packages.sh: this needs Debian's apt-get; missing: ${wanted[*]}" >&2; exit 1; }
sudo=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "packages.sh: run as root or install sudo; missing: ${wanted[*]}" >&2; exit 1; }
  sudo=(sudo)
fi

policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap '"${sudo[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
  "${sudo[@]}" chmod +x "$policy"
fi
echo "Installing: ${wanted[*]}"
log=$(mktemp)
if ! { "${sudo[@]}" apt-get update -q &&
       "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "packages.sh: apt-get failed (above)" >&2
  exit 1
fi
rm -f "$log"
