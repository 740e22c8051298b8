//! In which account each base unit of cash is.
//!
//! The only code that moves cash between accounts. What came in less what went out must always equal the
//! sum of the accounts: every settlement checks it.

use finance::fixed::{add, sub};
use finance::MathError;
use interfaces::ensure;
use interfaces::tranche_pool::{Books, Due, Payment, PoolError};
use interfaces::types::Balance;

/// The pool's books and the moves they allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Ledger(Books);

impl Ledger {
    /// The accounts.
    pub fn books(&self) -> Books {
        self.0
    }

    /// All cash in the pool's custody.
    pub fn total(&self) -> Result<Balance, MathError> {
        let Books {
            cash,
            fees,
            insurance,
            ..
        } = self.0;
        add(add(cash, fees)?, insurance)
    }

    /// Cash came in: `own` is the pool's, `insurance` the insurance fund's.
    pub fn accept(&mut self, own: Balance, insurance: Balance) -> Result<(), MathError> {
        self.0.received = add(self.0.received, add(own, insurance)?)?;
        self.0.cash = add(self.0.cash, own)?;
        self.0.insurance = add(self.0.insurance, insurance)?;
        Ok(())
    }

    /// Cash goes to investors.
    pub fn pay_out(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(())
    }

    /// Cash that no class owns leaves the pool's value.
    pub fn disown(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, amount)?;
        self.0.insurance = add(self.0.insurance, amount)?;
        Ok(())
    }

    /// Fees leave the pool's value.
    pub fn fund_fees(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, amount)?;
        self.0.fees = add(self.0.fees, amount)?;
        Ok(())
    }

    /// Whoever closed an epoch is rewarded, as far as there are fees. Returns how much it is.
    pub fn reward(&mut self, reward: Balance) -> Result<Balance, MathError> {
        let amount = reward.min(self.0.fees);
        self.0.fees = sub(self.0.fees, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(amount)
    }

    /// An originator drew.
    pub fn lend(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(())
    }

    /// A payment on debt came in, `premium` of it for insurance. Returns its sum.
    pub fn collect(&mut self, payment: &Payment, premium: Balance) -> Result<Balance, MathError> {
        let amount = add(payment.principal, payment.interest)?;
        self.accept(sub(amount, premium)?, premium)?;
        Ok(amount)
    }

    /// A beneficiary is paid all there is. Returns how much it is.
    pub fn pay(&mut self, due: Due) -> Result<Balance, MathError> {
        let account = match due {
            Due::Fees => &mut self.0.fees,
            Due::Insurance => &mut self.0.insurance,
        };
        let amount = core::mem::take(account);
        self.0.sent = add(self.0.sent, amount)?;
        Ok(amount)
    }

    /// Nothing was lost and nothing appeared.
    ///
    /// # Errors
    /// [`PoolError::NotConserved`].
    pub fn ensure_conserved(&self) -> Result<(), PoolError> {
        let held = sub(self.0.received, self.0.sent)?;
        ensure!(held == self.total()?, PoolError::NotConserved);
        Ok(())
    }
}

interfaces::decode_fields!(Ledger { 0 });
