//! Moments in UTC, read and written without a time zone database.

use std::fmt;

use finance::Timestamp;

const DAY: u64 = 86_400_000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads `2020-03-12T10:00:00Z`; the seconds and the `Z` may be missing, and a space may stand for the `T`.
pub fn read(text: &str) -> Option<Timestamp> {
    let (date, time) = text.trim_end_matches('Z').split_once(['T', ' '])?;
    let [year, month, day] = numbers(date, '-')?[..] else {
        return None;
    };
    let (hour, minute, second) = match numbers(time, ':')?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let real = (1970..10_000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let seconds = hour * 3_600 + minute * 60 + second;
    real.then(|| Timestamp(days_before(year, month, day) * DAY + seconds * 1_000))
}

fn numbers(text: &str, separator: char) -> Option<Vec<u64>> {
    text.split(separator)
        .map(|number| number.parse().ok())
        .collect()
}

fn is_leap(year: u64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before(year: u64, month: u64, day: u64) -> u64 {
    let years: u64 = (1970..year)
        .map(|year| 365 + u64::from(is_leap(year)))
        .sum();
    let months: u64 = (1..month).map(|month| days_in_month(year, month)).sum();
    years + months + day - 1
}

/// A moment to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
}

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        let mut day = moment.0 / DAY;
        let mut year = 1970;
        while day >= 365 + u64::from(is_leap(year)) {
            day -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        while day >= days_in_month(year, month) {
            day -= days_in_month(year, month);
            month += 1;
        }
        let minutes = moment.0 % DAY / 60_000;
        Self {
            year,
            month,
            day: day + 1,
            hour: minutes / 60,
            minute: minutes % 60,
        }
    }
}

impl Moment {
    /// `12 Mar`.
    pub fn day(&self) -> String {
        let month = usize::try_from(self.month - 1).ok();
        let name = month.and_then(|month| MONTHS.get(month)).unwrap_or(&"");
        format!("{} {name}", self.day)
    }

    /// `12 Mar 2020`.
    pub fn date(&self) -> String {
        format!("{} {}", self.day(), self.year)
    }
}

/// `12 Mar 10:00`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let text = format!("{} {:02}:{:02}", self.day(), self.hour, self.minute);
        f.pad(&text)
    }
}
