//! Tokens that vote: `PSP22` and `PSP22Metadata` with the standard selectors, past votes, delegation, and, for a token
//! that stands for another one, locking it.
//!
//! **Votes.** One per base unit. Everybody votes himself until he delegates; then all that he has, and will have, votes through
//! whom he named, and what is delegated to him does not move on. So the votes of all are the supply, always.
//!
//! **The past.** What an account could vote at the end of any block before this one can be asked for ever, with no more
//! reads than the times its votes changed can be halved. Nobody votes with what he borrows and returns
//! within a block, nor twice with what he passes on.
//!
//! **Supply.** A token is one of two kinds for good. Of the *fixed* kind all there is was made at creation, for the holders in its
//! terms; there is no minter. The *locker* takes another token in, one to one, and gives it back on demand: the class of a
//! deal votes through it. What underlies it must be a `PSP22` that moves exactly what it is told; cash distributed to locked
//! tokens is the locker's and stays there, so lock classes that accumulate.

use crate::calls::CallError;
use crate::permit::Text;
use crate::types::{AccountId, Balance};
use crate::wrap_errors;
use finance::Timestamp;
use ink::prelude::{string::String, vec::Vec};
use psp22::PSP22Error;

/// How time is counted: as the chain's blocks are stamped.
pub const CLOCK_MODE: &str = "mode=timestamp&unit=ms";

/// What a token is made with. Nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct GovernanceTokenTerms {
    /// What it is called.
    pub about: About,
    /// Where its tokens come from.
    pub issue: Issue,
}

/// What a token is called and where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct About {
    /// `PSP22Metadata::token_name`.
    pub name: String,
    /// `PSP22Metadata::token_symbol`.
    pub symbol: String,
    /// `PSP22Metadata::token_decimals`; of a locker those of what it locks.
    pub decimals: u8,
    /// What tells the chain from others in what holders sign: its genesis hash, where there is one.
    pub network: [u8; 32],
}

/// Where tokens come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Issue {
    /// Made at creation for these holders, and never again.
    Fixed(Vec<(AccountId, Balance)>),
    /// Made for whoever locks as much of this token.
    Locker(AccountId),
}

/// Who may vote, and how much: what a governor asks.
#[ink::trait_definition]
pub trait Electorate {
    /// What `account` could vote at the end of the block at `at`.
    ///
    /// # Errors
    /// [`ElectorateError::NotPast`].
    #[ink(message)]
    fn past_votes(&self, account: AccountId, at: Timestamp) -> Result<Balance, ElectorateError>;

    /// What shares of all votes are shares of: the supply at the end of the block at `at`; of a locker no less than the
    /// supply now of what it locks, or the few who lock first would decide for all.
    ///
    /// # Errors
    /// [`ElectorateError::NotPast`], [`ElectorateError::Call`].
    #[ink(message)]
    fn past_total_supply(&self, at: Timestamp) -> Result<Balance, ElectorateError>;

    /// [`CLOCK_MODE`].
    #[ink(message)]
    fn clock_mode(&self) -> String;
}

/// Through whom votes are cast.
#[ink::trait_definition]
pub trait Delegation {
    /// What `account` can vote now.
    #[ink(message)]
    fn votes(&self, account: AccountId) -> Balance;

    /// Through whom `account` votes: himself, unless he delegated.
    #[ink(message)]
    fn delegate_of(&self, account: AccountId) -> AccountId;

    /// From now on the caller's tokens vote through `to`; through himself, to take them back.
    ///
    /// # Events
    /// [`DelegateChanged`], if it is another than before.
    #[ink(message)]
    fn delegate(&mut self, to: AccountId) -> Result<(), DelegationError>;

    /// The same for `owner`, who signed [`Delegation::delegation_message`] of the same values, by sr25519 with the key that
    /// is his account; also as `<Bytes>…</Bytes>`. Anybody may call it until the deadline, once per signature.
    ///
    /// # Events
    /// As [`Delegation::delegate`].
    ///
    /// # Errors
    /// [`DelegationError::Expired`], [`DelegationError::WrongSignature`].
    #[ink(message)]
    fn delegate_signed(
        &mut self,
        owner: AccountId,
        to: AccountId,
        deadline: Timestamp,
        signature: [u8; 64],
    ) -> Result<(), DelegationError>;

    /// What `owner` has to sign now, the [text](DelegationMessage::text) of a [`DelegationMessage`], and the nonce in it: how
    /// many of his signatures were used.
    #[ink(message)]
    fn delegation_message(
        &self,
        owner: AccountId,
        to: AccountId,
        deadline: Timestamp,
    ) -> ([u8; 48], u128);
}

/// A token against one that votes, one to one.
#[ink::trait_definition]
pub trait Locker {
    /// What can be locked; nothing, if the supply is fixed.
    #[ink(message)]
    fn underlying(&self) -> Option<AccountId>;

    /// Takes `value` base units from the allowance that the caller gave this contract, and makes as many for him.
    ///
    /// # Events
    /// `Transfer` from nobody.
    ///
    /// # Errors
    /// [`LockError::NoLocker`], [`LockError::Token`], [`LockError::Call`].
    #[ink(message)]
    fn lock(&mut self, value: Balance) -> Result<(), LockError>;

    /// Destroys `value` base units of the caller's and gives as many back to him, whatever he voted.
    ///
    /// # Events
    /// `Transfer` to nobody.
    ///
    /// # Errors
    /// As [`Locker::lock`].
    #[ink(message)]
    fn unlock(&mut self, value: Balance) -> Result<(), LockError>;
}

/// What a signature of a delegation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode)]
pub struct DelegationMessage<'a> {
    /// The chain, as in the token's terms.
    pub network: &'a [u8; 32],
    /// The token.
    pub token: &'a AccountId,
    /// Who signs.
    pub owner: &'a AccountId,
    /// Through whom his tokens will vote.
    pub to: &'a AccountId,
    /// The last moment at which it can be submitted.
    pub deadline: Timestamp,
    /// How many signatures of the owner were used.
    pub nonce: u128,
}

impl DelegationMessage<'_> {
    /// The text to sign: name and version, and the blake2b hash of all fields as SCALE encodes them.
    pub fn text(&self) -> Text {
        Text::about(b"Sluice deleg. v1", self)
    }
}

/// Somebody votes through another than before.
#[ink::event]
pub struct DelegateChanged {
    /// Whose tokens.
    #[ink(topic)]
    pub owner: AccountId,
    /// Through whom they voted.
    pub from: AccountId,
    /// Through whom they vote.
    #[ink(topic)]
    pub to: AccountId,
}

/// Why the past has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ElectorateError {
    /// The moment is not past: what it will have been may still change.
    NotPast,
    /// The token that is locked does not tell its supply.
    Call(CallError),
}

/// Why a delegation does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum DelegationError {
    /// The deadline has passed.
    Expired,
    /// The owner did not sign this: another delegate, token, chain or signer, or it was used already.
    WrongSignature,
}

/// Why nothing was locked or given back.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum LockError {
    /// The supply is fixed.
    NoLocker,
    /// This token or the one that is locked refused.
    Token(PSP22Error),
    /// The token that is locked gave no answer.
    Call(CallError),
}

wrap_errors!(ElectorateError { Call(CallError) });
wrap_errors!(LockError {
    Token(PSP22Error),
    Call(CallError),
});
