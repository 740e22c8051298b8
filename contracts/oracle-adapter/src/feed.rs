//! The rules of one asset's price.

use finance::oracle::answer::CONFIDENCES;
use finance::oracle::course::{Course, Limit};
use finance::oracle::median::{median, newest};
use finance::oracle::MAX_FUTURE_TOLERANCE;
use finance::{MathError, Period, Price, Rounding, Timestamp};
use ink::prelude::vec::Vec;
use interfaces::oracle_adapter::{
    Feed, FeedTerms, Feeder, Key, OracleError, Proposal, Quotation, Report, MAX_FEEDERS,
};
use interfaces::types::{AccountId, AssetId};
use interfaces::{ensure, Boxed};

/// Whether `asset` can be priced so, where a change of terms waits for `change_delay`.
pub fn ensure_valid(
    terms: &FeedTerms,
    asset: AssetId,
    change_delay: Period,
) -> Result<(), OracleError> {
    let feeders = &terms.feeders;
    ensure!(
        feeders.len() <= MAX_FEEDERS
            && feeders.iter().all(|feeder| is_once(feeder, feeders))
            && CONFIDENCES.contains(&terms.max_confidence),
        OracleError::InvalidFeeders
    );
    let most = count(feeders);
    ensure!(
        (most.min(1)..=most).contains(&terms.quorum),
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

fn is_once(feeder: &Feeder, all: &[Feeder]) -> bool {
    let same = all.iter().filter(|other| other.account == feeder.account);
    same.count() == 1
}

/// Whether `terms` may follow those of `feed`: reports stay in the same unit as long as there are any.
pub fn ensure_same_unit(feed: &Feed, terms: &FeedTerms) -> Result<(), OracleError> {
    let unit = |terms: &FeedTerms| terms.base.map(|base| base.asset);
    ensure!(
        feed.terms.feeders.is_empty() || unit(&feed.terms) == unit(terms),
        OracleError::InvalidBase
    );
    Ok(())
}

/// Puts what was proposed into force, if it is time.
pub fn change(feed: &mut Feed, now: Timestamp) {
    let due = |proposal: &mut Boxed<Proposal>| proposal.effective_at <= now;
    if let Some(proposal) = feed.proposed.take_if(due) {
        let moment = proposal.effective_at;
        // What the terms before confirmed stays so; what they still held is judged by the new ones from that moment on.
        advance(feed, moment);
        adopt(feed, proposal.terms);
        bring(feed, moment);
    }
}

/// Puts `terms` into force. Feeders who stay keep their reports, and jumps are measured from the price before; that of a
/// feed that was retired is forgotten.
pub fn adopt(feed: &mut Feed, terms: Boxed<FeedTerms>) {
    let mut reports = Vec::new();
    for feeder in &terms.feeders {
        let place = place(&feed.terms, &feeder.account);
        let last = place.and_then(|place| feed.reports.get(place));
        reports.push(last.copied().unwrap_or_default());
    }
    if feed.terms.feeders.is_empty() {
        feed.course = Course::default();
    }
    feed.reports = reports;
    feed.terms = terms;
}

/// How `account` reports.
pub fn key(terms: &FeedTerms, account: &AccountId) -> Result<(usize, Key), OracleError> {
    let mut feeders = (0..).zip(&terms.feeders);
    let found = feeders.find(|(_, feeder)| feeder.account == *account);
    let (place, feeder) = found.ok_or(OracleError::NotAFeeder)?;
    Ok((place, feeder.key))
}

fn place(terms: &FeedTerms, account: &AccountId) -> Option<usize> {
    let mut feeders = terms.feeders.iter();
    feeders.position(|feeder| feeder.account == *account)
}

/// Takes `report` in place of the last one of `account`.
pub fn report(
    feed: &mut Feed,
    place: usize,
    report: Report,
    now: Timestamp,
) -> Result<(), OracleError> {
    ensure!(report.price > Price::ZERO, OracleError::ZeroPrice);
    ensure_in_force(&feed.terms, &report, now)?;
    // What counted until now, before the report changes the median.
    advance(feed, now);
    feed.course.bring_average(feed.terms.averaging, now);
    if let Some(last) = feed.reports.get_mut(place) {
        let newest = last.observed_at;
        ensure!(
            report.observed_at > newest,
            OracleError::NotNewer { last: newest }
        );
        *last = report;
    }
    advance(feed, now);
    Ok(())
}

/// Brings the course as far as it goes without another report.
fn advance(feed: &mut Feed, now: Timestamp) {
    // What a hold confirmed when it was over.
    if let Some(due) = held_until(feed) {
        bring(feed, due.min(now));
    }
    bring(feed, now);
}

/// The median of `now`, or no hold any more: what is frozen confirms nothing.
fn bring(feed: &mut Feed, now: Timestamp) {
    match basis(feed, now) {
        Ok(basis) => feed.course.step(basis.median, limit(&feed.terms), now),
        Err(_) => feed.course.held_since = None,
    }
}

/// The median of the reports in force, if they reach the quorum, and what counts meanwhile if it is held.
pub fn quotation(feed: &mut Feed, now: Timestamp) -> Result<Quotation, OracleError> {
    advance(feed, now);
    let basis = basis(feed, now)?;
    let held_until = held_until(feed);
    let Course { price, average, .. } = feed.course;
    ensure!(
        price > Price::ZERO,
        OracleError::Held {
            until: held_until.unwrap_or(now)
        }
    );
    // Unless it is held the median is the live price.
    Ok(Quotation {
        price,
        low: price.min(basis.median),
        high: price.max(basis.median),
        average,
        oldest: basis.oldest,
        reports: basis.reports,
        held_until,
        late: now.since(basis.oldest) > feed.terms.heartbeat,
    })
}

/// When what is held will count.
pub fn held_until(feed: &Feed) -> Option<Timestamp> {
    let since = feed.course.held_since?;
    Some(since.plus(feed.terms.hold))
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
    let mut in_force = Vec::new();
    for report in &feed.reports {
        if ensure_in_force(&feed.terms, report, now).is_ok() {
            in_force.push(*report);
        }
    }
    let (reports, quorum) = (count(&in_force), feed.terms.quorum);
    let frozen = || OracleError::Frozen { reports, quorum };
    let enough = quorum.max((reports / 2).saturating_add(1));
    let enough = usize::try_from(enough).unwrap_or(usize::MAX);
    Ok(Basis {
        oldest: newest(&in_force, enough).ok_or_else(frozen)?,
        median: median(&in_force).ok_or_else(frozen)?,
        reports,
    })
}

/// Turns the `rate` of an asset, in tokens of another and at most `cap`, into its price, rounded down. It is as old, as
/// late and as held as the worse of the two.
pub fn derive(rate: &mut Quotation, cap: Price, base: &Quotation) -> Result<(), MathError> {
    let product = |rate: Price, price: Price| {
        let rate = rate.min(cap);
        rate.of(price.0, Rounding::Down).map(Price)
    };
    rate.price = product(rate.price, base.price)?;
    rate.low = product(rate.low, base.low)?;
    rate.high = product(rate.high, base.high)?;
    rate.average = product(rate.average, base.average)?;
    rate.oldest = rate.oldest.min(base.oldest);
    rate.reports = rate.reports.min(base.reports);
    if rate.held_until < base.held_until {
        rate.held_until = base.held_until;
    }
    rate.late |= base.late;
    Ok(())
}

/// A report in force is a price, and neither too far ahead of the clock nor too old.
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
