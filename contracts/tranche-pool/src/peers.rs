//! Calls to the vault and the waterfall.

use finance::settlement::{Inputs, Portfolio, Settled, State, Terms};
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::request;
use interfaces::collateral_vault::CollateralVault;
use interfaces::tranche_pool::PoolError;
use interfaces::types::AccountId;
use interfaces::waterfall::Waterfall;

pub fn portfolio(vault: AccountId) -> Result<Portfolio, PoolError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call().portfolio())
}

pub fn settle(
    waterfall: AccountId,
    terms: Terms,
    state: State,
    inputs: Inputs,
) -> Result<Settled, PoolError> {
    let waterfall: contract_ref!(Waterfall) = waterfall.into();
    request(waterfall.call().settle(terms, state, inputs))
}
