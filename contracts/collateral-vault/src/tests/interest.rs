use super::{performing, seized};
use finance::{Period, Ratio, Timestamp};

fn years(years: u64) -> Timestamp {
    Timestamp(0).plus(Period::from_secs(31_536_000 * years))
}

#[test]
fn the_past_bears_the_rate_that_was_in_force() {
    let loan = performing(0, 1_000_000)
        .at_rate(Ratio::from_bps(1_000))
        .unwrap();
    let year = loan.accrue(years(1)).unwrap();
    assert_eq!(year.debt(), Ok(1_105_171)); // exp(0.1) = 1.105 170 918
    let dearer = year.at_rate(Ratio::from_bps(2_000)).unwrap();
    assert_eq!(dearer.debt(), Ok(1_105_171));
    let next = dearer.accrue(years(2)).unwrap();
    assert_eq!(next.debt(), Ok(1_349_859)); // exp(0.3) = 1.349 858 808
}

#[test]
fn a_second_accrual_at_once_changes_nothing() {
    let loan = performing(0, 1_000_000)
        .at_rate(Ratio::from_bps(1_000))
        .unwrap();
    let year = loan.accrue(years(1)).unwrap();
    assert_eq!(year.accrue(years(1)), Ok(year));
}

#[test]
fn seized_debt_bears_no_interest() {
    let loan = seized(1_000, 4_001, 4_000)
        .at_rate(Ratio::from_bps(1_000))
        .unwrap();
    let year = loan.accrue(years(1)).unwrap();
    assert_eq!(year.debt(), Ok(4_001));
}
