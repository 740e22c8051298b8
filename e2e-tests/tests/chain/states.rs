//! The states of a deal, what it costs, and what keeps it whole.

use e2e_tests::*;
use finance::distribution::Payout;
use finance::settlement::{Accrual, Phase};
use finance::{Period, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, AsyncVaultError};
use interfaces::collateral_vault::{CollateralVault, VaultError};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::test_asset::TestAsset;
use interfaces::tranche_pool::{Due, DuePaid, PoolError, TranchePool};
use interfaces::transfer_agent::{AgentError, AgentTerms, Surrendered, TransferAgent};
use interfaces::types::{Balance, TrancheId};
use psp22::PSP22;
use simulator::contracts::{Asset, Psp22};
use simulator::input::term_sheet::Fees;

#[test]
fn a_realised_loss_that_reaches_a_claim_winds_the_deal_down() {
    let world = World::funded();
    let lost = world.borrow("olga", eth(8), usd(600));
    let kept = world.borrow("omar", eth(9), usd(90));
    world.quote(40, 5_000);
    let auction = world.does("kim", world.engine().liquidate(ETH, lost));
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    assert_eq!(world.does("tess", take).cost, usd(384));
    // Until the settlement the deal revolves, but the mezzanine is too thin to lend on.
    world.deposit("dan", JUNIOR, usd(100));
    let settled = world.close_epoch_at(40, 5_000);
    assert_eq!(settled.trace.phase, Phase::WindDown);
    // 694 in cash: the senior is whole, the mezzanine gets what is left.
    let [senior, mezzanine, junior] = [0, 1, 2].map(|index| settled.tranches[index].payout);
    assert_eq!(senior.principal, settled.tranches[0].claim_before);
    assert_eq!(senior.principal + mezzanine.principal, usd(694));
    assert_eq!(junior, Payout::default());
    assert_eq!(settled.tranches[2].fill.deposited, 0);
    world.assert_balanced();

    let over = || VaultError::from(PoolError::NotRevolving);
    world.refuses("omar", world.vault().draw(kept, 1), over());
    let owner = world.account("dan");
    let order = world
        .orders()
        .request_deposit(JUNIOR, usd(1), owner, AT_ANY_PRICE);
    world.refuses("dan", order, AsyncVaultError::NotOpen);
    assert_eq!(world.cancel_deposit("dan", JUNIOR), usd(100));

    world.provide_cash("omar", usd(100));
    world.does("omar", world.vault().repay(kept, usd(100)));
    let settled = world.close_epoch();
    assert_eq!(settled.trace.phase, Phase::Closed);
    world.end_epoch();
    let closed = AgentError::Pool(PoolError::Closed.into());
    world.refuses("anybody", world.agent().close_epoch(), closed);
    world.claim_all("ann");
    world.claim_all("ben");
    let cash = |who| world.balance(world.deal.cash, who);
    // The index has 27 decimals.
    assert!((senior.principal - 1..=senior.principal).contains(&cash("ann")));
    assert!(cash("ben") < usd(250) && cash("ben") > usd(180));
    world.assert_balanced();
}

#[test]
fn a_deal_ends_at_its_date_and_pays_everybody() {
    let world = World::with(|sheet| sheet.ends_at = Some(START.plus(Period(2 * DAY.0)))).fund();
    world.claim("ann", SENIOR);
    let settled = world.close_epoch();
    assert_eq!(settled.trace.phase, Phase::Closed);
    assert_eq!(world.claim_all("ann"), usd(600));
    assert_eq!(world.claim_all("ben"), usd(250));
    assert_eq!(world.claim_all("cal"), usd(150));
    assert_eq!(world.reads(world.agent().epoch()).phase, Phase::Closed);
    // What nobody can redeem any more can still change hands.
    let senior = world.deal.tranche_token(SENIOR);
    let dan = world.account("dan");
    let transfer = Psp22::from(senior)
        .call_mut()
        .transfer(dan, usd(600), vec![]);
    world.does("ann", transfer);
    world.assert_balanced();
}

#[test]
fn holders_who_give_up_let_others_begin_anew() {
    let world = World::with(|sheet| sheet.accrual = Accrual::Whole).fund();
    // Nothing was lent, and claims grew all the same: in three years they are more than the pool.
    world.chain.advance(Period(3 * YEAR.0));
    let settled = world.close_epoch();
    let [senior, mezzanine, junior] = [0, 1, 2].map(|index| settled.tranches[index]);
    assert_eq!(senior.value_after, senior.claim_after);
    assert!(mezzanine.value_after < mezzanine.claim_after);
    assert_eq!(
        (junior.value_after, settled.trace.phase),
        (0, Phase::Revolving)
    );
    world.deposit("dan", JUNIOR, usd(100));
    assert_eq!(world.close_epoch().tranches[2].fill.deposited, 0);

    let surrenders = |who: &str, tranche: TrancheId, amount| {
        world.claim(who, tranche);
        let sent = world.sends(who, world.agent().surrender(tranche, amount));
        let [told]: [Surrendered; 1] = sent.events().try_into().ok().unwrap();
        assert_eq!((told.owner, told.tranche), (world.account(who), tranche));
        assert_eq!(told.tokens, amount);
        world.assert_balanced();
        told.claim
    };
    assert_eq!(surrenders("cal", JUNIOR, usd(150)), 0);
    let before = world.reads(world.pool().state()).classes[1]
        .claim
        .unwrap()
        .amount;
    let given_up = surrenders("ben", MEZZANINE, usd(50));
    assert!((before / 5 - 1_000_000..=before / 5 + 1_000_000).contains(&given_up));
    assert_eq!(world.balance(world.deal.cash, "ben"), 0);
    let settled = world.close_epoch();
    let fill = settled.tranches[2].fill;
    assert_eq!((fill.deposited, fill.minted), (usd(100), usd(100)));
    // What Ben gave up beyond the loss is nobody's.
    assert!(settled.trace.dust > 0);
    world.assert_balanced();
}

#[test]
fn fees_are_funded_and_whoever_closes_is_rewarded() {
    let world = World::with(|sheet| {
        sheet.fees = Fees {
            management: Ratio::from_bps(100),
            performance: Ratio::from_bps(2_000),
            close_reward: 5_000,
            beneficiary: Some("manager".into()),
        };
    });
    let world = world.fund();
    assert_eq!(world.balance(world.deal.cash, "anybody"), 0);
    world.borrow("olga", eth(8), usd(600));
    let settled = world.close_epoch();
    // 600 at 1 % for 86 399 seconds.
    let management = 16_438;
    let gain = settled.tranches[2].value_before - usd(150);
    assert_eq!(settled.trace.performance_fee, gain / 5);
    let funded = management + gain / 5;
    assert_eq!(settled.trace.fees_funded, funded);
    assert_eq!(settled.trace.fees_owed, 0);
    assert_eq!(settled.tranches[2].value_after, usd(150) + gain - gain / 5);
    assert_eq!(world.balance(world.deal.cash, "anybody"), 5_000);
    world.assert_balanced();

    let sent = world.sends("mallory", world.pool().pay(Due::Fees));
    let [told]: [DuePaid; 1] = sent.events().try_into().ok().unwrap();
    let manager = world.account("manager");
    assert_eq!((told.due, told.beneficiary), (Due::Fees, manager));
    assert_eq!((told.amount, sent.answer), (funded - 5_000, funded - 5_000));
    assert_eq!(world.balance(world.deal.cash, "manager"), funded - 5_000);
    world.assert_balanced();
    // A gain is charged for once: the next day's alone is more.
    let again = world.close_epoch();
    let above = again.tranches[2].value_before - settled.tranches[2].value_after;
    assert!(again.trace.performance_fee.abs_diff(above / 5) <= 1);
}

#[test]
fn fees_without_cash_are_owed_and_a_reward_is_no_more_than_there_is() {
    let world = World::with(|sheet| {
        sheet.liquidity_buffer = Ratio::ZERO;
        sheet.collateral[0].terms.loans.debt_ceiling = usd(2_000);
        sheet.fees = Fees {
            management: Ratio::from_bps(100),
            close_reward: usd(1),
            beneficiary: Some("manager".into()),
            ..Fees::default()
        };
    });
    let world = world.fund();
    let position = world.borrow("olga", eth(20), usd(1_000));
    let settled = world.close_epoch();
    // 1000 at 1 % for 86 399 seconds.
    let owed = 27_396;
    assert_eq!(
        (settled.trace.fees_funded, settled.trace.fees_owed),
        (0, owed)
    );
    assert_eq!(world.balance(world.deal.cash, "anybody"), 0);
    assert_eq!(
        settled.trace.value_after,
        settled.portfolio.performing - owed
    );
    world.assert_balanced();

    world.provide_cash("olga", usd(100));
    world.does("olga", world.vault().repay(position, usd(100)));
    let settled = world.close_epoch();
    assert!(settled.trace.fees_funded > owed);
    assert_eq!(settled.trace.fees_owed, 0);
    // All of it is less than a dollar.
    assert_eq!(
        world.balance(world.deal.cash, "anybody"),
        settled.trace.fees_funded
    );
    world.refuses(
        "manager",
        world.pool().pay(Due::Fees),
        PoolError::NothingDue,
    );
    world.assert_balanced();
}

#[test]
fn what_rounding_leaves_goes_to_the_insurance_fund() {
    let world = World::deployed();
    let seven = ["a", "b", "c", "d", "e", "f", "g"];
    for who in seven {
        world.deposit(who, SENIOR, usd(80));
    }
    world.deposit("ben", MEZZANINE, usd(250));
    world.deposit("cal", JUNIOR, usd(150));
    world.close_epoch();
    world.quote(100, 5_000);
    let position = world.borrow("olga", eth(8), usd(600));
    for who in seven {
        world.redeem(who, SENIOR, usd(80));
    }
    world.end_epoch();
    world.provide_cash("olga", usd(700));
    world.does("olga", world.vault().repay(position, usd(700)));
    let paid = world.close_epoch().tranches[0].fill.paid;
    let claimed: Balance = seven.iter().map(|who| world.claim_all(who)).sum();
    let left = paid - claimed;
    assert!((2..=7).contains(&left), "{left}");
    // Seven fractions that add up to whole units, but for their last decimals.
    let dust = world.reads(world.agent().books()).dust;
    assert_eq!(dust, left - 1);
    world.close_epoch();
    assert_eq!(world.reads(world.agent().books()).dust, 0);
    assert_eq!(world.reads(world.pool().books()).insurance, dust);
    world.assert_balanced();
    assert_eq!(
        world.does("anybody", world.pool().pay(Due::Insurance)),
        dust
    );
    assert_eq!(world.balance(world.deal.cash, "reserve"), dust);
    world.assert_balanced();
}

#[test]
fn a_pool_that_misses_cash_takes_no_deposits_and_lends_nothing_and_does_all_else() {
    let mut world = World::unbound();
    // The agent collects another token than the pool counts: what it brings never arrives.
    let worthless = world.deploys("test-asset", (None::<String>, None::<String>, 6u8));
    let terms = AgentTerms {
        cash: worthless,
        ..world.agent_terms()
    };
    world.deal.agent = world.deploys("transfer-agent", terms);
    world.deal.tranches = world.tranche_tokens(world.deal.agent);
    world.bind();
    let deposit = |who: &str, tranche, amount| {
        world.provide(worthless, who, world.deal.agent, amount);
        let owner = world.account(who);
        let order = world
            .orders()
            .request_deposit(tranche, amount, owner, AT_ANY_PRICE);
        world.does(who, order);
    };
    let donate = |amount| {
        let mut cash = Asset::from(world.deal.cash);
        world.does("donor", cash.call_mut().mint_to(world.deal.pool, amount));
    };
    let reconcile = || world.does("anybody", world.pool().reconcile());
    deposit("ann", SENIOR, usd(600));
    deposit("ben", MEZZANINE, usd(250));
    deposit("cal", JUNIOR, usd(150));
    world.close_epoch();
    world.quote(100, 5_000);
    donate(usd(500));
    let position = world.borrow("olga", eth(8), usd(500));
    // Nobody has looked yet: the books hold 500, the pool nothing.
    assert!(!world.reads(world.pool().is_deficient()));
    assert!(reconcile());
    assert!(world.reads(world.pool().is_deficient()));

    let draw = || world.vault().draw(position, usd(50));
    world.refuses("olga", draw(), VaultError::from(PoolError::Deficient));
    world.provide_cash("olga", usd(100));
    world.does("olga", world.vault().repay(position, usd(100)));
    deposit("dan", JUNIOR, usd(50));
    world.redeem("ann", SENIOR, usd(60));
    let settled = world.close_epoch();
    assert_eq!(settled.tranches[2].fill.deposited, 0);
    assert_eq!(settled.tranches[0].fill.burned, usd(60));
    assert_eq!(world.cancel_deposit("dan", JUNIOR), usd(50));

    donate(usd(499));
    assert!(reconcile());
    donate(usd(1));
    assert!(!reconcile());
    world.repeat_prices();
    world.does("olga", draw());
    deposit("dan", JUNIOR, usd(50));
    assert!(world.close_epoch().tranches[2].fill.deposited > 0);
}

#[test]
fn the_top_class_alone_may_leave_while_a_price_is_missing() {
    let world = World::deployed();
    for (who, tranche, whole) in [
        ("ann", SENIOR, 600),
        ("ben", MEZZANINE, 250),
        ("cal", JUNIOR, 750),
    ] {
        world.deposit(who, tranche, usd(whole));
    }
    world.close_epoch();
    world.quote(100, 5_000);
    world.borrow("olga", eth(8), usd(500));
    world.redeem("ann", SENIOR, usd(100));
    world.redeem("cal", JUNIOR, usd(100));
    world.deposit("dan", JUNIOR, usd(100));
    world.end_epoch();
    let settled = world.does("anybody", world.agent().close_epoch());
    assert!(settled.portfolio.frozen);
    let fills: Vec<_> = settled
        .tranches
        .iter()
        .map(|tranche| tranche.fill)
        .collect();
    // If all 500 were lost, 600 of 1100 would still lie below the senior's 600.
    assert_eq!(fills[0].burned, usd(100));
    assert_eq!((fills[2].burned, fills[2].deposited), (0, 0));
    world.assert_balanced();
}
