use super::{account, performing, seized};
use finance::MathError;
use interfaces::collateral_vault::{Sale, Seized, VaultError};

fn sale(collateral: u128, debt: u128) -> Sale {
    Sale {
        buyer: account(4),
        collateral,
        debt,
        penalty: 33,
        last: false,
    }
}

#[test]
fn a_position_that_performs_is_not_for_sale() {
    let loan = performing(1_000, 4_001);
    assert_eq!(loan.sell(&sale(1, 1)), Err(VaultError::NotSeized));
    assert_eq!(loan.close(), Err(VaultError::NotSeized));
}

#[test]
fn more_than_the_position_holds_is_not_sold() {
    let mut loan = seized(1_000, 4_001, 4_000);
    loan.kind.held = 5_000; // others hold 4 000
    loan.kind.seized.collateral = 5_000;
    let refused = loan.sell(&sale(1_001, 4_001));
    assert_eq!(refused, Err(VaultError::InsufficientCollateral));
}

#[test]
fn more_than_is_owed_is_not_accepted() {
    let refused = seized(1_000, 4_001, 4_000).sell(&sale(1_000, 4_002));
    assert_eq!(refused, Err(VaultError::Overpaid));
}

#[test]
fn an_empty_lot_sells_nothing() {
    let refused = seized(0, 1, 0).sell(&sale(0, 0));
    let by_zero = VaultError::Math(MathError::DivisionByZero);
    assert_eq!(refused, Err(by_zero));
}

#[test]
fn the_mark_shrinks_with_the_collateral() {
    let left = seized(1_000, 4_001, 4_000).sell(&sale(250, 900));
    // 4 000 × 750 ÷ 1 000; the penalty of 33 pays no debt.
    assert_eq!(left, Ok(seized(750, 3_101, 3_000)));
}

#[test]
fn the_mark_rounds_down() {
    let left = seized(3, 100, 100).sell(&sale(1, 10));
    assert_eq!(left, Ok(seized(2, 90, 66))); // 100 × 2 ÷ 3
}

#[test]
fn the_mark_is_no_higher_than_what_is_left_of_the_debt() {
    let left = seized(1_000, 4_001, 4_000).sell(&sale(100, 1_000));
    assert_eq!(left, Ok(seized(900, 3_001, 3_001))); // 3 600
}

#[test]
fn the_other_lots_of_the_type_stay_as_they_are() {
    let mut loan = seized(1_000, 4_001, 4_000);
    loan.kind.held += 500 + 50;
    loan.kind.seized = Seized {
        debt: 4_001 + 90,
        mark: 4_000 + 80,
        collateral: 1_000 + 50,
    };
    let left = loan.sell(&sale(250, 900)).unwrap();
    assert_eq!(left.kind.held, 750 + 500 + 50);
    let expected = Seized {
        debt: 3_101 + 90,
        mark: 3_000 + 80,
        collateral: 750 + 50,
    };
    assert_eq!(left.kind.seized, expected);
    let others = Seized {
        debt: 90,
        mark: 80,
        collateral: 50,
    };
    assert_eq!(left.close().unwrap().kind.seized, others);
}

#[test]
fn a_closed_sale_without_debt_returns_what_is_left() {
    let left = seized(1_000, 4_001, 4_000).sell(&sale(900, 4_001));
    let closed = left.unwrap().close();
    assert_eq!(closed, Ok(performing(100, 0)));
}

#[test]
fn a_closed_sale_writes_off_what_is_owed() {
    let left = seized(1_000, 4_001, 4_000).sell(&sale(1_000, 2_900));
    let closed = left.unwrap().close().unwrap();
    let mut expected = performing(0, 0);
    expected.kind.written_off = 1_101;
    assert_eq!(closed, expected);
    assert!(closed.is_empty());
}
