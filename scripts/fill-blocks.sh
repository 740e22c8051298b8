#!/usr/bin/env bash
# Fills blocks of a node with messages of 110 deals and of 200 loans, and writes what they hold into the table in docs/chain.md.
# Builds what is missing, and takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh >&2
source scripts/env.sh
export CONTRACTS_NODE="${CONTRACTS_NODE:-$(scripts/chain.sh)}"
SLUICE_BLOCKS=$(mktemp)
export SLUICE_BLOCKS
trap 'rm -f "$SLUICE_BLOCKS" "$SLUICE_BLOCKS.md"' EXIT
cargo test --workspace --test node -- --ignored blocks_are_filled
# The rows of the table whose header begins so.
awk -v rows="$SLUICE_BLOCKS" '
    /^\| Message / { print; getline; print; while ((getline line < rows) > 0) print line; skips = 1; next }
    skips && /^\|/ { next }
    { skips = 0; print }
' docs/chain.md > "$SLUICE_BLOCKS.md"
cp "$SLUICE_BLOCKS.md" docs/chain.md
