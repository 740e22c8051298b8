//! The insurance fund: the first loss of a deal, ahead of its residual class.
//!
//! Backers bring cash. When a settlement finds that loans were written off, the fund pays for it, up to its limits, from its
//! reserve first and then from all stakes in proportion: [`finance::insurance`]. What a deal puts aside for insurance
//! (penalties of liquidations, a share of interest, remainders of rounding) is the backers' income: theirs at once,
//! and never at risk.
//!
//! A backer who wants to leave says so, waits for a cool-down during which his stake still bears losses, and then has
//! a window in which to withdraw. Losses that are visible but not realised, such as debt in auctions beyond its mark, cannot
//! hold him: he may wait for their end, or leave at what his stake would be worth had all of them come true.

use crate::calls::CallError;
use crate::collateral_vault::VaultError;
use crate::liquidation_engine::EngineError;
use crate::relayed::Relayed;
use crate::tranche_pool::PoolError;
use crate::types::{AccountId, Balance, PositionId};
use finance::insurance::{Fund, Loss, Rules};
use finance::{MathError, Timestamp};
use psp22::PSP22Error;

/// What a fund is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct FundTerms {
    /// The PSP22 token of the pool.
    pub cash: AccountId,
    /// Its target, limits and times.
    pub rules: Rules,
}

/// The contracts whose losses are covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Insured {
    /// Asks for cover, and takes what is recovered beyond it.
    pub pool: AccountId,
    /// Knows what was written off, and what may be.
    pub vault: AccountId,
    /// Owes the penalties.
    pub engine: AccountId,
}

/// What a fund is and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct FundBooks {
    /// Who may name the contracts that are insured, once.
    pub deployer: AccountId,
    /// Valid, and never changed.
    pub terms: FundTerms,
    /// Empty until named, then never changed.
    pub insured: Option<Insured>,
    /// Where the cash is.
    pub fund: Fund,
    /// Cash that was credited and not paid out: the fund's total.
    pub held: Balance,
    /// Losses so far: the number of the next one.
    pub loss_count: u32,
}

/// A backer's wish to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Withdrawal {
    /// How much of his stake, in base units of cash.
    pub amount: Balance,
    /// From when on he may withdraw.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What a backer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Backing {
    /// At risk, in base units of cash.
    pub stake: Balance,
    /// Income to be claimed, in base units of cash.
    pub income: Balance,
    /// What he asked to take out.
    pub withdrawal: Option<Withdrawal>,
}

/// A fund of first losses. Amounts are base units of cash.
#[ink::trait_definition]
pub trait InsuranceFund {
    /// Names the pool whose losses are covered, and the vault and the engine they come from. Once, by the deployer.
    ///
    /// # Errors
    /// [`FundError::NotTheDeployer`], [`FundError::AlreadyBound`].
    #[ink(message)]
    fn bind(
        &mut self,
        pool: AccountId,
        vault: AccountId,
        engine: AccountId,
    ) -> Result<(), FundError>;

    /// Adds `amount`, taken from the caller's allowance to the fund, to his stake. What was earned before is collected first: it
    /// is for those who bore the risk. A withdrawal that was requested is to be requested anew.
    ///
    /// # Events
    /// [`Collected`], [`StakeChanged`].
    ///
    /// # Errors
    /// [`FundError::NotBound`], [`FundError::TooSmall`], [`FundError::TargetReached`], [`FundError::Token`],
    /// [`FundError::Call`], [`FundError::Math`].
    #[ink(message)]
    fn deposit(&mut self, amount: Balance) -> Result<(), FundError>;

    /// Begins the cool-down after which the caller may withdraw up to `amount` of his stake. Takes the place of what he asked
    /// before; zero asks for nothing. Returns when he may withdraw, and until when.
    ///
    /// # Events
    /// [`WithdrawalRequested`].
    ///
    /// # Errors
    /// [`FundError::InsufficientStake`], [`FundError::Math`].
    #[ink(message)]
    fn request_withdrawal(&mut self, amount: Balance) -> Result<Withdrawal, FundError>;

    /// Pays the caller what he asked to withdraw, if it is at least `minimum`: losses that are visible now count as if all
    /// had come true. Returns what is paid.
    ///
    /// # Events
    /// [`StakeChanged`].
    ///
    /// # Errors
    /// [`FundError::NotBound`], [`FundError::NothingRequested`], [`FundError::OutsideWindow`],
    /// [`FundError::BelowMinimum`], [`FundError::Token`], [`FundError::Call`], [`FundError::Math`].
    #[ink(message)]
    fn withdraw(&mut self, minimum: Balance) -> Result<Balance, FundError>;

    /// Pays a backer his income. Anybody may call it, nothing can stop it. Returns how much it is.
    ///
    /// # Events
    /// [`IncomeClaimed`].
    ///
    /// # Errors
    /// [`FundError::NothingDue`], [`FundError::Token`], [`FundError::Math`].
    #[ink(message)]
    fn claim(&mut self, backer: AccountId) -> Result<Balance, FundError>;

    /// Collects what the pool and the engine owe to insurance, and counts what was sent here besides: income. Anybody
    /// may call it. Returns how much it is.
    ///
    /// # Events
    /// [`Collected`], if it is anything.
    ///
    /// # Errors
    /// [`FundError::NotBound`], [`FundError::Token`], [`FundError::Call`], [`FundError::Math`].
    #[ink(message)]
    fn collect(&mut self) -> Result<Balance, FundError>;

    /// Pays the pool for a loss of `lost`, the last of the `written_off` it ever had. For the pool alone, within a
    /// settlement. Returns what it was paid.
    ///
    /// # Events
    /// [`LossCovered`].
    ///
    /// # Errors
    /// [`FundError::NotThePool`], [`FundError::Token`], [`FundError::Call`], [`FundError::Math`].
    #[ink(message)]
    fn cover(&mut self, lost: Balance, written_off: Balance) -> Result<Balance, FundError>;

    /// What [`InsuranceFund::cover`] would pay now.
    ///
    /// # Errors
    /// [`FundError::Math`].
    #[ink(message)]
    fn coverable(&self, lost: Balance) -> Result<Balance, FundError>;

    /// Pays `amount`, from the caller's allowance to the fund, towards what was written off of a position: to the fund until it
    /// has back what it paid for it, then to the pool. Anybody may pay; [`FundError::ExceedsLoss`] tells how much there is to
    /// be paid. Returns what the fund keeps.
    ///
    /// # Events
    /// [`LossRecovered`].
    ///
    /// # Errors
    /// [`FundError::NotBound`], [`FundError::ZeroAmount`], [`FundError::NothingWrittenOff`], [`FundError::NotSettled`],
    /// [`FundError::ExceedsLoss`], [`FundError::Token`], [`FundError::Call`], [`FundError::Math`].
    #[ink(message)]
    fn recover(&mut self, position: PositionId, amount: Balance) -> Result<Balance, FundError>;

    /// Gives what the reserve holds beyond the target to the pool. Anybody may call it. Returns how much it is.
    ///
    /// # Events
    /// The pool's [`CashContributed`](crate::tranche_pool::CashContributed).
    ///
    /// # Errors
    /// [`FundError::NotBound`], [`FundError::Token`], [`FundError::Pool`], [`FundError::Call`], [`FundError::Math`].
    #[ink(message)]
    fn return_overflow(&mut self) -> Result<Balance, FundError>;

    /// What the fund is and has.
    #[ink(message)]
    fn books(&self) -> FundBooks;

    /// What `backer` has.
    ///
    /// # Errors
    /// [`FundError::Math`].
    #[ink(message)]
    fn backing(&self, backer: AccountId) -> Result<Backing, FundError>;

    /// Losses that are visible but not settled: written off since the last settlement, and debt in auctions beyond
    /// its mark.
    ///
    /// # Errors
    /// [`FundError::NotBound`], [`FundError::Call`].
    #[ink(message)]
    fn exposure(&self) -> Result<Balance, FundError>;

    /// The losses that settlements realised, in order: the one of that number.
    #[ink(message)]
    fn loss(&self, number: u32) -> Option<Loss>;
}

/// A stake grew or shrank.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct StakeChanged {
    /// Whose.
    #[ink(topic)]
    pub backer: AccountId,
    /// Paid in.
    pub deposited: Balance,
    /// Taken out of the stake.
    pub withdrawn: Balance,
    /// Paid for that; the rest stays in the reserve.
    pub paid: Balance,
    /// The stake now.
    pub stake: Balance,
}

/// A backer asked to withdraw.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct WithdrawalRequested {
    /// Who.
    #[ink(topic)]
    pub backer: AccountId,
    /// What, and when he may.
    pub withdrawal: Withdrawal,
}

/// A backer was paid his income.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct IncomeClaimed {
    /// Whom.
    #[ink(topic)]
    pub backer: AccountId,
    /// How much.
    pub amount: Balance,
}

/// The fund earned.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct Collected {
    /// How much.
    pub amount: Balance,
}

/// A loss was realised, and paid for as far as the limits and the capital allow.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct LossCovered {
    /// Its number.
    #[ink(topic)]
    pub number: u32,
    /// How much it was, and how much was paid.
    pub loss: Loss,
}

/// Something was paid towards what had been written off.
#[ink::event]
#[derive(Debug, PartialEq, Eq)]
pub struct LossRecovered {
    /// Of which position.
    #[ink(topic)]
    pub position: PositionId,
    /// Who paid.
    pub payer: AccountId,
    /// How much.
    pub amount: Balance,
    /// What of it the fund keeps; the rest went to the pool.
    pub kept: Balance,
}

/// Why the fund refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum FundError {
    /// Only the account that deployed the fund may do this.
    NotTheDeployer,
    /// Pool, vault and engine are named already.
    AlreadyBound,
    /// Pool, vault and engine are not named yet.
    NotBound,
    /// Only the pool may do this.
    NotThePool,
    /// A target, a limit, a period or a window of zero, a smallest stake below [`finance::insurance::least_stake`] or above
    /// the target, or a target above [`finance::insurance::HIGHEST_TARGET`].
    InvalidRules,
    /// An amount of zero.
    ZeroAmount,
    /// The stake would be less than the smallest one.
    TooSmall {
        /// That is this.
        minimum: Balance,
    },
    /// The fund's capital would exceed its target.
    TargetReached {
        /// How much more it takes.
        room: Balance,
    },
    /// The stake is smaller.
    InsufficientStake {
        /// It is this.
        stake: Balance,
    },
    /// No withdrawal was requested: see [`InsuranceFund::request_withdrawal`].
    NothingRequested,
    /// Not the time to withdraw: wait for it, or, if it is over, request the withdrawal anew.
    OutsideWindow {
        /// It begins then.
        from: Timestamp,
        /// It ends then.
        until: Timestamp,
    },
    /// Less would be paid than the minimum: wait for the end of the auctions, or accept less.
    BelowMinimum {
        /// This much.
        paid: Balance,
    },
    /// Nothing to be paid.
    NothingDue,
    /// Nothing of the position was written off.
    NothingWrittenOff,
    /// The write-off was not settled yet: close the epoch first.
    NotSettled,
    /// More than what is left of the write-off.
    ExceedsLoss {
        /// That is this.
        left: Balance,
    },
    /// The accounts do not add up: a fault of the contract, never of the caller.
    NotConserved,
    /// The cash token refused: balance or allowance too small.
    Token(Relayed<PSP22Error>),
    /// The pool refused.
    Pool(Relayed<PoolError>),
    /// The vault refused.
    Vault(Relayed<VaultError>),
    /// The liquidation engine refused.
    Engine(Relayed<EngineError>),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::decode_fields!(
    FundTerms { cash, rules }
    Insured { pool, vault, engine }
    FundBooks { deployer, terms, insured, fund, held, loss_count }
    Withdrawal { amount, from, until }
);

crate::wrap_errors!(FundError {
    Call(CallError),
    Math(MathError),
} relayed {
    Token(PSP22Error),
    Pool(PoolError),
    Vault(VaultError),
    Engine(EngineError),
});
