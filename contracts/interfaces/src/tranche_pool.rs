//! Custody of the pool's cash, classes, settlements, draws and payments. Investors deal with the
//! [transfer agent](crate::transfer_agent).

use crate::calls::CallError;
use crate::insurance_fund::FundError;
use crate::relayed::Relayed;
use crate::types::{AccountId, Balance, TrancheId};
use finance::settlement::{ClassTrace, Demand, Portfolio, State, Terms, Trace};
use finance::{MathError, Ratio, Timestamp};
use ink::prelude::vec::Vec;
use psp22::PSP22Error;

/// What a pool is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct PoolTerms {
    /// The PSP22 token that investors pay and are paid in.
    pub cash: AccountId,
    /// What settlements go by; two to [`finance::MAX_TRANCHES`] classes.
    pub deal: Terms,
    /// The share of the pool's value that draws must leave as cash.
    pub liquidity_buffer: Ratio,
    /// Cash for whoever closes an epoch, out of the fees.
    pub close_reward: Balance,
    /// Who may collect the fees.
    pub fee_beneficiary: AccountId,
    /// Whose [`Books::insurance`] is: the insurance fund, or an account that covers nothing.
    pub insurance: AccountId,
    /// Whether it is a [fund](crate::insurance_fund), which settlements ask to cover what was written off.
    pub insured: bool,
    /// The share of the interest paid that goes to insurance; at most [`finance::fees::HIGHEST_PREMIUM`].
    pub premium: Ratio,
}

/// Where the cash in the pool's custody is, in base units. Each unit that was credited is in exactly one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Books {
    /// Credited since the start.
    pub received: Balance,
    /// Paid out since the start.
    pub sent: Balance,
    /// The pool's own: what can be lent, or pay redemptions.
    pub cash: Balance,
    /// Fees set aside: their beneficiary's.
    pub fees: Balance,
    /// The insurance fund's: its share of interest, and what nobody owns, which is value left in a residual class without
    /// holders and remainders of rounding.
    pub insurance: Balance,
}

/// An account that is collected from the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Due {
    /// [`Books::fees`].
    Fees,
    /// [`Books::insurance`].
    Insurance,
}

/// A settlement, step by step: [`finance::settlement`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Settlement {
    /// When.
    pub settled_at: Timestamp,
    /// What the loans are worth.
    pub portfolio: Portfolio,
    /// What was done.
    pub trace: Trace,
    /// What was done to the tranches, most senior first.
    pub tranches: Vec<ClassTrace>,
}

/// A payment that the vault collects for the pool, in base units of cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Payment {
    /// Who pays, from his allowance to the pool.
    pub payer: AccountId,
    /// Towards principal: the pool's own.
    pub principal: Balance,
    /// Towards interest: the pool's own, and what coupons are paid from.
    pub interest: Balance,
}

/// What the pool has after it lent or was paid, in base units of cash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Funding {
    /// Cash and loans less fees owed: what the classes are worth together.
    pub value: Balance,
    /// The part of it that is cash.
    pub cash: Balance,
}

/// A pool of cash and loans, owned in classes.
#[ink::trait_definition]
pub trait TranchePool {
    /// Names the transfer agent, the vault and the waterfall. Once, by the deployer.
    ///
    /// # Errors
    /// [`PoolError::NotTheDeployer`], [`PoolError::AlreadyBound`].
    #[ink(message)]
    fn bind(
        &mut self,
        agent: AccountId,
        vault: AccountId,
        waterfall: AccountId,
    ) -> Result<(), PoolError>;

    /// Settles: accrue, fees, value, tests, distributions, fills, all at once. For the transfer agent alone, who
    /// brings the orders of every class and `dust`, cash that nobody owns; what goes to investors is sent to him, less what
    /// comes from them, which he sends if it is more. `closer` is rewarded.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::NotTheAgent`], [`PoolError::Closed`], [`PoolError::NotConserved`],
    /// [`PoolError::Token`], [`PoolError::Call`], [`PoolError::Math`].
    #[ink(message)]
    fn settle(
        &mut self,
        demand: Vec<Demand>,
        dust: Balance,
        closer: AccountId,
    ) -> Result<Settlement, PoolError>;

    /// What [`TranchePool::settle`] would do now.
    ///
    /// # Errors
    /// As [`TranchePool::settle`].
    #[ink(message)]
    fn preview(&self, demand: Vec<Demand>) -> Result<Settlement, PoolError>;

    /// Takes `burned` tokens of a class and their part of its claim away: what they were worth is left to the
    /// classes below; of the residual only if it is worth nothing even with all debt paid. For the transfer agent alone. Returns
    /// what the class is owed less.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::NotTheAgent`], [`PoolError::UnknownTranche`], [`PoolError::NotWorthless`],
    /// [`PoolError::Math`].
    #[ink(message)]
    fn surrender(&mut self, tranche: TrancheId, burned: Balance) -> Result<Balance, PoolError>;

    /// Pays `amount` of the pool's cash to an originator. For the vault alone, which passes the portfolio
    /// as it is *after* the draw. Returns what the pool has then.
    ///
    /// # Events
    /// [`FundsDrawn`].
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::NotTheVault`], [`PoolError::NotRevolving`],
    /// [`PoolError::Deficient`], [`PoolError::InsufficientCash`], [`PoolError::ThinSubordination`],
    /// [`PoolError::Token`].
    #[ink(message)]
    fn draw(
        &mut self,
        originator: AccountId,
        amount: Balance,
        portfolio: Portfolio,
    ) -> Result<Funding, PoolError>;

    /// Takes a payment on debt. For the vault alone, which passes the portfolio as it is *after* it. Returns what the
    /// pool has then.
    ///
    /// # Events
    /// [`PaymentCollected`].
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::NotTheVault`], [`PoolError::Token`].
    #[ink(message)]
    fn collect(&mut self, payment: Payment, portfolio: Portfolio) -> Result<Funding, PoolError>;

    /// Takes `amount` of cash for nothing: what insurance recovered or does not need. For the insurance fund alone, which has
    /// sent it. A pool that is closed keeps it for the fund to collect.
    ///
    /// # Events
    /// [`CashContributed`].
    ///
    /// # Errors
    /// [`PoolError::NotTheInsurer`], [`PoolError::Math`].
    #[ink(message)]
    fn contribute(&mut self, amount: Balance) -> Result<(), PoolError>;

    /// Sends what an account has to its beneficiary. Anybody may call it. Returns how much that is.
    ///
    /// # Events
    /// [`DuePaid`].
    ///
    /// # Errors
    /// [`PoolError::NothingDue`], [`PoolError::Token`].
    #[ink(message)]
    fn pay(&mut self, due: Due) -> Result<Balance, PoolError>;

    /// Compares the pool's balance of cash with its books: while it holds less, deposits and draws stop, and nothing
    /// else. Anybody may call it. Returns whether it holds less.
    ///
    /// # Errors
    /// [`PoolError::Call`].
    #[ink(message)]
    fn reconcile(&mut self) -> Result<bool, PoolError>;

    /// The terms of the deal.
    #[ink(message)]
    fn terms(&self) -> PoolTerms;

    /// What settlements carry on: the state of the deal, claims, values and supplies of the classes, fees.
    #[ink(message)]
    fn state(&self) -> State;

    /// All tokens of a class, those included that wait with the transfer agent to be claimed or redeemed; none if there is no such
    /// class.
    #[ink(message)]
    fn supply(&self, tranche: TrancheId) -> Balance;

    /// Whether less cash was found than the books say.
    #[ink(message)]
    fn is_deficient(&self) -> bool;

    /// Where the cash is.
    #[ink(message)]
    fn books(&self) -> Books;

    /// Cash at the pool's address beyond what the books were credited: donations.
    ///
    /// # Errors
    /// [`PoolError::Call`].
    #[ink(message)]
    fn unattributed(&self) -> Result<Balance, PoolError>;

    /// Cash that could be drawn now as far as liquidity goes: what the last settlement left to be lent, which is its
    /// cash less the value of redemptions it did not fill, but no more than cash less the buffer, interest collected
    /// and fees owed. What is repaid is lent from the next settlement on, so that it serves redemptions first.
    ///
    /// # Errors
    /// [`PoolError::NotBound`], [`PoolError::Call`], [`PoolError::Math`].
    #[ink(message)]
    fn drawable_cash(&self) -> Result<Balance, PoolError>;
}

/// An originator was paid a draw.
#[ink::event]
pub struct FundsDrawn {
    /// Who drew.
    pub originator: AccountId,
    /// How much, in base units of cash.
    pub amount: Balance,
    /// The pool's cash now.
    pub cash: Balance,
}

/// A payment on debt arrived.
#[ink::event]
pub struct PaymentCollected {
    /// Who paid, and for what.
    pub payment: Payment,
    /// The pool's cash now.
    pub cash: Balance,
}

/// The insurance fund gave cash to the pool.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct CashContributed {
    /// How much, in base units.
    pub amount: Balance,
    /// The pool's cash now.
    pub cash: Balance,
}

/// An account was paid to its beneficiary.
#[ink::event]
pub struct DuePaid {
    /// The account.
    pub due: Due,
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
    /// Agent, vault and waterfall are named already.
    AlreadyBound,
    /// Agent, vault and waterfall are not named yet.
    NotBound,
    /// Only the vault may do this.
    NotTheVault,
    /// Only the transfer agent may do this.
    NotTheAgent,
    /// Only the insurance fund may do this.
    NotTheInsurer,
    /// No tranche has this number.
    UnknownTranche,
    /// The residual is worth something, or would be were all debt paid: redeem its tokens instead of giving them up.
    NotWorthless,
    /// Nothing to be paid.
    NothingDue,
    /// The deal is over: nothing is left to settle. Claims stay open.
    Closed,
    /// The deal does not lend any more.
    NotRevolving,
    /// The pool holds less cash than its books say: see [`TranchePool::reconcile`].
    Deficient,
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
    /// Not two to [`finance::MAX_TRANCHES`] tranches, or a residual with a rate, a minimum or an interest cover.
    InvalidTranches,
    /// A minimum subordination or liquidity buffer of one or more, a target rate above one, or a fee or premium above
    /// its cap.
    InvalidRatio,
    /// The accounts do not add up: a fault of the contract, never of the caller.
    NotConserved,
    /// A token refused: balance or allowance too small.
    Token(Relayed<PSP22Error>),
    /// The insurance fund refused to cover a loss.
    Insurance(Relayed<FundError>),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::decode_fields!(
    Funding { value, cash }
    PoolTerms { cash, deal, liquidity_buffer, close_reward, fee_beneficiary, insurance, insured, premium }
    Books { received, sent, cash, fees, insurance }
    Settlement { settled_at, portfolio, trace, tranches }
);

crate::wrap_errors!(PoolError {
    Call(CallError),
    Math(MathError),
} relayed {
    Token(PSP22Error),
    Insurance(FundError),
});
