//! Calls to the token that is locked: two and no more, which cost less decoded one by one than by [`interfaces::calls::ask`].

use ink::codegen::TraitCallBuilder;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use interfaces::calls::{answer, CallError};
use interfaces::transfer_rule::NO_ANSWER;
use interfaces::types::{AccountId, Balance};
use psp22::{PSP22Error, PSP22};

/// Moves tokens of this contract, or from the allowance that `from` gave it: nobody needs one for his own. Its refusal is ours.
pub fn transfer_from(
    token: AccountId,
    from: AccountId,
    to: AccountId,
    value: Balance,
) -> Result<(), PSP22Error> {
    let mut token: ink::contract_ref!(PSP22) = token.into();
    let transfer = token.call_mut().transfer_from(from, to, value, Vec::new());
    let moved = answer(transfer.try_invoke());
    moved.map_err(|_| PSP22Error::SafeTransferCheckFailed(NO_ANSWER.into()))?
}

/// How much there is of it.
pub fn supply(token: AccountId) -> Result<Balance, CallError> {
    let token: ink::contract_ref!(PSP22) = token.into();
    answer(token.call().total_supply().try_invoke())
}
