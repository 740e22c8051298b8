//! What an embedded chain did in the place of another, so that the other can follow.

use std::cell::RefCell;

use finance::Timestamp;
use interfaces::types::AccountId;

/// What a chain was asked to do, and did.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The time of its block, in which it is alone.
    pub at: Timestamp,
    /// Who signed it.
    pub by: AccountId,
    /// What it did.
    pub action: Action,
}

/// What a transaction does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Uploads the code of a contract, by the name of its package.
    Upload(String),
    /// Makes an instance.
    Instantiate {
        /// The name of its package.
        contract: String,
        /// The selector of the constructor and its arguments, encoded.
        input: Vec<u8>,
        /// What tells it from others that are the same.
        salt: String,
        /// Where it stands.
        address: AccountId,
    },
    /// Sends a message.
    Call {
        /// To which contract.
        contract: AccountId,
        /// The selector and the arguments, encoded.
        input: Vec<u8>,
    },
}

/// A chain for which an embedded one stands in.
pub(crate) struct StandIn {
    /// Its network.
    pub network: [u8; 32],
    /// Its accounts, by name.
    pub accounts: Box<dyn Fn(&str) -> AccountId>,
    /// What was committed.
    pub journal: RefCell<Vec<Transaction>>,
}
