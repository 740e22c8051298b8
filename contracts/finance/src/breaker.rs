//! The circuit breaker of a liquidation engine, and the clock that stops with it.
//!
//! Source of the levels: Maker's `clip`. That they end by themselves, stop the clock and are used once is ours.

use crate::time::{Period, Timestamp};

/// What a breaker stops, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// New auctions: from level 1 on.
    Open,
    /// Resets: from level 2 on.
    Reset,
    /// Purchases: at level 3.
    Take,
}

/// Stops [`Action`]s for a time. In force from `since` to `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Breaker {
    /// 0 stops nothing, each further level one action more.
    pub level: u8,
    /// When it was put at this level.
    pub since: Timestamp,
    /// When it ends by itself, or ended; zero while it is armed.
    pub until: Timestamp,
    /// How long purchases were stopped before `since`.
    pub stopped: Period,
}

impl Breaker {
    /// The highest level.
    pub const MAX_LEVEL: u8 = 3;
    /// The longest it may be in force.
    pub const MAX_PERIOD: Period = Period::from_secs(6 * 3_600);

    /// The level at `now`.
    pub fn level(&self, now: Timestamp) -> u8 {
        if now < self.until {
            self.level
        } else {
            0
        }
    }

    /// Whether `action` is stopped at `now`.
    pub fn stops(&self, action: Action, now: Timestamp) -> bool {
        let least = match action {
            Action::Open => 1,
            Action::Reset => 2,
            Action::Take => 3,
        };
        self.level(now) >= least
    }

    /// Whether it may be raised: while it is in force, or armed.
    pub fn may_rise(&self, now: Timestamp) -> bool {
        now < self.until || self.until == Timestamp(0)
    }

    /// Ended, and ready to be used again.
    pub fn armed(self, now: Timestamp) -> Self {
        Self {
            until: Timestamp(0),
            ..self.set(0, Period(0), now)
        }
    }

    /// Put at `level` for `period`, or for as long as it has left if it is in force: another level does not
    /// renew it, and level 0 ends it.
    pub fn set(self, level: u8, period: Period, now: Timestamp) -> Self {
        let until = match (level, now < self.until) {
            (0, _) => self.until.min(now),
            (_, true) => self.until,
            (_, false) => now.plus(period.min(Self::MAX_PERIOD)),
        };
        Self {
            level,
            since: now,
            until,
            stopped: self.stopped_until(now),
        }
    }

    /// The auctions' clock: it stands while purchases are stopped.
    pub fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_sub(self.stopped_until(now).0))
    }

    fn stopped_until(&self, now: Timestamp) -> Period {
        let running = match self.level {
            Self::MAX_LEVEL => now.min(self.until).since(self.since),
            _ => Period(0),
        };
        Period(self.stopped.0.saturating_add(running.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Period = Period::from_secs(3_600);

    fn at(hours: u64) -> Timestamp {
        Timestamp(1_000_000 + HOUR.0 * hours)
    }

    fn stopped(breaker: &Breaker, now: Timestamp) -> Vec<Action> {
        let all = [Action::Open, Action::Reset, Action::Take];
        let stopped = all.iter().filter(|action| breaker.stops(**action, now));
        stopped.copied().collect()
    }

    #[test]
    fn each_level_stops_one_action_more() {
        let all = [Action::Open, Action::Reset, Action::Take];
        for level in 0..=3 {
            let breaker = Breaker::default().set(level, HOUR, at(0));
            assert_eq!(stopped(&breaker, at(0)), all[..usize::from(level)]);
        }
    }

    #[test]
    fn it_ends_by_itself_and_lasts_hours_at_most() {
        let breaker = Breaker::default().set(3, Period::from_secs(86_400), at(0));
        assert_eq!(breaker.level(Timestamp(at(6).0 - 1)), 3);
        assert_eq!(breaker.level(at(6)), 0);
    }

    #[test]
    fn another_level_does_not_renew_it() {
        let breaker = Breaker::default().set(1, Period(2 * HOUR.0), at(0));
        let higher = breaker.set(3, Breaker::MAX_PERIOD, at(1));
        assert_eq!((higher.level(at(1)), higher.until), (3, at(2)));
        // Once it has ended, it is another one.
        assert_eq!(higher.set(1, HOUR, at(2)).until, at(3));
    }

    #[test]
    fn it_is_used_once_until_it_is_armed() {
        let never = Breaker::default();
        assert!(never.may_rise(at(0)));
        let breaker = never.set(3, HOUR, at(0));
        assert!(breaker.may_rise(Timestamp(at(1).0 - 1)));
        assert!(!breaker.may_rise(at(1)) && !breaker.may_rise(at(1_000)));
        let lifted = breaker.set(0, HOUR, at(0));
        assert!(!lifted.may_rise(at(0)));
        // Lifting it again does not move its end.
        assert_eq!(lifted.set(0, HOUR, at(3)).until, at(0));
        assert!(lifted.armed(at(3)).may_rise(at(3)));
    }

    #[test]
    fn arming_ends_it_and_loses_nothing_of_the_clock() {
        let breaker = Breaker::default().set(3, Period(4 * HOUR.0), at(0));
        let armed = breaker.armed(at(1));
        assert_eq!((armed.level(at(1)), armed.until), (0, Timestamp(0)));
        assert_eq!(armed.clock(at(10)), at(9));
        let again = armed.set(3, HOUR, at(10));
        assert_eq!(again.clock(at(20)), at(18));
        assert_eq!(again.armed(at(30)).armed(at(31)).clock(at(40)), at(38));
    }

    #[test]
    fn the_clock_stands_while_purchases_are_stopped() {
        let breaker = Breaker::default().set(2, Period(4 * HOUR.0), at(0));
        let breaker = breaker.set(3, HOUR, at(1));
        assert_eq!(breaker.clock(at(1)), at(1));
        assert_eq!(breaker.clock(at(3)), at(1));
        // From 1 to 4, when it ended by itself.
        assert_eq!(breaker.clock(at(30)), at(27));
        let again = breaker.set(3, HOUR, at(30)).set(1, HOUR, at(30));
        assert_eq!(again.clock(at(40)), at(37));
    }
}
