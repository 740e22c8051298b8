//! Seized collateral, sold for the debt.

use crate::loan::Loan;
use crate::seize::combine;
use finance::fixed::{add, sub};
use finance::{mul_div, MathError, Rounding};
use interfaces::collateral_vault::{Sale, Seized, Standing, VaultError};
use interfaces::ensure;

impl Loan {
    /// Collateral leaves and the debt is paid down. The mark shrinks with the collateral.
    pub fn sell(mut self, sale: &Sale) -> Result<Self, VaultError> {
        let before = self.seized()?;
        ensure!(
            sale.collateral <= before.collateral,
            VaultError::InsufficientCollateral
        );
        ensure!(sale.debt <= before.debt, VaultError::Overpaid);
        let after = after_sale(before, sale)?;
        self.position.collateral = after.collateral;
        self.position.standing = Standing::Seized {
            debt: after.debt,
            mark: after.mark,
        };
        self.kind.held = sub(self.kind.held, sale.collateral)?;
        let others = combine(self.kind.seized, before, sub)?;
        self.kind.seized = combine(others, after, add)?;
        Ok(self)
    }

    /// The auction is over: what is still owed is written off, and what collateral is left is the
    /// originator's.
    pub fn close(mut self) -> Result<Self, VaultError> {
        let left = self.seized()?;
        self.position.standing = Standing::Performing { normalised_debt: 0 };
        self.kind.seized = combine(self.kind.seized, left, sub)?;
        self.kind.written_off = add(self.kind.written_off, left.debt)?;
        Ok(self)
    }
}

/// The new mark is `min(debt left, mark × collateral left ÷ collateral before)`, rounded down.
fn after_sale(before: Seized, sale: &Sale) -> Result<Seized, MathError> {
    let debt = sub(before.debt, sale.debt)?;
    let collateral = sub(before.collateral, sale.collateral)?;
    let mark = mul_div(before.mark, collateral, before.collateral, Rounding::Down)?;
    Ok(Seized {
        debt,
        mark: mark.min(debt),
        collateral,
    })
}
