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
