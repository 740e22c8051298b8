//! Settlements to the base unit: what is previewed is what happens and what is told.

use e2e_tests::*;
use finance::distribution::Payout;
use finance::fills::Fill;
use finance::settlement::{ClassTrace, Phase, Trace};
use finance::{Period, Price, Ratio, Timestamp};
use interfaces::async_vault::AsyncVault;
use interfaces::collateral_vault::{CollateralVault, LoanServicing, Portfolio};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::{AgentError, EpochSettled, EpochView, TransferAgent};
use interfaces::types::Balance;
use simulator::chain::Called;

/// The moment the `number`th epoch of the deal ends.
fn end_of_epoch(number: u64) -> Timestamp {
    START.plus(Period(DAY.0 * number))
}

/// Time runs to the end of the `number`th epoch, and feeders report a price of ether.
fn quote_at_the_end_of_epoch(world: &World, number: u64, ether: u128) {
    world.chain.advance_to(end_of_epoch(number));
    world.quote(ether, 5_000);
}

/// Closes the epoch, and shows that it was previewed and published field by field.
#[track_caller]
pub fn settles(world: &World) -> Settlement {
    world.end_epoch();
    let preview = world.reads(world.agent().preview_settlement()).unwrap();
    let epoch = world.epoch();
    let sent = world.sends("anybody", world.agent().close_epoch());
    assert_eq!(sent.answer, preview);
    assert_eq!(published(&sent, epoch), preview);
    world.assert_balanced();
    preview
}

/// The settlement as its event tells it.
pub fn published(sent: &Called<Settlement>, epoch: u32) -> Settlement {
    let [told]: [EpochSettled; 1] = sent.events().try_into().ok().unwrap();
    assert_eq!(told.epoch, epoch);
    told.settlement
}

fn values(settled: &Settlement) -> Vec<Balance> {
    settled
        .tranches
        .iter()
        .map(|tranche| tranche.value_before)
        .collect()
}

fn fills(settled: &Settlement) -> Vec<Fill> {
    settled
        .tranches
        .iter()
        .map(|tranche| tranche.fill)
        .collect()
}

fn deposited(amount: Balance, minted: Balance) -> Fill {
    Fill {
        deposited: amount,
        minted,
        ..Fill::default()
    }
}

fn redeemed(burned: Balance, paid: Balance) -> Fill {
    Fill {
        burned,
        paid,
        ..Fill::default()
    }
}

/// A class at the price of one that was and is owed what it is worth.
fn whole(value_before: Balance, fill: Fill, value_after: Balance) -> ClassTrace {
    ClassTrace {
        claim_before: value_before,
        claim_after: value_after,
        value_before,
        value_after,
        supply_after: value_after,
        fill,
        covered: true,
        interest_covered: true,
        entry: Price::ONE,
        exit: Price::ONE,
        ..ClassTrace::default()
    }
}

#[test]
fn the_first_settlement_fills_from_the_residual_up() {
    let world = World::deployed();
    world.deposit("ann", SENIOR, usd(600));
    world.deposit("ben", MEZZANINE, usd(250));
    world.deposit("cal", JUNIOR, usd(150));
    let settled = settles(&world);
    let [senior, mezzanine, junior] = [600, 250, 150].map(|whole_dollars| {
        let amount = usd(whole_dollars);
        ClassTrace {
            // Nobody can leave a class without tokens.
            exit: Price::ZERO,
            ..whole(0, deposited(amount, amount), amount)
        }
    });
    let expected = Settlement {
        settled_at: end_of_epoch(1),
        portfolio: Portfolio::default(),
        trace: Trace {
            cash_after: usd(1_000),
            value_after: usd(1_000),
            ..Trace::default()
        },
        tranches: vec![
            senior,
            mezzanine,
            // The residual is owed nothing.
            ClassTrace {
                claim_after: 0,
                ..junior
            },
        ],
    };
    assert_eq!(settled, expected);
}

#[test]
fn both_sides_fill_in_one_settlement() {
    let world = World::funded();
    world.deposit("dan", JUNIOR, usd(100));
    world.redeem("ann", SENIOR, usd(60));
    let settled = settles(&world);
    assert_eq!(settled.settled_at, end_of_epoch(2));
    let trace = Trace {
        cash_before: usd(1_000),
        cash_after: usd(1_040),
        value_before: usd(1_000),
        value_after: usd(1_040),
        ..Trace::default()
    };
    assert_eq!(settled.trace, trace);
    let junior = whole(usd(150), deposited(usd(100), usd(100)), usd(250));
    let expected = [
        ClassTrace {
            // (250 + 150) ÷ 1000 and 150 ÷ 1000, before the fills.
            subordination: Ratio::from_bps(4_000),
            ..whole(usd(600), redeemed(usd(60), usd(60)), usd(540))
        },
        ClassTrace {
            subordination: Ratio::from_bps(1_500),
            ..whole(usd(250), Fill::default(), usd(250))
        },
        ClassTrace {
            claim_before: 0,
            claim_after: 0,
            ..junior
        },
    ];
    assert_eq!(settled.tranches, expected);
}

#[test]
fn a_settlement_accrues_interest_and_claims() {
    let (world, _) = World::lent();
    quote_at_the_end_of_epoch(&world, 2, 100);
    let settled = settles(&world);
    // 86 400 seconds at 10 % on 600, at 60 % of 5 % on 600 and at 60 % of 9 % on 250.
    let performing = 600_164_406;
    let portfolio = Portfolio {
        principal: usd(600),
        performing,
        prices_at: Some(world.chain.now()),
        ..Portfolio::default()
    };
    assert_eq!(settled.portfolio, portfolio);
    let (senior, mezzanine) = (600_049_317, 250_036_989);
    let junior = usd(400) + performing - senior - mezzanine;
    assert_eq!(values(&settled), [senior, mezzanine, junior]);
    assert_eq!(settled.trace.value_after, usd(400) + performing);
    assert_eq!(fills(&settled), [Fill::default(); 3]);
}

#[test]
fn a_settlement_is_previewed_at_any_time() {
    let (world, _) = World::lent();
    let preview = || world.reads(world.agent().preview_settlement()).unwrap();
    assert_eq!(preview().portfolio.performing, usd(600));
    world.chain.advance(HOUR);
    // 600 × (1 + 0.1 ÷ 31 536 000)^3600 = 600.006849….
    assert_eq!(preview().portfolio.performing, 600_006_849);
    let ends_at = end_of_epoch(2);
    let close = world.agent().close_epoch();
    world.refuses("anybody", close, AgentError::EpochNotOver { ends_at });
}

#[test]
fn during_an_auction_who_enters_pays_the_market_and_who_leaves_gets_no_estimate() {
    let (world, ..) = World::in_auction();
    for tranche in [SENIOR, MEZZANINE, JUNIOR] {
        world.deposit("dan", tranche, usd(100));
    }
    world.redeem("ann", SENIOR, usd(100));
    world.redeem("cal", JUNIOR, usd(100));
    quote_at_the_end_of_epoch(&world, 2, 80);
    let settled = settles(&world);
    // 8 × 80 less a haircut of 10 %, for a debt of 600.000002.
    let portfolio = Portfolio {
        stressed: usd(576),
        market: 600_000_002,
        seized_debt: 600_000_002,
        prices_at: Some(world.chain.now()),
        ..Portfolio::default()
    };
    assert_eq!(settled.portfolio, portfolio);
    // 86 400 seconds at 60 % of 5 % and of 9 %.
    let (senior, mezzanine) = (600_049_317, 250_036_989);
    assert_eq!(
        values(&settled),
        [senior, mezzanine, usd(976) - senior - mezzanine]
    );
    // The junior enters at what it is worth if the collateral brings all of the debt, 149.913696 for 150 tokens, and
    // makes room above. A sixth of the senior's value leaves. The junior leaves at what it is worth if the collateral
    // brings nothing, which is nothing: what others enter at is not for those who leave.
    let entry = usd(1_000) + 2 - senior - mezzanine;
    let minted = usd(100) * usd(150) / entry;
    let both = |enters: Fill, leaves: Fill| Fill {
        burned: leaves.burned,
        paid: leaves.paid,
        ..enters
    };
    let expected = [
        both(
            deposited(usd(100), usd(100) * usd(600) / senior),
            redeemed(usd(100), senior / 6),
        ),
        deposited(usd(100), usd(100) * usd(250) / mezzanine),
        deposited(usd(100), minted),
    ];
    assert_eq!(fills(&settled), expected);
}

#[test]
fn without_the_price_behind_a_loan_nothing_fills() {
    let (world, _) = World::lent();
    world.deposit("dan", JUNIOR, usd(100));
    world.redeem("ann", SENIOR, usd(100));
    let settled = settles(&world);
    assert!(settled.portfolio.frozen);
    assert_eq!(fills(&settled), [Fill::default(); 3]);

    quote_at_the_end_of_epoch(&world, 3, 100);
    let settled = settles(&world);
    assert_eq!(settled.tranches[0].fill.burned, usd(100));
    assert!(settled.tranches[2].fill.minted > 0);
}

#[test]
fn without_the_price_of_seized_collateral_nothing_fills() {
    let (world, ..) = World::in_auction();
    world.deposit("dan", JUNIOR, usd(100));
    world.redeem("ann", SENIOR, usd(100));
    let settled = settles(&world);
    let portfolio = Portfolio {
        seized_debt: 600_000_002,
        frozen: true,
        ..Portfolio::default()
    };
    assert_eq!(settled.portfolio, portfolio);
    assert_eq!(fills(&settled), [Fill::default(); 3]);
    assert_eq!(values(&settled), [usd(400), 0, 0]);

    // With the price the value is back, and what waited fills.
    quote_at_the_end_of_epoch(&world, 3, 90);
    let settled = settles(&world);
    assert_eq!(settled.trace.value_before, usd(400) + 600_000_002);
    assert_eq!(settled.tranches[0].fill.burned, usd(100));
}

#[test]
fn after_a_loss_that_reaches_a_claim_all_that_is_left_is_paid_from_the_top() {
    let (world, _, auction) = World::in_auction();
    world.chain.advance(Period(5 * HOUR.0));
    world.provide_cash("tess", usd(432));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    assert_eq!(world.does("tess", take).cost, usd(432));
    for tranche in [SENIOR, MEZZANINE, JUNIOR] {
        world.deposit("dan", tranche, usd(100));
    }
    world.redeem("ann", SENIOR, usd(60));
    world.redeem("cal", JUNIOR, usd(150));
    let settled = settles(&world);
    let written_off = 600_000_002 - usd(432);
    let portfolio = Portfolio {
        written_off,
        ..Portfolio::default()
    };
    assert_eq!(settled.portfolio, portfolio);
    assert_eq!(settled.trace.cash_before, usd(832));
    // Five hours at 60 % of 5 %; when the debt was gone nothing was lent out any more.
    let senior = 600_010_274;
    let mezzanine = usd(832) - senior;
    assert_eq!(values(&settled), [senior, mezzanine, 0]);
    // The mezzanine is owed more than it is worth: nobody enters, orders or not, and the deal ends with this.
    assert!(settled.tranches[1].claim_before > mezzanine);
    assert_eq!(fills(&settled), [Fill::default(); 3]);
    let principal = |amount| Payout {
        coupon: 0,
        principal: amount,
    };
    let payouts: Vec<_> = settled
        .tranches
        .iter()
        .map(|tranche| tranche.payout)
        .collect();
    assert_eq!(
        payouts,
        [principal(senior), principal(mezzanine), Payout::default()]
    );
    assert_eq!(
        (settled.trace.phase, settled.trace.cash_after),
        (Phase::Closed, 0)
    );
}

#[test]
fn the_first_depositor_needs_somebody_below() {
    let world = World::deployed();
    world.deposit("ann", SENIOR, usd(600));
    assert_eq!(fills(&settles(&world)), [Fill::default(); 3]);

    world.deposit("cal", JUNIOR, usd(150));
    let settled = settles(&world);
    // 150 ÷ 375 = 40 %: 225 enter above.
    let (senior, junior) = (deposited(usd(225), usd(225)), deposited(usd(150), usd(150)));
    assert_eq!(fills(&settled), [senior, Fill::default(), junior]);
    let order = world.order("ann", SENIOR);
    assert_eq!(
        (order.pending_deposit, order.claimable_tokens),
        (usd(375), usd(225))
    );
}

#[test]
fn a_class_that_is_full_shares_what_room_there_is() {
    let world = World::deployed();
    world.deposit("ann", SENIOR, usd(300));
    world.deposit("dan", SENIOR, usd(600));
    world.deposit("cal", JUNIOR, usd(150));
    settles(&world);
    // 225 for orders of 900: a quarter of each.
    for (who, filled, left) in [("ann", 75, 225), ("dan", 150, 450)] {
        let order = world.order(who, SENIOR);
        assert_eq!(
            (order.claimable_tokens, order.pending_deposit),
            (usd(filled), usd(left))
        );
    }
}

#[test]
fn the_last_holder_leaves_with_all_and_the_next_begins_anew() {
    let world = World::deployed();
    world.deposit("cal", JUNIOR, usd(150));
    settles(&world);
    world.quote(100, 5_000);
    let position = world.borrow("olga", eth(2), usd(140));
    world.redeem("cal", JUNIOR, usd(150));
    world.deposit("dan", JUNIOR, usd(1));
    world.chain.advance(DAY);
    let owed = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    // 140 × (1 + 0.1 ÷ 31 536 000)^86400 = 140.038361….
    assert_eq!(owed, 140_038_362);
    world.provide_cash("olga", owed);
    world.does("olga", world.vault().repay(position, owed));

    let settled = settles(&world);
    // Dan enters first, at 150.038362 for 150 tokens; the next epoch finds him alone.
    assert_eq!(settled.trace.value_before, 150_038_362);
    assert_eq!(settled.tranches[2].fill.burned, usd(150));
    world.redeem("dan", JUNIOR, settled.tranches[2].fill.minted);
    let settled = settles(&world);
    assert_eq!(
        (settled.trace.value_after, settled.tranches[2].supply_after),
        (0, 0)
    );

    world.deposit("eve", JUNIOR, usd(7));
    let settled = settles(&world);
    assert_eq!(
        (settled.trace.dust, settled.tranches[2].fill),
        (0, deposited(usd(7), usd(7)))
    );
}

#[test]
fn an_order_of_one_base_unit_fills_at_par() {
    let world = World::funded();
    world.deposit("dan", JUNIOR, 1);
    world.redeem("ann", SENIOR, 1);
    assert_eq!(
        fills(&settles(&world)),
        [redeemed(1, 1), Fill::default(), deposited(1, 1)]
    );
    assert_eq!(world.claim("dan", JUNIOR).claimable_tokens, 1);
    assert_eq!(world.claim("ann", SENIOR).claimable_cash, 1);
}

#[test]
fn an_order_too_small_for_a_token_waits() {
    let (world, _) = World::lent();
    world.deposit("dan", JUNIOR, 1);
    quote_at_the_end_of_epoch(&world, 2, 100);
    // The junior is worth more than its 150 tokens: a base unit of cash buys none.
    let settled = settles(&world);
    assert!(settled.tranches[2].value_before > usd(150));
    assert_eq!(settled.tranches[2].fill, Fill::default());
    assert_eq!(world.cancel_deposit("dan", JUNIOR), 1);
}

#[test]
fn an_epoch_that_nobody_closed_is_skipped() {
    let world = World::deployed();
    world.chain.advance_to(Timestamp(end_of_epoch(4).0 - 1));
    let settled = world.does("anybody", world.agent().close_epoch());
    assert_eq!(settled.settled_at, Timestamp(end_of_epoch(4).0 - 1));
    let ends_at = end_of_epoch(4);
    let running = EpochView {
        number: 1,
        // Not an hour before its end: prices of then were known.
        cut_off_at: settled.settled_at,
        ends_at,
        phase: Phase::Revolving,
        closed_until: Timestamp(0),
    };
    assert_eq!(world.reads(world.agent().epoch()), running);
    let close = world.agent().close_epoch();
    world.refuses("anybody", close, AgentError::EpochNotOver { ends_at });
    // Closed just when the next one ends: the epoch after that is a whole one.
    settles(&world);
    let next = world.reads(world.agent().epoch());
    assert_eq!((next.number, next.ends_at), (2, end_of_epoch(5)));
}

#[test]
fn a_claim_for_somebody_else_pays_the_owner() {
    let world = World::funded();
    world.redeem("ann", SENIOR, usd(100));
    settles(&world);
    let ann = world.account("ann");
    let claimed = world.does("mallory", world.orders().claim(SENIOR, ann));
    assert_eq!(
        (claimed.claimable_cash, claimed.claimable_tokens),
        (usd(100), usd(500))
    );
    assert_eq!(world.balance(world.deal.cash, "ann"), usd(100));
    assert_eq!(world.balance(world.deal.cash, "mallory"), 0);
}
