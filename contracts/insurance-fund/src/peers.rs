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
use interfaces::tranche_pool::{Due, PoolError, TranchePool};
use interfaces::types::{AccountId, Balance, PositionId};

use crate::Refused;

/// Has the pool pay what it owes to insurance, if it owes anything: it refuses to pay nothing, and to ask first would be
/// another call.
pub fn take_from_pool(pool: AccountId) -> Result<(), Refused> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    let paid: Result<Balance, Refused> = request(pool.call_mut().pay(Due::Insurance));
    match paid {
        Err(refused) if *refused == FundError::Pool(PoolError::NothingDue.into()) => Ok(()),
        paid => paid.map(drop),
    }
}

/// Has the engine pay what it owes to `fund`, if it owes anything.
pub fn take_from_engine(engine: AccountId, fund: AccountId) -> Result<(), Refused> {
    let mut engine: contract_ref!(LiquidationEngine) = engine.into();
    if ask(engine.call().owed(fund))? > 0 {
        request::<_, Balance, _, Refused>(engine.call_mut().claim(fund))?;
    }
    Ok(())
}

pub fn contribute(pool: AccountId, amount: Balance) -> Result<(), Refused> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call_mut().contribute(amount))
}

pub fn portfolio(vault: AccountId) -> Result<Portfolio, Refused> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call().portfolio())
}

pub fn write_off(vault: AccountId, position: PositionId) -> Result<Option<WriteOff>, Refused> {
    let vault: contract_ref!(LoanServicing) = vault.into();
    Ok(ask(vault.call().write_off(position))?)
}
