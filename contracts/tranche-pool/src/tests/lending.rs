use super::*;
use interfaces::tranche_pool::{Payment, PoolError};

const NOBODY: [Balance; 3] = [0; 3];

fn draw(pool: &mut Pool, amount: Balance, leaving: &[Balance]) -> Result<(), PoolError> {
    let lent = lent(pool.state.principal + amount);
    pool.draw(&terms(), amount, &lent, leaving, START.plus(DAY))
}

#[test]
fn a_draw_leaves_the_buffer_and_what_waiting_redemptions_are_worth() {
    let mut pool = funded();
    let leaving = [100_000_000, 0, 0];
    let buffer = terms().liquidity_buffer;
    // 1000 − 5 % of 1000 − 100 = 850.
    let drawable = 850_000_000;
    assert_eq!(pool.drawable(&lent(0), buffer, &leaving), Ok(drawable));
    assert_eq!(
        draw(&mut pool.clone(), drawable + 1, &leaving),
        Err(PoolError::InsufficientCash { drawable })
    );
    assert_eq!(draw(&mut pool, drawable, &leaving), Ok(()));
    assert_eq!(pool.state.deployed, Ratio::from_bps(8_500));
}

#[test]
fn interest_collected_and_fees_owed_are_not_lent() {
    let mut pool = funded();
    let before = pool.drawable(&lent(0), Ratio::ZERO, &NOBODY).unwrap();
    let payment = Payment {
        payer: AccountId::from([1; 32]),
        principal: 0,
        interest: 7_000,
        penalty: 300,
    };
    let collected = pool.collect(&terms(), &payment, &lent(0), START.plus(DAY));
    assert_eq!(collected, Ok(7_300));
    assert_eq!(pool.drawable(&lent(0), Ratio::ZERO, &NOBODY), Ok(before));
    assert_eq!(
        (pool.state.interest, pool.ledger.books().penalties),
        (7_000, 300)
    );
}

#[test]
fn nothing_is_lent_while_a_class_is_too_thin() {
    let mut pool = funded();
    draw(&mut pool, 800_000_000, &NOBODY).unwrap();
    // 900 − 600 = 300 below the senior is 33 % < 40 %.
    let refused = pool.draw(&terms(), 1, &lent(700_000_001), &NOBODY, START.plus(DAY));
    assert_eq!(
        refused,
        Err(PoolError::ThinSubordination { tranche: SENIOR })
    );
}

#[test]
fn nothing_is_lent_after_the_date_or_by_a_pool_that_lacks_cash() {
    let mut over = terms();
    over.deal.amortises_at = Some(START.plus(DAY));
    let at = |terms: &PoolTerms, now| funded().draw(terms, 1, &lent(1), &NOBODY, now);
    assert_eq!(at(&over, START), Ok(()));
    assert_eq!(at(&over, START.plus(DAY)), Err(PoolError::NotRevolving));
    over.deal.amortises_at = None;
    over.deal.ends_at = Some(START.plus(DAY));
    assert_eq!(at(&over, START.plus(DAY)), Err(PoolError::NotRevolving));
    let mut pool = funded();
    pool.deficient = true;
    assert_eq!(draw(&mut pool, 1, &NOBODY), Err(PoolError::Deficient));
}

#[test]
fn whoever_surrenders_leaves_his_part_of_the_claim_to_the_others() {
    let mut pool = funded();
    assert_eq!(pool.surrender(SENIOR, 60_000_000), Ok(60_000_000));
    let senior = pool.state.classes[0];
    assert_eq!(senior.supply, 540_000_000);
    assert_eq!(senior.claim.map(|claim| claim.amount), Some(540_000_000));
    let residual = pool.state.values(pool.cash(), &lent(0)).unwrap()[2];
    assert_eq!(residual, 210_000_000);
    assert!(pool.surrender(SENIOR, 540_000_001).is_err());
    assert_eq!(
        pool.surrender(TrancheId(3), 1),
        Err(PoolError::UnknownTranche)
    );
}
