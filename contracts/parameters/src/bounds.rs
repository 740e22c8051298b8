//! What no governor can leave, in either direction, beyond the bounds of each parameter alone.

use finance::auction::Curve;
use finance::interest::PaceCurve;
use finance::{Period, Price, Ratio, Rounding};
use interfaces::ensure;
use interfaces::parameters::{
    AuctionParameters, CollateralParameter, CollateralParameters, CollateralTerms, ParametersError,
};

/// How long a lowered liquidation LTV takes to come into force: an originator needs an hour to react, and a risk that
/// is not cut within a season is not cut.
pub const RAMPS: core::ops::RangeInclusive<Period> =
    Period::from_secs(3_600)..=Period::from_secs(90 * 86_400);

/// Refuses parameters of which one lies outside its bounds, or that contradict one another.
pub fn ensure_valid(terms: &CollateralTerms) -> Result<(), ParametersError> {
    for parameter in CollateralParameter::ALL.iter().copied() {
        let (value, bounds) = (terms.get(parameter), parameter.bounds());
        ensure!(
            (bounds.minimum..=bounds.maximum).contains(&value),
            ParametersError::OutOfBounds { parameter, bounds }
        );
    }
    ensure_ordered(&terms.loans)?;
    ensure!(sells(&terms.auctions), ParametersError::CuspAboveMarket);
    Ok(())
}

fn ensure_ordered(loans: &CollateralParameters) -> Result<(), ParametersError> {
    let liquidation = loans.liquidation_ltv;
    ensure!(
        loans.borrow_ltv <= loans.margin_ltv
            && loans.margin_ltv < liquidation
            && loans.target_ltv < liquidation,
        ParametersError::LtvsOutOfOrder
    );
    ensure!(
        loans.target_share <= loans.maximum_share,
        ParametersError::SharesOutOfOrder
    );
    Ok(())
}

/// Whether an auction comes to ask 90 % of the market or less before it is stale.
fn sells(auctions: &AuctionParameters) -> bool {
    let curve = Curve::new(auctions.tail, auctions.cut, auctions.step);
    let at_market = Price::ONE;
    let top = auctions.buffer.of(at_market.0, Rounding::Up).map(Price);
    let lowest = top.and_then(|top| {
        let at_tail = curve.price(top, auctions.tail, Rounding::Up)?.0;
        // Below the cusp it does not sell: the last price it asks is the cusp's, or the tail's if that is higher.
        Ok(at_tail.max(auctions.cusp.of(top.0, Rounding::Up)?))
    });
    lowest.is_ok_and(|lowest| lowest <= Ratio::from_bps(9_000).0)
}

/// Refuses a pace of interest that is none, or beyond a tenth to ten times the time.
pub fn ensure_valid_curve(curve: &PaceCurve) -> Result<(), ParametersError> {
    let is_bounded = curve.at_zero >= Ratio::from_bps(1_000)
        && curve.at_full <= Ratio::from_bps(100_000)
        && (Ratio::from_bps(100)..=Ratio::from_bps(9_900)).contains(&curve.kink);
    ensure!(
        is_bounded && curve.is_valid(),
        ParametersError::InvalidCurve
    );
    Ok(())
}
