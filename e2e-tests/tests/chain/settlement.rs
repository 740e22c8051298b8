//! Settlements to the base unit: what is previewed is what happens and what is told.

use e2e_tests::*;
use finance::fills::Fill;
use finance::{Period, Ratio, Timestamp};
use interfaces::collateral_vault::{CollateralVault, Portfolio};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{
    EpochSettled, PoolError, Settlement, TranchePool, TrancheSettled, TrancheSettlement,
};
use interfaces::types::{Balance, TrancheId};
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
fn settles(world: &World) -> Settlement {
    let (_, ends_at) = world.reads(world.pool().epoch());
    world.chain.advance_to(ends_at);
    let preview = world.reads(world.pool().preview_settlement()).unwrap();
    let sent = world.sends("anybody", world.pool().close_epoch());
    assert_eq!(sent.answer, preview);
    assert_eq!(published(&sent), preview);
    world.assert_balanced();
    preview
}

/// The settlement as its events tell it.
fn published(sent: &Called<Settlement>) -> Settlement {
    let [told]: [EpochSettled; 1] = sent.events().try_into().ok().unwrap();
    let tranches: Vec<TrancheSettled> = sent.events();
    for (told_of_tranche, number) in tranches.iter().zip(0..) {
        let numbers = (told_of_tranche.epoch, told_of_tranche.tranche);
        assert_eq!(numbers, (told.epoch, TrancheId(number)));
    }
    Settlement {
        epoch: told.epoch,
        settled_at: told.settled_at,
        portfolio: told.portfolio,
        cash_before: told.cash_before,
        cash_after: told.cash_after,
        value_before: told.value_before,
        value_after: told.value_after,
        dust: told.dust,
        tranches: tranches.iter().map(|told| told.settlement).collect(),
    }
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

/// A class that was and is owed what it is worth.
fn whole(value_before: Balance, fill: Fill, value_after: Balance) -> TrancheSettlement {
    TrancheSettlement {
        claim_before: value_before,
        claim_after: value_after,
        value_before,
        value_after,
        supply_after: value_after,
        fill,
        subordination: Ratio::ZERO,
    }
}

#[test]
fn the_first_settlement_fills_from_the_residual_up() {
    let world = World::deployed();
    world.deposit("ann", SENIOR, usd(600));
    world.deposit("ben", MEZZANINE, usd(250));
    world.deposit("cal", JUNIOR, usd(150));
    let settled = settles(&world);
    let [a, b, j] = [600, 250, 150].map(|whole_dollars| {
        let amount = usd(whole_dollars);
        whole(0, deposited(amount, amount), amount)
    });
    let expected = Settlement {
        epoch: 0,
        settled_at: end_of_epoch(1),
        portfolio: Portfolio::default(),
        cash_before: 0,
        cash_after: usd(1_000),
        value_before: 0,
        value_after: usd(1_000),
        dust: 0,
        tranches: vec![
            // (250 + 150) ÷ 1000 and 150 ÷ 1000; the residual is owed nothing.
            TrancheSettlement {
                subordination: Ratio::from_bps(4_000),
                ..a
            },
            TrancheSettlement {
                subordination: Ratio::from_bps(1_500),
                ..b
            },
            TrancheSettlement {
                claim_after: 0,
                ..j
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
    assert_eq!((settled.epoch, settled.settled_at), (1, end_of_epoch(2)));
    assert_eq!(
        (settled.cash_before, settled.cash_after),
        (usd(1_000), usd(1_040))
    );
    assert_eq!(
        (settled.value_before, settled.value_after),
        (usd(1_000), usd(1_040))
    );
    let junior = whole(usd(150), deposited(usd(100), usd(100)), usd(250));
    let expected = [
        TrancheSettlement {
            subordination: Ratio(480_769_230_769_230_769), // 500 ÷ 1040
            ..whole(usd(600), redeemed(usd(60), usd(60)), usd(540))
        },
        TrancheSettlement {
            subordination: Ratio(240_384_615_384_615_384), // 250 ÷ 1040
            ..whole(usd(250), Fill::default(), usd(250))
        },
        TrancheSettlement {
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
    assert_eq!(
        settled.portfolio,
        Portfolio {
            performing,
            ..Portfolio::default()
        }
    );
    let (senior, mezzanine) = (600_049_317, 250_036_989);
    let junior = usd(400) + performing - senior - mezzanine;
    assert_eq!(values(&settled), [senior, mezzanine, junior]);
    assert_eq!(settled.value_after, usd(400) + performing);
    assert_eq!(fills(&settled), [Fill::default(); 3]);
}

#[test]
fn a_settlement_is_previewed_at_any_time() {
    let (world, _) = World::lent();
    let preview = || world.reads(world.pool().preview_settlement()).unwrap();
    assert_eq!(preview().portfolio.performing, usd(600));
    world.chain.advance(HOUR);
    // 600 × (1 + 0.1 ÷ 31 536 000)^3600 = 600.006849….
    assert_eq!(preview().portfolio.performing, 600_006_849);
    let ends_at = end_of_epoch(2);
    let close = world.pool().close_epoch();
    world.refuses("anybody", close, PoolError::EpochNotOver { ends_at });
}

#[test]
fn during_an_auction_nobody_enters_and_the_senior_leaves() {
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
        seized_debt: 600_000_002,
        ..Portfolio::default()
    };
    assert_eq!(settled.portfolio, portfolio);
    // 86 400 seconds at 60 % of 5 % and of 9 %.
    let (senior, mezzanine) = (600_049_317, 250_036_989);
    assert_eq!(
        values(&settled),
        [senior, mezzanine, usd(976) - senior - mezzanine]
    );
    // A sixth of the senior's value. The junior stays: less than 40 % lies below the senior.
    let left = redeemed(usd(100), senior / 6);
    assert_eq!(fills(&settled), [left, Fill::default(), Fill::default()]);
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
    assert_eq!(settled.value_before, usd(400) + 600_000_002);
    assert_eq!(settled.tranches[0].fill.burned, usd(100));
}

#[test]
fn after_a_write_off_nobody_enters_and_all_leave_at_what_is_left() {
    let (world, _, auction) = World::in_auction();
    world.chain.advance(Period(5 * HOUR.0));
    world.provide_cash("tess", usd(432));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    assert_eq!(world.does("tess", take).cost, usd(432));
    for tranche in [SENIOR, MEZZANINE, JUNIOR] {
        world.deposit("dan", tranche, usd(100));
    }
    world.redeem("ann", SENIOR, usd(60));
    world.redeem("ben", MEZZANINE, usd(50));
    world.redeem("cal", JUNIOR, usd(150));
    let settled = settles(&world);
    assert_eq!(
        (settled.portfolio, settled.cash_before),
        (Portfolio::default(), usd(832))
    );
    // Five hours at 60 % of 5 %; when the debt was gone nothing was lent out any more.
    let senior = 600_010_274;
    let mezzanine = usd(832) - senior;
    assert_eq!(values(&settled), [senior, mezzanine, 0]);
    // The senior is not covered by 40 %, and the mezzanine is owed more than it is worth: nobody enters.
    assert!(settled.tranches[1].claim_before > mezzanine);
    // A tenth of the senior and a fifth of the mezzanine leave. The junior has nothing to take along.
    let leaving = [
        redeemed(usd(60), senior / 10),
        redeemed(usd(50), mezzanine / 5),
        Fill::default(),
    ];
    assert_eq!(fills(&settled), leaving);
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
    let order = world
        .reads(world.pool().order(SENIOR, world.account("ann")))
        .unwrap();
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
        let order = world.pool().order(SENIOR, world.account(who));
        let order = world.reads(order).unwrap();
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
    world.chain.advance(DAY);
    let owed = world.reads(world.vault().position(position)).unwrap().debt;
    // 140 × (1 + 0.1 ÷ 31 536 000)^86400 = 140.038361….
    assert_eq!(owed, 140_038_362);
    world.provide_cash("olga", owed);
    world.does("olga", world.vault().repay(position, owed));

    world.redeem("cal", JUNIOR, usd(150));
    world.deposit("dan", JUNIOR, usd(1));
    let settled = settles(&world);
    // Dan enters first, at 150.038362 for 150 tokens; the next epoch finds him alone.
    assert_eq!(settled.value_before, 150_038_362);
    assert_eq!(settled.tranches[2].fill.burned, usd(150));
    world.redeem("dan", JUNIOR, settled.tranches[2].fill.minted);
    let settled = settles(&world);
    assert_eq!(
        (settled.value_after, settled.tranches[2].supply_after),
        (0, 0)
    );

    world.deposit("eve", JUNIOR, usd(7));
    let settled = settles(&world);
    assert_eq!(
        (settled.dust, settled.tranches[2].fill),
        (0, deposited(usd(7), usd(7)))
    );
}

#[test]
fn an_order_of_one_base_unit_fills_at_par() {
    let world = World::funded();
    let claim = |who, tranche| {
        let claim = world.pool().claim(tranche, world.account(who));
        world.does("anybody", claim)
    };
    world.deposit("dan", JUNIOR, 1);
    world.redeem("ann", SENIOR, 1);
    assert_eq!(
        fills(&settles(&world)),
        [redeemed(1, 1), Fill::default(), deposited(1, 1)]
    );
    assert_eq!(claim("dan", JUNIOR).claimable_tokens, 1);
    assert_eq!(claim("ann", SENIOR).claimable_cash, 1);
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
    let cancel = world.pool().cancel_deposit(JUNIOR);
    assert_eq!(world.does("dan", cancel), 1);
}

#[test]
fn an_epoch_that_nobody_closed_is_skipped() {
    let world = World::deployed();
    world.chain.advance_to(Timestamp(end_of_epoch(4).0 - 1));
    let settled = world.does("anybody", world.pool().close_epoch());
    assert_eq!(
        (settled.epoch, settled.settled_at),
        (0, Timestamp(end_of_epoch(4).0 - 1))
    );
    let ends_at = end_of_epoch(4);
    assert_eq!(world.reads(world.pool().epoch()), (1, ends_at));
    let close = world.pool().close_epoch();
    world.refuses("anybody", close, PoolError::EpochNotOver { ends_at });
    // Closed just when the next one ends: the epoch after that is a whole one.
    assert_eq!(settles(&world).epoch, 1);
    assert_eq!(world.reads(world.pool().epoch()), (2, end_of_epoch(5)));
}

#[test]
fn a_claim_for_somebody_else_pays_the_owner() {
    let world = World::funded();
    world.redeem("ann", SENIOR, usd(100));
    settles(&world);
    let ann = world.account("ann");
    let claimed = world.does("mallory", world.pool().claim(SENIOR, ann));
    assert_eq!(
        (claimed.claimable_cash, claimed.claimable_tokens),
        (usd(100), 0)
    );
    assert_eq!(world.balance(world.deal.cash, "ann"), usd(100));
    assert_eq!(world.balance(world.deal.cash, "mallory"), 0);
}
