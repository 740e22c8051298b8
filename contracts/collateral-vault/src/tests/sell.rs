use super::{account, in_auction, performing, seized};
use finance::debt::Proceeds;
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

/// 4 001 owed, of which 3 900 principal, and 1 000 collateral behind it.
fn with_interest() -> Seized {
    Seized {
        debt: 4_001,
        principal: 3_900,
        mark: 4_000,
        collateral: 1_000,
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
    let (left, _) = seized(1_000, 4_001, 4_000).sell(&sale(250, 900)).unwrap();
    // 4 000 × 750 ÷ 1 000; the penalty of 33 pays no debt.
    assert_eq!(left, seized(750, 3_101, 3_000));
}

#[test]
fn the_mark_rounds_down() {
    let (left, _) = seized(3, 100, 100).sell(&sale(1, 10)).unwrap();
    assert_eq!(left, seized(2, 90, 66)); // 100 × 2 ÷ 3
}

#[test]
fn the_mark_is_no_higher_than_what_is_left_of_the_debt() {
    let (left, _) = seized(1_000, 4_001, 4_000).sell(&sale(100, 1_000)).unwrap();
    let expected = Seized {
        debt: 3_001,
        principal: 3_001,
        mark: 3_001, // 4 000 × 751 ÷ 1 000 = 3 004
        collateral: 751,
    };
    assert_eq!(left, in_auction(900, expected));
}

#[test]
fn collateral_that_a_good_sale_leaves_over_backs_nothing() {
    let share = |collateral, debt| {
        let (left, _) = seized(1_000, 4_000, 4_000)
            .sell(&sale(collateral, debt))
            .unwrap();
        assert_eq!(left.kind.seized, left.seized().unwrap());
        (left.position.collateral, left.kind.seized.collateral)
    };
    // 1 000 collateral for a debt of 4 000 is a quarter of what is owed; 500 is more than a quarter of 1 500.
    assert_eq!(share(500, 2_500), (500, 375));
    assert_eq!(share(500, 2_000), (500, 500));
    assert_eq!(share(500, 1_500), (500, 500));
    assert_eq!(share(500, 2_499), (500, 376)); // ⌈1 501 ÷ 4⌉
    assert_eq!(share(0, 4_000), (1_000, 0));
}

#[test]
fn what_backs_nothing_any_more_never_backs_again() {
    let good = seized(1_000, 4_000, 4_000)
        .sell(&sale(500, 2_500))
        .unwrap()
        .0;
    // 375 × 1 400 ÷ 1 500, though 400 are held.
    let bad = good.sell(&sale(100, 100)).unwrap().0;
    let expected = Seized {
        debt: 1_400,
        principal: 1_400,
        mark: 1_400, // 1 500 × 350 ÷ 375
        collateral: 350,
    };
    assert_eq!(bad, in_auction(400, expected));
}

#[test]
fn while_only_the_penalty_is_due_nothing_is_backed() {
    let paid_down = seized(1_000, 4_000, 4_000)
        .sell(&sale(800, 4_000))
        .unwrap()
        .0;
    assert_eq!(paid_down, in_auction(200, Seized::default()));
    let (left, proceeds) = paid_down.sell(&sale(50, 0)).unwrap();
    assert_eq!(left, in_auction(150, Seized::default()));
    let nothing = Proceeds {
        principal: 0,
        interest: 0,
    };
    assert_eq!(proceeds, nothing);
    assert_eq!(left.close(), Ok(performing(150, 0)));
}

#[test]
fn principal_is_recovered_before_interest() {
    let lot = in_auction(1_000, with_interest());
    let (left, first) = lot.sell(&sale(500, 3_800)).unwrap();
    assert_eq!((first.principal, first.interest), (3_800, 0));
    assert_eq!(left.kind.seized.principal, 100);
    let (left, second) = left.sell(&sale(100, 150)).unwrap();
    assert_eq!((second.principal, second.interest), (100, 50));
    assert_eq!(left.kind.seized.principal, 0);
    let (left, third) = left.sell(&sale(100, 51)).unwrap();
    assert_eq!((third.principal, third.interest), (0, 51));
    assert_eq!(left.close(), Ok(performing(300, 0)));
}

#[test]
fn principal_that_was_not_recovered_is_written_off_with_the_rest() {
    let lot = in_auction(1_000, with_interest());
    let (left, _) = lot.sell(&sale(1_000, 1_000)).unwrap();
    assert_eq!(left.kind.seized.principal, 2_900);
    let mut expected = performing(0, 0);
    expected.kind.written_off = 3_001;
    assert_eq!(left.close(), Ok(expected));
}

#[test]
fn the_other_lots_of_the_type_stay_as_they_are() {
    let mut loan = seized(1_000, 4_001, 4_000);
    loan.kind.held += 500 + 50;
    loan.kind.seized = Seized {
        debt: 4_001 + 90,
        principal: 4_001 + 70,
        mark: 4_000 + 80,
        collateral: 1_000 + 50,
    };
    let (left, _) = loan.sell(&sale(250, 900)).unwrap();
    assert_eq!(left.kind.held, 750 + 500 + 50);
    let expected = Seized {
        debt: 3_101 + 90,
        principal: 3_101 + 70,
        mark: 3_000 + 80,
        collateral: 750 + 50,
    };
    assert_eq!(left.kind.seized, expected);
    let others = Seized {
        debt: 90,
        principal: 70,
        mark: 80,
        collateral: 50,
    };
    assert_eq!(left.close().unwrap().kind.seized, others);
}

#[test]
fn a_closed_sale_without_debt_returns_what_is_left() {
    let (left, _) = seized(1_000, 4_001, 4_000).sell(&sale(900, 4_001)).unwrap();
    assert_eq!(left.close(), Ok(performing(100, 0)));
}

#[test]
fn a_closed_sale_writes_off_what_is_owed() {
    let (left, _) = seized(1_000, 4_001, 4_000)
        .sell(&sale(1_000, 2_900))
        .unwrap();
    let closed = left.close().unwrap();
    let mut expected = performing(0, 0);
    expected.kind.written_off = 1_101;
    assert_eq!(closed, expected);
    assert!(closed.is_empty());
}
