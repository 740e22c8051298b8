//! Calls to the pool and to the tranche tokens.

use finance::settlement::Demand;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use interfaces::calls::{answer, outcome, CallError};
use interfaces::tranche_pool::{Settlement, TranchePool};
use interfaces::tranche_token::TrancheToken;
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

/// Who alone may make and destroy a token.
pub fn issuer(token: AccountId) -> Result<AccountId, CallError> {
    let token: contract_ref!(TrancheToken) = token.into();
    answer(token.call().issuer().try_invoke())
}

/// Shares cash among all holders of a token; nothing is called for nothing.
pub fn distribute(token: AccountId, per_token: u128) -> Result<(), AgentError> {
    if per_token == 0 {
        return Ok(());
    }
    let mut token: contract_ref!(TrancheToken) = token.into();
    outcome(token.call_mut().distribute(per_token).try_invoke())
}
