//! Which price counts: a jump is held until it is confirmed.

use crate::fixed::{Price, Ratio, Rounding};
use crate::time::{Period, Timestamp};

/// When a change of the median is a jump, and how long it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most that the price may move from where it was when the last window began.
    pub max_deviation: Ratio,
    /// How long a jump is held, and how long a window is. With none, no jump is ever held.
    pub delay: Period,
}

/// What became of the medians of an asset so far.
///
/// A median within the limit of the *anchor* counts at once. One beyond it is held: the price that counted before
/// stays, the median is *pending*, and it counts if it comes back. When the delay is over the median of that moment
/// counts, whatever it is. The first median of all is held too, as there is nothing to measure it by.
///
/// The anchor is the price at the beginning of a window that is as long as the delay. So whoever commands a quorum
/// cannot walk the price further in small steps than one step takes him, in the time that a jump would be held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Course {
    /// The last price that counted; zero if none ever did.
    pub price: Price,
    /// What jumps are measured from.
    anchor: Price,
    /// Since when.
    anchored_at: Timestamp,
    /// The exponential moving average of the price.
    pub average: Price,
    /// Up to when.
    averaged_at: Timestamp,
    /// Since when a jump is held.
    pub held_since: Option<Timestamp>,
}

impl Course {
    /// The median was seen to be `median`.
    pub fn step(&mut self, median: Price, limit: Limit, now: Timestamp) {
        if now >= self.anchored_at.plus(limit.delay) {
            self.anchor_at(self.price, now);
        }
        // As long as no price counted the anchor is zero, and nothing is near.
        if !self.is_near(median, limit.max_deviation) {
            let since = *self.held_since.get_or_insert(now);
            if now < since.plus(limit.delay) {
                return;
            }
            self.anchor_at(median, now);
        }
        if self.price == Price::ZERO {
            self.average = median;
        }
        self.price = median;
        self.held_since = None;
    }

    fn anchor_at(&mut self, price: Price, now: Timestamp) {
        self.anchor = price;
        self.anchored_at = now;
    }

    fn is_near(&self, median: Price, max_deviation: Ratio) -> bool {
        let allowed = max_deviation.of(self.anchor.0, Rounding::Down);
        let distance = median.0.abs_diff(self.anchor.0);
        allowed.map_or(true, |allowed| distance <= allowed)
    }

    /// Brings the average up to `now`, in which the price was what it is:
    /// `price + (average − price) × (1 − 1 ÷ averaging)^seconds`, every step of the distance rounded down. A time cut in
    /// pieces gives the same average but for rounding.
    pub fn bring_average(&mut self, averaging: Period, now: Timestamp) {
        let (seconds, averaged_at) = self.averaged_at.whole_secs_until(now);
        self.averaged_at = averaged_at;
        let (price, average) = (self.price.0, self.average.0);
        let distance = shrunk(average.abs_diff(price), averaging.whole_secs(), seconds);
        self.average = Price(match average > price {
            true => price.wrapping_add(distance),
            false => price.wrapping_sub(distance),
        });
    }
}

/// `distance × (1 − 1 ÷ averaging)^seconds`, every step rounded down: never more than `distance`.
fn shrunk(mut distance: u128, averaging: u64, mut seconds: u64) -> u128 {
    let kept = Ratio::from_fraction(
        averaging.saturating_sub(1).into(),
        averaging.into(),
        Rounding::Down,
    );
    let mut kept = kept.unwrap_or_default();
    // A share is at most one, so the products fit.
    let part = |kept: Ratio, amount| kept.of(amount, Rounding::Down).unwrap_or(0);
    while seconds > 0 && distance > 0 {
        if seconds & 1 == 1 {
            distance = part(kept, distance);
        }
        kept = Ratio(part(kept, kept.0));
        seconds >>= 1;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp(1_700_000_000_000);
    const HOUR: u64 = 3_600;
    const LIMIT: Limit = Limit {
        max_deviation: Ratio::from_bps(1_000),
        delay: Period::from_secs(HOUR),
    };

    fn at(seconds: u64) -> Timestamp {
        START.plus(Period::from_secs(seconds))
    }

    /// The course after these medians at these seconds.
    fn after(medians: &[(u128, u64)]) -> Course {
        let mut course = Course::default();
        for (median, seconds) in medians {
            course.step(Price(*median), LIMIT, at(*seconds));
        }
        course
    }

    /// What counts, and since when something else is held.
    fn standing(medians: &[(u128, u64)]) -> (Option<u128>, Option<Timestamp>) {
        let Course {
            price, held_since, ..
        } = after(medians);
        (Some(price.0).filter(|price| *price > 0), held_since)
    }

    #[test]
    fn the_first_price_waits_as_well() {
        assert_eq!(standing(&[(100, 0)]), (None, Some(START)));
        assert_eq!(standing(&[(100, 0), (70, HOUR - 1)]), (None, Some(START)));
        assert_eq!(standing(&[(100, 0), (70, HOUR)]), (Some(70), None));
    }

    #[test]
    fn up_to_the_limit_counts_at_once_and_beyond_it_is_held() {
        let live = [(100, 0), (100, HOUR)];
        let then = |median| standing(&[live[0], live[1], (median, HOUR + 1)]);
        for near in [90, 100, 110] {
            assert_eq!(then(near), (Some(near), None));
        }
        for far in [0, 60, 89, 111, u128::MAX] {
            assert_eq!(then(far), (Some(100), Some(at(HOUR + 1))));
        }
    }

    #[test]
    fn at_the_end_of_the_delay_the_median_of_that_moment_counts() {
        let held = [(100, 0), (100, HOUR), (60, 2 * HOUR)];
        let then = |median, seconds| standing(&[held[0], held[1], held[2], (median, seconds)]);
        assert_eq!(then(55, 3 * HOUR - 1), (Some(100), Some(at(2 * HOUR))));
        for whatever in [1, 55, 100, 300] {
            assert_eq!(then(whatever, 3 * HOUR), (Some(whatever), None));
        }
    }

    #[test]
    fn a_jump_that_comes_back_was_none() {
        let back = [(100, 0), (100, HOUR), (60, 2 * HOUR), (95, 2 * HOUR + 9)];
        assert_eq!(standing(&back), (Some(95), None));
        // And the next one waits anew.
        let again = [&back[..], &[(60, 2 * HOUR + 10), (60, 3 * HOUR)]].concat();
        assert_eq!(standing(&again), (Some(95), Some(at(2 * HOUR + 10))));
    }

    #[test]
    fn small_steps_get_no_further_than_one() {
        let mut steps = vec![(1_000, 0), (1_000, HOUR)];
        // Ten per cent lower every second.
        steps.extend((1..20u32).map(|step| {
            (
                1_000 * 9u128.pow(step) / 10u128.pow(step),
                HOUR + u64::from(step),
            )
        }));
        assert_eq!(standing(&steps), (Some(900), Some(at(HOUR + 2))));
    }

    #[test]
    fn a_new_window_begins_at_the_price_of_its_beginning() {
        let walk = [(100, 0), (100, HOUR), (110, HOUR + 1), (121, 2 * HOUR)];
        assert_eq!(standing(&walk), (Some(121), None));
        let further = [&walk[..], &[(122, 2 * HOUR + 1)]].concat();
        assert_eq!(standing(&further), (Some(121), Some(at(2 * HOUR + 1))));
    }

    #[test]
    fn without_a_delay_every_median_counts() {
        let free = Limit {
            max_deviation: Ratio::ZERO,
            delay: Period(0),
        };
        let mut course = Course::default();
        for median in [100, 1] {
            course.step(Price(median), free, START);
            assert_eq!((course.price, course.held_since), (Price(median), None));
        }
    }

    /// The average of a price that was 1000 until the start and is `price` since then.
    fn average(price: u128, averaging: u64, pieces: &[u64]) -> u128 {
        let mut course = Course {
            price: Price(price),
            average: Price(1_000_000),
            averaged_at: START,
            ..Course::default()
        };
        for seconds in pieces {
            course.bring_average(Period::from_secs(averaging), at(*seconds));
        }
        course.average.0
    }

    #[test]
    fn the_average_begins_at_the_first_price() {
        let live = [(100, 0), (70, HOUR), (72, HOUR + 1)];
        assert_eq!(after(&live[..1]).average, Price(0));
        for seen in 2..=3 {
            assert_eq!(after(&live[..seen]).average, Price(70));
        }
    }

    #[test]
    fn the_average_moves_two_thirds_of_the_way_in_one_period() {
        // (1 − 1/3600)^3600 = 0.367 828…, and a unit lost in four factors.
        assert_eq!(average(2_000_000, HOUR, &[HOUR]), 2_000_000 - 367_827);
        assert_eq!(average(0, HOUR, &[HOUR]), 367_827);
        // The distance is rounded down, and after a hundred periods nothing is left of it.
        assert_eq!(average(0, HOUR, &[100 * HOUR]), 0);
        assert_eq!(average(0, 1, &[1]), 0);
        assert_eq!(average(0, HOUR, &[0]), 1_000_000);
    }

    proptest! {
        #[test]
        fn a_time_cut_in_pieces_gives_the_same_average(
            price in 0u64.., first in 0u64..100_000, second in 0u64..100_000,
        ) {
            let whole = average(price.into(), HOUR, &[first + second]);
            let parts = average(price.into(), HOUR, &[first, first + second]);
            // A unit of the last decimal for each of 2 × 17 steps and second.
            let tolerance = 2 + u128::from(price) / 100_000_000_000;
            prop_assert!(whole.abs_diff(parts) <= tolerance, "{whole} and {parts}");
        }

        /// Whatever is reported: a price moves by more than the limit only after the delay.
        #[test]
        fn nothing_jumps_before_its_time(medians in proptest::collection::vec((1u128..1_000, 1u64..HOUR), 1..60)) {
            let mut now = 0;
            let mut course = after(&[(500, 0), (500, HOUR)]);
            for (median, pause) in medians {
                now += pause;
                let (before, since) = (course.price.0, course.held_since);
                course.step(Price(median), LIMIT, at(HOUR + now));
                let moved = course.price.0.abs_diff(before);
                let is_due = since.is_some_and(|since| at(HOUR + now) >= since.plus(LIMIT.delay));
                // Within a window both ends of a move are within a tenth of one anchor.
                prop_assert!(is_due || moved <= before * 2 / 9 + 1);
            }
        }
    }
}
