//! Puts a deal on any chain with `pallet-contracts`: the same steps on an embedded chain and on a node.

mod code;
pub mod contracts;
mod deal;
mod host;
mod message;

pub use code::{contracts_folder, Bundles, Code};
pub use deal::{governance, parameters, Deal};
pub use host::Host;
pub use message::{Failure, Message, MessageBuilder};
