//! The insurance fund: who bears a loss, who earns, and who may leave.

use e2e_tests::*;
use finance::insurance::{Loss, Rules};
use finance::settlement::Phase;
use finance::Period;
use interfaces::collateral_vault::{CollateralVault, LoanServicing, WriteOff};
use interfaces::insurance_fund::{
    Backing, Collected, FundError, FundTerms, IncomeClaimed, InsuranceFund, LossCovered,
    LossRecovered, StakeChanged, Withdrawal,
};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{CashContributed, Due, PoolError, Settlement, TranchePool};
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{Balance, PositionId};
use psp22::PSP22Error;
use simulator::chain::Called;

use crate::settlement::settles;

const WEEK: Period = Period::from_secs(7 * 86_400);
pub const RULES: Rules = Rules {
    target: 500_000_000,
    minimum_stake: 1_000_000,
    event_limit: 200_000_000,
    period_limit: 250_000_000,
    period: Period::from_secs(30 * 86_400),
    cool_down: Period::from_secs(14 * 86_400),
    window: WEEK,
};
/// What the loan of [`loses`] owes when it is seized, to the base unit.
const OWED: Balance = 600_000_000;
/// What its auction raises.
const RAISED: Balance = 432_000_000;
const LOST: Balance = OWED - RAISED;

/// `who` backs the fund with `amount` that he is given.
fn stakes(world: &World, who: &str, amount: Balance) {
    world.provide(world.deal.cash, who, world.deal.insurance, amount);
    world.does(who, world.insurance().deposit(amount));
}

fn backing(world: &World, who: &str) -> Backing {
    let who = world.account(who);
    world.reads(world.insurance().backing(who)).unwrap()
}

fn stake(world: &World, who: &str) -> Balance {
    backing(world, who).stake
}

/// The funded deal whose fund "iris" backs with three times as much as "ivan".
pub fn backed(rules: Rules, total: Balance) -> World {
    let world = World::insured(rules).fund();
    stakes(&world, "iris", total / 4 * 3);
    stakes(&world, "ivan", total / 4);
    world
}

/// A loan of 600 is seized and sold for 432: the rest is written off, and no settlement knows it.
pub fn loses(world: &World) -> PositionId {
    world.quote(100, 5_000);
    let position = world.borrow("olga", eth(8), OWED - 2);
    world.quote(90, 5_000);
    let auction = world.does("kim", world.engine().liquidate(ETH, position));
    world.chain.advance(Period(5 * HOUR.0));
    world.provide_cash("tess", RAISED);
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    assert_eq!(world.does("tess", take).cost, RAISED);
    position
}

/// `who` asks to take `amount` out, and waits until he may.
fn waits(world: &World, who: &str, amount: Balance) {
    let request = world.insurance().request_withdrawal(amount);
    let withdrawal = world.does(who, request);
    world.chain.advance_to(withdrawal.from);
}

#[test]
fn a_loss_is_the_backers_before_it_is_the_residuals() {
    let world = backed(RULES, usd(400));
    loses(&world);
    let settled = settles(&world);
    assert_eq!(settled.trace.cover, LOST);
    assert_eq!(settled.trace.cash_before, usd(400) + 2 + RAISED);
    assert_eq!(settled.trace.value_before, usd(1_000) + 2);
    assert_eq!(settled.trace.phase, Phase::Revolving);
    assert_eq!(stake(&world, "iris"), usd(300) - LOST * 3 / 4);
    assert_eq!(stake(&world, "ivan"), usd(100) - LOST / 4);
    let loss = Loss {
        up_to: LOST,
        lost: LOST,
        paid: LOST,
    };
    assert_eq!(world.reads(world.insurance().loss(0)), Some(loss));
    // It is covered once.
    assert_eq!(settles(&world).trace.cover, 0);
    assert_eq!(world.reads(world.insurance().books()).loss_count, 1);
}

/// A settlement in which a class leaves and a loss is covered.
pub fn settlement_with_cover() -> Called<Settlement> {
    let world = backed(RULES, usd(400));
    loses(&world);
    world.redeem("ann", SENIOR, usd(100));
    world.end_epoch();
    let close = world.sends("anybody", world.agent().close_epoch());
    assert_eq!(close.answer.trace.cover, LOST);
    assert!(close.answer.tranches[0].fill.burned > 0);
    close
}

#[test]
fn a_mark_is_no_loss() {
    let world = backed(RULES, usd(400));
    let position = world.borrow("olga", eth(8), usd(600));
    world.quote(60, 5_000);
    world.does("anybody", world.servicing().impair(position));
    world.end_epoch();
    world.quote(60, 5_000);
    let settled = settles(&world);
    assert!(settled.trace.value_before < usd(900));
    assert_eq!(settled.trace.cover, 0);
}

#[test]
fn cover_ends_at_the_limits_and_at_the_capital() {
    let event = Rules {
        event_limit: usd(100),
        ..RULES
    };
    let period = Rules {
        period_limit: usd(90),
        ..RULES
    };
    for (rules, capital, cover) in [
        (event, usd(400), usd(100)),
        (period, usd(400), usd(90)),
        (RULES, usd(80), usd(80)),
    ] {
        let world = backed(rules, capital);
        loses(&world);
        assert_eq!(world.reads(world.insurance().coverable(LOST)), Ok(cover));
        let settled = settles(&world);
        assert_eq!(settled.trace.cover, cover);
        let left = usd(1_000) + 2 - (LOST - cover);
        assert_eq!(settled.trace.value_before, left);
    }
}

#[test]
fn an_empty_fund_pays_nothing_and_stops_nothing() {
    let world = World::insured(RULES).fund();
    loses(&world);
    let settled = settles(&world);
    assert_eq!(
        (settled.trace.cover, settled.tranches[2].value_before),
        (0, 0)
    );
    let loss = world.reads(world.insurance().loss(0)).unwrap();
    assert_eq!((loss.lost, loss.paid), (LOST, 0));
}

#[test]
fn who_loses_everything_keeps_his_income_and_who_comes_next_begins_anew() {
    let world = backed(RULES, usd(100));
    world.provide(world.deal.cash, "donor", world.deal.insurance, usd(20));
    let donate = psp22_transfer(&world, usd(20));
    world.does("donor", donate);
    world.does("anybody", world.insurance().collect());
    loses(&world);
    settles(&world);
    let gone = Backing {
        stake: 0,
        income: usd(15),
        withdrawal: None,
    };
    assert_eq!(backing(&world, "iris"), gone);
    stakes(&world, "ivo", usd(50));
    assert_eq!(stake(&world, "ivo"), usd(50));
    world.does("anybody", world.insurance().collect());
    let iris = world.account("iris");
    assert_eq!(world.does("ivo", world.insurance().claim(iris)), usd(15));
    assert_eq!(world.balance(world.deal.cash, "iris"), usd(15));
    assert_eq!(backing(&world, "iris"), Backing::default());
    world.assert_balanced();
}

fn psp22_transfer(
    world: &World,
    amount: Balance,
) -> simulator::chain::Message<Result<(), PSP22Error>> {
    use ink::codegen::TraitCallBuilder;
    use psp22::PSP22;
    let mut cash = simulator::contracts::Psp22::from(world.deal.cash);
    let transfer = cash
        .call_mut()
        .transfer(world.deal.insurance, amount, vec![]);
    transfer.into()
}

#[test]
fn penalties_and_a_share_of_interest_are_the_backers_income() {
    let world = backed(RULES, usd(400));
    let position = world.borrow("olga", eth(8), usd(600));
    world.chain.advance(YEAR);
    world.repeat_prices();
    let value = |world: &World| {
        let preview = world.reads(world.agent().preview_settlement());
        preview.unwrap().trace.value_before
    };
    world.end_epoch();
    let before = value(&world);
    world.provide_cash("olga", usd(1_000));
    world.does("olga", world.vault().repay(position, usd(1_000)));
    // What is set aside was no part of the value before: a payment changes it by a base unit at most.
    assert!(before.abs_diff(value(&world)) <= 1);
    // She has what she drew and was given, less what she paid.
    let interest = usd(1_000) - world.balance(world.deal.cash, "olga");
    let premium = world.reads(world.pool().books()).insurance;
    assert_eq!(premium, interest / 10);

    // What was repaid is lent from the next epoch on.
    world.close_epoch();
    world.quote(100, 5_000);
    let position = world.borrow("oscar", eth(8), usd(599));
    world.quote(90, 5_000);
    let auction = world.does("kim", world.engine().liquidate(ETH, position));
    world.provide_cash("tess", usd(800));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    world.does("tess", take);
    let penalty = world.reads(world.engine().owed(world.deal.insurance));
    assert!(penalty > usd(59));

    let collected = world.sends("anybody", world.insurance().collect());
    let amount = premium + penalty;
    assert_eq!(collected.answer, amount);
    assert_eq!(collected.events::<Collected>(), [Collected { amount }]);
    assert_eq!(backing(&world, "iris").income, amount * 3 / 4);
    assert_eq!(backing(&world, "ivan").income, amount / 4);
    // Nor does it take part in losses.
    assert_eq!(world.reads(world.insurance().books()).fund.stakes, usd(400));
    let ivan = world.account("ivan");
    let claim = world.sends("anybody", world.insurance().claim(ivan));
    let claimed = IncomeClaimed {
        backer: ivan,
        amount: amount / 4,
    };
    assert_eq!(claim.events::<IncomeClaimed>(), [claimed]);
    world.refuses("ivan", world.insurance().claim(ivan), FundError::NothingDue);
    assert_eq!(world.does("anybody", world.insurance().collect()), 0);
    world.assert_balanced();
}

#[test]
fn who_stakes_just_before_income_is_collected_has_no_part_in_it() {
    let world = backed(RULES, usd(400));
    let position = world.borrow("olga", eth(8), usd(600));
    world.chain.advance(YEAR);
    world.provide_cash("olga", usd(1_000));
    world.does("olga", world.vault().repay(position, usd(1_000)));
    let premium = world.reads(world.pool().books()).insurance;
    assert!(premium > usd(5));
    stakes(&world, "mallory", usd(100));
    world.does("mallory", world.insurance().collect());
    assert_eq!(backing(&world, "mallory").income, 0);
    assert_eq!(backing(&world, "iris").income, premium * 3 / 4);
    world.assert_balanced();
}

#[test]
fn income_without_backers_is_the_reserves_and_beyond_the_target_the_pools() {
    let rules = Rules {
        target: usd(50),
        ..RULES
    };
    let world = World::insured(rules).fund();
    world.provide(world.deal.cash, "donor", world.deal.insurance, usd(70));
    world.does("donor", psp22_transfer(&world, usd(70)));
    assert_eq!(world.does("anybody", world.insurance().collect()), usd(70));
    assert_eq!(world.reads(world.insurance().books()).fund.reserve, usd(70));
    let returned = world.sends("anybody", world.insurance().return_overflow());
    assert_eq!(returned.answer, usd(20));
    let contributed = CashContributed {
        amount: usd(20),
        cash: usd(1_020),
    };
    assert_eq!(returned.events::<CashContributed>(), [contributed]);
    assert_eq!(
        world.does("anybody", world.insurance().return_overflow()),
        0
    );
    world.assert_balanced();
    assert_eq!(settles(&world).tranches[2].value_before, usd(170));
    // The reserve pays before anybody.
    loses(&world);
    assert_eq!(settles(&world).trace.cover, usd(50));
}

#[test]
fn a_backer_waits_and_may_leave_only_within_his_window() {
    let world = backed(RULES, usd(400));
    let from = world.chain.now().plus(RULES.cool_down);
    let until = from.plus(WEEK);
    let withdrawal = Withdrawal {
        amount: usd(60),
        from,
        until,
    };
    let request = || world.insurance().request_withdrawal(usd(60));
    assert_eq!(world.does("iris", request()), withdrawal);
    let outside = || FundError::OutsideWindow { from, until };
    world.refuses("iris", world.insurance().withdraw(0), outside());
    world.chain.advance_to(until);
    world.chain.advance(Period(1));
    world.refuses("iris", world.insurance().withdraw(0), outside());
    waits(&world, "iris", usd(60));
    let left = world.sends("iris", world.insurance().withdraw(usd(60)));
    assert_eq!(left.answer, usd(60));
    let changed = StakeChanged {
        backer: world.account("iris"),
        deposited: 0,
        withdrawn: usd(60),
        paid: usd(60),
        stake: usd(240),
    };
    assert_eq!(left.events::<StakeChanged>(), [changed]);
    let nothing = FundError::NothingRequested;
    world.refuses("iris", world.insurance().withdraw(0), nothing);
    // The last one takes all there is.
    waits(&world, "iris", usd(240));
    world.does("ivan", world.insurance().request_withdrawal(usd(100)));
    world.does("iris", world.insurance().withdraw(0));
    world.chain.advance(RULES.cool_down);
    assert_eq!(world.does("ivan", world.insurance().withdraw(0)), usd(100));
    assert_eq!(world.reads(world.insurance().books()).held, 0);
    world.assert_balanced();
}

#[test]
fn a_request_can_be_taken_back_and_bears_losses_while_it_waits() {
    let world = backed(RULES, usd(400));
    world.does("ivan", world.insurance().request_withdrawal(usd(100)));
    world.does("ivan", world.insurance().request_withdrawal(0));
    assert_eq!(backing(&world, "ivan").withdrawal, None);
    waits(&world, "ivan", usd(100));
    loses(&world);
    settles(&world);
    let left = stake(&world, "ivan");
    assert_eq!(left, usd(100) - LOST / 4);
    assert_eq!(world.does("ivan", world.insurance().withdraw(0)), left);
    world.assert_balanced();
}

#[test]
fn nobody_leaves_ahead_of_a_loss_and_nobody_is_held_by_one() {
    let world = backed(RULES, usd(400));
    waits(&world, "iris", usd(300));
    world.quote(100, 5_000);
    let position = world.borrow("olga", eth(8), usd(600));
    world.quote(70, 5_000);
    world.does("kim", world.engine().liquidate(ETH, position));
    // Marked at 8 × 70 × 90 %.
    let exposure = usd(600) + 2 - usd(504);
    assert_eq!(world.reads(world.insurance().exposure()), Ok(exposure));
    let paid = usd(300) * (usd(400) - exposure) / usd(400);
    let below = FundError::BelowMinimum { paid };
    world.refuses("iris", world.insurance().withdraw(paid + 1), below);
    assert_eq!(world.does("iris", world.insurance().withdraw(paid)), paid);
    // What she left behind pays first for what she left behind.
    assert_eq!(stake(&world, "ivan"), usd(100));
    let books = world.reads(world.insurance().books());
    assert_eq!(books.fund.reserve, usd(300) - paid);
    world.assert_balanced();
}

#[test]
fn nobody_enters_the_residual_ahead_of_cover() {
    let world = backed(RULES, usd(400));
    let position = world.borrow("olga", eth(8), usd(600));
    world.quote(70, 5_000);
    world.does("kim", world.engine().liquidate(ETH, position));
    world.deposit("mallory", JUNIOR, usd(100));
    world.end_epoch();
    world.quote(70, 5_000);
    let settled = settles(&world);
    // At face, 150 for as many tokens, though its collateral is worth 560 and the residual 54 at the mark.
    let junior = &settled.tranches[2];
    assert_eq!(junior.value_before, usd(54) - 86_306);
    assert_eq!(junior.fill.deposited, usd(100));
    assert!(junior.fill.minted.abs_diff(usd(100)) < usd(1), "{junior:?}");
}

#[test]
fn a_write_off_that_is_not_settled_is_visible_and_one_that_is_settled_is_not() {
    let world = backed(RULES, usd(400));
    loses(&world);
    assert_eq!(world.reads(world.insurance().exposure()), Ok(LOST));
    settles(&world);
    assert_eq!(world.reads(world.insurance().exposure()), Ok(0));
}

#[test]
fn a_recovery_repays_the_fund_and_then_the_pool() {
    let rules = Rules {
        event_limit: usd(100),
        ..RULES
    };
    let world = backed(rules, usd(400));
    let position = loses(&world);
    world.provide(world.deal.cash, "olga", world.deal.insurance, LOST + 1);
    let recover = |amount| world.insurance().recover(position, amount);
    world.refuses("olga", recover(usd(10)), FundError::NotSettled);
    let settled = settles(&world);
    assert_eq!(settled.trace.cover, usd(100));
    let write_off = WriteOff {
        amount: LOST,
        up_to: LOST,
    };
    let noted = world.reads(world.servicing().write_off(position));
    assert_eq!(noted, Some(write_off));
    world.refuses("olga", recover(0), FundError::ZeroAmount);
    let left = FundError::ExceedsLoss { left: LOST };
    world.refuses("olga", recover(LOST + 1), left);
    let unknown = world.insurance().recover(PositionId(7), usd(1));
    world.refuses("olga", unknown, FundError::NothingWrittenOff);

    assert_eq!(world.does("olga", recover(usd(70))), usd(70));
    let last = world.sends("olga", recover(LOST - usd(70)));
    assert_eq!(last.answer, usd(30));
    let recovered = LossRecovered {
        position,
        payer: world.account("olga"),
        amount: LOST - usd(70),
        kept: usd(30),
    };
    assert_eq!(last.events::<LossRecovered>(), [recovered]);
    assert_eq!(backing(&world, "iris").income, usd(75));
    assert_eq!(world.balance(world.deal.cash, "olga"), OWED - 2 + 1);
    // The pool has back what the fund did not pay for.
    assert_eq!(settles(&world).trace.value_before, usd(1_000) + 2);
    let left = FundError::ExceedsLoss { left: 0 };
    world.refuses("olga", recover(1), left);
}

#[test]
fn recoveries_find_the_loss_that_they_belong_to() {
    let world = backed(RULES, usd(480));
    // Enough below the senior class for a second loan.
    world.deposit("dan", JUNIOR, usd(100));
    world.close_epoch();
    let mut positions = Vec::new();
    let covers = [LOST, RULES.period_limit - LOST];
    for cover in covers {
        positions.push(loses(&world));
        assert_eq!(settles(&world).trace.cover, cover);
    }
    for (position, due) in positions.into_iter().zip(covers) {
        world.provide(world.deal.cash, "olga", world.deal.insurance, LOST);
        let recover = world.insurance().recover(position, LOST);
        assert_eq!(world.does("olga", recover), due);
    }
    world.assert_balanced();
}

#[test]
fn what_the_cover_tells() {
    let world = backed(RULES, usd(400));
    loses(&world);
    world.end_epoch();
    let sent = world.sends("anybody", world.agent().close_epoch());
    let loss = Loss {
        up_to: LOST,
        lost: LOST,
        paid: LOST,
    };
    assert_eq!(
        sent.events::<LossCovered>(),
        [LossCovered { number: 0, loss }]
    );
}

#[test]
fn a_stake_of_one_base_unit_is_one() {
    let rules = Rules {
        minimum_stake: 1,
        ..RULES
    };
    let world = World::insured(rules).fund();
    stakes(&world, "ivo", 1);
    world.provide(world.deal.cash, "donor", world.deal.insurance, usd(70));
    world.does("donor", psp22_transfer(&world, usd(70)));
    world.does("anybody", world.insurance().collect());
    assert_eq!(backing(&world, "ivo").income, usd(70));
    waits(&world, "ivo", 1);
    assert_eq!(world.does("ivo", world.insurance().withdraw(1)), 1);
    world.does("ivo", world.insurance().claim(world.account("ivo")));
    assert_eq!(backing(&world, "ivo"), Backing::default());
    world.assert_balanced();
}

#[test]
fn what_the_fund_refuses() {
    let world = backed(RULES, usd(400));
    let fund = || world.insurance();
    let (pool, vault, engine) = (world.deal.pool, world.deal.vault, world.deal.engine);
    let bind = || fund().bind(pool, vault, engine);
    world.refuses("mallory", bind(), FundError::NotTheDeployer);
    world.refuses("Deployer", bind(), FundError::AlreadyBound);
    world.refuses("mallory", fund().cover(1, 1), FundError::NotThePool);
    let contribute = world.pool().contribute(1);
    world.refuses("mallory", contribute, PoolError::NotTheInsurer);
    let least = FundError::TooSmall {
        minimum: RULES.minimum_stake,
    };
    world.refuses("ivo", fund().deposit(usd(1) - 1), least);
    world.refuses("iris", fund().deposit(0), FundError::ZeroAmount);
    let room = FundError::TargetReached { room: usd(100) };
    world.refuses("iris", fund().deposit(usd(100) + 1), room);
    let poor = FundError::Token(PSP22Error::InsufficientAllowance.into());
    world.refuses("iris", fund().deposit(usd(100)), poor);
    let stake = FundError::InsufficientStake { stake: usd(300) };
    world.refuses("iris", fund().request_withdrawal(usd(300) + 1), stake);
    let nothing = FundError::NothingRequested;
    world.refuses("ivan", fund().withdraw(0), nothing);
    let nobody = world.account("nobody");
    world.refuses("anybody", fund().claim(nobody), FundError::NothingDue);
}

#[test]
fn a_fund_that_is_not_bound_takes_nothing() {
    let mut world = World::insured(RULES);
    let terms = FundTerms {
        cash: world.deal.cash,
        rules: RULES,
    };
    world.deal.insurance = world.deploys("insurance-fund", terms);
    world.provide(world.deal.cash, "ivo", world.deal.insurance, usd(10));
    for refused in [
        world.insurance().collect(),
        world.insurance().return_overflow(),
    ] {
        world.refuses("anybody", refused, FundError::NotBound);
    }
    let deposit = world.insurance().deposit(usd(10));
    world.refuses("ivo", deposit, FundError::NotBound);
    let recover = world.insurance().recover(PositionId(0), 1);
    world.refuses("ivo", recover, FundError::NotBound);
    world.refuses("ivo", world.insurance().withdraw(0), FundError::NotBound);
    world.refuses("ivo", world.insurance().cover(1, 1), FundError::NotBound);
}

#[test]
fn rules_that_no_fund_can_keep_are_refused() {
    let world = World::insured(RULES);
    let none = Period::default();
    for rules in [
        Rules { target: 0, ..RULES },
        Rules {
            target: u128::MAX,
            ..RULES
        },
        Rules {
            minimum_stake: 0,
            ..RULES
        },
        Rules {
            minimum_stake: RULES.target + 1,
            ..RULES
        },
        Rules {
            event_limit: 0,
            ..RULES
        },
        Rules {
            period_limit: 0,
            ..RULES
        },
        Rules {
            period: none,
            ..RULES
        },
        Rules {
            window: none,
            ..RULES
        },
    ] {
        let terms = FundTerms {
            cash: world.deal.cash,
            rules,
        };
        world.refuses_to_deploy("insurance-fund", terms, FundError::InvalidRules);
    }
}

#[test]
fn the_insurance_account_is_paid_to_the_fund_whoever_asks() {
    let world = backed(RULES, usd(400));
    let position = world.borrow("olga", eth(8), usd(600));
    world.chain.advance(YEAR);
    world.provide_cash("olga", usd(1_000));
    world.does("olga", world.vault().repay(position, usd(1_000)));
    let paid = world.does("anybody", world.pool().pay(Due::Insurance));
    assert!(paid > usd(5));
    assert_eq!(world.does("anybody", world.insurance().collect()), paid);
    world.assert_balanced();
}
