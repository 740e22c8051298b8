//! The order books of one class: per side one for orders at any price, and a few for orders with a limit.

use finance::fixed::{add, mul_div, sub};
use finance::orders::{Archive, EndOfEpoch, Mark, OrderBook, Point, Stake, ONE};
use finance::settlement::{ClassTrace, Demand, Trade, Waiting};
use finance::{MathError, Price, Rounding};
use ink::prelude::vec::Vec;
use interfaces::async_vault::AsyncVaultError;
use interfaces::types::{AccountId, Balance, TrancheId};

/// The most limit prices at which orders wait on one side of a class: settlements visit each.
pub const MAX_LIMITS: usize = 4;
/// The most epochs ahead that an order with a limit may expire, which is when its price is free again.
pub const MAX_LIMIT_EPOCHS: u32 = 32;

/// The two sides of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Side {
    /// Cash that becomes tokens.
    Deposit,
    /// Tokens that become cash.
    Redemption,
}

impl Side {
    /// `amount` of what is given on this side, as cash and as tokens.
    pub fn given(self, amount: Balance) -> (Balance, Balance) {
        match self {
            Self::Deposit => (amount, 0),
            Self::Redemption => (0, amount),
        }
    }
}

/// A book among all: class, side and series. Series 0 has no limit; a limit price gets the next number whenever
/// orders come to wait at it.
pub type BookId = (TrancheId, Side, u32);

/// The order books of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Books {
    /// The token of the class.
    pub token: AccountId,
    /// Whether a rule says who may receive the token.
    pub is_restricted: bool,
    /// Cash for tokens.
    pub deposits: SideBooks,
    /// Tokens for cash.
    pub redemptions: SideBooks,
    /// Cash the class ever distributed per token, scaled 1e27.
    pub index: u128,
}

/// The order books of one side of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct SideBooks {
    market: OrderBook,
    /// At most [`MAX_LIMITS`], each at another price.
    limited: Vec<LimitBook>,
    /// Series given out so far.
    series: u32,
}

/// The orders at one limit price.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct LimitBook {
    price: Price,
    series: u32,
    book: OrderBook,
}

/// What was stored about the books.
pub trait Shelf {
    /// The point at which a generation of a book ended.
    fn end_of(&self, book: BookId, generation: u32) -> Option<Point>;
    /// The mark that the settlement of an epoch left in a book.
    fn mark(&self, book: BookId, epoch: u32) -> Option<Mark>;
    /// All orders of a book that expire in an epoch.
    fn expiring(&self, book: BookId, epoch: u32) -> Option<Stake>;
}

/// What is stored about one book.
pub struct OneBook<'a, S> {
    /// The book.
    pub id: BookId,
    /// Where it is stored.
    pub shelf: &'a S,
    /// The generation that the running settlement ended, which is not stored yet.
    pub ended: Option<Point>,
}

impl<S: Shelf> Archive for OneBook<'_, S> {
    fn end_of(&self, generation: u32) -> Option<Point> {
        let ended = self.ended.filter(|end| end.generation == generation);
        ended.or_else(|| self.shelf.end_of(self.id, generation))
    }

    fn mark(&self, epoch: u32) -> Option<Mark> {
        self.shelf.mark(self.id, epoch)
    }
}

/// What a settlement leaves to be stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Generations that ended.
    pub ends: Vec<(BookId, Point)>,
    /// Books in which orders came or went.
    pub marks: Vec<(BookId, Mark)>,
}

/// What a settlement does to one side of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideFill {
    /// Given, in base units.
    pub filled: Balance,
    /// Received for it.
    pub output: Balance,
    /// Cash the class ever distributed per token, scaled 1e27.
    pub index: u128,
    /// By how much this settlement raised it for what waits on this side: nothing where that is cash.
    pub rise: u128,
}

impl Books {
    /// Books without orders.
    pub fn new(token: AccountId, is_restricted: bool) -> Self {
        Self {
            token,
            is_restricted,
            deposits: SideBooks::default(),
            redemptions: SideBooks::default(),
            index: 0,
        }
    }

    /// One side.
    pub fn side(&self, side: Side) -> &SideBooks {
        match side {
            Side::Deposit => &self.deposits,
            Side::Redemption => &self.redemptions,
        }
    }

    /// One side.
    pub fn side_mut(&mut self, side: Side) -> &mut SideBooks {
        match side {
            Side::Deposit => &mut self.deposits,
            Side::Redemption => &mut self.redemptions,
        }
    }

    /// Settles both sides as the `trace` of the class says. Returns the cash of deposit orders that expired.
    pub fn settle<S: Shelf>(
        &mut self,
        id: TrancheId,
        epoch: u32,
        trace: &ClassTrace,
        shelf: &S,
        records: &mut Records,
    ) -> Result<Balance, MathError> {
        self.index = trace.index;
        let ClassTrace {
            fill, index, rise, ..
        } = *trace;
        let side = |filled, output, rise| SideFill {
            filled,
            output,
            index,
            rise,
        };
        let expired = self.deposits.settle(
            (id, Side::Deposit),
            epoch,
            side(fill.deposited, fill.minted, 0),
            Trade::Entry(trace.entry),
            shelf,
            records,
        )?;
        self.redemptions.settle(
            (id, Side::Redemption),
            epoch,
            side(fill.burned, fill.paid, rise),
            Trade::Exit(trace.exit),
            shelf,
            records,
        )?;
        Ok(expired)
    }

    /// The orders that the coming settlement may fill.
    pub fn demand(&self) -> Demand {
        Demand {
            deposits: self.deposits.waiting(),
            redemptions: self.redemptions.waiting(),
        }
    }
}

impl SideBooks {
    /// The book of a series; none if all its orders have expired.
    pub fn book(&self, series: u32) -> Option<&OrderBook> {
        if series == 0 {
            return Some(&self.market);
        }
        let mut limited = self.limited.iter();
        limited
            .find(|other| other.series == series)
            .map(|found| &found.book)
    }

    /// The book of a series.
    pub fn book_mut(&mut self, series: u32) -> Option<&mut OrderBook> {
        if series == 0 {
            return Some(&mut self.market);
        }
        let mut limited = self.limited.iter_mut();
        limited
            .find(|other| other.series == series)
            .map(|found| &mut found.book)
    }

    /// The series of orders with this limit; a new one if none wait at it.
    pub fn series(&mut self, limit: Option<Price>) -> Result<u32, AsyncVaultError> {
        let Some(price) = limit else {
            return Ok(0);
        };
        if let Some(found) = self.limited.iter().find(|other| other.price == price) {
            return Ok(found.series);
        }
        // A book of which every order was cancelled before any was filled is nobody's.
        self.limited.retain(|other| other.book.is_used());
        if self.limited.len() >= MAX_LIMITS {
            return Err(AsyncVaultError::TooManyLimits);
        }
        self.series = self.series.checked_add(1).ok_or(MathError::Overflow)?;
        self.limited.push(LimitBook {
            price,
            series: self.series,
            book: OrderBook::default(),
        });
        Ok(self.series)
    }

    /// All that waits.
    pub fn waiting(&self) -> Waiting {
        let limited = self.limited.iter();
        let late = limited.clone().map(|limited| limited.book.joining);
        Waiting {
            market: self.market.pending,
            late: late.fold(self.market.joining, Balance::saturating_add),
            limited: limited
                .map(|limited| (limited.price, limited.book.pending))
                .collect(),
        }
    }

    /// What takes part in a trade.
    pub fn taking_part(&self, trade: Trade) -> Result<Balance, MathError> {
        self.waiting().taking_part(trade)
    }

    /// Settles the side: what was distributed on it, its fills, then the end of the epoch. Orders whose limit
    /// the `trade` keeps take part, pro rata. Returns what expired.
    pub fn settle<S: Shelf>(
        &mut self,
        (id, side): (TrancheId, Side),
        epoch: u32,
        fill: SideFill,
        trade: Trade,
        shelf: &S,
        records: &mut Records,
    ) -> Result<Balance, MathError> {
        let mut waiting = self.taking_part(trade)?;
        let mut left = fill;
        let market = core::iter::once((true, 0, &mut self.market));
        let limited = self.limited.iter_mut();
        let limited = limited.map(|limited| {
            (
                trade.keeps(limited.price),
                limited.series,
                &mut limited.book,
            )
        });
        let mut expired = 0;
        for (takes_part, series, book) in market.chain(limited) {
            let id = (id, side, series);
            let mut ended = None;
            if fill.rise > 0 {
                book.distribute(mul_div(book.pending, fill.rise, ONE, Rounding::Down)?)?;
            }
            if takes_part && book.pending > 0 {
                let pending = book.pending;
                let filled = mul_div(left.filled, pending, waiting, Rounding::Down)?;
                let output = match left.filled {
                    0 => 0,
                    all => mul_div(left.output, filled, all, Rounding::Down)?,
                };
                let index = if side == Side::Deposit { fill.index } else { 0 };
                ended = book.fill(filled, output, index)?;
                records.ends.extend(ended.map(|end| (id, end)));
                waiting = sub(waiting, pending)?;
                left.filled = sub(left.filled, filled)?;
                left.output = sub(left.output, output)?;
            }
            let may_expire = book.expiries_end > epoch;
            let expiring = may_expire.then(|| shelf.expiring(id, epoch)).flatten();
            let archive = OneBook { id, shelf, ended };
            let end = book.end_epoch(epoch, expiring, fill.index, fill.rise, &archive)?;
            let EndOfEpoch {
                expired: gone,
                mark,
            } = end;
            expired = add(expired, gone)?;
            records.marks.extend(mark.map(|mark| (id, mark)));
        }
        let next = epoch.saturating_add(1);
        self.limited.retain(|LimitBook { book, .. }| {
            let is_needed = book.expiries_end > next;
            if !is_needed {
                // What rounding left of orders that are all gone.
                expired = expired.saturating_add(book.pending);
            }
            is_needed
        });
        Ok(expired)
    }
}

interfaces::decode_fields!(
    Books { token, is_restricted, deposits, redemptions, index }
    SideBooks { market, limited, series }
    LimitBook { price, series, book }
);
