//! The state that every message of the agent loads and stores.

use finance::fixed::{add, sub};
use finance::orders::ONE;
use finance::parameters::Pause;
use finance::settlement::{Demand, Phase, Trade};
use finance::{mul_div, MathError, Period, Rounding, Timestamp, MAX_TRANCHES};
use ink::prelude::vec::Vec;
use interfaces::async_vault::AsyncVaultError;
use interfaces::ensure;
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::{AgentError, AgentTerms, ExpectedExit};
use interfaces::types::{Balance, TrancheId};

use crate::books::{Books, Records, Shelf};
use crate::holding::Slot;
use crate::ledger::Ledger;

/// Accounts, epoch and order books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Desk {
    /// Counts settlements.
    pub epoch: u32,
    /// From when on orders count for the next epoch.
    pub cut_off_at: Timestamp,
    /// When the running epoch may be closed.
    pub ends_at: Timestamp,
    /// From when on a cancelled order leaves at once again, because nobody settled.
    pub overdue_at: Timestamp,
    /// The state of the deal after the last settlement.
    pub phase: Phase,
    /// Of deposits.
    pub entry: Pause,
    /// Where the cash is.
    pub ledger: Ledger,
    /// Fractions of base units of claims that nobody owns, scaled 1e27; below one.
    pub remainders: u128,
    /// The order books of every class, most senior first; none until their tokens are named.
    pub classes: Vec<Books>,
}

/// Refuses terms that no agent can keep.
///
/// # Errors
/// [`AgentError::InvalidTranches`], [`AgentError::InvalidEpochLength`].
pub fn validate(terms: &AgentTerms) -> Result<(), AgentError> {
    let count = TrancheId(terms.tranches).index();
    ensure!(
        (2..=MAX_TRANCHES).contains(&count),
        AgentError::InvalidTranches
    );
    ensure!(
        terms.cut_off < terms.epoch_length,
        AgentError::InvalidEpochLength
    );
    Ok(())
}

impl Desk {
    /// A desk without orders whose first epoch begins `now`.
    pub fn new(terms: &AgentTerms, now: Timestamp) -> Self {
        let mut desk = Self::default();
        desk.end_epoch_at(now.plus(terms.epoch_length), terms, now);
        desk
    }

    /// Epochs keep their grid: one that was never closed is skipped, at no cost.
    pub fn start_next_epoch(
        &mut self,
        terms: &AgentTerms,
        now: Timestamp,
    ) -> Result<(), MathError> {
        let length = terms.epoch_length.0;
        let late = now.since(self.ends_at).0;
        let skipped = late.checked_div(length).ok_or(MathError::DivisionByZero)?;
        let ahead = skipped
            .checked_add(1)
            .and_then(|epochs| epochs.checked_mul(length));
        let ahead = Period(ahead.ok_or(MathError::Overflow)?);
        self.end_epoch_at(self.ends_at.plus(ahead), terms, now);
        self.epoch = self.epoch.checked_add(1).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// A cut-off that would have been before the epoch begins `now` is now: prices that were known are not for it.
    fn end_epoch_at(&mut self, end: Timestamp, terms: &AgentTerms, now: Timestamp) {
        self.ends_at = end;
        self.cut_off_at = Timestamp(end.0.saturating_sub(terms.cut_off.0)).max(now);
        self.overdue_at = end.plus(terms.epoch_length);
    }

    /// The running epoch, if an order that comes or goes `now` counts for the next one only.
    pub fn late_in(&self, now: Timestamp) -> Option<u32> {
        (now >= self.cut_off_at).then_some(self.epoch)
    }

    /// Whether the tokens are named.
    pub fn is_bound(&self) -> bool {
        !self.classes.is_empty()
    }

    /// The books of the class with this number.
    pub fn class(&self, id: TrancheId) -> Result<&Books, AsyncVaultError> {
        let books = self.classes.get(id.index());
        books.ok_or(AsyncVaultError::UnknownClass)
    }

    /// The books of the class with this number.
    pub fn class_mut(&mut self, id: TrancheId) -> Result<&mut Books, AsyncVaultError> {
        let books = self.classes.get_mut(id.index());
        books.ok_or(AsyncVaultError::UnknownClass)
    }

    /// The orders that the coming settlement may fill.
    pub fn demand(&self) -> Vec<Demand> {
        self.classes.iter().map(Books::demand).collect()
    }

    /// Books the fraction of a base unit that a holding leaves: whole ones are dust.
    pub fn gather(&mut self, remainder: u128) -> Result<(), MathError> {
        self.remainders = add(self.remainders, remainder)?;
        if self.remainders >= ONE {
            self.remainders = sub(self.remainders, ONE)?;
            self.ledger.write_to_dust(1)?;
        }
        Ok(())
    }

    /// Where the redemption order in `slot` of a class would stand after `settlement`.
    pub fn expected_exit(
        &self,
        id: TrancheId,
        slot: &Slot,
        settlement: &Settlement,
    ) -> Result<ExpectedExit, AsyncVaultError> {
        let mut exit = ExpectedExit {
            pending: slot.pending()?,
            settles_at: self.ends_at,
            ..ExpectedExit::default()
        };
        let all = self.classes.iter().zip(&settlement.tranches);
        for (books, trace) in all.clone().take(id.index()) {
            let waiting = books.redemptions.waiting().total()?;
            let worth = trace.exit.of(waiting, Rounding::Down);
            exit.ahead = exit.ahead.saturating_add(worth.unwrap_or(Balance::MAX));
        }
        if let Some((books, trace)) = all.clone().nth(id.index()) {
            let trade = Trade::Exit(trace.exit);
            let waiting = books.redemptions.taking_part(trade)?;
            let limit = slot.conditions.limit;
            if waiting > 0 && limit.is_none_or(|limit| trade.keeps(limit)) {
                let share = |all| mul_div(all, slot.stake.pending(), waiting, Rounding::Down);
                exit.leaving = share(trace.fill.burned)?;
                exit.cash = share(trace.fill.paid)?;
            }
        }
        Ok(exit)
    }

    /// Fills orders and sets cash aside as the pool settled. Returns what has to be stored beside the desk, and the
    /// cash that goes to the pool and comes from it.
    pub fn settle<S: Shelf>(
        &mut self,
        settlement: &Settlement,
        shelf: &S,
    ) -> Result<(Records, Flows), AgentError> {
        let mut records = Records::default();
        let mut flows = Flows::default();
        let rows = self.classes.iter_mut().zip(&settlement.tranches);
        for (id, (books, trace)) in (0..).map(TrancheId).zip(rows) {
            let expired = books.settle(id, self.epoch, trace, shelf, &mut records)?;
            self.ledger.give_back(expired)?;
            self.ledger.invest(trace.fill.deposited)?;
            flows.invested = add(flows.invested, trace.fill.deposited)?;
            for paid in [trace.payout.coupon, trace.payout.principal, trace.fill.paid] {
                self.ledger.set_aside(paid)?;
                flows.received = add(flows.received, paid)?;
            }
        }
        self.phase = settlement.trace.phase;
        self.ledger.ensure_conserved()?;
        Ok((records, flows))
    }
}

/// Cash between the agent and the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// To the pool.
    pub invested: Balance,
    /// From it.
    pub received: Balance,
}

interfaces::decode_fields!(Desk {
    epoch,
    cut_off_at,
    ends_at,
    overdue_at,
    phase,
    entry,
    ledger,
    remainders,
    classes,
});
