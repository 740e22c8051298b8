//! The only store of risk parameters, each within bounds fixed in code.

use crate::types::{AccountId, Balance, CollateralId};
use finance::{Period, Ratio};

/// The risk parameters of a collateral type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct CollateralParameters {
    /// The most that may be owed after a draw or withdrawal, as a share of the collateral's value.
    pub borrow_ltv: Ratio,
    /// The share of the collateral's value above which a position may be liquidated.
    pub liquidation_ltv: Ratio,
    /// Interest, nominal per year, compounded per second.
    pub annual_rate: Ratio,
    /// The most that may be owed on this type altogether, in base units of cash.
    pub debt_ceiling: Balance,
    /// The least that a position with any debt may owe, and that an auction may leave to be raised.
    pub minimum_debt: Balance,
    /// Taken off the value of collateral behind impaired debt when it is marked.
    pub haircut: Ratio,
    /// Added to the debt of a liquidated position.
    pub liquidation_penalty: Ratio,
    /// First asked price of an auction as a multiple of the oracle's.
    pub auction_buffer: Ratio,
    /// How long an auction's price takes to fall to zero.
    pub auction_tail: Period,
    /// The share of the first asked price below which an auction must be reset.
    pub auction_cusp: Ratio,
}

/// Names one field of [`CollateralParameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum CollateralParameter {
    /// [`CollateralParameters::borrow_ltv`], scaled 1e18.
    BorrowLtv,
    /// [`CollateralParameters::liquidation_ltv`], scaled 1e18.
    LiquidationLtv,
    /// [`CollateralParameters::annual_rate`], scaled 1e18.
    AnnualRate,
    /// [`CollateralParameters::debt_ceiling`], base units of cash.
    DebtCeiling,
    /// [`CollateralParameters::minimum_debt`], base units of cash.
    MinimumDebt,
    /// [`CollateralParameters::haircut`], scaled 1e18.
    Haircut,
    /// [`CollateralParameters::liquidation_penalty`], scaled 1e18.
    LiquidationPenalty,
    /// [`CollateralParameters::auction_buffer`], scaled 1e18.
    AuctionBuffer,
    /// [`CollateralParameters::auction_tail`], milliseconds.
    AuctionTail,
    /// [`CollateralParameters::auction_cusp`], scaled 1e18.
    AuctionCusp,
}

/// The values a parameter may take, both ends included, in the unit named at [`CollateralParameter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Bounds {
    /// The least allowed.
    pub minimum: u128,
    /// The most allowed.
    pub maximum: u128,
}

/// Bounded risk parameters, changed by one governor.
#[ink::trait_definition]
pub trait Parameters {
    /// All parameters of a collateral type.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn collateral(&self, collateral: CollateralId)
        -> Result<CollateralParameters, ParametersError>;

    /// The values `parameter` may take.
    #[ink(message)]
    fn bounds(&self, parameter: CollateralParameter) -> Bounds;

    /// The account that may change parameters.
    #[ink(message)]
    fn governor(&self) -> AccountId;

    /// Sets one parameter, in its unit. Setting the value it has is allowed and changes nothing.
    ///
    /// # Events
    /// [`ParameterChanged`].
    ///
    /// # Errors
    /// [`ParametersError::NotTheGovernor`], [`ParametersError::UnknownCollateral`],
    /// [`ParametersError::OutOfBounds`], [`ParametersError::BorrowAboveLiquidation`],
    /// [`ParametersError::CuspAboveMarket`].
    #[ink(message)]
    fn set(
        &mut self,
        collateral: CollateralId,
        parameter: CollateralParameter,
        value: u128,
    ) -> Result<(), ParametersError>;
}

/// A parameter was set.
#[ink::event]
pub struct ParameterChanged {
    /// The collateral type.
    #[ink(topic)]
    pub collateral: CollateralId,
    /// The parameter.
    pub parameter: CollateralParameter,
    /// The value before.
    pub old: u128,
    /// The value from now on.
    pub new: u128,
}

/// Why the parameters refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ParametersError {
    /// Only the governor may do this.
    NotTheGovernor,
    /// No collateral type has this number.
    UnknownCollateral,
    /// The value lies outside the parameter's bounds.
    OutOfBounds {
        /// The parameter.
        parameter: CollateralParameter,
        /// Its bounds.
        bounds: Bounds,
    },
    /// The borrow LTV would not lie below the liquidation LTV.
    BorrowAboveLiquidation,
    /// The cusp times the buffer exceeds 90 %: an auction would be stale before it asks less than the
    /// market, and never sell.
    CuspAboveMarket,
    /// More collateral types than the vault can hold.
    TooManyCollateralTypes,
}
