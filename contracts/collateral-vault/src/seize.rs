//! An unhealthy position, taken out of its originator's hands.

use crate::loan::{Loan, Market};
use finance::fixed::{add, sub};
use finance::lending::{debt_limit, is_unhealthy, mark};
use finance::MathError;
use interfaces::collateral_vault::{Seized, Standing, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// The debt leaves the performing set and stands at its mark from now on.
    pub fn seize(mut self, market: &Market) -> Result<Self, VaultError> {
        let (normalised_debt, principal) = self.performing()?;
        let debt = self.debt()?;
        let value = self.collateral_value(market.price)?;
        self.ensure_unhealthy(debt, value, market)?;
        self.kind.normalised_debt = sub(self.kind.normalised_debt, normalised_debt)?;
        self.kind.principal = sub(self.kind.principal, principal)?;
        let seized = Seized {
            debt,
            principal,
            mark: mark(debt, value, market.parameters.haircut)?,
            collateral: self.position.collateral,
        };
        self.position.standing = Standing::Seized(seized);
        self.kind.seized = combine(self.kind.seized, seized, add)?;
        Ok(self)
    }

    fn ensure_unhealthy(
        &self,
        debt: Balance,
        value: Balance,
        market: &Market,
    ) -> Result<(), VaultError> {
        let ltv = market.parameters.liquidation_ltv;
        let limit = debt_limit(value, ltv)?;
        ensure!(
            is_unhealthy(debt, value, ltv)?,
            VaultError::Healthy { debt, limit }
        );
        Ok(())
    }
}

/// Adds or subtracts every field.
pub fn combine(
    total: Seized,
    part: Seized,
    step: impl Fn(Balance, Balance) -> Result<Balance, MathError>,
) -> Result<Seized, MathError> {
    Ok(Seized {
        debt: step(total.debt, part.debt)?,
        principal: step(total.principal, part.principal)?,
        mark: step(total.mark, part.mark)?,
        collateral: step(total.collateral, part.collateral)?,
    })
}
