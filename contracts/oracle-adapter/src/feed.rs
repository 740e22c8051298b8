//! The rules of one asset's price.

use finance::median::{median, ranked};
use finance::oracle::answer::CONFIDENCES;
use finance::oracle::course::{Course, Limit};
use finance::oracle::MAX_FUTURE_TOLERANCE;
use finance::{MathError, Period, Price, Rounding, Timestamp};
use ink::prelude::{vec, vec::Vec};
use interfaces::ensure;
use interfaces::oracle_adapter::{
    Feed, FeedTerms, Feeder, Key, OracleError, Quotation, Report, MAX_FEEDERS,
};
use interfaces::types::{AccountId, AssetId};

/// A feed on which nobody has reported.
pub fn new(terms: FeedTerms) -> Feed {
    Feed {
        reports: vec![None; terms.feeders.len()],
        course: Course::default(),
        pending: None,
        terms,
    }
}

/// Whether `asset` can be priced so, where a change of terms waits for `change_delay`.
pub fn ensure_valid(
    terms: &FeedTerms,
    asset: AssetId,
    change_delay: Period,
) -> Result<(), OracleError> {
    let feeders = &terms.feeders;
    ensure!(
        (1..=MAX_FEEDERS).contains(&feeders.len())
            && feeders.iter().all(|feeder| is_valid(feeder, feeders)),
        OracleError::InvalidFeeders
    );
    ensure!(
        (1..=count(feeders)).contains(&terms.quorum),
        OracleError::InvalidQuorum
    );
    let lifetime = terms.max_age.0.saturating_add(terms.future_tolerance.0);
    ensure!(
        terms.heartbeat > Period(0)
            && terms.heartbeat <= terms.max_age
            && terms.future_tolerance <= terms.max_age.min(MAX_FUTURE_TOLERANCE)
            && lifetime.max(terms.hold.0) <= change_delay.0
            && terms.averaging >= Period::from_secs(1),
        OracleError::InvalidAge
    );
    ensure!(
        terms.base.is_none_or(|base| base.asset < asset),
        OracleError::InvalidBase
    );
    Ok(())
}

fn is_valid(feeder: &Feeder, all: &[Feeder]) -> bool {
    let same = all.iter().filter(|other| other.account == feeder.account);
    let is_certain = match &feeder.key {
        Key::Source { max_confidence } => CONFIDENCES.contains(max_confidence),
        _ => true,
    };
    is_certain && same.count() == 1
}

/// Puts what was proposed into force. Feeders who stay keep their reports, and the price before is what jumps are
/// measured from.
pub fn change(feed: &mut Feed, now: Timestamp) -> Result<(), OracleError> {
    let pending = feed.pending.take().ok_or(OracleError::NothingPending)?;
    let effective_at = pending.effective_at;
    ensure!(now >= effective_at, OracleError::TooEarly { effective_at });
    let last = |feeder: &Feeder| {
        let place = place(&feed.terms, &feeder.account)?;
        *feed.reports.get(place)?
    };
    feed.reports = pending.terms.feeders.iter().map(last).collect();
    feed.terms = pending.terms;
    Ok(())
}

/// How `account` reports.
pub fn key(terms: &FeedTerms, account: &AccountId) -> Result<Key, OracleError> {
    let feeder = place(terms, account).and_then(|place| terms.feeders.get(place));
    let feeder = feeder.ok_or(OracleError::NotAFeeder)?;
    Ok(feeder.key)
}

fn place(terms: &FeedTerms, account: &AccountId) -> Option<usize> {
    let mut feeders = terms.feeders.iter();
    feeders.position(|feeder| feeder.account == *account)
}

/// Takes `report` in place of the last one of `account`.
pub fn report(
    feed: &mut Feed,
    account: &AccountId,
    report: Report,
    now: Timestamp,
) -> Result<(), OracleError> {
    let place = place(&feed.terms, account).ok_or(OracleError::NotAFeeder)?;
    ensure!(report.price > Price::ZERO, OracleError::ZeroPrice);
    ensure_in_force(&feed.terms, &report, now)?;
    // What counted until now, before the report changes the median.
    feed.course = course(feed, now).averaged(feed.terms.averaging, now);
    let slot = feed.reports.get_mut(place).ok_or(OracleError::NotAFeeder)?;
    if let Some(last) = slot.map(|last| last.observed_at) {
        ensure!(report.observed_at > last, OracleError::NotNewer { last });
    }
    *slot = Some(report);
    feed.course = course(feed, now);
    Ok(())
}

/// The course as far as it goes without another report.
fn course(feed: &Feed, now: Timestamp) -> Course {
    match basis(feed, now) {
        Ok(basis) => feed.course.step(basis.median, limit(&feed.terms), now),
        Err(_) => feed.course,
    }
}

/// The median of the reports in force, if they reach the quorum, and what counts meanwhile if it is held.
pub fn quotation(feed: &Feed, now: Timestamp) -> Result<Quotation, OracleError> {
    let basis = basis(feed, now)?;
    let course = feed.course.step(basis.median, limit(&feed.terms), now);
    let held_until = ends_at(&course, &feed.terms);
    let live = course.live.ok_or(OracleError::Held {
        until: held_until.unwrap_or(now),
    })?;
    // Unless it is held the median is the live price.
    Ok(Quotation {
        price: live.price,
        low: live.price.min(basis.median),
        high: live.price.max(basis.median),
        average: live.average,
        oldest: basis.oldest,
        reports: basis.reports,
        held_until,
        late: now.since(basis.oldest) > feed.terms.heartbeat,
    })
}

/// When what is held will count.
pub fn ends_at(course: &Course, terms: &FeedTerms) -> Option<Timestamp> {
    course.held_since.map(|since| since.plus(terms.hold))
}

fn limit(terms: &FeedTerms) -> Limit {
    Limit {
        max_deviation: terms.max_deviation,
        delay: terms.hold,
    }
}

/// What the reports in force say.
struct Basis {
    median: Price,
    /// As [`Quotation::oldest`].
    oldest: Timestamp,
    /// How many they are.
    reports: u32,
}

fn basis(feed: &Feed, now: Timestamp) -> Result<Basis, OracleError> {
    let mut prices = Vec::with_capacity(MAX_FEEDERS);
    let mut stamps = Vec::with_capacity(MAX_FEEDERS);
    for report in feed.reports.iter().flatten() {
        if ensure_in_force(&feed.terms, report, now).is_ok() {
            prices.push(report.price);
            stamps.push(report.observed_at);
        }
    }
    let (reports, quorum) = (count(&prices), feed.terms.quorum);
    let frozen = OracleError::Frozen { reports, quorum };
    let enough = quorum.max((reports / 2).saturating_add(1));
    let older = reports.checked_sub(enough).ok_or(frozen)?;
    let older = usize::try_from(older).unwrap_or(usize::MAX);
    Ok(Basis {
        median: median(&prices).ok_or(frozen)?,
        oldest: ranked(&stamps, older).ok_or(frozen)?,
        reports,
    })
}

/// The price of an asset of which so many tokens of another are worth one, at most `cap`. Rounded down.
pub fn derived(rate: &Quotation, cap: Price, base: &Quotation) -> Result<Quotation, MathError> {
    let product = |rate: Price, price: Price| {
        let rate = rate.min(cap);
        rate.of(price.0, Rounding::Down).map(Price)
    };
    Ok(Quotation {
        price: product(rate.price, base.price)?,
        low: product(rate.low, base.low)?,
        high: product(rate.high, base.high)?,
        average: product(rate.average, base.average)?,
        oldest: rate.oldest.min(base.oldest),
        reports: rate.reports.min(base.reports),
        held_until: rate.held_until.max(base.held_until),
        late: rate.late || base.late,
    })
}

/// A report in force is neither too far ahead of the clock nor too old.
fn ensure_in_force(terms: &FeedTerms, report: &Report, now: Timestamp) -> Result<(), OracleError> {
    ensure!(
        report.observed_at <= now.plus(terms.future_tolerance),
        OracleError::FromTheFuture { now }
    );
    ensure!(
        now.since(report.observed_at) <= terms.max_age,
        OracleError::TooOld { now }
    );
    Ok(())
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
