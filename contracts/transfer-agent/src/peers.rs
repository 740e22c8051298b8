//! Calls to the tranche tokens.

use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::async_vault::AsyncVaultError;
use interfaces::calls::{request, CallError};
use interfaces::relayed::Relayed;
use interfaces::tranche_token::{PSP22Error, TrancheToken};
use interfaces::types::{AccountId, Balance};

/// Makes tokens for an owner who claims or takes back what was his in the books.
pub fn mint(token: AccountId, to: AccountId, amount: Balance) -> Result<(), AsyncVaultError> {
    let mut token: contract_ref!(TrancheToken) = token.into();
    request(token.call_mut().mint(to, amount))
}

/// Asks the token's rule whether an owner may receive any: to make none is to ask only.
pub fn ensure_may_receive(token: AccountId, owner: AccountId) -> Result<(), AsyncVaultError> {
    mint(token, owner, 0)
}

/// Destroys tokens of an owner, who is in the books for them from now on.
pub fn burn<F>(token: AccountId, from: AccountId, amount: Balance) -> Result<(), F>
where
    F: From<CallError> + From<Relayed<PSP22Error>>,
{
    let mut token: contract_ref!(TrancheToken) = token.into();
    request(token.call_mut().burn(from, amount))
}

/// What a holder was distributed and did not take, which he takes now.
pub fn take_distribution(token: AccountId, owner: AccountId) -> Result<Balance, AsyncVaultError> {
    let mut token: contract_ref!(TrancheToken) = token.into();
    request(token.call_mut().take_distribution(owner))
}
