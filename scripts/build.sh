#!/usr/bin/env bash
# Builds the tools of the host and the contracts, after setup. All host builds select the whole
# workspace: another selection would mean other features, and half of the dependencies once more.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
source scripts/env.sh

# Cargo tells sources apart by their time and not by their folder: where another clone was built
# last, it would take that for ours. New times make it look again.
if [ "$(cat "$CARGO_TARGET_DIR/last-clone" 2>/dev/null)" != "$PWD" ]; then
    mkdir -p "$CARGO_TARGET_DIR"
    find cli contracts deployment e2e-tests fuzz risk simulator term-sheet xtask -name '*.rs' -exec touch {} +
    echo "$PWD" >"$CARGO_TARGET_DIR/last-clone"
fi

if [ ! -e "$CARGO_TARGET_DIR/debug/xtask" ]; then
    echo "The first build includes the embedded chain: 20 to 30 minutes on two cores. Later ones take seconds."
fi
cargo build --workspace --bins
"$CARGO_TARGET_DIR/debug/xtask" build
