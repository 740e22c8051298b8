//! Calls to the vault, the waterfall and the transfer agent.

use finance::settlement::{Inputs, Portfolio, Settled, State, Terms};
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use interfaces::calls::{answer, outcome};
use interfaces::collateral_vault::CollateralVault;
use interfaces::tranche_pool::PoolError;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, Balance};
use interfaces::waterfall::Waterfall;

pub fn portfolio(vault: AccountId) -> Result<Portfolio, PoolError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    outcome(vault.call().portfolio().try_invoke())
}

pub fn settle(
    waterfall: AccountId,
    terms: Terms,
    state: State,
    inputs: Inputs,
) -> Result<Settled, PoolError> {
    let waterfall: contract_ref!(Waterfall) = waterfall.into();
    outcome(waterfall.call().settle(terms, state, inputs).try_invoke())
}

/// What waits to leave each class, in tokens.
pub fn leaving(agent: AccountId) -> Result<Vec<Balance>, PoolError> {
    let agent: contract_ref!(TransferAgent) = agent.into();
    Ok(answer(agent.call().leaving().try_invoke())?)
}
