//! The embedded chain: `pallet-contracts` in this process, with typed calls.
//!
//! ```ignore
//! let chain = Chain::new(Timestamp(1_583_899_200_000))?;
//! let alice = chain.account("alice");
//! let mut token = Psp22::from(address);
//! let called = chain.call(alice, token.call_mut().transfer(bob, 1_000, vec![]))?;
//! assert_eq!(called.answer, Ok(()));                  // the contract's own answer
//! assert_eq!(called.events::<Transfer>().len(), 1);   // decoded by signature
//! ```
//!
//! A call fails at two levels. A message that answers `Err` refuses: the chain took back what it wrote,
//! and the answer is typed. A message that traps, runs out of gas or is not understood gives no answer:
//! that is a [`Failure`].

use std::cell::RefCell;
use std::fmt;

use anyhow::{anyhow, Result};
use deployment::{Bundles, Code, Host};
use drink::frame_support::storage::child::{self, ChildInfo, StateVersion};
use drink::frame_support::storage::{
    storage_prefix, unhashed, with_transaction, ChildTriePrefixIterator, TransactionOutcome,
};
use drink::frame_support::{
    Blake2_128Concat, Blake2_256, ReversibleStorageHasher, StorageHasher, Twox64Concat,
};
use drink::minimal::{MinimalSandbox, RuntimeEvent};
use drink::pallet_contracts;
use drink::pallet_contracts::Determinism;
use drink::sandbox_api::prelude::*;
use drink::{AccountId32, DispatchError, Sandbox};
use finance::{Period, Timestamp};
use ink::primitives::{AccountId, Hash};
use scale::{Decode, Encode};

use crate::host_calls::{self, HostCalls};
use crate::journal::{Action, StandIn, Transaction};

pub use deployment::{contracts_folder, Failure, Message, MessageBuilder};
pub use drink::Weight;

/// What tells this chain from others where something is signed for it.
pub const NETWORK: [u8; 32] = *b"an embedded chain of one process";
/// Native tokens each account is given for storage deposits.
pub const ENDOWMENT: u128 = 1 << 100;
/// The most a call may reserve for storage.
const DEPOSIT_LIMIT: u128 = 1 << 90;
/// Who sends the messages that only look.
const READER: AccountId = AccountId([1; 32]);
/// The gas of a call unless [`Chain::set_gas_limit`] says otherwise: ten seconds.
const GAS_LIMIT: Weight = Weight::from_parts(10_000_000_000_000, 256 * 1024 * 1024);

/// A chain of one process. All its methods take `&self`: it is a world that several hands share.
pub struct Chain {
    sandbox: RefCell<MinimalSandbox>,
    clock: RefCell<Timestamp>,
    gas_limit: RefCell<Weight>,
    bundles: Bundles,
    stand_in: Option<StandIn>,
}

/// An answered call.
#[derive(Debug)]
pub struct Called<R> {
    /// What the message returned.
    pub answer: R,
    /// What it cost.
    pub weight: Weight,
    /// What all contracts in the call emitted, in order; nothing if the message refused.
    pub emitted: Vec<Emitted>,
}

impl Called<Vec<u8>> {
    fn decoded<R: Decode>(self) -> Result<Called<R>, Failure> {
        Ok(Called {
            answer: Message::answer(&self.answer)?,
            weight: self.weight,
            emitted: self.emitted,
        })
    }
}

impl<R> Called<R> {
    /// The events of type `E`, whichever contract emitted them.
    pub fn events<E: ink::env::Event + Decode>(&self) -> Vec<E> {
        self.emitted.iter().filter_map(Emitted::decode).collect()
    }
}

/// An event as a contract emitted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// Which contract.
    pub contract: AccountId,
    /// The signature, then the indexed fields.
    pub topics: Vec<[u8; 32]>,
    /// All fields, SCALE-encoded.
    pub data: Vec<u8>,
}

impl Emitted {
    /// This event as an `E`, if its signature says that it is one.
    pub fn decode<E: ink::env::Event + Decode>(&self) -> Option<E> {
        (self.topics.first().copied() == E::SIGNATURE_TOPIC)
            .then(|| E::decode(&mut self.data.as_slice()).ok())
            .flatten()
    }
}

fn failure(error: DispatchError) -> Failure {
    let DispatchError::Module(module) = error else {
        return Failure::Refused(format!("{error:?}"));
    };
    match module.message {
        Some(name) => Failure::named(name),
        None => Failure::Refused(format!("{module:?}")),
    }
}

impl Chain {
    /// A new chain whose clock stands at `now`.
    ///
    /// # Errors
    /// There is no folder of built contracts.
    pub fn new(now: Timestamp) -> Result<Self> {
        let chain = Self {
            sandbox: RefCell::default(),
            clock: RefCell::new(now),
            gas_limit: RefCell::new(GAS_LIMIT),
            bundles: Bundles::find()?,
            stand_in: None,
        };
        chain.fund(READER);
        chain.advance_to(now);
        Ok(chain)
    }

    /// A new chain in the place of another: of its network, with its accounts by name. Whatever it does has a block of
    /// its own, of which each is a millisecond later than the last, and is noted in its [`journal`](Self::journal).
    ///
    /// # Errors
    /// As [`Chain::new`].
    pub fn standing_in(
        now: Timestamp,
        network: [u8; 32],
        accounts: impl Fn(&str) -> AccountId + 'static,
    ) -> Result<Self> {
        let stand_in = StandIn {
            network,
            accounts: Box::new(accounts),
            journal: RefCell::default(),
        };
        Ok(Self {
            stand_in: Some(stand_in),
            ..Self::new(now)?
        })
    }

    /// What a chain that stands in for another has done; nothing of any other chain.
    pub fn journal(&self) -> Vec<Transaction> {
        let stand_in = self.stand_in.iter();
        stand_in
            .flat_map(|other| other.journal.borrow().clone())
            .collect()
    }

    fn note(&self, by: AccountId, action: impl FnOnce() -> Action) {
        if let Some(other) = &self.stand_in {
            let transaction = Transaction {
                at: self.now(),
                by,
                action: action(),
            };
            other.journal.borrow_mut().push(transaction);
            self.advance(Period(1));
        }
    }

    /// The account of that name, with native tokens to act. The same name gives the same account.
    pub fn account(&self, name: &str) -> AccountId {
        let hash = || AccountId::from(Blake2_256::hash(name.as_bytes()));
        let other = self.stand_in.as_ref();
        let account = other.map_or_else(hash, |other| (other.accounts)(name));
        self.fund(account);
        account
    }

    /// Gives `account` native tokens to act, unless it has enough.
    pub fn fund(&self, account: AccountId) {
        let mut sandbox = self.sandbox.borrow_mut();
        let account = native(account);
        let balance = sandbox.free_balance(&account);
        if balance < ENDOWMENT / 2 {
            // Fails beyond the total issuance of `u128`, which 2^28 accounts do not reach.
            let _ = sandbox.mint_into(&account, ENDOWMENT);
        }
    }

    /// What `account` has of the native token beyond its deposits for storage, in base units.
    pub fn native_balance(&self, account: AccountId) -> u128 {
        self.sandbox.borrow_mut().free_balance(&native(account))
    }

    /// The chain's clock.
    pub fn now(&self) -> Timestamp {
        *self.clock.borrow()
    }

    /// Builds a block at `moment`. Blocks do not go back in time: an earlier moment is now.
    pub fn advance_to(&self, moment: Timestamp) {
        let moment = moment.max(self.now());
        *self.clock.borrow_mut() = moment;
        let mut sandbox = self.sandbox.borrow_mut();
        sandbox.build_block();
        // The sandbox starts each block at the machine's time, in seconds.
        sandbox.set_timestamp(moment.0);
    }

    /// Builds a block `period` after now.
    pub fn advance(&self, period: Period) {
        self.advance_to(self.now().plus(period));
    }

    /// The gas of every call from now on.
    pub fn set_gas_limit(&self, limit: Weight) {
        *self.gas_limit.borrow_mut() = limit;
    }

    /// Sends a message. It commits unless the message answers `Err`.
    ///
    /// # Errors
    /// [`Failure`] when there is no answer.
    pub fn call<R: Decode>(
        &self,
        actor: AccountId,
        message: impl Into<Message<R>>,
    ) -> Result<Called<R>, Failure> {
        let message = message.into();
        self.run(actor, message.contract, message.input)?.decoded()
    }

    /// What the message would do now, without doing it.
    ///
    /// # Errors
    /// As [`Chain::call`].
    pub fn dry_run<R: Decode>(
        &self,
        actor: AccountId,
        message: impl Into<Message<R>>,
    ) -> Result<Called<R>, Failure> {
        let message = message.into();
        self.try_run(actor, message.contract, message.input)?
            .decoded()
    }

    /// What a message would answer now, encoded, without doing it.
    ///
    /// # Errors
    /// [`Failure`] when there is no answer.
    pub fn try_send(
        &self,
        actor: AccountId,
        contract: AccountId,
        input: Vec<u8>,
    ) -> Result<Vec<u8>, Failure> {
        Ok(self.try_run(actor, contract, input)?.answer)
    }

    /// How often the message would call each function of the chain now, in all contracts together.
    ///
    /// # Errors
    /// The calls cannot be noted: another logger is installed in this process, or there are too many.
    pub fn host_calls<R>(&self, actor: AccountId, message: &Message<R>) -> Result<HostCalls> {
        let gas_limit = *self.gas_limit.borrow();
        let call = |sandbox: &mut MinimalSandbox| {
            let called = sandbox.call_contract(
                native(message.contract),
                0,
                message.input.clone(),
                native(actor),
                gas_limit,
                Some(DEPOSIT_LIMIT),
                Determinism::Enforced,
            );
            called.debug_message
        };
        HostCalls::counted(&host_calls::noted(|| {
            self.sandbox.borrow_mut().dry_run(call)
        }))
    }

    /// The answer of a message that only looks.
    ///
    /// # Errors
    /// As [`Chain::call`].
    pub fn read<R: Decode>(&self, message: impl Into<Message<R>>) -> Result<R, Failure> {
        self.dry_run(READER, message).map(|called| called.answer)
    }

    /// Sends a message that must succeed and returns its `Ok`.
    ///
    /// # Errors
    /// The failure or the typed refusal, in words.
    pub fn execute<T: Decode, E: Decode + fmt::Debug>(
        &self,
        actor: AccountId,
        message: impl Into<Message<Result<T, E>>>,
    ) -> Result<Called<T>> {
        let Called {
            answer,
            weight,
            emitted,
        } = self.call(actor, message)?;
        let answer = answer.map_err(|error| anyhow!("the contract refused: {error:?}"))?;
        Ok(Called {
            answer,
            weight,
            emitted,
        })
    }

    /// Reads through a message that must succeed and returns its `Ok`.
    ///
    /// # Errors
    /// As [`Chain::execute`].
    pub fn inspect<T: Decode, E: Decode + fmt::Debug>(
        &self,
        message: impl Into<Message<Result<T, E>>>,
    ) -> Result<T> {
        self.read(message)?
            .map_err(|error| anyhow!("the contract refused: {error:?}"))
    }

    /// Deploys a contract by the name of its package, with the constructor `new` and the encoded
    /// arguments, unless it stands there already. `salt` tells apart instances that are otherwise the same.
    ///
    /// # Errors
    /// The contract is not built, or its constructor failed or refused.
    pub fn deploy(
        &self,
        contract: &str,
        actor: AccountId,
        arguments: impl Encode,
        salt: &str,
    ) -> Result<AccountId> {
        (self as &dyn Host).deploy(contract, actor, arguments, salt)
    }

    /// [`Chain::deploy`] of a contract whose constructor may answer with an error of type `E`.
    ///
    /// # Errors
    /// The contract is not built, or its constructor failed.
    pub fn try_deploy<E: Decode>(
        &self,
        contract: &str,
        actor: AccountId,
        arguments: impl Encode,
        salt: &str,
    ) -> Result<Result<AccountId, E>> {
        (self as &dyn Host).try_deploy(contract, actor, arguments, salt)
    }

    /// Uploads the code of a contract by the name of its package and makes no instance. Returns its hash.
    ///
    /// # Errors
    /// The contract is not built, or the chain refuses the code.
    pub fn upload(&self, contract: &str, actor: AccountId) -> Result<Hash> {
        (self as &dyn Host).upload(contract, actor)
    }

    /// What the code of a contract hashes to.
    pub fn code_hash(&self, contract: AccountId) -> Option<Hash> {
        let mut sandbox = self.sandbox.borrow_mut();
        let hash = sandbox
            .execute_with(|| pallet_contracts::Pallet::<Runtime>::code_hash(&native(contract)))?;
        Some(<[u8; 32]>::from(hash).into())
    }

    /// What a contract stores under a key, as it lies there.
    pub fn stored(&self, contract: AccountId, key: &[u8]) -> Option<Vec<u8>> {
        let mut sandbox = self.sandbox.borrow_mut();
        let (contract, key) = (native(contract), key.to_vec());
        let stored = sandbox
            .execute_with(|| pallet_contracts::Pallet::<Runtime>::get_storage(contract, key));
        stored.ok().flatten()
    }

    /// The root of all that a contract stores, as a chain of the present version of the state computes it.
    pub fn storage_root(&self, contract: AccountId) -> Option<Vec<u8>> {
        self.sandbox
            .borrow_mut()
            .execute_with(|| Some(child::root(&trie_of(contract)?, StateVersion::V1)))
    }

    /// The keys under which a contract stores something.
    pub fn stored_keys(&self, contract: AccountId) -> Vec<Vec<u8>> {
        self.sandbox.borrow_mut().execute_with(|| {
            let trie = trie_of(contract).into_iter();
            let stored = trie
                .flat_map(|trie| ChildTriePrefixIterator::<(Vec<u8>, ())>::with_prefix(&trie, &[]));
            let keys = stored.map(|(hashed, ())| Blake2_128Concat::reverse(&hashed).to_vec());
            keys.collect()
        })
    }

    /// Has `address` answer as the contract at `model` does: a stand-in for what is on another chain.
    pub fn stand_in(&self, address: AccountId, model: AccountId) {
        self.sandbox.borrow_mut().execute_with(|| {
            let info = unhashed::get_raw(&info_of(model)).unwrap_or_default();
            unhashed::put_raw(&info_of(address), &info);
        });
    }

    /// A digest of all that is stored on the chain, but for the events of the last call. Equal digests
    /// within a block prove that nothing changed.
    pub fn state_digest(&self) -> [u8; 32] {
        let mut sandbox = self.sandbox.borrow_mut();
        sandbox.reset_events();
        sandbox.take_snapshot().storage_root.0
    }

    fn run(
        &self,
        actor: AccountId,
        contract: AccountId,
        input: Vec<u8>,
    ) -> Result<Called<Vec<u8>>, Failure> {
        let gas_limit = *self.gas_limit.borrow();
        let sent = || run(actor, contract, input.clone(), gas_limit);
        let (called, is_refused) = self.sandbox.borrow_mut().execute_with(sent)?;
        if !is_refused {
            self.note(actor, || Action::Call { contract, input });
        }
        Ok(called)
    }

    /// Runs a message and takes back what it did.
    fn try_run(
        &self,
        actor: AccountId,
        contract: AccountId,
        input: Vec<u8>,
    ) -> Result<Called<Vec<u8>>, Failure> {
        let gas_limit = *self.gas_limit.borrow();
        let tried = self.sandbox.borrow_mut().execute_with(|| {
            // An open transaction that is rolled back costs what it wrote; a copy of the state costs all.
            with_transaction(|| {
                TransactionOutcome::Rollback(Ok::<_, DispatchError>(run(
                    actor, contract, input, gas_limit,
                )))
            })
        });
        Ok(tried.map_err(failure)??.0)
    }
}

impl Host for Chain {
    fn bundles(&self) -> &Bundles {
        &self.bundles
    }

    fn network(&self) -> [u8; 32] {
        let other = self.stand_in.as_ref();
        other.map_or(NETWORK, |other| other.network)
    }

    fn now(&self) -> Result<Timestamp> {
        Ok(self.now())
    }

    fn account(&self, name: &str) -> Result<AccountId> {
        Ok(self.account(name))
    }

    fn asset(&self, _: &str) -> Result<Option<AccountId>> {
        Ok(None)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        Ok(self.code_hash(address))
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        let mut sandbox = self.sandbox.borrow_mut();
        let uploaded = sandbox.upload_contract(
            code.wasm.clone(),
            native(by),
            Some(DEPOSIT_LIMIT),
            Determinism::Enforced,
        );
        uploaded.map_err(failure)?;
        drop(sandbox);
        self.note(by, || Action::Upload(code.contract.clone()));
        Ok(())
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        let gas_limit = *self.gas_limit.borrow();
        let mut sandbox = self.sandbox.borrow_mut();
        sandbox.reset_events();
        let made = sandbox.deploy_contract(
            code.wasm.clone(),
            0,
            input.to_vec(),
            salt.as_bytes().to_vec(),
            native(by),
            gas_limit,
            Some(DEPOSIT_LIMIT),
        );
        let made = made.result.map_err(failure)?;
        if made.result.did_revert() {
            return Ok(Err(made.result.data));
        }
        drop(sandbox);
        let address = AccountId(made.account_id.into());
        self.note(by, || Action::Instantiate {
            contract: code.contract.clone(),
            input: input.to_vec(),
            salt: salt.to_owned(),
            address,
        });
        Ok(Ok(address))
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        Ok(self.run(by, contract, input)?.answer)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        Ok(self.try_send(READER, contract, input)?)
    }
}

type Runtime = <MinimalSandbox as Sandbox>::Runtime;

/// Runs a message, and says whether the contract refused. The answer is as the contract encoded it.
fn run(
    actor: AccountId,
    contract: AccountId,
    input: Vec<u8>,
    gas_limit: Weight,
) -> Result<(Called<Vec<u8>>, bool), Failure> {
    forget_events();
    let result = pallet_contracts::Pallet::<Runtime>::bare_call(
        native(actor),
        native(contract),
        0,
        gas_limit,
        Some(DEPOSIT_LIMIT),
        input,
        pallet_contracts::DebugInfo::Skip,
        pallet_contracts::CollectEvents::UnsafeCollect,
        Determinism::Enforced,
    );
    let events = result.events.unwrap_or_default();
    let returned = result.result.map_err(failure)?;
    let is_refused = returned.did_revert();
    let called = Called {
        answer: returned.data,
        weight: result.gas_consumed,
        emitted: events
            .into_iter()
            .filter_map(|record| {
                let topics = record.topics.iter().map(|topic| topic.0).collect();
                emitted(record.event, topics)
            })
            .collect(),
    };
    Ok((called, is_refused))
}

/// Forgets the events of the last call. Their index by topic stays until the next block: to clear it is to visit it all.
fn forget_events() {
    for item in [b"Events".as_slice(), b"EventCount"] {
        unhashed::kill(&storage_prefix(b"System", item));
    }
}

fn emitted(event: RuntimeEvent, topics: Vec<[u8; 32]>) -> Option<Emitted> {
    match event {
        RuntimeEvent::Contracts(pallet_contracts::Event::ContractEmitted { contract, data }) => {
            Some(Emitted {
                contract: AccountId::from(<[u8; 32]>::from(contract)),
                topics,
                data,
            })
        }
        _ => None,
    }
}

/// Where the chain keeps what a contract stores: the first field of what it knows of it.
fn trie_of(contract: AccountId) -> Option<ChildInfo> {
    let trie: Vec<u8> = unhashed::get(&info_of(contract))?;
    Some(ChildInfo::new_default(&trie))
}

/// Where the chain keeps what it knows of a contract.
fn info_of(contract: AccountId) -> Vec<u8> {
    let key = Twox64Concat::hash(contract.as_ref());
    let prefix = storage_prefix(b"Contracts", b"ContractInfoOf");
    [prefix.as_slice(), &key].concat()
}

fn native(account: AccountId) -> AccountId32 {
    AccountId32::new(*account.as_ref())
}
