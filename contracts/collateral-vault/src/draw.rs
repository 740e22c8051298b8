//! Cash lent against a position.

use crate::loan::{Loan, Market};
use finance::fixed::add;
use finance::{MathError, Rounding};
use interfaces::collateral_vault::{Standing, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// `amount` more is owed, within the limits of the position and of its type.
    pub fn draw(mut self, amount: Balance, market: &Market) -> Result<Self, VaultError> {
        let drawn = self.kind.index.normalise(amount, Rounding::Up)?;
        let (normalised_debt, principal) = self.performing()?;
        self.position.standing = Standing::Performing {
            normalised_debt: add(normalised_debt, drawn)?,
            principal: add(principal, amount)?,
        };
        self.kind.normalised_debt = add(self.kind.normalised_debt, drawn)?;
        self.kind.principal = add(self.kind.principal, amount)?;
        self.ensure_within_borrow_ltv(market)?;
        self.ensure_within_debt_limits(market)?;
        Ok(self)
    }

    fn ensure_within_debt_limits(&self, market: &Market) -> Result<(), VaultError> {
        let minimum = market.parameters.minimum_debt;
        ensure!(
            self.debt()? >= minimum,
            VaultError::BelowMinimumDebt { minimum }
        );
        let ceiling = market.parameters.debt_ceiling;
        ensure!(
            self.debt_of_type()? <= ceiling,
            VaultError::AboveDebtCeiling { ceiling }
        );
        Ok(())
    }

    /// Owed on the whole type, seized debt included, rounded up.
    fn debt_of_type(&self) -> Result<Balance, MathError> {
        let kind = &self.kind;
        let performing = kind.index.debt(kind.normalised_debt, Rounding::Up)?;
        add(performing, kind.seized.debt)
    }
}
