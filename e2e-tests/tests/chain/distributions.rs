//! Cash for the holders of tokens: coupons, diversion, principal in sequence, and whose it is.

use e2e_tests::*;
use finance::distribution::{Payout, Policy};
use finance::settlement::Phase;
use finance::{Period, Price, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVaultError, Claimed, Conditions, OrderView};
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::test_asset::{MOODY, REFUSES};
use interfaces::tranche_pool::Settlement;
use interfaces::tranche_token::TrancheToken;
use interfaces::transfer_agent::{DistributionClaimed, Distributions, TransferAgent};
use interfaces::types::Balance;
use psp22::PSP22;
use simulator::contracts::Psp22;
use simulator::input::term_sheet::TermSheet;

const NO_PAYOUT: Payout = Payout {
    coupon: 0,
    principal: 0,
};
/// A day's interest on 600 at 10 %, and the growth of 600 at 5 % and of 250 at 9 % with 60 % lent, to the second of the
/// draw.
const INTEREST: Balance = 164_405;
const SENIOR_COUPON: Balance = 49_316;
const MEZZANINE_COUPON: Balance = 36_988;

fn coupon(amount: Balance) -> Payout {
    Payout {
        coupon: amount,
        principal: 0,
    }
}

fn principal(amount: Balance) -> Payout {
    Payout {
        coupon: 0,
        principal: amount,
    }
}

fn payouts(settled: &Settlement) -> Vec<Payout> {
    let tranches = settled.tranches.iter();
    tranches.map(|tranche| tranche.payout).collect()
}

fn all_pay_out(sheet: &mut TermSheet) {
    for tranche in &mut sheet.tranches {
        tranche.terms.policy = Policy::PayOut;
    }
}

#[test]
fn interest_pays_coupons_from_the_top_and_the_residual_what_is_left() {
    let world = World::with(all_pay_out).fund();
    let position = world.borrow("olga", eth(8), usd(600));
    let settled = world.close_epoch_with_interest(position);
    // A base unit stays: what lies below the senior must not be a fraction less than 40 %.
    let left = INTEREST - SENIOR_COUPON - MEZZANINE_COUPON - 1;
    let expected = [
        coupon(SENIOR_COUPON),
        coupon(MEZZANINE_COUPON),
        coupon(left),
    ];
    assert_eq!(payouts(&settled), expected);
    // Claims are what they were.
    let values: Vec<_> = settled
        .tranches
        .iter()
        .map(|tranche| tranche.value_after)
        .collect();
    assert_eq!(values, [usd(600), usd(250), usd(150) + 1]);
    world.assert_balanced();
    // The index has 27 decimals: the last base unit of a coupon may not be whole.
    for (who, paid) in [
        ("ann", SENIOR_COUPON),
        ("ben", MEZZANINE_COUPON),
        ("cal", left),
    ] {
        let cash = world.claim_all(who);
        assert!((paid - 1..=paid).contains(&cash), "{who}: {cash}");
    }
    world.assert_balanced();
}

#[test]
fn all_that_is_not_refused_is_sent_and_a_distribution_that_is_waits() {
    let world = World::with(|sheet| {
        all_pay_out(sheet);
        sheet.cash.symbol = MOODY.into();
    });
    let world = world.fund();
    world.claim("ben", MEZZANINE);
    let position = world.borrow("olga", eth(8), usd(600));
    world.close_epoch_with_interest(position);
    world.deposit("ben", JUNIOR, usd(10));
    world.close_epoch();
    let (ben, cash) = (world.account("ben"), world.deal.cash);
    let set_mood = |mood| world.does("ben", Psp22::from(cash).call_mut().approve(cash, mood));
    set_mood(REFUSES);
    let coupon = world.reads(world.token(MEZZANINE).distribution(ben));
    assert!((MEZZANINE_COUPON - 1..=MEZZANINE_COUPON).contains(&coupon));
    assert_eq!(world.claim_all("ben"), 0);
    assert!(world.balance(world.deal.tranche_token(JUNIOR), "ben") > 0);
    assert_eq!(world.order("ben", MEZZANINE).claimable_cash, coupon);
    world.assert_balanced();
    set_mood(0);
    assert_eq!(world.claim_all("ben"), coupon);
    world.assert_balanced();
}

#[test]
fn a_class_that_accumulates_keeps_its_part_of_the_interest() {
    let world = World::with(|sheet| {
        sheet.tranches[0].terms.policy = Policy::Accumulate;
        sheet.tranches[1].terms.policy = Policy::PayOut;
    });
    let world = world.fund();
    let position = world.borrow("olga", eth(8), usd(600));
    world.end_epoch();
    // The senior's part alone.
    world.provide_cash("olga", SENIOR_COUPON);
    world.does("olga", world.vault().repay(position, SENIOR_COUPON));
    let settled = world.close_epoch();
    assert_eq!(payouts(&settled), [NO_PAYOUT; 3]);
    assert_eq!(settled.tranches[0].value_after, usd(600) + SENIOR_COUPON);
    // What was not paid is still due.
    let settled = world.close_epoch_with_interest(position);
    assert!(settled.tranches[1].payout.coupon > 3 * MEZZANINE_COUPON / 2);
    assert_eq!(settled.tranches[1].value_after, usd(250));
    world.assert_balanced();
}

#[test]
fn a_coupon_belongs_to_who_had_the_token_when_it_was_paid() {
    let world = World::with(|sheet| sheet.tranches[0].terms.policy = Policy::PayOut);
    let five = ["ann", "bob", "cat", "dan", "eve"];
    for who in five {
        world.deposit(who, SENIOR, usd(120));
    }
    world.deposit("ben", MEZZANINE, usd(250));
    world.deposit("cal", JUNIOR, usd(150));
    world.close_epoch();
    world.quote(100, 5_000);
    let position = world.borrow("olga", eth(8), usd(600));
    // Ann and Dan hold their tokens, Bob did not claim his, Cat's and Eve's wait to leave.
    world.claim("ann", SENIOR);
    world.claim("dan", SENIOR);
    let too_high = Conditions {
        limit: Some(Price(2 * Price::ONE.0)),
        until: Some(9),
    };
    world.redeem_on("cat", SENIOR, usd(120), too_high);
    world.cut_off();
    world.redeem_on("eve", SENIOR, usd(120), too_high);

    let settled = world.close_epoch_with_interest(position);
    assert_eq!(settled.tranches[0].payout, coupon(SENIOR_COUPON));
    let fifth = SENIOR_COUPON / 5;
    for who in ["ann", "dan"] {
        let distribution = world.token(SENIOR).distribution(world.account(who));
        assert_eq!(world.reads(distribution), fifth, "{who}");
    }
    for who in ["bob", "cat", "eve"] {
        let claimable = world.order(who, SENIOR).claimable_cash;
        assert!(
            (fifth - 1..=fifth).contains(&claimable),
            "{who}: {claimable}"
        );
    }
    world.assert_balanced();

    // Whoever gets Dan's tokens gets what they earn from now on.
    let (dan, fay) = (world.account("dan"), world.account("fay"));
    let senior = Psp22::from(world.deal.tranche_token(SENIOR));
    let transfer = { senior }.call_mut().transfer(fay, usd(120), vec![]);
    world.does("dan", transfer);
    let claim = world.distributions().claim_distribution(SENIOR, fay);
    world.refuses("fay", claim, AsyncVaultError::NothingClaimable);
    let claim = world.distributions().claim_distribution(SENIOR, dan);
    let sent = world.sends("anybody", claim);
    let [told]: [DistributionClaimed; 1] = sent.events().try_into().ok().unwrap();
    assert_eq!((told.owner, told.tranche), (dan, SENIOR));
    assert_eq!((told.cash, sent.answer), (fifth, fifth));
    assert_eq!(world.balance(world.deal.cash, "dan"), fifth);

    let settled = world.close_epoch_with_interest(position);
    let second = settled.tranches[0].payout.coupon / 5;
    assert_eq!(world.claim_all("fay"), second);
    assert_eq!(world.balance(world.deal.cash, "dan"), fifth);
    let distribution = world.token(SENIOR).distribution(dan);
    assert_eq!(world.reads(distribution), 0);
    // The others had theirs twice, with the fractions of both.
    let both = settled.tranches[0].payout.coupon + SENIOR_COUPON;
    world.cancel_redeem("cat", SENIOR);
    for who in ["ann", "bob", "cat", "eve"] {
        let cash = world.claim_all(who);
        assert!((both / 5 - 1..=both / 5).contains(&cash), "{who}: {cash}");
    }
    world.assert_balanced();
}

#[test]
fn cash_that_came_after_the_cut_off_earns_nothing() {
    let world = World::with(|sheet| sheet.tranches[0].terms.policy = Policy::PayOut).fund();
    let position = world.borrow("olga", eth(8), usd(600));
    world.cut_off();
    world.deposit("dan", SENIOR, usd(100));
    let settled = world.close_epoch_with_interest(position);
    assert!(settled.tranches[0].rise > 0);
    let waits = OrderView {
        pending_deposit: usd(100),
        ..OrderView::default()
    };
    assert_eq!(world.order("dan", SENIOR), waits);
    world.assert_balanced();
}

#[test]
fn tokens_that_a_rule_keeps_from_their_owner_earn_coupons() {
    let (world, rule) = World::with_rule_and(|sheet| {
        sheet.tranches[0].terms.policy = Policy::PayOut;
    });
    for who in ["ann", "ben", "cal", "dan"] {
        world.set_pass(rule, who, 1);
    }
    for (who, tranche, whole) in [
        ("ann", SENIOR, 300),
        ("dan", SENIOR, 300),
        ("ben", MEZZANINE, 250),
        ("cal", JUNIOR, 150),
    ] {
        world.deposit(who, tranche, usd(whole));
    }
    world.close_epoch();
    world.quote(100, 5_000);
    world.claim("ann", SENIOR);
    let position = world.borrow("olga", eth(8), usd(600));
    world.close_epoch_with_interest(position);
    world.set_pass(rule, "dan", 0);
    // Dan has no pass: his half of the coupon goes to him, his tokens do not, and they go on earning.
    assert_eq!(
        world.claim("dan", SENIOR).claimable_cash,
        SENIOR_COUPON / 2 - 1
    );
    assert_eq!(world.order("dan", SENIOR).claimable_tokens, usd(300));
    let settled = world.close_epoch_with_interest(position);
    let second = settled.tranches[0].payout.coupon / 2;
    world.set_pass(rule, "dan", 1);
    let claimed = world.claim("dan", SENIOR);
    assert_eq!(claimed.claimable_tokens, usd(300));
    // And the fraction of the first.
    assert!((second..=second + 1).contains(&claimed.claimable_cash));
    world.assert_balanced();
}

#[test]
fn one_message_claims_tokens_and_coupons_of_all_classes() {
    let world = World::with(all_pay_out);
    for (tranche, whole) in [(SENIOR, 600), (MEZZANINE, 250), (JUNIOR, 150)] {
        world.deposit("ann", tranche, usd(whole));
    }
    world.close_epoch();
    world.quote(100, 5_000);
    world.claim("ann", SENIOR);
    world.claim("ann", JUNIOR);
    let position = world.borrow("olga", eth(8), usd(600));
    let settled = world.close_epoch_with_interest(position);
    let coupons: Vec<_> = payouts(&settled)
        .iter()
        .map(|payout| payout.coupon)
        .collect();
    let ann = world.account("ann");
    let sent = world.sends("anybody", world.distributions().claim_all(ann));
    let told: Vec<DistributionClaimed> = sent.events();
    let told: Vec<_> = told.iter().map(|told| (told.tranche, told.cash)).collect();
    // The mezzanine's lie with the agent still: their coupon comes along with them.
    assert_eq!(
        told.iter().map(|told| told.0).collect::<Vec<_>>(),
        [SENIOR, JUNIOR]
    );
    assert!(told[0].1.abs_diff(coupons[0]) <= 1 && told[1].1.abs_diff(coupons[2]) <= 1);
    let [claimed]: [Claimed; 1] = sent.events().try_into().ok().unwrap();
    assert_eq!((claimed.class, claimed.tokens), (MEZZANINE, usd(250)));
    assert_eq!(sent.answer, told[0].1 + told[1].1 + claimed.cash);
    assert!(claimed.cash.abs_diff(coupons[1]) <= 1);
    world.assert_balanced();
}

#[test]
fn interest_is_diverted_while_a_test_is_broken() {
    let settled_at_a_cover_of = |percent: u32| {
        let world = World::with(|sheet| {
            all_pay_out(sheet);
            sheet.tranches[0].terms.interest_cover = Ratio::from_bps(percent * 100);
        });
        let world = world.fund();
        let position = world.borrow("olga", eth(8), usd(600));
        let settled = world.close_epoch_with_interest(position);
        world.assert_balanced();
        settled
    };
    // 333 % of the senior's coupon was collected.
    let settled = settled_at_a_cover_of(333);
    assert!(settled.tranches[0].interest_covered);
    assert_eq!(settled.tranches[1].payout, coupon(MEZZANINE_COUPON));
    let settled = settled_at_a_cover_of(334);
    assert!(!settled.tranches[0].interest_covered && settled.tranches[0].covered);
    let diverted = Payout {
        coupon: SENIOR_COUPON,
        principal: INTEREST - SENIOR_COUPON,
    };
    assert_eq!(payouts(&settled), [diverted, NO_PAYOUT, NO_PAYOUT]);
    assert_eq!(
        settled.tranches[0].claim_after,
        usd(600) - diverted.principal
    );
    // The mezzanine's is not forgotten.
    assert_eq!(settled.tranches[1].claim_after, usd(250) + MEZZANINE_COUPON);
    assert_eq!(settled.trace.phase, Phase::Revolving);
}

#[test]
fn diversion_stops_where_subordination_is_mended() {
    let world = World::with(|sheet| {
        all_pay_out(sheet);
        sheet.tranches[1].terms.minimum_subordination = Ratio::from_bps(1_000);
        sheet.collateral[0].terms.loans.annual_rate = Ratio::from_bps(5_000);
    });
    let world = world.fund();
    let position = world.borrow("olga", eth(9), usd(550));
    let seized = world.borrow("omar", milli_eth(700), usd(50));
    world.quote(85, 5_000);
    world.does("kim", world.engine().liquidate(ETH, seized));
    // 0.7 ether at 78 less 10 % stand for the 50: 0.86 is missing, and a little less than 40 % lies below the senior.
    world.end_epoch();
    world.quote(78, 5_000);
    let debt = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    let interest = debt - usd(550);
    world.provide_cash("olga", interest);
    world.does("olga", world.vault().repay(position, interest));
    let settled = world.does("anybody", world.agent().close_epoch());
    assert!(!settled.tranches[0].covered && settled.tranches[1].covered);

    let [senior, mezzanine, junior] = payouts(&settled).try_into().unwrap();
    let value = settled.trace.value_before - senior.coupon;
    let below = value - (settled.tranches[0].value_before - senior.coupon);
    assert_eq!(senior.principal, value - below * 10 / 4);
    assert!((1..interest - senior.coupon).contains(&senior.principal));
    // The rest may not leave, or less than 40 % would lie below the senior again.
    assert!(mezzanine.coupon <= 1);
    assert_eq!((mezzanine.principal, junior), (0, NO_PAYOUT));
    world.assert_balanced();
}

#[test]
fn principal_is_paid_in_sequence_from_the_date_on() {
    let date = START.plus(Period(3 * DAY.0));
    let world = World::with(|sheet| sheet.amortises_at = Some(date)).fund();
    let position = world.borrow("olga", eth(8), usd(600));
    assert_eq!(world.close_epoch().trace.phase, Phase::Revolving);
    world.redeem("cal", JUNIOR, usd(10));
    let settled = world.close_epoch();
    assert_eq!(settled.settled_at, date);
    assert_eq!(settled.trace.phase, Phase::Amortising);
    let first = [principal(usd(400)), NO_PAYOUT, NO_PAYOUT];
    assert_eq!(payouts(&settled), first);
    assert_eq!(settled.tranches[2].fill.burned, 0);
    assert_eq!(world.claim_all("ann"), usd(400) - 1);

    // With 300 more the senior is whole and the mezzanine begins.
    world.provide_cash("olga", usd(300));
    world.does("olga", world.vault().repay(position, usd(300)));
    let settled = world.close_epoch();
    let [senior, mezzanine, junior] = payouts(&settled).try_into().unwrap();
    assert_eq!(senior.principal, settled.tranches[0].claim_before);
    assert_eq!(mezzanine.principal, usd(300) - senior.principal);
    assert_eq!(junior, NO_PAYOUT);
    assert_eq!(settled.tranches[0].value_after, 0);
    world.assert_balanced();

    // The last of it closes the deal. Nobody's tokens are gone, and all is his who holds them.
    let debt = world
        .reads(world.servicing().position(position))
        .unwrap()
        .debt;
    world.provide_cash("olga", 2 * debt);
    world.does("olga", world.vault().repay(position, 2 * debt));
    let settled = world.close_epoch();
    assert_eq!(settled.trace.phase, Phase::Closed);
    assert_eq!(
        (settled.trace.cash_after, settled.trace.value_after),
        (0, 0)
    );
    assert_eq!(world.cancel_redeem("cal", JUNIOR), usd(10));
    for who in ["ann", "ben", "cal"] {
        world.claim_all(who);
    }
    let cash = |who| world.balance(world.deal.cash, who);
    assert!(cash("ann") > usd(600) && cash("ben") > usd(250) && cash("cal") > usd(150));
    let books = world.reads(world.agent().books());
    assert!(books.claims + books.dust < 10, "{books:?}");
    world.assert_balanced();
}

#[test]
fn principal_is_paid_in_sequence_when_patience_is_over() {
    let world = World::with(|sheet| sheet.patience = Some(2)).fund();
    let position = world.borrow("olga", eth(8), usd(600));
    // Ether at 90: in auction at its mark of 576 at 80, less than 40 % lies below the senior.
    world.quote(90, 5_000);
    world.does("kim", world.engine().liquidate(ETH, position));
    let settled = world.close_epoch_at(80, 5_000);
    assert!(!settled.tranches[0].covered);
    assert_eq!(settled.trace.phase, Phase::Revolving);
    // Without a price nothing is counted.
    world.end_epoch();
    let settled = world.does("anybody", world.agent().close_epoch());
    assert!(settled.portfolio.frozen);
    assert_eq!(settled.trace.phase, Phase::Revolving);
    let settled = world.close_epoch_at(80, 5_000);
    assert_eq!(settled.trace.phase, Phase::Amortising);
    assert_eq!(
        payouts(&settled),
        [principal(usd(400)), NO_PAYOUT, NO_PAYOUT]
    );
    world.assert_balanced();
}

#[test]
fn a_price_that_is_missing_for_too_long_pays_the_top_and_nothing_more() {
    let (world, _) = World::lent();
    world.redeem("ann", SENIOR, usd(100));
    let settles = || {
        world.end_epoch();
        world.does("anybody", world.agent().close_epoch())
    };
    // Two days are allowed: missing since the second, it is too long on the fifth.
    for _ in 2..=4 {
        assert_eq!(payouts(&settles()), [NO_PAYOUT; 3]);
    }
    let settled = settles();
    assert_eq!(
        payouts(&settled),
        [principal(usd(400)), NO_PAYOUT, NO_PAYOUT]
    );
    assert_eq!(settled.trace.phase, Phase::Revolving);
    assert_eq!(settled.tranches[0].fill.burned, 0);
    world.assert_balanced();
    // With the price the deal goes on.
    world.deposit("dan", JUNIOR, usd(10));
    let settled = world.close_epoch_at(100, 5_000);
    assert!(settled.tranches[2].fill.minted > 0);
    world.assert_balanced();
}
