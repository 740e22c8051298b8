#!/usr/bin/env bash
# Tests the model, settles random deals with the contracts' mathematics and with the model in exact fractions, and compares.
# The argument is how many histories; 10 000 if none is given. Builds what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd model && python3 -m unittest --quiet)
scripts/build.sh >&2
source scripts/env.sh
"$CARGO_TARGET_DIR/debug/xtask" model --histories "${1:-10000}" | python3 model/compare.py
