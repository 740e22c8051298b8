//! Liquidations that leave something, reward keepers, sell to contracts, and gain nobody anything by a trick.

use e2e_tests::*;
use finance::{Period, Price, Ratio, Rounding};
use ink::codegen::TraitCallBuilder;
use interfaces::calls::CallError;
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError};
use interfaces::liquidation_engine::{
    AuctionOpened, AuctionReset, EngineError, LiquidationEngine, Reward,
};
use interfaces::purchase_receiver::PurchaseRefused;
use interfaces::test_market::{Errand, MarketTerms};
use interfaces::tranche_pool::PoolError;
use interfaces::types::{AccountId, AuctionId, Balance, PositionId};
use psp22::PSP22Error;
use scale::Encode;

/// The test deal with partial liquidations: the rest is brought to 75 %, ten hours of auction, and rewards of 5 and
/// 1 % for a start, 2 for a mark.
fn deal() -> World {
    limited(Balance::MAX)
}

/// The same with so much debt and penalty in auction at most.
fn limited(limit: Balance) -> World {
    World::with(|sheet| {
        let terms = &mut sheet.collateral[0].terms;
        terms.loans.whole_below = 0;
        terms.loans.debt_ceiling = usd(2_000);
        terms.auctions.debt_limit = limit;
        terms.auctions.start_reward = usd(5);
        terms.auctions.start_share = Ratio::from_bps(100);
        terms.auctions.mark_reward = usd(2);
    })
    .fund()
}

/// "olga" owes 600 against 8 ether, which falls to this price.
fn fallen(world: &World, ether: u128) -> PositionId {
    let position = world.borrow("olga", eth(8), usd(600));
    world.quote(ether, 5_000);
    position
}

fn liquidated(world: &World, position: PositionId) -> AuctionId {
    world.does("kim", world.engine().liquidate(ETH, position))
}

/// "tess" buys as much as there is.
fn takes_all(world: &World, auction: AuctionId) -> Balance {
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(1_000), ANY_PRICE, NEVER);
    world.does("tess", take).cost
}

fn owed(world: &World, who: &str) -> Balance {
    world.reads(world.engine().owed(world.account(who)))
}

/// What `who` has in cash and ether at a price, in base units of cash.
fn worth(world: &World, who: &str, ether: u128) -> Balance {
    let held = world.balance(world.deal.collateral_token(ETH), who);
    world.balance(world.deal.cash, who) + held * ether / 1_000_000_000_000
}

#[test]
fn just_enough_is_sold_that_the_rest_is_sound() {
    let world = deal();
    let position = fallen(&world, 93);
    // 600.000002 on 744, over 595.2. g = 1.1 ÷ 0.9: (600.000002 − 558) ÷ (1 − 0.75 g) = 504.000024, backed by 616.
    let view = world.reads(world.engine().auction(liquidated(&world, position)));
    let lot = view.unwrap().auction;
    assert_eq!(lot.debt / 1_000, 504_000);
    assert_eq!(lot.collateral / 10u128.pow(15), 6_623); // 8 × 616 ÷ 744
    let rest = world.reads(world.servicing().position(position)).unwrap();
    let limit = rest.collateral_value.unwrap() * 3 / 4;
    assert!(rest.debt.abs_diff(limit) <= 3, "{} of {limit}", rest.debt);
    let healthy = VaultError::Healthy {
        debt: rest.debt,
        limit: rest.collateral_value.unwrap() * 4 / 5,
    };
    let again = world.engine().liquidate(ETH, position);
    world.refuses("kim", again, EngineError::from(healthy));
    world.assert_balanced();
}

#[test]
fn who_acts_is_paid_out_of_the_penalty_and_the_rest_is_the_insurances() {
    let world = deal();
    let position = fallen(&world, 90);
    world.does("max", world.servicing().impair(position));
    let opened = world.sends("kim", world.engine().liquidate(ETH, position));
    let told = &opened.events::<AuctionOpened>()[0];
    // 5 and 1 % of 660 and a little for the start, 2 for the mark.
    let rewards = [("kim", 11_600_000), ("max", 2_000_000)].map(|(who, amount)| Reward {
        keeper: world.account(who),
        amount,
    });
    assert_eq!(told.rewards, rewards);

    let auction = opened.answer;
    assert_eq!(takes_all(&world, auction), told.debt + told.penalty);
    let paid = [owed(&world, "kim"), owed(&world, "max")];
    assert_eq!(paid, [11_600_000, 2_000_000]);
    assert_eq!(owed(&world, "reserve"), told.penalty - 13_600_000);
    for (who, amount) in [("kim", 11_600_000), ("max", 2_000_000)] {
        let claim = world.engine().claim(world.account(who));
        assert_eq!(world.does("anybody", claim), amount);
        assert_eq!(world.balance(world.deal.cash, who), amount);
    }
    assert_eq!(world.reads(world.engine().in_auction(ETH)), (0, 0));
    world.assert_balanced();
}

#[test]
fn a_lot_that_raises_no_penalty_pays_nobody() {
    let world = deal();
    let auction = liquidated(&world, fallen(&world, 60));
    // 8 × 60 × 1.2 = 576 of 600: all of it is the pool's.
    assert_eq!(takes_all(&world, auction), usd(576));
    assert_eq!(owed(&world, "kim"), 0);
    assert_eq!(owed(&world, "reserve"), 0);
    world.assert_balanced();
}

#[test]
fn a_lot_that_nobody_wants_pays_for_resets_no_more_than_its_penalty() {
    let world = deal();
    let auction = liquidated(&world, fallen(&world, 90));
    let penalty = world.reads(world.engine().auction(auction)).unwrap();
    let penalty = penalty.auction.penalty;
    let mut promised = 11_600_000;
    for hour in 0..24 {
        world.chain.advance(Period(7 * HOUR.0));
        world.quote(90, 5_000);
        let keeper = format!("keeper {}", hour % 12);
        let reset = world.sends(&keeper, world.engine().reset(auction));
        promised += reset.events::<AuctionReset>()[0].reward;
    }
    // Five more at 11.60 would be too much, and none is the fifth's alone: what is left is.
    assert_eq!(promised, penalty);
    takes_all(&world, auction);
    let kim = owed(&world, "kim");
    let keepers = (0..12).map(|number| owed(&world, &format!("keeper {number}")));
    assert_eq!(kim + keepers.sum::<Balance>(), penalty);
    assert_eq!(owed(&world, "reserve"), 0);
    world.assert_balanced();
}

#[test]
fn no_more_debt_is_in_auction_than_allowed() {
    // 330 with penalty: 300 of debt.
    let world = limited(usd(330));
    let position = fallen(&world, 90);
    let first = liquidated(&world, position);
    let lot = world.reads(world.engine().auction(first)).unwrap().auction;
    // Half of 600 takes half of the 8 ether.
    assert_eq!((lot.debt, lot.penalty), (usd(300), usd(30)));
    assert_eq!(lot.collateral / 10u128.pow(12), 3_999_999);
    assert_eq!(
        world.reads(world.engine().in_auction(ETH)),
        (usd(330), usd(330))
    );
    let full = || EngineError::LimitReached;
    world.refuses("kim", world.engine().liquidate(ETH, position), full());

    // What has no room is counted by its mark: 4 × 90 × 0.9 = 324 is more than the 300 owed.
    world.does("max", world.servicing().impair(position));
    let portfolio = world.reads(world.vault().portfolio()).unwrap();
    assert_eq!(portfolio.performing, 0);
    assert_eq!(portfolio.stressed, portfolio.seized_debt);

    // A part that is bought makes room for as much; less than the minimum debt is no lot.
    world.provide_cash("tess", usd(1_000));
    let take = |wanted| world.engine().take(first, wanted, ANY_PRICE, NEVER);
    world.does("tess", take(milli_eth(200)));
    let no_room = EngineError::from(VaultError::NoRoom);
    world.refuses("kim", world.engine().liquidate(ETH, position), no_room);
    world.does("tess", take(eth(4)));
    // What the first lot did not need makes the rest sound, until ether falls further.
    world.quote(60, 5_000);
    let second = liquidated(&world, position);
    assert_ne!(first, second);
    let (in_auction, _) = world.reads(world.engine().in_auction(ETH));
    assert!(in_auction <= usd(331), "{in_auction}");
    world.assert_balanced();
}

#[test]
fn who_liquidates_himself_pays_the_penalty() {
    let world = deal();
    let position = world.borrow("olga", eth(8), usd(600));
    world.quote(93, 5_000);
    let before = worth(&world, "olga", 93) + 8 * usd(93) - usd(600);
    let auction = world.does("olga", world.engine().liquidate(ETH, position));
    let penalty = world.reads(world.engine().auction(auction)).unwrap();
    let penalty = penalty.auction.penalty;
    world.provide_cash("olga", usd(1_000));
    world.does(
        "olga",
        world.engine().take(auction, eth(8), ANY_PRICE, NEVER),
    );
    let claim = world.engine().claim(world.account("olga"));
    let reward = world.does("olga", claim);
    // 50.4 of penalty, and 5 + 1 % of 554.4 of it come back.
    assert_eq!((penalty / 1_000, reward / 1_000), (50_400, 10_544));
    let rest = world.reads(world.servicing().position(position)).unwrap();
    let after = worth(&world, "olga", 93) - usd(1_000) + rest.collateral_value.unwrap() - rest.debt;
    let lost = before - after;
    assert!(lost.abs_diff(penalty - reward) <= 10, "{lost}");
}

#[test]
fn who_borrows_before_a_fall_that_he_knows_has_less_than_who_sold() {
    // Ether falls from 100 to 78 within one report. He borrows the most there is, lets himself be liquidated, and buys
    // back when the price asked is the market's.
    let world = deal();
    let position = world.borrow("mallory", eth(8), usd(600));
    world.quote(78, 5_000);
    let auction = world.does("mallory", world.engine().liquidate(ETH, position));
    // 93.6 falls to 78 in a sixth of ten hours.
    world.chain.advance(Period(HOUR.0 * 10 / 6));
    world.provide_cash("mallory", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    let bought = world.does("mallory", take);
    // All of the 8 ether for 624: the debt and 24 of the penalty, of which 11.60 are his.
    assert_eq!((bought.collateral, bought.cost / 1_000_000), (eth(8), 624));
    world.does("mallory", world.engine().claim(world.account("mallory")));
    let has = worth(&world, "mallory", 78) - usd(1_000);
    assert!(has < 8 * usd(78), "{has}");
    // The pool lost nothing.
    let portfolio = world.reads(world.vault().portfolio()).unwrap();
    assert_eq!((portfolio.written_off, portfolio.seized_debt), (0, 0));
}

#[test]
fn nobody_impairs_a_sound_loan_of_his_own() {
    // He holds the residual, and would like insurance to pay for a loss that is none.
    let world = deal();
    let position = world.borrow("cal", eth(8), usd(600));
    world.quote(94, 5_000);
    // 8 × 94 × 80 % = 601.6.
    let healthy = VaultError::Healthy {
        debt: 600_000_002,
        limit: 601_600_000,
    };
    world.refuses("cal", world.servicing().impair(position), healthy);
    // A second later, really unsound: it is marked, and nothing is lost by that.
    world.quote(93, 5_000);
    world.does("cal", world.servicing().impair(position));
    let portfolio = world.reads(world.vault().portfolio()).unwrap();
    assert_eq!(portfolio.written_off, 0);
    assert_eq!(portfolio.stressed, portfolio.seized_debt); // 744 × 90 % is more
    world.quote(100, 5_000);
    world.does("anybody", world.servicing().restore(position));
    world.assert_balanced();
}

#[test]
fn purchases_leave_no_dust_to_farm() {
    let world = deal();
    let auction = liquidated(&world, fallen(&world, 90));
    world.provide_cash("tess", usd(1_000));
    let take = |wanted| world.engine().take(auction, wanted, ANY_PRICE, NEVER);
    // 6.1 × 108 = 658.8 would leave 1.2.
    world.does("tess", take(milli_eth(6_100)));
    let view = world.reads(world.engine().auction(auction)).unwrap();
    assert_eq!(view.auction.debt + view.auction.penalty, usd(50));
    // Worth a reset, and the reward for it is promised out of what is left of the penalty.
    world.chain.advance(Period(7 * HOUR.0));
    world.quote(30, 5_000);
    let reset = world.sends("kim", world.engine().reset(auction));
    assert_eq!(reset.events::<AuctionReset>()[0].reward, 5_500_000);
    // 1.9 ether and a little at 20 are not.
    world.chain.advance(Period(7 * HOUR.0));
    world.quote(20, 5_000);
    let reset = world.sends("kim", world.engine().reset(auction));
    assert_eq!(reset.events::<AuctionReset>()[0].reward, 0);
}

#[test]
fn a_cure_costs_debt_and_penalty_and_is_over_with_the_first_purchase() {
    let world = deal();
    let position = fallen(&world, 90);
    let auction = liquidated(&world, position);
    let view = world.reads(world.engine().auction(auction)).unwrap();
    let due = view.auction.debt + view.auction.penalty;
    world.provide_cash("olga", due);
    world.does("olga", world.engine().cure(auction));
    let rest = world.reads(world.servicing().position(position)).unwrap();
    assert_eq!((rest.position.collateral, rest.debt), (eth(8), 0));
    assert_eq!(
        owed(&world, "kim") + owed(&world, "reserve"),
        view.auction.penalty
    );
    world.assert_balanced();

    let world = deal();
    let auction = liquidated(&world, fallen(&world, 90));
    world.provide_cash("tess", usd(1_000));
    world.does("tess", world.engine().take(auction, 1, ANY_PRICE, NEVER));
    world.provide_cash("olga", usd(1_000));
    let late = EngineError::AlreadyTaken;
    world.refuses("olga", world.engine().cure(auction), late);
}

/// A market that pays `ether` dollars for one, and a trader without any cash.
fn traders(world: &World, ether: u128) -> [AccountId; 2] {
    let deal = &world.deal;
    let terms = MarketTerms {
        cash: deal.cash,
        price: Price(ether * 1_000_000),
        pool: deal.pool,
        engine: deal.engine,
    };
    let [market, trader] = ["market", "trader"].map(|name| {
        world
            .chain
            .deploy("test-market", deal.deployer, terms, name)
            .unwrap()
    });
    let rich = world.account("rich");
    deal.mint(&world.chain, deal.cash, rich, usd(10_000))
        .unwrap();
    let mut cash = simulator::contracts::Psp22::from(deal.cash);
    let give = psp22::PSP22::transfer(cash.call_mut(), market, usd(10_000), vec![]);
    world.does("rich", give);
    [market, trader]
}

#[test]
fn a_trader_without_cash_sells_first_and_pays_then() {
    let world = deal();
    let auction = liquidated(&world, fallen(&world, 90));
    let [market, trader] = traders(&world, 120);
    let data = Errand::Sell(market).encode();
    let engine = || world.engine();
    let take = engine().take_through(trader, data, auction, eth(8), price(108), NEVER);
    let bought = world.does("anybody", take);
    assert_eq!(bought.cost, 660_000_003);
    let cash = |account| world.deal.balance(&world.chain, world.deal.cash, account);
    // 6.11 ether at 120, less what was due.
    let sold = Price(120_000_000).of(bought.collateral, Rounding::Down);
    assert_eq!(cash(trader).unwrap(), sold.unwrap() - bought.cost);
    assert_eq!(owed(&world, "kim") + owed(&world, "reserve"), 60_000_001);
    world.assert_balanced();
}

#[test]
fn a_receiver_that_does_not_pay_gets_nothing() {
    let world = deal();
    let auction = liquidated(&world, fallen(&world, 90));
    let [poor, trader] = traders(&world, 60);
    let through = |errand: Errand| {
        let (data, any) = (errand.encode(), ANY_PRICE);
        world
            .engine()
            .take_through(trader, data, auction, eth(8), any, NEVER)
    };
    let vault = |error: VaultError| EngineError::from(error);
    let unpaid = |error: PSP22Error| vault(VaultError::from(PoolError::from(error)));
    let cases = [
        (Errand::Keep, unpaid(PSP22Error::InsufficientAllowance)),
        // The market pays 367 for what costs 660.
        (Errand::Sell(poor), unpaid(PSP22Error::InsufficientBalance)),
        (Errand::Refuse, vault(VaultError::from(PurchaseRefused))),
        (Errand::Trap, vault(VaultError::Call(CallError::Trapped))),
        // The engine is at work: the chain lets nobody call it from within.
        (
            Errand::TakeBefore(poor, auction),
            vault(VaultError::Call(CallError::Trapped)),
        ),
    ];
    for (errand, error) in cases {
        world.refuses("anybody", through(errand), error);
    }
    let engine = || world.engine();
    let garbled = engine().take_through(trader, vec![99], auction, eth(8), ANY_PRICE, NEVER);
    let refused = vault(VaultError::from(PurchaseRefused));
    world.refuses("anybody", garbled, refused);
    // Nor one that is no contract, or none that understands.
    for (receiver, error) in [
        (world.account("tess"), CallError::Trapped),
        (world.deal.oracle, CallError::NotUnderstood),
    ] {
        let take = engine().take_through(receiver, vec![], auction, eth(8), ANY_PRICE, NEVER);
        world.refuses("anybody", take, vault(VaultError::Call(error)));
    }
}
