use super::*;
use crate::books::SideBooks;
use crate::desk::validate;
use crate::holding::Slot;
use finance::orders::{Conditions, OrderBook, Stake};
use finance::settlement::{Demand, Waiting};
use interfaces::async_vault::AsyncVaultError;
use interfaces::transfer_agent::{AgentError, ExpectedExit};

#[test]
fn terms_that_no_agent_can_keep_are_refused() {
    for tranches in [0, 1, 6, u32::MAX] {
        let terms = AgentTerms {
            tranches,
            ..terms()
        };
        assert_eq!(validate(&terms), Err(AgentError::InvalidTranches));
    }
    for (epoch_length, cut_off) in [(Period(0), Period(0)), (DAY, DAY)] {
        let terms = AgentTerms {
            epoch_length,
            cut_off,
            ..terms()
        };
        assert_eq!(validate(&terms), Err(AgentError::InvalidEpochLength));
    }
    assert_eq!(validate(&terms()), Ok(()));
}

#[test]
fn skipped_epochs_keep_the_grid_and_cost_nothing() {
    let mut desk = Desk::new(&terms(), START);
    assert_eq!(desk.late_in(START), None);
    let last_hour = Timestamp(START.0 + DAY.0 / 24 * 23);
    assert_eq!(desk.late_in(last_hour), Some(desk.epoch));
    let late = START.plus(Period(DAY.0 * 10 + 1));
    desk.start_next_epoch(&terms(), late).unwrap();
    assert_eq!(desk.epoch, 1);
    assert_eq!(desk.ends_at, START.plus(Period(DAY.0 * 11)));
    assert_eq!(desk.late_in(late), None);
}

#[test]
fn remainders_of_rounding_become_dust_when_they_are_whole() {
    let mut desk = Desk::new(&terms(), START);
    desk.ledger.set_aside(5).unwrap();
    for _ in 0..3 {
        desk.gather(finance::orders::ONE / 2).unwrap();
    }
    let books = desk.ledger.books();
    assert_eq!((books.claims, books.dust), (4, 1));
    assert_eq!(desk.ledger.clear_dust(), Ok(1));
    assert_eq!(desk.ledger.ensure_conserved(), Ok(()));
}

#[ink::test]
fn cash_follows_the_settlement_and_is_all_accounted_for() {
    let State {
        mut desk, cabinet, ..
    } = state();
    let side = desk.class_mut(SENIOR).unwrap().side_mut(Side::Deposit);
    side.book_mut(0).unwrap().pending = 900;
    desk.ledger.receive_order(900).unwrap();
    let mut filled = at_par();
    filled.fill.deposited = 600;
    filled.fill.minted = 600;
    filled.payout.coupon = 50;
    filled.payout.principal = 7;
    let answer = settlement([filled, at_par()]);
    let (_, flows) = desk.settle(&answer, &cabinet).unwrap();
    assert_eq!((flows.invested, flows.received), (600, 57));
    let books = desk.ledger.books();
    assert_eq!((books.orders, books.claims), (300, 57));
    // More filled than waits is a lie of the pool's.
    let mut lie = at_par();
    lie.fill.deposited = 301;
    let refused = desk.settle(&settlement([lie, at_par()]), &cabinet);
    assert!(refused.is_err());
}

#[ink::test]
fn there_are_classes_once_their_tokens_are_named() {
    let unknown = || Err(AsyncVaultError::UnknownClass);
    let unbound = State::new(account(1), &terms(), START);
    assert_eq!(unbound.terms(), Ok(terms()));
    assert!(!unbound.desk.is_bound());
    assert_eq!(unbound.token(SENIOR), unknown());
    let bound = state();
    assert!(bound.desk.is_bound());
    assert_eq!(bound.token(SENIOR), Ok(account(5)));
    assert_eq!(bound.token(TrancheId(2)), unknown());
}

/// A desk where 900 wait to enter the senior class, 70 of them up to a price and 50 for the next epoch; and 100 tokens of
/// the senior class and 1 200 of the junior wait to leave, half of these from a price of 0.5 on.
fn busy() -> Desk {
    let half = Price(Price::ONE.0 / 2);
    let mut desk = desk();
    let [senior, junior] = &mut desk.classes[..] else {
        panic!("two classes");
    };
    let wait = |books: &mut SideBooks, limit, amount| {
        let series = books.series(limit).unwrap();
        books.book_mut(series).unwrap().pending = amount;
        books.book_mut(series).unwrap().expires(9);
    };
    wait(&mut senior.deposits, None, 780);
    wait(&mut senior.deposits, Some(Price::ONE), 70);
    senior.deposits.book_mut(0).unwrap().joining = 50;
    wait(&mut senior.redemptions, None, 100);
    wait(&mut junior.redemptions, None, 600);
    wait(&mut junior.redemptions, Some(half), 600);
    desk
}

#[test]
fn what_may_be_filled_is_all_that_waits() {
    let half = Price(Price::ONE.0 / 2);
    let senior = Demand {
        deposits: Waiting {
            market: 780,
            limited: vec![(Price::ONE, 70)],
            late: 50,
        },
        redemptions: Waiting {
            market: 100,
            ..Waiting::default()
        },
    };
    let junior = Demand {
        redemptions: Waiting {
            market: 600,
            limited: vec![(half, 600)],
            ..Waiting::default()
        },
        ..Demand::default()
    };
    assert_eq!(busy().demand(), [senior, junior]);
}

#[test]
fn an_exit_is_shared_by_all_that_leave_at_its_price_after_the_classes_above() {
    let junior = TrancheId(1);
    let waiting = |limit, late| {
        let stake = Stake::default().grown(300, &OrderBook::default(), late);
        Slot {
            conditions: Conditions { limit, until: None },
            series: 0,
            stake: stake.unwrap(),
        }
    };
    let exit = |price, slot: &Slot| {
        let mut left = at_par();
        left.exit = Price(Price::ONE.0 / 100 * price);
        (left.fill.burned, left.fill.paid) = (400, 200);
        let settlement = settlement([at_par(), left]);
        busy().expected_exit(junior, slot, &settlement).unwrap()
    };
    let stays = ExpectedExit {
        pending: 300,
        ahead: 100,
        settles_at: START.plus(DAY),
        ..ExpectedExit::default()
    };
    // A quarter of 1 200 that leave, and a half of 600 below the limit of the others.
    let leaves = |leaving, cash| ExpectedExit {
        leaving,
        cash,
        ..stays
    };
    let any = waiting(None, None);
    assert_eq!(exit(50, &any), leaves(100, 50));
    assert_eq!(exit(49, &any), leaves(200, 100));
    let dear = waiting(Some(Price::ONE), None);
    assert_eq!(exit(50, &dear), stays);
    // Who came after the cut-off waits for the next settlement.
    assert_eq!(exit(50, &waiting(None, Some(0))), stays);
    let mut desk = busy();
    desk.classes[1] = class(6);
    let settlement = settlement([at_par(), at_par()]);
    let alone = desk.expected_exit(junior, &waiting(None, Some(0)), &settlement);
    assert_eq!(alone, Ok(stays));
}

#[test]
fn an_epoch_that_begins_after_its_cut_off_takes_no_prices_that_were_known() {
    let mut desk = Desk::new(&terms(), START);
    let (end, cut_off) = (desk.ends_at, terms().cut_off);
    assert_eq!(desk.cut_off_at.plus(cut_off), end);
    // Nobody closes until a second before the next end.
    let now = Timestamp(end.0 + DAY.0 - 1_000);
    desk.start_next_epoch(&terms(), now).unwrap();
    assert_eq!((desk.cut_off_at, desk.ends_at), (now, end.plus(DAY)));
}
