#!/usr/bin/env bash
# Walks at random over all contracts: ./scripts/walk.sh [ACTIONS], a million unless said otherwise, on all processors.
# A walk that fails is shrunk, printed and kept in e2e-tests/tests/proptest-regressions: commit it.
# The first time it compiles the embedded chain once more, for speed: half an hour on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
actions=${1:-1000000}
scripts/build.sh
source scripts/env.sh
cargo test --profile walk --workspace --test chain --no-run
# A walk takes 129 steps on average, and the test walks on two processors.
pairs=$((($(nproc) + 1) / 2))
walks=$((actions / 128 / pairs + 2))
running=()
for number in $(seq "$pairs"); do
    seed=$((RANDOM * 32768 + RANDOM))
    echo "$walks walks from seed $seed"
    SLUICE_SEED=$seed SLUICE_WALKS=$walks \
        cargo test --profile walk --workspace --test chain -- no_walk_loses_a_base_unit --nocapture &
    running+=($!)
done
failed=0
for process in "${running[@]}"; do
    wait "$process" || failed=1
done
exit $failed
