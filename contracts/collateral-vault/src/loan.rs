//! A position together with the totals it is part of.

use finance::lending::debt_limit;
use finance::{MathError, Price, Rate, Ratio, Rounding, Timestamp};
use interfaces::collateral_vault::{CollateralType, Position, Seized, Standing, VaultError};
use interfaces::ensure;
use interfaces::parameters::CollateralParameters;
use interfaces::types::{AccountId, Balance};

/// A position and its collateral type.
///
/// Every transition takes a loan and returns the next one with both sides changed alike: the totals of a
/// type stay the sums over its positions, and a refused transition leaves nothing behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loan {
    pub position: Position,
    pub kind: CollateralType,
}

/// What a collateral type is judged by: its live price and its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    pub price: Price,
    pub parameters: CollateralParameters,
}

impl Loan {
    /// Owed as of the last accrual, in base units of cash, rounded up.
    pub fn debt(&self) -> Result<Balance, MathError> {
        match self.position.standing {
            Standing::Performing {
                normalised_debt, ..
            } => self.kind.index.debt(normalised_debt, Rounding::Up),
            Standing::Seized(seized) => Ok(seized.debt),
        }
    }

    /// The normalised debt and the principal of a position that is its originator's.
    pub fn performing(&self) -> Result<(Balance, Balance), VaultError> {
        match self.position.standing {
            Standing::Performing {
                normalised_debt,
                principal,
            } => Ok((normalised_debt, principal)),
            Standing::Seized(_) => Err(VaultError::PositionSeized),
        }
    }

    /// What a position in auction adds to the seized totals of its type.
    pub fn seized(&self) -> Result<Seized, VaultError> {
        match self.position.standing {
            Standing::Seized(seized) => Ok(seized),
            Standing::Performing { .. } => Err(VaultError::NotSeized),
        }
    }

    /// The collateral at `price`, in base units of cash, rounded down.
    pub fn collateral_value(&self, price: Price) -> Result<Balance, MathError> {
        let collateral = self.position.collateral;
        self.kind.quote.value(collateral, price, Rounding::Down)
    }

    /// Whether nothing is left that would have to be remembered.
    pub fn is_empty(&self) -> bool {
        self.position.collateral == 0 && self.position.standing == Standing::CLEAR
    }

    /// With interest up to `now` at the rate in force.
    pub fn accrue(mut self, now: Timestamp) -> Result<Self, MathError> {
        self.kind.index = self.kind.index.accrue(now)?;
        Ok(self)
    }

    /// With interest at `annual` from the last accrual on.
    pub fn at_rate(mut self, annual: Ratio) -> Result<Self, MathError> {
        self.kind.index.rate = Rate::from_annual(annual)?;
        Ok(self)
    }

    pub fn ensure_performing(&self) -> Result<(), VaultError> {
        self.performing().map(drop)
    }

    pub fn ensure_originator(&self, caller: AccountId) -> Result<(), VaultError> {
        self.ensure_performing()?;
        ensure!(
            self.position.originator == caller,
            VaultError::NotTheOriginator
        );
        Ok(())
    }

    pub fn ensure_within_borrow_ltv(&self, market: &Market) -> Result<(), VaultError> {
        let debt = self.debt()?;
        let value = self.collateral_value(market.price)?;
        let limit = debt_limit(value, market.parameters.borrow_ltv)?;
        ensure!(debt <= limit, VaultError::AboveBorrowLtv { debt, limit });
        Ok(())
    }
}
