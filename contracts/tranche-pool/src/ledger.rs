//! In which account each base unit of cash is.
//!
//! The only code that moves cash between accounts. What came in less what went out must always equal the
//! sum of the accounts: every settlement checks it.

use finance::fixed::{add, sub};
use finance::MathError;
use interfaces::ensure;
use interfaces::tranche_pool::{Books, PoolError};
use interfaces::types::Balance;

/// The pool's books and the moves they allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
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
            orders,
            claims,
            penalties,
            dust,
            ..
        } = self.0;
        [orders, claims, penalties, dust]
            .into_iter()
            .try_fold(cash, add)
    }

    /// A deposit order came in.
    pub fn receive_order(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.received = add(self.0.received, amount)?;
        self.0.orders = add(self.0.orders, amount)?;
        Ok(())
    }

    /// What was unfilled of a deposit order went back.
    pub fn return_order(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.orders = sub(self.0.orders, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(())
    }

    /// Deposit orders filled: their cash is the pool's.
    pub fn accept(&mut self, deposited: Balance) -> Result<(), MathError> {
        self.0.orders = sub(self.0.orders, deposited)?;
        self.0.cash = add(self.0.cash, deposited)?;
        Ok(())
    }

    /// Redemption orders filled: their cash waits for its owners.
    pub fn set_aside(&mut self, paid: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, paid)?;
        self.0.claims = add(self.0.claims, paid)?;
        Ok(())
    }

    /// An owner claimed.
    pub fn pay_claim(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.claims = sub(self.0.claims, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(())
    }

    /// Cash that no class owns leaves the pool's value.
    pub fn sweep(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, amount)?;
        self.0.dust = add(self.0.dust, amount)?;
        Ok(())
    }

    /// An originator drew.
    pub fn lend(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.cash = sub(self.0.cash, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(())
    }

    /// A payment on debt came in. Returns its sum.
    pub fn collect(&mut self, debt: Balance, penalty: Balance) -> Result<Balance, MathError> {
        let amount = add(debt, penalty)?;
        self.0.received = add(self.0.received, amount)?;
        self.0.cash = add(self.0.cash, debt)?;
        self.0.penalties = add(self.0.penalties, penalty)?;
        Ok(amount)
    }

    /// The beneficiary is paid all penalties. Returns how much that is.
    pub fn pay_penalties(&mut self) -> Result<Balance, MathError> {
        let amount = core::mem::take(&mut self.0.penalties);
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
