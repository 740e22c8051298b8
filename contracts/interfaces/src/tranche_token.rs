//! The token of one tranche: `PSP22` and `PSP22Metadata` with the standard selectors,
//! [`Permit`](crate::permit::Permit), and what its issuer needs.
//!
//! **Issue.** Tokens are made when an owner claims them and destroyed when he asks to redeem them: what exists is in the
//! hands of holders, and what waits with the issuer is in its books alone. So a claim costs one call, and a settlement
//! none. The supply of the *class*, waiting ones included, is the pool's to tell. Everyone but the issuer is
//! answered with [`PSP22Error::Custom`]`(`[`ONLY_THE_ISSUER`]`)`.
//!
//! **Transfer rule.** A token made with a [rule](crate::transfer_rule) asks it before anyone receives tokens,
//! new ones too. If it refuses or does not answer the error is [`PSP22Error::SafeTransferCheckFailed`], with
//! [`REFUSED`](crate::transfer_rule::REFUSED) or [`NO_ANSWER`](crate::transfer_rule::NO_ANSWER). Burning is nobody's to
//! refuse: no rule can lock a holder in.
//!
//! **Distributions.** The issuer raises an index, the cash paid per token so far. A holder is owed the rise
//! since he was last seen times what he held; a transfer first books that for both sides, so what was paid stays
//! with who held then. What waits with the issuer is owed nothing here: the issuer knows whose it is.

use crate::types::{AccountId, Balance};
use ink::prelude::string::String;
pub use psp22::{PSP22Error, PSP22Metadata, PSP22};

/// The message of the error that anyone but the issuer gets for what is the issuer's to do.
pub const ONLY_THE_ISSUER: &str = "issuer only";
/// The message of the error for a supply beyond `u128`.
pub const BEYOND_128_BITS: &str = "beyond 128 bits";

/// What a token is made with. Nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct TokenTerms {
    /// The only account that mints, burns and distributes.
    pub issuer: AccountId,
    /// `PSP22Metadata::token_name`.
    pub name: String,
    /// `PSP22Metadata::token_symbol`.
    pub symbol: String,
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
    /// The only account that mints, burns and distributes.
    #[ink(message)]
    fn issuer(&self) -> AccountId;

    /// The [rule](crate::transfer_rule::TransferRule) of transfers, if there is one.
    #[ink(message)]
    fn rule(&self) -> Option<AccountId>;

    /// Makes `value` base units of the token for `to`. To make none is to ask whether `to` may receive any.
    ///
    /// # Events
    /// `Transfer` from nobody, unless `value` is zero.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] with [`ONLY_THE_ISSUER`], or with [`BEYOND_128_BITS`] for a supply that large;
    /// [`PSP22Error::SafeTransferCheckFailed`] as the rule answers.
    #[ink(message)]
    fn mint(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error>;

    /// Destroys `value` base units of the tokens of `from`. No allowance is needed: an issuer that can make tokens can
    /// make any worthless, so an allowance would protect nobody. The transfer agent burns only what
    /// its owner, or an operator of his, asks it to.
    ///
    /// # Events
    /// `Transfer` to nobody.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] with [`ONLY_THE_ISSUER`]; [`PSP22Error::InsufficientBalance`].
    #[ink(message)]
    fn burn(&mut self, from: AccountId, value: Balance) -> Result<(), PSP22Error>;

    /// Owes every token `per_token` more cash: base units of cash per base unit of token,
    /// scaled 1e27. At 3.4e11 units of cash per unit of token the index stands still, so that nothing stops a settlement:
    /// the pool pays no more by then.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`]`(`[`ONLY_THE_ISSUER`]`)`.
    #[ink(message)]
    fn distribute(&mut self, per_token: u128) -> Result<(), PSP22Error>;

    /// The cash that was ever distributed per base unit of token, scaled 1e27. It never falls: who holds tokens for others
    /// shares out by it what they earn ([`Earnings`](crate::earnings::Earnings)).
    #[ink(message)]
    fn distribution_index(&self) -> u128;

    /// The cash that `owner` is owed, in whole base units.
    #[ink(message)]
    fn distribution(&self, owner: AccountId) -> Balance;

    /// Takes note that `owner` is paid what [`TrancheToken::distribution`] says, and returns it. The fraction of a
    /// base unit stays with him.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`]`(`[`ONLY_THE_ISSUER`]`)`.
    #[ink(message)]
    fn take_distribution(&mut self, owner: AccountId) -> Result<Balance, PSP22Error>;
}

crate::decode_fields!(TokenTerms {
    issuer,
    name,
    symbol,
    decimals,
    rule,
    network
});
