use super::{grown, market, performing, seized};
use crate::loan::Market;
use interfaces::collateral_vault::{Standing, VaultError};
use interfaces::parameters::CollateralParameters;

#[test]
fn a_seized_position_draws_nothing() {
    let refused = seized(1_000, 500, 500).draw(100, &market());
    assert_eq!(refused, Err(VaultError::PositionSeized));
}

#[test]
fn no_more_than_the_borrow_ltv_allows() {
    let loan = performing(1_000, 1_000);
    assert_eq!(
        loan.draw(2_001, &market()),
        Err(VaultError::AboveBorrowLtv {
            debt: 3_001,
            limit: 3_000, // 1 000 × 5 × 60 %
        })
    );
    assert_eq!(loan.draw(2_000, &market()), Ok(performing(1_000, 3_000)));
}

#[test]
fn a_debt_that_rounding_lifts_over_the_limit_is_refused() {
    // ⌈999 ÷ 1.7⌉ = 588 and ⌈588 × 1.7⌉ = 1 000, but 333 × 5 × 60 % = 999.
    let refused = grown(performing(333, 0), 17).draw(999, &market());
    assert_eq!(
        refused,
        Err(VaultError::AboveBorrowLtv {
            debt: 1_000,
            limit: 999
        })
    );
}

#[test]
fn a_debt_is_no_smaller_than_the_minimum() {
    let below = Err(VaultError::BelowMinimumDebt { minimum: 100 });
    assert_eq!(performing(1_000, 0).draw(99, &market()), below);
    assert_eq!(
        performing(1_000, 0).draw(100, &market()),
        Ok(performing(1_000, 100))
    );
    assert_eq!(performing(1_000, 60).draw(39, &market()), below);
    assert_eq!(
        performing(1_000, 60).draw(40, &market()),
        Ok(performing(1_000, 100))
    );
}

#[test]
fn all_that_is_owed_on_the_type_counts_against_its_ceiling() {
    let mut loan = performing(1_000, 0);
    loan.kind.normalised_debt = 9_000; // of others
    loan.kind.seized.debt = 500;
    assert_eq!(
        loan.draw(501, &market()),
        Err(VaultError::AboveDebtCeiling { ceiling: 10_000 })
    );
    assert!(loan.draw(500, &market()).is_ok());
}

#[test]
fn guards_stand_in_the_documented_order() {
    let closed = Market {
        parameters: CollateralParameters {
            debt_ceiling: 0,
            ..market().parameters
        },
        ..market()
    };
    let loan = performing(10, 0); // 10 × 5 × 60 % = 30
    assert_eq!(
        loan.draw(31, &closed),
        Err(VaultError::AboveBorrowLtv {
            debt: 31,
            limit: 30
        })
    );
    assert_eq!(
        loan.draw(30, &closed),
        Err(VaultError::BelowMinimumDebt { minimum: 100 })
    );
}

#[test]
fn what_is_drawn_is_normalised_up() {
    let drawn = grown(performing(1_000, 200), 15)
        .draw(1_000, &market())
        .unwrap();
    let standing = Standing::Performing {
        normalised_debt: 200 + 667, // ⌈1 000 ÷ 1.5⌉
        principal: 200 + 1_000,
    };
    assert_eq!(drawn.position.standing, standing);
    assert_eq!(drawn.kind.normalised_debt, 867);
    assert_eq!(drawn.kind.principal, 1_200);
    assert_eq!(drawn.debt(), Ok(1_301)); // ⌈867 × 1.5 = 1 300.5⌉
}
