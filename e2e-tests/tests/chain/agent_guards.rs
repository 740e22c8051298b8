//! What the transfer agent refuses.

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::distribution::Policy;
use finance::parameters::Pause;
use finance::{MathError, Period, Price, Timestamp};
use interfaces::async_vault::{AsyncVault, AsyncVaultError, Conditions, OrderView};
use interfaces::calls::CallError;
use interfaces::collateral_vault::CollateralVault;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::tranche_pool::{PoolError, TranchePool};
use interfaces::transfer_agent::{
    AgentError, AgentTerms, DepositsPaused, Distributions, TransferAgent,
};
use interfaces::transfer_rule::REFUSED;
use interfaces::types::{AccountId, AssetId, Balance, TrancheId};
use psp22::PSP22Error;
use simulator::chain::Message;
use simulator::deployment::Deal;

const NO_TRANCHE: TrancheId = TrancheId(3);

type Request = Message<Result<(), AsyncVaultError>>;

fn deposits(world: &World, who: &str, tranche: TrancheId, amount: Balance) -> Request {
    let owner = world.account(who);
    world
        .orders()
        .request_deposit(tranche, amount, owner, AT_ANY_PRICE)
        .into()
}

fn redeems(world: &World, who: &str, tranche: TrancheId, amount: Balance) -> Request {
    let owner = world.account(who);
    world
        .orders()
        .request_redeem(tranche, amount, owner, AT_ANY_PRICE)
        .into()
}

fn limited(whole: u128, until: u32) -> Conditions {
    Conditions {
        limit: Some(Price(whole * Price::ONE.0)),
        until: Some(until),
    }
}

#[test]
fn an_agent_serves_two_to_five_tranches() {
    let world = World::deployed();
    for tranches in [0, 1, 6, u32::MAX] {
        let terms = AgentTerms {
            tranches,
            ..world.agent_terms()
        };
        world.refuses_to_deploy("transfer-agent", terms, AgentError::InvalidTranches);
    }
}

#[test]
fn an_epoch_takes_time_and_longer_than_its_cut_off() {
    let world = World::deployed();
    for (epoch_length, cut_off) in [(0, 0), (1, 1), (1_000, 2_000)] {
        let terms = AgentTerms {
            epoch_length: Period(epoch_length),
            cut_off: Period(cut_off),
            ..world.agent_terms()
        };
        world.refuses_to_deploy("transfer-agent", terms, AgentError::InvalidEpochLength);
    }
}

#[test]
fn nobody_but_the_deployer_names_the_tokens() {
    let world = World::unbound();
    let bind = world.agent().bind(world.deal.tranches.clone());
    world.refuses("mallory", bind, AgentError::NotTheDeployer);
}

#[test]
fn the_tokens_are_named_once() {
    let world = World::deployed();
    let bind = world.agent().bind(world.deal.tranches.clone());
    world.refuses("Deployer", bind, AgentError::AlreadyBound);
}

#[test]
fn there_are_as_many_tokens_as_tranches() {
    let world = World::unbound();
    for count in [0, 2, 4] {
        let bind = world.agent().bind(vec![NOBODY; count]);
        world.refuses("Deployer", bind, AgentError::InvalidTranches);
    }
}

#[test]
fn a_pause_stops_deposits_alone_and_is_used_once() {
    let world = World::with(|sheet| sheet.guardian = "guardian".into()).fund();
    world.claim("ann", SENIOR);
    world.deposit("dan", JUNIOR, usd(10));
    let pause = |period| world.agent().pause_deposits(period);
    for who in ["Deployer", "mallory"] {
        world.refuses(who, pause(DAY), AgentError::NotPermitted);
        world.refuses(who, world.agent().arm_deposits(), AgentError::NotPermitted);
    }
    // It lasts a week at most.
    let until = world.chain.now().plus(Pause::LONGEST);
    let told = world
        .sends("guardian", pause(YEAR))
        .events::<DepositsPaused>();
    assert_eq!((told.len(), told[0].until), (1, until));
    assert_eq!(world.reads(world.agent().epoch()).closed_until, until);
    world.provide(world.deal.cash, "dan", world.deal.agent, usd(10));
    let order = || deposits(&world, "dan", JUNIOR, usd(10));
    world.refuses("dan", order(), AsyncVaultError::Paused { until });
    // All else goes on.
    world.redeem("ann", SENIOR, usd(100));
    assert_eq!(world.cancel_redeem("ann", SENIOR), usd(100));
    world.redeem("ann", SENIOR, usd(100));
    assert_eq!(world.cancel_deposit("dan", JUNIOR), usd(10));
    world.close_epoch();
    assert_eq!(world.claim("ann", SENIOR).claimable_cash, usd(100));

    world.refuses("guardian", pause(DAY), AgentError::PauseUsed);
    world.chain.advance_to(until);
    world.does("dan", order());
    world.refuses("guardian", pause(DAY), AgentError::PauseUsed);
    world.refuses(
        "guardian",
        world.agent().arm_deposits(),
        AgentError::NotPermitted,
    );
    world.does("governor", world.agent().arm_deposits());
    world.does("governor", pause(DAY));
    world.does("governor", world.agent().arm_deposits());
    world.provide(world.deal.cash, "dan", world.deal.agent, usd(10));
    world.does("dan", order());
}

#[test]
fn an_agent_without_tokens_is_not_open() {
    let world = World::unbound();
    let ann = world.account("ann");
    let closed = || AsyncVaultError::NotOpen;
    world.provide(world.deal.cash, "ann", world.deal.agent, usd(1));
    world.refuses("ann", deposits(&world, "ann", JUNIOR, usd(1)), closed());
    world.refuses("ann", redeems(&world, "ann", JUNIOR, 1), closed());
    // There are no classes yet.
    let unknown = || AsyncVaultError::UnknownClass;
    world.refuses("ann", world.orders().cancel_deposit(JUNIOR, ann), unknown());
    world.refuses("ann", world.orders().cancel_redeem(JUNIOR, ann), unknown());
    world.refuses("ann", world.orders().claim(JUNIOR, ann), unknown());
    let refused = AgentError::Order(unknown());
    world.refuses("ann", world.agent().surrender(JUNIOR, 1), refused);
    let nothing = || AsyncVaultError::NothingClaimable;
    world.refuses("ann", world.distributions().claim_all(ann), nothing());
    world.refuses(
        "ann",
        world.distributions().claim_distribution(JUNIOR, ann),
        unknown(),
    );
    world.chain.advance(DAY);
    world.refuses("ann", world.agent().close_epoch(), AgentError::NotBound);
    let unbound = || AgentError::Pool(PoolError::NotBound.into());
    assert_eq!(
        world.reads(world.agent().preview_settlement()),
        Err(unbound())
    );
    let exit = world.reads(world.agent().expected_exit(JUNIOR, ann));
    assert_eq!(exit, Err(AgentError::Order(unknown())));
    assert_eq!(world.reads(world.agent().classes()), []);
}

#[test]
fn an_order_is_not_small() {
    let world = World::with(|sheet| sheet.minimum_order = usd(10)).fund();
    world.claim("cal", JUNIOR);
    let below = |minimum| AsyncVaultError::BelowMinimum { minimum };
    let least = usd(10);
    world.refuses(
        "dan",
        deposits(&world, "dan", SENIOR, least - 1),
        below(least),
    );
    let limit = limited(1, 5);
    let cal = world.account("cal");
    let redeem = world.orders().request_redeem(JUNIOR, least - 1, cal, limit);
    world.refuses("cal", redeem, below(least));
    // Whoever would leave with little must be able to.
    world.redeem("cal", JUNIOR, 1);
    world.deposit("dan", SENIOR, least);
}

#[test]
fn an_order_of_nothing_is_none() {
    let world = World::funded();
    let nothing = || AsyncVaultError::ZeroAmount;
    world.refuses("ann", deposits(&world, "ann", SENIOR, 0), nothing());
    world.refuses("ann", redeems(&world, "ann", SENIOR, 0), nothing());
    let surrender = world.agent().surrender(SENIOR, 0);
    world.refuses("ann", surrender, AgentError::ZeroAmount);
}

#[test]
fn a_tranche_must_exist() {
    let world = World::funded();
    let ann = world.account("ann");
    let unknown = || AsyncVaultError::UnknownClass;
    let refused = || AgentError::Order(unknown());
    world.provide(world.deal.cash, "ann", world.deal.agent, usd(1));
    world.refuses(
        "ann",
        deposits(&world, "ann", NO_TRANCHE, usd(1)),
        unknown(),
    );
    world.refuses("ann", redeems(&world, "ann", NO_TRANCHE, 1), unknown());
    world.refuses(
        "ann",
        world.orders().cancel_deposit(NO_TRANCHE, ann),
        unknown(),
    );
    world.refuses(
        "ann",
        world.orders().cancel_redeem(NO_TRANCHE, ann),
        unknown(),
    );
    world.refuses("ann", world.orders().claim(NO_TRANCHE, ann), unknown());
    world.refuses(
        "ann",
        world.distributions().claim_distribution(NO_TRANCHE, ann),
        unknown(),
    );
    world.refuses("ann", world.agent().surrender(NO_TRANCHE, 1), refused());
    assert_eq!(
        world.reads(world.orders().order(NO_TRANCHE, ann)),
        Err(unknown())
    );
    let exit = world.reads(world.agent().expected_exit(NO_TRANCHE, ann));
    assert_eq!(exit, Err(refused()));
}

#[test]
fn a_deal_that_does_not_revolve_takes_no_orders_and_gives_them_back() {
    let world = World::with(|sheet| {
        sheet.amortises_at = Some(START.plus(Period(2 * DAY.0)));
        sheet.tranches[2].terms.cap = usd(150);
    })
    .fund();
    world.deposit("dan", JUNIOR, usd(10));
    world.claim("cal", JUNIOR);
    world.redeem("cal", JUNIOR, usd(50));
    world.borrow("olga", eth(8), usd(600));
    world.close_epoch();
    world.provide(world.deal.cash, "dan", world.deal.agent, usd(1));
    let closed = || AsyncVaultError::NotOpen;
    world.refuses("dan", deposits(&world, "dan", JUNIOR, usd(1)), closed());
    world.refuses("cal", redeems(&world, "cal", JUNIOR, usd(1)), closed());
    assert_eq!(world.cancel_deposit("dan", JUNIOR), usd(10));
    assert_eq!(world.cancel_redeem("cal", JUNIOR), usd(50));
    world.assert_balanced();
}

#[test]
fn nobody_but_the_owner_and_his_operator_orders_and_cancels() {
    let world = World::funded();
    let ann = world.account("ann");
    world.claim("ann", SENIOR);
    world.deposit("ann", SENIOR, usd(10));
    world.redeem("ann", SENIOR, usd(10));
    world.provide(world.deal.cash, "ann", world.deal.agent, usd(1));
    let dismissed = world.account("dismissed");
    for approved in [true, false] {
        let set = world.orders().set_operator(dismissed, approved);
        world.does("ann", set);
    }
    let stranger = || AsyncVaultError::NotAuthorised;
    for who in ["mallory", "Deployer", "governor", "dismissed"] {
        world.refuses(who, deposits(&world, "ann", SENIOR, usd(1)), stranger());
        world.refuses(who, redeems(&world, "ann", SENIOR, usd(1)), stranger());
        world.refuses(who, world.orders().cancel_deposit(SENIOR, ann), stranger());
        world.refuses(who, world.orders().cancel_redeem(SENIOR, ann), stranger());
    }
}

#[test]
fn an_order_that_waits_keeps_its_conditions() {
    let world = World::funded();
    let dan = world.account("dan");
    world.deposit_on("dan", SENIOR, usd(10), limited(1, 5));
    world.provide(world.deal.cash, "dan", world.deal.agent, usd(10));
    let other = || AsyncVaultError::OtherConditions;
    let until_5 = Conditions {
        limit: None,
        until: Some(5),
    };
    for conditions in [AT_ANY_PRICE, limited(2, 5), limited(1, 6), until_5] {
        let order = world
            .orders()
            .request_deposit(SENIOR, usd(10), dan, conditions);
        world.refuses("dan", order, other());
    }
    let order = world
        .orders()
        .request_deposit(SENIOR, usd(10), dan, limited(1, 5));
    world.does("dan", order);
    assert_eq!(world.order("dan", SENIOR).pending_deposit, usd(20));
    // Another class and the other side have orders of their own.
    world.deposit("dan", MEZZANINE, usd(10));
}

#[test]
fn conditions_that_can_never_be_met_are_refused() {
    let world = World::funded();
    let dan = world.account("dan");
    world.close_epoch();
    world.provide(world.deal.cash, "dan", world.deal.agent, usd(10));
    let order = |limit, until| {
        let conditions = Conditions { limit, until };
        world
            .orders()
            .request_deposit(SENIOR, usd(1), dan, conditions)
    };
    let invalid = || AsyncVaultError::InvalidConditions;
    let par = Some(Price::ONE);
    // This is epoch 2.
    for (limit, until) in [
        (Some(Price::ZERO), Some(5)), // no price
        (par, None),                  // never frees its place
        (par, Some(1)),               // is past
        (None, Some(1)),
        (par, Some(2 + 33)), // is too far ahead
    ] {
        world.refuses("dan", order(limit, until), invalid());
    }
    world.cut_off();
    for limit in [None, par] {
        // A late order does not take part in this epoch.
        world.refuses("dan", order(limit, Some(2)), invalid());
    }
    world.does("dan", order(par, Some(2 + 32)));
    world.cancel_deposit("dan", SENIOR);
    world.does("dan", order(None, Some(u32::MAX)));
}

#[test]
fn orders_wait_at_four_limits_at_most() {
    let world = World::funded();
    for (who, limit) in [("dan", 1), ("eve", 2), ("fay", 3), ("gil", 4)] {
        world.deposit_on(who, SENIOR, usd(10), limited(limit, 8));
    }
    world.provide(world.deal.cash, "hal", world.deal.agent, usd(40));
    let hal = world.account("hal");
    let order = |tranche, limit| {
        world
            .orders()
            .request_deposit(tranche, usd(10), hal, limited(limit, 8))
    };
    world.refuses("hal", order(SENIOR, 5), AsyncVaultError::TooManyLimits);
    // One of those is a place, and so is another class.
    world.does("hal", order(SENIOR, 4));
    world.does("hal", order(MEZZANINE, 5));
    world.claim("ann", SENIOR);
    world.redeem_on("ann", SENIOR, usd(10), limited(5, 8));
    world.deposit("ida", SENIOR, usd(10));
}

#[test]
fn a_deposit_is_taken_from_allowance_and_balance() {
    let world = World::deployed();
    let Deal { cash, agent, .. } = world.deal;
    let dan = world.account("dan");
    let order = || deposits(&world, "dan", JUNIOR, usd(10));

    world
        .deal
        .mint(&world.chain, cash, dan, usd(10) - 1)
        .unwrap();
    let no_allowance = || AsyncVaultError::Token(PSP22Error::InsufficientAllowance.into());
    world.refuses("dan", order(), no_allowance());
    // What the pool may take is not the agent's.
    world.provide_cash("dan", 0);
    world.refuses("dan", order(), no_allowance());
    world
        .deal
        .approve(&world.chain, cash, dan, agent, usd(10))
        .unwrap();
    let no_balance = AsyncVaultError::Token(PSP22Error::InsufficientBalance.into());
    world.refuses("dan", order(), no_balance);

    world.deal.mint(&world.chain, cash, dan, 1).unwrap();
    world.does("dan", order());
    assert_eq!(world.balance(cash, "dan"), 0);
}

#[test]
fn a_redemption_is_taken_from_what_was_not_claimed_and_from_the_balance() {
    let world = World::funded();
    let junior = world.deal.tranche_token(JUNIOR);
    let order = |amount| redeems(&world, "cal", JUNIOR, amount);
    let no_balance = || AsyncVaultError::Token(PSP22Error::InsufficientBalance.into());

    world.refuses("cal", order(usd(150) + 1), no_balance());
    world.does("cal", order(usd(30)));
    world.claim("cal", JUNIOR);
    assert_eq!(world.balance(junior, "cal"), usd(120));
    world.refuses("cal", order(usd(120) + 1), no_balance());
    world.does("cal", order(usd(120)));
    assert_eq!(world.balance(junior, "cal"), 0);
    assert_eq!(world.order("cal", JUNIOR).pending_redemption, usd(150));
}

#[test]
fn tokens_are_surrendered_from_the_balance() {
    let world = World::funded();
    world.claim("ann", SENIOR);
    let surrender = || world.agent().surrender(SENIOR, usd(601));
    let no_balance = AgentError::Token(PSP22Error::InsufficientBalance.into());
    world.refuses("ann", surrender(), no_balance);
}

#[test]
fn only_what_waits_is_cancelled() {
    let world = World::funded();
    let nothing = || AsyncVaultError::NothingPending;
    let deposit = |who, tranche| world.orders().cancel_deposit(tranche, world.account(who));
    let redeem = |who, tranche| world.orders().cancel_redeem(tranche, world.account(who));
    // Ann's order is filled, Dan never had one.
    for who in ["ann", "dan"] {
        world.refuses(who, deposit(who, SENIOR), nothing());
        world.refuses(who, redeem(who, SENIOR), nothing());
    }

    world.deposit("dan", SENIOR, usd(10));
    world.refuses("dan", redeem("dan", SENIOR), nothing());
    world.refuses("dan", deposit("dan", JUNIOR), nothing());
    assert_eq!(world.cancel_deposit("dan", SENIOR), usd(10));
    world.refuses("dan", deposit("dan", SENIOR), nothing());
    assert_eq!(world.balance(world.deal.cash, "dan"), usd(10));
}

#[test]
fn only_what_is_settled_is_claimed() {
    let world = World::funded();
    let dan = world.account("dan");
    let claim = |tranche, owner| world.orders().claim(tranche, owner);
    let nothing = || AsyncVaultError::NothingClaimable;
    let none = || AsyncVaultError::NothingClaimable;
    world.refuses("dan", claim(SENIOR, dan), nothing());
    world.refuses("dan", world.distributions().claim_all(dan), none());
    world.deposit("dan", SENIOR, usd(10));
    world.refuses("dan", claim(SENIOR, dan), nothing());
    world.refuses("dan", world.distributions().claim_all(dan), none());
    // What is settled in one tranche is not settled in another.
    let ann = world.account("ann");
    world.refuses("ann", claim(MEZZANINE, ann), nothing());
    // Nothing was ever distributed.
    world.refuses(
        "ann",
        world.distributions().claim_distribution(SENIOR, ann),
        none(),
    );
}

#[test]
fn nothing_is_claimed_twice() {
    let world = World::funded();
    let ann = world.account("ann");
    let claim = || world.orders().claim(SENIOR, ann);
    let claimed = OrderView {
        claimable_tokens: usd(600),
        ..OrderView::default()
    };
    assert_eq!(world.does("ann", claim()), claimed);
    let nothing = || AsyncVaultError::NothingClaimable;
    world.refuses("ann", claim(), nothing());
    world.refuses("mallory", claim(), nothing());
    world.refuses(
        "ann",
        world.distributions().claim_all(ann),
        AsyncVaultError::NothingClaimable,
    );
    assert_eq!(
        world.balance(world.deal.tranche_token(SENIOR), "ann"),
        usd(600)
    );
}

#[test]
fn a_distribution_is_claimed_once() {
    let world = coupon_paid();
    let ann = world.account("ann");
    let claim = || world.distributions().claim_distribution(SENIOR, ann);
    assert!(world.does("anybody", claim()) > 0);
    world.refuses("ann", claim(), AsyncVaultError::NothingClaimable);
    let dan = world.account("dan");
    let strangers = world.distributions().claim_distribution(SENIOR, dan);
    world.refuses("dan", strangers, AsyncVaultError::NothingClaimable);
}

/// A deal whose senior, all of it held by "ann", was paid a coupon.
fn coupon_paid() -> World {
    let world = World::with(|sheet| {
        sheet.tranches[0].terms.policy = Policy::PayOut;
    });
    let world = world.fund();
    world.claim("ann", SENIOR);
    let position = world.borrow("olga", eth(8), usd(600));
    world.end_epoch();
    world.provide_cash("olga", usd(1));
    world.does("olga", world.vault().repay(position, usd(1)));
    let settled = world.close_epoch();
    assert!(settled.tranches[0].payout.coupon > 0);
    world
}

#[test]
fn an_epoch_ends_when_its_time_is_over() {
    let world = World::deployed();
    let close = || world.agent().close_epoch();
    let ends_at = START.plus(DAY);
    world.refuses("anybody", close(), AgentError::EpochNotOver { ends_at });
    world.chain.advance_to(Timestamp(ends_at.0 - 1));
    world.refuses("anybody", close(), AgentError::EpochNotOver { ends_at });
    world.chain.advance_to(ends_at);
    world.does("anybody", close());
    let ends_at = ends_at.plus(DAY);
    world.refuses("anybody", close(), AgentError::EpochNotOver { ends_at });
}

#[test]
fn prices_from_before_the_cut_off_settle_nothing() {
    let (world, _) = World::lent();
    let cut_off_at = Timestamp(START.0 + 2 * DAY.0 - HOUR.0);
    let stale = || AgentError::PricesBeforeCutOff { cut_off_at };
    world.chain.advance_to(Timestamp(cut_off_at.0 - 1));
    world.repeat_prices();
    world.end_epoch();
    world.refuses("anybody", world.agent().close_epoch(), stale());
    // Reports more, of the price as of the cut-off: it is as old as the second newest of three.
    let report = || world.oracle().report(AssetId(0), price(100), cut_off_at);
    world.does("feeder one", report());
    world.refuses("anybody", world.agent().close_epoch(), stale());
    world.does("feeder two", report());
    world.does("anybody", world.agent().close_epoch());
}

#[test]
fn a_token_that_refuses_everything_is_claimed_later() {
    let (world, rule) = World::with_rule();
    world.set_pass(rule, "cal", 1);
    world.deposit("cal", JUNIOR, usd(150));
    world.close_epoch();
    world.set_pass(rule, "cal", 0);
    let cal = world.account("cal");
    let refused = || {
        let why = PSP22Error::SafeTransferCheckFailed(REFUSED.into());
        AsyncVaultError::Token(why.into())
    };
    let claim = || world.orders().claim(JUNIOR, cal);
    world.refuses("anybody", claim(), refused());
    let claim_all = world.distributions().claim_all(cal);
    world.refuses("anybody", claim_all, refused());
    world.set_pass(rule, "cal", 1);
    assert_eq!(world.does("anybody", claim()).claimable_tokens, usd(150));
}

#[test]
fn cash_that_is_no_contract_is_never_credited() {
    assert_cash_is_not_credited(|_| NOBODY, CallError::Trapped);
}

#[test]
fn cash_that_is_another_contract_is_never_credited() {
    assert_cash_is_not_credited(|world| world.deal.oracle, CallError::NotUnderstood);
}

#[track_caller]
fn assert_cash_is_not_credited(cash: impl Fn(&World) -> AccountId, error: CallError) {
    let mut world = World::deployed();
    let terms = AgentTerms {
        cash: cash(&world),
        ..world.agent_terms()
    };
    world.deal.agent = world.deploys("transfer-agent", terms);
    world.bind_agent(world.tranche_tokens(world.deal.agent));
    let refused = AsyncVaultError::Call(error);
    world.refuses("ann", deposits(&world, "ann", JUNIOR, 1), refused);
    let unattributed = world.reads(world.agent().unattributed());
    assert_eq!(unattributed, Err(AgentError::Call(error)));
}

#[test]
fn tokens_of_another_issuer_are_not_named() {
    let world = World::unbound();
    let mallory = world.account("mallory");
    let bind = world.agent().bind(world.tranche_tokens(mallory));
    world.refuses("Deployer", bind, AgentError::NotTheIssuer(mallory));
}

#[test]
fn what_is_no_tranche_token_is_not_named() {
    let world = World::unbound();
    let refused = AgentError::Call(CallError::NotUnderstood);
    let bind = world.agent().bind(vec![world.deal.cash; 3]);
    world.refuses("Deployer", bind, refused);
}

#[test]
fn a_pool_that_does_not_answer_settles_nothing() {
    for (pool, error) in [
        (None, CallError::Trapped),
        (Some("oracle"), CallError::NotUnderstood),
    ] {
        let mut world = World::unbound();
        let terms = AgentTerms {
            pool: pool.map_or(NOBODY, |_| world.deal.oracle),
            ..world.agent_terms()
        };
        world.deal.agent = world.deploys("transfer-agent", terms);
        world.deal.tranches = world.tranche_tokens(world.deal.agent);
        world.bind_agent(world.deal.tranches.clone());
        world.end_epoch();
        let refused = || AgentError::Call(error);
        world.refuses("anybody", world.agent().close_epoch(), refused());
        let preview = world.reads(world.agent().preview_settlement());
        assert_eq!(preview, Err(refused()));
    }
}

#[test]
fn a_pool_of_another_agent_settles_nothing() {
    let mut world = World::unbound();
    world.bind_pool(NOBODY, world.deal.vault, world.deal.waterfall);
    world.bind_agent(world.deal.tranches.clone());
    world.deal.pool = world.reads(world.agent().terms()).unwrap().pool;
    world.end_epoch();
    let stranger = AgentError::Pool(PoolError::NotTheAgent.into());
    world.refuses("anybody", world.agent().close_epoch(), stranger);
}

#[test]
fn the_agent_never_counts_beyond_128_bits() {
    let world = World::deployed();
    world.deposit("dan", JUNIOR, u128::MAX);
    world.cancel_deposit("dan", JUNIOR);
    // What was ever received is counted too: once more would be 2^129 − 2.
    let beyond = AsyncVaultError::Math(MathError::Overflow);
    world.refuses("dan", deposits(&world, "dan", JUNIOR, 1), beyond);
    assert!(!world.reads(world.pool().is_deficient()));
}
