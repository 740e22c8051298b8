//! Calls from one contract to another.

use ink::codegen::TraitCallBuilder;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use ink::primitives::MessageResult;
use psp22::{PSP22Error, PSP22};

use crate::types::{AccountId, Balance};

/// Why a called contract gave no answer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum CallError {
    /// There is no such contract, it trapped, ran out of gas or was already on the call stack.
    Trapped,
    /// The contract does not know the message: another one stands at the address.
    NotUnderstood,
}

/// The answer of a callee, its failure to answer turned into a typed error.
///
/// # Errors
/// [`CallError::Trapped`], [`CallError::NotUnderstood`].
pub fn answer<T>(result: ink::env::Result<MessageResult<T>>) -> Result<T, CallError> {
    result
        .map_err(|_| CallError::Trapped)?
        .map_err(|_| CallError::NotUnderstood)
}

/// [`answer`] for a message that returns a `Result` of its own: both errors become the caller's.
///
/// # Errors
/// Those of [`answer`] and of the callee.
pub fn outcome<T, E, F>(result: ink::env::Result<MessageResult<Result<T, E>>>) -> Result<T, F>
where
    F: From<CallError> + From<E>,
{
    Ok(answer(result)??)
}

/// Takes `amount` of a token from the allowance that `from` gave the calling contract, to `to`; nothing is called for
/// nothing.
///
/// # Errors
/// The token's own, and those of [`answer`].
pub fn pull<F>(token: AccountId, from: AccountId, to: AccountId, amount: Balance) -> Result<(), F>
where
    F: From<CallError> + From<PSP22Error>,
{
    if amount == 0 {
        return Ok(());
    }
    Ok(transfer_from(token, from, to, amount)??)
}

/// Moves `amount` of a token from the caller's own, or from the allowance that `from` gave him.
///
/// # Errors
/// Those of [`answer`]; within, the token's own.
pub fn transfer_from(
    token: AccountId,
    from: AccountId,
    to: AccountId,
    amount: Balance,
) -> Result<Result<(), PSP22Error>, CallError> {
    let mut token: ink::contract_ref!(PSP22) = token.into();
    let transfer = token.call_mut().transfer_from(from, to, amount, Vec::new());
    answer(transfer.try_invoke())
}

/// Sends `amount` of a token of the calling contract to `to`; nothing is called for nothing.
///
/// # Errors
/// The token's own, and those of [`answer`].
pub fn push<F>(token: AccountId, to: AccountId, amount: Balance) -> Result<(), F>
where
    F: From<CallError> + From<PSP22Error>,
{
    if amount == 0 {
        return Ok(());
    }
    let mut token: ink::contract_ref!(PSP22) = token.into();
    outcome(
        token
            .call_mut()
            .transfer(to, amount, Vec::new())
            .try_invoke(),
    )
}

/// What `owner` has of a token.
///
/// # Errors
/// Those of [`answer`].
pub fn balance(token: AccountId, owner: AccountId) -> Result<Balance, CallError> {
    let token: ink::contract_ref!(PSP22) = token.into();
    answer(token.call().balance_of(owner).try_invoke())
}

/// How much there is of a token.
///
/// # Errors
/// Those of [`answer`].
pub fn supply(token: AccountId) -> Result<Balance, CallError> {
    let token: ink::contract_ref!(PSP22) = token.into();
    answer(token.call().total_supply().try_invoke())
}
