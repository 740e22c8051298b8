//! The parameters of a group together.

use super::course::Course;
use super::table::{AuctionParameters, CollateralParameters, DealParameters, Group, Values};
use crate::auction::Curve;
use crate::time::Timestamp;
use crate::{Price, Ratio, Rounding};
use alloc::vec::Vec;

/// A [`Course`] for each parameter of a [`Group`], in the order of the table. Most never changed, and readers pay for every
/// byte: only for others is there more than a number.
#[derive(Clone, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Row {
    /// [`Course::to`] of each.
    pub to: Values,
    /// The other end of those that ever changed, in no order.
    pub changed: Vec<Changed>,
}

/// The rest of a [`Course`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Changed {
    /// Which parameter of the group.
    pub place: u8,
    /// [`Course::from`].
    pub from: u128,
    /// [`Course::at`].
    pub at: Timestamp,
}

/// What the parameters of a group must be to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum Rule {
    /// The pace of interest does not fall as utilisation rises.
    PaceRises,
    /// Borrow LTV ≤ margin LTV < liquidation LTV, and target LTV < liquidation LTV.
    LtvsInOrder,
    /// Target share ≤ maximum share.
    SharesInOrder,
    /// An auction comes to ask 90 % of the market or less before it is stale: it sells.
    AuctionsSell,
}

/// A rule, and the first time at which it would not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// Now, or when what waits comes due.
    pub at: Timestamp,
}

impl Row {
    /// Parameters that always were `values`.
    pub fn constant(values: Values) -> Self {
        Self {
            to: values,
            changed: Vec::new(),
        }
    }

    /// What was decided for `now`.
    pub fn at(self, now: Timestamp) -> Values {
        let mut values = self.to;
        for waits in self.changed.iter().filter(|each| now < each.at) {
            if let Some(value) = values.get_mut(usize::from(waits.place)) {
                *value = waits.from;
            }
        }
        values
    }

    /// The parameter at `place`, if there is one.
    pub fn course(&self, place: usize) -> Option<Course> {
        let to = *self.to.get(place)?;
        let mut changed = self.changed.iter();
        let changed = changed.find(|each| usize::from(each.place) == place);
        Some(changed.map_or(Course::constant(to), |each| Course {
            from: each.from,
            to,
            at: each.at,
        }))
    }

    /// Replaces the parameter at `place`, if there is one.
    pub fn put(&mut self, place: usize, course: Course) {
        let (Some(to), Ok(number)) = (self.to.get_mut(place), u8::try_from(place)) else {
            return;
        };
        *to = course.to;
        self.changed.retain(|each| each.place != number);
        if course != Course::constant(course.to) {
            self.changed.push(Changed {
                place: number,
                from: course.from,
                at: course.at,
            });
        }
    }

    /// Checks the rules between the parameters of `group` at `now` and whenever one that waits comes due.
    ///
    /// # Errors
    /// The first rule that is [`Broken`].
    pub fn ensure_consistent(&self, group: Group, now: Timestamp) -> Result<(), Broken> {
        let later = self.changed.iter().map(|each| each.at);
        for at in later.filter(|at| now < *at).chain([now]) {
            if let Some(rule) = group.broken_rule(&self.clone().at(at)) {
                return Err(Broken { rule, at });
            }
        }
        Ok(())
    }
}

impl Group {
    fn broken_rule(self, values: &[u128]) -> Option<Rule> {
        match self {
            Self::Deal => broken_by_deal(&DealParameters::from_values(values)),
            Self::Loans => broken_by_loans(&CollateralParameters::from_values(values)),
            Self::Auctions => {
                (!sells(&AuctionParameters::from_values(values))).then_some(Rule::AuctionsSell)
            }
        }
    }
}

fn broken_by_deal(deal: &DealParameters) -> Option<Rule> {
    (!deal.curve().is_valid()).then_some(Rule::PaceRises)
}

fn broken_by_loans(loans: &CollateralParameters) -> Option<Rule> {
    let liquidation = loans.liquidation_ltv;
    let is_ordered = loans.borrow_ltv <= loans.margin_ltv
        && loans.margin_ltv < liquidation
        && loans.target_ltv < liquidation;
    if !is_ordered {
        return Some(Rule::LtvsInOrder);
    }
    (loans.target_share > loans.maximum_share).then_some(Rule::SharesInOrder)
}

/// Whether an auction comes to ask 90 % of the market or less before it is stale.
fn sells(auctions: &AuctionParameters) -> bool {
    let curve = Curve::new(auctions.tail, auctions.cut, auctions.step);
    let at_market = Price::ONE;
    let top = auctions.buffer.of(at_market.0, Rounding::Up).map(Price);
    let lowest = top.and_then(|top| curve.lowest(top, auctions.tail, auctions.cusp));
    lowest.is_ok_and(|lowest| lowest.0 <= Ratio::from_bps(9_000).0)
}
