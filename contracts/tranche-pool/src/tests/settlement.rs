use super::*;
use interfaces::tranche_pool::PoolError;

fn values(settled: &Settled) -> Vec<Balance> {
    settled
        .settlement
        .tranches
        .iter()
        .map(|tranche| tranche.value_before)
        .collect()
}

#[test]
fn the_first_orders_are_issued_one_to_one_and_the_residual_makes_room_for_the_rest() {
    let pool = funded();
    let supplies: Vec<_> = pool.tranches.iter().map(|tranche| tranche.supply).collect();
    // 150 carries 150/0.15 = 1000, and 400 below the senior carry 400/0.4 = 1000: all of it fills.
    assert_eq!(supplies, [600_000_000, 250_000_000, 150_000_000]);
    assert_eq!(pool.ledger.books().cash, 1_000_000_000);
    assert_eq!(pool.epoch, 1);
}

#[test]
fn claims_grow_on_the_deployed_share_and_the_residual_takes_the_rest() {
    // 800 of 1000 are lent: the senior's 5 % a year is 4 %, the mezzanine's 9 % is 7.2 %.
    let year = START.plus(DAY).plus(Period::from_secs(31_536_000));
    let settled = settle_at(deployed(), lent(880_000_000), year);
    // 600 × e^0.04 = 624.486464…, 250 × e^0.072 = 268.663835….
    assert_eq!(values(&settled)[0], 624_486_464);
    assert_eq!(values(&settled)[1], 268_663_835);
    assert_eq!(
        values(&settled)[2],
        1_080_000_000 - 624_486_464 - 268_663_835
    );
}

#[test]
fn a_loss_is_borne_from_the_bottom_up_and_claims_stand() {
    // Of 800 lent 500 are left: 300 are lost. The junior's 150 go first, then 150 of the mezzanine's 250.
    let settled = settle_at(deployed(), lent(500_000_000), START.plus(DAY).plus(DAY));
    assert_eq!(values(&settled)[2], 0);
    let senior = settled.settlement.tranches[0];
    assert_eq!(senior.value_before, senior.claim_before);
    assert_eq!(values(&settled)[1], 700_000_000 - senior.claim_before);
    assert!(settled.settlement.tranches[1].claim_after > 250_000_000);
}

#[test]
fn recovery_refills_from_the_top_and_a_wiped_class_does_not_grow() {
    let wiped = settle_at(deployed(), lent(300_000_000), START.plus(DAY).plus(DAY)).pool;
    assert_eq!(wiped.tranches[1].value, 0);
    let claim = wiped.tranches[1].owed();
    let later = settle_at(
        wiped,
        lent(600_000_000),
        START.plus(DAY).plus(Period(DAY.0 * 10)),
    );
    assert_eq!(later.settlement.tranches[1].claim_before, claim);
    let senior = later.settlement.tranches[0];
    assert_eq!(senior.value_before, senior.claim_before);
    assert_eq!(values(&later)[1], 800_000_000 - senior.claim_before);
}

#[test]
fn an_impaired_class_takes_no_money_and_pays_out_pro_rata() {
    let mut pool = deployed();
    order_deposit(&mut pool, JUNIOR, 1_000_000_000);
    order_redemption(&mut pool, MEZZANINE, 125_000_000);
    let settled = settle_at(pool, lent(500_000_000), START.plus(DAY).plus(DAY));
    let [_, mezzanine, junior] = settled.settlement.tranches[..] else {
        panic!("three tranches")
    };
    assert_eq!(junior.fill.deposited, 0);
    // Below the senior stands only the mezzanine itself, thinner than 40 %: it cannot leave.
    assert_eq!(mezzanine.fill.burned, 0);
}

#[test]
fn seniors_leave_an_impaired_pool_with_the_cash_there_is() {
    let mut pool = deployed();
    order_redemption(&mut pool, SENIOR, 600_000_000);
    let settled = settle_at(pool, lent(500_000_000), START.plus(DAY).plus(DAY));
    let senior = settled.settlement.tranches[0];
    assert!(senior.fill.paid <= 200_000_000 && senior.fill.paid > 199_999_990);
    assert_eq!(
        settled.settlement.cash_after,
        200_000_000 - senior.fill.paid
    );
    assert_eq!(settled.pool.ledger.books().claims, senior.fill.paid);
}

#[test]
fn nobody_enters_during_an_auction_and_nobody_leaves_without_a_price() {
    let mut pool = deployed();
    order_deposit(&mut pool, JUNIOR, 10_000_000);
    order_redemption(&mut pool, SENIOR, 10_000_000);
    let auction = Portfolio {
        stressed: 100_000_000,
        seized_debt: 120_000_000,
        ..lent(680_000_000)
    };
    let settled = settle_at(pool.clone(), auction, START.plus(DAY).plus(DAY));
    assert_eq!(settled.settlement.tranches[2].fill.deposited, 0);
    assert_eq!(settled.settlement.tranches[0].fill.burned, 10_000_000);
    let frozen = Portfolio {
        frozen: true,
        ..auction
    };
    let settled = settle_at(pool, frozen, START.plus(DAY).plus(DAY));
    assert_eq!(settled.settlement.tranches[0].fill.burned, 0);
}

#[test]
fn value_that_no_class_owns_becomes_dust_and_not_a_gift() {
    let mut pool = Pool::new(&terms(), START);
    pool.ledger.collect(5, 0).unwrap();
    order_deposit(&mut pool, JUNIOR, 1_000);
    let settled = settle_at(pool, lent(0), START.plus(DAY));
    assert_eq!(settled.settlement.dust, 5);
    assert_eq!(settled.settlement.tranches[2].value_after, 1_000);
    assert_eq!(settled.pool.ledger.books().dust, 5);
}

#[test]
fn skipped_epochs_keep_the_grid_and_cost_nothing() {
    let pool = Pool::new(&terms(), START);
    let late = START.plus(Period(DAY.0 * 10 + 1));
    let settled = settle_at(pool, lent(0), late);
    assert_eq!(settled.pool.epoch, 1);
    assert_eq!(settled.pool.epoch_ends_at, START.plus(Period(DAY.0 * 11)));
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let mut pool = funded();
    pool.tranches[2].supply = 0; // its 150 million become dust …
    pool.ledger = crate::ledger::Ledger::default(); // … but the cash is gone
    let settled = settle(pool, lent(0), DAY, START.plus(DAY).plus(DAY));
    assert_eq!(settled.map(|settled| settled.settlement.value_after), Ok(0));
    let mut pool = Pool::new(&terms(), START);
    pool.ledger.receive_order(5).unwrap();
    assert_eq!(
        pool.ledger.return_order(6),
        Err(finance::MathError::Underflow)
    );
}

#[test]
fn a_draw_leaves_the_buffer_and_what_waiting_redemptions_are_worth() {
    let mut pool = funded();
    order_redemption(&mut pool, SENIOR, 100_000_000);
    let buffer = terms().liquidity_buffer;
    // 1000 − 5 % of 1000 − 100 = 850.
    assert_eq!(pool.drawable(&lent(0), buffer), Ok(850_000_000));
    let before = pool.clone();
    assert_eq!(
        pool.draw(850_000_001, &lent(850_000_001), buffer),
        Err(PoolError::InsufficientCash {
            drawable: 850_000_000
        })
    );
    assert_eq!(pool, before);
    assert_eq!(pool.draw(850_000_000, &lent(850_000_000), buffer), Ok(()));
    assert_eq!(pool.deployed, Ratio::from_bps(8_500));
}

#[test]
fn nothing_is_lent_while_a_class_is_too_thin() {
    let pool = settle_at(deployed(), lent(700_000_000), START.plus(DAY).plus(DAY)).pool;
    let refused = pool
        .clone()
        .draw(1, &lent(700_000_001), terms().liquidity_buffer);
    // 900 − 600 = 300 below the senior is 33 % < 40 %.
    assert_eq!(
        refused,
        Err(PoolError::ThinSubordination { tranche: SENIOR })
    );
}

#[test]
fn a_senior_redemption_may_be_paid_from_a_junior_deposit() {
    let mut pool = funded();
    pool.draw(950_000_000, &lent(950_000_000), Ratio::ZERO)
        .unwrap();
    order_deposit(&mut pool, JUNIOR, 20_000_000);
    order_redemption(&mut pool, SENIOR, 60_000_000);
    let settled = settle_at(pool, lent(950_000_000), START.plus(DAY).plus(DAY));
    // 50 of the pool's own and 20 from below: 60 go out, and 10 are left.
    let paid = settled.settlement.tranches[0].fill.paid;
    assert!((60_000_000..60_010_000).contains(&paid));
    assert_eq!(settled.settlement.cash_after, 70_000_000 - paid);
}

#[test]
fn a_pool_of_cash_alone_lets_everybody_leave() {
    // 160 of 800 lent are lost and the rest is repaid: the junior is wiped and the mezzanine impaired.
    let mut pool = deployed();
    pool.collect(640_000_000, 0, &lent(0)).unwrap();
    order_redemption(&mut pool, MEZZANINE, 250_000_000);
    let settled = settle_at(pool, lent(0), START.plus(DAY).plus(DAY));
    let [senior, mezzanine, _] = settled.settlement.tranches[..] else {
        panic!("three tranches")
    };
    assert_eq!(mezzanine.fill.paid, 840_000_000 - senior.claim_before);
    assert_eq!(settled.settlement.cash_after, senior.value_after);
}

#[test]
fn a_missing_price_wipes_nobody_out() {
    // Nothing is left for the mezzanine while the seized loans count as nothing.
    let missing = Portfolio {
        seized_debt: 700_000_000,
        frozen: true,
        ..lent(100_000_000)
    };
    let day = START.plus(DAY).plus(DAY);
    let settled = settle_at(deployed(), missing, day);
    assert_eq!(settled.settlement.tranches[1].value_after, 0);
    let claim = settled.settlement.tranches[1].claim_after;
    let later = settle_at(settled.pool, missing, day.plus(DAY));
    assert!(later.settlement.tranches[1].claim_before > claim);
}
