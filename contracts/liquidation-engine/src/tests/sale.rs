use super::{auction, auction_due};
use crate::auction::DutchAuction;
use finance::auction::Purchase;
use finance::MathError;
use interfaces::collateral_vault::Sale;
use interfaces::liquidation_engine::Auction;
use interfaces::types::AccountId;

const BUYER: [u8; 32] = [4; 32];

fn sell(
    auction: DutchAuction,
    collateral: u128,
    cost: u128,
) -> Result<(DutchAuction, Sale), MathError> {
    auction.sell(AccountId::from(BUYER), Purchase { collateral, cost })
}

fn sale(collateral: u128, debt: u128, penalty: u128, last: bool) -> Sale {
    Sale {
        buyer: AccountId::from(BUYER),
        collateral,
        debt,
        penalty,
        last,
    }
}

#[test]
fn more_than_is_left_cannot_be_sold() {
    assert_eq!(sell(auction(), 1_001, 1), Err(MathError::Underflow));
    assert_eq!(sell(auction(), 1, 3_301), Err(MathError::Underflow));
}

#[test]
fn cash_goes_to_the_debt_first() {
    let (left, sold) = sell(auction(), 100, 360).unwrap();
    assert_eq!(sold, sale(100, 360, 0, false));
    let expected = Auction {
        collateral: 900,
        debt: 2_640, // 3 000 − 360
        ..auction().0
    };
    assert_eq!(left.0, expected);
}

#[test]
fn and_then_to_the_penalty() {
    let before = auction_due(100, 500);
    let (left, sold) = sell(before, 100, 360).unwrap();
    assert_eq!(sold, sale(100, 100, 260, false));
    let expected = Auction {
        collateral: 900,
        debt: 0,
        penalty: 240, // 500 − 260
        ..before.0
    };
    assert_eq!(left.0, expected);
}

#[test]
fn the_sale_that_raises_all_is_the_last() {
    let (left, sold) = sell(auction(), 687, 3_300).unwrap();
    assert_eq!(sold, sale(687, 3_000, 300, true));
    assert_eq!(left.due(), Ok(0));
    assert_eq!(left.0.collateral, 313);
}

#[test]
fn the_sale_that_empties_the_lot_is_the_last() {
    let (left, sold) = sell(auction(), 1_000, 1_920).unwrap();
    assert_eq!(sold, sale(1_000, 1_920, 0, true));
    assert_eq!((left.0.debt, left.0.penalty), (1_080, 300));
    assert_eq!(left.0.collateral, 0);
}

#[test]
fn debt_that_is_raised_does_not_end_an_auction_while_penalty_is_due() {
    let (left, sold) = sell(auction(), 700, 3_000).unwrap();
    assert_eq!(sold, sale(700, 3_000, 0, false));
    assert_eq!((left.0.debt, left.0.penalty), (0, 300));
}
