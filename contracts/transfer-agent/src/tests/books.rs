use super::*;
use crate::books::MAX_LIMITS;
use crate::holding::Holding;
use finance::orders::Conditions;
use interfaces::async_vault::AsyncVaultError;

const CENT: u128 = 10_000_000_000_000_000;

/// Places an order as the contract does.
fn order(desk: &mut Desk, drawer: &mut Drawer, amount: u128, conditions: Conditions) -> Holding {
    let epoch = desk.epoch;
    let books = desk.class_mut(SENIOR).unwrap().side_mut(Side::Deposit);
    let series = books.series(conditions.limit).unwrap();
    let book = books.book_mut(series).unwrap();
    book.pending += amount;
    let id = (SENIOR, Side::Deposit, series);
    if let Some(until) = conditions.until {
        book.expires(until);
        let all = drawer.expiring.remove(&(id, until)).unwrap_or_default();
        drawer
            .expiring
            .insert((id, until), all.grown(amount, book, None).unwrap());
    }
    let mut holding = Holding::default();
    let slot = holding.slot_mut(Side::Deposit);
    (slot.conditions, slot.series) = (conditions, series);
    slot.stake = slot.stake.grown(amount, book, None).unwrap();
    desk.ledger.receive_order(amount).unwrap();
    assert_eq!(epoch, desk.epoch);
    holding
}

fn at_most(cents: u128, until: u32) -> Conditions {
    Conditions {
        limit: Some(Price(cents * CENT)),
        until: Some(until),
    }
}

fn settle(desk: &mut Desk, drawer: &mut Drawer, filled: u128, price_in_cents: u128) {
    let mut trace = at_par();
    trace.entry = Price(price_in_cents * CENT);
    trace.fill.deposited = filled;
    trace.fill.minted = filled * 100 / price_in_cents;
    let epoch = desk.epoch;
    let (records, _) = desk.settle(&settlement([trace, at_par()]), drawer).unwrap();
    drawer.keep(epoch, records);
    desk.start_next_epoch(&terms(), desk.ends_at).unwrap();
}

fn view(holding: &Holding, desk: &Desk, drawer: &Drawer) -> (u128, u128, u128) {
    let books = desk.class(SENIOR).unwrap();
    let holding = holding.resolved(SENIOR, books, desk.epoch, drawer).unwrap();
    let view = holding.view(0).unwrap();
    (
        view.pending_deposit,
        view.claimable_tokens,
        view.claimable_cash,
    )
}

#[test]
fn orders_share_a_fill_pro_rata_whatever_their_limit_if_the_price_keeps_it() {
    let (mut desk, mut drawer) = (Desk::new(&terms(), START), Drawer::default());
    let market = order(&mut desk, &mut drawer, 300, Conditions::default());
    let kept = order(&mut desk, &mut drawer, 100, at_most(105, 9));
    let missed = order(&mut desk, &mut drawer, 500, at_most(99, 9));
    settle(&mut desk, &mut drawer, 200, 100);
    assert_eq!(view(&market, &desk, &drawer), (150, 150, 0));
    assert_eq!(view(&kept, &desk, &drawer), (50, 50, 0));
    assert_eq!(view(&missed, &desk, &drawer), (500, 0, 0));
}

#[test]
fn an_expired_order_is_claimable_and_its_limit_is_free_again() {
    let (mut desk, mut drawer) = (Desk::new(&terms(), START), Drawer::default());
    let first = order(&mut desk, &mut drawer, 100, at_most(90, 0));
    let second = order(&mut desk, &mut drawer, 100, at_most(100, 0));
    for cents in 101..=102 {
        order(&mut desk, &mut drawer, 100, at_most(cents, 5));
    }
    let full = |desk: &mut Desk| {
        let books = desk.class_mut(SENIOR).unwrap().side_mut(Side::Deposit);
        books.series(Some(Price(7 * CENT)))
    };
    assert_eq!(full(&mut desk), Err(AsyncVaultError::TooManyLimits));
    assert_eq!(MAX_LIMITS, 4);
    settle(&mut desk, &mut drawer, 150, 100);
    // Half of the three that took part.
    assert_eq!(view(&first, &desk, &drawer), (0, 0, 100));
    assert_eq!(view(&second, &desk, &drawer), (0, 50, 50));
    assert_eq!(full(&mut desk), Ok(5));
    for _ in 0..3 {
        settle(&mut desk, &mut drawer, 0, 100);
    }
    assert_eq!(view(&second, &desk, &drawer), (0, 50, 50));
}

#[test]
fn tokens_that_wait_for_their_owner_earn_coupons() {
    let (mut desk, mut drawer) = (Desk::new(&terms(), START), Drawer::default());
    let order = order(&mut desk, &mut drawer, 1_000, Conditions::default());
    settle(&mut desk, &mut drawer, 1_000, 100);
    let mut holding = order
        .resolved(SENIOR, desk.class(SENIOR).unwrap(), desk.epoch, &drawer)
        .unwrap();
    // 5 % were paid since.
    let index = finance::orders::ONE / 20;
    let proceeds = holding.claim(index).unwrap();
    assert_eq!((proceeds.tokens, proceeds.cash), (1_000, 50));
    assert_eq!(holding.claim(index), Err(AsyncVaultError::NothingClaimable));
    assert_eq!(holding.remainder(), Some(0));
}

#[test]
fn what_was_refused_to_an_owner_earns_only_what_is_paid_from_then_on() {
    let mut holding = Holding::default();
    let index = finance::orders::ONE / 20;
    holding.take_back(1_000, index).unwrap();
    holding.keep(9).unwrap();
    let proceeds = holding.claim(index * 2).unwrap();
    assert_eq!((proceeds.tokens, proceeds.cash), (1_000, 59));
}

#[test]
fn what_is_redeemed_before_it_was_claimed_keeps_what_it_earned() {
    let mut holding = Holding::default();
    let index = finance::orders::ONE / 20;
    holding.take_back(1_000, 0).unwrap();
    assert_eq!(holding.release(400, index), Ok(400));
    // 5 % of all of them, and as much again of those that stayed.
    let view = holding.view(index * 2).unwrap();
    assert_eq!((view.claimable_tokens, view.claimable_cash), (600, 80));
    assert_eq!(holding.release(601, index * 2), Ok(600));
    let view = holding.view(index * 3).unwrap();
    assert_eq!((view.claimable_tokens, view.claimable_cash), (0, 80));
}

#[test]
fn what_expires_when_a_generation_closes_is_set_aside() {
    let (mut desk, mut drawer) = (Desk::new(&terms(), START), Drawer::default());
    let until = Conditions {
        limit: None,
        until: Some(0),
    };
    let short = order(&mut desk, &mut drawer, 500_000_000, until);
    order(&mut desk, &mut drawer, 500_000_000, Conditions::default());
    // 0.05 % is left: the generation closes in the settlement in which half of the orders expire.
    settle(&mut desk, &mut drawer, 999_500_000, 100);
    assert_eq!(view(&short, &desk, &drawer), (0, 499_750_000, 250_000));
    let books = desk.ledger.books();
    assert_eq!((books.orders, books.claims), (250_000, 250_000));
}

#[test]
fn a_limit_at_which_every_order_was_cancelled_is_free_again() {
    let mut desk = Desk::new(&terms(), START);
    let books = desk.class_mut(SENIOR).unwrap().side_mut(Side::Deposit);
    for price in 1..=4 {
        let series = books.series(Some(Price(price))).unwrap();
        books.book_mut(series).unwrap().expires(32);
    }
    assert!(books.series(Some(Price::ONE)).is_ok());
}

#[test]
fn the_fraction_of_a_holding_is_booked_once() {
    // A coupon of 0.9 units, on tokens that are refused time and again.
    let mut holding = Holding::default();
    let index = finance::orders::ONE / 10;
    holding.take_back(9, 0).unwrap();
    let mut booked = 0;
    for _ in 0..10 {
        holding.keep(1).unwrap();
        let proceeds = holding.claim(index).unwrap();
        booked += holding.remainder().unwrap();
        holding.take_back(proceeds.tokens, index).unwrap();
    }
    assert!(booked < finance::orders::ONE);
}

#[test]
fn a_fraction_of_a_token_earns_no_coupon_of_the_past() {
    // A class that has paid 1 000 per token, of which one costs 10 000.
    let (mut desk, mut drawer) = (Desk::new(&terms(), START), Drawer::default());
    let owner = order(&mut desk, &mut drawer, 19_000, Conditions::default());
    order(&mut desk, &mut drawer, 1_000, Conditions::default());
    let mut trace = at_par();
    trace.index = 1_000 * finance::orders::ONE;
    (trace.fill.deposited, trace.fill.minted) = (20_000, 2);
    let epoch = desk.epoch;
    let (records, _) = desk
        .settle(&settlement([trace, at_par()]), &drawer)
        .unwrap();
    drawer.keep(epoch, records);
    desk.start_next_epoch(&terms(), desk.ends_at).unwrap();
    let mut holding = owner
        .resolved(SENIOR, desk.class(SENIOR).unwrap(), desk.epoch, &drawer)
        .unwrap();
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
