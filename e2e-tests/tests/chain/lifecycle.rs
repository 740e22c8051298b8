//! A deal from the first deposit to the last claim, with the arithmetic.

use e2e_tests::*;
use finance::Period;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::TransferAgent;

#[test]
fn investors_subscribe_and_claim_their_tokens() {
    let world = World::funded();
    for (who, tranche, amount) in [
        ("ann", SENIOR, 600),
        ("ben", MEZZANINE, 250),
        ("cal", JUNIOR, 150),
    ] {
        world.claim(who, tranche);
        assert_eq!(
            world.balance(world.deal.tranche_token(tranche), who),
            usd(amount)
        );
    }
    assert_eq!(world.reads(world.pool().books()).cash, usd(1_000));
    world.assert_balanced();
}

#[test]
fn interest_is_earned_by_the_classes_in_their_order() {
    let (world, position) = World::lent();
    world.chain.advance(Period::from_secs(31_536_000));
    let owed = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    // 600 × e^0.1 = 663.102550….
    assert_eq!(owed / 1_000, 663_102);
    world.provide_cash("olga", owed);
    assert_eq!(
        world.does("olga", world.vault().repay(position, owed)),
        owed
    );

    let settled = world.close_epoch();
    let values: Vec<_> = settled
        .tranches
        .iter()
        .map(|tranche| tranche.value_before)
        .collect();
    // 60 % was lent: the senior's claim grew at 3 % and the mezzanine's at 5.4 %, until the repayment.
    // 600 × e^0.03 = 618.272720…, 250 × e^0.054 = 263.871150….
    assert_eq!(values[0] / 1_000, 618_272);
    assert_eq!(values[1] / 1_000, 263_871);
    assert_eq!(values[2], usd(400) + owed - values[0] - values[1]);
    world.assert_balanced();
}

#[test]
fn a_shortfall_is_carried_up_by_seniority() {
    let (world, position, auction) = World::in_auction();
    let engine = || world.deal.engine();
    // 600 owed, 10 % penalty, first asked price 90 × 1.2 = 108; 5 hours later 54.
    world.chain.advance(Period::from_secs(5 * 3_600 - 1));
    world.quote(50, 5_000);
    let view = world.reads(engine().call().auction(auction)).unwrap();
    assert_eq!(
        (view.asked, view.auction.debt / 1_000_000),
        (price(54), 600)
    );
    world.provide_cash("tess", usd(1_000));
    let bought = world.does(
        "tess",
        engine().call_mut().take(auction, eth(8), ANY_PRICE, NEVER),
    );
    // The whole lot brings 8 × 54 = 432; 168 and some interest are written off.
    assert_eq!((bought.collateral, bought.cost), (eth(8), usd(432)));
    assert_eq!(
        world.balance(world.deal.collateral_token(ETH), "tess"),
        eth(8)
    );
    assert!(world.reads(world.servicing().position(position)).is_err());

    let settled = world.close_epoch();
    let values: Vec<_> = settled
        .tranches
        .iter()
        .map(|tranche| tranche.value_before)
        .collect();
    // 400 + 432 = 832 are left of 1000: the junior's 150 are gone, and 18 of the mezzanine's 250 too.
    assert_eq!(settled.trace.value_before, usd(832));
    assert_eq!(values[0], settled.tranches[0].claim_before);
    assert_eq!(values[1], usd(832) - values[0]);
    assert_eq!(values[2], 0);
    world.assert_balanced();
}

#[test]
fn what_is_raised_beyond_the_debt_is_penalty_and_the_rest_of_the_lot_goes_back() {
    let (world, position, auction) = World::in_auction();
    let due = {
        let view = world
            .reads(world.deal.engine().call().auction(auction))
            .unwrap();
        view.auction.debt + view.auction.penalty
    };
    world.provide_cash("tess", usd(1_000));
    let take = world
        .deal
        .engine()
        .call_mut()
        .take(auction, eth(8), ANY_PRICE, NEVER);
    let bought = world.does("tess", take);
    // 660 and a little are due, and bought at 108: 6.11 of 8 ether.
    assert_eq!(bought.cost, due);
    assert_eq!(bought.collateral / 10u128.pow(16), 611);
    let left = eth(8) - bought.collateral;
    let withdraw = world
        .deal
        .vault()
        .call_mut()
        .withdraw_collateral(position, left);
    world.does("olga", withdraw);
    assert_eq!(
        world.balance(world.deal.collateral_token(ETH), "olga"),
        left
    );

    let claim = world.engine().claim(world.account("reserve"));
    let penalties = world.does("anybody", claim);
    assert_eq!(penalties / 1_000_000, 60);
    assert_eq!(world.balance(world.deal.cash, "reserve"), penalties);
    world.assert_balanced();
}

#[test]
fn everybody_leaves_and_what_stays_is_dust() {
    let (world, position) = World::lent();
    world.chain.advance(Period::from_secs(86_400 * 30));
    let owed = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    world.provide_cash("olga", owed);
    world.does("olga", world.vault().repay(position, owed));
    // Nobody has settled for a month: an order that came now would be late.
    world.close_epoch();
    for (who, tranche, amount) in [
        ("ann", SENIOR, 600),
        ("ben", MEZZANINE, 250),
        ("cal", JUNIOR, 150),
    ] {
        world.redeem(who, tranche, usd(amount));
    }
    world.close_epoch();
    for who in ["ann", "ben", "cal"] {
        world.claim_all(who);
    }
    assert_eq!(world.reads(world.pool().books()).cash, 0);
    let books = world.reads(world.agent().books());
    // Each leaves less than a base unit behind: together they are dust as soon as they make one.
    assert!(books.claims + books.dust <= 3, "{books:?}");
    let paid: u128 = ["ann", "ben", "cal"]
        .iter()
        .map(|who| world.balance(world.deal.cash, who))
        .sum();
    assert_eq!(paid + books.claims + books.dust, usd(400) + owed);
    world.assert_balanced();
}
