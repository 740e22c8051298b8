//! A position together with the totals it is part of.

use crate::Refused;
use finance::fixed::{add, decrease, increase};
use finance::interest::late_charge;
use finance::lending::{debt_limit, is_unhealthy};
use finance::{MathError, Price, Rounding, Timestamp};
use interfaces::collateral_vault::{CollateralType, Position, Stressed, VaultError};
use interfaces::ensure;
use interfaces::parameters::CollateralParameters;
use interfaces::types::Balance;

/// A position and its collateral type.
///
/// Every transition changes both sides alike: the totals of a type stay the sums over its positions and lots. One that
/// is refused may leave a loan half changed, and whoever asked for it forgets that loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loan {
    pub position: Position,
    pub kind: CollateralType,
}

/// What a loan is judged by when it may have gone wrong: the parameters, the time, and the lower of the live and a
/// pending price; asked prices start from the higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    pub price: Price,
    pub higher: Price,
    pub parameters: CollateralParameters,
    pub now: Timestamp,
}

type Step = fn(&mut Balance, Balance) -> Result<(), MathError>;

impl Loan {
    /// Owed as of the last accrual without late charges, in base units of cash, rounded up.
    pub fn debt(&self) -> Result<Balance, MathError> {
        let normalised = self.position.normalised_debt;
        self.kind.index.debt(normalised, Rounding::Up)
    }

    /// Late charges owed at `now`, in base units of cash, rounded up.
    pub fn late(&self, now: Timestamp) -> Result<Balance, MathError> {
        let Some(overdue) = self.position.overdue else {
            return Ok(0);
        };
        let since = late_charge(self.debt()?, overdue.rate, overdue.charged_at, now)?;
        add(overdue.charge, since)
    }

    /// The collateral at `price`, in base units of cash, rounded down.
    pub fn collateral_value(&self, price: Price) -> Result<Balance, MathError> {
        let collateral = self.position.collateral;
        self.kind.quote.value(collateral, price, Rounding::Down)
    }

    /// Whether nothing is left that would have to be remembered.
    pub fn is_empty(&self) -> bool {
        let position = &self.position;
        position.collateral == 0 && position.normalised_debt == 0 && position.lots == 0
    }

    /// Adds the interest up to `time` of the clock of interest.
    pub fn accrue(&mut self, time: Timestamp) -> Result<(), MathError> {
        self.kind.index = self.kind.index.accrue(time)?;
        Ok(())
    }

    /// How the pool counts the debt: at face, or impaired.
    pub fn counted(&self) -> Result<Stressed, MathError> {
        if let Some(impairment) = self.position.impairment {
            return Ok(impairment.stressed);
        }
        let debt = self.debt()?;
        Ok(Stressed {
            debt,
            principal: self.position.principal,
            mark: debt,
            collateral: self.position.collateral,
        })
    }

    /// Takes the position out of the totals of its type, to be changed and to [`join`](Self::join) them again.
    pub fn leave(&mut self) -> Result<(), MathError> {
        self.count(decrease)
    }

    /// Counts the position in the totals of its type.
    pub fn join(&mut self) -> Result<(), MathError> {
        self.count(increase)
    }

    fn count(&mut self, step: Step) -> Result<(), MathError> {
        let (position, kind) = (&self.position, &mut self.kind);
        if let Some(impairment) = &position.impairment {
            return combine(&mut kind.stressed, &impairment.stressed, step);
        }
        step(&mut kind.normalised_debt, position.normalised_debt)?;
        step(&mut kind.principal, position.principal)
    }

    /// Forgets a debt that is no more, and whatever was noted about it.
    pub fn clear(&mut self) {
        self.position.normalised_debt = 0;
        self.position.principal = 0;
        self.position.impairment = None;
        self.position.overdue = None;
        self.position.called_at = None;
    }

    /// Whether the position may be impaired and liquidated: it is unhealthy, or overdue past its grace.
    pub fn is_liquidatable(&self, market: &Market) -> Result<bool, MathError> {
        let overdue = self.position.overdue;
        let is_past_grace = overdue
            .is_some_and(|overdue| market.now > overdue.marked_at.plus(market.parameters.grace));
        Ok(is_past_grace || self.is_unhealthy(market)?)
    }

    /// Whether the debt exceeds the liquidation LTV.
    pub fn is_unhealthy(&self, market: &Market) -> Result<bool, MathError> {
        let value = self.collateral_value(market.price)?;
        is_unhealthy(self.debt()?, value, market.parameters.liquidation_ltv)
    }

    pub fn ensure_liquidatable(&self, market: &Market) -> Result<(), Refused> {
        if !self.is_liquidatable(market)? {
            let value = self.collateral_value(market.price)?;
            return Err(VaultError::Healthy {
                debt: self.debt()?,
                limit: debt_limit(value, market.parameters.liquidation_ltv)?,
            }
            .into());
        }
        Ok(())
    }

    /// Refuses to add to a position of which everything is in lots: a base unit of collateral would put off the loss
    /// that the last of them may leave.
    pub fn ensure_not_all_on_sale(&self) -> Result<(), Refused> {
        let position = &self.position;
        ensure!(
            position.lots == 0 || position.collateral > 0,
            VaultError::InAuction
        );
        Ok(())
    }

    /// Refuses to draw or withdraw while others have a say: takers of a lot, or an unconfirmed recovery.
    pub fn ensure_free(&self) -> Result<(), Refused> {
        ensure!(self.position.lots == 0, VaultError::InAuction);
        ensure!(self.position.impairment.is_none(), VaultError::Impaired);
        Ok(())
    }
}

/// Takes a step with every field.
pub fn combine(total: &mut Stressed, part: &Stressed, step: Step) -> Result<(), MathError> {
    step(&mut total.debt, part.debt)?;
    step(&mut total.principal, part.principal)?;
    step(&mut total.mark, part.mark)?;
    step(&mut total.collateral, part.collateral)
}
