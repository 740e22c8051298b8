use super::*;
use crate::books::MAX_LIMITS;
use finance::orders::{Conditions, Stake, ONE};
use interfaces::async_vault::AsyncVaultError;

const CENT: u128 = 10_000_000_000_000_000;
const ALICE: u8 = 1;
const BOB: u8 = 2;

/// Places an order as the contract does.
fn order(state: &mut State, owner: u8, side: Side, amount: u128, conditions: Conditions) {
    let mut holding = state.holding(SENIOR, account(owner)).unwrap();
    let State { desk, cabinet, .. } = state;
    let epoch = desk.epoch;
    let slot = holding.slot_mut(side);
    slot.prepare(conditions).unwrap();
    let books = desk.class_mut(SENIOR).unwrap().side_mut(side);
    slot.series = books.series(conditions.limit).unwrap();
    let book = books.book_mut(slot.series).unwrap();
    book.pending += amount;
    if let Some(until) = conditions.until {
        book.expires(until);
        let id = (SENIOR, side, slot.series);
        let all = cabinet.expiring_of(id, until, book, epoch).unwrap();
        cabinet.expire(id, until, all.grown(amount, book, None).unwrap());
    }
    slot.stake = slot.stake.grown(amount, book, None).unwrap();
    let (cash, _) = side.given(amount);
    desk.ledger.receive_order(cash).unwrap();
    state.holdings.insert((SENIOR, account(owner)), &holding);
}

fn deposit(state: &mut State, owner: u8, amount: u128, conditions: Conditions) {
    order(state, owner, Side::Deposit, amount, conditions);
}

fn at_most(cents: u128, until: u32) -> Conditions {
    Conditions {
        limit: Some(Price(cents * CENT)),
        until: Some(until),
    }
}

fn settle(state: &mut State, filled: u128, price_in_cents: u128) {
    let mut trace = at_par();
    trace.entry = Price(price_in_cents * CENT);
    trace.fill.deposited = filled;
    trace.fill.minted = filled * 100 / price_in_cents;
    settle_as(state, trace);
}

fn settle_as(state: &mut State, senior: ClassTrace) {
    let State { desk, cabinet, .. } = state;
    let settlement = settlement([senior, at_par()]);
    let (records, _) = desk.settle(&settlement, cabinet).unwrap();
    cabinet.keep(desk.epoch, &records);
    desk.start_next_epoch(&terms(), desk.ends_at).unwrap();
}

/// The cash of an owner that waits, and his tokens and cash that are claimable.
fn view(state: &State, owner: u8) -> (u128, u128, u128) {
    let holding = state.holding(SENIOR, account(owner)).unwrap();
    let view = holding.view(state.desk.classes[0].index).unwrap();
    (
        view.pending_deposit,
        view.claimable_tokens,
        view.claimable_cash,
    )
}

#[test]
fn deposits_give_cash_and_redemptions_tokens() {
    assert_eq!(Side::Deposit.given(5), (5, 0));
    assert_eq!(Side::Redemption.given(5), (0, 5));
}

#[ink::test]
fn orders_share_a_fill_pro_rata_whatever_their_limit_if_the_price_keeps_it() {
    let mut state = state();
    deposit(&mut state, 1, 300, Conditions::default());
    deposit(&mut state, 2, 100, at_most(105, 9));
    deposit(&mut state, 3, 500, at_most(99, 9));
    settle(&mut state, 200, 100);
    assert_eq!(view(&state, 1), (150, 150, 0));
    assert_eq!(view(&state, 2), (50, 50, 0));
    assert_eq!(view(&state, 3), (500, 0, 0));
}

#[ink::test]
fn an_expired_order_is_claimable_and_its_limit_is_free_again() {
    let mut state = state();
    deposit(&mut state, 1, 100, at_most(90, 0));
    deposit(&mut state, 2, 100, at_most(100, 0));
    for (owner, cents) in [(3, 101), (4, 102)] {
        deposit(&mut state, owner, 100, at_most(cents, 5));
    }
    let full = |state: &mut State| {
        let books = state.desk.classes[0].side_mut(Side::Deposit);
        books.series(Some(Price(7 * CENT)))
    };
    assert_eq!(full(&mut state), Err(AsyncVaultError::TooManyLimits));
    assert_eq!(MAX_LIMITS, 4);
    settle(&mut state, 150, 100);
    // Half of the three that took part.
    assert_eq!(view(&state, 1), (0, 0, 100));
    assert_eq!(view(&state, 2), (0, 50, 50));
    assert_eq!(full(&mut state), Ok(5));
    for _ in 0..3 {
        settle(&mut state, 0, 100);
    }
    assert_eq!(view(&state, 2), (0, 50, 50));
}

#[ink::test]
fn limits_whose_orders_were_filled_in_part_are_free_when_the_last_of_them_expired() {
    let mut state = state();
    for (owner, cents) in (1..).zip(101..=104) {
        deposit(&mut state, owner, 100, at_most(cents, 0));
    }
    settle(&mut state, 200, 100);
    let books = state.desk.classes[0].side_mut(Side::Deposit);
    for series in 5..=8 {
        let price = Price(series.into());
        assert_eq!(books.series(Some(price)), Ok(series));
        books.book_mut(series).unwrap().expires(9);
        books.book_mut(series).unwrap().pending = 1;
    }
    assert_eq!(
        books.series(Some(Price::ONE)),
        Err(AsyncVaultError::TooManyLimits)
    );
}

#[ink::test]
fn what_rounding_leaves_of_orders_at_a_limit_does_not_wait_for_ever() {
    let mut state = state();
    deposit(&mut state, ALICE, 3, at_most(100, 1));
    settle(&mut state, 1, 100);
    // Two thirds of three are a little less than two: one is left when she takes back what she can.
    let mut holding = state.holding(SENIOR, account(ALICE)).unwrap();
    let taken = holding.slot_mut(Side::Deposit).stake.pending();
    let books = state.desk.classes[0].side_mut(Side::Deposit);
    books.book_mut(1).unwrap().pending -= taken;
    state.desk.ledger.return_order(taken).unwrap();
    let id = (SENIOR, Side::Deposit, 1);
    state.cabinet.expire(id, 1, Stake::default());
    assert_eq!((taken, state.desk.ledger.books().orders), (1, 1));
    settle(&mut state, 0, 100);
    let books = state.desk.ledger.books();
    assert_eq!((books.orders, books.claims), (0, 1));
}

#[ink::test]
fn orders_that_expire_together_are_given_back_together() {
    let mut state = state();
    deposit(&mut state, ALICE, 100, at_most(90, 0));
    deposit(&mut state, BOB, 40, at_most(90, 0));
    settle(&mut state, 0, 100);
    let books = state.desk.ledger.books();
    assert_eq!((books.orders, books.claims), (0, 140));
    assert_eq!(view(&state, ALICE), (0, 0, 100));
    assert_eq!(view(&state, BOB), (0, 0, 40));
}

#[ink::test]
fn tokens_that_wait_for_their_owner_earn_coupons() {
    let mut state = state();
    deposit(&mut state, ALICE, 1_000, Conditions::default());
    settle(&mut state, 1_000, 100);
    let mut holding = state.holding(SENIOR, account(ALICE)).unwrap();
    // 5 % were paid since.
    let proceeds = holding.claim(ONE / 20).unwrap();
    assert_eq!((proceeds.tokens, proceeds.cash), (1_000, 50));
    let again = holding.claim(ONE / 20);
    assert_eq!(again, Err(AsyncVaultError::NothingClaimable));
    assert_eq!(holding.remainder(), Some(0));
}

#[ink::test]
fn tokens_that_wait_to_be_redeemed_earn_coupons() {
    let mut state = state();
    order(
        &mut state,
        ALICE,
        Side::Redemption,
        1_000,
        Conditions::default(),
    );
    let mut trace = at_par();
    (trace.index, trace.rise) = (ONE / 20, ONE / 20);
    trace.payout.coupon = 50;
    settle_as(&mut state, trace);
    assert_eq!(view(&state, ALICE), (0, 0, 50));
    let holding = state.holding(SENIOR, account(ALICE)).unwrap();
    assert_eq!(holding.slot(Side::Redemption).pending(), Ok(1_000));
}

#[ink::test]
fn what_expires_when_a_generation_closes_is_set_aside() {
    let mut state = state();
    let until = Conditions {
        limit: None,
        until: Some(0),
    };
    deposit(&mut state, ALICE, 500_000_000, until);
    deposit(&mut state, BOB, 500_000_000, Conditions::default());
    // 0.05 % is left: the generation closes in the settlement in which half of the orders expire.
    settle(&mut state, 999_500_000, 100);
    assert_eq!(view(&state, ALICE), (0, 499_750_000, 250_000));
    assert_eq!(view(&state, BOB), (250_000, 499_750_000, 0));
    let books = state.desk.ledger.books();
    assert_eq!((books.orders, books.claims), (250_000, 250_000));
}

#[test]
fn a_limit_at_which_every_order_was_cancelled_is_free_again() {
    let mut desk = desk();
    let books = desk.class_mut(SENIOR).unwrap().side_mut(Side::Deposit);
    for price in 1..=4 {
        let series = books.series(Some(Price(price))).unwrap();
        books.book_mut(series).unwrap().expires(32);
    }
    assert!(books.series(Some(Price::ONE)).is_ok());
}

#[ink::test]
fn a_fraction_of_a_token_earns_no_coupon_of_the_past() {
    // A class that has paid 1 000 per token, of which one costs 10 000.
    let mut state = state();
    deposit(&mut state, ALICE, 19_000, Conditions::default());
    deposit(&mut state, BOB, 1_000, Conditions::default());
    let mut trace = at_par();
    trace.index = 1_000 * ONE;
    (trace.fill.deposited, trace.fill.minted) = (20_000, 2);
    settle_as(&mut state, trace);
    let mut holding = state.holding(SENIOR, account(ALICE)).unwrap();
    let proceeds = holding.claim(trace.index).unwrap();
    assert_eq!((proceeds.tokens, proceeds.cash), (1, 0));
    // 0.9 tokens are left, and nothing was paid on them yet.
    assert_eq!(
        holding.claim(trace.index),
        Err(AsyncVaultError::NothingClaimable)
    );
    holding.take_back(1, trace.index).unwrap();
    assert_eq!(holding.claim(trace.index).unwrap().cash, 0);
}
