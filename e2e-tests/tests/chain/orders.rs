//! Orders: when they take part, at what price, for how long and for whom.

use e2e_tests::*;
use finance::{Price, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{
    AsyncVault, AsyncVaultError, Claimed, Conditions, OperatorSet, OrderCancelled, OrderPlaced,
    OrderView,
};
use interfaces::calls::CallError;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::test_asset::{LOOPS, MOODY, REFUSES, TRAPS};
use interfaces::transfer_agent::{Distributions, ExpectedExit, TransferAgent};
use interfaces::transfer_rule::NO_ANSWER;
use interfaces::types::Balance;
use psp22::{PSP22Error, PSP22};
use simulator::contracts::Psp22;

fn until(epoch: u32) -> Conditions {
    Conditions {
        limit: None,
        until: Some(epoch),
    }
}

/// A limit of so many millionths of par.
fn limited(millionths: u128, epoch: u32) -> Conditions {
    Conditions {
        limit: Some(Price(millionths * 1_000_000_000_000)),
        until: Some(epoch),
    }
}

/// A senior order of 900 of which 225 can be filled: the residual of 150 carries no more.
fn quarter_filled(on: Conditions) -> World {
    let world = World::deployed();
    world.deposit("cal", JUNIOR, usd(150));
    world.deposit_on("ann", SENIOR, usd(900), on);
    world
}

#[test]
fn an_order_counts_for_the_epoch_if_it_comes_before_the_cut_off() {
    let world = World::funded();
    world.claim("cal", JUNIOR);
    let cut_off_at = world.reads(world.agent().epoch()).cut_off_at;
    world.chain.advance_to(Timestamp(cut_off_at.0 - 1));
    world.deposit("dan", JUNIOR, usd(100));
    world.redeem("cal", JUNIOR, usd(20));
    world.chain.advance_to(cut_off_at);
    world.deposit("eve", JUNIOR, usd(100));
    world.deposit("dan", JUNIOR, usd(30));
    world.redeem("cal", JUNIOR, usd(10));
    world.assert_balanced();

    let settled = world.close_epoch();
    let fill = settled.tranches[2].fill;
    assert_eq!((fill.deposited, fill.burned), (usd(100), usd(20)));
    assert_eq!(world.order("dan", JUNIOR).pending_deposit, usd(30));
    assert_eq!(world.order("eve", JUNIOR).pending_deposit, usd(100));
    assert_eq!(world.order("cal", JUNIOR).pending_redemption, usd(10));
    world.assert_balanced();

    let settled = world.close_epoch();
    let fill = settled.tranches[2].fill;
    assert_eq!((fill.deposited, fill.burned), (usd(130), usd(10)));
    assert_eq!(world.claim("dan", JUNIOR).claimable_tokens, usd(130));
    assert_eq!(world.claim("eve", JUNIOR).claimable_tokens, usd(100));
    assert_eq!(world.claim("cal", JUNIOR).claimable_cash, usd(30));
    world.assert_balanced();
}

#[test]
fn an_order_is_told() {
    let world = World::funded();
    let (ann, cash) = (world.account("ann"), world.deal.cash);
    world.claim("ann", SENIOR);
    for pending in [10, 20] {
        world.provide(cash, "ann", world.deal.agent, usd(10));
        let order = world
            .orders()
            .request_deposit(SENIOR, usd(10), ann, AT_ANY_PRICE);
        let [told]: [OrderPlaced; 1] = world.sends("ann", order).events().try_into().ok().unwrap();
        assert_eq!((told.owner, told.class), (ann, SENIOR));
        assert_eq!((told.cash, told.tokens), (usd(10), 0));
        assert_eq!(told.pending, usd(pending));
    }
    let order = world
        .orders()
        .request_redeem(SENIOR, usd(5), ann, AT_ANY_PRICE);
    let [told]: [OrderPlaced; 1] = world.sends("ann", order).events().try_into().ok().unwrap();
    assert_eq!((told.owner, told.class), (ann, SENIOR));
    assert_eq!((told.cash, told.tokens), (0, usd(5)));
    assert_eq!(told.pending, usd(5));

    let cancel = world.orders().cancel_redeem(SENIOR, ann);
    let [told]: [OrderCancelled; 1] = world.sends("ann", cancel).events().try_into().ok().unwrap();
    assert_eq!((told.owner, told.class), (ann, SENIOR));
    assert_eq!((told.cash, told.tokens), (0, usd(5)));
}

#[test]
fn an_order_cancelled_after_the_cut_off_still_takes_part_and_the_rest_is_claimed() {
    let world = quarter_filled(AT_ANY_PRICE);
    world.cut_off();
    world.deposit("ann", SENIOR, usd(50));
    // What came late goes at once.
    assert_eq!(world.cancel_deposit("ann", SENIOR), usd(50));
    assert_eq!(world.order("ann", SENIOR).pending_deposit, usd(900));
    world.assert_balanced();

    world.close_epoch();
    let expected = OrderView {
        claimable_tokens: usd(225),
        claimable_cash: usd(675),
        ..OrderView::default()
    };
    assert_eq!(world.order("ann", SENIOR), expected);
    assert_eq!(world.claim("ann", SENIOR), expected);
    assert_eq!(world.balance(world.deal.cash, "ann"), usd(725));
    world.assert_balanced();
}

#[test]
fn a_redemption_cancelled_after_the_cut_off_still_takes_part_and_the_rest_is_claimed() {
    let world = World::funded();
    world.borrow("olga", eth(8), usd(600));
    world.redeem("ann", SENIOR, usd(600));
    world.cut_off();
    let cancel = world.orders().cancel_redeem(SENIOR, world.account("ann"));
    let cancelled = world.sends("ann", cancel);
    let [told]: [OrderCancelled; 1] = cancelled.events().try_into().ok().unwrap();
    assert_eq!((cancelled.answer, told.cash, told.tokens), (0, 0, 0));

    // The pool has cash of 400.
    let settled = world.close_epoch();
    let burned = settled.tranches[0].fill.burned;
    assert_eq!(
        settled.trace.cash_after,
        usd(400) - settled.tranches[0].fill.paid
    );
    assert!((usd(399)..usd(400)).contains(&burned));
    let claimed = world.claim("ann", SENIOR);
    assert_eq!(claimed.pending_redemption, 0);
    assert!(claimed.claimable_tokens + burned >= usd(600) - 1);
    assert!(claimed.claimable_cash >= usd(400) - 2);
    world.assert_balanced();
}

#[test]
fn an_order_cancelled_twice_after_the_cut_off_is_cancelled_once() {
    let world = quarter_filled(until(4));
    world.cut_off();
    for _ in 0..2 {
        assert_eq!(world.cancel_deposit("ann", SENIOR), 0);
        assert_eq!(world.order("ann", SENIOR).pending_deposit, usd(900));
    }
    world.close_epoch();
    let claimed = world.claim("ann", SENIOR);
    let expected = (usd(225), usd(675), 0);
    let got = (
        claimed.claimable_tokens,
        claimed.claimable_cash,
        claimed.pending_deposit,
    );
    assert_eq!(got, expected);
    world.assert_balanced();
}

#[test]
fn what_comes_late_to_an_order_expires_with_it() {
    let world = quarter_filled(until(1));
    world.cut_off();
    world.deposit_on("ann", SENIOR, usd(100), until(1));
    world.deposit_on("dan", SENIOR, usd(200), until(1));
    world.close_epoch();
    assert_eq!(world.order("ann", SENIOR).pending_deposit, usd(775));
    world.assert_balanced();
    // Room for 225 of 975 more.
    world.deposit("cal", JUNIOR, usd(150));
    let settled = world.close_epoch();
    assert_eq!(settled.tranches[0].fill.deposited, usd(225));
    let (ann, dan) = (world.order("ann", SENIOR), world.order("dan", SENIOR));
    assert_eq!((ann.pending_deposit, dan.pending_deposit), (0, 0));
    let filled = |orders: Balance| usd(225) * orders / 975;
    let close = |amount: Balance, expected: Balance| amount.abs_diff(expected) <= 1;
    assert!(close(ann.claimable_tokens, usd(225) + filled(775)));
    assert!(close(ann.claimable_cash, usd(775) - filled(775)));
    assert!(close(dan.claimable_tokens, filled(200)));
    assert!(close(dan.claimable_cash, usd(200) - filled(200)));
    for who in ["ann", "dan"] {
        world.claim(who, SENIOR);
    }
    world.assert_balanced();
}

#[test]
fn orders_leave_at_once_when_the_epoch_is_overdue() {
    let world = World::funded();
    world.claim("cal", JUNIOR);
    world.redeem("cal", JUNIOR, usd(100));
    world.deposit("dan", JUNIOR, usd(100));
    let overdue_at = world.reads(world.agent().epoch()).ends_at.plus(DAY);
    world.chain.advance_to(Timestamp(overdue_at.0 - 1));
    let cancel = world.orders().cancel_deposit(JUNIOR, world.account("dan"));
    let dan = world.account("dan");
    assert_eq!(world.chain.dry_run(dan, cancel).unwrap().answer, Ok(0));
    world.chain.advance_to(overdue_at);
    assert_eq!(world.cancel_deposit("dan", JUNIOR), usd(100));
    assert_eq!(world.cancel_redeem("cal", JUNIOR), usd(100));
    world.assert_balanced();
}

#[test]
fn a_deposit_with_a_limit_waits_for_its_price() {
    let (world, position) = World::lent();
    world.deposit_on("dan", JUNIOR, usd(10), limited(1_000_000, 30));
    world.deposit_on("eve", JUNIOR, usd(10), limited(1_010_000, 30));
    world.deposit("fay", JUNIOR, usd(10));
    let settled = world.close_epoch();
    // A day's interest: the residual costs more than par.
    let entry = settled.tranches[2].entry;
    assert!(Price::ONE < entry && entry < Price(Price::ONE.0 / 100 * 101));
    assert_eq!(world.order("dan", JUNIOR).pending_deposit, usd(10));
    assert_eq!(world.order("dan", JUNIOR).claimable_tokens, 0);
    let tokens = |who| world.claim(who, JUNIOR).claimable_tokens;
    assert_eq!(tokens("eve"), tokens("fay"));
    world.assert_balanced();

    // The price falls by a loss of 72: 8 ether bring 528 of 600.
    world.quote(55, 5_000);
    let auction = world.does("kim", world.engine().liquidate(ETH, position));
    world.provide_cash("tess", usd(1_000));
    let take = world.engine().take(auction, eth(8), ANY_PRICE, NEVER);
    world.does("tess", take);
    let settled = world.close_epoch();
    assert!(settled.tranches[2].entry < Price::ONE);
    let tokens = world.claim("dan", JUNIOR).claimable_tokens;
    assert!(tokens > usd(15), "{tokens}");
    world.assert_balanced();
}

#[test]
fn a_redemption_with_a_limit_waits_for_its_price() {
    let (world, _) = World::lent();
    world.redeem_on("ann", SENIOR, usd(10), limited(1_001_000, 30));
    let settled = world.close_epoch();
    // A day at 3 %: 1.000082.
    let exit = settled.tranches[0].exit;
    assert!(Price::ONE < exit && exit < Price(Price::ONE.0 / 1_000 * 1_001));
    assert_eq!(world.order("ann", SENIOR).pending_redemption, usd(10));
    // The most that is asked and still paid is the price itself.
    let mut paid_in = 0;
    while world.order("ann", SENIOR).pending_redemption > 0 {
        let settled = world.close_epoch();
        paid_in += 1;
        let is_kept = settled.tranches[0].exit >= Price(Price::ONE.0 / 1_000 * 1_001);
        assert_eq!(settled.tranches[0].fill.burned > 0, is_kept);
    }
    // 1.000082^13 > 1.001.
    assert_eq!(paid_in, 12);
    assert!(world.claim("ann", SENIOR).claimable_cash >= usd(10) / 1_000 * 1_001 - 1);
    world.assert_balanced();
}

#[test]
fn orders_with_and_without_a_limit_share_what_room_there_is() {
    let world = World::deployed();
    world.deposit("cal", JUNIOR, usd(150));
    world.deposit("ann", SENIOR, usd(300));
    world.deposit_on("ben", SENIOR, usd(200), limited(1_000_000, 9));
    world.deposit_on("dan", SENIOR, usd(400), limited(2_000_000, 9));
    world.deposit_on("eve", SENIOR, usd(500), limited(999_999, 9));
    world.close_epoch();
    // 225 for 900: a quarter of each; Eve wants it for less.
    for (who, filled, left) in [
        ("ann", 75, 225),
        ("ben", 50, 150),
        ("dan", 100, 300),
        ("eve", 0, 500),
    ] {
        let order = world.order(who, SENIOR);
        let expected = (usd(filled), usd(left));
        assert_eq!(
            (order.claimable_tokens, order.pending_deposit),
            expected,
            "{who}"
        );
    }
    world.assert_balanced();
}

#[test]
fn what_expires_frees_its_price() {
    let world = World::funded();
    for (who, limit, last) in [("dan", 1, 1), ("eve", 2, 9), ("fay", 3, 9), ("gil", 4, 9)] {
        world.deposit_on(who, SENIOR, usd(10), limited(limit, last));
    }
    let hal = world.account("hal");
    let order = || {
        world
            .orders()
            .request_deposit(SENIOR, usd(10), hal, limited(5, 9))
    };
    world.provide(world.deal.cash, "hal", world.deal.agent, usd(10));
    world.refuses("hal", order(), AsyncVaultError::TooManyLimits);
    world.close_epoch();
    world.does("hal", order());
    world.assert_balanced();
}

#[test]
fn what_is_left_of_an_expired_order_is_claimed_long_after() {
    let world = quarter_filled(until(1));
    world.close_epoch();
    // It takes part once more, and nobody makes room.
    assert_eq!(world.order("ann", SENIOR).pending_deposit, usd(675));
    world.close_epoch();
    let expected = OrderView {
        claimable_tokens: usd(225),
        claimable_cash: usd(675),
        ..OrderView::default()
    };
    assert_eq!(world.order("ann", SENIOR), expected);
    let nothing = AsyncVaultError::NothingPending;
    let cancel = world.orders().cancel_deposit(SENIOR, world.account("ann"));
    world.refuses("ann", cancel, nothing);
    // Its place is another's, and time goes on.
    world.deposit("dan", JUNIOR, usd(150));
    world.deposit("eve", SENIOR, usd(500));
    for _ in 0..40 {
        world.close_epoch();
    }
    assert_eq!(world.order("ann", SENIOR), expected);
    world.assert_balanced();
    assert_eq!(world.claim("ann", SENIOR), expected);
    assert_eq!(world.balance(world.deal.cash, "ann"), usd(675));
    world.assert_balanced();
}

#[test]
fn tokens_of_an_expired_redemption_come_back() {
    let (world, _) = World::lent();
    // Cover lets the junior leave with a day's interest at most.
    world.redeem_on("cal", JUNIOR, usd(150), until(2));
    world.redeem_on("ben", MEZZANINE, usd(250), limited(2_000_000, 1));
    let first = world.close_epoch().tranches[2].fill.burned;
    let waits = world.order("cal", JUNIOR).pending_redemption;
    assert!((usd(149)..usd(150)).contains(&waits) && waits.abs_diff(usd(150) - first) <= 1);
    assert_eq!(world.claim("ben", MEZZANINE).claimable_tokens, usd(250));
    let second = world.close_epoch().tranches[2].fill.burned;
    let back = world.claim("cal", JUNIOR).claimable_tokens;
    assert!(back.abs_diff(usd(150) - first - second) <= 1);
    let junior = world.deal.tranche_token(JUNIOR);
    assert_eq!(world.balance(junior, "cal"), back);
    world.assert_balanced();
}

#[test]
fn an_order_may_be_placed_anew_when_the_old_one_expired() {
    let world = quarter_filled(until(0));
    world.close_epoch();
    world.deposit_on("ann", SENIOR, usd(10), until(7));
    let order = world.order("ann", SENIOR);
    assert_eq!(
        (order.pending_deposit, order.claimable_cash),
        (usd(10), usd(675))
    );
    assert_eq!(world.claim("ann", SENIOR).claimable_cash, usd(675));
    world.assert_balanced();
}

#[test]
fn an_operator_orders_and_cancels_for_the_owner() {
    let world = World::funded();
    let (ann, bot) = (world.account("ann"), world.account("bot"));
    world.claim("ann", SENIOR);
    let set = |approved| world.orders().set_operator(bot, approved);
    let told: Vec<OperatorSet> = world.sends("ann", set(true)).events();
    assert_eq!((told[0].owner, told[0].operator), (ann, bot));
    assert!(told[0].approved && world.reads(world.orders().is_operator(ann, bot)));
    assert!(!world.reads(world.orders().is_operator(bot, ann)));

    world.provide(world.deal.cash, "ann", world.deal.agent, usd(10));
    let order = world
        .orders()
        .request_deposit(MEZZANINE, usd(10), ann, AT_ANY_PRICE);
    world.does("bot", order);
    let order = world
        .orders()
        .request_redeem(SENIOR, usd(100), ann, AT_ANY_PRICE);
    world.does("bot", order);
    assert_eq!(world.order("ann", SENIOR).pending_redemption, usd(100));
    assert_eq!(world.order("bot", SENIOR), OrderView::default());

    let returned = world.does("bot", world.orders().cancel_deposit(MEZZANINE, ann));
    assert_eq!(
        (returned, world.balance(world.deal.cash, "ann")),
        (usd(10), usd(10))
    );
    let returned = world.does("bot", world.orders().cancel_redeem(SENIOR, ann));
    let senior = world.deal.tranche_token(SENIOR);
    assert_eq!(
        (returned, world.balance(senior, "ann")),
        (usd(100), usd(600))
    );
    assert_eq!(world.balance(senior, "bot"), 0);

    world.does("ann", set(false));
    assert!(!world.reads(world.orders().is_operator(ann, bot)));
    world.assert_balanced();
}

#[test]
fn all_that_is_somebodys_is_claimed_in_one_message() {
    let world = World::funded();
    for tranche in [SENIOR, MEZZANINE, JUNIOR] {
        world.deposit("dan", tranche, usd(20));
    }
    world.deposit("cal", JUNIOR, usd(150));
    world.redeem("cal", JUNIOR, usd(50));
    world.close_epoch();
    let dan = world.account("dan");
    let sent = world.sends("mallory", world.distributions().claim_all(dan));
    assert_eq!(sent.answer, 0);
    let told: Vec<Claimed> = sent.events();
    let told: Vec<_> = told
        .iter()
        .map(|told| (told.class, told.tokens, told.cash))
        .collect();
    assert_eq!(
        told,
        [SENIOR, MEZZANINE, JUNIOR].map(|class| (class, usd(20), 0))
    );
    for tranche in [SENIOR, MEZZANINE, JUNIOR] {
        assert_eq!(
            world.balance(world.deal.tranche_token(tranche), "dan"),
            usd(20)
        );
    }
    // Tokens and cash of one class go together.
    assert_eq!(world.claim_all("cal"), usd(50));
    assert_eq!(
        world.balance(world.deal.tranche_token(JUNIOR), "cal"),
        usd(250)
    );
    world.assert_balanced();
}

#[test]
fn an_exit_is_expected_as_it_happens() {
    let (world, _) = World::lent();
    // 400 in cash: the senior is paid first, the mezzanine gets what is left, the junior may not leave.
    world.redeem("ann", SENIOR, usd(300));
    world.redeem("ben", MEZZANINE, usd(200));
    world.redeem("cal", JUNIOR, usd(50));
    world.deposit("dan", SENIOR, usd(1));
    world.end_epoch();
    world.repeat_prices();
    let expected = |who: &str, tranche| {
        let exit = world.agent().expected_exit(tranche, world.account(who));
        world.reads(exit).unwrap()
    };
    let people = [("ann", SENIOR), ("ben", MEZZANINE), ("cal", JUNIOR)];
    let exits = people.map(|(who, tranche)| expected(who, tranche));
    assert_eq!(expected("dan", SENIOR).pending, 0);
    let settled = world.close_epoch();

    let mut ahead = 0;
    for ((who, tranche), exit) in people.into_iter().zip(exits) {
        let trace = &settled.tranches[tranche.index()];
        let told = ExpectedExit {
            pending: [usd(300), usd(200), usd(50)][tranche.index()],
            leaving: trace.fill.burned,
            cash: trace.fill.paid,
            ahead,
            settles_at: settled.settled_at,
        };
        assert_eq!(exit, told, "{who}");
        let order = world.order(who, tranche);
        assert!(order.claimable_cash.abs_diff(exit.cash) <= 1);
        assert!((exit.pending - order.pending_redemption).abs_diff(exit.leaving) <= 1);
        ahead += trace
            .exit
            .of(exit.pending, finance::Rounding::Down)
            .unwrap();
    }
    assert_eq!(exits[0].leaving, usd(300));
    assert!((1..usd(200)).contains(&exits[1].leaving));
    assert_eq!(exits[2].leaving, 0);
}

#[test]
fn an_exit_of_a_late_order_or_one_with_a_limit_is_not_expected_now() {
    let world = World::funded();
    world.redeem_on("ann", SENIOR, usd(100), limited(2_000_000, 5));
    world.cut_off();
    world.redeem("ben", MEZZANINE, usd(100));
    for (who, tranche) in [("ann", SENIOR), ("ben", MEZZANINE)] {
        let exit = world.agent().expected_exit(tranche, world.account(who));
        let exit = world.reads(exit).unwrap();
        assert_eq!((exit.pending, exit.leaving, exit.cash), (usd(100), 0, 0));
    }
}

#[test]
fn what_a_rule_refuses_waits_and_the_rest_is_sent() {
    let (world, rule) = World::with_rule();
    world.set_pass(rule, "cal", 1);
    world.deposit("cal", JUNIOR, usd(150));
    world.close_epoch();
    world.claim("cal", JUNIOR);
    world.redeem("cal", JUNIOR, usd(50));
    world.deposit("cal", JUNIOR, usd(30));
    world.close_epoch();
    let cal = world.account("cal");
    for pass in [0, TRAPS, LOOPS] {
        world.set_pass(rule, "cal", pass);
        let claim = || world.orders().claim(JUNIOR, cal);
        if pass == 0 {
            let claimed = world.sends("anybody", claim());
            let answer = claimed.answer;
            assert_eq!(
                (answer.claimable_tokens, answer.claimable_cash),
                (0, usd(50))
            );
            let [told]: [Claimed; 1] = claimed.events().try_into().ok().unwrap();
            assert_eq!((told.owner, told.class), (cal, JUNIOR));
            assert_eq!((told.tokens, told.cash), (0, usd(50)));
            assert_eq!((told.tokens_kept, told.cash_kept), (usd(30), 0));
        } else {
            let why = PSP22Error::SafeTransferCheckFailed(NO_ANSWER.into());
            world.refuses("anybody", claim(), AsyncVaultError::Token(why.into()));
        }
        assert_eq!(world.order("cal", JUNIOR).claimable_tokens, usd(30));
        world.assert_balanced();
    }
    // Nobody is locked in: what waits and what he holds is burned, pass or not.
    world.set_pass(rule, "cal", 0);
    world.redeem("cal", JUNIOR, usd(130));
    world.close_epoch();
    assert_eq!(world.claim("cal", JUNIOR).claimable_cash, usd(130));
    world.assert_balanced();
}

#[test]
fn an_order_is_cancelled_though_cash_refuses_its_owner() {
    let world = World::with(|sheet| sheet.cash.symbol = MOODY.into()).fund();
    world.deposit("cal", JUNIOR, usd(50));
    let cash = world.deal.cash;
    let set_mood = |mood| world.does("cal", Psp22::from(cash).call_mut().approve(cash, mood));
    set_mood(TRAPS);
    assert_eq!(world.cancel_deposit("cal", JUNIOR), usd(50));
    assert_eq!(world.balance(cash, "cal"), 0);
    set_mood(0);
    let claimed = world.claim("cal", JUNIOR);
    assert_eq!(
        (claimed.claimable_tokens, claimed.claimable_cash),
        (usd(150), usd(50))
    );
    world.assert_balanced();
}

#[test]
fn cash_that_its_token_refuses_an_owner_waits_for_him_alone() {
    let world = World::with(|sheet| sheet.cash.symbol = MOODY.into()).fund();
    let (cal, dan) = (world.account("cal"), world.account("dan"));
    world.deposit("dan", JUNIOR, usd(50));
    world.redeem("cal", JUNIOR, usd(40));
    world.close_epoch();
    world.redeem("dan", JUNIOR, usd(10));
    let cash = world.deal.cash;
    let set_mood = |mood| world.does("cal", Psp22::from(cash).call_mut().approve(cash, mood));
    let claim = || world.orders().claim(JUNIOR, cal);
    set_mood(REFUSES);
    // What is left of his tokens is sent all the same.
    let sent = world.does("anybody", claim());
    assert_eq!((sent.claimable_tokens, sent.claimable_cash), (usd(110), 0));
    let refused = PSP22Error::SafeTransferCheckFailed("mood".into());
    world.refuses("anybody", claim(), AsyncVaultError::Token(refused.into()));
    set_mood(TRAPS);
    let trapped = AsyncVaultError::Call(CallError::Trapped);
    world.refuses("anybody", claim(), trapped);
    // It keeps nobody else from settling and claiming.
    world.close_epoch();
    let sent = world.does("anybody", world.orders().claim(JUNIOR, dan));
    assert_eq!(sent.claimable_cash, usd(10));
    assert_eq!(world.order("cal", JUNIOR).claimable_cash, usd(40));
    world.assert_balanced();
    set_mood(0);
    assert_eq!(world.claim("cal", JUNIOR).claimable_cash, usd(40));
    world.assert_balanced();
}
