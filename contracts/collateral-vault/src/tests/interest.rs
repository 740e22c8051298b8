use super::{after, impaired, parameters, performing};
use crate::loan::Loan;
use finance::interest::PaceCurve;
use finance::{Period, Rate, Ratio, Timestamp};
use interfaces::parameters::Lending;

fn years(years: u64) -> Timestamp {
    Timestamp(0).plus(Period::from_secs(31_536_000 * years))
}

/// The loan with the interest of so many years.
fn accrued(loan: Loan, time: u64) -> Loan {
    after(loan, |loan| loan.accrue(years(time))).unwrap()
}

fn repriced(loan: Loan, lending: &Lending, pool: u128) -> Loan {
    after(loan, |loan| loan.reprice(lending, pool)).unwrap()
}

fn at_rate(loan: Loan, bps: u32) -> Loan {
    let mut loan = loan;
    loan.kind.index.rate = Rate::from_annual(Ratio::from_bps(bps)).unwrap();
    loan
}

fn lending() -> Lending {
    Lending {
        parameters: parameters(),
        curve: PaceCurve::LEVEL,
        originator_ceiling: 0,
        holds_collateral: false,
    }
}

fn rate(bps: u32) -> Rate {
    Rate::from_annual(Ratio::from_bps(bps)).unwrap()
}

#[test]
fn the_past_bears_the_rate_that_was_in_force() {
    let year = accrued(at_rate(performing(0, 1_000_000), 1_000), 1);
    assert_eq!(year.debt(), Ok(1_105_171)); // exp(0.1) = 1.105 170 918
    let dearer = at_rate(year, 2_000);
    assert_eq!(dearer.debt(), Ok(1_105_171));
    let next = accrued(dearer, 2);
    assert_eq!(next.debt(), Ok(1_349_859)); // exp(0.3) = 1.349 858 808
}

#[test]
fn a_second_accrual_at_once_changes_nothing() {
    let year = accrued(at_rate(performing(0, 1_000_000), 1_000), 1);
    assert_eq!(accrued(year, 1), year);
}

#[test]
fn an_impaired_debtor_owes_interest_that_the_pool_does_not_count() {
    let loan = at_rate(impaired(1_000, 1_000_000, 4_000), 1_000);
    let year = accrued(loan, 1);
    assert_eq!(year.debt(), Ok(1_105_171));
    assert_eq!(year.counted().unwrap().debt, 1_000_000);
    assert_eq!(year.kind.stressed, loan.kind.stressed);
}

#[test]
fn the_rate_rises_with_the_share_of_the_type_in_the_pool() {
    // Base 10 %, and up to 4 % more between 30 % and 50 % of the pool.
    let at = |pool| {
        let loan = repriced(performing(1_000, 3_000), &lending(), pool);
        loan.kind.index.rate
    };
    assert_eq!(at(10_000), rate(1_000));
    assert_eq!(at(7_500), rate(1_200)); // 40 %
    assert_eq!(at(6_000), rate(1_400));
    assert_eq!(at(3_000), rate(1_400));
    assert_eq!(at(0), rate(1_400));
}

#[test]
fn no_pace_lifts_the_rate_over_its_cap() {
    let mut lending = lending();
    lending.curve.at_full = Ratio::from_bps(40_000);
    lending.parameters.rate_cap = Ratio::from_bps(5_000);
    // 10 % + 4 % would be 56 % at the fastest pace: 12.5 % are 50 %.
    let loan = repriced(performing(1_000, 3_000), &lending, 6_000);
    assert_eq!(loan.kind.index.rate, rate(1_250));
}

#[test]
fn a_touch_notes_what_nobody_is_asked_for_later() {
    let mut lending = lending();
    lending.parameters.minimum_debt = 77;
    let kind = repriced(performing(1_000, 3_000), &lending, 9_000).kind;
    assert_eq!(
        (kind.haircut, kind.minimum_debt),
        (Ratio::from_bps(2_000), 77)
    );
}
