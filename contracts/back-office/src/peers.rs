//! Calls to the pool and to the tranche tokens.

use finance::settlement::Demand;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use interfaces::calls::{ask, request, CallError};
use interfaces::tranche_pool::{Settlement, TranchePool};
use interfaces::tranche_token::TrancheToken;
use interfaces::transfer_agent::AgentError;
use interfaces::types::{AccountId, Balance, TrancheId};

pub fn preview(pool: AccountId, demand: Vec<Demand>) -> Result<Settlement, AgentError> {
    let pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call().preview(demand))
}

pub fn settle(
    pool: AccountId,
    demand: Vec<Demand>,
    dust: Balance,
    closer: AccountId,
) -> Result<Settlement, AgentError> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call_mut().settle(demand, dust, closer))
}

pub fn surrender(
    pool: AccountId,
    tranche: TrancheId,
    burned: Balance,
) -> Result<Balance, AgentError> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call_mut().surrender(tranche, burned))
}

/// Who alone may make and destroy a token.
pub fn issuer(token: AccountId) -> Result<AccountId, CallError> {
    let token: contract_ref!(TrancheToken) = token.into();
    ask(token.call().issuer())
}

/// The rule about who may receive a token, if it has one.
pub fn rule(token: AccountId) -> Result<Option<AccountId>, CallError> {
    let token: contract_ref!(TrancheToken) = token.into();
    ask(token.call().rule())
}

/// Shares cash among all holders of a token; nothing is called for nothing.
pub fn distribute(token: AccountId, per_token: u128) -> Result<(), AgentError> {
    if per_token == 0 {
        return Ok(());
    }
    let mut token: contract_ref!(TrancheToken) = token.into();
    request(token.call_mut().distribute(per_token))
}
