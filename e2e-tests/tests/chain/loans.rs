//! What a loan may be, cost and become on the built contracts.

use e2e_tests::*;
use finance::interest::PaceCurve;
use finance::{Period, Ratio};
use interfaces::collateral_vault::{
    Action, CollateralVault, LoanServicing, PositionChanged, VaultError,
};
use interfaces::configurator::{Configurator, Scope};
use interfaces::oracle_adapter::{FeedTerms, OracleAdapter};
use interfaces::parameters::Parameter;
use interfaces::test_asset::TAXED;
use interfaces::tranche_pool::PoolError;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AssetId, Balance, CollateralId, PositionId};

const DAYS: u64 = 86_400_000;

/// What ether's stressed debt is marked at, and its mark and market value in the portfolio.
fn stressed(world: &World) -> (Balance, Balance, Balance) {
    let kinds = world.reads(world.servicing().collateral_types());
    let portfolio = world.reads(world.vault().portfolio()).unwrap();
    (kinds[0].stressed.mark, portfolio.stressed, portfolio.market)
}

fn late(world: &World, position: PositionId) -> Balance {
    world
        .reads(world.servicing().position(position))
        .unwrap()
        .late
}

#[test]
fn a_delegate_acts_and_the_originator_gets() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    let (olga, dora) = (world.account("olga"), world.account("dora"));
    let named = world.servicing().set_delegate(Some(dora));
    world.chain.call(olga, named).unwrap();

    world.does("dora", world.vault().draw(position, usd(300)));
    let withdraw = world.vault().withdraw_collateral(position, eth(1));
    world.does("dora", withdraw);
    assert_eq!(world.balance(world.deal.cash, "olga"), usd(300));
    assert_eq!(world.balance(world.deal.collateral[0], "olga"), eth(1));

    world
        .chain
        .call(olga, world.servicing().set_delegate(None))
        .unwrap();
    let refused = VaultError::NotTheOriginator;
    world.refuses("dora", world.vault().draw(position, usd(50)), refused);
    world.assert_balanced();
}

#[test]
fn an_unhealthy_position_counts_by_its_mark_until_it_is_healthy() {
    let (world, position) = World::lent();
    let impair = || world.servicing().impair(position);
    let healthy = VaultError::Healthy {
        debt: usd(600),
        limit: usd(640),
    };
    world.refuses("mallory", impair(), healthy);

    world.quote(60, 5_000);
    let sent = world.sends("kim", impair());
    let told = sent.events::<PositionChanged>();
    assert_eq!(
        (told[0].action, told[0].amount),
        (Action::Impaired, usd(432))
    );
    // 8 × 60 × 90 %, and 480 at the market.
    assert_eq!(stressed(&world), (usd(432), usd(432), usd(480)));
    world.quote(50, 5_000);
    assert_eq!(stressed(&world), (usd(432), usd(360), usd(400)));
    world.does("anybody", impair());
    world.quote(60, 5_000);
    assert_eq!(stressed(&world), (usd(360), usd(360), usd(480)));
    let refused = || VaultError::Impaired;
    world.refuses("olga", world.vault().draw(position, usd(50)), refused());
    let withdraw = world.vault().withdraw_collateral(position, 1);
    world.refuses("olga", withdraw, refused());
    let restore = || world.servicing().restore(position);
    world.refuses("olga", restore(), VaultError::Unhealthy);
    world.assert_balanced();

    world.quote(100, 5_000);
    world.does("olga", restore());
    assert_eq!(stressed(&world), (0, 0, 0));
    world.refuses("olga", restore(), VaultError::NotImpaired);
    world.assert_balanced();
}

#[test]
fn an_impaired_debt_is_repaid_without_a_price() {
    let (world, position) = World::lent();
    world.quote(60, 5_000);
    world.does("kim", world.servicing().impair(position));
    world.outlive_reports();
    world.provide_cash("olga", usd(700));
    let owed = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    assert_eq!(
        world.does("olga", world.vault().repay(position, usd(700))),
        owed
    );
    world.does("olga", world.vault().withdraw_collateral(position, eth(8)));
    world.assert_balanced();
}

#[test]
fn a_loan_past_its_term_costs_more_and_may_be_liquidated_after_its_grace() {
    let world = World::with(|sheet| {
        let loans = &mut sheet.collateral[0].terms.loans;
        loans.annual_rate = Ratio::ZERO;
        loans.longest_term = Period(30 * DAYS);
        loans.grace = Period(3 * DAYS);
        loans.late_rate = Ratio::from_bps(3_650);
    });
    let world = world.fund();
    let position = world.borrow("olga", eth(8), usd(500));
    let mark = || world.servicing().mark_overdue(position);
    world.refuses("kim", mark(), VaultError::NotDue);
    world.chain.advance(Period(30 * DAYS + 1));
    world.quote(100, 5_000);
    world.refuses(
        "olga",
        world.vault().draw(position, usd(50)),
        VaultError::PastTerm,
    );
    world.does("kim", mark());
    world.refuses("kim", mark(), VaultError::AlreadyMarked);
    assert_eq!(late(&world, position), 0);

    world.chain.advance(Period(2 * DAYS));
    assert_eq!(late(&world, position), usd(1)); // 500 × 0.1 % × 2
    world.quote(100, 5_000);
    let healthy = VaultError::Healthy {
        debt: usd(500),
        limit: usd(640),
    };
    world.refuses("kim", world.servicing().impair(position), healthy);
    world.chain.advance(Period(2 * DAYS));
    world.quote(100, 5_000);
    world.does("kim", world.servicing().impair(position));
    // All of it is the debtor's to repay, and the charge is interest.
    world.provide_cash("olga", usd(600));
    let paid = world.does("olga", world.vault().repay(position, usd(600)));
    assert!((usd(502)..usd(502) + 50).contains(&paid), "{paid}");
    world.assert_balanced();
}

#[test]
fn an_originator_owes_no_more_than_his_ceiling() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    let olga = world.account("olga");
    let ceiling = usd(100);
    let scope = Scope::Originator(olga);
    let set = world
        .configurator()
        .set(scope, Parameter::OriginatorCeiling, ceiling);
    world.does("governor", set);
    let draw = |amount| world.vault().draw(position, amount);
    let refused = VaultError::AboveOriginatorCeiling { ceiling };
    world.refuses("olga", draw(ceiling + 1), refused);
    world.does("olga", draw(ceiling));
    assert_eq!(
        world.reads(world.servicing().borrower(olga)).principal,
        ceiling
    );
    world.provide_cash("olga", usd(200));
    world.does("olga", world.vault().repay(position, usd(200)));
    assert_eq!(world.reads(world.servicing().borrower(olga)).principal, 0);
}

#[test]
fn a_type_is_no_more_of_the_pool_than_it_may_and_the_first_draw_is_possible() {
    let maximum = Ratio::from_bps(5_000);
    let world = World::with(|sheet| {
        let loans = &mut sheet.collateral[0].terms.loans;
        (loans.target_share, loans.maximum_share) = (Ratio::from_bps(3_000), maximum);
        loans.ltv_cut = Ratio::from_bps(2_500);
        loans.surcharge = Ratio::from_bps(1_000);
    });
    let world = world.fund();
    let position = world.open("olga", eth(10));
    let draw = |amount| world.vault().draw(position, amount);
    // Of 1 000. Though nothing else is lent, 300 are 30 %.
    world.does("olga", draw(usd(300)));
    // Beyond half of the pool nobody draws; at half of it the borrow LTV is 50 % and not 75 %.
    let share = Ratio::from_bps(5_010);
    let refused = VaultError::AboveMaximumShare { share, maximum };
    world.refuses("olga", draw(usd(201)), refused);
    world.does("olga", draw(usd(200)));
    let rate = world.reads(world.servicing().collateral_types())[0]
        .index
        .rate;
    let steepest = finance::Rate::from_annual(Ratio::from_bps(2_000)); // 10 % and 10 % more
    assert_eq!(Ok(rate), steepest);
    let above = VaultError::AboveBorrowLtv {
        debt: usd(500),
        limit: 499_950_000, // 9.999 × 100 × 50 %
    };
    let withdraw = world.vault().withdraw_collateral(position, milli_eth(1));
    world.refuses("olga", withdraw, above);
}

#[test]
fn scarce_cash_makes_interest_run_faster_and_a_touch_sets_it_back() {
    let world = World::with(|sheet| {
        sheet.pace = PaceCurve {
            at_zero: Ratio::ONE,
            kink: Ratio::from_bps(5_000),
            at_kink: Ratio::ONE,
            at_full: Ratio::from_bps(60_000),
        };
    });
    let world = world.fund();
    world.borrow("olga", eth(8), usd(600));
    // 60 % lent: a fifth of the way from 1 to 6.
    let pace = |world: &World| world.reads(world.servicing().interest_clock()).pace;
    assert_eq!(pace(&world), Ratio::from_bps(20_000));
    world.deposit("ann", JUNIOR, usd(1_000));
    world.close_epoch_at(100, 5_000);
    assert_eq!(pace(&world), Ratio::from_bps(20_000));
    world.does("anybody", world.vault().touch(ETH));
    assert_eq!(pace(&world), Ratio::ONE);
}

#[test]
fn a_type_that_is_listed_later_earns_from_its_first_day() {
    let slow = Ratio::from_bps(5_000);
    let world = World::with(|sheet| {
        sheet.pace = PaceCurve {
            at_zero: slow,
            kink: Ratio::from_bps(9_000),
            at_kink: slow,
            at_full: slow,
        };
    });
    let world = world.fund();
    let (gold, listing) = (CollateralId(2), world.vault_terms().collateral[0]);
    let terms = world.deal.sheet.collateral[0].terms;
    world.does("governor", world.configurator().add_collateral(terms));
    // The clock of interest is half a year behind.
    world.does("anybody", world.vault().touch(ETH));
    world.chain.advance(YEAR);
    world.does("governor", world.servicing().list(gold, listing));
    world.quote(100, 5_000);
    world.provide(listing.token, "olga", world.deal.vault, eth(8));
    let position = world.does("olga", world.vault().open(gold, eth(8)));
    world.does("olga", world.vault().draw(position, usd(500)));
    world.chain.advance(DAY);
    let view = world.reads(world.servicing().position(position));
    assert!(view.unwrap().debt > usd(500) + 10_000);
}

#[test]
fn a_margin_call_starts_a_clock_and_ends_with_the_shortage() {
    let (world, position) = World::lent();
    let call = || world.servicing().margin_call(position);
    world.refuses("kim", call(), VaultError::AlreadyMarked);
    // Above the margin LTV, half way between 75 % and 80 %: 600 on 8 × 95.
    world.quote(95, 5_000);
    world.does("kim", call());
    let called = |world: &World| {
        let view = world.reads(world.servicing().position(position)).unwrap();
        view.position.called_at
    };
    assert_eq!(called(&world), Some(world.chain.now()));
    world.quote(100, 5_000);
    world.does("olga", call());
    assert_eq!(called(&world), None);
}

#[test]
fn while_a_jump_is_held_nobody_buys_at_the_new_price_and_draws_at_the_old() {
    let (world, position) = World::lent();
    let ether = AssetId(0);
    let feed = world.reads(world.oracle().feed(ether)).unwrap();
    let terms = FeedTerms {
        max_deviation: Ratio::from_bps(2_000),
        hold: Period(3 * HOUR.0),
        ..*feed.terms
    };
    world.does("governor", world.oracle().propose_feed(ether, terms.into()));
    world.chain.advance(Period(2 * DAYS));
    world.repeat_prices();
    world.close_epoch();

    // Ether falls from 100 to 60. Mallory buys some and would draw 80 on each.
    world.deposit("dan", JUNIOR, usd(100));
    world.chain.advance(Period(DAYS - HOUR.0 / 2));
    world.quote(60, 5_000);
    let until = world.chain.now().plus(Period(3 * HOUR.0));
    let bought = world.open("mallory", eth(1));
    let draw = || world.vault().draw(bought, usd(70));
    let oldest = world.reads(world.oracle().price(ether)).unwrap().oldest;
    let held = VaultError::PriceInDoubt {
        held_until: Some(until),
        oldest,
    };
    world.refuses("mallory", draw(), held);
    // What is already lent on it counts by the lower price: 8 × 60 do not carry 600.
    world.sends("kim", world.servicing().impair(position));

    // Nor does anybody enter at a price that nobody knows yet.
    world.end_epoch();
    let settled = world.does("anybody", world.agent().close_epoch());
    assert!(settled.portfolio.held);
    assert_eq!(settled.tranches[2].fill.deposited, 0);

    world.chain.advance_to(until);
    world.repeat_prices();
    assert!(!world.reads(world.vault().portfolio()).unwrap().held);
    assert_eq!(world.reads(world.vault().price(ETH)), Ok(price(60)));
    // 70 on 60 are too much by far; that the fallen loan leaves no cover for anyone is noticed first.
    let thin = PoolError::ThinSubordination { tranche: SENIOR };
    world.refuses("mallory", draw(), VaultError::from(thin));
    world.assert_balanced();
}

#[test]
fn of_a_token_that_keeps_a_part_of_every_transfer_what_arrives_is_collateral() {
    let world = World::with(|sheet| sheet.collateral[0].token.symbol = TAXED.into()).fund();
    let token = world.deal.collateral_token(ETH);
    let taxed = |amount: Balance| amount / 100 * 99;
    let position = world.open("olga", eth(8));
    world.provide(token, "dan", world.deal.vault, eth(1));
    world.does("dan", world.vault().add_collateral(position, eth(1)));
    let view = world.reads(world.servicing().position(position)).unwrap();
    assert_eq!(view.position.collateral, taxed(eth(9)));
    world.assert_balanced();

    let all = world.vault().withdraw_collateral(position, taxed(eth(9)));
    world.does("olga", all);
    assert_eq!(world.balance(token, "olga"), taxed(taxed(eth(9))));
    world.assert_balanced();
}
