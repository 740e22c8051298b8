//! What a deployment needs of a chain, and how it deploys and calls there.
//!
//! Every step can be done twice: an instance has an address that follows from what it is made of, and is not made
//! again; a message that may be sent once says so when it was. A deployment that stopped anywhere is finished by starting
//! it again.

use std::fmt;

use anyhow::{anyhow, bail, Context, Result};
use finance::Timestamp;
use ink::primitives::{AccountId, Hash, LangError};
use scale::{Decode, Encode};

use crate::code::{Bundles, Code};
use crate::message::{DebugBytes, Message};

/// A chain that a deal is put on. The embedded chain is one, a node another.
pub trait Host {
    /// Where the code of contracts comes from.
    fn bundles(&self) -> &Bundles;

    /// What tells this chain from others where something is signed for it: the hash of its first block.
    fn network(&self) -> [u8; 32];

    /// The chain's clock.
    ///
    /// # Errors
    /// The chain does not answer.
    fn now(&self) -> Result<Timestamp>;

    /// The account of a name in a term sheet.
    ///
    /// # Errors
    /// Nobody said which account that is.
    fn account(&self, name: &str) -> Result<AccountId>;

    /// The token of that symbol on this chain. Where there is none, one that anyone may mint is made.
    ///
    /// # Errors
    /// Nobody said which token that is, and none is to be made.
    fn asset(&self, symbol: &str) -> Result<Option<AccountId>>;

    /// What the code of the contract at an address hashes to, if there is one.
    ///
    /// # Errors
    /// The chain does not answer.
    fn code_at(&self, address: AccountId) -> Result<Option<Hash>>;

    /// Uploads a code, unless the chain has it.
    ///
    /// # Errors
    /// The chain refuses the code, or does not answer.
    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()>;

    /// Makes an instance of a code, which is uploaded if the chain lacks it: its address, or what its constructor
    /// refused with.
    ///
    /// # Errors
    /// [`Failure`](crate::Failure), or the chain does not answer.
    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>>;

    /// Sends a message and returns the answer, encoded. It commits unless the message answers `Err`.
    ///
    /// # Errors
    /// [`Failure`](crate::Failure), or the chain does not answer.
    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>>;

    /// The answer that the message would have now.
    ///
    /// # Errors
    /// As [`Host::send`].
    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>>;
}

impl dyn Host + '_ {
    /// Uploads the code of a contract by the name of its package and makes no instance. Returns its hash.
    ///
    /// # Errors
    /// The contract is not built, or the chain refuses the code.
    pub fn upload(&self, contract: &str, by: AccountId) -> Result<Hash> {
        let code = self.bundles().code(contract)?;
        self.upload_code(by, &code)
            .with_context(|| format!("uploading {contract}"))?;
        Ok(code.hash)
    }

    /// Deploys a contract by the name of its package, with the constructor `new` and the encoded
    /// arguments, unless it stands there already. `salt` tells apart instances that are otherwise the same.
    ///
    /// # Errors
    /// The contract is not built, or its constructor failed or refused.
    pub fn deploy(
        &self,
        contract: &str,
        by: AccountId,
        arguments: impl Encode,
        salt: &str,
    ) -> Result<AccountId> {
        self.try_deploy::<DebugBytes>(contract, by, arguments, salt)?
            .map_err(|error| anyhow!("the constructor of {contract} refused: {error:?}"))
    }

    /// `deploy` of a contract whose constructor may answer with an error of type `E`.
    ///
    /// # Errors
    /// The contract is not built, or its constructor failed.
    pub fn try_deploy<E: Decode>(
        &self,
        contract: &str,
        by: AccountId,
        arguments: impl Encode,
        salt: &str,
    ) -> Result<Result<AccountId, E>> {
        let code = self.bundles().code(contract)?;
        let input = [ink::selector_bytes!("new").to_vec(), arguments.encode()].concat();
        let expected = code.address(by, &input, salt);
        if self.code_at(expected)?.is_some() {
            return Ok(Ok(expected));
        }
        let made = self
            .instantiate(by, &code, &input, salt)
            .with_context(|| format!("deploying {contract}"))?;
        match made {
            Ok(address) if address == expected => Ok(Ok(address)),
            Ok(_) => bail!("this chain derives the addresses of contracts by a rule of its own"),
            Err(refusal) => refused(contract, &refusal).map(Err),
        }
    }

    /// Sends a message that must succeed and returns its `Ok`.
    ///
    /// # Errors
    /// The failure or the typed refusal, in words.
    pub fn execute<T: Decode, E: Decode + fmt::Debug>(
        &self,
        by: AccountId,
        message: impl Into<Message<Result<T, E>>>,
    ) -> Result<T> {
        self.try_execute(by, message)?
            .map_err(|error| anyhow!("the contract refused: {error:?}"))
    }

    /// Sends a message and returns its answer.
    ///
    /// # Errors
    /// [`Failure`](crate::Failure), or the chain does not answer.
    pub fn try_execute<R: Decode>(
        &self,
        by: AccountId,
        message: impl Into<Message<R>>,
    ) -> Result<R> {
        let message = message.into();
        let returned = self.send(by, message.contract, message.input)?;
        Ok(Message::answer(&returned)?)
    }

    /// Sends a message that may be sent once, and refuses with `already` when it was.
    ///
    /// # Errors
    /// The failure or any other refusal, in words.
    pub fn execute_once<E: Decode + fmt::Debug + PartialEq>(
        &self,
        by: AccountId,
        message: impl Into<Message<Result<(), E>>>,
        already: E,
    ) -> Result<()> {
        match self.try_execute(by, message)? {
            Err(error) if error != already => bail!("the contract refused: {error:?}"),
            _ => Ok(()),
        }
    }

    /// The answer of a message that only looks.
    ///
    /// # Errors
    /// [`Failure`](crate::Failure), or the chain does not answer.
    pub fn read<R: Decode>(&self, message: impl Into<Message<R>>) -> Result<R> {
        let message = message.into();
        let returned = self.look(message.contract, message.input)?;
        Ok(Message::answer(&returned)?)
    }
}

fn refused<E: Decode>(contract: &str, mut answer: &[u8]) -> Result<E> {
    match Result::<Result<(), E>, LangError>::decode(&mut answer) {
        Ok(Ok(Err(error))) => Ok(error),
        _ => bail!("the constructor of {contract} does not understand its arguments"),
    }
}
