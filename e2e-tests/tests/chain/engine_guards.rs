//! What the liquidation engine refuses.

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::auction::Purchase;
use finance::{MathError, Period, Price, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::calls::CallError;
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError};
use interfaces::configurator::Configurator;
use interfaces::liquidation_engine::{EngineError, EngineTerms, LiquidationEngine, MAX_PAGE};
use interfaces::parameters::ParametersError;
use interfaces::tranche_pool::PoolError;
use interfaces::types::{AccountId, AuctionId, PositionId};
use psp22::PSP22Error;
use simulator::contracts::Engine;

const NO_AUCTION: AuctionId = AuctionId(7);
const NO_POSITION: PositionId = PositionId(7);
/// 600.000002 owed after a second of interest, and a tenth of it as penalty, rounded up.
const DUE: u128 = 600_000_002 + 60_000_001;

fn frozen() -> EngineError {
    EngineError::from(VaultError::from(FROZEN))
}

#[test]
fn a_position_must_exist() {
    let world = World::funded();
    let unknown = EngineError::from(VaultError::UnknownPosition);
    world.refuses("kim", world.engine().liquidate(ETH, NO_POSITION), unknown);
}

#[test]
fn a_healthy_position_is_not_liquidated() {
    let (world, position) = World::lent();
    // 8 × 100 × 80 % = 640.
    let healthy = VaultError::Healthy {
        debt: usd(600),
        limit: usd(640),
    };
    let liquidate = world.engine().liquidate(ETH, position);
    world.refuses("kim", liquidate, EngineError::from(healthy));
}

#[test]
fn a_position_is_liquidated_once() {
    let (world, position, _) = World::in_auction();
    let nothing = EngineError::from(VaultError::NothingOwed);
    world.refuses("kim", world.engine().liquidate(ETH, position), nothing);
}

#[test]
fn without_a_price_nothing_is_liquidated() {
    let (world, position) = World::lent();
    world.outlive_reports();
    world.refuses("kim", world.engine().liquidate(ETH, position), frozen());
}

#[test]
fn a_price_too_high_to_ask_for_more_opens_no_auction() {
    let world = World::funded();
    world.quote_ether(Price(u128::MAX));
    // A base unit of ether for 340.28 carries 255.21.
    let position = world.borrow("olga", 1, usd(250));
    let price = Price(u128::MAX / 10 * 9);
    world.quote_ether(price);
    // For 306.25 it carries 245.00 at most, and 1.2 times that price is more than 2^128.
    let beyond = EngineError::Math(MathError::Overflow);
    world.refuses("kim", world.engine().liquidate(ETH, position), beyond);
}

#[test]
fn an_engine_that_the_vault_does_not_know_liquidates_nothing() {
    let (world, position) = World::lent();
    world.quote(90, 5_000);
    let mut other = Engine::from(world.deploys("liquidation-engine", world.engine_terms()));
    let stranger = EngineError::from(VaultError::NotTheEngine);
    let liquidate = other.call_mut().liquidate(ETH, position);
    world.refuses("kim", liquidate, stranger);
}

#[test]
fn a_vault_that_does_not_answer_is_an_error() {
    let world = World::deployed();
    for (vault, error) in [
        (NOBODY, CallError::Trapped),
        (world.deal.oracle, CallError::NotUnderstood),
    ] {
        let terms = EngineTerms {
            vault,
            ..world.engine_terms()
        };
        let mut engine = Engine::from(world.deploys("liquidation-engine", terms));
        let liquidate = engine.call_mut().liquidate(ETH, NO_POSITION);
        world.refuses("kim", liquidate, EngineError::Call(error));
    }
}

#[test]
fn without_parameters_nothing_is_liquidated() {
    let unknown = EngineError::from(ParametersError::UnknownCollateral);
    assert_nothing_is_seized(no_parameters, unknown);
    let trapped = EngineError::Call(CallError::Trapped);
    assert_nothing_is_seized(|_| NOBODY, trapped);
}

/// A contract of parameters that knows no collateral type.
fn no_parameters(world: &World) -> AccountId {
    world.deploys("parameters", world.deal.configurator)
}

#[track_caller]
fn assert_nothing_is_seized(parameters: impl Fn(&World) -> AccountId, error: EngineError) {
    let world = World::with_engine_parameters(parameters).fund();
    let position = world.borrow("olga", eth(8), usd(600));
    world.quote(90, 5_000);
    world.refuses("kim", world.engine().liquidate(ETH, position), error);
}

#[test]
fn an_auction_must_be_in_progress() {
    let (world, _, ended) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    world.does("tess", world.engine().take(ended, eth(8), ANY_PRICE, NEVER));
    for auction in [ended, NO_AUCTION] {
        let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
        world.refuses("tess", take, EngineError::UnknownAuction);
        world.refuses(
            "kim",
            world.engine().reset(auction),
            EngineError::UnknownAuction,
        );
        let view = world.reads(world.engine().auction(auction));
        assert_eq!(view, Err(EngineError::UnknownAuction));
    }
}

#[test]
fn nothing_is_no_bid() {
    let (world, _, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, 0, ANY_PRICE, NEVER);
    world.refuses("tess", take, EngineError::ZeroAmount);
}

#[test]
fn the_deadline_of_a_bid_is_its_last_moment() {
    let (world, _, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    let now = world.chain.now();
    let take = |deadline| world.engine().take(auction, eth(1), ANY_PRICE, deadline);
    world.refuses(
        "tess",
        take(Timestamp(now.0 - 1)),
        EngineError::Expired { now },
    );
    world.does("tess", take(now));
}

#[test]
fn nobody_pays_more_than_his_limit() {
    let (world, _, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    let take = |limit| world.engine().take(auction, eth(1), limit, NEVER);
    // 90 with a fifth on top.
    let asked = price(108);
    world.refuses(
        "tess",
        take(Price(asked.0 - 1)),
        EngineError::PriceAboveLimit { asked },
    );
    assert_eq!(world.does("tess", take(asked)).cost, usd(108));
}

#[test]
fn a_stale_auction_sells_nothing_and_only_a_stale_one_is_reset() {
    let (world, _, auction) = World::in_auction();
    let take = || world.engine().take(auction, eth(1), ANY_PRICE, NEVER);
    let reset = || world.engine().reset(auction);
    world.provide_cash("tess", usd(1_000));
    // 10 hours down from 108: after six it is 43.2, just 40 % of that.
    world.chain.advance(Period(6 * HOUR.0 - 1_000));
    world.quote(80, 5_000);
    world.refuses("kim", reset(), EngineError::NotStale);
    assert_eq!(world.does("tess", take()).cost, 43_200_000);

    world.chain.advance(Period(1));
    world.refuses("tess", take(), EngineError::Stale);
    world.does("kim", reset());
    world.refuses("kim", reset(), EngineError::NotStale);
    // 80 with a fifth on top.
    assert_eq!(world.does("tess", take()).cost, usd(96));
}

#[test]
fn without_a_price_nothing_is_reset() {
    let (world, _, auction) = World::in_auction();
    world.chain.advance(Period(7 * HOUR.0));
    world.refuses("kim", world.engine().reset(auction), frozen());
}

#[test]
fn without_a_price_an_auction_in_progress_sells() {
    let (world, _, auction) = World::in_auction();
    world.outlive_reports();
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    // 108 × (10 h − 5 h − 1 ms) ÷ 10 h = 53.999997.
    assert_eq!(
        world.does("tess", take),
        Purchase {
            collateral: eth(8),
            cost: 431_999_976
        }
    );
}

#[test]
fn a_bid_is_paid_from_allowance_and_balance() {
    let (world, _, auction) = World::in_auction();
    let (cash, tess) = (world.deal.cash, world.account("tess"));
    let take = || world.engine().take(auction, eth(1), ANY_PRICE, NEVER);
    let refused = |error: PSP22Error| EngineError::from(VaultError::from(PoolError::from(error)));

    world
        .deal
        .mint(&world.chain, cash, tess, usd(108) - 1)
        .unwrap();
    world.refuses("tess", take(), refused(PSP22Error::InsufficientAllowance));
    world
        .deal
        .approve(&world.chain, cash, tess, world.deal.pool, usd(108))
        .unwrap();
    world.refuses("tess", take(), refused(PSP22Error::InsufficientBalance));

    world.deal.mint(&world.chain, cash, tess, 1).unwrap();
    world.does("tess", take());
    assert_eq!(
        world.balance(world.deal.collateral_token(ETH), "tess"),
        eth(1)
    );
}

#[test]
fn a_bid_leaves_nothing_or_the_dust_limit() {
    let (world, _, auction) = World::in_auction();
    let take = |wanted| world.engine().take(auction, wanted, ANY_PRICE, NEVER);
    world.provide_cash("tess", usd(1_000));
    // 6 × 108 = 648 would leave 12.000003: cut back so that 50 stay.
    let bought = world.does("tess", take(eth(6)));
    assert_eq!(bought.cost, DUE - usd(50));
    // ⌊610.000003 ÷ 108⌋ in base units of ether.
    assert_eq!(bought.collateral, (DUE - usd(50)) * 1_000_000_000_000 / 108);

    let dust = || EngineError::LeavesDust { due: usd(50) };
    world.refuses("tess", take(1), dust());
    // 0.462 × 108 = 49.896.
    world.refuses("tess", take(milli_eth(462)), dust());
    // 0.463 × 108 = 50.004: ⌊50 ÷ 108⌋ is all that is paid for.
    let rest = Purchase {
        collateral: 462_962_962_962_962_962,
        cost: usd(50),
    };
    assert_eq!(world.does("tess", take(milli_eth(463))), rest);
}

#[test]
fn a_base_unit_of_collateral_costs_a_base_unit_of_cash() {
    let (world, _, auction) = World::in_auction();
    world.provide_cash("tess", 1);
    let take = world.engine().take(auction, 1, ANY_PRICE, NEVER);
    assert_eq!(
        world.does("tess", take),
        Purchase {
            collateral: 1,
            cost: 1
        }
    );
    let view = world.reads(world.engine().auction(auction)).unwrap();
    assert_eq!(
        (view.auction.collateral, view.auction.debt),
        (eth(8) - 1, 600_000_001)
    );
}

#[test]
fn a_coarse_token_leaves_no_auction_that_nobody_can_end() {
    let world = World::with(|sheet| {
        sheet.collateral[1].terms.loans.minimum_debt = 1;
        sheet.collateral[1].terms.auctions.dust = 1;
        sheet.collateral[1].terms.auctions.penalty = Ratio::ZERO;
    });
    let world = world.fund();
    let (bitcoin, vault) = (world.deal.collateral_token(BTC), world.deal.vault);
    world.provide(bitcoin, "olga", vault, 10_000_000);
    let position = world.does("olga", world.vault().open(BTC, 10_000_000));
    world.does("olga", world.vault().draw(position, usd(300)));
    world.quote(100, 3_500);
    let auction = world.does("kim", world.engine().liquidate(BTC, position));
    world.provide_cash("tess", usd(1_000));
    let take = |wanted| world.engine().take(auction, wanted, ANY_PRICE, NEVER);
    // 300.000001 are owed, and a base unit of bitcoin costs 3500 × 1.2 ÷ 10^8 = 0.000042: 7 are left.
    let part = Purchase {
        collateral: 7_142_857,
        cost: 299_999_994,
    };
    assert_eq!(world.does("tess", take(7_142_857)), part);
    assert_eq!(
        world.does("tess", take(1)),
        Purchase {
            collateral: 0,
            cost: 7
        }
    );
    let view = world.reads(world.servicing().position(position)).unwrap();
    assert_eq!(
        (view.position.collateral, view.debt),
        (10_000_000 - 7_142_857, 0)
    );
}

#[test]
fn auctions_are_listed_by_the_page() {
    let (world, _, first) = World::in_auction();
    let listed = |from, limit| {
        let page = world.reads(world.engine().auctions(from, limit));
        page.iter().map(|view| view.id).collect::<Vec<_>>()
    };
    assert_eq!(world.reads(world.engine().auction_count()), 1);
    assert_eq!(listed(first, 0), []);
    assert_eq!(listed(first, MAX_PAGE), [first]);
    assert_eq!(listed(AuctionId(1), u32::MAX), []);
    assert_eq!(listed(AuctionId(u32::MAX), u32::MAX), []);
}

#[test]
fn an_ended_auction_gives_the_position_back() {
    let (world, position, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    let bought = world.does("tess", take);
    let left = eth(8) - bought.collateral;
    let view = world.reads(world.servicing().position(position)).unwrap();
    assert_eq!((view.position.collateral, view.debt), (left, 0));
    let nothing = VaultError::NothingOwed;
    let liquidate = world.engine().liquidate(ETH, position);
    world.refuses("kim", liquidate, EngineError::from(nothing));
}

#[test]
fn the_type_named_must_be_that_of_the_position() {
    let (world, position) = World::lent();
    world.quote(90, 5_000);
    let wrong = EngineError::WrongCollateralType {
        collateral_type: ETH,
    };
    world.refuses("kim", world.engine().liquidate(BTC, position), wrong);
}

#[test]
fn penalties_are_paid_from_an_allowance_to_the_engine() {
    let (world, _, auction) = World::in_auction();
    world.provide(world.deal.cash, "tess", world.deal.pool, usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    let refused = EngineError::from(PSP22Error::InsufficientAllowance);
    world.refuses("tess", take, refused);
}

#[test]
fn the_guardian_uses_the_breaker_once_and_the_governor_arms_it() {
    let world = World::with(|sheet| sheet.guardian = "guardian".into());
    let set = |level| world.engine().set_breaker(level, HOUR);
    let arm = || world.engine().arm_breaker();
    for who in ["kim", "Deployer"] {
        world.refuses(who, set(1), EngineError::NotPermitted);
        world.refuses(who, arm(), EngineError::NotPermitted);
    }
    world.refuses("guardian", set(4), EngineError::InvalidLevel);
    world.does("guardian", set(3));
    world.chain.advance(YEAR);
    world.refuses("guardian", set(1), EngineError::BreakerUsed);
    world.refuses("guardian", arm(), EngineError::NotPermitted);
    world.does("governor", arm());
    world.does("guardian", set(1));
    // Another guardian is named in one place.
    let heir = world.account("heir");
    world.does("governor", world.configurator().name(heir, None));
    world.refuses("guardian", set(0), EngineError::NotPermitted);
    world.does("heir", set(0));
}

#[test]
fn what_is_stopped_is_refused_and_what_helps_is_not() {
    let (world, position, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    world.provide_cash("olga", usd(1_000));
    let take = || world.engine().take(auction, eth(1), ANY_PRICE, NEVER);
    let until = world.chain.now().plus(HOUR);
    let stopped = || EngineError::Stopped { until };
    world.does("governor", world.engine().set_breaker(2, HOUR));
    let liquidate = world.engine().liquidate(ETH, position);
    world.refuses("kim", liquidate, stopped());
    world.refuses("kim", world.engine().reset(auction), stopped());
    world.does("governor", world.engine().set_breaker(3, HOUR));
    world.refuses("tess", take(), stopped());
    world.does("olga", world.engine().cure(auction));
    assert_eq!(world.balance(world.deal.cash, "olga"), usd(1_600) - DUE);
    world.assert_balanced();
}

#[test]
fn nothing_is_owed_to_strangers() {
    let world = World::deployed();
    let claim = world.engine().claim(world.account("kim"));
    world.refuses("kim", claim, EngineError::NothingOwed);
}
