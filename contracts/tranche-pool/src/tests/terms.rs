use super::*;
use crate::pool::validate;
use interfaces::tranche_pool::PoolError;

fn refused(change: impl FnOnce(&mut PoolTerms)) -> PoolError {
    let mut terms = terms();
    change(&mut terms);
    validate(&terms).unwrap_err()
}

#[test]
fn fewer_than_two_or_more_than_five_tranches_are_refused() {
    assert_eq!(
        refused(|terms| terms.deal.classes.truncate(1)),
        PoolError::InvalidTranches
    );
    assert_eq!(
        refused(|terms| terms.deal.classes = vec![tranche(0, 0); 6]),
        PoolError::InvalidTranches
    );
    let mut five = terms();
    five.deal.classes = vec![tranche(0, 0); 5];
    assert_eq!(validate(&five), Ok(()));
}

#[test]
fn a_residual_with_a_rate_or_a_minimum_is_refused() {
    assert_eq!(
        refused(|terms| terms.deal.classes[2] = tranche(1, 0)),
        PoolError::InvalidTranches
    );
    assert_eq!(
        refused(|terms| terms.deal.classes[2] = tranche(0, 1)),
        PoolError::InvalidTranches
    );
}

#[test]
fn a_minimum_or_buffer_of_one_is_refused() {
    assert_eq!(
        refused(|terms| terms.deal.classes[0] = tranche(0, 10_000)),
        PoolError::InvalidRatio
    );
    assert_eq!(
        refused(|terms| terms.liquidity_buffer = Ratio::ONE),
        PoolError::InvalidRatio
    );
}

#[test]
fn a_target_rate_above_one_is_refused() {
    assert_eq!(
        refused(|terms| terms.deal.classes[0] = tranche(10_001, 4_000)),
        PoolError::InvalidRatio
    );
}

#[test]
fn a_residual_with_an_interest_cover_is_refused() {
    assert_eq!(
        refused(|terms| terms.deal.classes[2].interest_cover = Ratio::ONE),
        PoolError::InvalidTranches
    );
}

#[test]
fn fees_above_their_caps_are_refused() {
    assert_eq!(
        refused(|terms| terms.deal.management_fee = Ratio::from_bps(501)),
        PoolError::InvalidRatio
    );
    assert_eq!(
        refused(|terms| terms.deal.performance_fee = Ratio::from_bps(3_001)),
        PoolError::InvalidRatio
    );
    let mut terms = terms();
    terms.deal.management_fee = Ratio::from_bps(500);
    terms.deal.performance_fee = Ratio::from_bps(3_000);
    assert_eq!(validate(&terms), Ok(()));
}
