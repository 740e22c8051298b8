//! A PSP22 asset that anyone may mint: for tests and demonstrations only.
//!
//! It is also a [`TransferRule`](crate::transfer_rule::TransferRule), by which it serves as a pass: tokens move
//! only between accounts that have some of it. [`TRAPS`] and [`LOOPS`] make it misbehave, and so do some symbols.

use crate::types::{AccountId, Balance};
use psp22::PSP22Error;

/// A recipient who has exactly this much makes the rule trap.
pub const TRAPS: Balance = 13;
/// A recipient who has exactly this much keeps the rule from ever answering.
pub const LOOPS: Balance = 17;
/// An asset with this symbol keeps a hundredth of every transfer.
pub const TAXED: &str = "TAXED";
/// An asset with this symbol does to its recipients what they approved the asset itself for: [`REFUSES`] or [`TRAPS`].
pub const MOODY: &str = "MOODY";
/// Nothing can be sent to who approved a moody asset for this much.
pub const REFUSES: Balance = 11;

/// What the test asset offers beside `PSP22` and `PSP22Metadata`.
#[ink::trait_definition]
pub trait TestAsset {
    /// Creates `value` base units for `to`. Anyone may call it.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] if the supply would exceed `u128`.
    #[ink(message)]
    fn mint_to(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error>;
}
