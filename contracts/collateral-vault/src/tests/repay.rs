use super::{days, grown, impaired, overdue, performing, with, NOW};
use crate::loan::Loan;
use crate::Refused;
use finance::debt::Proceeds;
use finance::{MathError, Timestamp};
use interfaces::collateral_vault::{Stressed, VaultError};

fn proceeds(principal: u128, interest: u128) -> Proceeds {
    Proceeds {
        principal,
        interest,
    }
}

fn repay(loan: Loan, amount: u128) -> Result<(Loan, Proceeds), Refused> {
    repay_at(loan, amount, NOW)
}

fn repay_at(loan: Loan, amount: u128, now: Timestamp) -> Result<(Loan, Proceeds), Refused> {
    with(loan, |loan| loan.repay(amount, now))
}

#[test]
fn there_must_be_a_debt() {
    let refused = repay(performing(1_000, 0), 1);
    assert_eq!(refused, Err(VaultError::NothingOwed.into()));
}

#[test]
fn a_payment_leaves_nothing_or_the_minimum() {
    let loan = performing(1_000, 3_000);
    for amount in [2_901, 2_999] {
        let refused = repay(loan, amount);
        assert_eq!(
            refused,
            Err(VaultError::BelowMinimumDebt { minimum: 100 }.into())
        );
    }
    let left = performing(1_000, 100);
    assert_eq!(repay(loan, 2_900), Ok((left, proceeds(2_900, 0))));
}

#[test]
fn more_than_is_owed_is_not_taken() {
    let clear = performing(1_000, 0);
    let loan = performing(1_000, 3_000);
    assert_eq!(repay(loan, 5_000), Ok((clear, proceeds(3_000, 0))));
    assert_eq!(repay(loan, 3_000), Ok((clear, proceeds(3_000, 0))));
}

#[test]
fn a_debt_that_is_below_the_minimum_is_paid_in_parts_too() {
    let loan = performing(1_000, 60);
    let left = performing(1_000, 1);
    assert_eq!(repay(loan, 59), Ok((left, proceeds(59, 0))));
    let clear = performing(1_000, 0);
    assert_eq!(repay(loan, 60), Ok((clear, proceeds(60, 0))));
}

#[test]
fn what_is_repaid_is_normalised_down() {
    let loan = grown(performing(1_000, 667), 15);
    assert_eq!(loan.debt(), Ok(1_001)); // ⌈667 × 1.5 = 1 000.5⌉
    let (left, paid) = repay(loan, 500).unwrap();
    assert_eq!(paid, proceeds(166, 334)); // interest 1 001 − 667
    assert_eq!(left.position.normalised_debt, 667 - 333); // ⌊500 ÷ 1.5⌋
    assert_eq!(left.position.principal, 667 - 166);
    assert_eq!(left.kind.normalised_debt, 334);
    assert_eq!(left.kind.principal, 501);
    assert_eq!(left.debt(), Ok(501));
}

#[test]
fn the_last_payment_clears_exactly_and_leaves_the_others() {
    let mut loan = grown(performing(1_000, 667), 15);
    loan.kind.normalised_debt = 667 + 10;
    loan.kind.principal = 667 + 9;
    let (left, paid) = repay(loan, 1_001).unwrap();
    assert_eq!(paid, proceeds(667, 334));
    assert_eq!(left.position, performing(1_000, 0).position);
    assert_eq!(left.kind.normalised_debt, 10);
    assert_eq!(left.kind.principal, 9);
}

#[test]
fn a_payment_too_small_to_count_is_the_pools() {
    let loan = grown(performing(1_000, 667), 15);
    assert_eq!(repay(loan, 1), Ok((loan, proceeds(0, 1)))); // ⌊1 ÷ 1.5⌋ = 0
}

#[test]
fn interest_is_paid_before_principal() {
    let loan = grown(performing(1_000, 1_000), 12); // owes 1 200
    let (left, only_interest) = repay(loan, 200).unwrap();
    assert_eq!(only_interest, proceeds(0, 200));
    assert_eq!(left.position.normalised_debt, 1_000 - 166); // ⌊200 ÷ 1.2⌋
    assert_eq!(left.kind.principal, 1_000);
    // 834 × 1.2 = 1 000.8 rounds up to 1 001: a unit more than the principal is interest again.
    let (left, then_principal) = repay(left, 300).unwrap();
    assert_eq!(then_principal, proceeds(299, 1));
    assert_eq!(left.position.principal, 701);
    assert_eq!(repay(loan, 900).unwrap().1, proceeds(700, 200));
}

#[test]
fn more_principal_than_the_type_has_is_refused() {
    let mut loan = performing(1_000, 500);
    loan.kind.principal = 499;
    let refused = repay(loan, 500);
    assert_eq!(refused, Err(VaultError::Math(MathError::Underflow).into()));
}

#[test]
fn late_charges_come_first_and_stop_with_the_debt() {
    // 3 000 at a thousandth a day: 30 after ten days.
    let loan = overdue(performing(1_000, 3_000));
    assert_eq!(loan.late(days(10)), Ok(30));
    let (left, paid) = repay_at(loan, 20, days(10)).unwrap();
    assert_eq!(paid, proceeds(0, 20));
    assert_eq!((left.debt(), left.late(days(10))), (Ok(3_000), Ok(10)));
    let (left, paid) = repay_at(left, 1_010, days(10)).unwrap();
    assert_eq!(paid, proceeds(1_000, 10));
    // From here on the smaller debt is charged.
    assert_eq!(left.late(days(15)), Ok(10));
    let (clear, paid) = repay_at(left, u128::MAX, days(15)).unwrap();
    assert_eq!(paid, proceeds(2_000, 10));
    assert_eq!(clear, performing(1_000, 0));
}

#[test]
fn late_charges_round_up() {
    let loan = overdue(performing(1_000, 1));
    assert_eq!(loan.late(NOW), Ok(0));
    assert_eq!(loan.late(Timestamp(NOW.0 + 1)), Ok(1));
}

#[test]
fn principal_of_an_impaired_debt_comes_first() {
    let loan = grown(impaired(1_000, 1_000, 800), 12); // owes 1 200, of which 1 000 count
    let (left, paid) = repay(loan, 900).unwrap();
    assert_eq!(paid, proceeds(900, 0));
    let stressed = Stressed {
        debt: 100,
        principal: 100,
        mark: 80, // 800 × 100 ÷ 1 000
        collateral: 100,
    };
    assert_eq!(left.kind.stressed, stressed);
    assert_eq!(left.debt(), Ok(300));
    // What the pool never counted is paid last.
    let (left, paid) = repay(left, 150).unwrap();
    assert_eq!(paid, proceeds(100, 50));
    assert_eq!(left.kind.stressed, Stressed::default());
    assert_eq!(left.debt(), Ok(150));
    let (clear, paid) = repay(left, 150).unwrap();
    assert_eq!(paid, proceeds(0, 150));
    assert_eq!(clear.position, performing(1_000, 0).position);
}

#[test]
fn late_charges_of_an_impaired_debt_come_last() {
    let loan = overdue(impaired(1_000, 3_000, 2_000));
    let (left, paid) = repay_at(loan, 2_900, days(10)).unwrap();
    assert_eq!(paid, proceeds(2_900, 0));
    assert_eq!((left.debt(), left.late(days(10))), (Ok(100), Ok(30)));
    let refused = repay_at(left, 100, days(10));
    assert_eq!(
        refused,
        Err(VaultError::BelowMinimumDebt { minimum: 100 }.into())
    );
    let (clear, paid) = repay_at(left, 130, days(10)).unwrap();
    assert_eq!(paid, proceeds(100, 30));
    assert_eq!(clear.position, performing(1_000, 0).position);
}

#[test]
fn late_charges_are_not_left_behind_by_a_debt_below_the_minimum() {
    let mut loan = overdue(impaired(1_000, 60, 60));
    let refused = with(loan, |loan| loan.repay(60, days(2)));
    let minimum = 100;
    assert_eq!(
        refused,
        Err(VaultError::BelowMinimumDebt { minimum }.into())
    );
    assert!(loan.repay(59, days(2)).is_ok());
}
