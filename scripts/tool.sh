#!/usr/bin/env bash
# Puts a tool of cargo's into the cache unless it is there, and prints the folder of its program: scripts/tool.sh NAME VERSION.
# Tools are compiled by a newer Rust than contracts, which says nothing about what they run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
folder=$SLUICE_CACHE_DIR/tools/$1-$2
[ -x "$folder/bin/$1" ] ||
    rustup run --install 1.95.0 cargo install --locked --root "$folder" --target-dir "$SLUICE_CACHE_DIR/tools/target" "$1@$2" >&2
echo "$folder/bin"
