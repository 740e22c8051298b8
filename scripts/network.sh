#!/usr/bin/env bash
# Runs three validators on this machine until it is interrupted. Everything needed is built first.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)
if [ $# -gt 0 ]; then
    cat <<'USAGE'
Usage: scripts/network.sh

Runs a network of three validators, of which nothing is left when it stops. Clients connect to ports 9944, 9945 and
9946. A validator that is killed is started again: all three are needed for blocks to become final.
USAGE
    [[ $1 == --help || $1 == -h ]] && exit
    exit 2
fi

node=$("$scripts/chain.sh")
data=$(mktemp -d)
trap 'trap - EXIT; kill 0; wait; rm -rf "$data"' EXIT
trap exit INT TERM

# The network key of the first validator is 1, from which its peers know it.
first=/ip4/127.0.0.1/tcp/30333/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp

# Runs a validator, and again whenever it ends.
validator() {
    local name=$1 number=$2
    while :; do
        "$node" --chain local "--$name" --base-path "$data/$name" --no-prometheus \
            --node-key "$(printf '%064x' "$number")" --bootnodes "$first" \
            --port $((30332 + number)) --rpc-port $((9943 + number)) 2>&1 |
            sed -u "s/^/$name: /" || :
        echo "$name: stopped, and is started again"
        sleep 1
    done
}

validator alice 1 &
validator bob 2 &
validator charlie 3 &
wait
