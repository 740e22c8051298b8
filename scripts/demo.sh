#!/usr/bin/env bash
# Builds what is missing and replays a deal on the embedded chain, from the folder you are in.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)

if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
    cat <<'USAGE'
Usage: scripts/demo.sh [OPTIONS]

Replays a deal on the embedded chain and writes a report. Everything needed is built first.

  --deal <FILE>        term sheet, or the name of one in deals/
  --scenario <FILE>    what happens, or the name of a scenario in scenarios/
  --epoch-hours <N>    length of an epoch in hours, instead of the term sheet's
  --positions <N>      replace the loans of the deal by so many, all of the same size
  --out <PATH>         where to write the report; report.html if not given
  --seed <N>           seed of all that is random; with 0 nothing is
  --quiet              print the result only
  --row                print how liquidations went as a row of a table, and write no report
USAGE
    exit
fi

"$scripts/build.sh" >&2
source "$scripts/env.sh"
exec "$CARGO_TARGET_DIR/debug/sluice-demo" "$@"
