//! What others would gain by timing and by numbers, if the rules let them.

use e2e_tests::*;
use finance::{Price, Ratio, Timestamp};
use interfaces::async_vault::{AsyncVault, AsyncVaultError, Conditions};
use interfaces::collateral_vault::{CollateralVault, VaultError};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{PoolError, TranchePool};
use interfaces::transfer_agent::{AgentError, TransferAgent};
use interfaces::types::{Balance, PositionId};

fn insufficient(drawable: Balance) -> VaultError {
    VaultError::from(PoolError::InsufficientCash { drawable })
}

/// A deal that may lend all it has, and has lent it to "olga".
fn all_lent() -> (World, PositionId) {
    let world = World::with(|sheet| {
        sheet.liquidity_buffer = Ratio::ZERO;
        sheet.collateral[0].terms.loans.debt_ceiling = usd(2_000);
    });
    let world = world.fund();
    let position = world.borrow("olga", eth(20), usd(1_000));
    assert_eq!(world.reads(world.pool().books()).cash, 0);
    (world, position)
}

#[test]
fn what_is_repaid_for_those_who_wait_to_leave_is_not_lent_again() {
    let (world, position) = all_lent();
    world.redeem("ann", SENIOR, usd(100));
    let others = world.open("mallory", eth(20));
    let draw = |amount| world.vault().draw(others, amount);
    world.refuses("mallory", draw(usd(100)), insufficient(0));

    world.provide_cash("olga", usd(100));
    world.does("olga", world.vault().repay(position, usd(100)));
    assert_eq!(world.reads(world.pool().books()).cash, usd(100));
    world.refuses("mallory", draw(usd(100)), insufficient(0));
    world.refuses("olga", world.vault().draw(position, 1), insufficient(0));
    // Late orders wait as well.
    world.cut_off();
    world.redeem("ann", SENIOR, usd(50));
    world.repeat_prices();
    world.provide_cash("olga", usd(50));
    world.does("olga", world.vault().repay(position, usd(50)));
    let drawable = world.reads(world.pool().drawable_cash()).unwrap();
    assert_eq!(drawable, 0);

    let settled = world.close_epoch();
    assert_eq!(settled.tranches[0].fill.burned, usd(100));
    assert!(world.claim("ann", SENIOR).claimable_cash >= usd(100));
    world.assert_balanced();
}

#[test]
fn cash_of_an_order_that_is_not_settled_is_not_lent() {
    let (world, _) = all_lent();
    world.deposit("dan", SENIOR, usd(500));
    let others = world.open("mallory", eth(20));
    for amount in [usd(500), usd(50)] {
        let draw = world.vault().draw(others, amount);
        world.refuses("mallory", draw, insufficient(0));
    }
    assert_eq!(world.reads(world.agent().books()).orders, usd(500));
    assert_eq!(world.cancel_deposit("dan", SENIOR), usd(500));
    world.assert_balanced();
}

#[test]
fn a_thousand_holders_filled_by_a_third_lose_nothing_but_dust() {
    const HOLDERS: Balance = 1_000;
    // So many base units that a third of them is none.
    const ORDER: Balance = 1_000_000;
    let world = World::with(|sheet| sheet.tranches[0].terms.cap = HOLDERS * ORDER / 3);
    let name = |number: Balance| format!("holder {number}");
    for number in 0..HOLDERS {
        world.deposit(&name(number), SENIOR, ORDER);
    }
    world.deposit("cal", JUNIOR, HOLDERS * ORDER);
    let settled = world.close_epoch();
    let minted = settled.tranches[0].fill.minted;
    assert_eq!(minted, HOLDERS * ORDER / 3);

    let senior = world.deal.tranche_token(SENIOR);
    let mut claimed = 0;
    let mut returned = 0;
    for number in 0..HOLDERS {
        let who = name(number);
        let tokens = world.claim(&who, SENIOR).claimable_tokens;
        let cash = world.cancel_deposit(&who, SENIOR);
        // Of a million, each part is rounded down once.
        assert_eq!((tokens, cash), (ORDER / 3, ORDER - ORDER / 3 - 1));
        assert_eq!(world.balance(senior, &who), tokens);
        claimed += tokens;
        returned += cash;
    }
    // What rounding left is still there, and less than a base unit for each.
    let books = world.reads(world.agent().books());
    assert_eq!(books.orders, HOLDERS * ORDER - minted - returned);
    assert!(books.orders <= HOLDERS);
    let supply = world.reads(world.pool().state()).classes[0].supply;
    assert_eq!(supply, minted);
    assert!(supply - claimed <= HOLDERS);
}

#[test]
fn nobody_leaves_at_a_price_that_he_knows_to_be_wrong() {
    let world = World::deployed();
    world.deposit("ann", SENIOR, usd(600));
    world.deposit("ben", MEZZANINE, usd(250));
    for who in ["cal", "dan"] {
        world.deposit(who, JUNIOR, usd(100));
    }
    world.close_epoch();
    world.claim_all("cal");
    world.quote(100, 5_000);
    let position = world.borrow("olga", eth(8), usd(600));
    // Nothing is reported from just before the cut-off on. Whoever sees that ether falls to 70 knows that the
    // residual loses.
    let epoch = world.reads(world.agent().epoch());
    world.chain.advance_to(Timestamp(epoch.cut_off_at.0 - 1));
    world.repeat_prices();
    world.end_epoch();

    // In one block: half of the residual is ordered to leave, the epoch closed and the cash claimed?
    world.redeem("cal", JUNIOR, usd(100));
    let stale = AgentError::PricesBeforeCutOff {
        cut_off_at: epoch.cut_off_at,
    };
    world.refuses("cal", world.agent().close_epoch(), stale);
    // Old news would have to be told again, and even then the order came too late.
    world.repeat_prices();
    let settled = world.does("cal", world.agent().close_epoch());
    assert!(settled.tranches[2].exit.0 > Price::ONE.0);
    assert_eq!(settled.tranches[2].fill.burned, 0);
    let claim = world.orders().claim(JUNIOR, world.account("cal"));
    world.refuses("cal", claim, AsyncVaultError::NothingClaimable);

    // The loss is known before the order takes part: 8 ether bring 528 of 600.
    world.quote(55, 5_000);
    let auction = world.does("kim", world.engine().liquidate(ETH, position));
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    assert_eq!(world.does("tess", take).cost, usd(528));
    world.redeem("dan", JUNIOR, usd(100));
    let settled = world.close_epoch();
    assert_eq!(settled.tranches[2].fill.burned, usd(200));
    world.claim_all("cal");
    world.claim_all("dan");
    let cash = |who| world.balance(world.deal.cash, who);
    assert!(cash("cal") < usd(65));
    assert_eq!(cash("cal"), cash("dan"));
    world.assert_balanced();
}

#[test]
fn who_makes_a_token_dear_takes_nothing_from_who_enters() {
    let world = World::deployed();
    world.deposit("mallory", JUNIOR, usd(1_010));
    world.close_epoch();
    world.claim("mallory", JUNIOR);
    world.deposit("dan", JUNIOR, usd(1_000));
    let at_any_price = Conditions {
        limit: Some(Price(u128::MAX)),
        until: Some(9),
    };
    world.deposit_on("mallory", JUNIOR, usd(20), at_any_price);
    // Too late for Dan.
    world.cut_off();
    let surrender = world.agent().surrender(JUNIOR, usd(1_010) - 1);
    let refused = AgentError::Pool(PoolError::NotWorthless.into());
    world.refuses("mallory", surrender, refused);
    assert_eq!(world.close_epoch().tranches[2].fill.minted, usd(1_020));
    world.claim("dan", JUNIOR);
    assert_eq!(
        world.balance(world.deal.tranche_token(JUNIOR), "dan"),
        usd(1_000)
    );
    world.assert_balanced();
}
