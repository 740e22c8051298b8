//! Custody of cash, tranches, orders, epochs and the waterfall.

use crate::calls::CallError;
use crate::collateral_vault::Portfolio;
use crate::types::{AccountId, Balance, TrancheId};
use finance::fills::Fill;
use finance::{MathError, Period, Ratio, Timestamp};
use ink::prelude::vec::Vec;
use psp22::PSP22Error;

/// What a pool is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct PoolTerms {
    /// The PSP22 token that investors pay and are paid in.
    pub cash: AccountId,
    /// From the most senior to the residual; two to [`finance::MAX_TRANCHES`].
    pub tranches: Vec<TrancheTerms>,
    /// The least time between two settlements.
    pub epoch_length: Period,
    /// The share of the pool's value that draws must leave as cash.
    pub liquidity_buffer: Ratio,
    /// Who may collect the penalties of liquidations.
    pub penalty_beneficiary: AccountId,
}

/// The terms of one tranche.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct TrancheTerms {
    /// Growth of the claim on the deployed share, nominal per year; at most one, zero for the residual.
    pub target_rate: Ratio,
    /// The least subordination that fills and draws leave; below one, zero for the residual.
    pub minimum_subordination: Ratio,
    /// The most the class may be worth after a deposit, in base units of cash.
    pub cap: Balance,
}

/// Where the pool's cash is, in base units. Each unit that was credited is in exactly one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Books {
    /// Credited since the start.
    pub received: Balance,
    /// Paid out since the start.
    pub sent: Balance,
    /// The pool's own: what can be lent, or pay redemptions.
    pub cash: Balance,
    /// Deposit orders that wait: their owners'.
    pub orders: Balance,
    /// Settled redemptions not yet claimed: their owners', and what rounding left of them.
    pub claims: Balance,
    /// Penalties of liquidations: the beneficiary's.
    pub penalties: Balance,
    /// Value that no class owns: left in a residual class without holders.
    pub dust: Balance,
}

/// A tranche as last settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct TrancheView {
    /// Its token.
    pub token: AccountId,
    /// Its terms.
    pub terms: TrancheTerms,
    /// What it is owed now; the residual's is zero.
    pub claim: Balance,
    /// What it was worth at the last settlement, after fills.
    pub value: Balance,
    /// Its tokens in existence.
    pub supply: Balance,
    /// Cash waiting to enter.
    pub deposits: Balance,
    /// Tokens waiting to leave.
    pub redemptions: Balance,
}

/// Where one owner's orders in one tranche stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct OrderView {
    /// Cash waiting to enter.
    pub pending_deposit: Balance,
    /// Tokens waiting to leave.
    pub pending_redemption: Balance,
    /// Tokens issued and not yet claimed.
    pub claimable_tokens: Balance,
    /// Cash paid and not yet claimed.
    pub claimable_cash: Balance,
}

/// A settlement, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Settlement {
    /// The epoch that it ends.
    pub epoch: u32,
    /// When.
    pub settled_at: Timestamp,
    /// What the loans are worth.
    pub portfolio: Portfolio,
    /// The pool's cash before fills, in base units.
    pub cash_before: Balance,
    /// The pool's cash after fills.
    pub cash_after: Balance,
    /// Cash plus portfolio before fills.
    pub value_before: Balance,
    /// Cash plus portfolio after fills: the sum of the classes' values.
    pub value_after: Balance,
    /// Cash that no class owns and that moves to the dust account.
    pub dust: Balance,
    /// The tranches, most senior first.
    pub tranches: Vec<TrancheSettlement>,
}

/// What a settlement does to one tranche.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct TrancheSettlement {
    /// What it is owed before fills, growth included.
    pub claim_before: Balance,
    /// What it is owed after fills.
    pub claim_after: Balance,
    /// What the waterfall gives it: `min(claim, what is left after the classes above)`.
    pub value_before: Balance,
    /// What it is worth after fills.
    pub value_after: Balance,
    /// Its tokens after fills.
    pub supply_after: Balance,
    /// Orders filled.
    pub fill: Fill,
    /// Value strictly below it ÷ pool value, after fills.
    pub subordination: Ratio,
}

/// A payment that the vault collects for the pool, in base units of cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Payment {
    /// Who pays, from his allowance to the pool.
    pub payer: AccountId,
    /// Towards debt: the pool's own.
    pub debt: Balance,
    /// Towards a penalty: the beneficiary's.
    pub penalty: Balance,
}

/// A pool of cash and loans, owned in classes.
///
/// Claiming and cancelling need no price, no vault and nobody's permission.
#[ink::trait_definition]
pub trait TranchePool {
    /// Names the tranche tokens, most senior first, and the vault. Once, by the deployer.
    ///
    /// # Errors
    /// [`PoolError::NotTheDeployer`], [`PoolError::AlreadyBound`], [`PoolError::InvalidTranches`].
    #[ink(message)]
    fn bind(&mut self, tokens: Vec<AccountId>, vault: AccountId) -> Result<(), PoolError>;

    /// Orders a deposit of `amount` cash, taken from the caller's allowance at once. Adds to an order
    /// that waits already.
    ///
    /// # Events
    /// [`DepositRequested`].
    ///
    /// # Errors
    /// [`PoolError::ZeroAmount`], [`PoolError::UnknownTranche`], [`PoolError::NotBound`],
    /// [`PoolError::Token`], [`PoolError::Math`] beyond the range of amounts.
    #[ink(message)]
    fn request_deposit(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), PoolError>;

    /// Orders the redemption of `amount` tranche tokens, taken from the caller's allowance at once. Adds
    /// to an order that waits already.
    ///
    /// # Events
    /// [`RedemptionRequested`].
    ///
    /// # Errors
    /// As [`TranchePool::request_deposit`].
    #[ink(message)]
    fn request_redeem(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), PoolError>;

    /// Takes back what is unfilled of the caller's deposit order. Returns the cash paid back.
    ///
    /// # Events
    /// [`OrderCancelled`].
    ///
    /// # Errors
    /// [`PoolError::NothingToCancel`], [`PoolError::UnknownTranche`], [`PoolError::NotBound`],
    /// [`PoolError::Token`].
    #[ink(message)]
    fn cancel_deposit(&mut self, tranche: TrancheId) -> Result<Balance, PoolError>;

    /// Takes back what is unfilled of the caller's redemption order. Returns the tokens given back.
    ///
    /// # Events
    /// [`OrderCancelled`].
    ///
    /// # Errors
    /// As [`TranchePool::cancel_deposit`].
    #[ink(message)]
    fn cancel_redeem(&mut self, tranche: TrancheId) -> Result<Balance, PoolError>;

    /// Sends `owner` the tokens and the cash that settlements gave him in one tranche. Anybody may call
    /// it; nothing can pause it.
    ///
    /// # Events
    /// [`Claimed`].
    ///
    /// # Errors
    /// [`PoolError::NothingToClaim`], [`PoolError::UnknownTranche`], [`PoolError::NotBound`],
    /// [`PoolError::Token`].
    #[ink(message)]
    fn claim(&mut self, tranche: TrancheId, owner: AccountId) -> Result<OrderView, PoolError>;

    /// Ends the epoch: accrue, value, waterfall, fills, mint or burn, all at once. Anybody may call it
    /// when the epoch's time is over. While a loan is in auction no deposit fills; while the price behind a
    /// loan is frozen no order fills.
    ///
    /// # Events
    /// [`EpochSettled`], and [`TrancheSettled`] for every tranche.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::EpochNotOver`], [`PoolError::Call`], [`PoolError::Math`].
    #[ink(message)]
    fn close_epoch(&mut self) -> Result<Settlement, PoolError>;

    /// What [`TranchePool::close_epoch`] would do now, whether or not the epoch's time is over.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::Call`], [`PoolError::Math`].
    #[ink(message)]
    fn preview_settlement(&self) -> Result<Settlement, PoolError>;

    /// Pays `amount` of the pool's cash to an originator. For the vault alone, which passes the portfolio
    /// as it is *after* the draw.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::NotTheVault`], [`PoolError::InsufficientCash`],
    /// [`PoolError::ThinSubordination`], [`PoolError::Token`].
    #[ink(message)]
    fn draw(
        &mut self,
        originator: AccountId,
        amount: Balance,
        portfolio: Portfolio,
    ) -> Result<(), PoolError>;

    /// Takes a payment on debt. For the vault alone, which passes the portfolio as it is *after* it.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::NotTheVault`], [`PoolError::Token`].
    #[ink(message)]
    fn collect(&mut self, payment: Payment, portfolio: Portfolio) -> Result<(), PoolError>;

    /// Sends the penalties collected so far to their beneficiary. Anybody may call it.
    ///
    /// # Events
    /// [`PenaltiesPaid`].
    ///
    /// # Errors
    /// [`PoolError::NothingToClaim`], [`PoolError::Token`].
    #[ink(message)]
    fn pay_penalties(&mut self) -> Result<Balance, PoolError>;

    /// The terms of the deal.
    ///
    /// # Errors
    /// None once deployed.
    #[ink(message)]
    fn terms(&self) -> Result<PoolTerms, PoolError>;

    /// The number of the running epoch, and when it may be closed.
    #[ink(message)]
    fn epoch(&self) -> (u32, Timestamp);

    /// All tranches as last settled, most senior first.
    #[ink(message)]
    fn tranches(&self) -> Vec<TrancheView>;

    /// Where the cash is.
    #[ink(message)]
    fn books(&self) -> Books;

    /// Cash at the pool's address beyond what the books were credited: donations.
    ///
    /// # Errors
    /// [`PoolError::Call`].
    #[ink(message)]
    fn unattributed(&self) -> Result<Balance, PoolError>;

    /// Where the orders of `owner` in one tranche stand.
    ///
    /// # Errors
    /// [`PoolError::UnknownTranche`].
    #[ink(message)]
    fn order(&self, tranche: TrancheId, owner: AccountId) -> Result<OrderView, PoolError>;

    /// Cash that could be drawn now as far as liquidity goes: cash less the buffer and less the value of
    /// waiting redemptions.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::Call`], [`PoolError::Math`].
    #[ink(message)]
    fn drawable_cash(&self) -> Result<Balance, PoolError>;
}

/// A deposit was ordered.
#[ink::event]
pub struct DepositRequested {
    /// Whose order.
    #[ink(topic)]
    pub owner: AccountId,
    /// The tranche.
    #[ink(topic)]
    pub tranche: TrancheId,
    /// Cash added to the order, in base units.
    pub amount: Balance,
    /// Cash waiting in the order now.
    pub pending: Balance,
}

/// A redemption was ordered.
#[ink::event]
pub struct RedemptionRequested {
    /// Whose order.
    #[ink(topic)]
    pub owner: AccountId,
    /// The tranche.
    #[ink(topic)]
    pub tranche: TrancheId,
    /// Tokens added to the order, in base units.
    pub amount: Balance,
    /// Tokens waiting in the order now.
    pub pending: Balance,
}

/// The unfilled part of an order was taken back.
#[ink::event]
pub struct OrderCancelled {
    /// Whose order.
    #[ink(topic)]
    pub owner: AccountId,
    /// The tranche.
    #[ink(topic)]
    pub tranche: TrancheId,
    /// Cash paid back.
    pub cash: Balance,
    /// Tokens given back.
    pub tokens: Balance,
}

/// Settled tokens and cash went to their owner.
#[ink::event]
pub struct Claimed {
    /// The owner.
    #[ink(topic)]
    pub owner: AccountId,
    /// The tranche.
    #[ink(topic)]
    pub tranche: TrancheId,
    /// Tokens sent.
    pub tokens: Balance,
    /// Cash sent.
    pub cash: Balance,
}

/// An epoch was settled.
#[ink::event]
pub struct EpochSettled {
    /// The epoch.
    #[ink(topic)]
    pub epoch: u32,
    /// When.
    pub settled_at: Timestamp,
    /// What the loans are worth.
    pub portfolio: Portfolio,
    /// The pool's cash before fills.
    pub cash_before: Balance,
    /// The pool's cash after fills.
    pub cash_after: Balance,
    /// Pool value before fills.
    pub value_before: Balance,
    /// Pool value after fills.
    pub value_after: Balance,
    /// Cash moved to the dust account.
    pub dust: Balance,
}

/// A tranche was settled.
#[ink::event]
pub struct TrancheSettled {
    /// The epoch.
    #[ink(topic)]
    pub epoch: u32,
    /// The tranche.
    #[ink(topic)]
    pub tranche: TrancheId,
    /// What was done to it.
    pub settlement: TrancheSettlement,
}

/// An originator was paid a draw.
#[ink::event]
pub struct FundsDrawn {
    /// Who drew.
    #[ink(topic)]
    pub originator: AccountId,
    /// How much, in base units of cash.
    pub amount: Balance,
    /// The pool's cash now.
    pub cash: Balance,
}

/// A payment on debt arrived.
#[ink::event]
pub struct PaymentCollected {
    /// Who paid.
    #[ink(topic)]
    pub payer: AccountId,
    /// Towards debt, in base units of cash.
    pub debt: Balance,
    /// Towards a penalty.
    pub penalty: Balance,
    /// The pool's cash now.
    pub cash: Balance,
}

/// Penalties went to their beneficiary.
#[ink::event]
pub struct PenaltiesPaid {
    /// The beneficiary.
    #[ink(topic)]
    pub beneficiary: AccountId,
    /// How much, in base units of cash.
    pub amount: Balance,
}

/// Why the pool refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum PoolError {
    /// Only the account that deployed the pool may do this.
    NotTheDeployer,
    /// Tokens and vault are named already.
    AlreadyBound,
    /// Tokens and vault are not named yet.
    NotBound,
    /// Only the vault may do this.
    NotTheVault,
    /// An amount of zero.
    ZeroAmount,
    /// No tranche has this number.
    UnknownTranche,
    /// No unfilled order.
    NothingToCancel,
    /// Nothing settled that was not claimed.
    NothingToClaim,
    /// The epoch's time is not over.
    EpochNotOver {
        /// When it will be.
        ends_at: Timestamp,
    },
    /// Less cash can be drawn.
    InsufficientCash {
        /// How much can be, in base units.
        drawable: Balance,
    },
    /// A class would have less than its minimum subordination.
    ThinSubordination {
        /// The class.
        tranche: TrancheId,
    },
    /// Not two to [`finance::MAX_TRANCHES`] tranches, a residual with a rate or a minimum, or a number
    /// of tokens that differs from the number of tranches.
    InvalidTranches,
    /// A minimum subordination or liquidity buffer of one or more, or a target rate above one.
    InvalidRatio,
    /// An epoch length of zero.
    InvalidEpochLength,
    /// The accounts do not add up: a fault of the contract, never of the caller.
    NotConserved,
    /// A token refused: balance or allowance too small.
    Token(PSP22Error),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::wrap_errors!(PoolError {
    Token(PSP22Error),
    Call(CallError),
    Math(MathError),
});
