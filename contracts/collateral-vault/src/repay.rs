//! Debt paid back.

use crate::loan::Loan;
use finance::fixed::sub;
use finance::Rounding;
use interfaces::collateral_vault::{Standing, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// Up to `amount` is paid back; the position owes nothing or at least `minimum` afterwards. Returns
    /// what is paid as well.
    pub fn repay(
        mut self,
        amount: Balance,
        minimum: Balance,
    ) -> Result<(Self, Balance), VaultError> {
        let owed = self.normalised_debt()?;
        let debt = self.debt()?;
        ensure!(debt > 0, VaultError::NothingOwed);
        let paid = amount.min(debt);
        let repaid = if paid == debt {
            owed
        } else {
            self.kind.index.normalise(paid, Rounding::Down)?
        };
        self.position.standing = Standing::Performing {
            normalised_debt: sub(owed, repaid)?,
        };
        self.kind.normalised_debt = sub(self.kind.normalised_debt, repaid)?;
        ensure!(
            paid == debt || self.debt()? >= minimum,
            VaultError::BelowMinimumDebt { minimum }
        );
        Ok((self, paid))
    }
}
