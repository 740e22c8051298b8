//! A part of a book.

use super::book::{Mark, OrderBook, Point};
use super::exact::{Exact, ONE};
use crate::fixed::{add, MathError, Price};

/// What an owner asks of the fills of his order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Conditions {
    /// The highest price at which to enter or the lowest at which to leave: base units of cash per base unit of
    /// tokens, scaled 1e18.
    pub limit: Option<Price>,
    /// The last epoch in whose settlement the order takes part.
    pub until: Option<u32>,
}

/// What was stored about a book.
pub trait Archive {
    /// The point at which a generation ended.
    fn end_of(&self, generation: u32) -> Option<Point>;
    /// The mark that the settlement of an epoch left.
    fn mark(&self, epoch: u32) -> Option<Mark>;
}

/// A part of a book: one owner's order, or all orders that expire together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Stake {
    active: Option<Order>,
    late: Option<Late>,
}

/// Takes part in settlements since the book stood at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
struct Order {
    amount: Exact,
    since: Point,
}

/// Joins at the end of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
struct Late {
    amount: u128,
    epoch: u32,
}

/// What an order gained since it was last resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gains {
    /// Received.
    pub received: Exact,
    /// What the class had distributed on the received tokens before they were issued.
    pub weight: Exact,
    /// What was left of the order when it expired, and the class's index then.
    pub returned: Option<(u128, u128)>,
}

impl Stake {
    /// Whether nothing is in it, not even a part of a base unit.
    pub fn is_empty(&self) -> bool {
        self.active.is_none() && self.late.is_none()
    }

    /// Not filled and taking part, in base units.
    pub fn pending(&self) -> u128 {
        self.left().whole
    }

    /// Not taking part yet.
    pub fn joining(&self) -> u128 {
        self.late.map(|late| late.amount).unwrap_or_default()
    }

    /// With `amount` more, which is in `book` already: from now on, or, if it came after the cut-off of `late`, from
    /// the end of that epoch on. Resolve the stake first.
    pub fn grown(
        mut self,
        amount: u128,
        book: &OrderBook,
        late: Option<u32>,
    ) -> Result<Self, MathError> {
        if let Some(epoch) = late {
            let amount = add(self.joining(), amount)?;
            self.late = Some(Late { amount, epoch });
        } else {
            let amount = self.left().plus(Exact::new(amount))?;
            self.active = order(amount, book.point);
        }
        Ok(self)
    }

    /// Without what takes part, and without what does not yet.
    pub fn without(mut self, other: &Self, book: &OrderBook) -> Result<Self, MathError> {
        self.active = order(self.left().minus(other.left())?, book.point);
        let joining = self.joining().saturating_sub(other.joining());
        self.late = self.late.map(|late| Late {
            amount: joining,
            ..late
        });
        Ok(self.trimmed())
    }

    /// With all that takes part in `other`. Resolve both first.
    pub fn with(mut self, other: &Self, book: &OrderBook) -> Result<Self, MathError> {
        self.active = order(self.left().plus(other.left())?, book.point);
        Ok(self)
    }

    /// What takes part alone.
    pub fn taking_part(self) -> Self {
        Self { late: None, ..self }
    }

    pub(super) fn left(&self) -> Exact {
        self.active.map(|order| order.amount).unwrap_or_default()
    }

    fn trimmed(self) -> Self {
        Self {
            late: self.late.filter(|late| late.amount > 0),
            active: self.active.filter(|order| order.amount > Exact::ZERO),
        }
    }

    /// This stake as it stands in `book` at the beginning of `epoch`, or as it stood when it expired, and what it
    /// gained.
    ///
    /// Every generation an order lives through shrinks it a thousandfold, so it takes a dozen lookups at most, and
    /// one or two marks.
    pub fn resolved(
        self,
        book: &OrderBook,
        epoch: u32,
        until: Option<u32>,
        archive: &impl Archive,
    ) -> Result<(Self, Gains), MathError> {
        let mut gains = Gains::default();
        let expired = until
            .filter(|until| *until < epoch)
            .and_then(|until| archive.mark(until));
        let end = expired.map_or(book.point, |mark| mark.point);
        let mut left = Exact::ZERO;
        if let Some(order) = self.active {
            left = order.followed(end, archive, &mut gains)?;
        }
        let joined = self.late.filter(|late| late.epoch < epoch);
        if let Some((late, mark)) = joined.and_then(|late| Some((late, archive.mark(late.epoch)?)))
        {
            gains.received = gains.received.plus(Exact::part(late.amount, mark.rise)?)?;
            let order = Order {
                amount: Exact::new(late.amount),
                since: mark.point,
            };
            left = left.plus(order.followed(end, archive, &mut gains)?)?;
        }
        if let Some(mark) = expired {
            gains.returned = Some((left.whole, mark.index));
            return Ok((Self::default(), gains));
        }
        let late = self.late.filter(|_| joined.is_none());
        let active = order(left, end);
        Ok((Self { active, late }, gains))
    }
}

fn order(amount: Exact, since: Point) -> Option<Order> {
    (amount > Exact::ZERO).then_some(Order { amount, since })
}

impl Order {
    /// What is left of it at `end`; what it received on the way is added to `gains`.
    fn followed(
        mut self,
        end: Point,
        archive: &impl Archive,
        gains: &mut Gains,
    ) -> Result<Exact, MathError> {
        while self.since.generation < end.generation && self.amount > Exact::ZERO {
            let Some(close) = archive.end_of(self.since.generation) else {
                return Ok(Exact::ZERO);
            };
            self = self.until(close, gains)?;
            let next = close.generation.checked_add(1).ok_or(MathError::Overflow)?;
            self.since = Point::start(next);
        }
        if self.amount == Exact::ZERO {
            return Ok(Exact::ZERO);
        }
        Ok(self.until(end, gains)?.amount)
    }

    fn until(self, end: Point, gains: &mut Gains) -> Result<Self, MathError> {
        let start = self.since;
        let gained = |sum: Exact, before: Exact| {
            self.amount
                .of(sum.minus(before)?.times(ONE, start.product)?)
        };
        gains.received = gains.received.plus(gained(end.received, start.received)?)?;
        if end.weight == Exact::MAX {
            // Beyond the range for one order of the generation is beyond it for all.
            gains.weight = Exact::MAX;
        } else if end.weight > start.weight {
            let weight = gained(end.weight, start.weight).and_then(|weight| weight.with_margin(4));
            let weight = weight.and_then(|weight| gains.weight.plus(weight));
            gains.weight = weight.unwrap_or(Exact::MAX);
        }
        Ok(Self {
            amount: self.amount.times(end.product, start.product)?,
            since: end,
        })
    }
}
