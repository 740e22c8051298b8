use super::*;
use crate::desk::validate;
use interfaces::transfer_agent::AgentError;

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

#[test]
fn cash_follows_the_settlement_and_is_all_accounted_for() {
    let mut desk = Desk::new(&terms(), START);
    let side = desk.class_mut(SENIOR).unwrap().side_mut(Side::Deposit);
    side.book_mut(0).unwrap().pending = 900;
    desk.ledger.receive_order(900).unwrap();
    let mut filled = at_par();
    filled.fill.deposited = 600;
    filled.fill.minted = 600;
    filled.payout.coupon = 50;
    filled.payout.principal = 7;
    let answer = settlement([filled, at_par()]);
    let (_, flows) = desk.settle(&answer, &Drawer::default()).unwrap();
    assert_eq!((flows.invested, flows.received), (600, 57));
    let books = desk.ledger.books();
    assert_eq!((books.orders, books.claims), (300, 57));
    // More filled than waits is a lie of the pool's.
    let mut lie = at_par();
    lie.fill.deposited = 301;
    let refused = desk.settle(&settlement([lie, at_par()]), &Drawer::default());
    assert!(refused.is_err());
}
