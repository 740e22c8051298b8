//! What is proposed to a governor.

use interfaces::governor::{Action, Call, Payload};
use scale::Encode;
use simulator::chain::MessageBuilder;

/// A message that a proposal sends.
pub fn action<Args: Encode, R>(message: MessageBuilder<Args, R>) -> Action {
    let call = message.params();
    let bytes = call.exec_input().encode();
    let (selector, input) = bytes.split_first_chunk().unwrap();
    Action::Call(Call {
        target: *call.callee(),
        selector: *selector,
        input: input.to_vec(),
        value: 0,
    })
}

/// A proposal without a predecessor.
pub fn payload(actions: Vec<Action>) -> Payload {
    Payload {
        actions,
        description: [1; 32],
        predecessor: None,
    }
}
