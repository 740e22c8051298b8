//! Cash lent against a position, and what it costs.

use crate::loan::Loan;
use crate::Refused;
use finance::fixed::{add, increase};
use finance::interest::{rate, share, Weights};
use finance::lending::debt_limit;
use finance::{MathError, Price, Ratio, Rounding, Timestamp};
use interfaces::collateral_vault::VaultError;
use interfaces::ensure;
use interfaces::parameters::{CollateralParameters, Lending};
use interfaces::types::Balance;

impl Loan {
    /// `amount` more is owed, within the limits of the position and of its type that do not depend on what
    /// the pool has. The first draw sets when the loan is due.
    pub fn draw(
        &mut self,
        amount: Balance,
        now: Timestamp,
        parameters: &CollateralParameters,
    ) -> Result<(), Refused> {
        self.ensure_free()?;
        ensure!(parameters.is_open, VaultError::Closed);
        let drawn = self.kind.index.normalise(amount, Rounding::Up)?;
        self.leave()?;
        let position = &mut self.position;
        if position.normalised_debt == 0 {
            position.due_at = now.plus(parameters.longest_term);
        }
        ensure!(now <= position.due_at, VaultError::PastTerm);
        increase(&mut position.normalised_debt, drawn)?;
        increase(&mut position.principal, amount)?;
        position.called_at = None;
        self.join()?;
        self.ensure_within_debt_limits(parameters)
    }

    fn ensure_within_debt_limits(&self, parameters: &CollateralParameters) -> Result<(), Refused> {
        let minimum = parameters.minimum_debt;
        ensure!(
            self.debt()? >= minimum,
            VaultError::BelowMinimumDebt { minimum }
        );
        let ceiling = parameters.debt_ceiling;
        ensure!(
            self.debt_of_type()? <= ceiling,
            VaultError::AboveDebtCeiling { ceiling }
        );
        Ok(())
    }

    /// Owed on the whole type, stressed debt included, rounded up.
    fn debt_of_type(&self) -> Result<Balance, MathError> {
        let kind = &self.kind;
        let performing = kind.index.debt(kind.normalised_debt, Rounding::Up)?;
        add(performing, kind.stressed.debt)
    }

    /// The share of the type in a pool worth `value`.
    fn share(&self, value: Balance) -> Result<Ratio, MathError> {
        Ok(share(self.debt_of_type()?, value))
    }

    pub fn ensure_within_maximum_share(
        &self,
        value: Balance,
        parameters: &CollateralParameters,
    ) -> Result<(), Refused> {
        let (share, maximum) = (self.share(value)?, parameters.maximum_share);
        ensure!(
            share <= maximum,
            VaultError::AboveMaximumShare { share, maximum }
        );
        Ok(())
    }

    /// Refuses what is owed, late charges included, beyond `borrow LTV − cut × excess` of the collateral at
    /// `price`, where the excess is that of the type in a pool worth `pool`.
    pub fn ensure_within_borrow_ltv(
        &self,
        price: Price,
        now: Timestamp,
        pool: Balance,
        parameters: &CollateralParameters,
    ) -> Result<(), Refused> {
        let excess = weights(parameters).excess(self.share(pool)?);
        let cut = parameters.ltv_cut.times(excess, Rounding::Up)?;
        let ltv = Ratio(parameters.borrow_ltv.0.saturating_sub(cut.0));
        let debt = add(self.debt()?, self.late(now)?)?;
        let limit = debt_limit(self.collateral_value(price)?, ltv)?;
        ensure!(debt <= limit, VaultError::AboveBorrowLtv { debt, limit });
        Ok(())
    }

    /// Notes what the parameters say today, and sets the rate that the share in a pool worth `value` asks for.
    pub fn reprice(&mut self, lending: &Lending, value: Balance) -> Result<(), MathError> {
        let parameters = &lending.parameters;
        let excess = weights(parameters).excess(self.share(value)?);
        self.kind.index.rate = rate(
            parameters.annual_rate,
            parameters.surcharge,
            excess,
            parameters.rate_cap,
            lending.curve.at_full,
        )?;
        self.note(parameters);
        Ok(())
    }

    /// Notes what is needed of the parameters where nobody asks for them.
    pub fn note(&mut self, parameters: &CollateralParameters) {
        self.kind.haircut = parameters.haircut;
        self.kind.minimum_debt = parameters.minimum_debt;
    }
}

fn weights(parameters: &CollateralParameters) -> Weights {
    Weights {
        target: parameters.target_share,
        maximum: parameters.maximum_share,
    }
}
