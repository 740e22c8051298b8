//! Calls to the vault and to the tranche tokens.

use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::outcome;
use interfaces::collateral_vault::{CollateralVault, Portfolio};
use interfaces::tranche_pool::PoolError;
use interfaces::tranche_token::{PSP22Burnable, PSP22Mintable};
use interfaces::types::{AccountId, Balance};

pub fn portfolio(vault: AccountId) -> Result<Portfolio, PoolError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    outcome(vault.call().portfolio().try_invoke())
}

/// Mints or burns the difference: what is burned and what is minted both lie with the pool.
pub fn issue(token: AccountId, minted: Balance, burned: Balance) -> Result<(), PoolError> {
    if let Some(excess @ 1..) = minted.checked_sub(burned) {
        let mut token: contract_ref!(PSP22Mintable) = token.into();
        outcome::<_, _, PoolError>(token.call_mut().mint(excess).try_invoke())?;
    }
    if let Some(excess @ 1..) = burned.checked_sub(minted) {
        let mut token: contract_ref!(PSP22Burnable) = token.into();
        outcome::<_, _, PoolError>(token.call_mut().burn(excess).try_invoke())?;
    }
    Ok(())
}
