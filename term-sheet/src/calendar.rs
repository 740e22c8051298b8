//! Moments in UTC, as they are written and as they are shown.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use finance::Timestamp;

/// Reads `2020-03-12T10:00:00Z`; the seconds and the `Z` may be missing, a space may stand for the `T`,
/// and a date alone is its first moment.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim_end_matches('Z').replace(' ', "T");
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let mut moments = formats
        .iter()
        .map(|format| NaiveDateTime::parse_from_str(&text, format));
    let moment = moments.find_map(Result::ok).or_else(|| {
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
        Some(date.and_time(NaiveTime::MIN))
    })?;
    u64::try_from(moment.and_utc().timestamp_millis())
        .ok()
        .map(Timestamp)
}

/// Writes a moment so that [`read`] finds it again, to the second.
pub fn write(moment: Timestamp) -> String {
    Moment::from(moment)
        .0
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// Reads milliseconds since the Unix epoch, the chain's own way of telling time.
pub fn read_milliseconds(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp)
}

/// A moment to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Moment(DateTime<Utc>);

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        let milliseconds = i64::try_from(moment.0).unwrap_or(i64::MAX);
        Self(DateTime::from_timestamp_millis(milliseconds).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

impl Moment {
    /// `12 Mar`.
    pub fn day(&self) -> String {
        self.0.format("%-d %b").to_string()
    }

    /// `12 Mar 2020`.
    pub fn date(&self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }
}

/// `12 Mar 10:00`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(&self.0.format("%-d %b %H:%M").to_string())
    }
}
