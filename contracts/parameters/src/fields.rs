//! Reads and replaces the field that a [`CollateralParameter`] names, in its unit.

use finance::{Period, Ratio};
use interfaces::parameters::{CollateralParameter, CollateralParameters};
use CollateralParameter::*;

/// Every parameter of a collateral type.
pub const ALL: [CollateralParameter; 10] = [
    BorrowLtv,
    LiquidationLtv,
    AnnualRate,
    DebtCeiling,
    MinimumDebt,
    Haircut,
    LiquidationPenalty,
    AuctionBuffer,
    AuctionTail,
    AuctionCusp,
];

/// The value of one parameter.
pub fn get(parameters: &CollateralParameters, parameter: CollateralParameter) -> u128 {
    match parameter {
        BorrowLtv => parameters.borrow_ltv.0,
        LiquidationLtv => parameters.liquidation_ltv.0,
        AnnualRate => parameters.annual_rate.0,
        DebtCeiling => parameters.debt_ceiling,
        MinimumDebt => parameters.minimum_debt,
        Haircut => parameters.haircut.0,
        LiquidationPenalty => parameters.liquidation_penalty.0,
        AuctionBuffer => parameters.auction_buffer.0,
        AuctionTail => parameters.auction_tail.0.into(),
        AuctionCusp => parameters.auction_cusp.0,
    }
}

/// The parameters with one of them replaced.
///
/// A tail too long for its type becomes the longest there is, which lies outside its bounds all the same.
pub fn with(
    parameters: CollateralParameters,
    parameter: CollateralParameter,
    value: u128,
) -> CollateralParameters {
    let mut changed = parameters;
    match parameter {
        BorrowLtv => changed.borrow_ltv = Ratio(value),
        LiquidationLtv => changed.liquidation_ltv = Ratio(value),
        AnnualRate => changed.annual_rate = Ratio(value),
        DebtCeiling => changed.debt_ceiling = value,
        MinimumDebt => changed.minimum_debt = value,
        Haircut => changed.haircut = Ratio(value),
        LiquidationPenalty => changed.liquidation_penalty = Ratio(value),
        AuctionBuffer => changed.auction_buffer = Ratio(value),
        AuctionTail => changed.auction_tail = Period(u64::try_from(value).unwrap_or(u64::MAX)),
        AuctionCusp => changed.auction_cusp = Ratio(value),
    }
    changed
}
