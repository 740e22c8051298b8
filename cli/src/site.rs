//! A node as the host of a deployment: whatever stands on its chain already is left as it is.

use std::cell::{Cell, RefCell};

use anyhow::{Context, Result};
use deployment::{Bundles, Code, Host};
use finance::Timestamp;
use indicatif::ProgressBar;
use interfaces::types::{AccountId, Hash};
use subxt_signer::sr25519::Keypair;

use crate::address;
use crate::network::{Network, DEPLOYER};
use crate::node::{Node, Sent};

/// Who asks what is only read: nobody, so that no key is needed.
const READER: AccountId = AccountId([1; 32]);

/// A node, and whose keys are at hand.
pub struct Site<'a> {
    /// The node.
    pub node: &'a Node,
    /// What names mean there.
    pub network: &'a Network,
    bundles: Bundles,
    /// Moves on with every step.
    progress: ProgressBar,
    /// Transactions so far.
    sent: Cell<usize>,
    /// What they cost, in the smallest native unit.
    fees: Cell<u128>,
    /// The accounts that were asked for, and their names.
    known: RefCell<Vec<(AccountId, String)>>,
}

impl<'a> Site<'a> {
    /// A node on which nothing was sent yet.
    ///
    /// # Errors
    /// There is no folder of built contracts.
    pub fn new(node: &'a Node, network: &'a Network, progress: ProgressBar) -> Result<Self> {
        Ok(Self {
            node,
            network,
            bundles: Bundles::find()?,
            progress,
            sent: Cell::default(),
            fees: Cell::default(),
            known: RefCell::default(),
        })
    }

    /// Transactions so far, and their fees in the smallest native unit.
    pub fn spent(&self) -> (usize, u128) {
        (self.sent.get(), self.fees.get())
    }

    /// Sees to it that a name has at least half of `endowment`, in the smallest native unit, by giving it all of it.
    ///
    /// # Errors
    /// The deployer has too few, or the node does not answer.
    pub fn endow(&self, name: &str, endowment: u128) -> Result<()> {
        let account = self.network.account(name)?;
        if self.node.balance(account)? < endowment / 2 {
            self.progress.set_message(format!("endowing {name}"));
            let sent = self
                .node
                .transfer(&self.network.key(DEPLOYER)?, account, endowment)?;
            self.note(&sent);
        }
        Ok(())
    }

    fn key(&self, account: AccountId) -> Result<Keypair> {
        let known = self.known.borrow();
        let known = known.iter().find(|(known, _)| *known == account);
        let (_, name) =
            known.with_context(|| format!("no key of {} is at hand", address::show(account)))?;
        self.network.key(name)
    }

    fn note(&self, sent: &Sent) {
        self.sent.set(self.sent.get().saturating_add(1));
        let fee = sent.fee.unwrap_or_default();
        self.fees.set(self.fees.get().saturating_add(fee));
        self.progress.inc(1);
    }
}

impl Host for Site<'_> {
    fn bundles(&self) -> &Bundles {
        &self.bundles
    }

    fn network(&self) -> [u8; 32] {
        self.node.genesis()
    }

    fn now(&self) -> Result<Timestamp> {
        self.node.now()
    }

    fn account(&self, name: &str) -> Result<AccountId> {
        let account = self.network.account(name)?;
        self.known.borrow_mut().push((account, name.to_owned()));
        Ok(account)
    }

    fn asset(&self, symbol: &str) -> Result<Option<AccountId>> {
        self.network.asset(symbol)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        let code = self.node.code_at(address)?;
        if code.is_some() {
            self.progress.inc(1);
        }
        Ok(code)
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        self.progress
            .set_message(format!("uploading {}", code.contract));
        if self.node.has_code(code.hash)? {
            self.progress.inc(1);
            return Ok(());
        }
        let sent = self.node.upload(&self.key(by)?, code)?;
        self.note(&sent);
        Ok(())
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        self.progress
            .set_message(format!("deploying {}", code.contract));
        let tried = self.node.try_instantiate(by, code, input, salt)?;
        if tried.result.returned.is_reverted() {
            return Ok(Err(tried.result.returned.data));
        }
        let sent = self
            .node
            .instantiate(&self.key(by)?, code, input, salt, &tried)?;
        self.note(&sent);
        Ok(Ok(AccountId(tried.result.address)))
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        self.progress
            .set_message(format!("calling {}", address::show(contract)));
        let tried = self.node.try_call(by, contract, input.clone())?;
        if tried.result.is_reverted() {
            self.progress.inc(1);
            return Ok(tried.result.data);
        }
        let sent = self.node.call(&self.key(by)?, contract, input, &tried)?;
        self.note(&sent);
        Ok(tried.result.data)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        Ok(self.node.try_call(READER, contract, input)?.result.data)
    }
}
