//! A market at a fixed price, and a trader that buys from auctions without cash of its own: for tests only.
//!
//! Both are the same contract. As a market it pays for what it is sold; as a
//! [`PurchaseReceiver`](crate::purchase_receiver::PurchaseReceiver) it runs the [`Errand`] that comes with a
//! purchase.

use crate::types::{AccountId, AuctionId, Balance};
use finance::Price;

/// What a trader does with collateral that it was sent, encoded in the data of the purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Errand {
    /// Sells all of it to the market at this address and lets the pool and the engine take what is due.
    Sell(AccountId),
    /// Keeps it and pays nothing.
    Keep,
    /// Refuses it.
    Refuse,
    /// Traps.
    Trap,
    /// Sells all of it as [`Errand::Sell`] would, after an attempt to take from another auction before it pays.
    TakeBefore(AccountId, AuctionId),
}

/// What a trader is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct MarketTerms {
    /// What it pays with.
    pub cash: AccountId,
    /// Base units of cash for 10^18 base units of collateral, scaled 1e18.
    pub price: Price,
    /// Takes the debt part of a purchase.
    pub pool: AccountId,
    /// Takes the penalty part of a purchase.
    pub engine: AccountId,
}

/// A market.
#[ink::trait_definition]
pub trait TestMarket {
    /// Takes `amount` of a token from the caller's allowance and pays for it out of what the market has. Returns what
    /// it paid.
    ///
    /// # Errors
    /// [`MarketError`]: the seller or the market has too little.
    #[ink(message)]
    fn sell(&mut self, token: AccountId, amount: Balance) -> Result<Balance, MarketError>;
}

/// Why the market did not buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct MarketError;
