//! Loan-to-value, health and marks.

use crate::fixed::{mul_div, MathError, Ratio, Rounding};
use crate::time::Period;

/// The most that may be owed against collateral worth `value` at the limit `ltv`.
pub fn debt_limit(value: u128, ltv: Ratio) -> Result<u128, MathError> {
    ltv.of(value, Rounding::Down)
}

/// `debt ÷ value`, rounded up; `None` when there is debt and the collateral is worth nothing.
pub fn loan_to_value(debt: u128, value: u128) -> Option<Ratio> {
    match (debt, value) {
        (0, _) => Some(Ratio::ZERO),
        (_, 0) => None,
        _ => Ratio::from_fraction(debt, value, Rounding::Up).ok(),
    }
}

/// Whether a position may be liquidated: `debt > value × liquidation LTV`.
pub fn is_unhealthy(debt: u128, value: u128, liquidation_ltv: Ratio) -> Result<bool, MathError> {
    Ok(debt > debt_limit(value, liquidation_ltv)?)
}

/// A limit on its way from one value to another in a straight line, so that nobody healthy becomes unhealthy
/// at once: `to + (from − to) × (length − elapsed) ÷ length`, rounded up. One that rises is there at once.
///
/// Source: Euler's vault kit.
pub fn ramp(from: Ratio, to: Ratio, elapsed: Period, length: Period) -> Result<Ratio, MathError> {
    let left = length.0.saturating_sub(elapsed.0);
    if left == 0 {
        return Ok(to);
    }
    let above = from.0.saturating_sub(to.0);
    let above = mul_div(above, left.into(), length.0.into(), Rounding::Up)?;
    Ok(Ratio(to.0.saturating_add(above)))
}

/// The value at which impaired debt stands in the books: `min(debt, value × (1 − haircut))`.
pub fn mark(debt: u128, value: u128, haircut: Ratio) -> Result<u128, MathError> {
    Ok(debt.min(haircut.complement().of(value, Rounding::Down)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_at_its_limit_is_healthy_and_one_unit_over_is_not() {
        let ltv = Ratio::from_bps(8_000);
        assert_eq!(is_unhealthy(800, 1_000, ltv), Ok(false));
        assert_eq!(is_unhealthy(801, 1_000, ltv), Ok(true));
    }

    #[test]
    fn loan_to_value_rounds_against_the_borrower() {
        // 1/3 = 0.333…, up in the 18th decimal.
        assert_eq!(loan_to_value(1, 3), Some(Ratio(333_333_333_333_333_334)));
        assert_eq!(loan_to_value(0, 0), Some(Ratio::ZERO));
        assert_eq!(loan_to_value(1, 0), None);
    }

    #[test]
    fn a_limit_falls_in_a_straight_line_and_rises_at_once() {
        let at = |secs, from, to| {
            let elapsed = Period::from_secs(secs);
            let (from, to) = (Ratio::from_bps(from), Ratio::from_bps(to));
            ramp(from, to, elapsed, Period::from_secs(100)).unwrap()
        };
        for (secs, bps) in [
            (0, 3_000),
            (17, 2_745),
            (50, 2_250),
            (100, 1_500),
            (999, 1_500),
        ] {
            assert_eq!(at(secs, 3_000, 1_500), Ratio::from_bps(bps));
        }
        assert_eq!(at(0, 1_500, 3_000), Ratio::from_bps(3_000));
    }

    #[test]
    fn a_mark_never_exceeds_the_debt() {
        let haircut = Ratio::from_bps(1_000);
        assert_eq!(mark(500, 1_000, haircut), Ok(500));
        assert_eq!(mark(1_000, 1_000, haircut), Ok(900));
    }
}
