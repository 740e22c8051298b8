//! Asks electorates, and calls whatever was decided to be called.

use finance::Timestamp;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
use ink::env::call::{build_call, ExecutionInput, Selector};
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::{answer, request};
use interfaces::governance_token::Electorate;
use interfaces::governor::{Call, GovernorError};
use interfaces::types::{AccountId, Balance};
use scale::{Decode, Encode, Error, Input, Output};

pub fn past_votes(
    electorate: AccountId,
    account: AccountId,
    at: Timestamp,
) -> Result<Balance, GovernorError> {
    let electorate: contract_ref!(Electorate) = electorate.into();
    request(electorate.call().past_votes(account, at))
}

pub fn past_total_supply(electorate: AccountId, at: Timestamp) -> Result<Balance, GovernorError> {
    let electorate: contract_ref!(Electorate) = electorate.into();
    request(electorate.call().past_total_supply(at))
}

/// Whether the called contract did what it was called for.
pub fn is_done(call: Call) -> bool {
    let input = ExecutionInput::new(Selector::new(call.selector)).push_arg(Arguments(call.input));
    let call = build_call::<Environment>()
        .call(call.target)
        .transferred_value(call.value)
        .exec_input(input)
        .returns::<Answer>();
    answer(call.try_invoke()) == Ok(Answer { is_ok: true })
}

/// Arguments that are encoded already.
struct Arguments(ink::prelude::vec::Vec<u8>);

impl Encode for Arguments {
    fn encode_to<T: Output + ?Sized>(&self, to: &mut T) {
        to.write(&self.0);
    }
}

/// What a message of any type answered: nothing, or an `Ok` with whatever is in it; all else is no success. Whether the callee
/// reverted is not told apart from what it says, and every ink! message that reverts says `Err`.
#[derive(PartialEq)]
struct Answer {
    is_ok: bool,
}

impl Decode for Answer {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let first = input.read_byte();
        while input.read_byte().is_ok() {}
        Ok(Self {
            is_ok: !matches!(first, Ok(1..)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ok(answer: impl Encode) -> bool {
        let answer = answer.encode();
        let mut rest = answer.as_slice();
        let decoded = Answer::decode(&mut rest).unwrap();
        // The decoder of answers allows no rest.
        rest.is_empty() && decoded.is_ok
    }

    #[test]
    fn nothing_and_ok_are_success_and_all_else_is_not() {
        assert!(is_ok(()));
        assert!(is_ok(Ok::<(), u8>(())));
        assert!(is_ok(Ok::<(u128, [u8; 32]), u8>((u128::MAX, [0xff; 32]))));
        assert!(!is_ok(Err::<(), u8>(0)));
        assert!(!is_ok(Err::<(), ()>(())));
        assert!(!is_ok(true));
        assert!(!is_ok(7u32));
    }

    #[test]
    fn arguments_are_passed_on_as_they_are() {
        let arguments = (AccountId::from([7; 32]), 5u128, ink::prelude::vec![1u8, 2]);
        let encoded = arguments.encode();
        assert_eq!(Arguments(encoded.clone()).encode(), encoded);
    }
}
