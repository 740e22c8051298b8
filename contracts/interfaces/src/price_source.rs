//! A source of prices: a contract that the oracle adapter asks when somebody pokes it.

use crate::types::{AssetId, Balance};
use finance::oracle::answer::Answer;

/// The most computation an answer may take, in picoseconds as the chain measures it.
pub const SOURCE_REF_TIME: u64 = 10_000_000_000;
/// The most bytes of proof an answer may take.
pub const SOURCE_PROOF_SIZE: u64 = 256 * 1024;
/// The most an answer may take from the caller as a storage deposit: next to nothing, as zero means no limit.
pub const SOURCE_DEPOSIT: Balance = 1;

/// A contract that knows prices.
#[ink::trait_definition]
pub trait PriceSource {
    /// What it knows about `asset`, by the number that the asker has for it; `None` if nothing.
    ///
    /// The answer may take [`SOURCE_REF_TIME`] and [`SOURCE_PROOF_SIZE`], and may not call the asker.
    #[ink(message)]
    fn latest(&self, asset: AssetId) -> Option<Answer>;
}
