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
        refused(|terms| terms.tranches.truncate(1)),
        PoolError::InvalidTranches
    );
    assert_eq!(
        refused(|terms| terms.tranches = vec![tranche(0, 0); 6]),
        PoolError::InvalidTranches
    );
    assert_eq!(
        validate(&PoolTerms {
            tranches: vec![tranche(0, 0); 5],
            ..terms()
        }),
        Ok(())
    );
}

#[test]
fn a_residual_with_a_rate_or_a_minimum_is_refused() {
    assert_eq!(
        refused(|terms| terms.tranches[2] = tranche(1, 0)),
        PoolError::InvalidTranches
    );
    assert_eq!(
        refused(|terms| terms.tranches[2] = tranche(0, 1)),
        PoolError::InvalidTranches
    );
}

#[test]
fn a_minimum_or_buffer_of_one_is_refused() {
    assert_eq!(
        refused(|terms| terms.tranches[0] = tranche(0, 10_000)),
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
        refused(|terms| terms.tranches[0] = tranche(10_001, 4_000)),
        PoolError::InvalidRatio
    );
}

#[test]
fn an_epoch_without_length_is_refused() {
    assert_eq!(
        refused(|terms| terms.epoch_length = Period(0)),
        PoolError::InvalidEpochLength
    );
}
