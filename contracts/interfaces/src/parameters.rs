//! The only store of risk parameters, each within bounds fixed in code.

use crate::types::{AccountId, Balance, CollateralId};
use finance::interest::PaceCurve;
use finance::{Period, Timestamp};
use ink::prelude::vec::Vec;

pub use finance::parameters::{
    AuctionParameters, Bounds, Broken, CollateralParameters, CollateralTerms, Course,
    DealParameters, Parameter, Pause, Refusal, Rule,
};

/// What a store of parameters is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ParametersTerms {
    /// The account that may change parameters.
    pub governor: AccountId,
    /// The account that may tighten, pause, and cancel what waits.
    pub guardian: AccountId,
    /// How long a lowered liquidation LTV takes to come into force, a day to ninety days. Never changes: loans are made
    /// on it.
    pub ramp: Period,
    /// What holds for the whole deal.
    pub deal: DealParameters,
    /// The collateral types, in the order of the vault's listing.
    pub collateral: Vec<CollateralTerms>,
}

/// Whose parameter is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Scope {
    /// The deal's.
    Deal,
    /// A collateral type's.
    Collateral(CollateralId),
    /// An originator's: a ceiling of his own.
    Originator(AccountId),
}

impl From<CollateralId> for Scope {
    fn from(id: CollateralId) -> Self {
        Self::Collateral(id)
    }
}

/// All that the vault needs to judge one loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Lending {
    /// The parameters of the collateral type in force now. It is not open while draws are paused.
    pub parameters: CollateralParameters,
    /// How fast the clock of interest runs.
    pub curve: PaceCurve,
    /// The most principal that the originator may owe altogether, in base units of cash.
    pub originator_ceiling: Balance,
    /// Whether withdrawals of collateral that backs debt are paused.
    pub holds_collateral: bool,
}

/// What a guardian may pause, each for at most [`Pause::LONGEST`]. Nothing else can be paused here: repayments, added
/// collateral, claims and cancelled orders never; auctions have the engine's breaker, which stops their clock too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Pausable {
    /// Draws.
    Draws,
    /// Withdrawals of collateral that backs debt.
    Withdrawals,
}

/// Who may do what: nobody else may do anything, whoever deployed the contract included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Powers {
    /// Sets parameters, adds collateral types, arms pauses, names the guardian and its own successor.
    pub governor: AccountId,
    /// Becomes the governor as soon as it accepts.
    pub successor: Option<AccountId>,
    /// Tightens, pauses, and cancels what waits.
    pub guardian: AccountId,
    /// How long a lowered liquidation LTV takes to come into force.
    pub ramp: Period,
    /// The collateral types that there are, retired ones included.
    pub types: u32,
    /// Of draws.
    pub draws: Pause,
    /// Of withdrawals.
    pub withdrawals: Pause,
}

/// Bounded risk parameters.
///
/// A change that tightens is in force at once; one that loosens, and one without a safe side, waits out the deal's
/// timelock, in which the guardian or the governor may cancel it. Within a day no parameter goes further than its largest
/// step. A lowered liquidation LTV comes into force in a straight line over the deal's ramp, so that no position becomes
/// liquidatable at once. Readers get what is in force when they ask: nobody has to put a change into effect.
#[ink::trait_definition]
pub trait Parameters {
    /// What the vault needs to judge a loan of `originator`, with the liquidation LTV that is in force now.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn lending(
        &self,
        collateral: CollateralId,
        originator: AccountId,
    ) -> Result<Lending, ParametersError>;

    /// How lots of a collateral type are sold.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn auction(&self, collateral: CollateralId) -> Result<AuctionParameters, ParametersError>;

    /// All parameters of a collateral type: a liquidation LTV may still be on its way down to this one.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn collateral(&self, collateral: CollateralId) -> Result<CollateralTerms, ParametersError>;

    /// What holds for the whole deal.
    #[ink(message)]
    fn deal(&self) -> DealParameters;

    /// The changes that wait in a scope: none for what is not known.
    #[ink(message)]
    fn waiting(&self, scope: Scope) -> Vec<(Parameter, Course)>;

    /// Who may do what, and what is paused.
    #[ink(message)]
    fn powers(&self) -> Powers;

    /// Sets one parameter, in its unit. Returns when it takes effect. The guardian may tighten only, and closes no type.
    /// An originator's ceiling starts from the deal's.
    ///
    /// # Events
    /// [`ParameterSet`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`], [`ChangeError::OnlyTightens`], [`ChangeError::Unknown`],
    /// [`ChangeError::Refused`], [`ChangeError::Contradiction`].
    #[ink(message)]
    fn set(
        &mut self,
        scope: Scope,
        parameter: Parameter,
        value: u128,
    ) -> Result<Timestamp, ChangeError>;

    /// Cancels the change of a parameter that waits. By the governor or the guardian.
    ///
    /// # Events
    /// [`ParameterSet`] to the value it has.
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`], [`ChangeError::Unknown`], [`ChangeError::NothingWaits`],
    /// [`ChangeError::Contradiction`] (something else waits that relies on it: cancel that first).
    #[ink(message)]
    fn cancel(&mut self, scope: Scope, parameter: Parameter) -> Result<(), ChangeError>;

    /// Adds a collateral type, which opens after the deal's timelock if it is to be open at all. By the governor.
    ///
    /// # Events
    /// [`CollateralAdded`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`], [`ChangeError::TooManyCollateralTypes`], [`ChangeError::OutOfBounds`],
    /// [`ChangeError::Contradiction`].
    #[ink(message)]
    fn add_collateral(&mut self, terms: CollateralTerms) -> Result<CollateralId, ChangeError>;

    /// Pauses an action for `period`, at most [`Pause::LONGEST`]. By the guardian or the governor, once: the governor has to
    /// arm it before it can be used again.
    ///
    /// # Events
    /// [`PauseSet`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`], [`ChangeError::PauseUsed`].
    #[ink(message)]
    fn pause(&mut self, action: Pausable, period: Period) -> Result<(), ChangeError>;

    /// Ends the pause of an action and lets it be used again. By the governor.
    ///
    /// # Events
    /// [`PauseSet`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`].
    #[ink(message)]
    fn arm(&mut self, action: Pausable) -> Result<(), ChangeError>;

    /// Names the guardian and whoever may become the governor by accepting it: nobody for a governor that stays. By the
    /// governor.
    ///
    /// # Events
    /// [`PowersNamed`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`].
    #[ink(message)]
    fn name(
        &mut self,
        guardian: AccountId,
        successor: Option<AccountId>,
    ) -> Result<(), ChangeError>;

    /// Makes the caller the governor. By the named successor.
    ///
    /// # Events
    /// [`PowersNamed`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`].
    #[ink(message)]
    fn accept(&mut self) -> Result<(), ChangeError>;
}

/// A parameter was set, or a change that waited cancelled.
#[ink::event]
pub struct ParameterSet {
    /// Whose.
    #[ink(topic)]
    pub scope: Scope,
    /// The parameter.
    pub parameter: Parameter,
    /// What it was decided to be until now.
    pub old: u128,
    /// The value from `at` on; a liquidation LTV that is lowered reaches it at the end of the ramp.
    pub new: u128,
    /// When it takes effect.
    pub at: Timestamp,
    /// Who set it.
    pub by: AccountId,
}

/// A collateral type was added.
#[ink::event]
pub struct CollateralAdded {
    /// The collateral type.
    #[ink(topic)]
    pub collateral: CollateralId,
    /// Its parameters.
    pub terms: CollateralTerms,
    /// When it opens, if it is to be open.
    pub opens_at: Timestamp,
}

/// A pause was used, or ended and armed.
#[ink::event]
pub struct PauseSet {
    /// What is paused.
    pub action: Pausable,
    /// Until when; zero if it was armed.
    pub until: Timestamp,
    /// Who did it.
    pub by: AccountId,
}

/// Powers were named or accepted.
#[ink::event]
pub struct PowersNamed {
    /// The governor from now on.
    pub governor: AccountId,
    /// Who may become it.
    pub successor: Option<AccountId>,
    /// The guardian from now on.
    pub guardian: AccountId,
}

/// Why there is no answer. Apart from [`ChangeError`], which readers need not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ParametersError {
    /// No collateral type has this number.
    UnknownCollateral,
}

/// Why a change was refused, or a store not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ChangeError {
    /// The caller may not do this.
    NotPermitted,
    /// The guardian may only tighten, and closes no type: this takes the governor.
    OnlyTightens,
    /// There is no such collateral type, or the scope has no such parameter.
    Unknown,
    /// A value that was to be the first lies outside its bounds.
    OutOfBounds {
        /// The parameter.
        parameter: Parameter,
        /// Its bounds.
        bounds: Bounds,
    },
    /// The value itself.
    Refused(Refusal),
    /// Parameters would contradict one another, now or when what waits comes due.
    Contradiction(Broken),
    /// No change of this parameter waits.
    NothingWaits,
    /// The pause was used: the governor has to arm it first.
    PauseUsed,
    /// A ramp outside a day to ninety days.
    InvalidRamp,
    /// More collateral types than the vault can hold.
    TooManyCollateralTypes,
}

crate::wrap_errors!(ChangeError {
    Refused(Refusal),
    Contradiction(Broken),
});
