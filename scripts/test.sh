#!/usr/bin/env bash
# Builds what is missing and runs all tests: unit and property tests, ink! tests, the tests that run the
# built contracts on the embedded chain, and those that run them on a node. Options go to `cargo test`, which
# then leaves out the node.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
source scripts/env.sh
# All targets, which leaves out documentation: its examples are not run.
cargo test --workspace --all-targets "$@"
if [ $# = 0 ]; then
    export CONTRACTS_NODE="${CONTRACTS_NODE:-$(scripts/chain.sh)}"
    # One after the other: they wait for blocks, and blocks for a processor. scripts/fill-blocks.sh fills blocks.
    cargo test --workspace --test node -- --ignored --test-threads 1 --skip blocks_are_filled
fi
