//! A node of a chain with `pallet-contracts`, spoken to through its WebSocket.

pub mod wire;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure, Context, Result};
use deployment::{Code, Failure};
use finance::Timestamp;
use interfaces::types::{AccountId, Hash};
use scale::Encode;
use subxt::backend::legacy::{LegacyBackend, LegacyRpcMethods};
use subxt::backend::rpc::{rpc_params, RpcClient};
use subxt::blocks::ExtrinsicEvents;
use subxt::config::DefaultExtrinsicParamsBuilder;
use subxt::dynamic::{self, Value};
use subxt::ext::scale_decode::DecodeAsType;
use subxt::ext::scale_encode::EncodeAsFields;
use subxt::tx::{Payload, TxInBlock, TxStatus};
use subxt::utils::{AccountId32, H256};
use subxt::{OnlineClient, PolkadotConfig};
use subxt_signer::sr25519::Keypair;

use crate::network::Confirmation;
use wire::{
    AccountInfo, Call, CodeSource, ContractInfo, Determinism, DryRun, InstantiateWithCode,
    Instantiated, Returned, Transfer, TryCall, TryInstantiate, TryUpload, UploadCode, Uploaded,
};

/// How many blocks a transaction may wait for: it is void afterwards.
const MORTALITY: u64 = 64;
/// How many items of storage a transaction may make that its dry run did not.
const SPARE_ITEMS: u128 = 4;
/// How many keys are asked for at a time: nodes give no more.
const KEYS_PER_PAGE: usize = 1_000;
/// How long a transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(20);

type Chain = PolkadotConfig;

/// A connection to a node.
pub struct Node {
    runtime: tokio::runtime::Runtime,
    client: OnlineClient<Chain>,
    rpc: LegacyRpcMethods<Chain>,
    /// For what the methods above lack.
    plain_rpc: RpcClient,
    confirmation: Confirmation,
}

/// A transaction that is in a block.
pub struct Sent {
    /// Its hash.
    pub transaction: [u8; 32],
    /// The hash of the block.
    pub block: [u8; 32],
    /// The fee paid, in the smallest native unit; none where the chain does not say.
    pub fee: Option<u128>,
}

impl Node {
    /// Connects to a node.
    ///
    /// # Errors
    /// Nobody answers there, or no chain with `pallet-contracts`.
    pub fn connect(endpoint: &str, confirmation: Confirmation) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let connecting = async {
            let client = RpcClient::from_url(endpoint).await?;
            let backend = Arc::new(LegacyBackend::builder().build(client.clone()));
            let online = OnlineClient::from_backend(backend).await?;
            Ok::<_, subxt::Error>((client, online))
        };
        let connected =
            runtime.block_on(async { tokio::time::timeout(CONNECTING, connecting).await });
        let (plain_rpc, client) = connected
            .map_err(anyhow::Error::from)
            .and_then(|connected| Ok(connected?))
            .with_context(|| format!("cannot connect to {endpoint}: does a node run there?"))?;
        let pallets = client.metadata();
        ensure!(
            pallets.pallet_by_name("Contracts").is_some(),
            "the chain at {endpoint} has no pallet `Contracts`: it cannot run ink! 5 contracts"
        );
        Ok(Self {
            runtime,
            client,
            rpc: LegacyRpcMethods::new(plain_rpc.clone()),
            plain_rpc,
            confirmation,
        })
    }

    /// The hash of the first block: which chain this is.
    pub fn genesis(&self) -> [u8; 32] {
        self.client.genesis_hash().0
    }

    /// The chain's clock.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn now(&self) -> Result<Timestamp> {
        let now: Option<u64> = self.stored("Timestamp", "Now", vec![])?;
        Ok(Timestamp(now.unwrap_or_default()))
    }

    /// What the code of the contract at an address hashes to, if there is one.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        Ok(self.info_of(address)?.map(|info| info.code_hash.0.into()))
    }

    /// What a contract keeps under a key.
    ///
    /// # Errors
    /// There is no contract, or the node does not answer.
    pub fn kept_by(&self, contract: AccountId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let answer = self.state_call("ContractsApi_get_storage", &(contract.0, key))?;
        wire::kept(&answer)
    }

    /// All keys under which a contract keeps something.
    ///
    /// # Errors
    /// There is no contract, or the node does not answer or does not list them.
    pub fn keys_of(&self, contract: AccountId) -> Result<Vec<Vec<u8>>> {
        let info = self.info_of(contract)?.ok_or(Failure::NoContract)?;
        let trie = format!(
            "0x{}{}",
            hex::encode(":child_storage:default:"),
            hex::encode(info.trie_id)
        );
        let listing = async {
            let (head, mut listed) = (self.head().await?, Vec::<String>::new());
            loop {
                let arguments = rpc_params![&trie, "0x", KEYS_PER_PAGE, listed.last(), head];
                let request = self.plain_rpc.request("childstate_getKeysPaged", arguments);
                let page: Vec<String> = request.await?;
                if page.is_empty() {
                    return Ok(listed);
                }
                listed.extend(page);
            }
        };
        let listed = self.wait(listing).context(
            "the node does not list what a contract keeps: verify at one that answers `childstate_getKeysPaged`",
        )?;
        listed.iter().map(|key| wire::key(key)).collect()
    }

    /// Whether the chain has a code.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn has_code(&self, hash: Hash) -> Result<bool> {
        let key = vec![Value::from_bytes(hash)];
        let address = dynamic::storage("Contracts", "CodeInfoOf", key);
        self.wait(async {
            let storage = self.client.storage().at(self.head().await?);
            Ok(storage.fetch(&address).await?.is_some())
        })
    }

    /// The native tokens that an account may spend, in the smallest unit.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn balance(&self, account: AccountId) -> Result<u128> {
        let info = self.account_info(account)?;
        Ok(info.map_or(0, |info| info.data.free))
    }

    /// The name of the native token and its decimals, as the chain tells them.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn native_token(&self) -> Result<(String, u32)> {
        let properties = self.wait(async { Ok(self.rpc.system_properties().await?) })?;
        wire::native_token(&properties)
    }

    /// Waits until what an account has sent before is in a block, so that nothing is sent twice.
    ///
    /// # Errors
    /// It takes too long, or the node does not answer.
    pub fn settle_pending(&self, account: AccountId) -> Result<()> {
        let start = Instant::now();
        let native = AccountId32(account.0);
        loop {
            let next =
                self.wait(async { Ok(self.rpc.system_account_next_index(&native).await?) })?;
            let info = self.account_info(account)?;
            if next == info.map_or(0, |info| u64::from(info.nonce)) {
                return Ok(());
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "transactions of {native} have been waiting for {} s: does the chain make blocks?",
                PATIENCE.as_secs()
            );
            self.wait(async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(())
            })?;
        }
    }

    /// What an upload would come to.
    ///
    /// # Errors
    /// The chain refuses the code, or the node does not answer.
    pub fn try_upload(&self, by: AccountId, code: &Code) -> Result<u128> {
        let request = TryUpload {
            origin: by.0,
            code: code.wasm.clone(),
            storage_deposit_limit: None,
            determinism: Determinism::Enforced,
        };
        let answer = self.state_call("ContractsApi_upload_code", &request)?;
        let uploaded: Uploaded = wire::outcome(&mut answer.as_slice(), &self.client.metadata())?;
        Ok(uploaded.deposit)
    }

    /// Uploads a code.
    ///
    /// # Errors
    /// The chain refuses it, or the node does not answer.
    pub fn upload(&self, key: &Keypair, code: &Code) -> Result<Sent> {
        let deposit = self.try_upload(AccountId(key.public_key().0), code)?;
        let call = UploadCode {
            code: code.wasm.clone(),
            storage_deposit_limit: Some(deposit),
            determinism: Determinism::Enforced,
        };
        self.submit(key, "Contracts", "upload_code", call)
    }

    /// What an instantiation would come to.
    ///
    /// # Errors
    /// [`Failure`](deployment::Failure), or the node does not answer.
    pub fn try_instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<DryRun<Instantiated>> {
        let request = TryInstantiate {
            origin: by.0,
            value: 0,
            gas_limit: None,
            storage_deposit_limit: None,
            code: CodeSource::Upload(code.wasm.clone()),
            data: input.to_vec(),
            salt: salt.as_bytes().to_vec(),
        };
        let answer = self.state_call("ContractsApi_instantiate", &request)?;
        DryRun::decode(&answer, &self.client.metadata())
    }

    /// Makes an instance of a code, which is uploaded if the chain lacks it, within the limits of a dry run.
    ///
    /// # Errors
    /// [`Failure`](deployment::Failure), or the node does not answer.
    pub fn instantiate<T>(
        &self,
        key: &Keypair,
        code: &Code,
        input: &[u8],
        salt: &str,
        tried: &DryRun<T>,
    ) -> Result<Sent> {
        let call = InstantiateWithCode {
            value: 0,
            gas_limit: tried.gas.with_margin(),
            storage_deposit_limit: Some(self.deposit_limit(tried.deposit)?),
            code: code.wasm.clone(),
            data: input.to_vec(),
            salt: salt.as_bytes().to_vec(),
        };
        self.submit(key, "Contracts", "instantiate_with_code", call)
    }

    /// What a message would come to.
    ///
    /// # Errors
    /// [`Failure`](deployment::Failure), or the node does not answer.
    pub fn try_call(
        &self,
        by: AccountId,
        contract: AccountId,
        input: Vec<u8>,
    ) -> Result<DryRun<Returned>> {
        let request = TryCall {
            origin: by.0,
            dest: contract.0,
            value: 0,
            gas_limit: None,
            storage_deposit_limit: None,
            input,
        };
        let answer = self.state_call("ContractsApi_call", &request)?;
        DryRun::decode(&answer, &self.client.metadata())
    }

    /// Sends a message within the limits of a dry run.
    ///
    /// # Errors
    /// [`Failure`](deployment::Failure), or the node does not answer.
    pub fn call<T>(
        &self,
        key: &Keypair,
        contract: AccountId,
        input: Vec<u8>,
        tried: &DryRun<T>,
    ) -> Result<Sent> {
        let call = Call {
            dest: AccountId32(contract.0).into(),
            value: 0,
            gas_limit: tried.gas.with_margin(),
            storage_deposit_limit: Some(self.deposit_limit(tried.deposit)?),
            data: input,
        };
        self.submit(key, "Contracts", "call", call)
    }

    /// Sends native tokens, in the smallest unit.
    ///
    /// # Errors
    /// The sender has too few, or the node does not answer.
    pub fn transfer(&self, key: &Keypair, to: AccountId, value: u128) -> Result<Sent> {
        let dest = AccountId32(to.0).into();
        self.submit(
            key,
            "Balances",
            "transfer_keep_alive",
            Transfer { dest, value },
        )
    }

    /// A tenth more than a dry run took, and a few items of storage: as [`Weight::with_margin`](wire::Weight::with_margin).
    fn deposit_limit(&self, tried: u128) -> Result<u128> {
        let per_item = dynamic::constant("Contracts", "DepositPerItem");
        let per_item: u128 = self.client.constants().at(&per_item)?.as_type()?;
        let spare = per_item.saturating_mul(SPARE_ITEMS);
        Ok(tried.saturating_add(tried / 10).saturating_add(spare))
    }

    fn submit(
        &self,
        key: &Keypair,
        pallet: &str,
        call: &str,
        arguments: impl EncodeAsFields,
    ) -> Result<Sent> {
        let payload = Payload::new(pallet, call, arguments).unvalidated();
        let sending = async {
            let account = AccountId32(key.public_key().0);
            let head = self.rpc.chain_get_header(Some(self.head().await?)).await?;
            let head = head.context("the node does not know its own head")?;
            let parameters = DefaultExtrinsicParamsBuilder::<Chain>::new()
                .nonce(self.rpc.system_account_next_index(&account).await?)
                .mortal(&head, MORTALITY)
                .build();
            let signed = self
                .client
                .tx()
                .create_signed_offline(&payload, key, parameters)?;
            let mut progress = signed.submit_and_watch().await?;
            while let Some(status) = progress.next().await {
                if let Some(block) = self.included(status?)? {
                    return sent(&block).await;
                }
            }
            bail!("the node stopped telling how the transaction fares")
        };
        self.wait(async {
            let sent = tokio::time::timeout(PATIENCE, sending).await;
            sent.with_context(|| {
                format!(
                    "{pallet}.{call} is not in a block after {} s",
                    PATIENCE.as_secs()
                )
            })?
        })
    }

    /// The block of a transaction, once that counts.
    fn included(
        &self,
        status: TxStatus<Chain, OnlineClient<Chain>>,
    ) -> Result<Option<TxInBlock<Chain, OnlineClient<Chain>>>> {
        Ok(match (status, self.confirmation) {
            (TxStatus::InFinalizedBlock(block), _)
            | (TxStatus::InBestBlock(block), Confirmation::Best) => Some(block),
            (
                TxStatus::Error { message }
                | TxStatus::Invalid { message }
                | TxStatus::Dropped { message },
                _,
            ) => bail!("the node gave up the transaction: {message}"),
            _ => None,
        })
    }

    fn info_of(&self, contract: AccountId) -> Result<Option<ContractInfo>> {
        let key = vec![Value::from_bytes(contract.0)];
        self.stored("Contracts", "ContractInfoOf", key)
    }

    fn account_info(&self, account: AccountId) -> Result<Option<AccountInfo>> {
        self.stored("System", "Account", vec![Value::from_bytes(account.0)])
    }

    fn stored<T: DecodeAsType>(
        &self,
        pallet: &str,
        entry: &str,
        keys: Vec<Value>,
    ) -> Result<Option<T>> {
        let address = dynamic::storage(pallet, entry, keys);
        self.wait(async {
            let storage = self.client.storage().at(self.head().await?);
            let found = storage.fetch(&address).await?;
            Ok(found.map(|found| found.as_type::<T>()).transpose()?)
        })
    }

    fn state_call(&self, function: &str, arguments: &impl Encode) -> Result<Vec<u8>> {
        let arguments = arguments.encode();
        self.wait(async {
            let head = self.head().await?;
            Ok(self
                .rpc
                .state_call(function, Some(&arguments), Some(head))
                .await?)
        })
    }

    /// The block that counts now.
    async fn head(&self) -> Result<H256> {
        let head = match self.confirmation {
            Confirmation::Best => self.rpc.chain_get_block_hash(None).await?,
            Confirmation::Finalized => Some(self.rpc.chain_get_finalized_head().await?),
        };
        head.context("the node has no block")
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime.block_on(answer)
    }
}

async fn sent(block: &TxInBlock<Chain, OnlineClient<Chain>>) -> Result<Sent> {
    let events = block
        .wait_for_success()
        .await
        .map_err(|error| match error {
            subxt::Error::Runtime(error) => wire::failure(&error).into(),
            error => anyhow::Error::from(error),
        })?;
    Ok(Sent {
        transaction: block.extrinsic_hash().0,
        block: block.block_hash().0,
        fee: fee(&events),
    })
}

fn fee(events: &ExtrinsicEvents<Chain>) -> Option<u128> {
    let paid = events.iter().flatten().find(|event| {
        (event.pallet_name(), event.variant_name()) == ("TransactionPayment", "TransactionFeePaid")
    })?;
    let fields = paid.field_values().ok()?;
    let fee = fields.values().nth(1)?;
    fee.as_u128()
}
