//! The median of several reports.

use alloc::vec::Vec;

use crate::fixed::Price;

/// The median of `prices`: the middle one, or the lower of the two in the middle's mean rounded down.
///
/// No single reporter moves it beyond its neighbours. `None` for an empty set.
pub fn median(mut prices: Vec<Price>) -> Option<Price> {
    prices.sort_unstable();
    let upper = prices.len() / 2;
    let lower = prices.len().checked_sub(1)? / 2;
    let (low, high) = (prices.get(lower)?.0, prices.get(upper)?.0);
    Some(Price(low.checked_add(high.checked_sub(low)? / 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(prices: &[u128]) -> Option<u128> {
        median(prices.iter().copied().map(Price).collect()).map(|price| price.0)
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
    }
}
