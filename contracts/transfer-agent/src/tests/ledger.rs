use crate::ledger::Ledger;
use ink::scale::{Decode, Encode};
use interfaces::transfer_agent::{AgentBooks, AgentError};

#[test]
fn what_is_refused_to_an_owner_is_still_to_be_claimed() {
    let mut ledger = Ledger::default();
    ledger.set_aside(100).unwrap();
    ledger.pay_claim(60).unwrap();
    ledger.keep_claim(25).unwrap();
    let expected = AgentBooks {
        received: 100,
        sent: 35,
        claims: 65,
        ..AgentBooks::default()
    };
    assert_eq!(ledger.books(), expected);
    assert_eq!(ledger.ensure_conserved(), Ok(()));
}

#[test]
fn an_order_that_goes_back_takes_its_cash_along() {
    let mut ledger = Ledger::default();
    ledger.receive_order(100).unwrap();
    ledger.return_order(70).unwrap();
    let books = ledger.books();
    assert_eq!((books.orders, books.received, books.sent), (30, 100, 70));
    assert!(ledger.return_order(31).is_err());
}

#[test]
fn books_that_do_not_add_up_are_noticed() {
    let wrong = AgentBooks {
        received: 1,
        ..AgentBooks::default()
    };
    let ledger = Ledger::decode(&mut &wrong.encode()[..]).unwrap();
    assert_eq!(ledger.ensure_conserved(), Err(AgentError::NotConserved));
}
