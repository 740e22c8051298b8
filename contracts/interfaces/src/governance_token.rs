//! Tokens that vote: `PSP22` and `PSP22Metadata` with the standard selectors, past votes, delegation, and, for a token
//! that stands for another one, locking it.
//!
//! **Votes.** One per base unit. Everybody votes himself until he delegates; then all that he has, and will have, votes through
//! whom he named, and what is delegated to him does not move on. So the votes of all are the supply, always.
//!
//! **The past.** Time is the chain's, in milliseconds: one moment per block. What an account could vote at the end of any block before this one can be asked for ever, with no more
//! reads than the times its votes changed can be halved. Nobody votes with what he borrows and returns
//! within a block, nor twice with what he passes on.
//!
//! **Supply.** A token is one of two kinds for good. Of the *fixed* kind all there is was made at creation, for the holder in its
//! terms; there is no minter. The *locker* takes a tranche token in, one to one, and gives it back on demand: the class of a
//! deal votes through it.
//!
//! **Distributions.** What a deal pays on locked tokens (coupons, principal, all there is when it winds down) is sent to the locker, and
//! is owed to whoever had the tokens locked when it was paid, by the [index](crate::tranche_token::TrancheToken::distribution_index) of
//! what it locks. What it refuses, or what its cash does, stops nobody from unlocking.

use crate::calls::CallError;
use crate::permit::Text;
use crate::types::{AccountId, Balance, TrancheId};
use crate::wrap_errors;
use finance::Timestamp;
use ink::prelude::string::String;
use psp22::PSP22Error;

/// The message of the error of a token that locks nothing.
pub const NO_LOCKER: &str = "the supply is fixed";
/// The message of the error of a locker that owes an account nothing.
pub const NOTHING_OWED: &str = "nothing is owed";

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Made once, at creation.
    Fixed {
        /// How much.
        supply: Balance,
        /// Whose it is.
        holder: AccountId,
    },
    /// Made for whoever locks as many tokens of a class.
    Locker(Locked),
}

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Locked {
    /// The token of the class.
    pub underlying: AccountId,
    /// The pool, which knows how many tokens of the class there are.
    pub pool: AccountId,
    /// The class.
    pub tranche: TrancheId,
    /// What its distributions are paid in.
    pub cash: AccountId,
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

    /// What shares of all votes are shares of: the supply at the end of the block at `at`; of a locker no less than all tokens of
    /// the class now, or the few who lock first would decide for all. So are those that wait with the transfer agent, to be
    /// claimed or redeemed.
    ///
    /// # Errors
    /// [`ElectorateError::NotPast`], [`ElectorateError::Call`].
    #[ink(message)]
    fn past_total_supply(&self, at: Timestamp) -> Result<Balance, ElectorateError>;
}

/// Through whom votes are cast.
#[ink::trait_definition]
pub trait Delegation {
    /// What `account` votes now, and through whom.
    #[ink(message)]
    fn voter(&self, account: AccountId) -> VoterView;

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

    /// What `owner` has to sign now, the [text](DelegationMessage::text) of a [`DelegationMessage`].
    #[ink(message)]
    fn delegation_message(&self, owner: AccountId, to: AccountId, deadline: Timestamp) -> [u8; 48];
}

/// A token against one that votes, one to one.
#[ink::trait_definition]
pub trait Locker {
    /// What can be locked; nothing, if the supply is fixed.
    #[ink(message)]
    fn locked(&self) -> Option<Locked>;

    /// Takes `value` base units from the allowance that the caller gave this contract, and makes as many for him.
    ///
    /// # Events
    /// `Transfer` from nobody.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] with [`NO_LOCKER`], or with [`BEYOND_128_BITS`](crate::tranche_token::BEYOND_128_BITS) for a
    /// supply that large; those of the token that is locked; [`PSP22Error::SafeTransferCheckFailed`] with
    /// [`NO_ANSWER`](crate::transfer_rule::NO_ANSWER) if it gives none.
    #[ink(message)]
    fn lock(&mut self, value: Balance) -> Result<(), PSP22Error>;

    /// Destroys `value` base units of the caller's and gives as many back to him, whatever he voted.
    ///
    /// # Events
    /// `Transfer` to nobody.
    ///
    /// # Errors
    /// [`PSP22Error::InsufficientBalance`], and as [`Locker::lock`].
    #[ink(message)]
    fn unlock(&mut self, value: Balance) -> Result<(), PSP22Error>;

    /// The cash that `owner` is owed for what was paid on tokens while he had them locked, in whole base units.
    ///
    /// # Errors
    /// As [`Locker::lock`].
    #[ink(message)]
    fn distribution(&self, owner: AccountId) -> Result<Balance, PSP22Error>;

    /// Sends `owner` what [`Locker::distribution`] says, which is first asked of the transfer agent. Anybody may call it. Returns
    /// the cash sent.
    ///
    /// # Events
    /// [`DistributionClaimed`](crate::transfer_agent::DistributionClaimed).
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] with [`NO_LOCKER`] or [`NOTHING_OWED`]; those of the cash.
    #[ink(message)]
    fn claim_distribution(&mut self, owner: AccountId) -> Result<Balance, PSP22Error>;
}

/// What an account votes, and through whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct VoterView {
    /// What it can vote, for itself and for others.
    pub votes: Balance,
    /// Who votes with what it has: the account itself, unless it delegated.
    pub delegate: AccountId,
    /// How many signatures of the account were used.
    pub nonce: u32,
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
    pub nonce: u32,
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
    pub to: AccountId,
}

/// Why the past has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ElectorateError {
    /// The moment is not past: what it will have been may still change.
    NotPast,
    /// The pool does not tell how many tokens of the locked class there are.
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

wrap_errors!(ElectorateError { Call(CallError) });
