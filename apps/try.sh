#!/bin/sh
# Builds Polyclock, starts polyclockd on a free loopback port, queries the date and the time in
# three languages, and stops it. Usage: try.sh [--keep], which leaves the daemon running.
set -eu

keep=no
case ${1-} in
  '') ;;
  --keep) keep=yes ;;
  *)
    echo 'Usage: try.sh [--keep]' >&2
    exit 2
    ;;
esac

source=$(cd "$(dirname "$0")/.." && pwd)
build=$source/build/release
log=$build/polyclockd.log
daemon=

fail() {
  echo "try.sh: $*" >&2
  exit 1
}

stop() {
  [ -n "$daemon" ] || return 0
  kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null
  daemon=
}
trap stop EXIT
trap 'exit 130' INT TERM

step() {
  "$@" >"$build.log" 2>&1 || {
    cat "$build.log" >&2
    fail "failed: $*"
  }
}

ask() {
  echo "\$ polyclock $*"
  "$build/apps/polyclock" --server "$server" "$@" || fail "no answer to: polyclock $*"
}

sh "$source/apps/install-packages.sh" build
mkdir -p "$build"
echo 'Building, which takes about a minute the first time ...'
cd "$source"
# A tree that has built its tests goes on doing so.
tests=-DPOLYCLOCK_TESTS=OFF
[ ! -f "$build/CMakeCache.txt" ] || tests=
step cmake --preset release $tests
step cmake --build "$build" --target polyclockd polyclock

"$build/apps/polyclockd" --config /dev/null --listen dt+tcp://127.0.0.1:0 2>"$log" &
daemon=$!
tries=0
until grep -qx ready "$log"; do
  kill -0 "$daemon" 2>/dev/null || fail "polyclockd ended: $(cat "$log")"
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || fail "polyclockd is not ready: $(cat "$log")"
  sleep 0.1
done
server=$(sed -n 's/^listening dt+tcp //p' "$log")
echo "polyclockd listens on $server"
echo

for language in en mi de; do
  ask date --locale "$language"
  ask time --locale "$language"
done
echo
ask now --locale en-NZ --zone Pacific/Auckland
ask now --locale de-AT --zone Europe/Vienna
ask now --locale mi --ascii --zone Pacific/Chatham
ask now --iso-8601 --zone Asia/Kathmandu
ask date --locale en --zone America/New_York --at 2000-01-01T00:00:00Z
ask date --classic

if [ "$keep" = yes ]; then
  echo
  echo "polyclockd keeps running; query it with"
  echo "  $build/apps/polyclock --server $server"
  echo "and stop it with"
  echo "  kill $daemon"
  daemon=
fi
