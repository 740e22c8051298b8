//! Calls to the token that is locked and to the pool of its class: two and no more, which cost less decoded one by one than by
//! [`interfaces::calls::ask`].

use ink::codegen::TraitCallBuilder;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::vec::Vec;
use interfaces::calls::{answer, CallError};
use interfaces::governance_token::Locked;
use interfaces::tranche_pool::TranchePool;
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

/// All tokens of the class, those included that wait with the transfer agent.
pub fn supply(locked: &Locked) -> Result<Balance, CallError> {
    let pool: ink::contract_ref!(TranchePool) = locked.pool.into();
    answer(pool.call().supply(locked.tranche).try_invoke())
}
