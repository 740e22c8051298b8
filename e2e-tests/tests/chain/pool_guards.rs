//! What the pool refuses.

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::{MathError, Period, Ratio, Timestamp};
use interfaces::calls::CallError;
use interfaces::collateral_vault::Portfolio;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{OrderView, Payment, PoolError, PoolTerms, TranchePool};
use interfaces::tranche_token::ONLY_THE_POOL;
use interfaces::types::{AccountId, TrancheId};
use psp22::PSP22Error;
use simulator::deployment::Deal;

const NO_TRANCHE: TrancheId = TrancheId(3);

fn payment(payer: AccountId) -> Payment {
    Payment {
        payer,
        debt: 1,
        penalty: 0,
    }
}

#[test]
fn a_deal_has_two_to_five_tranches() {
    let world = World::deployed();
    let terms = world.pool_terms();
    for count in [0, 1, 6] {
        let tranches = vec![terms.tranches[2]; count];
        let terms = PoolTerms {
            tranches,
            ..terms.clone()
        };
        world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidTranches);
    }
}

#[test]
fn a_residual_has_no_rate_and_no_minimum() {
    let world = World::deployed();
    for residual in [
        |terms: &mut PoolTerms| terms.tranches[2].target_rate = Ratio(1),
        |terms: &mut PoolTerms| terms.tranches[2].minimum_subordination = Ratio(1),
    ] {
        let mut terms = world.pool_terms();
        residual(&mut terms);
        world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidTranches);
    }
}

#[test]
fn no_minimum_subordination_and_no_buffer_is_the_whole_pool() {
    let world = World::deployed();
    for whole in [
        |terms: &mut PoolTerms| terms.tranches[0].minimum_subordination = Ratio::ONE,
        |terms: &mut PoolTerms| terms.tranches[1].minimum_subordination = Ratio::ONE,
        |terms: &mut PoolTerms| terms.liquidity_buffer = Ratio::ONE,
    ] {
        let mut terms = world.pool_terms();
        whole(&mut terms);
        world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidRatio);
    }
}

#[test]
fn no_target_rate_is_above_one() {
    let world = World::deployed();
    let mut terms = world.pool_terms();
    terms.tranches[0].target_rate = Ratio(Ratio::ONE.0 + 1);
    world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidRatio);
}

#[test]
fn an_epoch_takes_time() {
    let world = World::deployed();
    let terms = PoolTerms {
        epoch_length: Period(0),
        ..world.pool_terms()
    };
    world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidEpochLength);
}

#[test]
fn nobody_but_the_deployer_binds() {
    let world = World::unbound();
    let bind = world.pool().bind(world.deal.tranches.clone(), NOBODY);
    world.refuses("mallory", bind, PoolError::NotTheDeployer);
}

#[test]
fn a_pool_is_bound_once() {
    let world = World::deployed();
    let bind = world.pool().bind(world.deal.tranches.clone(), NOBODY);
    world.refuses("Deployer", bind, PoolError::AlreadyBound);
}

#[test]
fn a_pool_has_as_many_tokens_as_tranches() {
    let world = World::unbound();
    for count in [0, 2, 4] {
        let bind = world.pool().bind(vec![NOBODY; count], world.deal.vault);
        world.refuses("Deployer", bind, PoolError::InvalidTranches);
    }
}

#[test]
fn an_unbound_pool_does_nothing() {
    let world = World::unbound();
    let ann = world.account("ann");
    world.provide_cash("ann", usd(1));
    world.refuses(
        "ann",
        world.pool().request_deposit(JUNIOR, usd(1)),
        PoolError::NotBound,
    );
    world.refuses(
        "ann",
        world.pool().request_redeem(JUNIOR, 1),
        PoolError::NotBound,
    );
    world.refuses(
        "ann",
        world.pool().cancel_deposit(JUNIOR),
        PoolError::NotBound,
    );
    world.refuses(
        "ann",
        world.pool().cancel_redeem(JUNIOR),
        PoolError::NotBound,
    );
    world.refuses("ann", world.pool().claim(JUNIOR, ann), PoolError::NotBound);
    world.refuses("ann", world.pool().close_epoch(), PoolError::NotBound);
    let nothing = Portfolio::default();
    world.refuses(
        "ann",
        world.pool().draw(ann, 1, nothing),
        PoolError::NotBound,
    );
    world.refuses(
        "ann",
        world.pool().collect(payment(ann), nothing),
        PoolError::NotBound,
    );
    assert_eq!(
        world.reads(world.pool().preview_settlement()),
        Err(PoolError::NotBound)
    );
    assert_eq!(
        world.reads(world.pool().drawable_cash()),
        Err(PoolError::NotBound)
    );
}

#[test]
fn an_order_of_nothing_is_none() {
    let world = World::funded();
    world.refuses(
        "ann",
        world.pool().request_deposit(SENIOR, 0),
        PoolError::ZeroAmount,
    );
    world.refuses(
        "ann",
        world.pool().request_redeem(SENIOR, 0),
        PoolError::ZeroAmount,
    );
}

#[test]
fn a_tranche_must_exist() {
    let world = World::funded();
    let ann = world.account("ann");
    let unknown = || PoolError::UnknownTranche;
    world.provide_cash("ann", usd(1));
    world.refuses(
        "ann",
        world.pool().request_deposit(NO_TRANCHE, usd(1)),
        unknown(),
    );
    world.refuses("ann", world.pool().request_redeem(NO_TRANCHE, 1), unknown());
    world.refuses("ann", world.pool().cancel_deposit(NO_TRANCHE), unknown());
    world.refuses("ann", world.pool().cancel_redeem(NO_TRANCHE), unknown());
    world.refuses("ann", world.pool().claim(NO_TRANCHE, ann), unknown());
    assert_eq!(
        world.reads(world.pool().order(NO_TRANCHE, ann)),
        Err(unknown())
    );
}

#[test]
fn a_deposit_is_taken_from_allowance_and_balance() {
    let world = World::deployed();
    let Deal { cash, pool, .. } = world.deal;
    let dan = world.account("dan");
    let order = || world.pool().request_deposit(JUNIOR, usd(10));

    world
        .deal
        .mint(&world.chain, cash, dan, usd(10) - 1)
        .unwrap();
    let no_allowance = PoolError::Token(PSP22Error::InsufficientAllowance);
    world.refuses("dan", order(), no_allowance);
    world
        .deal
        .approve(&world.chain, cash, dan, pool, usd(10))
        .unwrap();
    let no_balance = PoolError::Token(PSP22Error::InsufficientBalance);
    world.refuses("dan", order(), no_balance);

    world.deal.mint(&world.chain, cash, dan, 1).unwrap();
    world.does("dan", order());
    assert_eq!(world.balance(cash, "dan"), 0);
}

#[test]
fn a_redemption_is_taken_from_allowance_and_balance() {
    let world = World::funded();
    let cal = world.account("cal");
    let junior = world.deal.tranche_token(JUNIOR);
    let order = || world.pool().request_redeem(JUNIOR, usd(150));

    let no_allowance = PoolError::Token(PSP22Error::InsufficientAllowance);
    world.refuses("cal", order(), no_allowance);
    world
        .deal
        .approve(&world.chain, junior, cal, world.deal.pool, usd(150))
        .unwrap();
    // The tokens lie with the pool until they are claimed.
    let no_balance = PoolError::Token(PSP22Error::InsufficientBalance);
    world.refuses("cal", order(), no_balance);

    world.does("anybody", world.pool().claim(JUNIOR, cal));
    world.does("cal", order());
    assert_eq!(world.balance(junior, "cal"), 0);
}

#[test]
fn only_what_waits_is_cancelled() {
    let world = World::funded();
    let nothing = || PoolError::NothingToCancel;
    // Ann's order is filled, Dan never had one.
    for who in ["ann", "dan"] {
        world.refuses(who, world.pool().cancel_deposit(SENIOR), nothing());
        world.refuses(who, world.pool().cancel_redeem(SENIOR), nothing());
    }

    world.deposit("dan", SENIOR, usd(10));
    world.refuses("dan", world.pool().cancel_redeem(SENIOR), nothing());
    world.refuses("dan", world.pool().cancel_deposit(JUNIOR), nothing());
    assert_eq!(
        world.does("dan", world.pool().cancel_deposit(SENIOR)),
        usd(10)
    );
    world.refuses("dan", world.pool().cancel_deposit(SENIOR), nothing());
    assert_eq!(world.balance(world.deal.cash, "dan"), usd(10));
}

#[test]
fn only_what_is_settled_is_claimed() {
    let world = World::funded();
    let dan = world.account("dan");
    let claim = |tranche, owner| world.pool().claim(tranche, owner);
    world.refuses("dan", claim(SENIOR, dan), PoolError::NothingToClaim);
    world.deposit("dan", SENIOR, usd(10));
    world.refuses("dan", claim(SENIOR, dan), PoolError::NothingToClaim);
    // What is settled in one tranche is not settled in another.
    world.refuses(
        "ann",
        claim(MEZZANINE, world.account("ann")),
        PoolError::NothingToClaim,
    );
}

#[test]
fn nothing_is_claimed_twice() {
    let world = World::funded();
    let ann = world.account("ann");
    let claim = || world.pool().claim(SENIOR, ann);
    let claimed = OrderView {
        claimable_tokens: usd(600),
        ..OrderView::default()
    };
    assert_eq!(world.does("ann", claim()), claimed);
    world.refuses("ann", claim(), PoolError::NothingToClaim);
    world.refuses("mallory", claim(), PoolError::NothingToClaim);
    assert_eq!(
        world.balance(world.deal.tranche_token(SENIOR), "ann"),
        usd(600)
    );
}

#[test]
fn an_epoch_ends_when_its_time_is_over() {
    let world = World::deployed();
    let close = || world.pool().close_epoch();
    let ends_at = START.plus(DAY);
    world.refuses("anybody", close(), PoolError::EpochNotOver { ends_at });
    world.chain.advance_to(Timestamp(ends_at.0 - 1));
    world.refuses("anybody", close(), PoolError::EpochNotOver { ends_at });
    world.chain.advance_to(ends_at);
    world.does("anybody", close());
    let ends_at = ends_at.plus(DAY);
    world.refuses("anybody", close(), PoolError::EpochNotOver { ends_at });
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
fn penalties_are_paid_once() {
    let (world, _, auction) = World::in_auction();
    let pay = || world.pool().pay_penalties();
    world.refuses("reserve", pay(), PoolError::NothingToClaim);
    world.provide_cash("tess", usd(1_000));
    world.does(
        "tess",
        world.engine().take(auction, eth(8), ANY_PRICE, NEVER),
    );
    // A tenth of the debt of 600.000002, rounded up.
    assert_eq!(world.does("anybody", pay()), 60_000_001);
    world.refuses("reserve", pay(), PoolError::NothingToClaim);
}

#[test]
fn a_vault_that_is_no_contract_stops_settlements_and_nothing_else() {
    let world = World::unbound();
    world.bind_pool(world.deal.tranches.clone(), NOBODY);
    assert_settlement_fails(&world, || PoolError::Call(CallError::Trapped));
}

#[test]
fn a_vault_that_is_another_contract_stops_settlements_and_nothing_else() {
    let world = World::unbound();
    world.bind_pool(world.deal.tranches.clone(), world.deal.oracle);
    assert_settlement_fails(&world, || PoolError::Call(CallError::NotUnderstood));
}

#[track_caller]
fn assert_settlement_fails(world: &World, error: impl Fn() -> PoolError) {
    world.deposit("cal", JUNIOR, usd(150));
    world.chain.advance(DAY);
    world.refuses("anybody", world.pool().close_epoch(), error());
    assert_eq!(world.reads(world.pool().preview_settlement()), Err(error()));
    assert_eq!(world.reads(world.pool().drawable_cash()), Err(error()));
    assert_eq!(
        world.does("cal", world.pool().cancel_deposit(JUNIOR)),
        usd(150)
    );
}

#[test]
fn cash_that_is_no_contract_is_never_credited() {
    let mut world = World::deployed();
    let terms = PoolTerms {
        cash: NOBODY,
        ..world.pool_terms()
    };
    world.deal.pool = world.deploys("tranche-pool", terms);
    world.bind_pool(world.deal.tranches.clone(), world.deal.vault);
    let trapped = || PoolError::Call(CallError::Trapped);
    world.refuses("ann", world.pool().request_deposit(JUNIOR, 1), trapped());
    assert_eq!(world.reads(world.pool().unattributed()), Err(trapped()));
}

#[test]
fn cash_that_is_another_contract_is_never_credited() {
    let mut world = World::deployed();
    let terms = PoolTerms {
        cash: world.deal.oracle,
        ..world.pool_terms()
    };
    world.deal.pool = world.deploys("tranche-pool", terms);
    world.bind_pool(world.deal.tranches.clone(), world.deal.vault);
    let unknown = || PoolError::Call(CallError::NotUnderstood);
    world.refuses("ann", world.pool().request_deposit(JUNIOR, 1), unknown());
    assert_eq!(world.reads(world.pool().unattributed()), Err(unknown()));
}

#[test]
fn tokens_of_another_pool_are_never_issued() {
    let mut world = World::unbound();
    world.deal.tranches = world.tranche_tokens(world.account("mallory"));
    world.bind();
    world.deposit("cal", JUNIOR, usd(150));
    world.chain.advance(DAY);
    let refused = PoolError::Token(PSP22Error::Custom(ONLY_THE_POOL.into()));
    world.refuses("anybody", world.pool().close_epoch(), refused);
}

#[test]
fn tokens_that_do_not_mint_are_never_issued() {
    let mut world = World::unbound();
    world.deal.tranches = vec![world.deal.cash; 3];
    world.bind();
    world.deposit("cal", JUNIOR, usd(150));
    world.chain.advance(DAY);
    let refused = PoolError::Call(CallError::NotUnderstood);
    world.refuses("anybody", world.pool().close_epoch(), refused);
}

#[test]
fn the_pool_never_counts_beyond_128_bits() {
    let world = World::deployed();
    world.deposit("dan", JUNIOR, u128::MAX);
    world.does("dan", world.pool().cancel_deposit(JUNIOR));
    // What was ever received is counted too: once more would be 2^129 − 2.
    world
        .deal
        .approve(
            &world.chain,
            world.deal.cash,
            world.account("dan"),
            world.deal.pool,
            1,
        )
        .unwrap();
    let order = world.pool().request_deposit(JUNIOR, 1);
    world.refuses("dan", order, PoolError::Math(MathError::Overflow));
}

#[test]
fn a_pool_worth_more_than_128_bits_does_not_settle() {
    let world = World::with(|sheet| {
        sheet.tranches[2].terms.cap = u128::MAX;
        sheet.collateral[0].parameters.debt_ceiling = u128::MAX;
    });
    world.deposit("cal", JUNIOR, u128::MAX);
    world.close_epoch();
    // An ether of 10^12 dollars: 2^128 − 1 base units of it are worth as many of cash.
    world.quote(1_000_000_000_000, 5_000);
    world.borrow("olga", u128::MAX, u128::MAX / 10 * 7);
    world.chain.advance(YEAR);
    // 0.3 + 0.7 e^0.1 > 1.
    let beyond = || PoolError::Math(MathError::Overflow);
    world.refuses("anybody", world.pool().close_epoch(), beyond());
    assert_eq!(
        world.reads(world.pool().preview_settlement()),
        Err(beyond())
    );
    assert_eq!(world.reads(world.pool().drawable_cash()), Err(beyond()));
}
