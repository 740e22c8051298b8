# shellcheck shell=bash
# The environment of every build: one compiler, and one cache for all clones on this machine. The
# other scripts source it; source it yourself to run cargo by hand on what they have built.

SLUICE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SLUICE_ROOT
export SLUICE_CACHE_DIR="${SLUICE_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}"
command -v cargo >/dev/null || PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

# `pinned` is the version of rust-toolchain.toml. setup.sh notes `debian` in the cache where only
# the archive of the distribution can be reached; setting SLUICE_TOOLCHAIN overrules the note.
SLUICE_TOOLCHAIN="${SLUICE_TOOLCHAIN:-$(cat "$SLUICE_CACHE_DIR/toolchain" 2>/dev/null || echo pinned)}"
if [ "$SLUICE_TOOLCHAIN" = debian ]; then
    SLUICE_RUST=1.85.0-debian
    export RUSTUP_TOOLCHAIN=sluice-debian
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
else
    SLUICE_RUST=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$SLUICE_ROOT/rust-toolchain.toml")
    # The contract builder compiles in a temporary folder, out of reach of rust-toolchain.toml.
    export RUSTUP_TOOLCHAIN="$SLUICE_RUST"
fi

# One folder per compiler and none per lock file: cargo itself knows which crates a changed lock
# file affects, and keeps the others.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$SLUICE_CACHE_DIR/target-$SLUICE_RUST}"
export CARGO_NET_RETRY="${CARGO_NET_RETRY:-5}"
# The same rule as in .cargo/config.toml, for builds in the builder's temporary folder.
export CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback
