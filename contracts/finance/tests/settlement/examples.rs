//! Settlements with numbers that can be checked by hand.

use crate::conservation::Settlement;
use crate::world::{Deal, Event, World};
use finance::distribution::{Policy, INDEX_ONE};
use finance::settlement::{ClassTerms, ClassTrace, Phase, Portfolio, Terms, Trade, Waiting};
use finance::{Period, Price, Ratio, Timestamp};

const DAY: u64 = 86_400;
const YEAR: u64 = 31_536_000;

fn class(rate_bps: u32, minimum_bps: u32) -> ClassTerms {
    ClassTerms {
        target_rate: Ratio::from_bps(rate_bps),
        minimum_subordination: Ratio::from_bps(minimum_bps),
        cap: u128::MAX,
        ..ClassTerms::default()
    }
}

/// Senior 5 % a year behind 40 %, mezzanine 9 % behind 15 %, junior.
fn terms() -> Terms {
    Terms {
        classes: vec![class(500, 4_000), class(900, 1_500), class(0, 0)],
        frozen_limit: Period::from_secs(30 * DAY),
        ..Terms::default()
    }
}

fn deposit(world: &mut World, class: usize, amount: u128) {
    world.does(&Event::Deposit {
        class,
        amount,
        limit: None,
    });
}

fn redeem(world: &mut World, class: usize, amount: u128) {
    world.demand[class].redemptions.market += amount;
}

/// 600, 250 and 150 million base units subscribed and issued one to one; nobody insures them.
fn funded(terms: Terms) -> World {
    let mut world = World::new(Deal(terms));
    world.insured = 0;
    for (class, amount) in [(0, 600_000_000), (1, 250_000_000), (2, 150_000_000)] {
        deposit(&mut world, class, amount);
    }
    world.settles();
    world
}

/// The funded pool with 800 million lent out at once.
fn deployed(terms: Terms) -> World {
    let mut world = funded(terms);
    world.draw(800_000_000);
    world
}

/// Settles with `performing` debt `seconds` later.
fn settles(world: &mut World, performing: u128, seconds: u64) -> Vec<ClassTrace> {
    settlement(world, performing, seconds).settled.classes
}

fn settlement(world: &mut World, performing: u128, seconds: u64) -> Settlement {
    world.now = world.now.plus(Period::from_secs(seconds));
    world.portfolio.performing = performing;
    world.settles()
}

fn values(classes: &[ClassTrace]) -> Vec<u128> {
    classes.iter().map(|class| class.value_before).collect()
}

#[test]
fn the_first_orders_are_issued_one_to_one_and_the_residual_makes_room_for_the_rest() {
    let world = funded(terms());
    let supplies: Vec<_> = world
        .state
        .classes
        .iter()
        .map(|class| class.supply)
        .collect();
    // 150 carries 150/0.15 = 1000, and 400 below the senior carry 400/0.4 = 1000: all of it fills.
    assert_eq!(supplies, [600_000_000, 250_000_000, 150_000_000]);
    assert_eq!(world.cash, 1_000_000_000);
}

#[test]
fn claims_grow_on_the_deployed_share_and_the_residual_takes_the_rest() {
    // 800 of 1000 are lent: the senior's 5 % a year is 4 %, the mezzanine's 9 % is 7.2 %.
    let settled = settlement(&mut deployed(terms()), 880_000_000, YEAR).settled;
    let (trace, classes) = (settled.trace, settled.classes);
    assert_eq!(trace.cash_before, 200_000_000);
    assert_eq!(trace.value_before, 1_080_000_000);
    // 600 × e^0.04 = 624.486464…, 250 × e^0.072 = 268.663835….
    assert_eq!(values(&classes)[..2], [624_486_464, 268_663_835]);
    assert_eq!(
        values(&classes)[2],
        1_080_000_000 - 624_486_464 - 268_663_835
    );
    // Or on all of it, if that is agreed: 600 × e^0.05, 250 × e^0.09.
    let whole = Terms {
        accrual: finance::settlement::Accrual::Whole,
        ..terms()
    };
    let classes = settles(&mut deployed(whole), 880_000_000, YEAR);
    assert_eq!(values(&classes)[..2], [630_762_657, 273_543_570]);
}

#[test]
fn a_loss_is_borne_from_the_bottom_up_and_claims_stand() {
    // Of 800 lent 500 are left: 300 are lost. The junior's 150 go first, then 150 of the mezzanine's 250.
    let classes = settles(&mut deployed(terms()), 500_000_000, DAY);
    assert_eq!(classes[2].value_before, 0);
    assert_eq!(classes[0].value_before, classes[0].claim_before);
    assert_eq!(
        classes[1].value_before,
        700_000_000 - classes[0].claim_before
    );
    assert!(classes[1].claim_after > 250_000_000);
}

#[test]
fn recovery_refills_from_the_top_and_a_wiped_class_does_not_grow() {
    let mut world = deployed(terms());
    let wiped = settles(&mut world, 300_000_000, DAY);
    assert_eq!(wiped[1].value_after, 0);
    // What is worth nothing has nothing to protect; the senior has.
    assert_eq!([wiped[0].covered, wiped[1].covered], [false, true]);
    let later = settles(&mut world, 600_000_000, 10 * DAY);
    assert_eq!(later[1].claim_before, wiped[1].claim_after);
    assert_eq!(later[0].value_before, later[0].claim_before);
    assert_eq!(later[1].value_before, 800_000_000 - later[0].claim_before);
}

#[test]
fn an_impaired_class_takes_no_money_and_keeps_what_covers_those_above() {
    let mut world = deployed(terms());
    deposit(&mut world, 2, 1_000_000_000);
    redeem(&mut world, 1, 125_000_000);
    let classes = settles(&mut world, 500_000_000, DAY);
    assert_eq!(classes[2].fill.deposited, 0);
    // Below the senior stands only the mezzanine itself, thinner than 40 %: it cannot leave.
    assert_eq!(classes[1].fill.burned, 0);
}

#[test]
fn seniors_leave_an_impaired_pool_with_the_cash_there_is() {
    let mut world = deployed(terms());
    redeem(&mut world, 0, 600_000_000);
    let paid = settles(&mut world, 500_000_000, DAY)[0].fill.paid;
    assert!(paid <= 200_000_000 && paid > 199_999_990);
    assert_eq!(world.cash, 200_000_000 - paid);
}

#[test]
fn while_a_price_is_missing_only_the_top_class_leaves_and_only_if_the_rest_covers_it_without_that_debt(
) {
    let frozen = |doubtful| Portfolio {
        frozen: true,
        frozen_debt: doubtful,
        ..Portfolio::default()
    };
    for (doubtful, burned) in [(100_000_000, 10_000_000), (700_000_000, 0)] {
        let mut world = deployed(terms());
        deposit(&mut world, 2, 10_000_000);
        redeem(&mut world, 0, 10_000_000);
        redeem(&mut world, 2, 1_000_000);
        let principal = world.portfolio.principal;
        world.portfolio = Portfolio {
            principal,
            ..frozen(doubtful)
        };
        world.terms.0.classes[0].minimum_subordination = Ratio::from_bps(2_000);
        world.terms.0.classes[1].minimum_subordination = Ratio::from_bps(500);
        let classes = settles(&mut world, 800_000_000, DAY);
        assert_eq!(classes[0].fill.burned, burned);
        assert_eq!((classes[2].fill.deposited, classes[2].fill.burned), (0, 0));
    }
}

#[test]
fn a_missing_price_wipes_nobody_out() {
    let mut world = deployed(terms());
    world.portfolio.seized_debt = 700_000_000;
    world.portfolio.frozen = true;
    // Nothing is left for the mezzanine while the seized loans count as nothing.
    let first = settles(&mut world, 100_000_000, DAY);
    assert_eq!(first[1].value_after, 0);
    let second = settles(&mut world, 100_000_000, DAY);
    assert!(second[1].claim_before > first[1].claim_after);
}

#[test]
fn value_that_no_class_owns_becomes_dust_and_not_a_gift() {
    let mut terms = terms();
    terms.performance_fee = Ratio::from_bps(3_000);
    let mut world = World::new(Deal(terms));
    world.cash = 5;
    deposit(&mut world, 2, 1_000);
    let settled = world.settles().settled;
    assert_eq!((settled.trace.dust, settled.trace.performance_fee), (5, 0));
    assert_eq!(settled.classes[2].value_after, 1_000);
    assert_eq!(world.cash, 1_000);
}

#[test]
fn a_residual_that_was_given_up_takes_new_money_while_loans_are_out() {
    // All gave up, or all but one token, while it was marked at nothing; and a little came back.
    for (left, dust, minted) in [(0, 39_591, 100_000_000), (1, 39_491, 1_000_000)] {
        let mut world = deployed(terms());
        world.state.classes[2].supply = left;
        world.state.high_water = 9_000 * INDEX_ONE;
        deposit(&mut world, 2, 100_000_000);
        let settled = settlement(&mut world, 650_039_591, 0).settled;
        assert_eq!(settled.trace.dust, dust);
        let fill = settled.classes[2].fill;
        assert_eq!((fill.deposited, fill.minted), (100_000_000, minted));
        let price = settled.classes[2].value_after / settled.classes[2].supply_after;
        assert_eq!(world.state.high_water, price * INDEX_ONE);
    }
}

#[test]
fn a_residual_worth_nothing_keeps_its_mark_and_one_that_nobody_owns_enters_at_one() {
    let mut world = deployed(terms());
    world.state.high_water = 7 * INDEX_ONE;
    let residual = settlement(&mut world, 650_000_000, 0).settled.classes[2];
    assert_eq!((residual.value_after, residual.entry), (0, Price::ONE));
    assert_eq!(world.state.high_water, 7 * INDEX_ONE);
    // All of the pool is lent, so that nothing of what nobody owns can leave.
    let mut world = funded(terms());
    world.draw(1_000_000_000);
    world.state.classes[2].supply = 0;
    let residual = settlement(&mut world, 1_000_000_000, 0).settled.classes[2];
    assert_eq!(
        (residual.value_after, residual.entry),
        (150_000_000, Price::ONE)
    );
}

#[test]
fn what_few_tokens_cannot_own_stays_while_a_price_is_missing_and_of_many_always() {
    for (supply, frozen, dust) in [
        (1_000, false, 149_900_000),
        (1_000, true, 0),
        (1_001, false, 0),
    ] {
        let mut world = deployed(terms());
        world.state.classes[2].supply = supply;
        world.portfolio.frozen = frozen;
        let settled = settlement(&mut world, 800_000_000, 0).settled;
        assert_eq!(settled.trace.dust, dust);
    }
}

#[test]
fn who_begins_a_residual_anew_buys_at_one_and_pays_for_his_own_gains() {
    let mut world = simple();
    world.state.classes[1].supply = 3;
    world.state.high_water = 50_000_000 * INDEX_ONE;
    for (limit, amount) in [(5_000, 7_000_000), (10_000, 4_000_000)] {
        world.does(&Event::Deposit {
            class: 1,
            amount,
            limit: Some(Ratio::from_bps(limit).0),
        });
    }
    let class = world.settles().settled.classes[1];
    assert_eq!((class.entry, class.fill.minted), (Price::ONE, 4_000_000));
    assert_eq!(world.state.high_water, INDEX_ONE);
    world.cash += 1_000_000;
    assert_eq!(world.settles().settled.trace.performance_fee, 299_999);
}

#[test]
fn a_senior_redemption_may_be_paid_from_a_junior_deposit() {
    let mut world = funded(terms());
    world.draw(950_000_000);
    deposit(&mut world, 2, 20_000_000);
    redeem(&mut world, 0, 60_000_000);
    // 50 of the pool's own and 20 from below: 60 go out, and 10 are left.
    let paid = settles(&mut world, 950_000_000, DAY)[0].fill.paid;
    assert!((60_000_000..60_010_000).contains(&paid));
    assert_eq!(world.cash, 70_000_000 - paid);
}

#[test]
fn a_pool_of_cash_alone_lets_everybody_leave() {
    // 160 of 800 lent are lost and the rest is repaid: the junior is wiped and the mezzanine impaired.
    let mut world = deployed(terms());
    world.portfolio = Portfolio::default();
    world.cash += 640_000_000;
    redeem(&mut world, 1, 250_000_000);
    let classes = settles(&mut world, 0, DAY);
    assert_eq!(classes[1].fill.paid, 840_000_000 - classes[0].claim_before);
    assert_eq!(world.cash, classes[0].value_after);
    // 28 % lie below the senior, but no loan that could be lost.
    assert!(classes[0].covered);
}

#[test]
fn debt_in_auction_is_lent_as_well() {
    let mut world = deployed(terms());
    world.portfolio = in_auction(800_000_000, world.portfolio.principal);
    // The senior has its 40 % exactly: the mezzanine cannot leave.
    redeem(&mut world, 1, 10_000_000);
    assert_eq!(settles(&mut world, 0, 0)[1].fill.burned, 0);
}

/// Debt in auction that will be raised.
fn in_auction(debt: u128, principal: u128) -> Portfolio {
    Portfolio {
        principal,
        seized_debt: debt,
        stressed: debt,
        market: debt,
        ..Portfolio::default()
    }
}

/// The same deal, paying coupons out.
fn paying() -> Terms {
    let mut terms = terms();
    for class in &mut terms.classes {
        class.policy = Policy::PayOut;
    }
    terms
}

#[test]
fn interest_pays_coupons_from_the_top_and_the_residual_what_is_left() {
    let mut world = deployed(paying());
    world.now = world.now.plus(Period::from_secs(YEAR / 4));
    world.portfolio.performing = 820_000_000;
    world.collect(0, 20_000_000);
    let settlement = world.settles();
    let [senior, mezzanine, residual] = settlement.settled.classes[..] else {
        panic!("three classes")
    };
    // A quarter of 4 % on 600 and of 7.2 % on 250.
    assert_eq!(senior.payout.coupon, 6_030_100);
    assert_eq!(mezzanine.payout.coupon, 4_540_744);
    // Of the 9.43 that are left, all but what the mezzanine's cover needs to the unit.
    assert_eq!(residual.payout.coupon, 9_429_155);
    assert_eq!(
        (senior.claim_after, mezzanine.claim_after),
        (600_000_000, 250_000_000)
    );
    assert_eq!(residual.value_after, 150_000_001);
    // Every token of a class got the same.
    assert_eq!(senior.rise, 6_030_100 * INDEX_ONE / 600_000_000);
    // Of what comes later the index tells all, its rise what is new.
    world.now = world.now.plus(Period::from_secs(YEAR / 4));
    world.portfolio.performing = 803_000_000;
    world.collect(0, 3_000_000);
    let later = world.settles().settled.classes[0];
    assert_eq!(later.rise, 5_000_000 * 1_000_000_000_000_000_000);
    assert_eq!(later.index, senior.index + later.rise);
}

#[test]
fn while_a_loan_is_in_auction_the_residual_has_no_coupon() {
    let mut world = deployed(paying());
    world.now = world.now.plus(Period::from_secs(YEAR / 4));
    world.portfolio.performing = 820_000_000;
    world.collect(0, 20_000_000);
    world.portfolio = Portfolio {
        performing: 700_000_000,
        ..in_auction(100_000_000, 800_000_000)
    };
    let classes = world.settles().settled.classes;
    assert_eq!(classes[1].payout.coupon, 4_540_744);
    assert_eq!(classes[2].payout.coupon, 0);
}

/// Whether a settlement makes claims grow on another share of the pool than before.
fn redeploys(mut world: World) -> bool {
    let before = Ratio(7);
    world.state.deployed = before;
    world.settles();
    let share = finance::claim::deployed_share(world.portfolio.principal, world.cash);
    assert!(world.state.deployed == before || Ok(world.state.deployed) == share);
    world.state.deployed != before
}

#[test]
fn claims_grow_on_another_share_from_the_settlement_on_that_moves_cash() {
    assert!(!redeploys(deployed(terms())));
    let mut repaid = deployed(terms());
    repaid.portfolio.principal -= 1;
    assert!(redeploys(repaid));
    let mut filled = deployed(terms());
    deposit(&mut filled, 2, 1_000);
    assert!(redeploys(filled));
    let mut covered = deployed(terms());
    (covered.insured, covered.portfolio.written_off) = (1_000, 5);
    assert!(redeploys(covered));
    let mut distributed = deployed(paying());
    (distributed.cash, distributed.state.interest) = (200_000_009, 9);
    assert!(redeploys(distributed));
    // Nobody holds the residual, and five base units are nobody's.
    let mut unowned = World::new(Deal(Terms {
        classes: vec![class(0, 0), class(0, 0)],
        ..Terms::default()
    }));
    deposit(&mut unowned, 0, 1_000);
    unowned.settles();
    unowned.draw(500);
    unowned.cash += 5;
    assert!(redeploys(unowned));
}

#[test]
fn a_price_that_is_missing_beyond_the_limit_pays_principal_back_and_returns() {
    let mut world = deployed(terms());
    world.portfolio.frozen = true;
    let principal = |world: &mut World, seconds| {
        let classes = settles(world, 800_000_000, seconds);
        (classes[0].payout.principal, world.state.phase)
    };
    assert_eq!(principal(&mut world, DAY), (0, Phase::Revolving));
    assert_eq!(principal(&mut world, 30 * DAY), (0, Phase::Revolving));
    assert_eq!(principal(&mut world, 1), (200_000_000, Phase::Revolving));
    world.portfolio.frozen = false;
    world.cash += 7;
    assert_eq!(principal(&mut world, DAY), (0, Phase::Revolving));
    assert_eq!(world.state.frozen_since, None);
}

#[test]
fn what_there_is_no_interest_for_stays_in_the_claim() {
    let mut world = deployed(paying());
    world.now = world.now.plus(Period::from_secs(YEAR / 4));
    world.portfolio.performing = 820_000_000;
    world.collect(0, 7_000_000);
    let classes = world.settles().settled.classes;
    assert_eq!(classes[0].payout.coupon, 6_030_100);
    assert_eq!(classes[1].payout.coupon, 7_000_000 - 6_030_100);
    assert_eq!(
        classes[1].claim_after,
        250_000_000 + 4_540_744 - (7_000_000 - 6_030_100)
    );
    assert_eq!(classes[2].payout.coupon, 0);
    // The rest is due next time.
    assert_eq!(
        world.state.classes[1].coupon,
        4_540_744 - (7_000_000 - 6_030_100)
    );
}

#[test]
fn while_a_test_is_broken_interest_pays_principal_of_the_top_class_until_it_is_cured() {
    // Senior 600, mezzanine 250, junior 100: the mezzanine's 15 % need 950 × 0.15 = 142.5. Paid to the senior, 283.4 would cure it.
    let mut world = deployed(paying());
    world.portfolio.performing = 750_000_000;
    world.portfolio.principal = 750_000_000;
    world.state.interest = 30_000_000;
    let classes = world.settles().settled.classes;
    assert!(!classes[0].covered && !classes[1].covered);
    assert_eq!(classes[0].payout.principal, 30_000_000);
    assert_eq!(classes[0].claim_after, 570_000_000);
    assert_eq!((classes[1].payout.coupon, classes[2].payout.coupon), (0, 0));
    // A hole of 1 needs 1 ÷ 0.15 = 6.7 and no more.
    let mut world = deployed(paying());
    world.portfolio.performing = 799_000_000;
    world.state.interest = 30_000_000;
    let classes = world.settles().settled.classes;
    // 999 − 149 ÷ 0.15 = 5.666…
    assert_eq!(classes[0].payout.principal, 5_666_667);
}

#[test]
fn interest_that_does_not_cover_the_coupons_is_diverted_whole() {
    let mut terms = paying();
    terms.classes[1].interest_cover = Ratio::from_bps(12_000);
    let mut world = deployed(terms);
    world.now = world.now.plus(Period::from_secs(YEAR / 4));
    world.portfolio.performing = 820_000_000;
    world.collect(0, 12_000_000);
    // 1.2 × (6.03 + 4.54) = 12.7: down to the class that fails coupons are paid, and nobody below it.
    let classes = world.settles().settled.classes;
    assert!(classes[0].interest_covered && !classes[1].interest_covered);
    assert_eq!(classes[0].payout.coupon, 6_030_100);
    assert_eq!(classes[1].payout.coupon, 4_540_744);
    assert_eq!(
        classes[0].payout.principal,
        12_000_000 - 6_030_100 - 4_540_744
    );
    assert_eq!(classes[2].payout.coupon, 0);
}

#[test]
fn a_weak_quarter_is_forgotten_when_interest_is_back() {
    let mut terms = paying();
    for class in &mut terms.classes[..2] {
        class.interest_cover = Ratio::from_bps(10_500);
    }
    let mut world = deployed(terms);
    for (interest, covered) in [(9_000_000, false), (14_000_000, true)] {
        world.now = world.now.plus(Period::from_secs(YEAR / 4));
        world.portfolio.performing = 800_000_000 + interest;
        world.collect(0, interest);
        let classes = world.settles().settled.classes;
        assert_eq!(classes.iter().all(|class| class.interest_covered), covered);
    }
}

#[test]
fn what_newcomers_paid_is_their_own_high_water_mark() {
    let mut terms = terms();
    terms.performance_fee = Ratio::from_bps(3_000);
    let mut world = World::new(Deal(terms));
    deposit(&mut world, 2, 1_000);
    world.settles();
    // Half of the residual is debt in auction, marked at half: entry at 1.3, the mark at 1.
    world.cash = 700;
    world.portfolio = Portfolio {
        stressed: 300,
        market: 600,
        seized_debt: 600,
        ..Portfolio::default()
    };
    deposit(&mut world, 2, 1_300);
    assert_eq!(world.settles().settled.classes[2].fill.minted, 1_000);
    // Repaid in full, 2 600 are worth what was paid for half of them: only the other half gained.
    world.cash += 600;
    world.portfolio = Portfolio::default();
    let settled = world.settles().settled;
    assert_eq!(settled.trace.performance_fee, 90);
}

#[test]
fn nobody_lowers_the_high_water_mark_by_entering_and_leaving() {
    let mut terms = terms();
    terms.performance_fee = Ratio::from_bps(2_000);
    let mut world = World::new(Deal(terms));
    deposit(&mut world, 2, 1_000);
    world.settles();
    // Half is lost; somebody enters with nine times as much as is left, and leaves.
    world.cash = 500;
    deposit(&mut world, 2, 4_500);
    assert_eq!(world.settles().settled.classes[2].fill.minted, 9_000);
    redeem(&mut world, 2, 9_000);
    assert_eq!(world.settles().settled.classes[2].fill.burned, 9_000);
    // What was lost comes back: the holder gained nothing.
    world.cash += 500;
    assert_eq!(world.settles().settled.trace.performance_fee, 0);
    world.cash += 100;
    assert_eq!(world.settles().settled.trace.performance_fee, 20);
}

#[test]
fn a_pool_that_owes_more_fees_than_it_has_takes_no_deposit_and_settles() {
    let mut terms = terms();
    terms.management_fee = Ratio::from_bps(500);
    let mut world = deployed(terms);
    world.draw(world.cash);
    settlement(&mut world, 0, YEAR);
    deposit(&mut world, 2, 50);
    let settled = settlement(&mut world, 0, DAY).settled;
    assert!(settled.trace.fees_owed > 0);
    assert_eq!(settled.classes[2].fill.deposited, 0);
}

#[test]
fn a_deal_that_amortises_pays_principal_back_from_the_top_and_fills_nothing() {
    let mut terms = terms();
    terms.amortises_at = Some(Timestamp(2_000_000));
    let mut world = deployed(terms);
    deposit(&mut world, 2, 1_000_000);
    redeem(&mut world, 2, 1_000_000);
    let settlement = settlement(&mut world, 800_000_000, DAY);
    assert_eq!(settlement.settled.trace.phase, Phase::Amortising);
    let classes = settlement.settled.classes;
    assert_eq!(classes[0].payout.principal, 200_000_000);
    assert_eq!((classes[2].fill.deposited, classes[2].fill.burned), (0, 0));
    // The rest of the senior, all of the mezzanine, and the residual what is left.
    world.cash = 800_000_000;
    world.portfolio = Portfolio::default();
    let classes = settles(&mut world, 0, DAY);
    assert_eq!(classes[0].value_after, 0);
    assert_eq!(classes[1].value_after, 0);
    let senior = classes[0].payout.principal;
    let mezzanine = classes[1].payout.principal;
    assert_eq!(
        classes[2].payout.principal,
        800_000_000 - senior - mezzanine
    );
    assert_eq!(world.state.phase, Phase::Closed);
}

#[test]
fn tests_broken_too_often_in_a_row_amortise_the_deal() {
    let mut terms = terms();
    terms.patience = Some(3);
    let mut world = deployed(terms);
    for expected in [Phase::Revolving, Phase::Revolving, Phase::Amortising] {
        let settled = settlement(&mut world, 700_000_000, DAY).settled;
        assert_eq!(settled.trace.phase, expected);
    }
}

#[test]
fn a_realised_loss_that_reaches_a_claim_winds_the_deal_down_and_a_mark_does_not() {
    let mut world = deployed(terms());
    // All in auction, marked at half.
    world.portfolio.seized_debt = 800_000_000;
    world.portfolio.stressed = 400_000_000;
    assert_eq!(
        settlement(&mut world, 0, DAY).settled.trace.phase,
        Phase::Revolving
    );
    // Sold at half.
    world.portfolio = Portfolio {
        written_off: 400_000_000,
        ..Portfolio::default()
    };
    world.cash += 400_000_000;
    let settled = settlement(&mut world, 0, DAY).settled;
    assert_eq!(settled.trace.phase, Phase::Closed);
    assert_eq!(settled.classes[0].payout.principal, 600_000_000);
    assert_eq!(settled.classes[2].payout.principal, 0);
}

#[test]
fn insurance_bears_a_realised_loss_before_the_residual_and_once() {
    let mut world = deployed(terms());
    world.portfolio.principal = 700_000_000;
    world.portfolio.written_off = 100_000_000;
    world.insured = 600;
    let settled = settlement(&mut world, 700_000_000, 0).settled;
    assert_eq!(settled.trace.cover, 60_000_000);
    assert_eq!(settled.trace.cash_after, 260_000_000);
    assert_eq!(settled.classes[2].value_before, 110_000_000);
    let settled = settlement(&mut world, 700_000_000, 0).settled;
    assert_eq!(settled.trace.cover, 0);
}

#[test]
fn fees_come_first_and_wait_where_there_is_no_cash() {
    let mut terms = terms();
    terms.management_fee = Ratio::from_bps(100);
    terms.performance_fee = Ratio::from_bps(2_000);
    let mut world = deployed(terms);
    // 1 % of 800 for a year; the residual gains 80 − 24.49 − 18.66 − 8 = 28.85 and pays a fifth of it.
    let settled = settlement(&mut world, 880_000_000, YEAR).settled;
    let gain = 1_080_000_000 - 8_000_000 - 624_486_464 - 268_663_835 - 150_000_000;
    assert_eq!(settled.trace.performance_fee, gain / 5);
    assert_eq!(settled.trace.fees_funded, 8_000_000 + gain / 5);
    // Lent to the last unit, the pool owes its fees and is worth less by them.
    world.draw(world.cash);
    let lent = world.portfolio.performing;
    let settled = settlement(&mut world, lent, YEAR / 10).settled;
    assert_eq!(settled.trace.fees_funded, 0);
    assert!(settled.trace.fees_owed > 900_000);
    assert_eq!(settled.trace.value_after, lent - settled.trace.fees_owed);
}

#[test]
fn gains_are_charged_once_and_not_while_they_are_in_doubt() {
    let mut terms = terms();
    terms.performance_fee = Ratio::from_bps(1_000);
    let mut world = deployed(terms);
    // All of the gain hangs on debt in auction, then on a price that is missing.
    world.portfolio.seized_debt = 100_000_000;
    world.portfolio.stressed = 100_000_000;
    let fee = |world: &mut World, performing| {
        settlement(world, performing, DAY)
            .settled
            .trace
            .performance_fee
    };
    assert_eq!(fee(&mut world, 800_000_000), 0);
    world.portfolio.frozen = true;
    assert_eq!(fee(&mut world, 900_000_000), 0);
    world.portfolio.frozen = false;
    world.portfolio.stressed = 0;
    world.portfolio.seized_debt = 0;
    assert!(
        settlement(&mut world, 900_000_000, 0)
            .settled
            .trace
            .performance_fee
            > 9_900_000
    );
    assert_eq!(
        settlement(&mut world, 900_000_000, 0)
            .settled
            .trace
            .performance_fee,
        0
    );
    // Lost and regained is no gain.
    settlement(&mut world, 850_000_000, 0);
    assert_eq!(
        settlement(&mut world, 900_000_000, 0)
            .settled
            .trace
            .performance_fee,
        0
    );
}

#[test]
fn a_deal_that_is_wound_down_pays_no_coupon_before_principal() {
    let mut terms = paying();
    terms.ends_at = Some(Timestamp(2_000_000));
    let mut world = deployed(terms);
    world.now = world.now.plus(Period::from_secs(YEAR / 4));
    world.portfolio.performing = 820_000_000;
    world.collect(0, 20_000_000);
    let settled = world.settles().settled;
    assert_eq!(settled.trace.phase, Phase::WindDown);
    let payouts = settled.classes.iter().map(|class| class.payout);
    let payouts: Vec<_> = payouts.map(|paid| (paid.coupon, paid.principal)).collect();
    assert_eq!(payouts, [(0, 220_000_000), (0, 0), (0, 0)]);
}

#[test]
fn a_deal_whose_loans_are_worth_nothing_is_not_over() {
    let mut terms = terms();
    terms.amortises_at = Some(Timestamp(2_000_000));
    let mut world = deployed(terms);
    world.cash = 0;
    world.portfolio = Portfolio {
        stressed: 0,
        ..in_auction(800_000_000, 0)
    };
    assert_eq!(settles(&mut world, 0, DAY)[0].value_after, 0);
    assert_eq!(world.state.phase, Phase::Amortising);
    // Nothing is raised, and it is.
    world.portfolio = Portfolio::default();
    settles(&mut world, 0, DAY);
    assert_eq!(world.state.phase, Phase::Closed);
}

/// Two classes without minimum, the residual charged three tenths of its gains.
fn simple() -> World {
    let terms = Terms {
        classes: vec![class(0, 0), class(0, 0)],
        performance_fee: Ratio::from_bps(3_000),
        ..Terms::default()
    };
    World::new(Deal(terms))
}

#[test]
fn who_leaves_last_takes_the_high_water_mark_along() {
    let mut world = simple();
    deposit(&mut world, 1, 1_000);
    world.settles();
    world.cash = 1_300;
    assert_eq!(world.settles().settled.trace.performance_fee, 90);
    // 1 210 for 1 000 tokens.
    assert_eq!(world.state.high_water, INDEX_ONE / 100 * 121);
    world.settles();
    assert_eq!(world.state.high_water, INDEX_ONE / 100 * 121);
    redeem(&mut world, 1, 1_000);
    assert_eq!(world.settles().settled.classes[1].fill.paid, 1_210);
    assert_eq!(world.state.high_water, INDEX_ONE);
    // Everybody may leave a deal that revolves: it goes on.
    assert_eq!(world.state.phase, Phase::Revolving);
}

#[test]
fn who_enters_as_all_others_leave_pays_for_gains_above_what_he_paid() {
    let mut world = simple();
    deposit(&mut world, 1, 1_000);
    world.settles();
    world.cash = 605;
    redeem(&mut world, 1, 1_000);
    deposit(&mut world, 1, 605);
    let fill = world.settles().settled.classes[1].fill;
    assert_eq!((fill.minted, fill.burned), (1_000, 1_000));
    assert_eq!(world.state.high_water, INDEX_ONE / 1_000 * 605);
}

#[test]
fn a_price_is_of_one_token_and_one_where_there_is_none() {
    let mut world = simple();
    let none = world.settles().settled.classes;
    assert_eq!((none[0].entry, none[0].exit), (Price::ONE, Price::ZERO));
    deposit(&mut world, 1, 300);
    world.settles();
    world.cash = 160;
    world.portfolio = Portfolio {
        stressed: 30,
        market: 50,
        seized_debt: 60,
        ..Portfolio::default()
    };
    // 160 and 50 to who enters, 160 to who leaves.
    let residual = world.settles().settled.classes[1];
    assert_eq!(residual.entry.0, 700_000_000_000_000_000);
    assert_eq!(residual.exit.0, 533_333_333_333_333_333);
}

#[test]
fn a_limit_is_kept_by_its_own_price_and_any_better() {
    let [low, price, high] = [4, 5, 6].map(Price);
    let enters = |limit| Trade::Entry(price).keeps(limit);
    assert_eq!([low, price, high].map(enters), [false, true, true]);
    let leaves = |limit| Trade::Exit(price).keeps(limit);
    assert_eq!([low, price, high].map(leaves), [true, true, false]);
    let waiting = Waiting {
        market: 1,
        limited: vec![(low, 20), (price, 300), (high, 4_000)],
        late: 50_000,
    };
    assert_eq!(waiting.total(), Ok(54_321));
    assert_eq!(waiting.taking_part(Trade::Entry(price)), Ok(4_301));
    assert_eq!(waiting.taking_part(Trade::Exit(price)), Ok(321));
}

#[test]
fn without_a_price_the_top_class_leaves_only_if_it_is_whole_and_all_are_covered_without_that_debt()
{
    // Without 300 of 1000 the senior is whole above 14 %, without 700 it is not.
    for (doubtful, minimum, burned) in [
        (300_000_000, 2_000, 0),
        (300_000_000, 1_000, 10_000_000),
        (700_000_000, 0, 0),
    ] {
        let mut world = deployed(terms());
        redeem(&mut world, 0, 10_000_000);
        world.portfolio.frozen = true;
        world.portfolio.frozen_debt = doubtful;
        world.terms.0.classes[0].minimum_subordination = Ratio::from_bps(minimum);
        world.terms.0.classes[1].minimum_subordination = Ratio::ZERO;
        let classes = settles(&mut world, 800_000_000, 0);
        assert_eq!(classes[0].fill.burned, burned, "{doubtful} at {minimum}");
    }
}
