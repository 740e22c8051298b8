#!/usr/bin/env bash
# Replays every hourly price history of a folder with fifty loans and writes the table in docs/liquidation.md.
# The argument is the folder; ../shared/data if none is given. Builds what is missing.
set -euo pipefail
data=$(realpath -m "${1:-$(dirname "$0")/../../shared/data}")
cd "$(dirname "$0")/.."
shopt -s nullglob
histories=("$data"/hourly-*.csv)
if [ ${#histories[@]} = 0 ]; then
    echo "There is no hourly-*.csv in $data: nothing is replayed, and docs/liquidation.md stays as it is."
    exit
fi
scripts/build.sh >&2
source scripts/env.sh
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for history in "${histories[@]}"; do
    "$CARGO_TARGET_DIR/debug/sluice-demo" --positions 50 --row --scenario "$history" | tee -a "$rows"
done
# The rows of the table whose header begins so.
awk -v rows="$rows" '
    /^\| Replay / { print; getline; print; while ((getline line < rows) > 0) print line; skips = 1; next }
    skips && /^\|/ { next }
    { skips = 0; print }
' docs/liquidation.md > "$rows.md"
mv "$rows.md" docs/liquidation.md
