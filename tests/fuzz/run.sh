#!/bin/sh
# Runs every fuzz target for a time and tells how often each ran and how much of the code it reached. What a target
# finds stays below build/fuzz/findings.
# Usage: run.sh [SECONDS]: of each target, 600 without it.
set -eu

cd "$(dirname "$0")/../.."
seconds=${1:-600}
sh apps/install-packages.sh build fuzz
mkdir -p build
{ cmake --preset fuzz && cmake --build --preset fuzz; } >build/fuzz.log 2>&1 || {
  tail -n 100 build/fuzz.log >&2
  exit 1
}

# The corpus of a target, as its CMakeLists.txt has it.
corpus_of() {
  sed -n "s/^polyclock_fuzz($1 \([a-z_]*\).*/\1/p" tests/fuzz/CMakeLists.txt
}

fuzz() {
  corpus=tests/fuzz/corpus/$(corpus_of "$1")
  grown=build/fuzz/corpus/$1
  log=build/fuzz/$1.log
  mkdir -p "$grown" build/fuzz/findings
  build/fuzz/tests/fuzz/fuzz_"$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 \
    -artifact_prefix="build/fuzz/findings/$1-" -print_final_stats=1 "$grown" "$corpus" >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    return 1
  }
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  reached=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  printf '%-14s %12s runs, %6s edges reached, no finding\n' "$1" "$runs" "$reached"
}

# As many at a time as there are processors.
failed=0
count=0
pids=
for target in $(sed -n 's/^polyclock_fuzz(\([a-z_]*\) .*/\1/p' tests/fuzz/CMakeLists.txt); do
  fuzz "$target" &
  pids="$pids $!"
  count=$((count + 1))
  [ $((count % $(nproc))) -eq 0 ] || continue
  for pid in $pids; do wait "$pid" || failed=1; done
  pids=
done
for pid in $pids; do wait "$pid" || failed=1; done
exit $failed
