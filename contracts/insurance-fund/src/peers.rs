//! Calls to the pool, the vault and the engine.

use finance::settlement::Portfolio;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::{ask, request};
use interfaces::collateral_vault::{CollateralVault, LoanServicing, WriteOff};
use interfaces::insurance_fund::FundError;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{Due, TranchePool};
use interfaces::types::{AccountId, Balance, PositionId};

/// Has the pool pay what it owes to insurance, if it owes anything.
pub fn take_from_pool(pool: AccountId) -> Result<(), FundError> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    let due = ask(pool.call().books())?.insurance;
    if due > 0 {
        request::<_, Balance, _, FundError>(pool.call_mut().pay(Due::Insurance))?;
    }
    Ok(())
}

/// Has the engine pay what it owes to `fund`, if it owes anything.
pub fn take_from_engine(engine: AccountId, fund: AccountId) -> Result<(), FundError> {
    let mut engine: contract_ref!(LiquidationEngine) = engine.into();
    if ask(engine.call().owed(fund))? > 0 {
        request::<_, Balance, _, FundError>(engine.call_mut().claim(fund))?;
    }
    Ok(())
}

pub fn contribute(pool: AccountId, amount: Balance) -> Result<(), FundError> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call_mut().contribute(amount))
}

pub fn portfolio(vault: AccountId) -> Result<Portfolio, FundError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call().portfolio())
}

pub fn write_off(vault: AccountId, position: PositionId) -> Result<Option<WriteOff>, FundError> {
    let vault: contract_ref!(LoanServicing) = vault.into();
    Ok(ask(vault.call().write_off(position))?)
}
