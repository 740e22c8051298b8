use super::*;
use finance::distribution::INDEX_ONE;
use finance::settlement::Phase;
use interfaces::tranche_pool::{Funding, Payment, PoolError};

fn draw(pool: &mut Pool, amount: Balance) -> Result<(), PoolError> {
    let lent = lent(pool.state.principal + amount);
    pool.draw(&terms(), amount, &lent, START.plus(DAY))
}

fn payment(principal: Balance, interest: Balance) -> Payment {
    Payment {
        payer: AccountId::from([1; 32]),
        principal,
        interest,
    }
}

#[test]
fn a_draw_leaves_the_buffer() {
    let mut pool = funded();
    // 1000 − 5 % of 1000 = 950.
    let drawable = 950_000_000;
    let buffer = terms().liquidity_buffer;
    assert_eq!(pool.drawable(&lent(0), buffer), Ok(drawable));
    assert_eq!(
        draw(&mut pool.clone(), drawable + 1),
        Err(PoolError::InsufficientCash { drawable })
    );
    assert_eq!(draw(&mut pool, drawable), Ok(()));
    assert_eq!(pool.state.deployed, Ratio::from_bps(9_500));
}

#[test]
fn a_draw_leaves_what_redemptions_that_a_settlement_did_not_fill_are_worth() {
    let mut pool = funded();
    let settled = settled(&pool, lent(0), entering([0; 3]), START.plus(DAY));
    apply(
        &mut pool,
        &settled,
        &lent(0),
        &[100_000_000, 50_000_000, 0],
        0,
    )
    .unwrap();
    assert_eq!(pool.drawable(&lent(0), Ratio::ZERO), Ok(850_000_000));
}

#[test]
fn what_is_repaid_is_lent_from_the_next_settlement_on() {
    let mut pool = funded();
    draw(&mut pool, 500_000_000).unwrap();
    let payment = payment(200_000_000, 0);
    let now = START.plus(DAY);
    pool.collect(&terms(), &payment, &lent(300_000_000), now)
        .unwrap();
    let left = |pool: &Pool| pool.drawable(&lent(300_000_000), Ratio::ZERO);
    assert_eq!(left(&pool), Ok(500_000_000));
    let settled = settled(&pool, lent(300_000_000), entering([0; 3]), now);
    apply(&mut pool, &settled, &lent(300_000_000), &[0; 3], 0).unwrap();
    assert_eq!(left(&pool), Ok(700_000_000));
}

#[test]
fn a_pool_is_worth_its_cash_and_its_loans_and_claims_grow_on_what_is_lent() {
    let mut pool = funded();
    draw(&mut pool, 500_000_000).unwrap();
    let funding = Funding {
        value: 1_000_000_000,
        cash: 500_000_000,
    };
    assert_eq!(pool.funding(&lent(500_000_000)), Ok(funding));
    let year = START.plus(DAY).plus(Period::from_secs(31_536_000));
    pool.accrue(&terms(), year).unwrap();
    let senior = pool.state.classes[0].claim.unwrap();
    assert_eq!(senior.amount, 615_189_072); // 600 000 000 × exp(5 % × ½)
}

#[test]
fn interest_collected_and_fees_owed_are_not_lent() {
    let mut pool = funded();
    let before = pool.drawable(&lent(0), Ratio::ZERO).unwrap();
    let payment = payment(0, 7_000);
    let collected = pool.collect(&terms(), &payment, &lent(0), START.plus(DAY));
    assert_eq!(collected, Ok(7_000));
    assert_eq!(pool.drawable(&lent(0), Ratio::ZERO), Ok(before));
    assert_eq!(pool.state.interest, 7_000);
}

#[test]
fn interest_that_comes_after_the_end_is_insurances() {
    let mut pool = Pool::new(&terms(), START);
    pool.state.phase = Phase::Closed;
    let payment = payment(0, 7_000);
    let collected = pool.collect(&terms(), &payment, &lent(0), START.plus(DAY));
    assert_eq!(collected, Ok(7_000));
    let books = pool.ledger.books();
    assert_eq!((books.cash, books.insurance), (0, 7_000));
    assert_eq!(pool.state.interest, 0);
}

#[test]
fn nothing_is_lent_while_a_class_is_too_thin() {
    let mut pool = funded();
    draw(&mut pool, 800_000_000).unwrap();
    // 900 − 600 = 300 below the senior is 33 % < 40 %.
    let refused = pool.draw(&terms(), 1, &lent(700_000_001), START.plus(DAY));
    assert_eq!(
        refused,
        Err(PoolError::ThinSubordination { tranche: SENIOR })
    );
}

#[test]
fn nothing_is_lent_after_the_date_or_by_a_pool_that_lacks_cash() {
    let mut over = terms();
    over.deal.amortises_at = Some(START.plus(DAY));
    let at = |terms: &PoolTerms, now| funded().draw(terms, 1, &lent(1), now);
    assert_eq!(at(&over, START), Ok(()));
    assert_eq!(at(&over, START.plus(DAY)), Err(PoolError::NotRevolving));
    over.deal.amortises_at = None;
    over.deal.ends_at = Some(START.plus(DAY));
    assert_eq!(at(&over, START.plus(DAY)), Err(PoolError::NotRevolving));
    let mut pool = funded();
    pool.deficient = true;
    assert_eq!(draw(&mut pool, 1), Err(PoolError::Deficient));
}

fn give_up(pool: &mut Pool, id: TrancheId, amount: Balance) -> Result<Balance, PoolError> {
    pool.surrender(id, amount, &lent(0))
}

#[test]
fn whoever_surrenders_leaves_his_part_of_the_claim_to_the_others() {
    let mut pool = funded();
    assert_eq!(give_up(&mut pool, SENIOR, 60_000_000), Ok(60_000_000));
    let senior = pool.state.classes[0];
    assert_eq!(senior.supply, 540_000_000);
    assert_eq!(senior.claim.map(|claim| claim.amount), Some(540_000_000));
    let residual = pool.state.values(pool.cash(), &lent(0)).unwrap()[2];
    assert_eq!(residual, 210_000_000);
    assert!(give_up(&mut pool, SENIOR, 540_000_001).is_err());
    // What covers the others stays, and what may come to cover them; what is worth nothing may go, and its return is no gain.
    assert_eq!(
        give_up(&mut pool, TrancheId(2), 1),
        Err(PoolError::NotWorthless)
    );
    pool.state.fees.owed = pool.state.values(pool.cash(), &lent(0)).unwrap()[2];
    for doubtful in [
        Portfolio {
            seized_debt: 1,
            ..lent(0)
        },
        Portfolio {
            written_off: 1,
            ..lent(0)
        },
    ] {
        let refused = pool.surrender(TrancheId(2), 1, &doubtful);
        assert_eq!(refused, Err(PoolError::NotWorthless));
    }
    assert_eq!(give_up(&mut pool, TrancheId(2), 100_000_000), Ok(0));
    assert_eq!(pool.state.high_water, 3 * INDEX_ONE);
    assert_eq!(give_up(&mut pool, TrancheId(2), 50_000_000), Ok(0));
    assert_eq!(
        (pool.state.classes[2].supply, pool.state.high_water),
        (0, INDEX_ONE)
    );
    assert_eq!(
        give_up(&mut pool, TrancheId(3), 1),
        Err(PoolError::UnknownTranche)
    );
}
