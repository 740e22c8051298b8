//! Calls from one contract to another.

use ink::codegen::TraitCallBuilder;
use ink::env::call::utils::{ReturnType, Set};
use ink::env::call::{build_call, Call, CallBuilder, ExecutionInput, Selector};
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::CallFlags;
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec;
use ink::prelude::vec::Vec;
use ink::primitives::MessageResult;
use psp22::{PSP22Error, PSP22};
use scale::{Decode, Encode, Error, Input, Output};

use crate::read::{Read, Source};
use crate::relayed::Relayed;
use crate::types::{AccountId, Balance, Hash};

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

/// A message of a contract that was not sent yet, as `contract_ref!` makes it.
pub type Message<Arguments, T> = CallBuilder<
    Environment,
    Set<Call<Environment>>,
    Set<ExecutionInput<Arguments>>,
    Set<ReturnType<T>>,
>;

/// Sends a message. Returns the answer, its failure turned into a typed error.
///
/// # Errors
/// [`CallError::Trapped`], [`CallError::NotUnderstood`].
pub fn ask<Arguments: Encode + Clone, T: Read>(
    message: Message<Arguments, T>,
) -> Result<T, CallError> {
    let reply = reply(message)?;
    Source::decode(&mut reply.as_slice()).map_err(|_| CallError::Trapped)
}

/// [`ask`] for a message that returns a `Result` of its own: both errors become the caller's.
///
/// # Errors
/// Those of [`ask`] and of the callee.
pub fn request<Arguments, T, E, F>(message: Message<Arguments, Result<T, E>>) -> Result<T, F>
where
    Arguments: Encode + Clone,
    T: Read,
    F: From<CallError> + From<Relayed<E>>,
{
    let reply = reply(message)?;
    let (refused, mut answer) = reply.split_first().ok_or(CallError::Trapped)?;
    if *refused > 0 {
        return Err(Relayed::new(answer.to_vec()).into());
    }
    Ok(Source::decode(&mut answer).map_err(|_| CallError::Trapped)?)
}

fn reply<Arguments: Encode + Clone, T>(
    message: Message<Arguments, T>,
) -> Result<Vec<u8>, CallError> {
    let message = message.params();
    let mut input = Vec::new();
    // Taken out by value: what a builder holds besides is then never written to memory.
    let callee = *message.callee();
    message.exec_input().clone().encode_to(&mut input);
    send(&callee, &input)
}

/// What all calls of a contract have in common: messages differ in what they encode and decode alone.
#[inline(never)]
fn send(callee: &AccountId, message: &[u8]) -> Result<Vec<u8>, CallError> {
    let (selector, arguments) = message
        .split_first_chunk()
        .ok_or(CallError::NotUnderstood)?;
    let input = ExecutionInput::new(Selector::new(*selector)).push_arg(Encoded(arguments));
    let call = build_call::<Environment>().call(*callee).exec_input(input);
    let Answer(reply) = answer(call.returns().try_invoke())?;
    Ok(reply)
}

/// Arguments that are encoded already.
struct Encoded<'a>(&'a [u8]);

impl Encode for Encoded<'_> {
    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        output.write(self.0);
    }
}

/// An answer that is still encoded.
struct Answer(Vec<u8>);

impl Decode for Answer {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or_default()];
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}

/// Has `code` run the current message on the calling contract's own storage. Its answer is the answer, and of what the
/// caller changed of its root record before nothing is kept.
pub fn forward(code: &Hash) -> ! {
    let flags = CallFlags::FORWARD_INPUT | CallFlags::TAIL_CALL;
    let call = build_call::<Environment>().delegate(*code);
    // The contract's own input is forwarded, not this.
    let nothing = ExecutionInput::new(Selector::new([0; 4]));
    let call = call.call_flags(flags).exec_input(nothing);
    let refused = call.returns::<()>().try_invoke();
    panic!("the code trapped or is not there: {refused:?}")
}

/// Takes `amount` of a token from the allowance that `from` gave the calling contract, to `to`; nothing is called for
/// nothing.
///
/// # Errors
/// The token's own, and those of [`ask`].
pub fn pull<F>(token: AccountId, from: AccountId, to: AccountId, amount: Balance) -> Result<(), F>
where
    F: From<CallError> + From<Relayed<PSP22Error>>,
{
    if amount == 0 {
        return Ok(());
    }
    let mut token: ink::contract_ref!(PSP22) = token.into();
    let transfer = token.call_mut().transfer_from(from, to, amount, Vec::new());
    request(transfer)
}

/// Sends `amount` of a token of the calling contract to `to`; nothing is called for nothing.
///
/// # Errors
/// The token's own, and those of [`ask`].
pub fn push<F>(token: AccountId, to: AccountId, amount: Balance) -> Result<(), F>
where
    F: From<CallError> + From<Relayed<PSP22Error>>,
{
    if amount == 0 {
        return Ok(());
    }
    let mut token: ink::contract_ref!(PSP22) = token.into();
    request(token.call_mut().transfer(to, amount, Vec::new()))
}

/// What `owner` has of a token.
///
/// # Errors
/// Those of [`ask`].
pub fn balance(token: AccountId, owner: AccountId) -> Result<Balance, CallError> {
    let token: ink::contract_ref!(PSP22) = token.into();
    ask(token.call().balance_of(owner))
}
