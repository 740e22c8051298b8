//! Collateral and debt that leave a position as a lot.

use crate::loan::{combine, Loan, Market};
use crate::Refused;
use finance::fixed::{add, decrease, increase, sub};
use finance::lending::mark;
use finance::seizure::{CloseFactor, Portion};
use finance::{mul_div, MathError, Rounding};
use interfaces::collateral_vault::{Cut, Lot, Seizure, Stressed, VaultError};
use interfaces::ensure;
use interfaces::types::{AuctionId, Balance, PositionId};

impl Loan {
    /// As much as brings the position back to its target, or all of it, becomes a lot that stands at its mark
    /// from now on. Returns it, and what the engine is told of it.
    pub fn seize(
        &mut self,
        id: AuctionId,
        position: PositionId,
        cut: &Cut,
        market: &Market,
    ) -> Result<(Lot, Seizure), Refused> {
        let (impairment, overdue) = (self.position.impairment, self.position.overdue);
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
        self.leave()?;
        self.split(&mut lot, portion.debt, market)?;
        self.join()?;
        combine(&mut self.kind.stressed, &lot.stressed, increase)?;
        self.position.lots = self.position.lots.saturating_add(1);
        let seizure = Seizure {
            lot: id,
            originator: self.position.originator,
            collateral_type: self.position.collateral_type,
            collateral: lot.collateral,
            debt: add(lot.stressed.debt, lot.uncounted)?,
            price: market.higher,
            quote: self.kind.quote,
            impaired_by: impairment.and_then(|impairment| impairment.by),
            overdue_by: overdue.and_then(|overdue| overdue.by),
        };
        Ok((lot, seizure))
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
        let value = self.collateral_value(market.price)?;
        if self.collateral_value(market.higher)? < parameters.minimum_debt {
            // What backs hardly anything goes at once, beyond any room: of parts something would always be left.
            return Ok(Some(Portion { debt, collateral }));
        }
        if debt > parameters.whole_below && self.is_unhealthy(market)? {
            by.portion(debt, collateral, value)
        } else {
            by.whole(debt, collateral)
        }
    }

    /// Takes the collateral of a lot and `debt` out of the position, and says in the lot how that is counted.
    fn split(&mut self, lot: &mut Lot, taken: Balance, market: &Market) -> Result<(), MathError> {
        let (debt, counted) = (self.debt()?, self.counted()?);
        let late = self.late(market.now)?;
        let share = |amount| mul_div(amount, taken, debt, Rounding::Down);
        let quote = &self.kind.quote;
        let value = quote.value(lot.collateral, market.price, Rounding::Down)?;
        let owed = share(counted.debt)?;
        lot.stressed = Stressed {
            debt: owed,
            principal: share(counted.principal)?,
            mark: mark(owed, value, market.parameters.haircut)?,
            collateral: lot.collateral,
        };
        lot.uncounted = sub(taken, owed)?;
        decrease(&mut self.position.collateral, lot.collateral)?;
        if taken == debt {
            self.clear();
            return increase(&mut lot.uncounted, late);
        }
        let normalised = self.kind.index.normalise(taken, Rounding::Down)?;
        self.reduce(normalised, lot.stressed.principal, late, market.now)?;
        self.remark(&lot.stressed, market)
    }

    /// Who marked the position is rewarded once, and one that was impaired is marked anew without `lot`.
    fn remark(&mut self, lot: &Stressed, market: &Market) -> Result<(), MathError> {
        let position = &mut self.position;
        if let Some(overdue) = &mut position.overdue {
            overdue.by = None;
        }
        let Some(impairment) = &mut position.impairment else {
            return Ok(());
        };
        decrease(&mut impairment.stressed.debt, lot.debt)?;
        impairment.stressed.principal = position.principal;
        self.mark(None, market)
    }
}
