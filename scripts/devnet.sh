#!/usr/bin/env bash
# Runs a chain of one process with a deal on it until it is interrupted. Everything needed is built first.
set -euo pipefail
cd "$(dirname "$0")/.."

port=9944
sealing=instant
deal=eth-btc-credit
fast=
while [ $# -gt 0 ]; do
    case $1 in
    --port) port=$2 && shift 2 ;;
    --block-time) sealing=$2 && shift 2 ;;
    --deal) deal=$2 && shift 2 ;;
    --empty) deal= && shift ;;
    --fast-epochs) fast=yes && shift ;;
    *)
        cat <<'USAGE'
Usage: scripts/devnet.sh [OPTIONS]

Runs a development chain, of which nothing is left when it stops, deploys a deal on it, and prints where it
listens and the addresses of the contracts.
$CONTRACTS_NODE names another node that is to be run instead, as substrate-contracts-node.

  --port <PORT>         where clients connect; 9944 if not given
  --deal <DEAL>         of deals/, or the path of a term sheet; eth-btc-credit if not given
  --fast-epochs         epochs of a minute, whatever the term sheet says
  --empty               no deal
  --block-time <MS>     seal blocks at fixed times, instead of with each transaction
USAGE
        [[ $1 == --help || $1 == -h ]] && exit
        exit 2
        ;;
    esac
done

[ -z "$deal" ] || scripts/build.sh >&2
source scripts/env.sh
node=${CONTRACTS_NODE:-$(scripts/chain.sh)}
work=$(mktemp -d)
options=(--dev --port=0 "--rpc-port=$port")
[ "$sealing" = instant ] || options+=("--sealing=$sealing")
log=$work/node.log
"$node" "${options[@]}" 2>"$log" &
chain=$!
trap 'kill "$chain" 2>/dev/null || :; wait "$chain" 2>/dev/null || :; rm -rf "$work"' EXIT

# The node takes another port if this one is taken.
until address=$(grep -om1 'JSON-RPC server: addr=[0-9.:]*' "$log"); do
    if ! kill -0 "$chain" 2>/dev/null; then
        echo "devnet: the node did not start:" >&2
        cat "$log" >&2
        exit 1
    fi
    sleep 0.1
done
endpoint=ws://${address##*=}
echo "$endpoint"
if [ -n "$deal" ]; then
    if [ -n "$fast" ]; then
        sheet=deals/$deal.toml
        [ -e "$sheet" ] || sheet=$deal
        deal=$work/$(basename "$sheet")
        sed -e 's/^epoch_length = "[^"]*"/epoch_length = "60 s"/' -e 's/^cut_off = "[^"]*"/cut_off = "10 s"/' "$sheet" >"$deal"
    fi
    "$CARGO_TARGET_DIR/debug/sluice" deploy apply --network local --endpoint "$endpoint" --deal "$deal"
fi
wait "$chain"
