//! Vaults whose deposits and redemptions take time: order, wait for a settlement, claim.
//!
//! To ink! what ERC-7540 is to Ethereum, for vaults with one class of shares or several. Nothing in it is
//! peculiar to tranches: any vault that settles orders at intervals can offer it. See docs/async-vault.md.

use crate::calls::CallError;
use crate::relayed::Relayed;
use crate::types::{AccountId, Balance, TrancheId};
pub use finance::orders::Conditions;
use finance::{MathError, Timestamp};
use psp22::PSP22Error;

/// Where one owner's orders in one class stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct OrderView {
    /// Cash waiting to enter.
    pub pending_deposit: Balance,
    /// Shares waiting to leave.
    pub pending_redemption: Balance,
    /// Shares issued or given back, and not yet claimed.
    pub claimable_tokens: Balance,
    /// Cash paid or given back, and not yet claimed.
    pub claimable_cash: Balance,
}

/// Orders that are settled at intervals. A class is a kind of share; a vault with only one calls it 0.
///
/// An order waits (*pending*) until a settlement fills it wholly or in part; what it is filled with is *claimable* until
/// somebody claims it for its owner. Claiming is open to everybody and nothing can pause it.
#[ink::trait_definition]
pub trait AsyncVault {
    /// Orders a deposit of `amount` cash, taken from the allowance of `owner`, whose order it becomes. Adds to an
    /// order that waits already under the same conditions. After the epoch's cut-off it counts from the next one on.
    /// Refused where a rule about the shares lets `owner` have none.
    ///
    /// # Events
    /// [`OrderPlaced`].
    ///
    /// # Errors
    /// [`AsyncVaultError::ZeroAmount`], [`AsyncVaultError::BelowMinimum`],
    /// [`AsyncVaultError::UnknownClass`], [`AsyncVaultError::NotOpen`],
    /// [`AsyncVaultError::NotAuthorised`], [`AsyncVaultError::OtherConditions`],
    /// [`AsyncVaultError::InvalidConditions`], [`AsyncVaultError::TooManyLimits`], [`AsyncVaultError::Token`],
    /// [`AsyncVaultError::Math`].
    #[ink(message)]
    fn request_deposit(
        &mut self,
        class: TrancheId,
        amount: Balance,
        owner: AccountId,
        conditions: Conditions,
    ) -> Result<(), AsyncVaultError>;

    /// Orders the redemption of `amount` shares of `owner`: first of those he has not claimed, then of his account,
    /// for which no allowance is needed. As [`AsyncVault::request_deposit`]; no rule is asked.
    ///
    /// # Events
    /// [`OrderPlaced`].
    ///
    /// # Errors
    /// As [`AsyncVault::request_deposit`].
    #[ink(message)]
    fn request_redeem(
        &mut self,
        class: TrancheId,
        amount: Balance,
        owner: AccountId,
        conditions: Conditions,
    ) -> Result<(), AsyncVaultError>;

    /// Takes back what is unfilled of a deposit order. Returns the cash that is sent to `owner`, or is claimable if its token refuses
    /// him: nothing after the cut-off, when the order still takes part in the coming settlement and what is left of it is
    /// claimable afterwards.
    ///
    /// # Events
    /// [`OrderCancelled`].
    ///
    /// # Errors
    /// [`AsyncVaultError::NothingPending`], [`AsyncVaultError::NotAuthorised`],
    /// [`AsyncVaultError::UnknownClass`].
    #[ink(message)]
    fn cancel_deposit(
        &mut self,
        class: TrancheId,
        owner: AccountId,
    ) -> Result<Balance, AsyncVaultError>;

    /// Takes back what is unfilled of a redemption order. As [`AsyncVault::cancel_deposit`].
    ///
    /// # Events
    /// [`OrderCancelled`].
    ///
    /// # Errors
    /// As [`AsyncVault::cancel_deposit`].
    #[ink(message)]
    fn cancel_redeem(
        &mut self,
        class: TrancheId,
        owner: AccountId,
    ) -> Result<Balance, AsyncVaultError>;

    /// Sends `owner` the shares and the cash that settlements gave him in one class. Anybody may call it; nothing can
    /// pause it. What a token refuses to hand over stays his: the rest is sent, and it can be claimed later.
    ///
    /// # Events
    /// [`Claimed`].
    ///
    /// # Errors
    /// [`AsyncVaultError::NothingClaimable`], [`AsyncVaultError::UnknownClass`], [`AsyncVaultError::Token`] if
    /// everything was refused.
    #[ink(message)]
    fn claim(&mut self, class: TrancheId, owner: AccountId) -> Result<OrderView, AsyncVaultError>;

    /// Lets `operator` order and cancel for the caller, or no longer.
    ///
    /// # Events
    /// [`OperatorSet`].
    ///
    /// # Errors
    /// None.
    #[ink(message)]
    fn set_operator(&mut self, operator: AccountId, approved: bool) -> Result<(), AsyncVaultError>;

    /// Whether `operator` may order and cancel for `owner`.
    #[ink(message)]
    fn is_operator(&self, owner: AccountId, operator: AccountId) -> bool;

    /// Where the orders of `owner` in one class stand.
    ///
    /// # Errors
    /// [`AsyncVaultError::UnknownClass`].
    #[ink(message)]
    fn order(&self, class: TrancheId, owner: AccountId) -> Result<OrderView, AsyncVaultError>;
}

/// A deposit or a redemption was ordered.
#[ink::event]
pub struct OrderPlaced {
    /// Whose order.
    #[ink(topic)]
    pub owner: AccountId,
    /// The class.
    pub class: TrancheId,
    /// Cash added to a deposit order, in base units.
    pub cash: Balance,
    /// Shares added to a redemption order.
    pub tokens: Balance,
    /// What waits in the order now.
    pub pending: Balance,
}

/// An order was taken back.
#[ink::event]
pub struct OrderCancelled {
    /// Whose order.
    #[ink(topic)]
    pub owner: AccountId,
    /// The class.
    pub class: TrancheId,
    /// Cash paid back; zero if it takes part in the coming settlement.
    pub cash: Balance,
    /// Shares given back; zero if it takes part in the coming settlement.
    pub tokens: Balance,
}

/// Settled shares and cash went to their owner. What a token refused to hand over waits for him here.
#[ink::event]
pub struct Claimed {
    /// The owner.
    #[ink(topic)]
    pub owner: AccountId,
    /// The class.
    pub class: TrancheId,
    /// Shares sent.
    pub tokens: Balance,
    /// Cash sent.
    pub cash: Balance,
    /// Shares refused, and kept for him.
    pub tokens_kept: Balance,
    /// Cash refused, and kept for him.
    pub cash_kept: Balance,
}

/// An operator was named or dismissed.
#[ink::event]
pub struct OperatorSet {
    /// Whose orders.
    #[ink(topic)]
    pub owner: AccountId,
    /// Who places and cancels them.
    pub operator: AccountId,
    /// Whether he still may.
    pub approved: bool,
}

/// Why the vault refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum AsyncVaultError {
    /// An amount of zero.
    ZeroAmount,
    /// Less than an order must have.
    BelowMinimum {
        /// How much it must have, in base units of what is given.
        minimum: Balance,
    },
    /// No class has this number.
    UnknownClass,
    /// The vault takes no orders: it is not complete yet, or over.
    NotOpen,
    /// Deposits are paused.
    Paused {
        /// When that ends.
        until: Timestamp,
    },
    /// The caller is neither the owner nor his operator.
    NotAuthorised,
    /// The order that waits has another limit or another expiry: cancel it first. If it was cancelled after
    /// the cut-off, wait for the settlement that gives it back.
    OtherConditions,
    /// A limit of zero, a limit without an expiry, or an expiry that is past or too far ahead.
    InvalidConditions,
    /// Orders wait at as many limit prices as can be: take one of those, or no limit.
    TooManyLimits,
    /// No unfilled order.
    NothingPending,
    /// Nothing settled that was not claimed.
    NothingClaimable,
    /// A token refused: balance or allowance too small, or a rule.
    Token(Relayed<PSP22Error>),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::wrap_errors!(AsyncVaultError {
    Call(CallError),
    Math(MathError),
} relayed {
    Token(PSP22Error),
});
