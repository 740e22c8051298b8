//! The settlement of an epoch, computed whole before anything is written.
//!
//! 1. accrue: claims grow up to now;
//! 2. value: cash plus the loan portfolio;
//! 3. **waterfall**: the value of every class, most senior first;
//! 4. fills: deposits and redemptions that subordination, caps and cash allow;
//! 5. conservation: the accounts and the classes must still add up.
//!
//! What is previewed is what is executed: both are this one function.

use finance::fills::{self, Class, Fill, Sides};
use finance::orders::ClosedGeneration;
use finance::{waterfall, MathError, Period, Timestamp};
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::Portfolio;
use interfaces::ensure;
use interfaces::tranche_pool::{PoolError, Settlement, TrancheSettlement};
use interfaces::types::{Balance, TrancheId};

use crate::holding::{GenerationKey, Side};
use crate::pool::Pool;

/// A settlement ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The pool afterwards.
    pub pool: Pool,
    /// Generations of order books that ended.
    pub closed: Vec<(GenerationKey, ClosedGeneration)>,
    /// What is published.
    pub settlement: Settlement,
}

/// Settles `pool` against `portfolio`.
///
/// # Errors
/// [`PoolError::Math`] beyond the range of amounts, [`PoolError::NotConserved`] never.
pub fn settle(
    pool: Pool,
    portfolio: Portfolio,
    epoch_length: Period,
    now: Timestamp,
) -> Result<Settled, PoolError> {
    let mut pool = pool.accrued(now)?;
    let cash_before = pool.ledger.books().cash;
    let value_before = pool.value(&portfolio)?;
    let dust = sweep_unowned(&mut pool, &portfolio)?;
    let values = pool.values(&portfolio)?;
    let claims: Vec<Balance> = pool.tranches.iter().map(|tranche| tranche.owed()).collect();

    let mut classes: Vec<Class> = pool
        .tranches
        .iter()
        .zip(&values)
        .map(|(tranche, value)| tranche.class(*value))
        .collect();
    let fills = fills::fill(
        &mut classes,
        pool.ledger.books().cash,
        open_sides(&portfolio),
    )?;
    let closed = apply(&mut pool, &classes, &fills)?;
    mark_wiped(&mut pool, &portfolio);
    pool.redeploy(&portfolio)?;

    let value_after = ensure_conserved(&pool, &portfolio)?;
    let settlement = Settlement {
        epoch: pool.epoch,
        settled_at: now,
        portfolio,
        cash_before,
        cash_after: pool.ledger.books().cash,
        value_before,
        value_after,
        dust,
        tranches: report(&pool, &claims, &values, &fills)?,
    };
    start_next_epoch(&mut pool, epoch_length, now)?;
    Ok(Settled {
        pool,
        closed,
        settlement,
    })
}

/// While a loan is in auction its value is an estimate: nobody enters at it. While the price behind a
/// loan is missing nobody leaves either. Without loans there is no loss that a class could need cover for.
fn open_sides(portfolio: &Portfolio) -> Sides {
    Sides {
        deposits: portfolio.seized_debt == 0 && !portfolio.frozen,
        redemptions: !portfolio.frozen,
        redemptions_covered: portfolio.performing > 0 || portfolio.seized_debt > 0,
    }
}

/// Moves value of a residual class without holders out of the pool, as far as it is cash: the next
/// depositor has no right to it.
fn sweep_unowned(pool: &mut Pool, portfolio: &Portfolio) -> Result<Balance, PoolError> {
    if pool
        .tranches
        .last()
        .is_none_or(|residual| residual.supply > 0)
    {
        return Ok(0);
    }
    let unowned = pool.values(portfolio)?.last().copied().unwrap_or_default();
    let swept = unowned.min(pool.ledger.books().cash);
    pool.ledger.sweep(swept)?;
    Ok(swept)
}

/// Writes the classes back and moves the cash of the fills.
fn apply(
    pool: &mut Pool,
    classes: &[Class],
    fills: &[Fill],
) -> Result<Vec<(GenerationKey, ClosedGeneration)>, MathError> {
    let mut closed = Vec::new();
    for (((id, tranche), class), fill) in (0..)
        .map(TrancheId)
        .zip(&mut pool.tranches)
        .zip(classes)
        .zip(fills)
    {
        tranche.claim = class.claim;
        tranche.value = class.value;
        tranche.supply = class.supply;
        if let Some((number, end)) = tranche.deposits.fill(fill.deposited, fill.minted)? {
            closed.push(((id, Side::Deposit, number), end));
        }
        if let Some((number, end)) = tranche.redemptions.fill(fill.burned, fill.paid)? {
            closed.push(((id, Side::Redemption, number), end));
        }
    }
    // All cash comes in before any goes out: a redemption may be paid from a deposit in any class.
    fills
        .iter()
        .try_for_each(|fill| pool.ledger.accept(fill.deposited))?;
    fills
        .iter()
        .try_for_each(|fill| pool.ledger.set_aside(fill.paid))?;
    Ok(closed)
}

/// Notes which classes were worth nothing. A missing price wipes nobody out.
fn mark_wiped(pool: &mut Pool, portfolio: &Portfolio) {
    if !portfolio.frozen {
        for tranche in &mut pool.tranches {
            tranche.wiped = tranche.value == 0;
        }
    }
}

/// Every base unit of cash is in an account, and the classes own exactly the pool's value, as the
/// waterfall divides it. Returns that value.
fn ensure_conserved(pool: &Pool, portfolio: &Portfolio) -> Result<Balance, PoolError> {
    pool.ledger.ensure_conserved()?;
    let owned: Vec<Balance> = pool.tranches.iter().map(|tranche| tranche.value).collect();
    ensure!(pool.values(portfolio)? == owned, PoolError::NotConserved);
    Ok(waterfall::total(&owned)?)
}

fn report(
    pool: &Pool,
    claims: &[Balance],
    values: &[Balance],
    fills: &[Fill],
) -> Result<Vec<TrancheSettlement>, MathError> {
    let after: Vec<Balance> = pool.tranches.iter().map(|tranche| tranche.value).collect();
    let rows = pool
        .tranches
        .iter()
        .zip(claims)
        .zip(values)
        .zip(fills)
        .enumerate();
    rows.map(|(index, (((tranche, claim), value), fill))| {
        Ok(TrancheSettlement {
            claim_before: *claim,
            claim_after: tranche.owed(),
            value_before: *value,
            value_after: tranche.value,
            supply_after: tranche.supply,
            fill: *fill,
            subordination: waterfall::subordination(&after, index)?,
        })
    })
    .collect()
}

/// Epochs keep their grid: one that was never closed is skipped, at no cost.
fn start_next_epoch(pool: &mut Pool, length: Period, now: Timestamp) -> Result<(), MathError> {
    let late = now.since(pool.epoch_ends_at).0;
    let skipped = late
        .checked_div(length.0)
        .ok_or(MathError::DivisionByZero)?;
    let ahead = skipped
        .checked_add(1)
        .and_then(|epochs| epochs.checked_mul(length.0));
    pool.epoch_ends_at = pool
        .epoch_ends_at
        .plus(Period(ahead.ok_or(MathError::Overflow)?));
    pool.epoch = pool.epoch.checked_add(1).ok_or(MathError::Overflow)?;
    Ok(())
}
