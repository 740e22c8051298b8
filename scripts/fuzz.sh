#!/usr/bin/env bash
# Runs each fuzz target, or those named, for so many seconds (60 if not told): scripts/fuzz.sh [SECONDS [TARGET...]]. It stops
# at the first finding, which cargo-fuzz keeps in fuzz/artifacts. What is new to a target is kept in the cache.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
PATH="$(scripts/tool.sh cargo-fuzz 0.13.2):$PATH"
source scripts/env.sh
export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/fuzz
seconds=${1:-60}
shift || true
# Compiled code needs no sanitizer where nothing is unsafe, and so no nightly compiler.
options=(--sanitizer none)
cargo fuzz build "${options[@]}"
for target in ${*:-$(cargo fuzz list)}; do
    seeds=()
    limits=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048)
    case $target in
        messages) limits+=(-dict=fuzz/messages.dict) ;;
        term_sheet) seeds=(deals) ;;
        scenario) seeds=(scenarios) ;;
    esac
    found=$SLUICE_CACHE_DIR/fuzz-corpus/$target
    mkdir -p "$found"
    log=$(mktemp)
    cargo fuzz run "${options[@]}" "$target" "$found" "${seeds[@]}" -- "${limits[@]}" >"$log" 2>&1 ||
        { tail -n 40 "$log" && exit 1; }
    echo "$target: $(grep -o '^Done .*' "$log"), $(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)"
    rm "$log"
done
