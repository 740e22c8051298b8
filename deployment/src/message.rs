//! Messages to contracts, typed by their call builders, and what comes back.

use std::fmt;
use std::marker::PhantomData;

use ink::env::call::utils::{ReturnType, Set};
use ink::env::call::{Call, CallBuilder, ExecutionInput};
use ink::env::DefaultEnvironment;
use ink::primitives::{AccountId, LangError};
use scale::{Decode, Encode};

/// A message ready to be sent: made by the call builder of a contract reference.
pub struct Message<R> {
    /// To which contract.
    pub contract: AccountId,
    /// The selector and the arguments, encoded.
    pub input: Vec<u8>,
    answer: PhantomData<R>,
}

/// The call builder that a `contract_ref!` gives for a message that answers `R`.
pub type MessageBuilder<Args, R> = CallBuilder<
    DefaultEnvironment,
    Set<Call<DefaultEnvironment>>,
    Set<ExecutionInput<Args>>,
    Set<ReturnType<R>>,
>;

impl<Args: Encode, R> From<MessageBuilder<Args, R>> for Message<R> {
    fn from(builder: MessageBuilder<Args, R>) -> Self {
        let call = builder.params();
        Self {
            contract: *call.callee(),
            input: call.exec_input().encode(),
            answer: PhantomData,
        }
    }
}

impl<R: Decode> Message<R> {
    /// What a contract answered, from the bytes that it returned.
    ///
    /// # Errors
    /// [`Failure::Undecodable`], [`Failure::NotUnderstood`].
    pub fn answer(mut returned: &[u8]) -> Result<R, Failure> {
        Result::<R, LangError>::decode(&mut returned)
            .map_err(|_| Failure::Undecodable)?
            .map_err(|_| Failure::NotUnderstood)
    }
}

/// Why a call or a deployment got no answer. The chain is as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The contract trapped: a panic, or an instruction that cannot be executed.
    Trapped,
    /// The gas limit was reached.
    OutOfGas,
    /// No contract stands at the address.
    NoContract,
    /// The contract does not know the message or cannot read its arguments.
    NotUnderstood,
    /// The answer is not of the type that the message promises.
    Undecodable,
    /// Another refusal of the chain, by its name.
    Refused(String),
}

impl Failure {
    /// What an error of the contracts pallet means, by its name.
    pub fn named(error: &str) -> Self {
        match error {
            "ContractTrapped" => Self::Trapped,
            "OutOfGas" => Self::OutOfGas,
            "ContractNotFound" => Self::NoContract,
            other => Self::Refused(other.to_owned()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Trapped => write!(f, "the contract trapped"),
            Self::OutOfGas => write!(f, "the gas limit was reached"),
            Self::NoContract => write!(f, "there is no contract at that address"),
            Self::NotUnderstood => write!(f, "the contract does not understand the message"),
            Self::Undecodable => write!(f, "the contract's answer is of another type"),
            Self::Refused(name) => write!(f, "the chain refused: {name}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Whatever bytes are left, shown in hexadecimal: an error whose type the caller does not name.
pub(crate) struct DebugBytes(Vec<u8>);

impl Decode for DebugBytes {
    fn decode<I: scale::Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = Vec::new();
        while let Ok(byte) = input.read_byte() {
            bytes.push(byte);
        }
        Ok(Self(bytes))
    }
}

impl fmt::Debug for DebugBytes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} (SCALE-encoded error)", hex::encode(&self.0))
    }
}
