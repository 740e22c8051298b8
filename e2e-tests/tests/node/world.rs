//! The deal of the tests on a node.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;
use std::rc::Rc;

use e2e_tests::{price, usd, AT_ANY_PRICE, JUNIOR, MEZZANINE, SENIOR};
use finance::Period;
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, OrderView};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, AssetId, Balance, TrancheId};
use psp22::PSP22;
use scale::Decode;
use simulator::chain::Chain;
use simulator::contracts::Psp22;
use simulator::deployment::{Deal, Host, Message};
use simulator::input::term_sheet::TermSheet;
use simulator::journal::Transaction;

use crate::crisis::stand_in;
use crate::node::Node;
use crate::transactions::Signed;
use crate::wire::PLENTY;

/// Long enough to place all orders of one epoch, and short enough to wait for.
const EPOCH: Period = Period::from_secs(20);

/// Who enters which class, with how many dollars.
pub const INVESTORS: [(&str, TrancheId, u128); 3] = [
    ("ann", SENIOR, 600),
    ("ben", MEZZANINE, 250),
    ("cal", JUNIOR, 150),
];

/// The terms of the tests, with epochs short enough to wait for.
pub fn sheet() -> TermSheet {
    let mut sheet =
        TermSheet::parse(Path::new("deal.toml"), include_str!("../../src/deal.toml")).unwrap();
    sheet.epoch_length = EPOCH;
    sheet.cut_off = Period(0);
    sheet
}

/// The deal of the tests on a node, or rehearsed for it.
pub struct World {
    pub node: Rc<Node>,
    pub deal: Deal,
    rehearsal: Option<Rehearsal>,
}

/// What acts in the place of the node until it is [performed](World::perform).
struct Rehearsal {
    chain: Chain,
    /// How much of what it did the node has done.
    performed: Cell<usize>,
}

impl World {
    /// A deal on a node, which deploys what it does not have.
    pub fn on(node: impl Into<Rc<Node>>, sheet: TermSheet) -> Self {
        let node = node.into();
        Self {
            deal: Deal::deploy(&*node, sheet).unwrap(),
            node,
            rehearsal: None,
        }
    }

    /// A deal that is rehearsed for a node.
    pub fn rehearsed(node: impl Into<Rc<Node>>, sheet: TermSheet) -> Self {
        let node = node.into();
        let chain = stand_in(&node, Host::now(&*node).unwrap());
        Self {
            deal: Deal::deploy(&chain, sheet).unwrap(),
            node,
            rehearsal: Some(Rehearsal {
                chain,
                performed: Cell::default(),
            }),
        }
    }

    /// All that was rehearsed.
    pub fn journal(&self) -> Vec<Transaction> {
        let chain = self.rehearsal.as_ref().map(|rehearsal| &rehearsal.chain);
        chain.map(Chain::journal).unwrap_or_default()
    }

    /// Signs what was rehearsed since the last time. Nothing in it may depend on what another signer does.
    pub fn sign(&self) -> Vec<Signed> {
        let rehearsal = self.rehearsal.as_ref().unwrap();
        let journal = rehearsal.chain.journal();
        let performed = rehearsal.performed.replace(journal.len());
        self.node.endow().unwrap();
        let rest = journal[performed..].iter();
        let rest = rest.map(|done| (done.by, &done.action));
        self.node.sign_all(PLENTY, rest).unwrap()
    }

    /// Has the node do what was rehearsed since the last time, as much at once as its blocks hold.
    pub fn perform(&self) {
        self.node.do_all(&self.sign()).unwrap();
    }

    pub fn host(&self) -> &dyn Host {
        match &self.rehearsal {
            Some(rehearsal) => &rehearsal.chain,
            None => &*self.node,
        }
    }

    pub fn account(&self, name: &str) -> AccountId {
        self.host().account(name).unwrap()
    }

    /// Sends a message that must succeed.
    pub fn does<T: Decode, E: Decode + Debug>(
        &self,
        who: &str,
        message: impl Into<Message<Result<T, E>>>,
    ) -> T {
        self.host().execute(self.account(who), message).unwrap()
    }

    /// Sends a message that must be refused with exactly this error. Whoever insists pays for the refusal.
    pub fn refuses<T: Decode + Debug + PartialEq, E: Decode + Debug + PartialEq>(
        &self,
        who: &str,
        message: impl Into<Message<Result<T, E>>>,
        error: E,
    ) {
        let (who, message) = (self.account(who), message.into());
        let (contract, input) = (message.contract, message.input.clone());
        let answer = self.host().try_execute(who, message).unwrap();
        assert_eq!(answer, Err(error));
        let insisted = self.node.force(who, contract, &input);
        let insisted = insisted.unwrap_err().to_string();
        assert!(insisted.contains("ContractReverted"), "{insisted}");
    }

    pub fn reads<R: Decode>(&self, message: impl Into<Message<R>>) -> R {
        self.host().read(message).unwrap()
    }

    pub fn balance(&self, token: AccountId, who: &str) -> Balance {
        self.deal
            .balance(self.host(), token, self.account(who))
            .unwrap()
    }

    /// Every base unit of cash is with somebody, or in the books of a contract.
    pub fn ensure_conserved(&self, minted: Balance) {
        let deal = &self.deal;
        let contracts = [deal.pool, deal.agent, deal.engine, deal.insurance];
        let holders = self.node.people().into_iter().chain(contracts);
        let holders: BTreeSet<_> = holders.collect();
        let cash = Psp22::from(deal.cash);
        let held = holders
            .into_iter()
            .map(|holder| self.reads(cash.call().balance_of(holder)));
        assert_eq!(held.sum::<Balance>(), minted);
        assert_eq!(self.reads(cash.call().total_supply()), minted);
        assert_eq!(self.reads(deal.pool().call().unattributed()), Ok(0));
        assert_eq!(self.reads(deal.agent().call().unattributed()), Ok(0));
        assert_eq!(self.reads(deal.engine().call().unattributed()), Ok(0));
    }

    /// `who` has exactly `amount` more of a token, of which `spenders` may take as much.
    pub fn provide(&self, token: AccountId, who: &str, spenders: &[AccountId], amount: Balance) {
        let owner = self.account(who);
        self.deal.mint(self.host(), token, owner, amount).unwrap();
        for spender in spenders {
            self.deal
                .approve(self.host(), token, owner, *spender, amount)
                .unwrap();
        }
    }

    /// The investors order what they enter with.
    pub fn subscribe(&self) {
        for (who, tranche, amount) in INVESTORS {
            self.provide(self.deal.cash, who, &[self.deal.agent], usd(amount));
            let mut orders = self.deal.orders();
            let orders = orders.call_mut();
            let owner = self.account(who);
            self.does(
                who,
                orders.request_deposit(tranche, usd(amount), owner, AT_ANY_PRICE),
            );
        }
    }

    /// All feeders report new prices, in whole dollars.
    pub fn quote(&self, eth: u128, btc: u128) {
        let now = self.host().now().unwrap();
        for feeder in e2e_tests::FEEDERS {
            for (asset, dollars) in [(AssetId(0), eth), (AssetId(1), btc)] {
                let report = self
                    .deal
                    .oracle()
                    .call_mut()
                    .report(asset, price(dollars), now);
                self.does(feeder, report);
            }
        }
    }

    pub fn order(&self, who: &str, tranche: TrancheId) -> OrderView {
        let owner = self.account(who);
        self.reads(self.deal.orders().call().order(tranche, owner))
            .unwrap()
    }

    /// Epochs end and are closed until no order waits. An order may be late for the first of them.
    pub fn settle(&self) {
        for _ in 0..3 {
            let epoch = self.reads(self.deal.agent().call().epoch());
            self.node.wait_until(epoch.ends_at).unwrap();
            self.does("kim", self.deal.agent().call_mut().close_epoch());
            let orders = INVESTORS.map(|(who, tranche, _)| self.order(who, tranche));
            if orders
                .iter()
                .all(|order| order.pending_deposit + order.pending_redemption == 0)
            {
                return;
            }
        }
        panic!("orders wait after three settlements");
    }
}
