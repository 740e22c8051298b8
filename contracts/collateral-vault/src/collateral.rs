//! Collateral in and out of a position.

use crate::loan::Loan;
use crate::Refused;
use finance::fixed::{decrease, increase};
use finance::MathError;
use interfaces::collateral_vault::VaultError;
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// `amount` more collateral is locked.
    pub fn lock(&mut self, amount: Balance) -> Result<(), MathError> {
        increase(&mut self.position.collateral, amount)?;
        increase(&mut self.kind.held, amount)
    }

    /// `amount` of collateral is the originator's again. Whether what stays suffices is another question.
    pub fn release(&mut self, amount: Balance) -> Result<(), Refused> {
        self.ensure_free()?;
        ensure!(
            amount <= self.position.collateral,
            VaultError::InsufficientCollateral
        );
        decrease(&mut self.position.collateral, amount)?;
        Ok(decrease(&mut self.kind.held, amount)?)
    }
}
