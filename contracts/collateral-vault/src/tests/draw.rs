use super::{after, days, grown, impaired, overdue, parameters, performing, price, NOW};
use crate::loan::Loan;
use crate::Refused;
use finance::{Ratio, Timestamp};
use interfaces::collateral_vault::VaultError;
use interfaces::parameters::CollateralParameters;

const ENORMOUS_POOL: u128 = 1_000_000_000;

fn draw(loan: Loan, amount: u128) -> Result<Loan, Refused> {
    draw_at(loan, amount, NOW)
}

fn draw_at(loan: Loan, amount: u128, now: Timestamp) -> Result<Loan, Refused> {
    after(loan, |loan| loan.draw(amount, now, &parameters()))
}

/// Whether the borrow LTV holds in a pool worth `pool` when collateral is at 5.
fn within(loan: Loan, pool: u128) -> Result<(), Refused> {
    loan.ensure_within_borrow_ltv(price(5), NOW, pool, &parameters())
}

#[test]
fn an_impaired_position_or_one_in_auction_draws_nothing() {
    let refused = draw(impaired(1_000, 500, 500), 100);
    assert_eq!(refused, Err(VaultError::Impaired.into()));
    let mut in_auction = performing(1_000, 500);
    in_auction.position.lots = 1;
    assert_eq!(draw(in_auction, 100), Err(VaultError::InAuction.into()));
}

#[test]
fn a_closed_type_lends_nothing() {
    let closed = CollateralParameters {
        is_open: false,
        ..parameters()
    };
    let refused = performing(1_000, 500).draw(100, NOW, &closed);
    assert_eq!(refused, Err(VaultError::Closed.into()));
}

#[test]
fn no_more_than_the_borrow_ltv_allows() {
    assert_eq!(within(performing(1_000, 3_000), ENORMOUS_POOL), Ok(()));
    assert_eq!(
        within(performing(1_000, 3_001), ENORMOUS_POOL),
        Err(VaultError::AboveBorrowLtv {
            debt: 3_001,
            limit: 3_000, // 1 000 × 5 × 60 %
        }
        .into())
    );
}

#[test]
fn a_debt_that_rounding_lifts_over_the_limit_is_refused() {
    // ⌈999 ÷ 1.7⌉ = 588 and ⌈588 × 1.7⌉ = 1 000, but 333 × 5 × 60 % = 999.
    let drawn = draw(grown(performing(333, 0), 17), 999).unwrap();
    assert_eq!(
        within(drawn, ENORMOUS_POOL),
        Err(VaultError::AboveBorrowLtv {
            debt: 1_000,
            limit: 999
        }
        .into())
    );
}

#[test]
fn the_borrow_ltv_falls_beyond_the_target_share() {
    // 2 500 of a pool: up to 30 % of it nothing changes, at 50 % the limit is 40 % of 5 000.
    let limit = |pool| match within(performing(1_000, 3_001), pool) {
        Err(refused) => match *refused {
            VaultError::AboveBorrowLtv { limit, .. } => limit,
            other => panic!("{other:?}"),
        },
        Ok(()) => panic!("within"),
    };
    assert_eq!(limit(10_004), 3_000); // 30 %, rounded up into the first step
    assert_eq!(limit(7_503), 2_500); // 40 %: half way, 50 %
    assert_eq!(limit(6_002), 2_000); // 50 %
    assert_eq!(limit(1), 2_000); // far beyond
}

#[test]
fn no_draw_passes_the_maximum_share() {
    let maximum = Ratio::from_bps(5_000);
    let check = |pool| performing(1_000, 3_000).ensure_within_maximum_share(pool, &parameters());
    assert_eq!(check(6_000), Ok(()));
    let share = Ratio(500_083_347_224_537_423); // 3 000 ÷ 5 999, rounded up
    let refused = Err(VaultError::AboveMaximumShare { share, maximum }.into());
    assert_eq!(check(5_999), refused);
}

#[test]
fn the_first_draw_of_a_deal_is_possible_although_its_type_is_all_debt_there_is() {
    // 3 000 of 10 000 cash: the type is all of the debt and 30 % of the pool.
    let first = draw(performing(1_000, 0), 3_000).unwrap();
    let pool = 10_000;
    assert_eq!(
        first.ensure_within_maximum_share(pool, &parameters()),
        Ok(())
    );
    assert_eq!(within(first, pool), Ok(()));
}

#[test]
fn a_debt_is_no_smaller_than_the_minimum() {
    let below = Err(VaultError::BelowMinimumDebt { minimum: 100 }.into());
    assert_eq!(draw(performing(1_000, 0), 99), below);
    assert_eq!(draw(performing(1_000, 60), 39), below);
    let drawn = draw(performing(1_000, 60), 40);
    assert_eq!(drawn, Ok(performing(1_000, 100)));
}

#[test]
fn all_that_is_owed_on_the_type_counts_against_its_ceiling() {
    let mut loan = performing(1_000, 0);
    loan.kind.normalised_debt = 9_000; // of others
    loan.kind.stressed.debt = 500;
    assert_eq!(
        draw(loan, 501),
        Err(VaultError::AboveDebtCeiling { ceiling: 10_000 }.into())
    );
    assert!(draw(loan, 500).is_ok());
}

#[test]
fn what_is_drawn_is_normalised_up() {
    let drawn = draw(grown(performing(1_000, 200), 15), 1_000).unwrap();
    assert_eq!(drawn.position.normalised_debt, 200 + 667); // ⌈1 000 ÷ 1.5⌉
    assert_eq!(drawn.position.principal, 200 + 1_000);
    assert_eq!(drawn.kind.normalised_debt, 867);
    assert_eq!(drawn.kind.principal, 1_200);
    assert_eq!(drawn.debt(), Ok(1_301)); // ⌈867 × 1.5 = 1 300.5⌉
}

#[test]
fn the_first_draw_sets_the_term_and_later_ones_keep_it() {
    let first = draw(performing(1_000, 0), 500).unwrap();
    assert_eq!(first.position.due_at, days(30));
    let second = draw_at(first, 500, days(29)).unwrap();
    assert_eq!(second.position.due_at, days(30));
    assert!(draw_at(second, 100, days(30)).is_ok());
    let late = Timestamp(days(30).0 + 1);
    let refused = draw_at(second, 100, late);
    assert_eq!(refused, Err(VaultError::PastTerm.into()));
    // All repaid, the next draw is a new loan.
    let clear = after(second, |loan| loan.repay(1_000, late).map(drop)).unwrap();
    let again = draw_at(clear, 500, late).unwrap();
    assert_eq!(again.position.due_at.0, days(60).0 + 1);
}

#[test]
fn late_charges_count_as_owed_when_collateral_leaves() {
    let loan = overdue(performing(1_000, 2_995));
    assert_eq!(within(loan, ENORMOUS_POOL), Ok(()));
    let refused = loan.ensure_within_borrow_ltv(price(5), days(2), ENORMOUS_POOL, &parameters());
    // 2 995 × 0.1 % × 2 days = 5.99
    assert_eq!(
        refused,
        Err(VaultError::AboveBorrowLtv {
            debt: 3_001,
            limit: 3_000
        }
        .into())
    );
}
