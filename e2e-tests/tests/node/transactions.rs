//! What is sent to a node: tried before, at once, or by the client of `ink_e2e`.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail, ensure, Context, Result};
use ink::env::call::utils::{Argument, ArgumentList, EmptyArgumentList};
use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::DefaultEnvironment;
use ink::primitives::AccountId;
use ink_e2e::subxt::blocks::ExtrinsicEvents;
use ink_e2e::subxt::config::DefaultExtrinsicParamsBuilder;
use ink_e2e::subxt::dynamic::At;
use ink_e2e::subxt::tx::{SubmittableExtrinsic, TxStatus};
use ink_e2e::subxt::utils::AccountId32;
use ink_e2e::subxt::OnlineClient;
use ink_e2e::{CallBuilderFinal, Client, ContractsBackend, Keypair, PolkadotConfig};
use interfaces::types::Balance;
use scale::{Encode, Output};
use simulator::journal::{Action, Transaction};

use crate::node::Node;
use crate::wire::{Gas, RuntimeCall, Trial, Tried, PLENTY};

/// How much more gas a transaction is given than its trial took, in percent: it comes later than its trial.
const GAS_MARGIN: u64 = 10;
/// How often is looked whether a transaction is in a block, and how long.
const BEAT: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(300);

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

/// A transaction that can be offered again as it is.
pub struct Signed {
    /// Who signed it.
    pub by: AccountId,
    /// How many of his are before it.
    pub nonce: u64,
    bytes: Vec<u8>,
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
    /// What the last message that was sent cost.
    pub fn bill(&self) -> Bill {
        self.bill.get()
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

    pub fn submit(&self, by: &Keypair, call: &RuntimeCall) -> Result<Bill> {
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
