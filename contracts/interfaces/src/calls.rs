//! Calls from one contract to another.

use ink::primitives::MessageResult;

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
