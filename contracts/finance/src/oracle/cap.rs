//! How far the rate of a derived asset may have grown.

use crate::fixed::{mul_div, Price, Rate, Ratio, Rounding};
use crate::time::Timestamp;

/// The most that one whole token of a derived asset (staked tokens, vault shares) may be worth in the asset
/// behind it: a rate that was checked once, and simple growth from then on.
///
/// Whoever can inflate the rate (by a donation, or a bug of the protocol that reports it) gains what an honest
/// holder might have earned meanwhile and no more. A rate may fall without limit. Source: Aave's capped adapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct RateCap {
    /// Whole tokens of the asset behind it per whole token, scaled 1e18.
    pub snapshot: Price,
    /// When that was the rate.
    pub taken_at: Timestamp,
    /// Growth in a year of 365 days.
    pub max_growth: Ratio,
}

impl RateCap {
    /// `snapshot × (1 + max_growth × seconds ÷ year)`, rounded down; at most what 128 bits hold.
    pub fn at(&self, now: Timestamp) -> Price {
        let (seconds, _) = self.taken_at.whole_secs_until(now);
        let year = Rate::SECONDS_PER_YEAR;
        let growth = mul_div(self.max_growth.0, seconds.into(), year, Rounding::Down);
        let grown = growth.and_then(|growth| Ratio(growth).of(self.snapshot.0, Rounding::Down));
        Price(self.snapshot.0.saturating_add(grown.unwrap_or(u128::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Period;

    const START: Timestamp = Timestamp(1_700_000_000_000);
    const YEAR: u64 = 31_536_000;

    fn cap(snapshot: u128, max_growth_bps: u32) -> RateCap {
        RateCap {
            snapshot: Price(snapshot),
            taken_at: START,
            max_growth: Ratio::from_bps(max_growth_bps),
        }
    }

    #[test]
    fn it_grows_in_a_straight_line_from_the_snapshot() {
        // 1.2 at 10 % a year: 0.06 in half a year.
        let cap = cap(1_200_000_000_000_000_000, 1_000);
        let after = |seconds| cap.at(START.plus(Period::from_secs(seconds)));
        assert_eq!(after(0), cap.snapshot);
        assert_eq!(after(YEAR / 2), Price(1_260_000_000_000_000_000));
        assert_eq!(after(2 * YEAR), Price(1_440_000_000_000_000_000));
    }

    #[test]
    fn before_its_snapshot_it_is_the_snapshot() {
        let cap = cap(5, 10_000);
        assert_eq!(cap.at(Timestamp(0)), Price(5));
    }

    #[test]
    fn it_ends_where_amounts_end() {
        let cap = RateCap {
            max_growth: Ratio(u128::MAX),
            ..cap(u128::MAX, 0)
        };
        assert_eq!(cap.at(Timestamp(u64::MAX)), Price(u128::MAX));
    }
}
