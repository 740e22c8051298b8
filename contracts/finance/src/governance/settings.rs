//! What a vote may set: delays, periods and shares, each between a minimum and a maximum.
//!
//! Two-sided, so that no vote can abolish voting: neither by a delay without end nor by a quorum that nobody reaches. The
//! bounds on periods and delays are near those of Compound's `GovernorBravo` and `Timelock`.

use super::ballot::quorum;
use super::proposal::Quorum;
use crate::fixed::{MathError, Ratio, Rounding};
use crate::time::Period;
use core::ops::RangeInclusive;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

const fn seconds(least: u64, most: u64) -> RangeInclusive<Period> {
    Period::from_secs(least)..=Period::from_secs(most)
}

const fn bps(least: u32, most: u32) -> RangeInclusive<Ratio> {
    Ratio::from_bps(least)..=Ratio::from_bps(most)
}

/// Voting delays. Never nothing: who sees a proposal can still gather votes.
pub const VOTING_DELAYS: RangeInclusive<Period> = seconds(HOUR, 7 * DAY);
/// Voting periods.
pub const VOTING_PERIODS: RangeInclusive<Period> = seconds(DAY, 14 * DAY);
/// Shares of the votes that it takes to propose.
pub const THRESHOLDS: RangeInclusive<Ratio> = bps(1, 500);
/// Shares of the votes that make a quorum.
pub const QUORUMS: RangeInclusive<Ratio> = bps(100, 5_000);
/// Shares of the votes that decide before the deadline: more than half, so that nobody can outvote them any more.
pub const SUPER_QUORUMS: RangeInclusive<Ratio> = bps(5_001, 10_000);
/// Delays between success and execution. Long enough to leave, short enough to mend.
pub const DELAYS: RangeInclusive<Period> = seconds(2 * DAY, 30 * DAY);

/// By what a governor goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Settings {
    /// From a proposal to its snapshot: one of [`VOTING_DELAYS`].
    pub voting_delay: Period,
    /// From the snapshot to the deadline: one of [`VOTING_PERIODS`].
    pub voting_period: Period,
    /// From a vote by which a proposal comes to be won late to the new deadline; at most the voting period.
    pub late_extension: Period,
    /// The share of all votes that it takes to propose: one of [`THRESHOLDS`].
    pub threshold: Ratio,
    /// The share of all votes that must be for or abstain: one of [`QUORUMS`].
    pub quorum: Ratio,
    /// The share of all votes that decides before the deadline: one of [`SUPER_QUORUMS`].
    pub super_quorum: Ratio,
    /// From the queue to the execution: one of [`DELAYS`].
    pub delay: Period,
}

/// One setting and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum Setting {
    /// [`Settings::voting_delay`].
    VotingDelay(Period),
    /// [`Settings::voting_period`].
    VotingPeriod(Period),
    /// [`Settings::late_extension`].
    LateExtension(Period),
    /// [`Settings::threshold`].
    Threshold(Ratio),
    /// [`Settings::quorum`].
    Quorum(Ratio),
    /// [`Settings::super_quorum`].
    SuperQuorum(Ratio),
    /// [`Settings::delay`].
    Delay(Period),
}

/// Which setting lies outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum SettingError {
    /// [`VOTING_DELAYS`].
    VotingDelay,
    /// [`VOTING_PERIODS`].
    VotingPeriod,
    /// Above the voting period.
    LateExtension,
    /// [`THRESHOLDS`].
    Threshold,
    /// [`QUORUMS`].
    Quorum,
    /// [`SUPER_QUORUMS`].
    SuperQuorum,
    /// [`DELAYS`].
    Delay,
}

impl Settings {
    /// With one of them changed.
    ///
    /// # Errors
    /// As [`Settings::ensure_valid`].
    pub fn with(mut self, setting: Setting) -> Result<Self, SettingError> {
        match setting {
            Setting::VotingDelay(period) => self.voting_delay = period,
            Setting::VotingPeriod(period) => self.voting_period = period,
            Setting::LateExtension(period) => self.late_extension = period,
            Setting::Threshold(share) => self.threshold = share,
            Setting::Quorum(share) => self.quorum = share,
            Setting::SuperQuorum(share) => self.super_quorum = share,
            Setting::Delay(period) => self.delay = period,
        }
        self.ensure_valid()?;
        Ok(self)
    }

    /// All are within their bounds.
    ///
    /// # Errors
    /// The first that is not.
    pub fn ensure_valid(&self) -> Result<(), SettingError> {
        let is_valid = [
            (
                VOTING_DELAYS.contains(&self.voting_delay),
                SettingError::VotingDelay,
            ),
            (
                VOTING_PERIODS.contains(&self.voting_period),
                SettingError::VotingPeriod,
            ),
            (
                is_extension(self.late_extension, self.voting_period),
                SettingError::LateExtension,
            ),
            (
                THRESHOLDS.contains(&self.threshold),
                SettingError::Threshold,
            ),
            (QUORUMS.contains(&self.quorum), SettingError::Quorum),
            (
                SUPER_QUORUMS.contains(&self.super_quorum),
                SettingError::SuperQuorum,
            ),
            (DELAYS.contains(&self.delay), SettingError::Delay),
        ];
        let first = is_valid.into_iter().find(|(is_valid, _)| !is_valid);
        first.map_or(Ok(()), |(_, error)| Err(error))
    }

    /// The votes that it takes of `supply`: the least rounded down, those that decide early rounded up, to more than half.
    ///
    /// # Errors
    /// [`MathError::Overflow`] for shares above one.
    pub fn quorum_of(&self, supply: u128) -> Result<Quorum, MathError> {
        Ok(Quorum {
            least: quorum(supply, self.quorum.0, Ratio::ONE.0)?,
            early: self.super_quorum.of(supply, Rounding::Up)?,
        })
    }
}

/// Whether a late majority may extend a vote of `voting_period` by so much: no further than by another vote.
pub fn is_extension(extension: Period, voting_period: Period) -> bool {
    extension <= voting_period
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: Settings = Settings {
        voting_delay: Period::from_secs(DAY),
        voting_period: Period::from_secs(3 * DAY),
        late_extension: Period::from_secs(DAY),
        threshold: Ratio::from_bps(100),
        quorum: Ratio::from_bps(400),
        super_quorum: Ratio::from_bps(6_000),
        delay: Period::from_secs(2 * DAY),
    };

    /// Both ends of `bounds` are allowed, one step further is not.
    fn has_bounds<T: Copy>(
        bounds: &RangeInclusive<T>,
        step: fn(T, i64) -> T,
        setting: fn(T) -> Setting,
        error: SettingError,
    ) {
        // The longest extension that any voting period allows.
        let settings = Settings {
            late_extension: Period(0),
            ..VALID
        };
        for end in [*bounds.start(), *bounds.end()] {
            assert!(settings.with(setting(end)).is_ok());
        }
        for beyond in [step(*bounds.start(), -1), step(*bounds.end(), 1)] {
            assert_eq!(settings.with(setting(beyond)), Err(error));
        }
    }

    #[test]
    fn every_setting_has_a_minimum_and_a_maximum() {
        let later = |period: Period, by: i64| Period(period.0.saturating_add_signed(by));
        let more = |ratio: Ratio, by: i64| Ratio(ratio.0.saturating_add_signed(by.into()));
        use SettingError as Error;
        has_bounds(
            &VOTING_DELAYS,
            later,
            Setting::VotingDelay,
            Error::VotingDelay,
        );
        has_bounds(
            &VOTING_PERIODS,
            later,
            Setting::VotingPeriod,
            Error::VotingPeriod,
        );
        has_bounds(&DELAYS, later, Setting::Delay, Error::Delay);
        has_bounds(&THRESHOLDS, more, Setting::Threshold, Error::Threshold);
        has_bounds(&QUORUMS, more, Setting::Quorum, Error::Quorum);
        has_bounds(
            &SUPER_QUORUMS,
            more,
            Setting::SuperQuorum,
            Error::SuperQuorum,
        );
    }

    #[test]
    fn bounds_are_those_that_were_promised() {
        let hours = |range: RangeInclusive<Period>| {
            (range.start().0 / 3_600_000, range.end().0 / 3_600_000)
        };
        assert_eq!(hours(VOTING_DELAYS), (1, 168));
        assert_eq!(hours(VOTING_PERIODS), (24, 336));
        assert_eq!(hours(DELAYS), (48, 720));
        let shares = |range: RangeInclusive<Ratio>| (range.start().0, range.end().0);
        let bps = |number: u128| number * 100_000_000_000_000;
        assert_eq!(shares(THRESHOLDS), (bps(1), bps(500)));
        assert_eq!(shares(QUORUMS), (bps(100), bps(5_000)));
        assert_eq!(shares(SUPER_QUORUMS), (bps(5_001), bps(10_000)));
    }

    #[test]
    fn a_delay_without_end_is_refused() {
        for endless in [Period(u64::MAX), Period::from_secs(31 * DAY)] {
            assert_eq!(
                VALID.with(Setting::Delay(endless)),
                Err(SettingError::Delay)
            );
        }
    }

    #[test]
    fn an_extension_lasts_no_longer_than_a_vote() {
        let extension = |period| VALID.with(Setting::LateExtension(period));
        assert!(extension(VALID.voting_period).is_ok());
        let longer = Period(VALID.voting_period.0 + 1);
        assert_eq!(extension(longer), Err(SettingError::LateExtension));
        // Nor does a shorter vote leave it longer.
        let settings = extension(VALID.voting_period).unwrap();
        let shorter = Setting::VotingPeriod(Period::from_secs(2 * DAY));
        assert_eq!(settings.with(shorter), Err(SettingError::LateExtension));
    }

    #[test]
    fn nobody_can_outvote_a_super_quorum() {
        for supply in [1, 2, 3, 9_999, 10_001, u128::MAX] {
            let settings = Settings {
                super_quorum: *SUPER_QUORUMS.start(),
                ..VALID
            };
            let early = settings.quorum_of(supply).unwrap().early;
            assert!(early > supply - early, "{early} of {supply}");
        }
    }
}
