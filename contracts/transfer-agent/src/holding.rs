//! One owner's orders and unclaimed proceeds in one tranche.

use finance::fixed::add;
use finance::orders::{Conditions, Exact, Gains, Stake, ONE};
use finance::{mul_div, MathError, Rounding};
use interfaces::async_vault::{AsyncVaultError, OrderView};
use interfaces::ensure;
use interfaces::types::{Balance, TrancheId};

use crate::books::{BookId, Books, OneBook, Shelf, Side};

/// An owner's orders, and what settlements gave him and he has not claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Holding {
    deposit: Slot,
    redemption: Slot,
    tokens: Exact,
    /// What the class had distributed on these tokens before they were his.
    weight: Exact,
    cash: Exact,
}

/// An owner's order on one side, if he has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Slot {
    /// What he asks of the fills.
    pub conditions: Conditions,
    /// The series of the book it is in.
    pub series: u32,
    /// His part of the book.
    pub stake: Stake,
}

/// What is claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proceeds {
    /// Tranche tokens.
    pub tokens: Balance,
    /// Cash.
    pub cash: Balance,
}

impl Slot {
    /// Whether there is no order.
    pub fn is_empty(&self) -> bool {
        self.stake.is_empty()
    }

    /// Unfilled, now or from the next epoch on.
    pub fn pending(&self) -> Result<Balance, MathError> {
        add(self.stake.pending(), self.stake.joining())
    }

    /// Makes the slot ready for an order under `conditions`: it is empty, or what waits in it has the same.
    pub fn prepare(&mut self, conditions: Conditions) -> Result<(), AsyncVaultError> {
        // What is left is less than a base unit: nothing that its owner could cancel.
        if self.pending()? == 0 {
            *self = Self {
                conditions,
                ..Self::default()
            };
        }
        ensure!(
            self.conditions == conditions,
            AsyncVaultError::OtherConditions
        );
        Ok(())
    }
}

impl Holding {
    /// Brings a holding to the beginning of `epoch`, with all fills since it was written: orders shrunk or given back,
    /// proceeds added.
    pub fn resolve<S: Shelf>(
        &mut self,
        tranche: TrancheId,
        books: &Books,
        epoch: u32,
        shelf: &S,
    ) -> Result<(), MathError> {
        let deposit = follow(
            &mut self.deposit,
            (tranche, Side::Deposit),
            books,
            epoch,
            shelf,
        )?;
        self.tokens = self.tokens.plus(deposit.received)?;
        self.weight = self.weight.plus(deposit.weight).unwrap_or(Exact::MAX);
        if let Some((cash, _)) = deposit.returned {
            self.cash = self.cash.plus(Exact::new(cash))?;
        }
        let redemption = follow(
            &mut self.redemption,
            (tranche, Side::Redemption),
            books,
            epoch,
            shelf,
        )?;
        self.cash = self.cash.plus(redemption.received)?;
        if let Some((tokens, index)) = redemption.returned {
            self.take_back(tokens, index)?;
        }
        Ok(())
    }

    /// Tokens come back when the class's index is `index`: what was distributed before was theirs.
    pub fn take_back(&mut self, tokens: Balance, index: u128) -> Result<(), MathError> {
        self.tokens = self.tokens.plus(Exact::new(tokens))?;
        let weight = mul_div(tokens, index, ONE, Rounding::Up).map(Exact::new);
        let weight = weight.and_then(|weight| self.weight.plus(weight));
        self.weight = weight.unwrap_or(Exact::MAX);
        Ok(())
    }

    /// Cash comes back.
    pub fn keep(&mut self, cash: Balance) -> Result<(), MathError> {
        self.cash = self.cash.plus(Exact::new(cash))?;
        Ok(())
    }

    /// The order on one side.
    pub fn slot(&self, side: Side) -> &Slot {
        match side {
            Side::Deposit => &self.deposit,
            Side::Redemption => &self.redemption,
        }
    }

    /// The order on one side.
    pub fn slot_mut(&mut self, side: Side) -> &mut Slot {
        match side {
            Side::Deposit => &mut self.deposit,
            Side::Redemption => &mut self.redemption,
        }
    }

    /// Hands out tokens and cash, with what the class distributed on the tokens up to its `index`.
    pub fn claim(&mut self, index: u128) -> Result<Proceeds, AsyncVaultError> {
        let proceeds = Proceeds {
            tokens: self.release(Balance::MAX, index)?,
            cash: core::mem::take(&mut self.cash.whole),
        };
        ensure!(
            proceeds != Proceeds::default(),
            AsyncVaultError::NothingClaimable
        );
        Ok(proceeds)
    }

    /// Hands out at most `limit` tokens; what the class distributed on all of them up to its `index` becomes cash.
    pub fn release(&mut self, limit: Balance, index: u128) -> Result<Balance, MathError> {
        self.cash = self.cash.plus(self.distributed(index)?)?;
        let released = self.tokens.whole.min(limit);
        self.tokens.whole = self.tokens.whole.saturating_sub(released);
        // Nothing of what was distributed before is due on the tokens that stay, nor on the fraction of one.
        let fraction = mul_div(self.tokens.fraction, index, ONE, Rounding::Up);
        let fraction = fraction.and_then(|fraction| Exact::part(fraction, 1));
        let whole = Exact::part(self.tokens.whole, index);
        let weight = whole.and_then(|whole| whole.plus(fraction?));
        self.weight = weight.unwrap_or(Exact::MAX);
        Ok(released)
    }

    /// What the class paid on the tokens since they are his, up to its `index`.
    fn distributed(&self, index: u128) -> Result<Exact, MathError> {
        let all = Exact::part(self.tokens.whole, index).unwrap_or_default();
        all.minus(self.weight)
    }

    /// Takes the fraction of a base unit of cash that is left of a holding that is over, scaled 1e27; nothing of one that is not.
    pub fn remainder(&mut self) -> Option<u128> {
        let is_over = self.deposit.is_empty()
            && self.redemption.is_empty()
            && (self.tokens.whole, self.cash.whole) == (0, 0);
        is_over.then(|| core::mem::take(&mut self.cash.fraction))
    }

    /// The holding as its owner sees it when the class's index is `index`; resolve it first.
    pub fn view(&self, index: u128) -> Result<OrderView, MathError> {
        Ok(OrderView {
            pending_deposit: self.deposit.pending()?,
            pending_redemption: self.redemption.pending()?,
            claimable_tokens: self.tokens.whole,
            claimable_cash: self.cash.plus(self.distributed(index)?)?.whole,
        })
    }
}

fn follow<S: Shelf>(
    slot: &mut Slot,
    (tranche, side): (TrancheId, Side),
    books: &Books,
    epoch: u32,
    shelf: &S,
) -> Result<Gains, MathError> {
    if slot.is_empty() {
        return Ok(Gains::default());
    }
    let id: BookId = (tranche, side, slot.series);
    let archive = OneBook {
        id,
        shelf,
        ended: None,
    };
    // A book that is gone had no order that is not filled or expired, and is not asked.
    let book = books
        .side(side)
        .book(slot.series)
        .copied()
        .unwrap_or_default();
    let (stake, gains) = slot
        .stake
        .resolved(&book, epoch, slot.conditions.until, &archive)?;
    slot.stake = stake;
    if stake.is_empty() {
        *slot = Slot::default();
    }
    Ok(gains)
}

interfaces::decode_fields!(
    Holding { deposit, redemption, tokens, weight, cash }
    Slot { conditions, series, stake }
);
