#!/usr/bin/env bash
# Runs a chain of one process until it is interrupted. Everything needed is built first.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)

port=9944
sealing=instant
while [ $# -gt 0 ]; do
    case $1 in
    --port) port=$2 && shift 2 ;;
    --block-time) sealing=$2 && shift 2 ;;
    *)
        cat <<'USAGE'
Usage: scripts/devnet.sh [OPTIONS]

Runs a development chain, of which nothing is left when it stops, and prints where it listens.
$CONTRACTS_NODE names another node that is to be run instead, as substrate-contracts-node.

  --port <PORT>         where clients connect; 9944 if not given
  --block-time <MS>     seal blocks at fixed times, instead of with each transaction
USAGE
        [[ $1 == --help || $1 == -h ]] && exit
        exit 2
        ;;
    esac
done

node=${CONTRACTS_NODE:-$("$scripts/chain.sh")}
options=(--dev --port=0 "--rpc-port=$port")
[ "$sealing" = instant ] || options+=("--sealing=$sealing")
log=$(mktemp)
"$node" "${options[@]}" 2>"$log" &
chain=$!
trap 'kill "$chain" 2>/dev/null || :; wait "$chain" 2>/dev/null || :; rm -f "$log"' EXIT

# The node takes another port if this one is taken.
until address=$(grep -om1 'JSON-RPC server: addr=[0-9.:]*' "$log"); do
    if ! kill -0 "$chain" 2>/dev/null; then
        echo "devnet: the node did not start:" >&2
        cat "$log" >&2
        exit 1
    fi
    sleep 0.1
done
echo "ws://${address##*=}"
wait "$chain"
