//! What the pool refuses.

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::fees::{HIGHEST_MANAGEMENT_FEE, HIGHEST_PERFORMANCE_FEE};
use finance::settlement::{Demand, Waiting};
use finance::{MathError, Period, Ratio};
use interfaces::calls::CallError;
use interfaces::collateral_vault::{CollateralVault, Portfolio, VaultError};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{Due, Payment, PoolError, PoolTerms, TranchePool};
use interfaces::transfer_agent::{AgentError, TransferAgent};
use interfaces::types::{AccountId, Balance, TrancheId};
use psp22::PSP22Error;

const NO_TRANCHE: TrancheId = TrancheId(3);

fn payment(payer: AccountId) -> Payment {
    Payment {
        payer,
        principal: 1,
        interest: 0,
    }
}

/// A deposit of so much into the residual.
fn junior_deposit(amount: Balance) -> Vec<Demand> {
    let mut demand = vec![Demand::default(); 3];
    demand[2].deposits = Waiting {
        market: amount,
        ..Waiting::default()
    };
    demand
}

#[track_caller]
fn assert_terms_are_refused(error: fn() -> PoolError, changes: &[fn(&mut PoolTerms)]) {
    let world = World::deployed();
    for change in changes {
        let mut terms = world.pool_terms();
        change(&mut terms);
        world.refuses_to_deploy("tranche-pool", terms, error());
    }
}

#[test]
fn a_deal_has_two_to_five_tranches() {
    let world = World::deployed();
    for count in [0, 1, 6] {
        let mut terms = world.pool_terms();
        terms.deal.classes = vec![terms.deal.classes[2]; count];
        world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidTranches);
    }
}

#[test]
fn a_residual_promises_nothing() {
    assert_terms_are_refused(
        || PoolError::InvalidTranches,
        &[
            |terms| terms.deal.classes[2].target_rate = Ratio(1),
            |terms| terms.deal.classes[2].minimum_subordination = Ratio(1),
            |terms| terms.deal.classes[2].interest_cover = Ratio(1),
        ],
    );
}

#[test]
fn no_minimum_subordination_and_no_buffer_is_the_whole_pool() {
    assert_terms_are_refused(
        || PoolError::InvalidRatio,
        &[
            |terms| terms.deal.classes[0].minimum_subordination = Ratio::ONE,
            |terms| terms.deal.classes[1].minimum_subordination = Ratio::ONE,
            |terms| terms.liquidity_buffer = Ratio::ONE,
        ],
    );
}

#[test]
fn no_target_rate_is_above_one_and_no_fee_above_its_cap() {
    assert_terms_are_refused(
        || PoolError::InvalidRatio,
        &[
            |terms| terms.deal.classes[0].target_rate = Ratio(Ratio::ONE.0 + 1),
            |terms| terms.deal.management_fee = Ratio(HIGHEST_MANAGEMENT_FEE.0 + 1),
            |terms| terms.deal.performance_fee = Ratio(HIGHEST_PERFORMANCE_FEE.0 + 1),
        ],
    );
}

#[test]
fn nobody_but_the_deployer_binds() {
    let world = World::unbound();
    let bind = world.pool().bind(NOBODY, NOBODY, NOBODY);
    world.refuses("mallory", bind, PoolError::NotTheDeployer);
}

#[test]
fn a_pool_is_bound_once() {
    let world = World::deployed();
    let bind = world.pool().bind(NOBODY, NOBODY, NOBODY);
    world.refuses("Deployer", bind, PoolError::AlreadyBound);
}

#[test]
fn an_unbound_pool_does_nothing() {
    let world = World::unbound();
    let ann = world.account("ann");
    let unbound = || PoolError::NotBound;
    let nothing = Portfolio::default();
    world.refuses("ann", world.pool().settle(vec![], 0, ann), unbound());
    world.refuses("ann", world.pool().surrender(JUNIOR, 1), unbound());
    world.refuses("ann", world.pool().draw(ann, 1, nothing), unbound());
    world.refuses(
        "ann",
        world.pool().collect(payment(ann), nothing),
        unbound(),
    );
    assert_eq!(world.reads(world.pool().preview(vec![])), Err(unbound()));
    assert_eq!(world.reads(world.pool().drawable_cash()), Err(unbound()));
}

#[test]
fn nobody_but_the_transfer_agent_settles_and_takes_tokens_away() {
    let world = World::funded();
    let mallory = world.account("mallory");
    for who in ["mallory", "Deployer", "governor"] {
        let settle = world.pool().settle(junior_deposit(1), 0, mallory);
        world.refuses(who, settle, PoolError::NotTheAgent);
        let surrender = world.pool().surrender(SENIOR, usd(600));
        world.refuses(who, surrender, PoolError::NotTheAgent);
    }
}

#[test]
fn nobody_but_the_vault_draws_and_collects() {
    let (world, _) = World::lent();
    let mallory = world.account("mallory");
    let nothing = Portfolio::default();
    world.provide_cash("mallory", usd(1));
    for who in ["mallory", "Deployer", "governor"] {
        let draw = world.pool().draw(mallory, 1, nothing);
        world.refuses(who, draw, PoolError::NotTheVault);
        let collect = world.pool().collect(payment(mallory), nothing);
        world.refuses(who, collect, PoolError::NotTheVault);
    }
}

#[test]
fn a_tranche_must_exist() {
    let world = World::with_manned_agent();
    let surrender = world.pool().surrender(NO_TRANCHE, 1);
    world.refuses("agent", surrender, PoolError::UnknownTranche);
}

#[test]
fn tokens_that_there_are_not_and_those_that_cover_others_are_not_taken_away() {
    let world = World::with_manned_agent();
    let anybody = world.account("anybody");
    let settle = world.pool().settle(junior_deposit(usd(150)), 0, anybody);
    world.does("agent", settle);
    let surrender = |tranche| world.pool().surrender(tranche, 1);
    let none = PoolError::Math(MathError::DivisionByZero);
    world.refuses("agent", surrender(SENIOR), none);
    world.refuses("agent", surrender(JUNIOR), PoolError::NotWorthless);
}

#[test]
fn what_is_not_due_is_not_paid() {
    let (world, _, auction) = World::in_auction();
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    world.does("tess", take);
    for due in [Due::Fees, Due::Insurance] {
        world.refuses("reserve", world.pool().pay(due), PoolError::NothingDue);
    }
}

#[test]
fn a_deal_that_is_over_settles_nothing() {
    let world = World::with(|sheet| sheet.ends_at = Some(START.plus(Period(2 * DAY.0)))).fund();
    world.close_epoch();
    world.end_epoch();
    let close = world.agent().close_epoch();
    world.refuses("anybody", close, AgentError::Pool(PoolError::Closed.into()));
    assert_eq!(
        world.reads(world.pool().preview(vec![])),
        Err(PoolError::Closed)
    );
    world.claim_all("ann");
}

#[test]
fn a_deal_that_does_not_revolve_lends_nothing() {
    let end = START.plus(Period(3 * DAY.0));
    let refused = || VaultError::from(PoolError::NotRevolving);
    for world in [
        World::with(|sheet| sheet.amortises_at = Some(end)),
        World::with(|sheet| sheet.ends_at = Some(end)),
    ] {
        let world = world.fund();
        let position = world.borrow("olga", eth(8), usd(50));
        // The date alone decides: nobody has settled since.
        world.chain.advance_to(end);
        world.quote(100, 5_000);
        world.refuses("olga", world.vault().draw(position, usd(1)), refused());
        world.close_epoch();
        world.refuses("olga", world.vault().draw(position, usd(1)), refused());
    }
}

#[test]
fn a_vault_or_a_waterfall_that_is_no_contract_stops_settlements_and_nothing_else() {
    let trapped = || PoolError::Call(CallError::Trapped);
    assert_settlement_fails(|world| (NOBODY, world.deal.waterfall), trapped);
    assert_settlement_fails(|world| (world.deal.vault, NOBODY), trapped);
}

#[test]
fn a_vault_or_a_waterfall_that_is_another_contract_stops_settlements_and_nothing_else() {
    let unknown = || PoolError::Call(CallError::NotUnderstood);
    assert_settlement_fails(|world| (world.deal.oracle, world.deal.waterfall), unknown);
    assert_settlement_fails(|world| (world.deal.vault, world.deal.oracle), unknown);
}

#[track_caller]
fn assert_settlement_fails(
    wired: impl Fn(&World) -> (AccountId, AccountId),
    error: impl Fn() -> PoolError,
) {
    let world = World::unbound();
    let (vault, waterfall) = wired(&world);
    world.bind_pool(world.deal.agent, vault, waterfall);
    world.bind_agent(world.deal.tranches.clone());
    world.deposit("cal", JUNIOR, usd(150));
    world.end_epoch();
    let refused = || AgentError::Pool(error().into());
    world.refuses("anybody", world.agent().close_epoch(), refused());
    let preview = world.reads(world.agent().preview_settlement());
    assert_eq!(preview, Err(refused()));
    world.chain.advance(DAY);
    assert_eq!(world.cancel_deposit("cal", JUNIOR), usd(150));
}

#[test]
fn before_the_first_settlement_nothing_is_lent() {
    let world = World::deployed();
    world.deposit("cal", JUNIOR, usd(150));
    world.quote(100, 5_000);
    let position = world.open("olga", eth(8));
    let nothing = PoolError::InsufficientCash { drawable: 0 };
    let draw = world.vault().draw(position, usd(50));
    world.refuses("olga", draw, VaultError::from(nothing));
}

#[test]
fn cash_that_is_no_token_is_not_counted() {
    for (cash, error) in [
        (None, CallError::Trapped),
        (Some("oracle"), CallError::NotUnderstood),
    ] {
        let mut world = World::deployed();
        let terms = PoolTerms {
            cash: cash.map_or(NOBODY, |_| world.deal.oracle),
            ..world.pool_terms()
        };
        world.deal.pool = world.deploys("tranche-pool", terms);
        let refused = || PoolError::Call(error);
        world.refuses("anybody", world.pool().reconcile(), refused());
        assert_eq!(world.reads(world.pool().unattributed()), Err(refused()));
    }
}

#[test]
fn a_pool_without_the_cash_in_its_books_pays_nobody() {
    let world = World::with_manned_agent();
    let anybody = world.account("anybody");
    let settle = |demand, dust| world.pool().settle(demand, dust, anybody);
    // The agent never sends what it says it brings.
    world.does("agent", settle(junior_deposit(usd(150)), 7));
    let no_balance = || PoolError::Token(PSP22Error::InsufficientBalance.into());
    world.refuses("anybody", world.pool().pay(Due::Insurance), no_balance());
    let mut demand = vec![Demand::default(); 3];
    demand[2].redemptions.market = usd(150);
    world.refuses("agent", settle(demand, 0), no_balance());
}

#[test]
fn the_pool_never_counts_beyond_128_bits() {
    let world = World::with_manned_agent();
    let anybody = world.account("anybody");
    let settle = |dust| {
        world
            .pool()
            .settle(vec![Demand::default(); 3], dust, anybody)
    };
    world.does("agent", settle(u128::MAX));
    world.refuses("agent", settle(1), PoolError::Math(MathError::Overflow));
}

#[test]
fn a_pool_worth_more_than_128_bits_does_not_settle() {
    let world = World::with(|sheet| {
        sheet.tranches[2].terms.cap = u128::MAX;
        sheet.collateral[0].terms.loans.debt_ceiling = u128::MAX;
    });
    world.deposit("cal", JUNIOR, u128::MAX);
    world.close_epoch();
    // An ether of 10^12 dollars: 2^128 − 1 base units of it are worth as many of cash.
    world.quote(1_000_000_000_000, 5_000);
    world.borrow("olga", u128::MAX, u128::MAX / 10 * 7);
    world.chain.advance(YEAR);
    // 0.3 + 0.7 e^0.1 > 1.
    let beyond = || PoolError::Math(MathError::Overflow);
    let refused = || AgentError::Pool(beyond().into());
    world.refuses("anybody", world.agent().close_epoch(), refused());
    let preview = world.reads(world.agent().preview_settlement());
    assert_eq!(preview, Err(refused()));
    assert_eq!(world.reads(world.pool().drawable_cash()), Err(beyond()));
}
