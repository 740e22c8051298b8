#!/usr/bin/env bash
# Prints how much of each crate its native tests reach, lines and branches; then the branches that go one way only. Messages of
# contracts and their calls to others (interfaces, lib.rs, peers.rs) are left out: they run as Wasm on the embedded chain, in other
# tests, where nobody counts; and llvm-cov crashes on the branches that ink! generates there.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
PATH="$(scripts/tool.sh cargo-llvm-cov 0.6.21):$PATH"
source scripts/env.sh
rustup component add llvm-tools --toolchain "$RUSTUP_TOOLCHAIN" >&2
export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/coverage
# Branches are counted by an option that the pinned compiler has and does not call stable.
export RUSTC_BOOTSTRAP=1
packages=()
for manifest in contracts/*/Cargo.toml fuzz/Cargo.toml term-sheet/Cargo.toml; do
    packages+=(--package "$(basename "$(dirname "$manifest")")")
done
report=$(mktemp)
trap 'rm -f "$report"' EXIT
cargo llvm-cov --branch --json --output-path "$report" \
    --ignore-filename-regex '/tests(/|\.rs$)|/(fuzz|interfaces)/|/contracts/[^/]*/src/(lib|peers)\.rs$' "${packages[@]}" >&2
python3 - "$report" <<'PYTHON'
import json, os, sys
from collections import defaultdict

crates = defaultdict(lambda: [0, 0, 0, 0])
missed = defaultdict(list)
for file in json.load(open(sys.argv[1]))["data"][0]["files"]:
    path = os.path.relpath(file["filename"])
    crate = path.split("/src/")[0].removeprefix("contracts/")
    for place, kind in enumerate(("lines", "branches")):
        crates[crate][2 * place] += file["summary"][kind]["covered"]
        crates[crate][2 * place + 1] += file["summary"][kind]["count"]
    # One code compiled twice, or generic, has its branches as often.
    ways = defaultdict(lambda: [0, 0])
    for line, column, _, _, true, false, *_ in file["branches"]:
        ways[line, column][0] += true
        ways[line, column][1] += false
    missed[path] = [f"{line}:{column}" for (line, column), counts in sorted(ways.items()) if 0 in counts]
print("| crate | lines | branches |\n|---|--:|--:|")
for crate, (lines, of_lines, branches, of_branches) in sorted(crates.items()):
    share = f"{branches / of_branches:.1%} of {of_branches}" if of_branches else "–"
    print(f"| {crate} | {lines / of_lines:.1%} of {of_lines} | {share} |")
for path, places in sorted(missed.items()):
    if places:
        print(f"{path}: {', '.join(places)}")
PYTHON
