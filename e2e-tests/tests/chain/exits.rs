//! What nobody can prevent: to pay, to add collateral, to cancel and to claim need no price and nobody's
//! cooperation.

use e2e_tests::*;
use finance::{Period, Ratio};
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError};
use interfaces::configurator::Configurator;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::{FeedTerms, OracleAdapter, OracleError};
use interfaces::parameters::Parameter;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AssetId, PositionId};

/// Long after the last report, and long after an epoch should have been closed.
fn deserted(world: &World) {
    world.chain.advance(Period(30 * DAY.0));
    let price = world.reads(world.vault().price(ETH));
    assert_eq!(price, Err(VaultError::from(FROZEN)));
}

/// Olga repays all she owes, and takes her collateral.
fn goes_home(world: &World, position: PositionId) {
    let view = world.reads(world.servicing().position(position));
    let owed = view.unwrap().debt;
    world.provide_cash("olga", owed);
    let repay = world.vault().repay(position, owed);
    assert_eq!(world.does("olga", repay), owed);
    world.does("olga", world.vault().withdraw_collateral(position, eth(8)));
}

#[test]
fn a_debtor_pays_and_takes_his_collateral_home() {
    let (world, position) = World::lent();
    deserted(&world);
    goes_home(&world, position);
    assert_eq!(
        world.balance(world.deal.collateral_token(ETH), "olga"),
        eth(8)
    );
    world.assert_balanced();
}

#[test]
fn anybody_pays_and_adds_collateral_for_a_debtor() {
    let (world, position) = World::lent();
    deserted(&world);
    world.provide_cash("dan", usd(100));
    assert_eq!(
        world.does("dan", world.vault().repay(position, usd(100))),
        usd(100)
    );
    world.provide(
        world.deal.collateral_token(ETH),
        "dan",
        world.deal.vault,
        eth(1),
    );
    world.does("dan", world.vault().add_collateral(position, eth(1)));
    let view = world.reads(world.servicing().position(position)).unwrap();
    assert_eq!(view.position.collateral, eth(9));
    assert_eq!(view.position.originator, world.account("olga"));
    world.assert_balanced();
}

#[test]
fn another_debtor_pays_while_a_loan_is_in_auction_without_a_price() {
    let (world, ..) = World::in_auction();
    let position = world.borrow("omar", eth(2), usd(90));
    deserted(&world);
    let owed = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    world.provide_cash("omar", owed);
    assert_eq!(
        world.does("omar", world.vault().repay(position, owed)),
        owed
    );
}

#[test]
fn a_debtor_pays_whatever_the_governor_sets() {
    let (world, position) = World::lent();
    // As far as they may go in a day.
    let minimum = usd(100);
    for (parameter, value) in [
        (Parameter::MinimumDebt, minimum),
        (Parameter::DebtCeiling, usd(350)),
        (Parameter::BorrowLtv, Ratio::from_bps(6_500).0),
        (Parameter::IsOpen, 0),
    ] {
        let set = world.configurator().set(ETH.into(), parameter, value);
        world.does("governor", set);
    }
    // What has to wait is in force.
    world.chain.advance(Period(14 * DAY.0));
    world.quote(100, 5_000);
    world.does("governor", world.vault().touch(ETH));
    deserted(&world);
    let owed = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    world.provide_cash("olga", owed);
    let repay = |amount| world.vault().repay(position, amount);
    world.refuses(
        "olga",
        repay(owed - 1),
        VaultError::BelowMinimumDebt { minimum },
    );
    assert_eq!(world.does("olga", repay(owed)), owed);
}

#[test]
fn an_investor_cancels_and_claims() {
    let (world, ..) = World::in_auction();
    world.deposit("dan", JUNIOR, usd(100));
    world.redeem("ben", MEZZANINE, usd(250));
    deserted(&world);
    assert_eq!(world.cancel_deposit("dan", JUNIOR), usd(100));
    assert_eq!(world.cancel_redeem("ben", MEZZANINE), usd(250));
    assert_eq!(world.claim("ann", SENIOR).claimable_tokens, usd(600));
    assert_eq!(world.balance(world.deal.cash, "dan"), usd(100));
    assert_eq!(
        world.balance(world.deal.tranche_token(MEZZANINE), "ben"),
        usd(250)
    );
    assert_eq!(
        world.balance(world.deal.tranche_token(SENIOR), "ann"),
        usd(600)
    );
    world.assert_balanced();
}

#[test]
fn settled_cash_is_claimed_while_no_price_is_known() {
    let (world, ..) = World::in_auction();
    world.redeem("ann", SENIOR, usd(60));
    world.close_epoch_at(90, 5_000);
    deserted(&world);
    // A tenth of the senior is 60.004931: 600 and a day's growth at 60 % of 5 %. The order book rounds its
    // quotients down, at the cost of a base unit.
    assert_eq!(world.claim("ann", SENIOR).claimable_cash, 60_004_930);
    assert_eq!(world.balance(world.deal.cash, "ann"), 60_004_930);
}

#[test]
fn a_retired_feed_keeps_nobody_from_paying_or_leaving() {
    let (world, position) = World::lent();
    let ether = AssetId(0);
    let feed = world.reads(world.oracle().feed(ether)).unwrap();
    let terms = FeedTerms {
        feeders: vec![],
        quorum: 0,
        ..*feed.terms
    };
    world.does("governor", world.oracle().propose_feed(ether, terms.into()));
    world.redeem("ann", SENIOR, usd(100));
    world.chain.advance(Period(2 * DAY.0));
    let (reports, quorum) = (0, 0);
    let retired = OracleError::Frozen { reports, quorum };
    let price = world.reads(world.vault().price(ETH));
    assert_eq!(price, Err(VaultError::Oracle(retired.into())));

    goes_home(&world, position);
    world.does("anybody", world.agent().close_epoch());
    let claimed = world.claim("ann", SENIOR).claimable_cash;
    assert!(claimed >= usd(100), "{claimed}");
    assert_eq!(world.balance(world.deal.cash, "ann"), claimed);
    world.assert_balanced();
}

#[test]
fn the_beneficiary_is_paid_by_anybody() {
    let (world, _, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    world.does("tess", take);
    deserted(&world);
    let reserve = world.account("reserve");
    world.does("mallory", world.engine().claim(reserve));
    assert_eq!(world.balance(world.deal.cash, "reserve"), 60_000_001);
}

#[test]
fn an_epoch_is_closed_by_anybody_without_any_price_and_orders_wait() {
    let (world, _) = World::lent();
    world.redeem("ann", SENIOR, usd(100));
    deserted(&world);
    let settled = world.does("anybody", world.agent().close_epoch());
    assert!(settled.portfolio.frozen);
    assert_eq!((world.epoch(), settled.tranches[0].fill.burned), (2, 0));
    assert_eq!(world.cancel_redeem("ann", SENIOR), usd(100));
}
