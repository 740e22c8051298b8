//! Loans that may not be paid: counted by their marks, overdue, called for more margin.

use crate::loan::{Loan, Market};
use crate::Refused;
use finance::lending::{is_unhealthy, mark};
use finance::{MathError, Ratio, Timestamp};
use interfaces::collateral_vault::{Impairment, Overdue, VaultError};
use interfaces::ensure;
use interfaces::types::AccountId;

impl Loan {
    /// Counted by its mark from now on. What the pool counts as owed is what it was when it was impaired, less
    /// what was paid since.
    pub fn impair(&mut self, by: AccountId, market: &Market) -> Result<(), Refused> {
        self.ensure_liquidatable(market)?;
        let by = match self.position.impairment {
            None => Some(by),
            Some(impairment) => impairment.by,
        };
        self.leave()?;
        self.mark(by, market)?;
        Ok(self.join()?)
    }

    /// Marked anew at the market.
    pub fn mark(&mut self, by: Option<AccountId>, market: &Market) -> Result<(), MathError> {
        let mut stressed = self.counted()?;
        let value = self.collateral_value(market.price)?;
        stressed.mark = mark(stressed.debt, value, market.parameters.haircut)?;
        stressed.collateral = self.position.collateral;
        self.position.impairment = Some(Impairment { stressed, by });
        Ok(())
    }

    /// Counted by its debt again.
    pub fn restore(&mut self, _: AccountId, market: &Market) -> Result<(), Refused> {
        ensure!(self.position.impairment.is_some(), VaultError::NotImpaired);
        ensure!(!self.is_liquidatable(market)?, VaultError::Unhealthy);
        self.leave()?;
        self.position.impairment = None;
        Ok(self.join()?)
    }

    /// Past its term from now on, charged at the `annual` rate.
    pub fn mark_overdue(
        &mut self,
        by: AccountId,
        annual: Ratio,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let position = &mut self.position;
        ensure!(position.normalised_debt > 0, VaultError::NothingOwed);
        ensure!(now > position.due_at, VaultError::NotDue);
        ensure!(position.overdue.is_none(), VaultError::AlreadyMarked);
        position.overdue = Some(Overdue {
            marked_at: now,
            rate: annual,
            charge: 0,
            charged_at: now,
            by: Some(by),
        });
        Ok(())
    }

    /// The clock of a margin call starts or stops.
    pub fn call_margin(&mut self, _: AccountId, market: &Market) -> Result<(), Refused> {
        let value = self.collateral_value(market.price)?;
        let is_short = is_unhealthy(self.debt()?, value, market.parameters.margin_ltv)?;
        ensure!(
            is_short != self.position.called_at.is_some(),
            VaultError::AlreadyMarked
        );
        self.position.called_at = is_short.then_some(market.now);
        Ok(())
    }
}
