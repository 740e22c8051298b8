#!/usr/bin/env bash
# Times the risk model beside FinancePy, QuantLib and numpy in one run, then replays on one thread and on two, and prints
# tables. Their packages go into the cache. Takes some minutes; nothing else should run.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${SLUICE_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/risk"
source scripts/env.sh
python="$SLUICE_CACHE_DIR/risk-venv/bin/python"
[ -x "$python" ] || python3 -m venv "$SLUICE_CACHE_DIR/risk-venv"
"$python" -m pip install --quiet --requirement risk/bench/requirements.txt
export SLUICE_BENCH_VALUES="$CARGO_TARGET_DIR/bench-values.csv"
cargo bench --package risk --bench pricing -- --warm-up-time 1 --measurement-time 2 "$@"
"$python" risk/bench/compare.py "$CARGO_TARGET_DIR/criterion" "$SLUICE_BENCH_VALUES" | grep -E '^(\||$)'
# The command links the embedded chain: in the folder where that is built.
unset CARGO_TARGET_DIR
source scripts/env.sh
cargo build --quiet --workspace --bins
echo
"$python" risk/bench/scaling.py "$CARGO_TARGET_DIR/debug/sluice"
