//! The chain of a node, through the client of `ink_e2e`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail, ensure, Context, Result};
use finance::Timestamp;
use ink::env::call::utils::{Argument, ArgumentList, EmptyArgumentList};
use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::DefaultEnvironment;
use ink::primitives::{AccountId, Hash};
use ink_e2e::subxt::backend::legacy::rpc_methods::BlockNumber;
use ink_e2e::subxt::backend::legacy::LegacyRpcMethods;
use ink_e2e::subxt::backend::rpc::{rpc_params, RpcClient};
use ink_e2e::subxt::blocks::ExtrinsicEvents;
use ink_e2e::subxt::config::DefaultExtrinsicParamsBuilder;
use ink_e2e::subxt::dynamic::{self, At, Value};
use ink_e2e::subxt::tx::{SubmittableExtrinsic, TxStatus};
use ink_e2e::subxt::utils::AccountId32;
use ink_e2e::subxt::OnlineClient;
use ink_e2e::{alice, CallBuilderFinal, Client, ContractsBackend, Keypair, PolkadotConfig, H256};
use interfaces::types::Balance;
use scale::{Compact, Decode, Encode, Output};
use simulator::deployment::{Bundles, Code, Host};
use simulator::journal::{Action, Transaction};
use tokio::runtime::Runtime;

use crate::process::{Folder, Process};
use crate::wire::{Gas, RuntimeCall, Trial, Tried, PLENTY};

/// Native tokens, of 10¹² units each, that an account is given to act.
const ENDOWMENT: Balance = 1_000 * 1_000_000_000_000;
/// How much more gas a transaction is given than its trial took, in percent: it comes later than its trial.
const GAS_MARGIN: u64 = 10;
/// How often an ever later block is waited for.
const BEAT: Duration = Duration::from_millis(200);
/// How long a transaction may wait for its block.
const PATIENCE: Duration = Duration::from_secs(120);

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

/// What is in a block.
#[derive(Default)]
pub struct Block {
    /// Those that somebody paid for.
    pub transactions: usize,
    /// Those of them that the chain took back.
    pub failed: usize,
    /// What they took, in picoseconds.
    pub work: u64,
}

/// A transaction that can be offered again as it is.
pub struct Signed {
    /// Who signed it.
    pub by: AccountId,
    /// How many of his are before it.
    pub nonce: u64,
    bytes: Vec<u8>,
}

/// A node's chain, and the keys of those who act there.
pub struct Node {
    runtime: Runtime,
    link: RefCell<Rc<Link>>,
    keys: RefCell<BTreeMap<AccountId, Keypair>>,
    /// Whose keys were given native tokens.
    endowed: RefCell<BTreeSet<AccountId>>,
    bill: Cell<Bill>,
    bundles: Bundles,
    network: [u8; 32],
    /// None of a node that others started.
    process: RefCell<Option<Process>>,
    /// Whether its clock stands where it is set.
    is_still: bool,
    _folder: Folder,
}

/// A connection to a node.
struct Link {
    rpc: RpcClient,
    online: OnlineClient<PolkadotConfig>,
    contracts: RefCell<Option<Client<PolkadotConfig, DefaultEnvironment>>>,
}

impl Link {
    async fn to(url: &str) -> Result<Self> {
        let rpc = RpcClient::from_url(url).await?;
        Ok(Self {
            online: OnlineClient::from_rpc_client(rpc.clone()).await?,
            contracts: RefCell::default(),
            rpc,
        })
    }

    /// To another node of the chain, whose metadata are known.
    async fn turned_to(&self, url: &str) -> Result<Self> {
        let (known, rpc) = (&self.online, RpcClient::from_url(url).await?);
        let (genesis, version) = (known.genesis_hash(), known.runtime_version());
        let online =
            OnlineClient::from_rpc_client_with(genesis, version, known.metadata(), rpc.clone())?;
        Ok(Self {
            rpc,
            online,
            contracts: RefCell::default(),
        })
    }

    fn legacy(&self) -> LegacyRpcMethods<PolkadotConfig> {
        LegacyRpcMethods::new(self.rpc.clone())
    }
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
    /// A development chain.
    pub fn start() -> Result<Self> {
        Self::develop(Folder::new()?, None)
    }

    /// A development chain whose clock stands where it is set, first at `now`. What it has on disk it has again when it is
    /// [restarted](Self::restart).
    pub fn still_at(now: Timestamp) -> Result<Self> {
        Self::stands_at(now, None)
    }

    /// [`Node::still_at`] with a block every three seconds, for as many transactions as there are until then.
    pub fn sealing_at(now: Timestamp) -> Result<Self> {
        Self::stands_at(now, Some("--sealing=3000".to_owned()))
    }

    fn stands_at(now: Timestamp, sealing: Option<String>) -> Result<Self> {
        let folder = Folder::new()?;
        let data = folder.path().join("chain");
        let options = [
            format!("--clock={}", now.0),
            format!("--base-path={}", data.display()),
        ];
        let options = options.into_iter().chain(sealing);
        let node = Self {
            is_still: true,
            ..Self::develop(folder, options)?
        };
        node.wait_until(now)?;
        Ok(node)
    }

    fn develop(folder: Folder, options: impl IntoIterator<Item = String>) -> Result<Self> {
        let all = ["--dev", "--port=0", "--rpc-port=0"].map(str::to_owned);
        let options = all.into_iter().chain(options).collect();
        let process = Process::start(folder.path().join("log"), options)?;
        let node = Self::at(&process.url)?;
        Ok(Self {
            process: RefCell::new(Some(process)),
            _folder: folder,
            ..node
        })
    }

    /// The chain of a node that runs already.
    pub fn at(url: &str) -> Result<Self> {
        let runtime = Runtime::new()?;
        let link = runtime.block_on(Link::to(url))?;
        Ok(Self {
            network: link.online.genesis_hash().0,
            runtime,
            link: RefCell::new(Rc::new(link)),
            keys: RefCell::default(),
            endowed: RefCell::default(),
            bill: Cell::default(),
            bundles: Bundles::find()?,
            process: RefCell::default(),
            is_still: false,
            _folder: Folder::new()?,
        })
    }

    /// Speaks to another node of the same chain from now on.
    pub fn turn_to(&self, url: &str) -> Result<()> {
        let link = self.wait(self.link().turned_to(url))?;
        self.link.replace(Rc::new(link));
        Ok(())
    }

    /// Kills the process between two instructions, and starts it with what it has on disk.
    pub fn restart(&self) -> Result<()> {
        let mut process = self.process.borrow_mut();
        let process = process.as_mut().context("the process of others")?;
        process.restart()?;
        self.turn_to(&process.url)?;
        let Timestamp(last) = Host::now(self)?;
        self.set_clock(Timestamp(last + 1))
    }

    fn link(&self) -> Rc<Link> {
        self.link.borrow().clone()
    }

    /// What the last message that was sent cost.
    pub fn bill(&self) -> Bill {
        self.bill.get()
    }

    /// Native tokens that an account may spend.
    pub fn native(&self, account: AccountId) -> Result<Balance> {
        Ok(self.info(account)?.1[0])
    }

    /// Returns with a block at `moment` or later.
    pub fn wait_until(&self, moment: Timestamp) -> Result<()> {
        self.set_clock(moment)?;
        while Host::now(self)? < moment {
            if !self.is_still {
                sleep(BEAT);
            }
            self.submit(&alice(), &RuntimeCall::remark())?;
        }
        Ok(())
    }

    /// The next block is at `now`, if the clock stands.
    fn set_clock(&self, now: Timestamp) -> Result<()> {
        if self.is_still {
            let link = self.link();
            let set = link.rpc.request("clock_set", rpc_params![now.0]);
            self.wait::<Result<(), _>>(set)?;
        }
        Ok(())
    }

    /// Does what another chain did, one transaction after the other, and at the same times if the clock stands.
    ///
    /// # Errors
    /// The first transaction that fails here.
    pub fn follow(&self, journal: &[Transaction]) -> Result<()> {
        for transaction in journal {
            self.set_clock(transaction.at)?;
            self.act(transaction.by, &transaction.action)
                .with_context(|| format!("{transaction:?}"))?;
        }
        Ok(())
    }

    /// Signs transactions with so much gas each, the next of their signers.
    ///
    /// # Errors
    /// Nobody here has a key.
    pub fn sign_all<'a>(
        &self,
        gas: Gas,
        actions: impl IntoIterator<Item = (AccountId, &'a Action)>,
    ) -> Result<Vec<Signed>> {
        let mut nonces = BTreeMap::new();
        let mut signed = Vec::new();
        for (by, action) in actions {
            let nonce = match nonces.get(&by) {
                Some(nonce) => nonce + 1,
                None => self.next_nonce(by)?,
            };
            nonces.insert(by, nonce);
            let call = self.call(action, gas)?;
            let bytes = self.signed(&self.key(by)?, nonce, &call)?.into_encoded();
            signed.push(Signed { by, nonce, bytes });
        }
        Ok(signed)
    }

    /// Offers all of these and waits until they are in blocks, whatever comes of them.
    ///
    /// # Errors
    /// One is not valid, or they are not after some minutes.
    pub fn do_all(&self, signed: &[Signed]) -> Result<()> {
        for transaction in signed {
            self.offer(transaction)?;
        }
        self.wait_for(signed)
    }

    /// Waits until all of these are in blocks, whatever came of them.
    ///
    /// # Errors
    /// They are not after some minutes.
    pub fn wait_for(&self, signed: &[Signed]) -> Result<()> {
        let start = Instant::now();
        for Signed { by, nonce, .. } in signed {
            while self.nonce(*by)? <= *nonce {
                ensure!(
                    start.elapsed() < PATIENCE,
                    "transaction {nonce} of {by:?} still waits"
                );
                sleep(BEAT);
            }
        }
        Ok(())
    }

    /// Sends a transaction without trying it, and waits until it is in a block.
    ///
    /// # Errors
    /// The chain took back what it did.
    pub fn act(&self, by: AccountId, action: &Action) -> Result<Bill> {
        self.submit(&self.key(by)?, &self.call(action, PLENTY)?)
    }

    fn call(&self, action: &Action, gas: Gas) -> Result<RuntimeCall> {
        RuntimeCall::of(action, gas, &self.bundles, |code| self.has_code(code))
    }

    /// Sends a message whatever its trial says. Returns the trial's answer, encoded.
    ///
    /// # Errors
    /// The chain took back what the message did.
    pub fn force(&self, by: AccountId, contract: AccountId, input: &[u8]) -> Result<Vec<u8>> {
        let (key, call, link) = (self.key(by)?, call(contract, input)?, self.link());
        let mut contracts = link.contracts.borrow_mut();
        let contracts = match &mut *contracts {
            Some(contracts) => contracts,
            empty => {
                let client = Client::new(link.rpc.clone(), Vec::<String>::new());
                empty.insert(self.wait(client)?)
            }
        };
        let mut call = contracts.call(&key, &call);
        let sent = self.wait(call.extra_gas_portion(GAS_MARGIN).submit());
        let sent = sent.map_err(|error| anyhow!("the chain refused: {error:?}"))?;
        self.bill.set(billed(&sent.events)?);
        Ok(sent.dry_run.return_data().to_vec())
    }

    /// What something would come to now.
    ///
    /// # Errors
    /// The contract fails, or there is none.
    pub fn trial(&self, by: AccountId, trial: &Trial) -> Result<Tried> {
        let (function, arguments) = trial.request(by);
        let legacy = self.link().legacy();
        Tried::decode(&self.wait(legacy.state_call(function, Some(&arguments), None))?)
    }

    /// The account of a name, which may have no funds yet.
    pub fn know(&self, name: &str) -> Result<AccountId> {
        let key = Keypair::from_uri(&format!("//{name}").parse()?)?;
        let account = AccountId(key.public_key().0);
        self.keys.borrow_mut().insert(account, key);
        Ok(account)
    }

    /// Everybody whose name was mentioned.
    pub fn people(&self) -> Vec<AccountId> {
        self.keys.borrow().keys().copied().collect()
    }

    /// Gives those who have none yet native tokens to act, in one transaction.
    pub fn endow(&self) -> Result<()> {
        let mut endowed = self.endowed.borrow_mut();
        let people = self.people().into_iter();
        let new: Vec<_> = people.filter(|one| !endowed.contains(one)).collect();
        if !new.is_empty() {
            let metadata = self.link().online.metadata();
            let gifts = RuntimeCall::gifts(&new, ENDOWMENT, &metadata)?;
            self.submit(&alice(), &gifts)?;
            endowed.extend(new);
        }
        Ok(())
    }

    fn key(&self, account: AccountId) -> Result<Keypair> {
        let keys = self.keys.borrow();
        keys.get(&account)
            .cloned()
            .with_context(|| format!("nobody here has the key of {account:?}"))
    }

    fn submit(&self, by: &Keypair, call: &RuntimeCall) -> Result<Bill> {
        let nonce = self.next_nonce(AccountId(by.public_key().0))?;
        let signed = self.signed(by, nonce, call)?;
        let events = self.wait(async {
            let mut progress = signed.submit_and_watch().await?;
            while let Some(status) = progress.next().await {
                match status? {
                    TxStatus::InBestBlock(block) | TxStatus::InFinalizedBlock(block) => {
                        return Ok(block.wait_for_success().await?);
                    }
                    TxStatus::Error { message }
                    | TxStatus::Invalid { message }
                    | TxStatus::Dropped { message } => bail!(message),
                    _ => continue,
                }
            }
            bail!("the node stopped telling how the transaction fares")
        });
        billed(&events?)
    }

    fn signed(
        &self,
        by: &Keypair,
        nonce: u64,
        call: &RuntimeCall,
    ) -> Result<SubmittableExtrinsic<PolkadotConfig, OnlineClient<PolkadotConfig>>> {
        let terms = DefaultExtrinsicParamsBuilder::new().nonce(nonce).build();
        let transactions = self.link().online.tx();
        Ok(transactions.create_signed_offline(call, by, terms)?)
    }

    /// Gives the node a transaction that it puts into a block some time.
    ///
    /// # Errors
    /// It is not valid: as when its nonce was used already.
    pub fn offer(&self, signed: &Signed) -> Result<()> {
        let legacy = self.link().legacy();
        self.wait(legacy.author_submit_extrinsic(&signed.bytes))?;
        Ok(())
    }

    /// The nonce of the next transaction of an account, after those that wait.
    fn next_nonce(&self, account: AccountId) -> Result<u64> {
        let legacy = self.link().legacy();
        Ok(self.wait(legacy.system_account_next_index(&AccountId32(account.0)))?)
    }

    /// How many transactions of an account are in blocks.
    pub fn nonce(&self, account: AccountId) -> Result<u64> {
        Ok(self.info(account)?.0[0].into())
    }

    /// What the chain keeps of an account: its nonce and three counters of references, what it may spend and what it may not.
    fn info(&self, account: AccountId) -> Result<([u32; 4], [Balance; 2])> {
        let info = self.stored("System", "Account", vec![Value::from_bytes(account)])?;
        let info = info
            .map(|info| Decode::decode(&mut &info[..]))
            .transpose()?;
        Ok(info.unwrap_or_default())
    }

    /// Whether the chain has a code.
    pub fn has_code(&self, code: Hash) -> Result<bool> {
        let key = vec![Value::from_bytes(code)];
        Ok(self.stored("Contracts", "CodeInfoOf", key)?.is_some())
    }

    /// How many blocks there are, and how many of them are final.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn height(&self) -> Result<(u64, u64)> {
        let legacy = self.link().legacy();
        self.wait(async {
            let best = legacy.chain_get_header(None).await?.context("no block")?;
            let last = legacy.chain_get_finalized_head().await?;
            let last = legacy
                .chain_get_header(Some(last))
                .await?
                .context("no block")?;
            Ok((best.number.into(), last.number.into()))
        })
    }

    /// What is in the blocks after one.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn blocks_since(&self, number: u64) -> Result<Vec<Block>> {
        let (best, _) = self.height()?;
        let blocks = (number + 1..=best).map(|number| self.contents(self.block(number)?));
        blocks.collect()
    }

    fn contents(&self, block: H256) -> Result<Block> {
        let blocks = self.link().online.blocks();
        let events = self.wait(async { blocks.at(block).await?.events().await })?;
        let mut contents = Block::default();
        for event in events.iter() {
            let event = event?;
            match (event.pallet_name(), event.variant_name()) {
                ("TransactionPayment", "TransactionFeePaid") => contents.transactions += 1,
                ("System", "ExtrinsicFailed") => contents.failed += 1,
                _ => {}
            }
        }
        let storage = self.link().online.storage();
        let weight = dynamic::storage("System", "BlockWeight", Vec::<Value>::new());
        let weight = self.wait(storage.at(block).fetch(&weight))?;
        let weight = weight.context("a block without a weight")?.into_encoded();
        // First that of ordinary transactions: picoseconds of work, and bytes of proof.
        contents.work = Compact::<u64>::decode(&mut &weight[..])?.0;
        Ok(contents)
    }

    /// The hash of a block.
    ///
    /// # Errors
    /// There is no such block.
    pub fn block(&self, number: u64) -> Result<H256> {
        let number = BlockNumber::Number(number);
        let legacy = self.link().legacy();
        let hash = self.wait(legacy.chain_get_block_hash(Some(number)))?;
        hash.context("no such block")
    }

    /// Keeps a connection to another node from now on.
    ///
    /// # Errors
    /// It does not say who it is.
    pub fn meet(&self, other: &Self, port: u16) -> Result<()> {
        let (link, theirs) = (self.link(), other.link());
        let name: String = other.wait(theirs.rpc.request("system_localPeerId", rpc_params![]))?;
        let peer = format!("/ip4/127.0.0.1/tcp/{port}/p2p/{name}");
        let added = link
            .rpc
            .request("system_addReservedPeer", rpc_params![peer]);
        Ok(self.wait::<Result<(), _>>(added)?)
    }

    /// The root of all that a contract stores.
    ///
    /// # Errors
    /// There is no contract.
    pub fn storage_root(&self, contract: AccountId) -> Result<Option<Vec<u8>>> {
        let info = self.stored(
            "Contracts",
            "ContractInfoOf",
            vec![Value::from_bytes(contract)],
        )?;
        let info = info.context("no contract")?;
        let trie = Vec::<u8>::decode(&mut &info[..])?;
        let key = [b":child_storage:default:".as_slice(), &trie].concat();
        let legacy = self.link().legacy();
        Ok(self.wait(legacy.state_get_storage(&key, None))?)
    }

    /// The bytes under a key of the state at the last block.
    fn stored(&self, pallet: &str, entry: &str, key: Vec<Value>) -> Result<Option<Vec<u8>>> {
        let address = dynamic::storage(pallet, entry, key);
        let legacy = self.link().legacy();
        self.wait(async {
            let best = legacy.chain_get_block_hash(None).await?;
            let state = self
                .link()
                .online
                .storage()
                .at(best.context("a chain without a block")?);
            Ok(state
                .fetch(&address)
                .await?
                .map(|value| value.into_encoded()))
        })
    }

    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
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

impl Host for Node {
    fn bundles(&self) -> &Bundles {
        &self.bundles
    }

    fn network(&self) -> [u8; 32] {
        self.network
    }

    fn now(&self) -> Result<Timestamp> {
        let time = self.stored("Timestamp", "Now", vec![])?;
        let time = time.map(|time| u64::decode(&mut &time[..])).transpose()?;
        // The first block has none.
        Ok(Timestamp(time.unwrap_or_default()))
    }

    /// A name is a derivation of the development phrase, and has funds from its first mention on.
    fn account(&self, name: &str) -> Result<AccountId> {
        let account = self.know(name)?;
        self.endow()?;
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
        if !self.has_code(code.hash)? {
            self.act(by, &Action::Upload(code.contract.clone()))?;
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
        let tried = self.trial(by, &Trial::Instantiate(code.hash, input, salt))?;
        if tried.is_refused {
            return Ok(Err(tried.returned));
        }
        let address = code.address(by, input, salt);
        let instantiate = Action::Instantiate {
            contract: code.contract.clone(),
            input: input.to_vec(),
            salt: salt.to_owned(),
            address,
        };
        self.act(by, &instantiate)?;
        ensure!(
            self.code_at(address)? == Some(code.hash),
            "no contract at its address"
        );
        Ok(Ok(address))
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        let tried = self.trial(by, &Trial::Call(contract, &input))?;
        if tried.is_refused {
            return Ok(tried.returned);
        }
        self.force(by, contract, &input)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        let reader = AccountId(alice().public_key().0);
        Ok(self.trial(reader, &Trial::Call(contract, &input))?.returned)
    }
}
