//! Seized collateral, sold for the debt.

use crate::loan::Loan;
use crate::seize::combine;
use finance::debt::Proceeds;
use finance::fixed::{add, sub};
use finance::{mul_div, MathError, Rounding};
use interfaces::collateral_vault::{Sale, Seized, Standing, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// Collateral leaves and the debt is paid down, principal first. Returns what is paid as well.
    pub fn sell(mut self, sale: &Sale) -> Result<(Self, Proceeds), VaultError> {
        let before = self.seized()?;
        ensure!(
            sale.collateral <= self.position.collateral,
            VaultError::InsufficientCollateral
        );
        ensure!(sale.debt <= before.debt, VaultError::Overpaid);
        let proceeds = Proceeds::of_recovery(sale.debt, before.principal);
        self.position.collateral = sub(self.position.collateral, sale.collateral)?;
        let after = after_sale(before, proceeds, self.position.collateral)?;
        self.position.standing = Standing::Seized(after);
        self.kind.held = sub(self.kind.held, sale.collateral)?;
        let others = combine(self.kind.seized, before, sub)?;
        self.kind.seized = combine(others, after, add)?;
        Ok((self, proceeds))
    }

    /// The auction is over: what is still owed is written off, and what collateral is left is the
    /// originator's.
    pub fn close(mut self) -> Result<Self, VaultError> {
        let left = self.seized()?;
        self.position.standing = Standing::CLEAR;
        self.kind.seized = combine(self.kind.seized, left, sub)?;
        self.kind.written_off = add(self.kind.written_off, left.debt)?;
        Ok(self)
    }
}

/// What the debt left is backed by: `min(held, backing × debt left ÷ debt)`, rounded up, where `held` is all
/// the collateral left. The mark shrinks alike, `min(debt left, mark × backing left ÷ backing)`, rounded
/// down. Without debt nothing is backed, though a penalty may be left to raise.
fn after_sale(before: Seized, proceeds: Proceeds, held: Balance) -> Result<Seized, MathError> {
    let principal = sub(before.principal, proceeds.principal)?;
    let debt = sub(sub(before.debt, proceeds.principal)?, proceeds.interest)?;
    if debt == 0 {
        return Ok(Seized::default());
    }
    let collateral = mul_div(before.collateral, debt, before.debt, Rounding::Up)?.min(held);
    let mark = mul_div(before.mark, collateral, before.collateral, Rounding::Down)?;
    Ok(Seized {
        debt,
        principal,
        mark: mark.min(debt),
        collateral,
    })
}
