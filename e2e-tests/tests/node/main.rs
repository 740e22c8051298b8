//! A deal on a node: real extrinsics, fees and storage deposits. `$CONTRACTS_NODE` names the node;
//! `scripts/test.sh` builds it and sets that.

mod blocks;
mod contracts;
mod crisis;
mod faults;
mod host;
mod lifecycle;
mod network;
mod node;
mod process;
mod state;
mod transactions;
mod vote;
mod wire;
mod world;
