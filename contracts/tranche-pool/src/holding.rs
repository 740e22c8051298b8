//! One owner's orders and unclaimed proceeds in one tranche.

use finance::fixed::add;
use finance::orders::{ClosedGeneration, Order, OrderBook};
use finance::MathError;
use interfaces::ensure;
use interfaces::tranche_pool::{OrderView, PoolError};
use interfaces::types::{Balance, TrancheId};

use crate::tranche::Tranche;

/// The two sides of a tranche's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Side {
    /// Cash that becomes tokens.
    Deposit,
    /// Tokens that become cash.
    Redemption,
}

/// Where an ended generation is stored: tranche, side and the generation's number.
pub type GenerationKey = (TrancheId, Side, u32);

/// An owner's orders, and what settlements gave him and he has not claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Holding {
    deposit: Option<Order>,
    redemption: Option<Order>,
    tokens: Balance,
    cash: Balance,
}

impl Holding {
    /// This holding with all fills since it was written: orders shrunk, proceeds added.
    pub fn resolved(
        self,
        tranche: &Tranche,
        closed: impl Fn(Side, u32) -> Option<ClosedGeneration>,
    ) -> Result<Self, MathError> {
        let resolve = |side: Side, order: Option<Order>| {
            let Some(order) = order else {
                return Ok((None, 0));
            };
            let book = tranche.book(side);
            let resolved = book.resolve(order, |generation| closed(side, generation))?;
            let left = (resolved.remaining > 0).then(|| book.order(resolved.remaining));
            Ok((left, resolved.received))
        };
        let (deposit, issued) = resolve(Side::Deposit, self.deposit)?;
        let (redemption, paid) = resolve(Side::Redemption, self.redemption)?;
        let tokens = add(self.tokens, issued)?;
        let cash = add(self.cash, paid)?;
        Ok(Self {
            deposit,
            redemption,
            tokens,
            cash,
        })
    }

    /// Adds `amount` to the order on `side`. Returns what waits in it now.
    pub fn order(
        &mut self,
        side: Side,
        book: &mut OrderBook,
        amount: Balance,
    ) -> Result<Balance, MathError> {
        book.place(amount)?;
        let pending = add(self.pending(side), amount)?;
        *self.slot(side) = Some(book.order(pending));
        Ok(pending)
    }

    /// Takes the order on `side` out of the book. Returns what waited in it.
    pub fn cancel(&mut self, side: Side, book: &mut OrderBook) -> Result<Balance, PoolError> {
        let amount = self.pending(side);
        ensure!(amount > 0, PoolError::NothingToCancel);
        book.cancel(amount)?;
        *self.slot(side) = None;
        Ok(amount)
    }

    /// Hands out tokens and cash.
    pub fn claim(&mut self) -> Result<(Balance, Balance), PoolError> {
        let claimed = (self.tokens, self.cash);
        ensure!(claimed != (0, 0), PoolError::NothingToClaim);
        (self.tokens, self.cash) = (0, 0);
        Ok(claimed)
    }

    /// The holding as its owner sees it; resolve it first.
    pub fn view(&self) -> OrderView {
        OrderView {
            pending_deposit: self.pending(Side::Deposit),
            pending_redemption: self.pending(Side::Redemption),
            claimable_tokens: self.tokens,
            claimable_cash: self.cash,
        }
    }

    fn pending(&self, side: Side) -> Balance {
        let order = match side {
            Side::Deposit => self.deposit,
            Side::Redemption => self.redemption,
        };
        order.map(|order| order.amount).unwrap_or_default()
    }

    fn slot(&mut self, side: Side) -> &mut Option<Order> {
        match side {
            Side::Deposit => &mut self.deposit,
            Side::Redemption => &mut self.redemption,
        }
    }
}
