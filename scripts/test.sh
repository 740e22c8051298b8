#!/usr/bin/env bash
# Builds what is missing and runs all tests: unit and property tests, ink! tests, the tests that run the
# built contracts on the embedded chain, and those that run them on a node. Options go to `cargo test`, which
# then leaves out the node.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
source scripts/env.sh
# All targets, which leaves out documentation: its examples are not run.
tests=(cargo test --workspace --all-targets)
[ $# = 0 ] || exec "${tests[@]}" "$@"

# Nodes wait for blocks most of the time: their tests run beside the others, and come first where both want a processor.
CONTRACTS_NODE="${CONTRACTS_NODE:-$(scripts/chain.sh)}"
export CONTRACTS_NODE
cargo test --workspace --all-targets --no-run
report=$(mktemp)
trap 'rm -f "$report"' EXIT
failed=0
# One after the other: blocks wait for processors. scripts/fill-blocks.sh fills blocks.
cargo test --workspace --test node -- --ignored --test-threads 1 --skip blocks_are_filled >"$report" 2>&1 &
node=$!
nice -n 10 "${tests[@]}" || failed=1
wait "$node" || failed=1
printf '\n== with a node\n'
cat "$report"
exit $failed
