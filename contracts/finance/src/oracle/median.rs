//! What feeders said, and the middle of it.

use crate::fixed::Price;
use crate::time::Timestamp;

/// What one feeder last said. By default nothing: of the beginning of time, and never in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Report {
    /// Cash per whole token, scaled 1e18; of a derived asset whole tokens of its base.
    pub price: Price,
    /// When the feeder observed it.
    pub observed_at: Timestamp,
}

/// The median of the prices: the middle one, or the mean of the two in the middle, rounded down.
///
/// No single reporter moves it beyond its neighbours. `None` without reports.
pub fn median(reports: &[Report]) -> Option<Price> {
    let price = |report: &Report| report.price.0;
    let low = ranked(reports, reports.len().checked_sub(1)? / 2, price)?;
    let high = ranked(reports, reports.len() / 2, price)?;
    Some(Price(low.price.0.midpoint(high.price.0)))
}

/// The moment from which on the newest `count` of the reports were made; `None` if there are not that many.
pub fn newest(reports: &[Report], count: usize) -> Option<Timestamp> {
    let older = reports.len().checked_sub(count)?;
    let report = ranked(reports, older, |report| report.observed_at.0.into())?;
    Some(report.observed_at)
}

/// The report whose value has `rank` others before it when they are in ascending order; `None` if there are not that many.
///
/// O(n²): reports are few, and counting takes a tenth of the code of sorting.
fn ranked(reports: &[Report], rank: usize, value: fn(&Report) -> u128) -> Option<&Report> {
    let is_there = |report: &&Report| {
        let up_to = reports.iter().filter(|other| value(other) <= value(report));
        let before = reports.iter().filter(|other| value(other) < value(report));
        (before.count()..up_to.count()).contains(&rank)
    };
    reports.iter().find(is_there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn reports(values: impl IntoIterator<Item = (u128, u64)>) -> Vec<Report> {
        let report = |(price, observed_at)| Report {
            price: Price(price),
            observed_at: Timestamp(observed_at),
        };
        values.into_iter().map(report).collect()
    }

    fn of(prices: &[u128]) -> Option<u128> {
        let reports = reports(prices.iter().map(|price| (*price, 0)));
        median(&reports).map(|price| price.0)
    }

    #[test]
    fn odd_even_one_and_none() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[5]), Some(5));
        assert_eq!(of(&[9, 1, 4]), Some(4));
        assert_eq!(of(&[9, 1, 4, 5]), Some(4));
        assert_eq!(of(&[u128::MAX, u128::MAX]), Some(u128::MAX));
    }

    proptest! {
        #[test]
        fn one_liar_among_three_cannot_leave_the_range_of_the_honest(a: u64, b: u64, lie: u128) {
            let result = of(&[u128::from(a), u128::from(b), lie]).unwrap();
            prop_assert!(u128::from(a.min(b)) <= result && result <= u128::from(a.max(b)));
        }

        #[test]
        fn medians_and_newest_are_those_of_sorted_lists(
            values in proptest::collection::vec((0u128..9, 0u64..9), 1..9), count in 0usize..10,
        ) {
            let reports = reports(values.clone());
            let (mut prices, mut moments): (Vec<_>, Vec<_>) = values.into_iter().unzip();
            prices.sort_unstable();
            let middle = (prices[(prices.len() - 1) / 2] + prices[prices.len() / 2]) / 2;
            prop_assert_eq!(median(&reports), Some(Price(middle)));
            moments.sort_unstable_by(|a, b| b.cmp(a));
            let last = count.checked_sub(1).and_then(|last| moments.get(last).copied());
            prop_assert_eq!(newest(&reports, count), last.map(Timestamp));
        }
    }
}
