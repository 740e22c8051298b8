use super::{grown, performing, seized};
use finance::debt::Proceeds;
use finance::MathError;
use interfaces::collateral_vault::{Standing, VaultError};

const MINIMUM: u128 = 100;

fn proceeds(principal: u128, interest: u128) -> Proceeds {
    Proceeds {
        principal,
        interest,
    }
}

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
    assert_eq!(loan.repay(2_900, MINIMUM), Ok((left, proceeds(2_900, 0))));
}

#[test]
fn without_a_minimum_anything_may_be_left() {
    let left = performing(1_000, 1);
    assert_eq!(
        performing(1_000, 3_000).repay(2_999, 0),
        Ok((left, proceeds(2_999, 0)))
    );
}

#[test]
fn more_than_is_owed_is_not_taken() {
    let clear = performing(1_000, 0);
    let loan = performing(1_000, 3_000);
    assert_eq!(loan.repay(5_000, MINIMUM), Ok((clear, proceeds(3_000, 0))));
    assert_eq!(loan.repay(3_000, MINIMUM), Ok((clear, proceeds(3_000, 0))));
}

#[test]
fn a_debt_below_the_minimum_can_only_be_cleared() {
    let loan = performing(1_000, 60);
    let refused = loan.repay(59, MINIMUM);
    assert_eq!(refused, Err(VaultError::BelowMinimumDebt { minimum: 100 }));
    let clear = performing(1_000, 0);
    assert_eq!(loan.repay(60, MINIMUM), Ok((clear, proceeds(60, 0))));
}

#[test]
fn what_is_repaid_is_normalised_down() {
    let loan = grown(performing(1_000, 667), 15);
    assert_eq!(loan.debt(), Ok(1_001)); // ⌈667 × 1.5 = 1 000.5⌉
    let (left, paid) = loan.repay(500, MINIMUM).unwrap();
    assert_eq!(paid, proceeds(166, 334)); // interest 1 001 − 667
    let standing = Standing::Performing {
        normalised_debt: 667 - 333, // ⌊500 ÷ 1.5⌋
        principal: 667 - 166,
    };
    assert_eq!(left.position.standing, standing);
    assert_eq!(left.kind.normalised_debt, 334);
    assert_eq!(left.kind.principal, 501);
    assert_eq!(left.debt(), Ok(501));
}

#[test]
fn the_last_payment_clears_exactly_and_leaves_the_others() {
    let mut loan = grown(performing(1_000, 667), 15);
    loan.kind.normalised_debt = 667 + 10;
    loan.kind.principal = 667 + 9;
    let (left, paid) = loan.repay(1_001, MINIMUM).unwrap();
    assert_eq!(paid, proceeds(667, 334));
    assert_eq!(left.position.standing, Standing::CLEAR);
    assert_eq!(left.kind.normalised_debt, 10);
    assert_eq!(left.kind.principal, 9);
}

#[test]
fn a_payment_too_small_to_count_is_the_pools() {
    let loan = grown(performing(1_000, 667), 15);
    assert_eq!(loan.repay(1, MINIMUM), Ok((loan, proceeds(0, 1)))); // ⌊1 ÷ 1.5⌋ = 0
}

#[test]
fn interest_is_paid_before_principal() {
    let loan = grown(performing(1_000, 1_000), 12); // owes 1 200
    let paid = |amount| loan.repay(amount, MINIMUM).unwrap();
    let (left, only_interest) = paid(200);
    assert_eq!(only_interest, proceeds(0, 200));
    assert_eq!(left.performing(), Ok((1_000 - 166, 1_000))); // ⌊200 ÷ 1.2⌋
    assert_eq!(left.kind.principal, 1_000);
    // 834 × 1.2 = 1 000.8 rounds up to 1 001: a unit more than the principal is interest again.
    let (left, then_principal) = left.repay(300, MINIMUM).unwrap();
    assert_eq!(then_principal, proceeds(299, 1));
    assert_eq!(left.performing(), Ok((834 - 250, 701)));
    assert_eq!(paid(900).1, proceeds(700, 200));
}

#[test]
fn less_than_the_interest_leaves_the_principal() {
    let loan = grown(performing(1_000, 1_000), 12);
    let (left, paid) = loan.repay(60, MINIMUM).unwrap();
    assert_eq!(paid, proceeds(0, 60));
    assert_eq!(left.performing(), Ok((1_000 - 50, 1_000)));
    assert_eq!(left.debt(), Ok(1_140));
}

#[test]
fn more_principal_than_the_type_has_is_refused() {
    let mut loan = performing(1_000, 500);
    loan.kind.principal = 499;
    let refused = loan.repay(500, MINIMUM);
    assert_eq!(refused, Err(VaultError::Math(MathError::Underflow)));
}
