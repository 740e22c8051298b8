//! The median of several reports.

use crate::fixed::Price;

/// The median of `prices`: the middle one, or the mean of the two in the middle, rounded down.
///
/// No single reporter moves it beyond its neighbours. `None` for an empty set.
pub fn median(prices: &[Price]) -> Option<Price> {
    let Price(low) = ranked(prices, prices.len().checked_sub(1)? / 2)?;
    let Price(high) = ranked(prices, prices.len() / 2)?;
    Some(Price(low.checked_add(high.checked_sub(low)? / 2)?))
}

/// The value with `rank` others before it when they are in ascending order; `None` if there are not that many.
///
/// O(n²): reports are few, and counting takes a tenth of the code of sorting.
pub fn ranked<T: Copy + Ord>(values: &[T], rank: usize) -> Option<T> {
    let is_there = |value: &&T| {
        let up_to = values.iter().filter(|other| other <= value).count();
        let before = values.iter().filter(|other| other < value).count();
        (before..up_to).contains(&rank)
    };
    values.iter().find(is_there).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn of(prices: &[u128]) -> Option<u128> {
        let prices: Vec<_> = prices.iter().copied().map(Price).collect();
        median(&prices).map(|price| price.0)
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
        fn ranks_are_places_in_ascending_order(mut values: Vec<u8>, rank in 0usize..20) {
            let found = ranked(&values, rank);
            values.sort_unstable();
            prop_assert_eq!(found, values.get(rank).copied());
        }
    }
}
