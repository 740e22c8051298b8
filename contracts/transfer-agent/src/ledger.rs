//! In which account each base unit of cash is.
//!
//! The only code that moves cash between accounts. What came in less what went out must always equal the
//! sum of the accounts: every settlement checks it.

use finance::fixed::{add, sub};
use finance::MathError;
use interfaces::ensure;
use interfaces::transfer_agent::{AgentBooks, AgentError};
use interfaces::types::Balance;

/// The agent's books and the moves they allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Ledger(AgentBooks);

impl Ledger {
    /// The accounts.
    pub fn books(&self) -> AgentBooks {
        self.0
    }

    /// All cash in the agent's custody.
    pub fn total(&self) -> Result<Balance, MathError> {
        add(add(self.0.orders, self.0.claims)?, self.0.dust)
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

    /// Deposit orders expired: their cash waits for its owners.
    pub fn give_back(&mut self, expired: Balance) -> Result<(), MathError> {
        self.0.orders = sub(self.0.orders, expired)?;
        self.0.claims = add(self.0.claims, expired)?;
        Ok(())
    }

    /// Deposit orders filled: their cash went to the pool.
    pub fn invest(&mut self, deposited: Balance) -> Result<(), MathError> {
        self.return_order(deposited)
    }

    /// Cash came from the pool for redemptions and distributions: it waits for its owners.
    pub fn set_aside(&mut self, paid: Balance) -> Result<(), MathError> {
        self.0.received = add(self.0.received, paid)?;
        self.0.claims = add(self.0.claims, paid)?;
        Ok(())
    }

    /// An owner claimed.
    pub fn pay_claim(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.claims = sub(self.0.claims, amount)?;
        self.0.sent = add(self.0.sent, amount)?;
        Ok(())
    }

    /// What an owner claimed was refused to him: it stays.
    pub fn keep_claim(&mut self, amount: Balance) -> Result<(), MathError> {
        self.0.claims = add(self.0.claims, amount)?;
        self.0.sent = sub(self.0.sent, amount)?;
        Ok(())
    }

    /// Of what was to be claimed, nobody owns this: remainders of rounding.
    pub fn write_to_dust(&mut self, remainder: Balance) -> Result<(), MathError> {
        self.0.claims = sub(self.0.claims, remainder)?;
        self.0.dust = add(self.0.dust, remainder)?;
        Ok(())
    }

    /// The dust goes to the pool. Returns how much it is.
    pub fn clear_dust(&mut self) -> Result<Balance, MathError> {
        let dust = core::mem::take(&mut self.0.dust);
        self.0.sent = add(self.0.sent, dust)?;
        Ok(dust)
    }

    /// Nothing was lost and nothing appeared.
    ///
    /// # Errors
    /// [`AgentError::NotConserved`].
    pub fn ensure_conserved(&self) -> Result<(), AgentError> {
        let held = sub(self.0.received, self.0.sent)?;
        ensure!(held == self.total()?, AgentError::NotConserved);
        Ok(())
    }
}

interfaces::decode_fields!(Ledger { 0 });
