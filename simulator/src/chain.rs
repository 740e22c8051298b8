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
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{anyhow, bail, Context, Result};
use drink::frame_support::storage::{with_transaction, TransactionOutcome};
use drink::frame_support::{Blake2_256, StorageHasher};
use drink::minimal::{MinimalSandbox, RuntimeEvent};
use drink::pallet_contracts;
use drink::pallet_contracts::Determinism;
use drink::sandbox_api::prelude::*;
use drink::session::ContractBundle;
use drink::{AccountId32, DispatchError, Sandbox, Weight};
use finance::{Period, Timestamp};
use ink::env::call::utils::{ReturnType, Set};
use ink::env::call::{Call, CallBuilder, ExecutionInput};
use ink::env::DefaultEnvironment;
use ink::primitives::{AccountId, Hash, LangError};
use scale::{Decode, Encode};

/// What tells this chain from others where something is signed for it.
pub const NETWORK: [u8; 32] = *b"an embedded chain of one process";
/// Native tokens each account is given for storage deposits.
const ENDOWMENT: u128 = 1 << 100;
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
}

/// A message ready to be sent: made by the call builder of a contract reference.
pub struct Message<R> {
    contract: AccountId,
    input: Vec<u8>,
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

impl From<DispatchError> for Failure {
    fn from(error: DispatchError) -> Self {
        let DispatchError::Module(module) = error else {
            return Self::Refused(format!("{error:?}"));
        };
        match module.message {
            Some("ContractTrapped") => Self::Trapped,
            Some("OutOfGas") => Self::OutOfGas,
            Some("ContractNotFound") => Self::NoContract,
            message => Self::Refused(message.map_or_else(|| format!("{module:?}"), str::to_owned)),
        }
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
        };
        chain.fund(READER);
        chain.advance_to(now);
        Ok(chain)
    }

    /// The account of that name, with native tokens to act. The same name gives the same account.
    pub fn account(&self, name: &str) -> AccountId {
        let account = AccountId::from(Blake2_256::hash(name.as_bytes()));
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
        self.run(actor, message.into())
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
        let gas_limit = *self.gas_limit.borrow();
        self.sandbox.borrow_mut().execute_with(|| {
            // An open transaction that is rolled back costs what it wrote; a copy of the state costs all.
            with_transaction(|| {
                TransactionOutcome::Rollback(Ok::<_, DispatchError>(execute(
                    actor, message, gas_limit,
                )))
            })
        })?
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
    /// arguments. `salt` tells apart instances that are otherwise the same.
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
        self.try_deploy::<DebugBytes>(contract, actor, arguments, salt)?
            .map_err(|error| anyhow!("the constructor of {contract} refused: {error:?}"))
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
        let code = self.bundles.code(contract)?;
        let input = [ink::selector_bytes!("new").to_vec(), arguments.encode()].concat();
        let gas_limit = *self.gas_limit.borrow();
        let mut sandbox = self.sandbox.borrow_mut();
        sandbox.reset_events();
        let result = sandbox
            .deploy_contract(
                code,
                0,
                input,
                salt.as_bytes().to_vec(),
                native(actor),
                gas_limit,
                Some(DEPOSIT_LIMIT),
            )
            .result
            .map_err(Failure::from)
            .with_context(|| format!("deploying {contract}"))?;
        if !result.result.did_revert() {
            return Ok(Ok(AccountId::from(<[u8; 32]>::from(result.account_id))));
        }
        type Refusal<E> = Result<Result<(), E>, LangError>;
        match Refusal::<E>::decode(&mut result.result.data.as_slice()) {
            Ok(Ok(Err(error))) => Ok(Err(error)),
            _ => bail!("the constructor of {contract} does not understand its arguments"),
        }
    }

    /// Uploads the code of a contract by the name of its package and makes no instance. Returns its hash.
    ///
    /// # Errors
    /// The contract is not built, or the chain refuses the code.
    pub fn upload(&self, contract: &str, actor: AccountId) -> Result<Hash> {
        let code = self.bundles.code(contract)?;
        let mut sandbox = self.sandbox.borrow_mut();
        let uploaded = sandbox.upload_contract(
            code,
            native(actor),
            Some(DEPOSIT_LIMIT),
            Determinism::Enforced,
        );
        let uploaded = uploaded
            .map_err(Failure::from)
            .with_context(|| format!("uploading {contract}"))?;
        Ok(Hash::from(uploaded.code_hash.0))
    }

    /// What the code of a contract hashes to.
    pub fn code_hash(&self, contract: AccountId) -> Option<Hash> {
        let mut sandbox = self.sandbox.borrow_mut();
        let hash = sandbox
            .execute_with(|| pallet_contracts::Pallet::<Runtime>::code_hash(&native(contract)))?;
        Some(<[u8; 32]>::from(hash).into())
    }

    /// A digest of all that is stored on the chain, but for the events of the last call. Equal digests
    /// within a block prove that nothing changed.
    pub fn state_digest(&self) -> [u8; 32] {
        let mut sandbox = self.sandbox.borrow_mut();
        sandbox.reset_events();
        sandbox.take_snapshot().storage_root.0
    }

    fn run<R: Decode>(&self, actor: AccountId, message: Message<R>) -> Result<Called<R>, Failure> {
        let gas_limit = *self.gas_limit.borrow();
        self.sandbox
            .borrow_mut()
            .execute_with(|| execute(actor, message, gas_limit))
    }
}

type Runtime = <MinimalSandbox as Sandbox>::Runtime;

fn execute<R: Decode>(
    actor: AccountId,
    message: Message<R>,
    gas_limit: Weight,
) -> Result<Called<R>, Failure> {
    drink::minimal::System::reset_events();
    let result = pallet_contracts::Pallet::<Runtime>::bare_call(
        native(actor),
        native(message.contract),
        0,
        gas_limit,
        Some(DEPOSIT_LIMIT),
        message.input,
        pallet_contracts::DebugInfo::Skip,
        pallet_contracts::CollectEvents::UnsafeCollect,
        Determinism::Enforced,
    );
    let data = result.result?.data;
    let answer = Result::<R, LangError>::decode(&mut data.as_slice())
        .map_err(|_| Failure::Undecodable)?
        .map_err(|_| Failure::NotUnderstood)?;
    let events = result.events.unwrap_or_default();
    Ok(Called {
        answer,
        weight: result.gas_consumed,
        emitted: events
            .into_iter()
            .filter_map(|record| {
                let topics = record.topics.iter().map(|topic| topic.0).collect();
                emitted(record.event, topics)
            })
            .collect(),
    })
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

fn native(account: AccountId) -> AccountId32 {
    AccountId32::new(*account.as_ref())
}

/// Whatever bytes are left, shown in hexadecimal: an error whose type the caller does not name.
struct DebugBytes(Vec<u8>);

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
        self.0
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
            .and_then(|()| write!(f, " (SCALE-encoded error)"))
    }
}

/// The code of built contracts.
struct Bundles {
    folder: PathBuf,
}

/// By file. Read once per process: the loader takes a bundle byte by byte.
static CODE: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// The folder of built contracts, the first that exists of: `$SLUICE_CONTRACTS`,
/// `$CARGO_TARGET_DIR/contracts`, `target/contracts` of the workspace.
///
/// # Errors
/// There is none.
pub fn contracts_folder() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let candidates = [
        std::env::var_os("SLUICE_CONTRACTS").map(PathBuf::from),
        target.map(|target| target.join("contracts")),
        Some(crate::workspace_root().join("target/contracts")),
    ];
    let candidates: Vec<_> = candidates.into_iter().flatten().collect();
    let found = candidates.iter().find(|folder| folder.is_dir());
    found.cloned().ok_or_else(|| {
        let looked: Vec<_> = candidates
            .iter()
            .map(|folder| format!("\n  {}", folder.display()))
            .collect();
        anyhow!(
            "no built contracts found; run `./scripts/setup.sh` and then `cargo xtask build`. Looked in:{}",
            looked.concat()
        )
    })
}

impl Bundles {
    fn find() -> Result<Self> {
        Ok(Self {
            folder: contracts_folder()?,
        })
    }

    fn code(&self, contract: &str) -> Result<Vec<u8>> {
        let path = self
            .folder
            .join(contract.replace('-', "_"))
            .with_extension("contract");
        let mut read = CODE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = read.get(&path) {
            return Ok(code.clone());
        }
        let bundle = ContractBundle::load(&path).with_context(|| {
            format!(
                "the contract `{contract}` is not built: cannot read {}; run `cargo xtask build`",
                path.display()
            )
        })?;
        read.insert(path, bundle.wasm.clone());
        Ok(bundle.wasm)
    }
}
