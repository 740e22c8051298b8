#!/usr/bin/env bash
# Builds what is missing and runs all tests: unit and property tests, ink! tests, and the tests
# that run the built contracts on the embedded chain. Options go to `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
source scripts/env.sh
# All targets, which leaves out documentation: its examples are not run.
cargo test --workspace --all-targets "$@"
