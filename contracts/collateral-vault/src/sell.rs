//! A lot, sold for its debt.

use crate::loan::{combine, Loan};
use crate::repay::Recovery;
use crate::Refused;
use finance::debt::Proceeds;
use finance::fixed::{add, decrease, increase, sub};
use finance::{MathError, Rounding, Timestamp};
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
        let counted = sale.debt.min(lot.stressed.debt);
        let uncounted = sub(sale.debt, counted)?;
        ensure!(uncounted <= lot.uncounted, VaultError::Overpaid);
        let proceeds = Proceeds::of_recovery(sale.debt, lot.stressed.principal);
        combine(&mut self.kind.stressed, &lot.stressed, decrease)?;
        decrease(&mut lot.collateral, sale.collateral)?;
        decrease(&mut lot.uncounted, uncounted)?;
        lot.stressed.pay(counted, lot.collateral)?;
        combine(&mut self.kind.stressed, &lot.stressed, increase)?;
        decrease(&mut self.kind.held, sale.collateral)?;
        Ok(proceeds)
    }

    /// The auction is over: what is left of the lot is the position's again. Returns what is written off
    /// because nothing stands behind it any more.
    pub fn close(&mut self, lot: &Lot, now: Timestamp) -> Result<Balance, MathError> {
        combine(&mut self.kind.stressed, &lot.stressed, decrease)?;
        self.leave()?;
        self.position.lots = self.position.lots.saturating_sub(1);
        self.take_back(lot, now)?;
        let mut written_off = 0;
        if self.position.lots == 0 && self.position.collateral == 0 {
            written_off = self.counted()?.debt;
            self.clear();
        }
        self.join()?;
        increase(&mut self.kind.written_off, written_off)?;
        Ok(written_off)
    }

    /// Debt that was not raised stays counted as it was in the lot; a position that takes it back is impaired.
    fn take_back(&mut self, lot: &Lot, now: Timestamp) -> Result<(), MathError> {
        let owed = add(lot.stressed.debt, lot.uncounted)?;
        if owed > 0 {
            // It was not late while it was in the lot.
            let late = self.late(now)?;
            self.reduce(0, 0, late, now)?;
            let mut stressed = self.counted()?;
            combine(&mut stressed, &lot.stressed, increase)?;
            let before = self.position.impairment;
            let by = before.and_then(|impairment| impairment.by);
            self.position.impairment = Some(Impairment { stressed, by });
            let normalised = self.kind.index.normalise(owed, Rounding::Up)?;
            increase(&mut self.position.normalised_debt, normalised)?;
            increase(&mut self.position.principal, lot.stressed.principal)?;
        }
        increase(&mut self.position.collateral, lot.collateral)
    }
}
