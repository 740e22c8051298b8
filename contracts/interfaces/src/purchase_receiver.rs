//! What a contract answers that buys collateral of an auction and pays for it afterwards.

use crate::types::{AccountId, AuctionId, Balance};
use ink::prelude::vec::Vec;

/// Collateral that has arrived and is to be paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Delivery {
    /// The auction it comes from.
    pub auction: AuctionId,
    /// The collateral's token.
    pub token: AccountId,
    /// How much has arrived, in base units.
    pub collateral: Balance,
    /// To be paid from the receiver's allowance to the *pool*, in base units of cash.
    pub debt: Balance,
    /// To be paid from the receiver's allowance to the *liquidation engine*, in base units of cash.
    pub penalty: Balance,
    /// Who sent the purchase here: anybody can.
    pub taker: AccountId,
}

/// Buys through [`crate::liquidation_engine::LiquidationEngine::take_through`].
#[ink::trait_definition]
pub trait PurchaseReceiver {
    /// Told by the vault that collateral has arrived; when it returns, the cash is taken from its allowances,
    /// and if they do not suffice nothing has happened. It may call any contract but the engine and the
    /// vault. It should check that the caller is the vault, and the taker if he may not be anybody.
    ///
    /// # Errors
    /// [`PurchaseRefused`] undoes the purchase.
    #[ink(message)]
    fn on_purchase(&mut self, delivery: Delivery, data: Vec<u8>) -> Result<(), PurchaseRefused>;
}

/// The receiver does not want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct PurchaseRefused;
