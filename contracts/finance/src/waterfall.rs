//! The waterfall: what every class of a pool is worth.
//!
//! Classes are ordered from the most senior (index 0) to the residual (the last). Value flows down the
//! claims and the residual takes the rest; a loss is therefore borne by the residual first and rises.

use alloc::vec::Vec;

use crate::fixed::{add, sub, MathError, Ratio, Rounding};

/// Divides `assets` over the `claims`, most senior first; the residual's value is the last.
///
/// `value_i = min(claim_i, what is left after the classes above)`, and the residual is what is left
/// after all claims: the values always add up to `assets`.
pub fn distribute(assets: u128, claims: &[u128]) -> Result<Vec<u128>, MathError> {
    let mut left = assets;
    let mut values = Vec::with_capacity(crate::MAX_TRANCHES);
    for claim in claims {
        let value = left.min(*claim);
        left = sub(left, value)?;
        values.push(value);
    }
    values.push(left);
    Ok(values)
}

/// The sum of all values.
pub fn total(values: &[u128]) -> Result<u128, MathError> {
    values.iter().try_fold(0, |sum, value| add(sum, *value))
}

/// The value of the classes strictly below `class`.
pub fn value_below(values: &[u128], class: usize) -> Result<u128, MathError> {
    total(values.get(class.saturating_add(1)..).unwrap_or_default())
}

/// The share of the pool that absorbs losses before `class` does: value strictly below it ÷ pool value,
/// rounded down; zero in an empty pool.
pub fn subordination(values: &[u128], class: usize) -> Result<Ratio, MathError> {
    match total(values)? {
        0 => Ok(Ratio::ZERO),
        pool => Ratio::from_fraction(value_below(values, class)?, pool, Rounding::Down),
    }
}

/// Whether `class` has at least its `minimum` subordination; one worth nothing has nothing to protect.
///
/// One formula for coverage tests, fills and draws.
pub fn is_covered(values: &[u128], class: usize, minimum: Ratio) -> Result<bool, MathError> {
    let required = minimum.of(total(values)?, Rounding::Up)?;
    let is_worthless = values.get(class).is_none_or(|value| *value == 0);
    Ok(is_worthless || value_below(values, class)? >= required)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn losses_rise_from_the_residual() {
        let claims = [600, 250];
        assert_eq!(distribute(1_000, &claims), Ok(vec![600, 250, 150]));
        assert_eq!(distribute(900, &claims), Ok(vec![600, 250, 50]));
        assert_eq!(distribute(700, &claims), Ok(vec![600, 100, 0]));
        assert_eq!(distribute(500, &claims), Ok(vec![500, 0, 0]));
        assert_eq!(distribute(0, &claims), Ok(vec![0, 0, 0]));
    }

    #[test]
    fn subordination_counts_the_classes_strictly_below() {
        let values = [600, 250, 150];
        assert_eq!(subordination(&values, 0), Ok(Ratio::from_bps(4_000)));
        assert_eq!(subordination(&values, 1), Ok(Ratio::from_bps(1_500)));
        assert_eq!(subordination(&values, 2), Ok(Ratio::ZERO));
        assert_eq!(subordination(&[0, 0], 0), Ok(Ratio::ZERO));
    }

    #[test]
    fn cover_is_exact_at_the_limit() {
        let values = [600, 250, 150];
        assert_eq!(is_covered(&values, 0, Ratio::from_bps(4_000)), Ok(true));
        assert_eq!(
            is_covered(&values, 0, Ratio(Ratio::from_bps(4_000).0 + 1)),
            Ok(false)
        );
    }

    #[test]
    fn a_class_worth_nothing_needs_no_cover() {
        let minimum = Ratio::from_bps(4_000);
        assert_eq!(is_covered(&[0, 0], 0, minimum), Ok(true));
        assert_eq!(is_covered(&[600, 0, 10], 1, minimum), Ok(true));
        assert_eq!(is_covered(&[600, 1, 10], 1, minimum), Ok(false));
    }

    proptest! {
        #[test]
        fn value_is_conserved_and_no_class_exceeds_its_claim(
            assets in 0..u128::MAX / 8,
            claims in prop::collection::vec(0..u128::MAX / 8, 1..crate::MAX_TRANCHES),
        ) {
            let values = distribute(assets, &claims).unwrap();
            prop_assert_eq!(total(&values), Ok(assets));
            for (value, claim) in values.iter().zip(&claims) {
                prop_assert!(value <= claim);
            }
        }

        #[test]
        fn a_class_is_paid_in_full_before_the_next_receives_anything(
            assets in 0u128..1_000_000, claims in prop::collection::vec(0u128..400_000, 1..5),
        ) {
            let values = distribute(assets, &claims).unwrap();
            for (class, claim) in claims.iter().enumerate() {
                if values[class + 1] > 0 {
                    prop_assert!(values[class] == *claim);
                }
            }
        }
    }
}
