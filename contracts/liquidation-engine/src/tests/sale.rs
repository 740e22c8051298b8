use super::{account, auction, auction_due, parameters, seizure, START};
use crate::auction::{DutchAuction, Sold};
use finance::auction::Purchase;
use finance::MathError;
use interfaces::collateral_vault::Sale;
use interfaces::liquidation_engine::{Auction, EngineError};
use interfaces::types::PositionId;

fn sell(auction: DutchAuction, collateral: u128, cost: u128) -> Result<Sold, MathError> {
    auction.sell(Purchase { collateral, cost })
}

/// Collateral sold, paid towards the debt and the penalty, and whether it is over.
fn parts(sold: &Sold) -> (u128, u128, u128, bool) {
    (sold.collateral, sold.debt, sold.penalty, sold.is_last())
}

#[test]
fn more_than_is_left_cannot_be_sold() {
    assert_eq!(sell(auction(), 1_001, 1), Err(MathError::Underflow));
    assert_eq!(sell(auction(), 1, 3_301), Err(MathError::Underflow));
}

#[test]
fn cash_goes_to_the_debt_first() {
    let sold = sell(auction(), 100, 360).unwrap();
    assert_eq!(parts(&sold), (100, 360, 0, false));
    let expected = Auction {
        collateral: 900,
        sold: 100,
        debt: 2_640, // 3 000 − 360
        counted: 2_940,
        ..auction().0
    };
    assert_eq!(sold.left.0, expected);
    assert_eq!(sold.relief, 360);
}

#[test]
fn and_then_to_the_penalty() {
    let before = auction_due(100, 500);
    let sold = sell(before, 100, 360).unwrap();
    assert_eq!(parts(&sold), (100, 100, 260, false));
    assert_eq!((sold.left.0.debt, sold.left.0.penalty), (0, 240)); // 500 − 260
    assert_eq!(sold.relief, 360);
}

#[test]
fn a_lot_beyond_the_room_counts_as_far_as_there_was_room() {
    let opened = DutchAuction::open(PositionId(7), &seizure(), &parameters(), 1_000, START);
    let mut left = opened.unwrap();
    assert_eq!(left.0.counted, 1_000);
    for (cost, relief) in [(2_000, 0), (700, 400), (100, 100), (500, 500)] {
        let sold = sell(left, 100, cost).unwrap();
        assert_eq!(sold.relief, relief);
        left = sold.left;
    }
    assert_eq!((left.due(), left.0.counted), (Ok(0), 0));
}

#[test]
fn the_vault_sells_for_the_debt_alone() {
    let sold = sell(auction_due(100, 500), 100, 360).unwrap();
    let expected = Sale {
        to: account(4),
        collateral: 100,
        debt: 100,
        last: false,
        receiver: None,
    };
    assert_eq!(sold.sale(account(4)), expected);
}

#[test]
fn the_sale_that_raises_all_is_the_last() {
    let sold = sell(auction(), 687, 3_300).unwrap();
    assert_eq!(parts(&sold), (687, 3_000, 300, true));
    assert_eq!(sold.left.0.collateral, 313);
    assert_eq!(sold.relief, 3_300);
}

#[test]
fn the_sale_that_empties_the_lot_is_the_last() {
    let sold = sell(auction(), 1_000, 1_920).unwrap();
    assert_eq!(parts(&sold), (1_000, 1_920, 0, true));
    assert_eq!((sold.left.0.debt, sold.left.0.penalty), (1_080, 300));
    // What was not raised is in auction no longer either.
    assert_eq!(sold.relief, 3_300);
}

#[test]
fn debt_that_is_raised_does_not_end_an_auction_while_penalty_is_due() {
    let sold = sell(auction(), 700, 3_000).unwrap();
    assert_eq!(parts(&sold), (700, 3_000, 0, false));
    assert_eq!((sold.left.0.debt, sold.left.0.penalty), (0, 300));
}

#[test]
fn a_cure_pays_all_and_sells_nothing() {
    let sold = auction().cure(START).unwrap();
    assert_eq!(parts(&sold), (0, 3_000, 300, true));
    assert_eq!(sold.left.0.collateral, 1_000);
}

#[test]
fn there_is_no_cure_after_the_first_purchase_while_the_rest_is_for_sale() {
    let left = sell(auction(), 1, 5).unwrap().left;
    assert_eq!(left.cure(START), Err(EngineError::AlreadyTaken));
    let run_out = START.plus(auction().0.tail);
    assert_eq!(parts(&left.cure(run_out).unwrap()), (0, 2_995, 300, true));
}
