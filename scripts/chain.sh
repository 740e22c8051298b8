#!/usr/bin/env bash
# Builds the node of chain/, unless the cache has one of the same sources, and prints its path.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --chain >&2
source scripts/env.sh

sources=$(
    find chain -type f \( -name '*.rs' -o -name 'Cargo.*' \) -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | cat - <(rustc --version) | sha256sum | cut -c1-16
)
node=$SLUICE_CACHE_DIR/nodes/$sources/sluice-node
if [ ! -x "$node" ]; then
    export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/chain
    [ -e "$CARGO_TARGET_DIR/release/sluice-node" ] ||
        echo "The first build of the node takes 20 minutes on two cores. Later ones take two." >&2
    # The target folder serves all clones, and cargo tells their sources apart by time alone.
    find chain -name '*.rs' -exec touch {} +
    cargo build --manifest-path chain/Cargo.toml --release --locked >&2
    mkdir -p "$(dirname "$node")"
    cp "$CARGO_TARGET_DIR/release/sluice-node" "$node.new"
    mv "$node.new" "$node"
fi
echo "$node"
