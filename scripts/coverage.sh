#!/usr/bin/env bash
# Prints how much of each crate its native tests reach, lines and functions. What contracts do when others call them runs on
# the chain in other tests, where nobody counts.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
PATH="$(scripts/tool.sh cargo-llvm-cov 0.6.21):$PATH"
source scripts/env.sh
rustup component add llvm-tools --toolchain "$RUSTUP_TOOLCHAIN" >&2
export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/coverage
packages=()
for manifest in contracts/*/Cargo.toml term-sheet/Cargo.toml; do
    packages+=(--package "$(basename "$(dirname "$manifest")")")
done
report=$(mktemp)
trap 'rm -f "$report"' EXIT
cargo llvm-cov --json --summary-only --output-path "$report" --ignore-filename-regex '/tests(/|\.rs$)' "${packages[@]}" >&2
python3 - "$report" <<'PYTHON'
import json, os, sys
from collections import defaultdict

crates = defaultdict(lambda: [0, 0, 0, 0])
for file in json.load(open(sys.argv[1]))["data"][0]["files"]:
    crate = os.path.relpath(file["filename"]).split("/src/")[0].removeprefix("contracts/")
    for place, kind in enumerate(("lines", "functions")):
        crates[crate][2 * place] += file["summary"][kind]["covered"]
        crates[crate][2 * place + 1] += file["summary"][kind]["count"]
print("| crate | lines | functions |\n|---|--:|--:|")
for crate, (lines, of_lines, functions, of_functions) in sorted(crates.items()):
    print(f"| {crate} | {lines / of_lines:.1%} of {of_lines} | {functions / of_functions:.1%} of {of_functions} |")
PYTHON
