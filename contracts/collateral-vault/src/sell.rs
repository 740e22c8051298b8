//! A lot, sold for its debt.

use crate::loan::{combine, Loan};
use crate::repay::Recovery;
use crate::Refused;
use finance::debt::Proceeds;
use finance::fixed::{add, sub};
use finance::{MathError, Rounding};
use interfaces::collateral_vault::{Impairment, Lot, Sale, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// Collateral leaves `lot` and its debt is paid down, principal first and last what the pool never counted.
    /// Returns what is paid.
    pub fn sell(&mut self, lot: &mut Lot, sale: &Sale) -> Result<Proceeds, Refused> {
        ensure!(
            sale.collateral <= lot.collateral,
            VaultError::InsufficientCollateral
        );
        let before = lot.stressed;
        let counted = sale.debt.min(before.debt);
        let uncounted = sub(sale.debt, counted)?;
        ensure!(uncounted <= lot.uncounted, VaultError::Overpaid);
        lot.collateral = sub(lot.collateral, sale.collateral)?;
        lot.uncounted = sub(lot.uncounted, uncounted)?;
        lot.stressed = before.paid(counted, lot.collateral)?;
        self.kind.held = sub(self.kind.held, sale.collateral)?;
        let others = combine(self.kind.stressed, before, sub)?;
        self.kind.stressed = combine(others, lot.stressed, add)?;
        Ok(Proceeds::of_recovery(sale.debt, before.principal))
    }

    /// The auction is over: what is left of the lot is the position's again. Returns what is written off
    /// because nothing stands behind it any more.
    pub fn close(&mut self, lot: &Lot) -> Result<Balance, MathError> {
        self.kind.stressed = combine(self.kind.stressed, lot.stressed, sub)?;
        let mut written_off = 0;
        *self = self.changed(|loan| {
            loan.position.lots = loan.position.lots.saturating_sub(1);
            loan.take_back(lot)?;
            if loan.position.lots == 0 && loan.position.collateral == 0 {
                written_off = loan.counted()?.debt;
                loan.clear();
            }
            Ok::<_, MathError>(())
        })?;
        self.kind.written_off = add(self.kind.written_off, written_off)?;
        Ok(written_off)
    }

    /// Debt that was not raised stays counted as it was in the lot; a position that takes it back is impaired.
    fn take_back(&mut self, lot: &Lot) -> Result<(), MathError> {
        let owed = add(lot.stressed.debt, lot.uncounted)?;
        if owed > 0 {
            let stressed = combine(self.counted()?, lot.stressed, add)?;
            let by = self
                .position
                .impairment
                .and_then(|impairment| impairment.by);
            self.position.impairment = Some(Impairment { stressed, by });
            let normalised = self.kind.index.normalise(owed, Rounding::Up)?;
            let position = &mut self.position;
            position.normalised_debt = add(position.normalised_debt, normalised)?;
            position.principal = add(position.principal, lot.stressed.principal)?;
        }
        self.position.collateral = add(self.position.collateral, lot.collateral)?;
        Ok(())
    }
}
