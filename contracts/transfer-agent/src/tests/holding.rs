use super::*;
use crate::holding::{Holding, Slot};
use finance::orders::{Conditions, OrderBook, Stake, ONE};
use interfaces::async_vault::AsyncVaultError;

/// A part of 5 in an empty book.
fn five() -> Stake {
    let stake = Stake::default().grown(5, &OrderBook::default(), None);
    stake.unwrap()
}

#[test]
fn an_order_grows_under_its_own_conditions_alone() {
    let conditions = Conditions {
        limit: Some(Price::ONE),
        until: Some(7),
    };
    let mut slot = Slot::default();
    assert_eq!(slot.prepare(conditions), Ok(()));
    assert_eq!(slot.conditions, conditions);
    slot.stake = five();
    assert_eq!(slot.prepare(conditions), Ok(()));
    assert_eq!(slot.pending(), Ok(5));
    let others = slot.prepare(Conditions::default());
    assert_eq!(others, Err(AsyncVaultError::OtherConditions));
}

#[test]
fn what_was_refused_to_an_owner_earns_only_what_is_paid_from_then_on() {
    let mut holding = Holding::default();
    let index = ONE / 20;
    holding.take_back(1_000, index).unwrap();
    holding.keep(9).unwrap();
    let proceeds = holding.claim(index * 2).unwrap();
    assert_eq!((proceeds.tokens, proceeds.cash), (1_000, 59));
}

#[test]
fn what_is_redeemed_before_it_was_claimed_keeps_what_it_earned() {
    let mut holding = Holding::default();
    let index = ONE / 20;
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
fn a_holding_is_over_when_nothing_waits_and_nothing_is_claimable() {
    for side in [Side::Deposit, Side::Redemption] {
        let mut waiting = Holding::default();
        waiting.slot_mut(side).stake = five();
        assert_eq!(waiting.remainder(), None);
    }
    let mut holding = Holding::default();
    holding.take_back(9, 0).unwrap();
    assert_eq!(holding.remainder(), None);
    // A coupon of 0.9 units.
    holding.claim(ONE / 10).unwrap();
    assert_eq!(holding.remainder(), Some(ONE / 10 * 9));
    assert_eq!(holding.remainder(), Some(0), "booked once");
}

#[test]
fn the_fraction_of_a_holding_is_booked_once() {
    // A coupon of 0.9 units, on tokens that are refused time and again.
    let mut holding = Holding::default();
    let index = ONE / 10;
    holding.take_back(9, 0).unwrap();
    let mut booked = 0;
    for _ in 0..10 {
        holding.keep(1).unwrap();
        let proceeds = holding.claim(index).unwrap();
        booked += holding.remainder().unwrap();
        holding.take_back(proceeds.tokens, index).unwrap();
    }
    assert!(booked < ONE);
}
