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
    /// Where the price stands, once there was one that counts.
    pub live: Option<Live>,
    /// Since when a jump is held.
    pub held_since: Option<Timestamp>,
}

/// A price that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Live {
    /// The last one.
    pub price: Price,
    /// What jumps are measured from.
    anchor: Price,
    /// Since when.
    anchored_at: Timestamp,
    /// The exponential moving average of the price.
    pub average: Price,
    /// Up to when.
    averaged_at: Timestamp,
}

impl Course {
    /// The course after the median was seen to be `median`.
    pub fn step(self, median: Price, limit: Limit, now: Timestamp) -> Self {
        let live = self.live.map(|live| live.anchored(limit.delay, now));
        let since = self.held_since.unwrap_or(now);
        match live {
            Some(live) if live.is_near(median, limit.max_deviation) => Self {
                live: Some(Live {
                    price: median,
                    ..live
                }),
                held_since: None,
            },
            live if now >= since.plus(limit.delay) => Self {
                live: Some(Live::beginning(median, live, now)),
                held_since: None,
            },
            live => Self {
                live,
                held_since: Some(since),
            },
        }
    }

    /// The course with its average brought up to `now`, in which the price was what it is.
    pub fn averaged(self, averaging: Period, now: Timestamp) -> Self {
        let live = self.live.map(|live| live.averaged(averaging, now));
        Self { live, ..self }
    }
}

impl Live {
    /// A price that is its own anchor, with the average of the one `before`.
    fn beginning(price: Price, before: Option<Self>, now: Timestamp) -> Self {
        let (average, averaged_at) = match before {
            Some(before) => (before.average, before.averaged_at),
            None => (price, now),
        };
        Self {
            price,
            anchor: price,
            anchored_at: now,
            average,
            averaged_at,
        }
    }

    /// Begins a window, if the last is over.
    fn anchored(self, window: Period, now: Timestamp) -> Self {
        match now >= self.anchored_at.plus(window) {
            true => Self::beginning(self.price, Some(self), now),
            false => self,
        }
    }

    fn is_near(&self, median: Price, max_deviation: Ratio) -> bool {
        let allowed = max_deviation.of(self.anchor.0, Rounding::Down);
        let distance = median.0.abs_diff(self.anchor.0);
        allowed.map_or(true, |allowed| distance <= allowed)
    }

    /// `price + (average − price) × (1 − 1 ÷ averaging)^seconds`, the distance rounded down: a time cut in pieces gives
    /// the same average but for rounding.
    fn averaged(self, averaging: Period, now: Timestamp) -> Self {
        let (seconds, averaged_at) = self.averaged_at.whole_secs_until(now);
        let kept = what_is_kept(averaging.whole_secs(), seconds);
        let distance = self.average.0.abs_diff(self.price.0);
        // A share is at most one, so the product fits.
        let distance = kept.of(distance, Rounding::Down).unwrap_or(distance);
        let average = match self.average > self.price {
            true => self.price.0.saturating_add(distance),
            false => self.price.0.saturating_sub(distance),
        };
        Self {
            average: Price(average),
            averaged_at,
            ..self
        }
    }
}

/// `(1 − 1 ÷ averaging)^seconds`, every step rounded down.
fn what_is_kept(averaging: u64, seconds: u64) -> Ratio {
    let lost = Ratio::from_fraction(1, averaging.into(), Rounding::Down);
    // Shares are at most one, so their products fit.
    let product = |a: Ratio, b| a.times(b, Rounding::Down).unwrap_or_default();
    let mut base = lost.unwrap_or(Ratio::ONE).complement();
    let (mut kept, mut exponent) = (Ratio::ONE, seconds);
    while exponent > 0 && kept > Ratio::ZERO {
        if exponent & 1 == 1 {
            kept = product(kept, base);
        }
        base = product(base, base);
        exponent >>= 1;
    }
    kept
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
        let step = |course: Course, (median, seconds): &(u128, u64)| {
            course.step(Price(*median), LIMIT, at(*seconds))
        };
        medians.iter().fold(Course::default(), step)
    }

    /// What counts, and since when something else is held.
    fn standing(medians: &[(u128, u64)]) -> (Option<u128>, Option<Timestamp>) {
        let course = after(medians);
        (course.live.map(|live| live.price.0), course.held_since)
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
        let first = Course::default().step(Price(100), free, START);
        assert_eq!(first.live.map(|live| live.price), Some(Price(100)));
        let second = first.step(Price(1), free, START);
        assert_eq!(second.live.map(|live| live.price), Some(Price(1)));
        assert_eq!(second.held_since, None);
    }

    /// The average of a price that was 1000 until the start and is `price` since then.
    fn average(price: u128, averaging: u64, pieces: &[u64]) -> u128 {
        let mut live = Live::beginning(Price(1_000_000), None, START);
        live.price = Price(price);
        for seconds in pieces {
            live = live.averaged(Period::from_secs(averaging), at(*seconds));
        }
        live.average.0
    }

    #[test]
    fn the_average_moves_two_thirds_of_the_way_in_one_period() {
        // (1 − 1/3600)^3600 = 0.367 828…
        assert_eq!(average(2_000_000, HOUR, &[HOUR]), 2_000_000 - 367_828);
        assert_eq!(average(0, HOUR, &[HOUR]), 367_828);
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
                let next = course.step(Price(median), LIMIT, at(HOUR + now));
                let (before, since) = (course.live.unwrap(), course.held_since);
                let moved = next.live.unwrap().price.0.abs_diff(before.price.0);
                let is_due = since.is_some_and(|since| at(HOUR + now) >= since.plus(LIMIT.delay));
                // Within a window both ends of a move are within a tenth of one anchor.
                prop_assert!(is_due || moved <= before.price.0 * 2 / 9 + 1);
                course = next;
            }
        }
    }
}
