#!/usr/bin/env bash
# Installs what a build needs and this machine lacks: C and C++ compilers, Python and the pinned Rust. Where
# the Rust servers cannot be reached, Rust comes from the Debian archive. With --chain, what the node needs
# besides. Does nothing if all is there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# The last Debian build that the contract builder works with. The security suite offers a newer
# one, so that every package has to be named with its version.
debian_version='1.85.0+dfsg3-1~deb12u3'
debian_packages=(rustc-web cargo-web libstd-rust-web-dev rust-web-src rust-web-clippy rustfmt-web)

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() {
    command -v apt-get >/dev/null || fail "please install by hand, for lack of apt-get: $*"
    as_root apt-get update -qq || fail "the package lists cannot be fetched: check the network"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends --allow-downgrades "$@" ||
        fail "apt-get cannot install: $*"
}

# The embedded chain and the wasm optimiser have parts in C and C++.
install_compilers() {
    if ! command -v cc >/dev/null || ! command -v c++ >/dev/null; then
        apt_install gcc g++ libc6-dev
    fi
}

# The model of settlements.
install_python() {
    command -v python3 >/dev/null || apt_install python3
}

# Messages between nodes are generated from their description.
install_protobuf() {
    command -v protoc >/dev/null || apt_install protobuf-compiler
}

pinned_is_complete() {
    local installed part
    installed=$(rustup component list --toolchain "$SLUICE_RUST" --installed 2>/dev/null) || return 1
    for part in cargo rust-src clippy rustfmt rust-std-wasm32-unknown-unknown; do
        grep -q "^$part" <<<"$installed" || return 1
    done
}

install_pinned() {
    command -v rustup >/dev/null || return 1
    pinned_is_complete || rustup toolchain install "$SLUICE_RUST" --no-self-update \
        --profile minimal -c rust-src -c clippy -c rustfmt -t wasm32-unknown-unknown
}

debian_is_complete() {
    [ "$(dpkg-query -Wf '${Version}\n' "${debian_packages[@]}" 2>/dev/null | uniq)" = "$debian_version" ] &&
        command -v wasm-ld-19 >/dev/null
}

install_debian() {
    debian_is_complete || apt_install lld-19 "${debian_packages[@]/%/=$debian_version}"
    ! command -v rustup >/dev/null || rustup toolchain link sluice-debian /usr
}

mkdir -p "$SLUICE_CACHE_DIR"
install_compilers
install_python
[ "${1-}" != --chain ] || install_protobuf
if [ "$SLUICE_TOOLCHAIN" = debian ]; then
    install_debian
elif ! install_pinned; then
    echo "setup: Rust $SLUICE_RUST cannot be installed with rustup; taking Rust from the Debian archive"
    install_debian
    echo debian >"$SLUICE_CACHE_DIR/toolchain"
fi
