//! What all loans are worth to the pool.

use crate::book::Book;
use finance::fixed::add;
use finance::lending::mark;
use finance::{MathError, Ratio, Rounding, Timestamp};
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::{CollateralType, Portfolio};
use interfaces::oracle_adapter::Quotation;
use interfaces::types::{AssetId, Balance, CollateralId};

/// Which types are priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priced {
    /// Those with seized debt: performing debt counts at face.
    Seized,
    /// All on which something is owed.
    Lent,
}

impl Priced {
    fn includes(self, kind: &CollateralType) -> bool {
        kind.seized.debt > 0 || (self == Self::Lent && kind.normalised_debt > 0)
    }
}

impl Book {
    /// What stands behind the types that are `priced`, in their order.
    pub fn assets(&self, priced: Priced) -> Vec<AssetId> {
        let kinds = self.types.iter().filter(|kind| priced.includes(kind));
        kinds.map(|kind| kind.asset).collect()
    }

    /// The portfolio at `now` and at the `prices` of [`Self::assets`], where one that is missing is frozen.
    /// `haircut` is asked only about types with seized debt; without it they are as good as frozen.
    /// O(types).
    pub fn portfolio(
        &self,
        now: Timestamp,
        priced: Priced,
        prices: Vec<Option<Quotation>>,
        haircut: impl Fn(CollateralId) -> Option<Ratio>,
    ) -> Result<Portfolio, MathError> {
        let mut prices = prices.into_iter();
        let mut sum = Portfolio::default();
        for (id, kind) in (0..).map(CollateralId).zip(&self.types) {
            let performing = performing(kind, now)?;
            sum.principal = add(sum.principal, kind.principal)?;
            sum.performing = add(sum.performing, performing)?;
            sum.seized_debt = add(sum.seized_debt, kind.seized.debt)?;
            sum.written_off = add(sum.written_off, kind.written_off)?;
            if priced.includes(kind) {
                let haircut = if kind.seized.debt > 0 {
                    haircut(id)
                } else {
                    Some(Ratio::ZERO)
                };
                match prices.next().flatten().zip(haircut) {
                    Some((quotation, haircut)) => add_priced(&mut sum, kind, quotation, haircut)?,
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
fn performing(kind: &CollateralType, now: Timestamp) -> Result<Balance, MathError> {
    if kind.normalised_debt == 0 {
        return Ok(0);
    }
    let index = kind.index.accrue(now)?;
    index.debt(kind.normalised_debt, Rounding::Down)
}

/// Adds seized debt in stress, `min(Σ marks, Σ collateral × price × (1 − haircut))`, and at the market,
/// `min(Σ debt, Σ collateral × price)`.
fn add_priced(
    sum: &mut Portfolio,
    kind: &CollateralType,
    quotation: Quotation,
    haircut: Ratio,
) -> Result<(), MathError> {
    let seized = kind.seized;
    // A price beyond the range of amounts is no reason to stop a settlement: debt and marks still bound it.
    let value = kind
        .quote
        .value(seized.collateral, quotation.price, Rounding::Down);
    let value = value.unwrap_or(u128::MAX);
    sum.stressed = add(sum.stressed, mark(seized.mark, value, haircut)?)?;
    sum.market = add(sum.market, seized.debt.min(value))?;
    let oldest = quotation.oldest;
    sum.prices_at = Some(sum.prices_at.map_or(oldest, |at| at.min(oldest)));
    Ok(())
}
