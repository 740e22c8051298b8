//! What all loans are worth to the pool.

use crate::book::Book;
use finance::fixed::add;
use finance::lending::mark;
use finance::{MathError, Rounding, Timestamp};
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::{CollateralType, Portfolio};
use interfaces::oracle_adapter::Quotation;
use interfaces::types::{AssetId, Balance};

/// Which types are priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priced {
    /// None: nothing depends on what the loans are worth.
    Nothing,
    /// Those with stressed debt: performing debt counts at face.
    Stressed,
    /// All on which something is owed.
    Lent,
}

impl Priced {
    fn includes(self, kind: &CollateralType) -> bool {
        match self {
            Self::Nothing => false,
            Self::Stressed => kind.stressed.debt > 0,
            Self::Lent => kind.stressed.debt > 0 || kind.normalised_debt > 0,
        }
    }
}

impl Book {
    /// What stands behind the types that are `priced`, in their order.
    pub fn assets(&self, priced: Priced) -> Vec<AssetId> {
        let kinds = self.types.iter().filter(|kind| priced.includes(kind));
        kinds.map(|kind| kind.asset).collect()
    }

    /// Everything ever written off.
    pub fn written_off(&self) -> Result<Balance, MathError> {
        let mut lost = self.types.iter().map(|kind| kind.written_off);
        lost.try_fold(0, add)
    }

    /// The portfolio at `time` of the clock of interest and at the `prices` of [`Self::assets`], where one that
    /// is missing is frozen. O(types).
    pub fn portfolio(
        &self,
        time: Timestamp,
        priced: Priced,
        prices: Vec<Option<Quotation>>,
    ) -> Result<Portfolio, MathError> {
        let mut prices = prices.into_iter();
        let mut sum = Portfolio::default();
        for kind in &self.types {
            let performing = performing(kind, time)?;
            sum.principal = add(sum.principal, kind.principal)?;
            sum.performing = add(sum.performing, performing)?;
            sum.seized_debt = add(sum.seized_debt, kind.stressed.debt)?;
            sum.written_off = add(sum.written_off, kind.written_off)?;
            if priced.includes(kind) {
                match prices.next().flatten() {
                    Some(quotation) => add_priced(&mut sum, kind, quotation)?,
                    None => {
                        sum.frozen = true;
                        sum.frozen_debt = add(sum.frozen_debt, performing)?;
                    }
                }
            }
        }
        Ok(sum)
    }
}

/// Performing debt at face, rounded down.
fn performing(kind: &CollateralType, time: Timestamp) -> Result<Balance, MathError> {
    if kind.normalised_debt == 0 {
        return Ok(0);
    }
    let index = kind.index.accrue(time)?;
    index.debt(kind.normalised_debt, Rounding::Down)
}

/// Adds stressed debt at its marks, `min(Σ marks, Σ collateral × price × (1 − haircut))`, and at the market,
/// `min(Σ debt, Σ collateral × price)`.
fn add_priced(
    sum: &mut Portfolio,
    kind: &CollateralType,
    quotation: Quotation,
) -> Result<(), MathError> {
    let stressed = kind.stressed;
    // A price beyond the range of amounts is no reason to stop a settlement: debt and marks still bound it.
    let value = kind
        .quote
        .value(stressed.collateral, quotation.low, Rounding::Down);
    let value = value.unwrap_or(u128::MAX);
    sum.stressed = add(sum.stressed, mark(stressed.mark, value, kind.haircut)?)?;
    sum.market = add(sum.market, stressed.debt.min(value))?;
    sum.held |= quotation.held_until.is_some();
    let oldest = quotation.oldest;
    sum.prices_at = Some(sum.prices_at.map_or(oldest, |at| at.min(oldest)));
    Ok(())
}
