//! Debt paid back.

use crate::loan::Loan;
use crate::Refused;
use finance::debt::Proceeds;
use finance::fixed::{add, decrease, increase, sub};
use finance::{mul_div, MathError, Rounding, Timestamp};
use interfaces::collateral_vault::{Stressed, VaultError};
use interfaces::ensure;
use interfaces::types::Balance;

impl Loan {
    /// Up to `amount` of debt and late charges is paid back; the position owes nothing or at least its minimum afterwards,
    /// or still something if it owed less before: never late charges alone. Returns what is paid.
    pub fn repay(&mut self, amount: Balance, now: Timestamp) -> Result<Proceeds, Refused> {
        let (debt, late) = (self.debt()?, self.late(now)?);
        let owed = add(debt, late)?;
        ensure!(owed > 0, VaultError::NothingOwed);
        let paid = amount.min(owed);
        self.leave()?;
        let proceeds = self.settle(paid, debt, late, now)?;
        self.join()?;
        let (minimum, left) = (self.kind.minimum_debt, self.debt()?);
        ensure!(
            paid == owed || left >= minimum || (debt < minimum && left > 0),
            VaultError::BelowMinimumDebt { minimum }
        );
        Ok(proceeds)
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
                impairment.stressed.pay(paid, self.position.collateral)?;
                Proceeds::of_recovery(paid, principal)
            }
        };
        let (left, late) = (sub(debt, paid)?, sub(late, charge)?);
        if left == 0 && late == 0 {
            self.clear();
        } else {
            let repaid = self.kind.index.normalise(paid, Rounding::Down)?;
            self.reduce(repaid, proceeds.principal, late, now)?;
        }
        increase(&mut proceeds.interest, charge)?;
        Ok(proceeds)
    }

    /// Takes off `normalised` debt and the `principal` in it; `late` charges are owed up to `now`.
    pub fn reduce(
        &mut self,
        normalised: Balance,
        principal: Balance,
        late: Balance,
        now: Timestamp,
    ) -> Result<(), MathError> {
        let position = &mut self.position;
        decrease(&mut position.normalised_debt, normalised)?;
        decrease(&mut position.principal, principal)?;
        if let Some(overdue) = &mut position.overdue {
            overdue.charge = late;
            overdue.charged_at = now;
        }
        Ok(())
    }
}

/// What payments do to debt that is counted by its mark.
pub trait Recovery {
    /// Takes off what is `paid`, principal first, where `held` is all the collateral left.
    fn pay(&mut self, paid: Balance, held: Balance) -> Result<(), MathError>;
}

impl Recovery for Stressed {
    /// The debt left is backed by `min(held, backing × debt left ÷ debt)`, rounded up. The mark shrinks alike,
    /// `min(debt left, mark × backing left ÷ backing)`, rounded down. More than the debt is of no concern.
    fn pay(&mut self, paid: Balance, held: Balance) -> Result<(), MathError> {
        let (before, backing) = (self.debt, self.collateral);
        let left = before.saturating_sub(paid);
        if left == 0 {
            *self = Self::default();
            return Ok(());
        }
        self.debt = left;
        self.principal = self.principal.saturating_sub(paid);
        self.collateral = mul_div(backing, left, before, Rounding::Up)?.min(held);
        // Nothing backs what came back from a lot that raised too little.
        if backing == 0 {
            self.mark = 0;
        } else {
            let mark = mul_div(self.mark, self.collateral, backing, Rounding::Down)?;
            self.mark = mark.min(left);
        }
        Ok(())
    }
}
