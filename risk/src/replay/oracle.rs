//! The prices that the contracts go by: what feeders who agree report, held where it jumps and frozen where it is old.

use finance::oracle::course::{Course, Limit};
use finance::{Price, Timestamp};
use interfaces::oracle_adapter::Quotation;
use interfaces::types::AssetId;
use term_sheet::term_sheet::OracleTerms;

/// The feeds of a deal, one per collateral type.
pub struct Oracle<'a> {
    terms: &'a OracleTerms,
    feeds: Vec<Feed>,
}

#[derive(Clone, Copy, Default)]
struct Feed {
    course: Course,
    last: Price,
    /// Never, before the first report.
    reported_at: Option<Timestamp>,
}

impl<'a> Oracle<'a> {
    pub fn new(terms: &'a OracleTerms, types: usize) -> Self {
        Self {
            terms,
            feeds: vec![Feed::default(); types],
        }
    }

    /// All feeders report `price`, one after the other: until most of them have, the last one counts.
    pub fn report(&mut self, kind: usize, price: Price, now: Timestamp) {
        let limit = self.limit();
        let is_in_force = self.is_in_force(kind, now);
        let feed = &mut self.feeds[kind];
        if is_in_force {
            feed.course.step(feed.last, limit, now);
        }
        feed.course.step(price, limit, now);
        (feed.last, feed.reported_at) = (price, Some(now));
    }

    /// What stands for the price of a type, unless it is frozen or none ever counted.
    pub fn quotation(&self, kind: usize, now: Timestamp) -> Option<Quotation> {
        let Feed {
            mut course,
            last,
            reported_at,
        } = self.feeds[kind];
        let oldest = reported_at.filter(|_| self.is_in_force(kind, now))?;
        course.step(last, self.limit(), now);
        let price = Some(course.price).filter(|price| *price > Price::ZERO)?;
        Some(Quotation {
            low: price.min(last),
            high: price.max(last),
            held_until: course.held_since.map(|since| since.plus(self.terms.hold)),
            late: now.since(oldest) > self.terms.heartbeat,
            ..Quotation::steady(price, oldest, self.terms.quorum)
        })
    }

    pub fn quotations(&self, assets: &[AssetId], now: Timestamp) -> Vec<Option<Quotation>> {
        let kinds = assets.iter().map(|asset| asset.0 as usize);
        kinds.map(|kind| self.quotation(kind, now)).collect()
    }

    /// The price for what can wait, if nothing casts doubt on it.
    pub fn firm_price(&self, kind: usize, now: Timestamp) -> Option<Price> {
        self.quotation(kind, now)?.firm().ok()
    }

    fn is_in_force(&self, kind: usize, now: Timestamp) -> bool {
        let reported_at = self.feeds[kind].reported_at;
        reported_at.is_some_and(|at| now.since(at) <= self.terms.max_age)
    }

    fn limit(&self) -> Limit {
        Limit {
            max_deviation: self.terms.max_deviation,
            delay: self.terms.hold,
        }
    }
}
