#!/bin/sh
# Builds a release and measures it beside the bare server; prints a table.
# Usage: run.sh [SECONDS]: of each of the alternating runs, 2 without it.
set -eu

cd "$(dirname "$0")/../.."
sh apps/install-packages.sh build test
cmake --preset release >/dev/null
cmake --build --preset release >/dev/null
exec python3 tests/bench/run.py build/release "${1:-2}"
