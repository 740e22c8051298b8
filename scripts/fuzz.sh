#!/usr/bin/env bash
# Runs each fuzz target, or those named, for so many seconds (60 if not told): scripts/fuzz.sh [SECONDS [TARGET...]]. It stops
# at the first finding, which cargo-fuzz keeps in fuzz/artifacts. What is new to a target is kept in the cache; with
# SLUICE_WRITE_SNAPSHOTS=1 as few inputs as reach as much of the code replace the target's folder in fuzz/corpus, if it has one.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
PATH="$(scripts/tool.sh cargo-fuzz 0.13.2):$PATH"
source scripts/env.sh
export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/fuzz
seconds=${1:-60}
shift || true
# Compiled code needs no sanitizer where nothing is unsafe, and so no nightly compiler.
options=(--sanitizer none --features fuzzer)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs a target on folders of inputs, the first of which it adds to.
run() {
    cargo fuzz run "${options[@]}" "$@" >"$log" 2>&1 || { tail -n 40 "$log" && exit 1; }
}

cargo fuzz build "${options[@]}"
for target in ${*:-$(cargo fuzz list)}; do
    kept=fuzz/corpus/$target
    found=$SLUICE_CACHE_DIR/fuzz-corpus/$target
    mkdir -p "$found"
    seeds=()
    limits=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048)
    [ ! -d "$kept" ] || seeds=("$kept")
    case $target in
        messages) limits+=(-dict=fuzz/messages.dict) ;;
        term_sheet) seeds+=(deals) ;;
        scenario) seeds+=(scenarios) ;;
    esac
    run "$target" "$found" "${seeds[@]}" -- "${limits[@]}"
    echo "$target: $(grep -o '^Done .*' "$log"), $(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)"
    if [ -n "${SLUICE_WRITE_SNAPSHOTS:-}" ] && [ -d "$kept" ]; then
        fewest=$(mktemp -d)
        run "$target" "$fewest" "$found" "${seeds[@]}" -- -set_cover_merge=1 -use_counters=0
        rm -r "$kept"
        mv "$fewest" "$kept"
    fi
done
