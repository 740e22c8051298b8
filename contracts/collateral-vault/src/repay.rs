//! Debt paid back.

use crate::loan::Loan;
use crate::Refused;
use finance::debt::Proceeds;
use finance::fixed::{add, sub};
use finance::{mul_div, MathError, Rounding, Timestamp};
use interfaces::collateral_vault::{Stressed, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// Up to `amount` of debt and late charges is paid back; the position owes nothing or at least its
    /// minimum afterwards. Returns what is paid as well.
    pub fn repay(self, amount: Balance, now: Timestamp) -> Result<(Self, Proceeds), Refused> {
        let (debt, late) = (self.debt()?, self.late(now)?);
        let owed = add(debt, late)?;
        ensure!(owed > 0, VaultError::NothingOwed);
        let paid = amount.min(owed);
        let mut proceeds = Proceeds::default();
        let loan = self.changed(|loan| {
            proceeds = loan.settle(paid, debt, late, now)?;
            Ok::<_, Refused>(())
        })?;
        let minimum = loan.kind.minimum_debt;
        ensure!(
            paid == owed || loan.debt()? >= minimum,
            VaultError::BelowMinimumDebt { minimum }
        );
        Ok((loan, proceeds))
    }

    /// Of a performing debt, late charges are paid first, then interest, then principal; of an impaired one
    /// principal, interest and late charges.
    fn settle(
        &mut self,
        paid: Balance,
        debt: Balance,
        late: Balance,
        now: Timestamp,
    ) -> Result<Proceeds, MathError> {
        let principal = self.position.principal;
        let charge = match self.position.impairment {
            None => paid.min(late),
            Some(_) => paid.saturating_sub(debt),
        };
        let paid = sub(paid, charge)?;
        let mut proceeds = match &mut self.position.impairment {
            None => Proceeds::of_repayment(paid, debt, principal)?,
            Some(impairment) => {
                impairment.stressed = impairment.stressed.paid(paid, self.position.collateral)?;
                Proceeds::of_recovery(paid, principal)
            }
        };
        let (left, late) = (sub(debt, paid)?, sub(late, charge)?);
        if left == 0 && late == 0 {
            self.clear();
        } else {
            let repaid = self.kind.index.normalise(paid, Rounding::Down)?;
            let normalised = &mut self.position.normalised_debt;
            *normalised = sub(*normalised, repaid)?;
            self.position.principal = sub(principal, proceeds.principal)?;
            if let Some(overdue) = &mut self.position.overdue {
                overdue.charge = late;
                overdue.charged_at = now;
            }
        }
        proceeds.interest = add(proceeds.interest, charge)?;
        Ok(proceeds)
    }
}

/// What payments do to debt that is counted by its mark.
pub trait Recovery: Sized {
    /// What is left after `paid`, principal first, where `held` is all the collateral left.
    fn paid(self, paid: Balance, held: Balance) -> Result<Self, MathError>;
}

impl Recovery for Stressed {
    /// The debt left is backed by `min(held, backing × debt left ÷ debt)`, rounded up. The mark shrinks alike,
    /// `min(debt left, mark × backing left ÷ backing)`, rounded down. More than the debt is of no concern.
    fn paid(self, paid: Balance, held: Balance) -> Result<Self, MathError> {
        let debt = self.debt.saturating_sub(paid);
        if debt == 0 {
            return Ok(Self::default());
        }
        let collateral = mul_div(self.collateral, debt, self.debt, Rounding::Up)?.min(held);
        // Nothing backs what came back from a lot that raised too little.
        let mark = match self.collateral {
            0 => 0,
            backing => mul_div(self.mark, collateral, backing, Rounding::Down)?,
        };
        Ok(Self {
            debt,
            principal: self.principal.saturating_sub(paid),
            mark: mark.min(debt),
            collateral,
        })
    }
}
