#!/usr/bin/env bash
# Runs a deal with ten thousand holders, a thousand positions and 64 auctions, and compares what its messages cost with
# e2e-tests/snapshots/load.txt. SLUICE_WRITE_SNAPSHOTS=1 writes that file. Takes three minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
source scripts/env.sh
cargo test --workspace --test chain -- --ignored --nocapture ten_thousand_holders
