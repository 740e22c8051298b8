use super::{account, days, impaired, overdue, performing, NOW};
use crate::loan::Loan;
use crate::Refused;
use finance::debt::Proceeds;
use interfaces::collateral_vault::{Lot, Sale, Stressed, VaultError};
use interfaces::types::PositionId;

fn sale(collateral: u128, debt: u128) -> Sale {
    Sale {
        to: account(4),
        collateral,
        debt,
        last: false,
        receiver: None,
    }
}

/// A lot of which all collateral backs the debt and all of that is principal.
fn lot(collateral: u128, debt: u128, mark: u128) -> Lot {
    backed(
        collateral,
        Stressed {
            debt,
            principal: debt,
            mark,
            collateral,
        },
    )
}

fn backed(collateral: u128, stressed: Stressed) -> Lot {
    Lot {
        position: PositionId(3),
        collateral,
        stressed,
        uncounted: 0,
    }
}

/// 4 001 owed, of which 3 900 principal, and 1 000 collateral behind it.
fn with_interest() -> Lot {
    let mut lot = lot(1_000, 4_001, 4_000);
    lot.stressed.principal = 3_900;
    lot
}

/// The position `of` these lots besides what it has itself.
fn with_lots(of: Loan, lots: &[Lot]) -> Loan {
    let mut loan = of;
    for lot in lots {
        loan.position.lots += 1;
        loan.kind.held += lot.collateral;
        let total = &mut loan.kind.stressed;
        total.debt += lot.stressed.debt;
        total.principal += lot.stressed.principal;
        total.mark += lot.stressed.mark;
        total.collateral += lot.stressed.collateral;
    }
    loan
}

/// A sale out of the only lot of a position with nothing else.
fn sold(before: Lot, sale: &Sale) -> Result<(Lot, Proceeds), Refused> {
    let mut loan = with_lots(performing(0, 0), &[before]);
    let mut lot = before;
    let proceeds = loan.sell(&mut lot, sale)?;
    assert_eq!(loan, with_lots(performing(0, 0), &[lot]));
    Ok((lot, proceeds))
}

#[test]
fn more_than_the_lot_holds_is_not_sold() {
    let refused = sold(lot(1_000, 4_001, 4_000), &sale(1_001, 4_001));
    assert_eq!(refused, Err(VaultError::InsufficientCollateral.into()));
}

#[test]
fn more_than_is_owed_is_not_accepted() {
    let refused = sold(lot(1_000, 4_001, 4_000), &sale(1_000, 4_002));
    assert_eq!(refused, Err(VaultError::Overpaid.into()));
}

#[test]
fn the_mark_shrinks_with_the_collateral() {
    let (left, _) = sold(lot(1_000, 4_001, 4_000), &sale(250, 900)).unwrap();
    assert_eq!(left, lot(750, 3_101, 3_000)); // 4 000 × 750 ÷ 1 000
}

#[test]
fn the_mark_rounds_down_and_is_no_higher_than_the_debt_left() {
    let (left, _) = sold(lot(3, 100, 100), &sale(1, 10)).unwrap();
    assert_eq!(left, lot(2, 90, 66)); // 100 × 2 ÷ 3
    let (left, _) = sold(lot(1_000, 4_001, 4_000), &sale(100, 1_000)).unwrap();
    let expected = Stressed {
        debt: 3_001,
        principal: 3_001,
        mark: 3_001, // 4 000 × 751 ÷ 1 000 = 3 004
        collateral: 751,
    };
    assert_eq!(left, backed(900, expected));
}

#[test]
fn collateral_that_a_good_sale_leaves_over_backs_nothing() {
    let share = |collateral, debt| {
        let (left, _) = sold(lot(1_000, 4_000, 4_000), &sale(collateral, debt)).unwrap();
        (left.collateral, left.stressed.collateral)
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
    let (good, _) = sold(lot(1_000, 4_000, 4_000), &sale(500, 2_500)).unwrap();
    // 375 × 1 400 ÷ 1 500, though 400 are held.
    let (bad, _) = sold(good, &sale(100, 100)).unwrap();
    let expected = Stressed {
        debt: 1_400,
        principal: 1_400,
        mark: 1_400, // 1 500 × 350 ÷ 375
        collateral: 350,
    };
    assert_eq!(bad, backed(400, expected));
}

#[test]
fn while_only_the_penalty_is_due_nothing_is_backed() {
    let (left, _) = sold(lot(1_000, 4_000, 4_000), &sale(800, 4_000)).unwrap();
    assert_eq!(left, backed(200, Stressed::default()));
    let (left, proceeds) = sold(left, &sale(50, 0)).unwrap();
    assert_eq!(left, backed(150, Stressed::default()));
    assert_eq!(proceeds, Proceeds::default());
}

#[test]
fn principal_is_recovered_before_interest_and_what_never_counted_last() {
    let mut before = with_interest();
    before.uncounted = 60;
    let (left, first) = sold(before, &sale(500, 3_800)).unwrap();
    assert_eq!((first.principal, first.interest), (3_800, 0));
    assert_eq!(left.stressed.principal, 100);
    let (left, second) = sold(left, &sale(100, 150)).unwrap();
    assert_eq!((second.principal, second.interest), (100, 50));
    let (left, third) = sold(left, &sale(100, 101)).unwrap();
    assert_eq!((third.principal, third.interest), (0, 101));
    assert_eq!((left.stressed, left.uncounted), (Stressed::default(), 10));
    assert_eq!(sold(left, &sale(0, 11)), Err(VaultError::Overpaid.into()));
}

/// Closes the only lot of `of`. Returns what is left and what was written off.
fn closed(of: Loan, lot: Lot) -> (Loan, u128) {
    let mut loan = with_lots(of, &[lot]);
    let written_off = loan.close(&lot, NOW).unwrap();
    (loan, written_off)
}

#[test]
fn what_a_lot_leaves_goes_back_to_its_position() {
    let left = backed(150, Stressed::default());
    assert_eq!(closed(performing(0, 0), left), (performing(150, 0), 0));
    assert_eq!(closed(performing(20, 50), left), (performing(170, 50), 0));
}

#[test]
fn what_is_owed_with_nothing_behind_it_is_written_off() {
    let (left, _) = sold(with_interest(), &sale(1_000, 1_000)).unwrap();
    assert_eq!(left.stressed.principal, 2_900);
    let (loan, written_off) = closed(performing(0, 0), left);
    assert_eq!(written_off, 3_001);
    let mut expected = performing(0, 0);
    expected.kind.written_off = 3_001;
    assert_eq!(loan, expected);
    assert!(loan.is_empty());
}

#[test]
fn interest_that_never_counted_is_no_loss() {
    let (mut left, _) = sold(with_interest(), &sale(1_000, 1_000)).unwrap();
    left.uncounted = 77;
    let (_, written_off) = closed(performing(0, 0), left);
    assert_eq!(written_off, 3_001);
}

#[test]
fn a_shortfall_falls_back_on_the_rest_of_the_position() {
    // A lot of 1 000 raised 400: the position has 300 collateral and owes 200 of its own.
    let (left, _) = sold(lot(100, 1_000, 900), &sale(100, 400)).unwrap();
    let (loan, written_off) = closed(performing(300, 200), left);
    assert_eq!(written_off, 0);
    assert_eq!(loan.debt(), Ok(800));
    let stressed = Stressed {
        debt: 800,
        principal: 800,
        mark: 200, // what is left of the lot is worth nothing
        collateral: 300,
    };
    assert_eq!(loan.kind.stressed, stressed);
    assert_eq!(loan.position.impairment.unwrap().stressed, stressed);
    assert_eq!((loan.kind.normalised_debt, loan.kind.principal), (0, 0));
}

#[test]
fn a_shortfall_waits_for_the_other_lots_and_is_written_off_with_the_last() {
    let (first, _) = sold(lot(100, 1_000, 900), &sale(100, 400)).unwrap();
    let second = lot(50, 500, 500);
    let mut loan = with_lots(performing(0, 0), &[first, second]);
    assert_eq!(loan.close(&first, NOW), Ok(0));
    assert_eq!(loan.debt(), Ok(600));
    assert_eq!(loan.kind.stressed.debt, 600 + 500);
    assert_eq!(loan.kind.stressed.mark, 500);

    let mut left = second;
    let all = sale(50, 350);
    loan.sell(&mut left, &all).unwrap();
    assert_eq!(loan.close(&left, NOW), Ok(600 + 150));
    assert!(loan.is_empty());
    assert_eq!(loan.kind.stressed, Stressed::default());
    assert_eq!(loan.kind.written_off, 750);
}

#[test]
fn whatever_else_the_position_has_is_liable_for_a_shortfall() {
    let (left, _) = sold(lot(100, 1_000, 900), &sale(100, 400)).unwrap();
    let (loan, written_off) = closed(performing(7, 0), left);
    assert_eq!((written_off, loan.debt()), (0, Ok(600)));
    assert!(loan.position.impairment.is_some());
}

#[test]
fn an_impaired_position_takes_back_more() {
    let (left, _) = sold(lot(100, 1_000, 900), &sale(100, 400)).unwrap();
    let (loan, _) = closed(impaired(300, 2_000, 1_200), left);
    let stressed = loan.position.impairment.unwrap().stressed;
    assert_eq!((stressed.debt, stressed.mark), (2_600, 1_200));
    assert_eq!(loan.kind.stressed, stressed);
}

#[test]
fn debt_that_comes_back_was_not_late_while_it_was_in_the_lot() {
    let mut lot = lot(100, 9_000, 8_000);
    let mut loan = with_lots(overdue(performing(300, 10_000)), &[lot]);
    loan.sell(&mut lot, &sale(100, 1_000)).unwrap();
    let late = loan.late(days(3));
    loan.close(&lot, days(3)).unwrap();
    assert_eq!(loan.debt(), Ok(10_000 + 8_000));
    assert_eq!(loan.late(days(3)), late);
}

#[test]
fn the_other_lots_of_the_type_stay_as_they_are() {
    let others = Stressed {
        debt: 90,
        principal: 70,
        mark: 80,
        collateral: 50,
    };
    let mut lot = lot(1_000, 4_001, 4_000);
    let mut loan = with_lots(performing(0, 0), &[lot, backed(50, others)]);
    loan.sell(&mut lot, &sale(250, 900)).unwrap();
    assert_eq!(loan.kind.held, 750 + 50);
    assert_eq!(loan.kind.stressed.debt, 3_101 + 90);
    assert_eq!(loan.close(&lot, NOW), Ok(0));
    // Still one lot out: what was owed came back.
    assert_eq!(loan.kind.stressed.debt, 3_101 + 90);
    assert_eq!(loan.position.lots, 1);
}
