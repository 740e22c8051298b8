#!/usr/bin/env bash
# Changes the mathematics in every way that cargo-mutants knows, one at a time, and tells which change no test of `finance` notices.
# Takes an hour on an idle machine. Options go to cargo-mutants: scripts/mutants.sh --file contracts/finance/src/fills.rs
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
PATH="$(scripts/tool.sh cargo-mutants 27.1.0):$PATH"
source scripts/env.sh
# A test that fails is enough; what its shortest input is does not matter.
export PROPTEST_MAX_SHRINK_ITERS=0
export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/mutants
cargo mutants --package finance --jobs 1 --output "$CARGO_TARGET_DIR" "$@"
