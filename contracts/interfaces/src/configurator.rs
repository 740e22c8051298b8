//! Who may change risk parameters, how far and how fast.

use crate::calls::{ask, CallError};
use crate::types::{AccountId, CollateralId};
use finance::{Period, Timestamp};
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use ink::primitives::Hash;

use crate::parameters::{
    Bounds, CollateralTerms, Course, DealParameters, Parameter, Parameters, ParametersError,
};
use crate::upgradeable::{UpgradeError, UpgradesView};
pub use finance::parameters::{Broken, Pause, Refusal, Rule};

/// What a store of parameters begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ParametersTerms {
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

/// What may be paused, each for at most [`Pause::LONGEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Pausable {
    /// Draws.
    Draws,
    /// Withdrawals of collateral that backs debt.
    Withdrawals,
}

/// Who may do what: nobody else may do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Powers {
    /// Sets parameters, adds collateral types, arms pauses, names the guardian and its own successor.
    pub governor: AccountId,
    /// Becomes the governor as soon as it accepts.
    pub successor: Option<AccountId>,
    /// Tightens, pauses, and cancels what waits.
    pub guardian: AccountId,
    /// Binds the store, and names the others; nobody once it is bound. Until then the others are the configurator itself.
    pub deployer: Option<AccountId>,
}

/// The only writer of a store of parameters.
///
/// A change that tightens is in force at once; one that loosens, and one without a safe side, waits out the deal's
/// timelock, in which the guardian or the governor may cancel it. Within a day no parameter goes further than its largest
/// step. A lowered liquidation LTV comes into force in a straight line over the deal's ramp, so that no position becomes
/// liquidatable at once.
#[ink::trait_definition]
pub trait Configurator {
    /// Names and fills the store, and names who governs, once. By the deployer, whose power ends with it.
    ///
    /// # Events
    /// [`PowersNamed`].
    ///
    /// # Errors
    /// [`ChangeError::NotPermitted`], [`ChangeError::TooManyCollateralTypes`], [`ChangeError::OutOfBounds`],
    /// [`ChangeError::Contradiction`], [`ChangeError::Store`].
    #[ink(message)]
    fn bind(
        &mut self,
        store: AccountId,
        terms: ParametersTerms,
        governor: AccountId,
        guardian: AccountId,
    ) -> Result<(), ChangeError>;

    /// The store, once it is bound.
    #[ink(message)]
    fn store(&self) -> Option<AccountId>;

    /// The changes that wait in a scope: none for what is not known.
    #[ink(message)]
    fn waiting(&self, scope: Scope) -> Vec<(Parameter, Course)>;

    /// Who may do what.
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

    /// Announces code for the store and, called again after [`crate::upgradeable::UPGRADE_DELAY`], puts it in place, as
    /// [`crate::upgradeable::Upgradeable::upgrade`] does for the configurator itself; who gave those up cannot do this either.
    ///
    /// # Events
    /// [`crate::upgradeable::UpgradeAnnounced`], [`crate::upgradeable::Upgraded`].
    ///
    /// # Errors
    /// [`ChangeError::Upgrade`], [`ChangeError::Store`].
    #[ink(message)]
    fn upgrade_store(&mut self, code_hash: Hash) -> Result<(), ChangeError>;

    /// Who may replace the code of the store, and what was announced for it.
    #[ink(message)]
    fn store_upgrades(&self) -> UpgradesView;

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
    /// More collateral types than the vault can hold.
    TooManyCollateralTypes,
    /// The code of the store.
    Upgrade(UpgradeError),
    /// The store refused: it has another configurator, or there is no such code.
    Store(ParametersError),
    /// The store gave no answer, or there is none.
    Call(CallError),
}

crate::decode_fields!(Powers {
    governor,
    successor,
    guardian,
    deployer
});

/// Who may do what to a deal: what is done seldom asks for it, so that it is decided in one place.
///
/// # Errors
/// The configurator gives no answer.
pub fn powers(configurator: AccountId) -> Result<Powers, CallError> {
    let configurator: contract_ref!(Configurator) = configurator.into();
    ask(configurator.call().powers())
}

/// [`powers`] of the deal whose parameters these are.
///
/// # Errors
/// They or their configurator give no answer.
pub fn powers_over(parameters: AccountId) -> Result<Powers, CallError> {
    let parameters: contract_ref!(Parameters) = parameters.into();
    powers(ask(parameters.call().configurator())?)
}

crate::wrap_errors!(ChangeError {
    Refused(Refusal),
    Contradiction(Broken),
    Upgrade(UpgradeError),
    Store(ParametersError),
    Call(CallError),
});
