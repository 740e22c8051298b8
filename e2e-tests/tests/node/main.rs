//! A deal on a node: real extrinsics, fees and storage deposits. `$CONTRACTS_NODE` names the node;
//! `scripts/test.sh` builds it and sets that.

mod lifecycle;
mod network;
mod node;
