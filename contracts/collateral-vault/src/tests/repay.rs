use super::{grown, performing, seized};
use interfaces::collateral_vault::{Standing, VaultError};

const MINIMUM: u128 = 100;

#[test]
fn a_seized_position_is_not_repaid() {
    let refused = seized(1_000, 500, 500).repay(500, MINIMUM);
    assert_eq!(refused, Err(VaultError::PositionSeized));
}

#[test]
fn there_must_be_a_debt() {
    let refused = performing(1_000, 0).repay(1, MINIMUM);
    assert_eq!(refused, Err(VaultError::NothingOwed));
}

#[test]
fn a_payment_leaves_nothing_or_the_minimum() {
    let loan = performing(1_000, 3_000);
    for (amount, minimum) in [(2_901, 100), (2_999, 100), (1, 3_000)] {
        let refused = loan.repay(amount, minimum);
        assert_eq!(refused, Err(VaultError::BelowMinimumDebt { minimum }));
    }
    let left = performing(1_000, 100);
    assert_eq!(loan.repay(2_900, MINIMUM), Ok((left, 2_900)));
}

#[test]
fn without_a_minimum_anything_may_be_left() {
    let left = performing(1_000, 1);
    assert_eq!(performing(1_000, 3_000).repay(2_999, 0), Ok((left, 2_999)));
}

#[test]
fn more_than_is_owed_is_not_taken() {
    let clear = performing(1_000, 0);
    let loan = performing(1_000, 3_000);
    assert_eq!(loan.repay(5_000, MINIMUM), Ok((clear, 3_000)));
    assert_eq!(loan.repay(3_000, MINIMUM), Ok((clear, 3_000)));
}

#[test]
fn a_debt_below_the_minimum_can_only_be_cleared() {
    let loan = performing(1_000, 60);
    let refused = loan.repay(59, MINIMUM);
    assert_eq!(refused, Err(VaultError::BelowMinimumDebt { minimum: 100 }));
    assert_eq!(loan.repay(60, MINIMUM), Ok((performing(1_000, 0), 60)));
}

#[test]
fn what_is_repaid_is_normalised_down() {
    let loan = grown(performing(1_000, 667), 15);
    assert_eq!(loan.debt(), Ok(1_001)); // ⌈667 × 1.5 = 1 000.5⌉
    let (left, paid) = loan.repay(500, MINIMUM).unwrap();
    assert_eq!(paid, 500);
    let normalised_debt = 667 - 333; // ⌊500 ÷ 1.5⌋
    assert_eq!(
        left.position.standing,
        Standing::Performing { normalised_debt }
    );
    assert_eq!(left.kind.normalised_debt, 334);
    assert_eq!(left.debt(), Ok(501));
}

#[test]
fn the_last_payment_clears_exactly_and_leaves_the_others() {
    let mut loan = grown(performing(1_000, 667), 15);
    loan.kind.normalised_debt = 667 + 10;
    let (left, paid) = loan.repay(1_001, MINIMUM).unwrap();
    assert_eq!(paid, 1_001);
    assert_eq!(
        left.position.standing,
        Standing::Performing { normalised_debt: 0 }
    );
    assert_eq!(left.kind.normalised_debt, 10);
}

#[test]
fn a_payment_too_small_to_count_is_the_pools() {
    let loan = grown(performing(1_000, 667), 15);
    assert_eq!(loan.repay(1, MINIMUM), Ok((loan, 1))); // ⌊1 ÷ 1.5⌋ = 0
}
