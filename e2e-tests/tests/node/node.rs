//! A development node in a process of its own, through the client of `ink_e2e`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{anyhow, ensure, Context, Result};
use finance::Timestamp;
use ink::env::call::utils::{Argument, ArgumentList, EmptyArgumentList};
use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::DefaultEnvironment;
use ink::primitives::{AccountId, Hash};
use ink_e2e::subxt::backend::legacy::LegacyRpcMethods;
use ink_e2e::subxt::blocks::ExtrinsicEvents;
use ink_e2e::subxt::dynamic::{storage, At, Value};
use ink_e2e::{
    alice, CallBuilderFinal, ChainBackend, Client, ContractsBackend, Keypair, PolkadotConfig,
    TestNodeProcess,
};
use interfaces::types::Balance;
use scale::{Decode, Encode, Output};
use simulator::deployment::{Bundles, Code, Host};
use tokio::runtime::Runtime;

/// Native tokens, of 10¹² units each, that an account is given to act.
const ENDOWMENT: Balance = 1_000 * 1_000_000_000_000;
/// How much more gas a transaction is given than its trial took, in percent: it comes later than its trial.
const GAS_MARGIN: u64 = 10;
/// The gas of constructors, half of what a block has.
const GAS: u64 = 1_000_000_000_000;
const PROOF: u64 = 4 * 1024 * 1024;
/// How often an ever later block is waited for.
const PATIENCE: Duration = Duration::from_millis(200);

/// What a transaction cost its signer, in native units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bill {
    /// For the work. Gone.
    pub fee: Balance,
    /// For what it stored, held until that is removed.
    pub held: Balance,
    /// Of what was held before, for what it removed.
    pub released: Balance,
}

/// A chain of one node, which ends with this value.
pub struct Node {
    runtime: Runtime,
    process: TestNodeProcess<PolkadotConfig>,
    client: RefCell<Client<PolkadotConfig, DefaultEnvironment>>,
    keys: RefCell<BTreeMap<AccountId, Keypair>>,
    bill: Cell<Bill>,
    bundles: Bundles,
    network: [u8; 32],
}

/// A selector's arguments, encoded already.
#[derive(Clone)]
struct Arguments(Vec<u8>);

impl Encode for Arguments {
    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        output.write(&self.0);
    }
}

type Call =
    CallBuilderFinal<DefaultEnvironment, ArgumentList<Argument<Arguments>, EmptyArgumentList>, ()>;

fn call(contract: AccountId, input: &[u8]) -> Result<Call> {
    let (selector, arguments) = input
        .split_first_chunk()
        .context("a message without a selector")?;
    let input =
        ExecutionInput::new(Selector::new(*selector)).push_arg(Arguments(arguments.to_vec()));
    Ok(build_call().call(contract).exec_input(input).returns())
}

impl Node {
    /// Starts the node that `$CONTRACTS_NODE` names.
    pub fn start() -> Result<Self> {
        let runtime = Runtime::new()?;
        let start = async {
            let node = TestNodeProcess::<PolkadotConfig>::build_with_env_or_default();
            let process = node.spawn().await.map_err(|error| anyhow!(error))?;
            let client = Client::new(process.rpc(), Vec::<String>::new()).await?;
            Ok::<_, anyhow::Error>((process, RefCell::new(client)))
        };
        let (process, client) = runtime.block_on(start)?;
        Ok(Self {
            network: process.client().genesis_hash().0,
            runtime,
            process,
            client,
            keys: RefCell::default(),
            bill: Cell::default(),
            bundles: Bundles::find()?,
        })
    }

    /// What the last message that was sent cost.
    pub fn bill(&self) -> Bill {
        self.bill.get()
    }

    /// Native tokens that an account may spend.
    pub fn native(&self, account: AccountId) -> Result<Balance> {
        let mut client = self.client.borrow_mut();
        self.runtime
            .block_on(client.free_balance(account))
            .map_err(refused)
    }

    /// Returns with a block at `moment` or later.
    pub fn wait_until(&self, moment: Timestamp) -> Result<()> {
        while Host::now(self)? < moment {
            sleep(PATIENCE);
            self.submit(&alice(), "System", "remark", vec![Value::from_bytes([])])?;
        }
        Ok(())
    }

    /// Sends a message whatever its trial says. Returns the trial's answer, encoded.
    ///
    /// # Errors
    /// The chain took back what the message did.
    pub fn force(&self, by: AccountId, contract: AccountId, input: &[u8]) -> Result<Vec<u8>> {
        let (key, call) = (self.key(by)?, call(contract, input)?);
        let mut client = self.client.borrow_mut();
        let mut call = client.call(&key, &call);
        let sent = self
            .runtime
            .block_on(call.extra_gas_portion(GAS_MARGIN).submit());
        let sent = sent.map_err(refused)?;
        self.bill.set(billed(&sent.events)?);
        Ok(sent.dry_run.return_data().to_vec())
    }

    /// What a message would return now, and whether the chain would take back what it did.
    fn trial(&self, by: &Keypair, contract: AccountId, input: &[u8]) -> Result<(Vec<u8>, bool)> {
        let call = call(contract, input)?;
        let mut client = self.client.borrow_mut();
        let tried = self.runtime.block_on(client.call(by, &call).dry_run());
        let tried = tried.map_err(refused)?;
        let returned = tried.exec_return_value();
        Ok((returned.data.clone(), returned.did_revert()))
    }

    fn key(&self, account: AccountId) -> Result<Keypair> {
        let keys = self.keys.borrow();
        keys.get(&account)
            .cloned()
            .with_context(|| format!("nobody here has the key of {account:?}"))
    }

    fn submit(
        &self,
        by: &Keypair,
        pallet: &str,
        call: &str,
        arguments: Vec<Value>,
    ) -> Result<Bill> {
        let mut client = self.client.borrow_mut();
        let events = self
            .runtime
            .block_on(client.runtime_call(by, pallet, call, arguments));
        billed(
            &events
                .map_err(refused)
                .with_context(|| format!("{pallet}.{call}"))?,
        )
    }

    /// The bytes under a key of the state at the last block.
    fn stored(&self, pallet: &str, entry: &str, key: Vec<Value>) -> Result<Option<Vec<u8>>> {
        let address = storage(pallet, entry, key);
        let rpc = LegacyRpcMethods::<PolkadotConfig>::new(self.process.rpc());
        let stored = async {
            let best = rpc
                .chain_get_block_hash(None)
                .await?
                .context("a chain without a block")?;
            let state = self.process.client().storage().at(best);
            Ok(state
                .fetch(&address)
                .await?
                .map(|value| value.into_encoded()))
        };
        self.runtime.block_on(stored)
    }
}

/// What the events of a transaction say that it cost.
fn billed(events: &ExtrinsicEvents<PolkadotConfig>) -> Result<Bill> {
    let mut bill = Bill::default();
    for event in events.iter() {
        let event = event?;
        let (entry, field) = match event.variant_name() {
            "TransactionFeePaid" => (&mut bill.fee, "actual_fee"),
            "StorageDepositTransferredAndHeld" => (&mut bill.held, "amount"),
            "StorageDepositTransferredAndReleased" => (&mut bill.released, "amount"),
            _ => continue,
        };
        let fields = event.field_values()?;
        *entry += fields
            .at(field)
            .and_then(|amount| amount.as_u128())
            .context("an event without an amount")?;
    }
    Ok(bill)
}

fn refused(error: impl Debug) -> anyhow::Error {
    anyhow!("the chain refused: {error:?}")
}

impl Host for Node {
    fn bundles(&self) -> &Bundles {
        &self.bundles
    }

    fn network(&self) -> [u8; 32] {
        self.network
    }

    fn now(&self) -> Result<Timestamp> {
        let time = self.stored("Timestamp", "Now", vec![])?.unwrap_or_default();
        Ok(Timestamp(u64::decode(&mut &time[..])?))
    }

    /// A name is a derivation of the development phrase, and has funds from its first mention on.
    fn account(&self, name: &str) -> Result<AccountId> {
        let key = Keypair::from_uri(&format!("//{name}").parse()?)?;
        let account = AccountId(key.public_key().0);
        if self.keys.borrow_mut().insert(account, key).is_none() {
            let to = Value::unnamed_variant("Id", [Value::from_bytes(account)]);
            let transfer = vec![to, Value::u128(ENDOWMENT)];
            self.submit(&alice(), "Balances", "transfer_allow_death", transfer)?;
        }
        Ok(account)
    }

    fn asset(&self, _symbol: &str) -> Result<Option<AccountId>> {
        Ok(None)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        let info = self.stored(
            "Contracts",
            "ContractInfoOf",
            vec![Value::from_bytes(address)],
        )?;
        // The first fields: the key of its storage, and its code.
        let decode = |info: Vec<u8>| <(Vec<u8>, Hash)>::decode(&mut &info[..]);
        Ok(info.map(decode).transpose()?.map(|(_, code)| code))
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        let key = vec![Value::from_bytes(code.hash)];
        if self.stored("Contracts", "CodeInfoOf", key)?.is_none() {
            let upload = vec![Value::from_bytes(&code.wasm), none(), variant("Enforced")];
            self.submit(&self.key(by)?, "Contracts", "upload_code", upload)?;
        }
        Ok(())
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        self.upload_code(by, code)?;
        let terms = vec![
            Value::u128(0),
            Value::named_composite([
                ("ref_time", Value::u128(GAS.into())),
                ("proof_size", Value::u128(PROOF.into())),
            ]),
            none(),
            Value::from_bytes(code.hash),
            Value::from_bytes(input),
            Value::from_bytes(salt),
        ];
        self.submit(&self.key(by)?, "Contracts", "instantiate", terms)?;
        let address = code.address(by, input, salt);
        ensure!(
            self.code_at(address)? == Some(code.hash),
            "no contract at its address"
        );
        Ok(Ok(address))
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        match self.trial(&self.key(by)?, contract, &input)? {
            (refusal, true) => Ok(refusal),
            (_, false) => self.force(by, contract, &input),
        }
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        Ok(self.trial(&alice(), contract, &input)?.0)
    }
}

fn variant(name: &str) -> Value {
    Value::unnamed_variant(name, [])
}

fn none() -> Value {
    variant("None")
}
