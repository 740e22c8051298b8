//! Collateral in and out of a position.

use crate::loan::Loan;
use crate::Refused;
use finance::fixed::{add, sub};
use finance::MathError;
use interfaces::collateral_vault::VaultError;
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// `amount` more collateral is locked.
    pub fn lock(mut self, amount: Balance) -> Result<Self, MathError> {
        self.position.collateral = add(self.position.collateral, amount)?;
        self.kind.held = add(self.kind.held, amount)?;
        Ok(self)
    }

    /// `amount` of collateral is the originator's again. Whether what stays suffices is another question.
    pub fn release(mut self, amount: Balance) -> Result<Self, Refused> {
        self.ensure_free()?;
        ensure!(
            amount <= self.position.collateral,
            VaultError::InsufficientCollateral
        );
        self.position.collateral = sub(self.position.collateral, amount)?;
        self.kind.held = sub(self.kind.held, amount)?;
        Ok(self)
    }
}
