//! Calls to the pool and to the tranche tokens.

use finance::settlement::Demand;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use interfaces::calls::outcome;
use interfaces::tranche_pool::{Settlement, TranchePool};
use interfaces::tranche_token::{PSP22Burnable, PSP22Error, PSP22Mintable, TrancheToken};
use interfaces::transfer_agent::AgentError;
use interfaces::types::{AccountId, Balance, TrancheId};

pub fn preview(pool: AccountId, demand: Vec<Demand>) -> Result<Settlement, AgentError> {
    let pool: contract_ref!(TranchePool) = pool.into();
    outcome(pool.call().preview(demand).try_invoke())
}

pub fn settle(
    pool: AccountId,
    demand: Vec<Demand>,
    dust: Balance,
    closer: AccountId,
) -> Result<Settlement, AgentError> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    outcome(pool.call_mut().settle(demand, dust, closer).try_invoke())
}

pub fn surrender(
    pool: AccountId,
    tranche: TrancheId,
    burned: Balance,
) -> Result<Balance, AgentError> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    outcome(pool.call_mut().surrender(tranche, burned).try_invoke())
}

/// Mints or burns the difference: what is burned and what is minted both lie with the agent.
pub fn issue(token: AccountId, minted: Balance, burned: Balance) -> Result<(), AgentError> {
    if let Some(excess @ 1..) = minted.checked_sub(burned) {
        let mut token: contract_ref!(PSP22Mintable) = token.into();
        outcome::<_, _, AgentError>(token.call_mut().mint(excess).try_invoke())?;
    }
    if let Some(excess @ 1..) = burned.checked_sub(minted) {
        let mut token: contract_ref!(PSP22Burnable) = token.into();
        outcome::<_, _, AgentError>(token.call_mut().burn(excess).try_invoke())?;
    }
    Ok(())
}

/// Shares cash among all holders of a token; nothing is called for nothing.
pub fn distribute(token: AccountId, per_token: u128) -> Result<(), AgentError> {
    if per_token == 0 {
        return Ok(());
    }
    let mut token: contract_ref!(TrancheToken) = token.into();
    outcome(token.call_mut().distribute(per_token).try_invoke())
}

/// What a holder was distributed and did not take, which he takes now.
pub fn take_distribution(token: AccountId, owner: AccountId) -> Result<Balance, AgentError> {
    let mut token: contract_ref!(TrancheToken) = token.into();
    outcome::<Balance, PSP22Error, _>(token.call_mut().take_distribution(owner).try_invoke())
}
