//! The token of one tranche: `PSP22`, `PSP22Metadata`, `PSP22Mintable` and `PSP22Burnable` with the
//! standard selectors, [`Permit`](crate::permit::Permit), and what its pool needs.
//!
//! **Issue.** Minting and burning are for the pool alone: `mint` creates for the caller and `burn` destroys the
//! caller's own, so the pool holds what it issued until the owner claims it. Everyone else is answered
//! with [`PSP22Error::Custom`]`(`[`ONLY_THE_POOL`]`)`.
//!
//! **Transfer rule.** A token made with a [rule](crate::transfer_rule) asks it before tokens go to anyone but
//! the pool. If it refuses or does not answer the error is [`PSP22Error::SafeTransferCheckFailed`], with
//! [`REFUSED`](crate::transfer_rule::REFUSED) or [`NO_ANSWER`](crate::transfer_rule::NO_ANSWER). What goes to the
//! pool, and burning, is nobody's to refuse.
//!
//! **Distributions.** The pool raises an index, the cash paid per token so far. A holder is owed the rise
//! since he was last seen times what he held; a transfer first books that for both sides, so what was paid stays
//! with who held then. Tokens in the pool's custody are not owed anything here: the pool knows whose they are.

use crate::types::{AccountId, Balance};
use ink::prelude::string::String;
pub use psp22::{PSP22Burnable, PSP22Error, PSP22Metadata, PSP22Mintable, PSP22};

/// The message of the error that anyone but the pool gets for what is the pool's to do.
pub const ONLY_THE_POOL: &str = "only the pool may do this";
/// The message of the error for a supply or an index of distributions beyond `u128`.
pub const BEYOND_128_BITS: &str = "beyond 128 bits";

/// What a token is made with. Nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct TokenTerms {
    /// The only account that mints, burns and distributes.
    pub pool: AccountId,
    /// `PSP22Metadata::token_name`.
    pub name: Option<String>,
    /// `PSP22Metadata::token_symbol`.
    pub symbol: Option<String>,
    /// `PSP22Metadata::token_decimals`.
    pub decimals: u8,
    /// Who is [asked](crate::transfer_rule::TransferRule) about transfers.
    pub rule: Option<AccountId>,
    /// What tells the chain from others in what owners sign: its genesis hash, where there is one. A contract cannot
    /// see it. Two chains that parted after the token was made have it in common; there only the
    /// deadline limits a permit.
    pub network: [u8; 32],
}

/// What a tranche token offers beside the standards.
#[ink::trait_definition]
pub trait TrancheToken {
    /// The pool that issues this token.
    #[ink(message)]
    fn pool(&self) -> AccountId;

    /// The [rule](crate::transfer_rule::TransferRule) of transfers, if there is one.
    #[ink(message)]
    fn rule(&self) -> Option<AccountId>;

    /// Owes every token but the pool's own `per_token` more cash: base units of cash per base unit of token,
    /// scaled 1e27.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] with [`ONLY_THE_POOL`]; with [`BEYOND_128_BITS`] if 3.4e11 units of cash
    /// per unit of token would ever have been paid.
    #[ink(message)]
    fn distribute(&mut self, per_token: u128) -> Result<(), PSP22Error>;

    /// The cash that `owner` is owed, in whole base units; nothing for the pool.
    #[ink(message)]
    fn distribution(&self, owner: AccountId) -> Balance;

    /// Takes note that `owner` is paid what [`TrancheToken::distribution`] says, and returns it. The fraction of a
    /// base unit stays with him.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`]`(`[`ONLY_THE_POOL`]`)`.
    #[ink(message)]
    fn take_distribution(&mut self, owner: AccountId) -> Result<Balance, PSP22Error>;
}
