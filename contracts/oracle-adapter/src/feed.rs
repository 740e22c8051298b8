//! The rules of one asset's price.

use finance::{median::median, Period, Price, Timestamp};
use ink::prelude::{vec, vec::Vec};
use interfaces::ensure;
use interfaces::oracle_adapter::{FeedTerms, OracleError, Quotation, Report, MAX_FEEDERS};
use interfaces::types::AccountId;

/// What the feeders of an asset last said: one slot each, in the order of its terms.
pub type Reports = Vec<Option<Report>>;

/// How an asset is priced, and what its feeders last said.
pub struct Feed {
    /// Valid, as [`Feed::new`] ensures.
    pub terms: FeedTerms,
    /// As many as the terms have feeders.
    pub reports: Reports,
}

impl Feed {
    /// A feed on which nobody has reported.
    pub fn new(terms: FeedTerms) -> Result<Self, OracleError> {
        let feeders = &terms.feeders;
        ensure!(
            (1..=MAX_FEEDERS).contains(&feeders.len()) && all_differ(feeders),
            OracleError::InvalidFeeders
        );
        ensure!(
            (1..=count(feeders)).contains(&terms.quorum),
            OracleError::InvalidQuorum
        );
        ensure!(
            terms.max_age > Period(0) && terms.future_tolerance <= terms.max_age,
            OracleError::InvalidAge
        );
        let reports = vec![None; feeders.len()];
        Ok(Self { terms, reports })
    }

    /// Takes `report` in place of the caller's last one.
    pub fn report(
        &mut self,
        caller: AccountId,
        report: Report,
        now: Timestamp,
    ) -> Result<(), OracleError> {
        let mut slots = self.terms.feeders.iter().zip(&mut self.reports);
        let (_, slot) = slots
            .find(|(feeder, _)| **feeder == caller)
            .ok_or(OracleError::NotAFeeder)?;
        ensure!(report.price > Price::ZERO, OracleError::ZeroPrice);
        ensure_in_force(&self.terms, &report, now)?;
        if let Some(last) = slot.map(|last| last.observed_at) {
            ensure!(report.observed_at > last, OracleError::NotNewer { last });
        }
        *slot = Some(report);
        Ok(())
    }

    /// The median of the reports in force, if they reach the quorum.
    pub fn quotation(&self, now: Timestamp) -> Result<Quotation, OracleError> {
        let in_force = |report: &&Report| ensure_in_force(&self.terms, report, now).is_ok();
        let reports: Vec<&Report> = self.reports.iter().flatten().filter(in_force).collect();
        let price = median(reports.iter().map(|report| report.price).collect());
        let oldest = reports.iter().map(|report| report.observed_at).min();
        let (reports, quorum) = (count(&reports), self.terms.quorum);
        match (price, oldest) {
            (Some(price), Some(oldest)) if reports >= quorum => {
                Ok(Quotation::steady(price, oldest, reports))
            }
            _ => Err(OracleError::Frozen { reports, quorum }),
        }
    }

    /// Every feeder with his last report.
    pub fn by_feeder(&self) -> Vec<(AccountId, Option<Report>)> {
        let feeders = self.terms.feeders.iter().copied();
        feeders.zip(self.reports.iter().copied()).collect()
    }
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

fn all_differ(accounts: &[AccountId]) -> bool {
    let occurrences = |account| accounts.iter().filter(|other| *other == account).count();
    accounts.iter().all(|account| occurrences(account) == 1)
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
