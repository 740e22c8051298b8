//! Puts a settlement into effect: cash moves between accounts, and every base unit must still be accounted for.
//!
//! What a settlement does is computed by the waterfall ([`finance::settlement`]). Whatever it answers, the accounts and the
//! classes have to add up to what the pool has.

use finance::fixed::add;
use finance::settlement::{Portfolio, Settled};
use finance::waterfall;
use ink::prelude::vec::Vec;
use interfaces::ensure;
use interfaces::tranche_pool::PoolError;
use interfaces::types::Balance;

use crate::pool::Pool;

/// Makes the pool what `settled` says, of the redemptions `waiting` in each class among others. Returns the cash that goes to investors and the cash that comes from them.
///
/// # Errors
/// [`PoolError::NotConserved`] if the answer does not add up.
pub fn apply(
    pool: &mut Pool,
    settled: &Settled,
    portfolio: &Portfolio,
    waiting: &[Balance],
    dust: Balance,
) -> Result<Flows, PoolError> {
    let trace = &settled.trace;
    let mut flows = Flows::default();
    for class in &settled.classes {
        flows.deposited = add(flows.deposited, class.fill.deposited)?;
        for paid in [class.payout.coupon, class.payout.principal, class.fill.paid] {
            flows.paid = add(flows.paid, paid)?;
        }
    }
    pool.ledger.accept(trace.cover, 0)?;
    pool.ledger.fund_fees(trace.fees_funded)?;
    pool.ledger.disown(trace.dust)?;
    pool.ledger.accept(flows.deposited, dust)?;
    pool.ledger.pay_out(flows.paid)?;
    pool.state = settled.state.clone();
    ensure_conserved(pool, portfolio)?;
    pool.release(settled, waiting)?;
    Ok(flows)
}

/// Cash between the pool and its investors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Into the pool.
    pub deposited: Balance,
    /// Out of it.
    pub paid: Balance,
}

/// Every base unit of cash is in an account, and the classes own exactly the pool's value, as the waterfall divides it.
fn ensure_conserved(pool: &Pool, portfolio: &Portfolio) -> Result<(), PoolError> {
    pool.ledger.ensure_conserved()?;
    let cash = pool.cash();
    let owned: Vec<Balance> = pool.state.classes.iter().map(|class| class.value).collect();
    let is_conserved = waterfall::total(&owned)? == pool.state.value(cash, portfolio)?
        && pool.state.values(cash, portfolio)? == owned;
    ensure!(is_conserved, PoolError::NotConserved);
    Ok(())
}
