//! The market outside the chain.

use anyhow::{Context, Result};
use finance::{Price, Ratio, Rounding};
use interfaces::types::CollateralId;

use crate::deployment::Deal;
use crate::input::scenario::{Row, Scenario};

/// Prices outside the chain: by collateral type, as last traded.
pub struct Market {
    column: Vec<usize>,
    first: Vec<Option<Price>>,
    now: Vec<Option<Price>>,
}

impl Market {
    pub fn new(deal: &Deal, scenario: &Scenario) -> Result<Self> {
        let collateral = &deal.sheet.collateral;
        let column = collateral.iter().map(|collateral| {
            scenario.column(&collateral.asset).with_context(|| {
                format!(
                    "{}: the asset `{}` of {} is no column of {}, which has {}",
                    deal.sheet.file.display(),
                    collateral.asset,
                    collateral.token.symbol,
                    scenario.file.display(),
                    scenario.assets.join(", ")
                )
            })
        });
        let unknown = vec![None; collateral.len()];
        Ok(Self {
            column: column.collect::<Result<_>>()?,
            first: unknown.clone(),
            now: unknown,
        })
    }

    /// Takes the prices of a row and returns what traded.
    pub fn trade(&mut self, row: &Row) -> Vec<(CollateralId, Price)> {
        let traded = self.prices(row);
        for (id, price) in &traded {
            self.now[id.index()] = Some(*price);
            self.first[id.index()].get_or_insert(*price);
        }
        traded
    }

    /// What traded in a row.
    pub fn prices(&self, row: &Row) -> Vec<(CollateralId, Price)> {
        let columns = (0..).map(CollateralId).zip(&self.column);
        let price = |column: &usize| row.prices.get(*column).copied().flatten();
        columns
            .filter_map(|(id, column)| Some((id, price(column)?)))
            .collect()
    }

    /// The last price of a collateral type.
    pub fn price(&self, collateral: CollateralId) -> Option<Price> {
        self.now.get(collateral.index()).copied().flatten()
    }

    /// Whether a collateral type has lost at least `fall` since it first traded.
    pub fn has_fallen(&self, collateral: CollateralId, fall: Ratio) -> bool {
        let first = self.first.get(collateral.index()).copied().flatten();
        let (Some(first), Some(now)) = (first, self.price(collateral)) else {
            return false;
        };
        let limit = fall.complement().of(first.0, Rounding::Down);
        limit.is_ok_and(|limit| now.0 <= limit)
    }

    /// Whether any collateral type has.
    pub fn any_has_fallen(&self, fall: Ratio) -> bool {
        (0..)
            .map(CollateralId)
            .take(self.now.len())
            .any(|id| self.has_fallen(id, fall))
    }
}
