//! One side of a class.

use super::exact::{Exact, ONE};
use super::stake::{Archive, Stake};
use crate::fixed::{add, mul_div, sub, MathError, Rounding};

/// A generation closes when its product falls below this: orders keep 24 of 27 digits.
const SMALLEST_PRODUCT: u128 = ONE.div_euclid(1_000);

/// One side of one class: orders in base units of what is given, fills in base units of what is received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct OrderBook {
    /// Given and not yet filled, over all orders that take part in the coming settlement.
    pub pending: u128,
    /// Given after the cut-off: takes part from the settlement after that on.
    pub joining: u128,
    /// One more than the last epoch in which an order expires; zero if none ever does.
    pub expiries_end: u32,
    /// Where the book stands.
    pub point: Point,
}

/// Where a book stands, for an order that was there when the generation began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Point {
    /// Counts the generations.
    pub generation: u32,
    /// Its unfilled share, scaled [`ONE`].
    pub product: u128,
    /// Received per unit of it.
    pub received: Exact,
    /// What the class had distributed on the received tokens before they were issued, per unit of it.
    pub weight: Exact,
}

/// Where a book stood at the end of a settlement in which orders came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Mark {
    /// Where the book stood.
    pub point: Point,
    /// Cash the class ever distributed per token, scaled [`ONE`].
    pub index: u128,
    /// By how much that settlement raised it.
    pub rise: u128,
}

/// What the end of an epoch does to a book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndOfEpoch {
    /// What left because it expired: its owners'.
    pub expired: u128,
    /// To be stored, if any order came or went.
    pub mark: Option<Mark>,
}

impl Point {
    /// The beginning of a generation.
    pub fn start(generation: u32) -> Self {
        Self {
            generation,
            product: ONE,
            received: Exact::ZERO,
            weight: Exact::ZERO,
        }
    }
}

impl Default for Point {
    fn default() -> Self {
        Self::start(0)
    }
}

impl OrderBook {
    /// Hands out `output` to what is pending, pro rata, and fills none of it.
    pub fn distribute(&mut self, output: u128) -> Result<(), MathError> {
        if self.pending > 0 {
            let share = Exact::ratio(output, self.pending)?;
            self.point.received = self
                .point
                .received
                .plus(share.times(self.point.product, ONE)?)?;
        }
        Ok(())
    }

    /// Fills `filled` of what is pending and hands out `output` for it, pro rata. If that are tokens, `index` is what
    /// the class has distributed per token so far, scaled [`ONE`].
    ///
    /// Returns the point at which the generation ended, if it did: the caller stores it under its number.
    pub fn fill(
        &mut self,
        filled: u128,
        output: u128,
        index: u128,
    ) -> Result<Option<Point>, MathError> {
        if filled == 0 {
            return Ok(None);
        }
        self.distribute(output)?;
        if index > 0 {
            self.point.weight = self.weighed(output, index).unwrap_or(Exact::MAX);
        }
        let left = sub(self.pending, filled)?;
        self.point.product = mul_div(self.point.product, left, self.pending, Rounding::Down)?;
        self.pending = left;
        if self.point.product >= SMALLEST_PRODUCT {
            return Ok(None);
        }
        let end = self.point;
        self.point = Point::start(end.generation.checked_add(1).ok_or(MathError::Overflow)?);
        Ok(Some(end))
    }

    /// Beyond the range there is no coupon on tokens that wait; no settlement stops for it.
    fn weighed(&self, output: u128, index: u128) -> Result<Exact, MathError> {
        let weight = mul_div(output, index, ONE, Rounding::Up)?;
        let share = Exact::ratio(weight, self.pending)?.times(self.point.product, ONE)?;
        self.point.weight.plus(share.with_margin(4)?)
    }

    /// Ends `epoch`: of what is pending, the `expiring` part leaves; what came after the cut-off joins. `index` and
    /// `rise` are those of the class and of this settlement.
    pub fn end_epoch(
        &mut self,
        epoch: u32,
        expiring: Option<Stake>,
        index: u128,
        rise: u128,
        archive: &impl Archive,
    ) -> Result<EndOfEpoch, MathError> {
        if expiring.is_none() && self.joining == 0 {
            return Ok(EndOfEpoch::default());
        }
        let expiring = expiring.unwrap_or_default();
        let (stake, _) = expiring.resolved(self, epoch, None, archive)?;
        // Together they lost more to rounding than each of them alone: no more than this.
        let expired = stake
            .left()
            .with_margin(1_000_000_000_000)?
            .whole
            .min(self.pending);
        self.pending = add(sub(self.pending, expired)?, self.joining)?;
        self.joining = 0;
        let mark = Mark {
            point: self.point,
            index,
            rise,
        };
        Ok(EndOfEpoch {
            expired,
            mark: Some(mark),
        })
    }

    /// Whether orders wait, or any were ever filled.
    pub fn is_used(&self) -> bool {
        self.pending > 0 || self.joining > 0 || self.point != Point::default()
    }

    /// Notes that an order takes part in the settlement of `epoch` for the last time.
    pub fn expires(&mut self, epoch: u32) {
        self.expiries_end = self.expiries_end.max(epoch.saturating_add(1));
    }
}
