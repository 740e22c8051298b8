//! What all loans are worth to the pool.

use crate::book::Book;
use crate::loan::Market;
use finance::fixed::add;
use finance::lending::mark;
use finance::{MathError, Rounding, Timestamp};
use interfaces::collateral_vault::{CollateralType, Portfolio};
use interfaces::types::{Balance, CollateralId};

impl Book {
    /// The portfolio at `now`; `market` is asked only about types with seized debt. O(types).
    pub fn portfolio(
        &self,
        now: Timestamp,
        market: impl Fn(CollateralId, &CollateralType) -> Option<Market>,
    ) -> Result<Portfolio, MathError> {
        let mut portfolio = Portfolio::default();
        for (id, kind) in (0..).map(CollateralId).zip(&self.types) {
            portfolio.performing = add(portfolio.performing, performing(kind, now)?)?;
            if kind.seized.debt > 0 {
                let market = market(id, kind);
                portfolio.seized_debt = add(portfolio.seized_debt, kind.seized.debt)?;
                portfolio.stressed = add(portfolio.stressed, stressed(kind, market)?)?;
                portfolio.frozen |= market.is_none();
            }
        }
        Ok(portfolio)
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

/// `min(Σ marks, Σ collateral × price × (1 − haircut))`; nothing without a live price.
fn stressed(kind: &CollateralType, market: Option<Market>) -> Result<Balance, MathError> {
    let Some(Market { price, parameters }) = market else {
        return Ok(0);
    };
    let seized = kind.seized;
    // A price beyond the range of amounts is no reason to stop a settlement: the marks still bound it.
    let value = kind.quote.value(seized.collateral, price, Rounding::Down);
    mark(seized.mark, value.unwrap_or(u128::MAX), parameters.haircut)
}
