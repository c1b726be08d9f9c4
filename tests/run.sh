#!/bin/sh
# Installs what is missing, then builds and tests: every warning an error and every header alone (dev),
# under the thread and the address sanitizer (tsan, asan), as installed (release), and, for some seconds
# each, with what chance brings (fuzz).
# Usage: run.sh [PRESET ...], one or more of dev tsan asan release fuzz; all of them without one.
set -eu

cd "$(dirname "$0")/.."
jobs=$(nproc)
begin=$(date +%s)
[ $# -gt 0 ] || set -- dev tsan asan release fuzz

fail() {
  echo "run.sh: $*" >&2
  exit 1
}

# With the time from the start in minutes and seconds.
tell() {
  elapsed=$(($(date +%s) - begin))
  printf '== %s (after %d:%02d)\n' "$1" $((elapsed / 60)) $((elapsed % 60))
}

build() {
  preset=$1
  shift
  tell "$preset: build"
  log=build/$preset.log
  mkdir -p build
  { cmake --preset "$preset" -DPOLYCLOCK_TESTS=ON && cmake --build --preset "$preset" "$@"; } >"$log" 2>&1 || {
    tail -n 100 "$log" >&2
    fail "the $preset build failed"
  }
}

sh apps/install-packages.sh build test
for preset in "$@"; do
  case $preset in
    dev) build dev --target all all_verify_interface_header_sets ;;
    tsan | asan | release)
      build "$preset"
      tell "$preset: test"
      ctest --preset "$preset" --parallel "$jobs" --output-on-failure --quiet \
        --output-log "build/$preset-test.log" || {
        grep -vE '^ *Start |  Passed  ' "build/$preset-test.log" >&2
        fail "the $preset tests failed"
      }
      # ctest's own summary, and what the skipped tests would have needed
      sed -n '/tests passed/,$p' "build/$preset-test.log"
      grep -h '^skipped: ' "build/$preset/Testing/Temporary/LastTest.log" | sort | uniq -c || true
      ;;
    fuzz)
      tell fuzz
      sh tests/fuzz/run.sh 10 || fail "the fuzz targets failed"
      ;;
    *) fail "no such preset: $preset" ;;
  esac
done
tell 'all passed'
