#!/usr/bin/env bash
# Changes rules in every way that cargo-mutants knows, one at a time, and tells which change the tests of its own package do not
# notice. Takes the packages, or all that have rules with native tests: hours on an idle machine. scripts/mutants.sh collateral-vault
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- finance collateral-vault transfer-agent liquidation-engine insurance-fund tranche-pool oracle-adapter \
    governance-token tranche-token interfaces term-sheet
scripts/setup.sh
PATH="$(scripts/tool.sh cargo-mutants 27.1.0):$PATH"
source scripts/env.sh
# A test that fails is enough; what its shortest input is does not matter.
export PROPTEST_MAX_SHRINK_ITERS=0
export CARGO_TARGET_DIR=$SLUICE_CACHE_DIR/mutants
status=0
for package; do
    # Compiling a change takes longer than testing it.
    cargo mutants --package "$package" --cargo-arg=--config --cargo-arg="profile.dev.package.$package.opt-level=0" \
        --output "$CARGO_TARGET_DIR/$package" || status=$?
done
exit $status
