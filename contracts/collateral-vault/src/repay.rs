//! Debt paid back.

use crate::loan::Loan;
use finance::debt::Proceeds;
use finance::fixed::sub;
use finance::Rounding;
use interfaces::collateral_vault::{Standing, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// Up to `amount` is paid back, accrued interest first; the position owes nothing or at least
    /// `minimum` afterwards. Returns what is paid as well.
    pub fn repay(
        mut self,
        amount: Balance,
        minimum: Balance,
    ) -> Result<(Self, Proceeds), VaultError> {
        let (owed, principal) = self.performing()?;
        let debt = self.debt()?;
        ensure!(debt > 0, VaultError::NothingOwed);
        let paid = amount.min(debt);
        let repaid = if paid == debt {
            owed
        } else {
            self.kind.index.normalise(paid, Rounding::Down)?
        };
        let proceeds = Proceeds::of_repayment(paid, debt, principal)?;
        self.position.standing = Standing::Performing {
            normalised_debt: sub(owed, repaid)?,
            principal: sub(principal, proceeds.principal)?,
        };
        self.kind.normalised_debt = sub(self.kind.normalised_debt, repaid)?;
        self.kind.principal = sub(self.kind.principal, proceeds.principal)?;
        ensure!(
            paid == debt || self.debt()? >= minimum,
            VaultError::BelowMinimumDebt { minimum }
        );
        Ok((self, proceeds))
    }
}
