//! Orders, epochs, and what settlements owe to investors. Orders, claims and operators: [`crate::async_vault`].

use crate::async_vault::AsyncVaultError;
use crate::calls::CallError;
use crate::relayed::Relayed;
use crate::tranche_pool::{PoolError, Settlement};
use crate::types::{AccountId, Balance, Hash, TrancheId};
use finance::settlement::Phase;
use finance::{MathError, Period, Timestamp};
use ink::prelude::vec::Vec;
use psp22::PSP22Error;

/// What a transfer agent is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct AgentTerms {
    /// The PSP22 token that investors pay and are paid in.
    pub cash: AccountId,
    /// The pool whose tranches are sold.
    pub pool: AccountId,
    /// How many tranches it has.
    pub tranches: u32,
    /// The least time between two settlements.
    pub epoch_length: Period,
    /// How long before the end of an epoch orders start to count for the next; shorter than the epoch.
    pub cut_off: Period,
    /// The least cash of a deposit order, and the least of any order with a limit.
    pub minimum_order: Balance,
    /// The code that runs the messages of [`TransferAgent`] on the agent's storage; it must be on the chain.
    pub back_office: Hash,
    /// Whose guardian pauses deposits.
    pub configurator: AccountId,
}

/// Where the cash in the agent's custody is, in base units. Each unit that was credited is in exactly one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct AgentBooks {
    /// Credited since the start.
    pub received: Balance,
    /// Paid out since the start.
    pub sent: Balance,
    /// Deposit orders that wait: their owners'.
    pub orders: Balance,
    /// Redemptions and distributions not yet claimed: their owners', and what rounding left of them.
    pub claims: Balance,
    /// Remainders of rounding that nobody owns, until the next settlement takes them to the pool.
    pub dust: Balance,
}

/// The running epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct EpochView {
    /// Counts settlements.
    pub number: u32,
    /// From when on orders count for the next epoch, and how recent prices must be to settle this one.
    pub cut_off_at: Timestamp,
    /// When it may be closed.
    pub ends_at: Timestamp,
    /// The state of the deal after the last settlement.
    pub phase: Phase,
    /// Until when no deposit can be ordered, by the last pause.
    pub closed_until: Timestamp,
}

/// What waits in the books of a tranche.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct BookView {
    /// The token of the tranche.
    pub token: AccountId,
    /// Cash waiting to enter, with and without a limit price.
    pub deposits: Balance,
    /// Tokens waiting to leave.
    pub redemptions: Balance,
    /// Cash ever distributed per token, scaled 1e27.
    pub index: u128,
}

/// What the next settlement would do for an order to leave, were it now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ExpectedExit {
    /// Tokens that wait.
    pub pending: Balance,
    /// How many of them would leave.
    pub leaving: Balance,
    /// The cash they would be paid.
    pub cash: Balance,
    /// What tokens of more senior classes that wait are worth: they are paid first.
    pub ahead: Balance,
    /// When the epoch may be closed.
    pub settles_at: Timestamp,
}

/// Hands out what settlements gave. Claiming needs no price, no pool and nobody's permission.
#[ink::trait_definition]
pub trait Distributions {
    /// [`AsyncVault::claim`](crate::async_vault::AsyncVault::claim) in every class, and distributions. What a token refuses to
    /// hand over stays claimable. Returns the cash sent.
    ///
    /// # Events
    /// [`Claimed`](crate::async_vault::Claimed) and [`DistributionClaimed`] for every class with anything to claim.
    ///
    /// # Errors
    /// [`AsyncVaultError::NothingClaimable`]; [`AsyncVaultError::Token`], [`AsyncVaultError::Call`] if everything was refused.
    #[ink(message)]
    fn claim_all(&mut self, owner: AccountId) -> Result<Balance, AsyncVaultError>;

    /// Sends `owner` what settlements distributed to the tokens he holds or held. Anybody may call it; nothing
    /// can pause it. Returns the cash sent.
    ///
    /// # Events
    /// [`DistributionClaimed`].
    ///
    /// # Errors
    /// [`AsyncVaultError::NothingClaimable`], [`AsyncVaultError::UnknownClass`], [`AsyncVaultError::Token`].
    #[ink(message)]
    fn claim_distribution(
        &mut self,
        tranche: TrancheId,
        owner: AccountId,
    ) -> Result<Balance, AsyncVaultError>;
}

/// Closes epochs, and tells of orders and books.
#[ink::trait_definition]
pub trait TransferAgent {
    /// Names the tranche tokens, most senior first. Once, by the deployer.
    ///
    /// # Errors
    /// [`AgentError::NotTheDeployer`], [`AgentError::AlreadyBound`], [`AgentError::InvalidTranches`],
    /// [`AgentError::NotTheIssuer`], [`AgentError::Call`].
    #[ink(message)]
    fn bind(&mut self, tokens: Vec<AccountId>) -> Result<(), AgentError>;

    /// Burns `amount` of the caller's own tokens for nothing, and their part of the claim with them, so that others may begin anew:
    /// what they were worth is left to the classes below. Tokens of the residual only if it is worth nothing even with all debt paid: it
    /// covers the classes above.
    ///
    /// # Events
    /// [`Surrendered`].
    ///
    /// # Errors
    /// [`AgentError::ZeroAmount`], [`AgentError::Order`], [`AgentError::Pool`], [`AgentError::Token`].
    #[ink(message)]
    fn surrender(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), AgentError>;

    /// Ends the epoch: accrue, fees, value, tests, distributions, fills, mint or burn, all at once. Anybody may
    /// call it when the epoch's time is over; the prices behind loans must have been reported after the cut-off.
    ///
    /// # Events
    /// [`EpochSettled`].
    ///
    /// # Errors
    /// [`AgentError::NotBound`], [`AgentError::EpochNotOver`], [`AgentError::PricesBeforeCutOff`],
    /// [`AgentError::Pool`], [`AgentError::NotConserved`], [`AgentError::Call`], [`AgentError::Math`].
    #[ink(message)]
    fn close_epoch(&mut self) -> Result<Settlement, AgentError>;

    /// What [`TransferAgent::close_epoch`] would do now, whether or not the epoch's time is over.
    ///
    /// # Errors
    /// [`AgentError::NotBound`], [`AgentError::Pool`], [`AgentError::Call`].
    #[ink(message)]
    fn preview_settlement(&self) -> Result<Settlement, AgentError>;

    /// Where the redemption order of `owner` in one tranche stands.
    ///
    /// # Errors
    /// As [`TransferAgent::preview_settlement`]; [`AgentError::Order`].
    #[ink(message)]
    fn expected_exit(
        &self,
        tranche: TrancheId,
        owner: AccountId,
    ) -> Result<ExpectedExit, AgentError>;

    /// Lets nobody order a deposit for `period`, at most [`Pause::LONGEST`](finance::parameters::Pause::LONGEST). All
    /// else goes on: what was ordered settles and can be cancelled, and whoever wants to leave does. By the guardian or the
    /// governor of the deal, once: the governor has to arm it before it can be used again.
    ///
    /// # Events
    /// [`DepositsPaused`].
    ///
    /// # Errors
    /// [`AgentError::NotPermitted`], [`AgentError::PauseUsed`], [`AgentError::Call`].
    #[ink(message)]
    fn pause_deposits(&mut self, period: Period) -> Result<(), AgentError>;

    /// Ends the pause of deposits and lets it be used again. By the governor of the deal.
    ///
    /// # Events
    /// [`DepositsPaused`].
    ///
    /// # Errors
    /// [`AgentError::NotPermitted`], [`AgentError::Call`].
    #[ink(message)]
    fn arm_deposits(&mut self) -> Result<(), AgentError>;

    /// The terms.
    ///
    /// # Errors
    /// None once deployed.
    #[ink(message)]
    fn terms(&self) -> Result<AgentTerms, AgentError>;

    /// The running epoch.
    #[ink(message)]
    fn epoch(&self) -> EpochView;

    /// What waits in every class, most senior first; nothing before tokens are named.
    #[ink(message)]
    fn classes(&self) -> Vec<BookView>;

    /// Where the cash is.
    #[ink(message)]
    fn books(&self) -> AgentBooks;

    /// Cash at the agent's address beyond what the books were credited: donations.
    ///
    /// # Errors
    /// [`AgentError::Call`].
    #[ink(message)]
    fn unattributed(&self) -> Result<Balance, AgentError>;
}

/// Distributions went to a holder.
#[ink::event]
pub struct DistributionClaimed {
    /// The holder.
    #[ink(topic)]
    pub owner: AccountId,
    /// The tranche.
    pub tranche: TrancheId,
    /// How much, in base units of cash.
    pub cash: Balance,
}

/// A holder gave up tokens and their part of the claim.
#[ink::event]
pub struct Surrendered {
    /// The holder.
    #[ink(topic)]
    pub owner: AccountId,
    /// The tranche.
    pub tranche: TrancheId,
    /// Tokens burned.
    pub tokens: Balance,
    /// What the tranche is owed less.
    pub claim: Balance,
}

/// Deposits were paused, or the pause was ended and armed.
#[ink::event]
pub struct DepositsPaused {
    /// Until when; zero if it was armed.
    pub until: Timestamp,
    /// Who did it.
    pub by: AccountId,
}

/// An epoch was settled.
#[ink::event]
pub struct EpochSettled {
    /// The epoch.
    pub epoch: u32,
    /// What was done, as [`TransferAgent::close_epoch`] returns it.
    pub settlement: Settlement,
}

/// Why the agent refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum AgentError {
    /// Only the account that deployed the agent may do this.
    NotTheDeployer,
    /// Only the governor of the deal may do this, and pause its guardian too.
    NotPermitted,
    /// The pause was used: the governor has to arm it first.
    PauseUsed,
    /// A token has another issuer, this one.
    NotTheIssuer(AccountId),
    /// The tokens are named already.
    AlreadyBound,
    /// The tokens are not named yet.
    NotBound,
    /// An amount of zero.
    ZeroAmount,
    /// The epoch's time is not over.
    EpochNotOver {
        /// When it will be.
        ends_at: Timestamp,
    },
    /// A price behind the loans was reported before the epoch's cut-off: report a newer one first.
    PricesBeforeCutOff {
        /// The cut-off.
        cut_off_at: Timestamp,
    },
    /// Not two to [`finance::MAX_TRANCHES`] tranches, or another number of tokens.
    InvalidTranches,
    /// An epoch length of zero, or a cut-off as long as the epoch.
    InvalidEpochLength,
    /// This code runs on a transfer agent's storage alone: upload it and make no instance of it.
    NoInstance,
    /// The accounts do not add up: a fault of the contract, never of the caller.
    NotConserved,
    /// An order or a claim was refused.
    Order(AsyncVaultError),
    /// The pool refused.
    Pool(Relayed<PoolError>),
    /// A token refused: balance or allowance too small.
    Token(Relayed<PSP22Error>),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::decode_fields!(
    AgentTerms { cash, pool, tranches, epoch_length, cut_off, minimum_order, back_office, configurator }
    AgentBooks { received, sent, orders, claims, dust }
);

crate::wrap_errors!(AgentError {
    Order(AsyncVaultError),
    Call(CallError),
    Math(MathError),
} relayed {
    Pool(PoolError),
    Token(PSP22Error),
});
