//! Collateral and debt that leave a position as a lot.

use crate::loan::{combine, Loan, Market};
use crate::Refused;
use finance::fixed::{add, sub};
use finance::lending::mark;
use finance::seizure::{CloseFactor, Portion};
use finance::{mul_div, MathError, Rounding};
use interfaces::collateral_vault::{Cut, Lot, Stressed, VaultError};
use interfaces::ensure;
use interfaces::types::{Balance, PositionId};

impl Loan {
    /// As much as brings the position back to its target, or all of it, becomes a lot that stands at its mark
    /// from now on.
    pub fn seize(
        self,
        position: PositionId,
        cut: &Cut,
        market: &Market,
    ) -> Result<(Self, Lot), Refused> {
        ensure!(self.position.normalised_debt > 0, VaultError::NothingOwed);
        self.ensure_liquidatable(market)?;
        let portion = self.portion(cut, market)?.ok_or(VaultError::NoRoom)?;
        ensure!(portion.collateral > 0, VaultError::InsufficientCollateral);
        let mut lot = Lot {
            position,
            collateral: portion.collateral,
            stressed: Stressed::default(),
            uncounted: 0,
        };
        let mut loan = self.changed(|loan| {
            (lot.stressed, lot.uncounted) = loan.split(portion, market)?;
            Ok::<_, MathError>(())
        })?;
        loan.kind.stressed = combine(loan.kind.stressed, lot.stressed, add)?;
        loan.position.lots = loan.position.lots.saturating_add(1);
        Ok((loan, lot))
    }

    fn portion(&self, cut: &Cut, market: &Market) -> Result<Option<Portion>, MathError> {
        let parameters = &market.parameters;
        let by = CloseFactor {
            target_ltv: parameters.target_ltv,
            penalty: cut.penalty,
            haircut: parameters.haircut,
            minimum: parameters.minimum_debt,
            room: cut.room,
        };
        let (debt, collateral) = (self.debt()?, self.position.collateral);
        if debt > parameters.whole_below && self.is_unhealthy(market)? {
            by.portion(debt, collateral, self.collateral_value(market.price)?)
        } else {
            by.whole(debt, collateral)
        }
    }

    /// Takes a portion out of the position. Returns how it is counted, and what is owed besides.
    fn split(
        &mut self,
        portion: Portion,
        market: &Market,
    ) -> Result<(Stressed, Balance), MathError> {
        let (debt, counted) = (self.debt()?, self.counted()?);
        let share = |amount| mul_div(amount, portion.debt, debt, Rounding::Down);
        let value = self
            .kind
            .quote
            .value(portion.collateral, market.price, Rounding::Down)?;
        let owed = share(counted.debt)?;
        let lot = Stressed {
            debt: owed,
            principal: share(counted.principal)?,
            mark: mark(owed, value, market.parameters.haircut)?,
            collateral: portion.collateral,
        };
        let mut uncounted = sub(portion.debt, owed)?;
        self.position.collateral = sub(self.position.collateral, portion.collateral)?;
        if portion.debt == debt {
            uncounted = add(uncounted, self.late(market.now)?)?;
            self.clear();
        } else {
            self.reduce(&lot, portion.debt, market)?;
        }
        Ok((lot, uncounted))
    }

    /// What is left of a debt of which `lot` is taken: charged for being late up to now, and marked anew if it
    /// was impaired.
    fn reduce(&mut self, lot: &Stressed, debt: Balance, market: &Market) -> Result<(), MathError> {
        let late = self.late(market.now)?;
        let position = &mut self.position;
        let taken = self.kind.index.normalise(debt, Rounding::Down)?;
        position.normalised_debt = sub(position.normalised_debt, taken)?;
        position.principal = sub(position.principal, lot.principal)?;
        if let Some(overdue) = &mut position.overdue {
            overdue.charge = late;
            overdue.charged_at = market.now;
            overdue.by = None;
        }
        if let Some(impairment) = &mut position.impairment {
            impairment.stressed.debt = sub(impairment.stressed.debt, lot.debt)?;
            impairment.stressed.principal = position.principal;
            self.mark(None, market)?;
        }
        Ok(())
    }
}
