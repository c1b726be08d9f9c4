#!/bin/sh
# README's commands under "Install and run", word by word, on a machine without systemd, as root; then the installed
# programs once. fresh_root.sh --install runs it in a new root.
set -eu

cd "$(dirname "$0")/../.."

# All lines of the section's first block but the last one, which asks the service.
commands=$(sed -n '/^## Install and run/,/^Elsewhere/s/^    //p' README.md | sed '$d')
echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/90-assume-yes
export DEBIAN_FRONTEND=noninteractive

# Starts the daemon that is at this path, and asks it with that client.
try() {
  "$1" --config /dev/null --listen dt+tcp://127.0.0.1:18814 2>/dev/null &
  daemon=$!
  for _ in $(seq 50); do "$2" -q date && break || sleep 0.1; done
  "$2" date -l mi -z Pacific/Auckland
  kill "$daemon"
  wait "$daemon"
}

command -v sudo >/dev/null || eval 'sudo() { "$@"; }'
eval "set -x; $commands"
try /usr/sbin/polyclockd /usr/bin/polyclock
ls build/release/*.deb build/release/*.ddeb
sudo cmake --install build/release
try /usr/local/sbin/polyclockd /usr/local/bin/polyclock
man_pages=$(find /usr/local/share/man -name 'polyclock*')
[ "$(echo "$man_pages" | wc -l)" -eq 3 ]
