//! The values each risk parameter may take: no governor can leave them, in either direction.

use crate::fields;
use finance::{Period, Ratio, Rounding};
use interfaces::ensure;
use interfaces::parameters::{Bounds, CollateralParameter, CollateralParameters, ParametersError};

/// The bounds of one parameter, both ends included.
pub fn of(parameter: CollateralParameter) -> Bounds {
    use CollateralParameter::*;
    match parameter {
        // Zero stops borrowing. An originator keeps at least a tenth of the value at stake.
        BorrowLtv => bps(0, 9_000),
        // Lower, and a governor could have sound positions liquidated; higher, and an auction has no
        // room to sell before the debt exceeds the collateral.
        LiquidationLtv => bps(1_000, 9_500),
        // Debt grows at most e-fold in a year: an index lasts a quarter of a century even then.
        AnnualRate => bps(0, 10_000),
        // Zero stops draws; repaying needs no ceiling, so every value is safe.
        DebtCeiling => units(0, u128::MAX),
        // At least one, so that an auction never stops for a debt of nothing.
        MinimumDebt => units(1, u128::MAX),
        // Impaired collateral keeps a tenth of its value: nothing is written off by decree.
        Haircut => bps(0, 9_000),
        // Pays the liquidators and the cost of a forced sale, and is no confiscation.
        LiquidationPenalty => bps(0, 3_000),
        // Bidding starts at the oracle's price or above, yet near enough to reach it early in the tail.
        AuctionBuffer => bps(10_000, 15_000),
        // Keepers need many blocks to bid; lots must sell before the market has moved on.
        AuctionTail => minutes(10, 24 * 60),
        // At zero a lot could go for nothing; at one every auction would be stale when it opens.
        AuctionCusp => bps(1_000, 9_000),
    }
}

/// Refuses parameters of which one lies outside its bounds, or that let one borrow up to liquidation, or
/// that keep auctions from ever asking less than the market.
pub fn ensure_valid(parameters: &CollateralParameters) -> Result<(), ParametersError> {
    for parameter in fields::ALL {
        let (value, bounds) = (fields::get(parameters, parameter), of(parameter));
        ensure!(
            (bounds.minimum..=bounds.maximum).contains(&value),
            ParametersError::OutOfBounds { parameter, bounds }
        );
    }
    ensure!(
        parameters.borrow_ltv < parameters.liquidation_ltv,
        ParametersError::BorrowAboveLiquidation
    );
    let lowest_ask = parameters
        .auction_cusp
        .times(parameters.auction_buffer, Rounding::Up);
    ensure!(
        lowest_ask.is_ok_and(|share| share <= Ratio::from_bps(9_000)),
        ParametersError::CuspAboveMarket
    );
    Ok(())
}

fn units(minimum: u128, maximum: u128) -> Bounds {
    Bounds { minimum, maximum }
}

fn bps(minimum: u32, maximum: u32) -> Bounds {
    units(Ratio::from_bps(minimum).0, Ratio::from_bps(maximum).0)
}

fn minutes(minimum: u64, maximum: u64) -> Bounds {
    let milliseconds = |minutes: u64| Period::from_secs(minutes.saturating_mul(60)).0.into();
    units(milliseconds(minimum), milliseconds(maximum))
}
