//! Calls of a locker: to the token that is locked, its issuer, the pool of its class and its cash.

use ink::codegen::TraitCallBuilder;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::async_vault::AsyncVaultError;
use interfaces::calls::{self, ask, request, CallError};
use interfaces::governance_token::Locked;
use interfaces::relayed::Relayed;
use interfaces::tranche_pool::TranchePool;
use interfaces::tranche_token::TrancheToken;
use interfaces::transfer_agent::Distributions;
use interfaces::transfer_rule::NO_ANSWER;
use interfaces::types::{AccountId, Balance};
use psp22::PSP22Error;

/// The error of a token, or of none that answers.
struct Refusal(PSP22Error);

impl From<CallError> for Refusal {
    fn from(_: CallError) -> Self {
        Self(PSP22Error::SafeTransferCheckFailed(NO_ANSWER.into()))
    }
}

impl From<Relayed<PSP22Error>> for Refusal {
    fn from(refused: Relayed<PSP22Error>) -> Self {
        let unknown = |_| CallError::NotUnderstood.into();
        refused.error().map_or_else(unknown, Self)
    }
}

impl From<Refusal> for PSP22Error {
    fn from(Refusal(error): Refusal) -> Self {
        error
    }
}

/// Takes tokens from the allowance that `from` gave `to`, which is this contract.
pub fn pull(
    token: AccountId,
    from: AccountId,
    to: AccountId,
    value: Balance,
) -> Result<(), PSP22Error> {
    Ok(calls::pull::<Refusal>(token, from, to, value)?)
}

/// Sends tokens of this contract's.
pub fn push(token: AccountId, to: AccountId, value: Balance) -> Result<(), PSP22Error> {
    Ok(calls::push::<Refusal>(token, to, value)?)
}

/// All tokens of the class, those included that wait with the transfer agent.
pub fn supply(locked: &Locked) -> Result<Balance, CallError> {
    let pool: ink::contract_ref!(TranchePool) = locked.pool.into();
    ask(pool.call().supply(locked.tranche))
}

/// What was ever distributed per locked token, scaled 1e27.
pub fn index(locked: &Locked) -> Result<u128, PSP22Error> {
    let token: ink::contract_ref!(TrancheToken) = locked.underlying.into();
    let index = ask(token.call().distribution_index());
    Ok(index.map_err(Refusal::from)?)
}

/// Has the issuer of the locked token send `locker` what it distributed. There may be nothing: anybody may have asked before.
pub fn collect(locked: &Locked, locker: AccountId) -> Result<(), PSP22Error> {
    let token: ink::contract_ref!(TrancheToken) = locked.underlying.into();
    let issuer: AccountId = ask(token.call().issuer()).map_err(Refusal::from)?;
    let mut agent: ink::contract_ref!(Distributions) = issuer.into();
    let claim = agent.call_mut().claim_distribution(locked.tranche, locker);
    let _nothing_or_cash: Result<Balance, Nothing> = request(claim);
    Ok(())
}

/// Why nothing came, which does not matter.
struct Nothing;

impl From<CallError> for Nothing {
    fn from(_: CallError) -> Self {
        Self
    }
}

impl From<Relayed<AsyncVaultError>> for Nothing {
    fn from(_: Relayed<AsyncVaultError>) -> Self {
        Self
    }
}
