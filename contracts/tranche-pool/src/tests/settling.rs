use super::*;
use crate::ledger::Ledger;
use crate::pool::net;
use crate::settle::Flows;
use finance::settlement::Phase;
use ink::scale::{Decode, Encode};
use interfaces::tranche_pool::{Books, Due, PoolError};

#[test]
fn cash_that_investors_bring_is_the_pools_and_their_dust_is_not() {
    let mut pool = Pool::new(&terms(), START);
    let settled = settled(&pool, lent(0), entering([0, 0, 1_000]), START.plus(DAY));
    let flows = apply(&mut pool, &settled, &lent(0), &NOBODY, 3);
    assert_eq!(
        flows,
        Ok(Flows {
            deposited: 1_000,
            paid: 0
        })
    );
    let books = pool.ledger.books();
    assert_eq!(
        (books.cash, books.insurance, books.received),
        (1_000, 3, 1_003)
    );
    assert_eq!(pool.ledger.pay(Due::Insurance), Ok(3));
    assert_eq!(pool.ledger.ensure_conserved(), Ok(()));
}

#[test]
fn an_answer_that_does_not_add_up_is_refused() {
    let pool = funded();
    let honest = settled(&pool, lent(0), entering([0, 0, 1_000]), START.plus(DAY));
    type Lie = fn(&mut Settled);
    let lies: [Lie; 6] = [
        |lie| lie.state.classes[0].value += 1,
        |lie| lie.classes[2].fill.deposited += 1,
        |lie| lie.classes[2].fill.paid += 1,
        |lie| lie.classes[0].payout.coupon += 1,
        |lie| lie.trace.fees_funded += 1,
        |lie| {
            // From one class to another.
            lie.state.classes[0].value -= 1;
            lie.state.classes[2].value += 1;
        },
    ];
    for lie in lies {
        let mut answer = honest.clone();
        lie(&mut answer);
        let refused = apply(&mut pool.clone(), &answer, &lent(0), &NOBODY, 0);
        assert_eq!(refused, Err(PoolError::NotConserved));
    }
    assert!(apply(&mut pool.clone(), &honest, &lent(0), &NOBODY, 0).is_ok());
}

#[test]
fn cash_that_no_class_owns_is_insurances() {
    let mut pool = funded();
    pool.ledger.disown(3).unwrap();
    let books = pool.ledger.books();
    assert_eq!((books.cash, books.insurance), (999_999_997, 3));
    assert_eq!(pool.ledger.ensure_conserved(), Ok(()));
}

#[test]
fn books_that_do_not_add_up_are_noticed() {
    let wrong = Books {
        received: 1,
        ..Books::default()
    };
    let ledger = Ledger::decode(&mut &wrong.encode()[..]).unwrap();
    assert_eq!(ledger.ensure_conserved(), Err(PoolError::NotConserved));
}

#[test]
fn the_closer_is_rewarded_out_of_fees_alone() {
    let mut pool = funded();
    assert_eq!(pool.ledger.reward(5), Ok(0));
    pool.ledger.fund_fees(3).unwrap();
    assert_eq!(pool.ledger.reward(5), Ok(3));
    assert_eq!(pool.ledger.ensure_conserved(), Ok(()));
}

#[test]
fn cash_given_to_a_pool_is_its_own_until_it_is_closed_and_then_insurances() {
    let mut pool = Pool::new(&terms(), START);
    pool.contribute(&terms(), 70, START).unwrap();
    pool.state.phase = Phase::Closed;
    pool.contribute(&terms(), 30, START).unwrap();
    let books = pool.ledger.books();
    assert_eq!((books.cash, books.insurance, books.received), (70, 30, 100));
}

#[test]
fn of_interest_that_will_be_paid_the_premium_is_not_the_pools() {
    let terms = PoolTerms {
        insured: true,
        premium: Ratio::from_bps(1_000),
        ..terms()
    };
    let portfolio = Portfolio {
        principal: 1_000,
        performing: 1_101,
        seized_debt: 600,
        stressed: 400,
        market: 500,
        ..Portfolio::default()
    };
    let expected = Portfolio {
        performing: 1_090,
        market: 600,
        ..portfolio
    };
    assert_eq!(net(&terms, portfolio), Ok(expected));
}
