#!/bin/sh
# Installs what is missing, then builds and tests: every warning an error and every header alone (dev),
# under the thread and the address sanitizer (tsan, asan), and as installed (release).
# Usage: run.sh [PRESET ...], one or more of dev tsan asan release; all of them without one.
set -eu

cd "$(dirname "$0")/.."
jobs=$(nproc)
[ $# -gt 0 ] || set -- dev tsan asan release

fail() {
  echo "run.sh: $*" >&2
  exit 1
}

build() {
  preset=$1
  shift
  echo "== $preset: build"
  log=build/$preset.log
  mkdir -p build
  { cmake --preset "$preset" && cmake --build --preset "$preset" "$@"; } >"$log" 2>&1 || {
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
      echo "== $preset: test"
      ctest --preset "$preset" --parallel "$jobs" --output-on-failure --quiet \
        --output-log "build/$preset-test.log" || {
        grep -vE '^ *Start |  Passed  ' "build/$preset-test.log" >&2
        fail "the $preset tests failed"
      }
      # ctest's own summary
      sed -n '/tests passed/,$p' "build/$preset-test.log"
      ;;
    *) fail "no such preset: $preset" ;;
  esac
done
