//! A deployment that stops anywhere and is started again comes out as one that never stopped.

use std::cell::Cell;

use anyhow::{ensure, Result};
use deployment::contracts::{Psp22, Registry};
use deployment::{Bundles, Code, Deal, Host};
use finance::Timestamp;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::LoanServicing;
use interfaces::compliance::ComplianceRegistry;
use interfaces::configurator::Configurator;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::parameters::{Parameters, Part};
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, Balance, Hash};
use psp22::PSP22;
use simulator::chain::Chain;
use term_sheet::term_sheet::{Electorate, Governor};
use term_sheet::{find, TermSheet, Token};

const START: Timestamp = Timestamp(1_583_899_200_000);

/// A chain that answers no more after some writes.
struct Failing {
    chain: Chain,
    writes_left: Cell<usize>,
    writes: Cell<usize>,
}

impl Failing {
    fn after(writes: usize) -> Self {
        Self {
            chain: Chain::new(START).unwrap(),
            writes_left: Cell::new(writes),
            writes: Cell::new(0),
        }
    }

    fn write(&self) -> Result<&dyn Host> {
        let left = self.writes_left.get();
        ensure!(left > 0, "the connection is lost");
        self.writes_left.set(left - 1);
        self.writes.set(self.writes.get() + 1);
        Ok(&self.chain)
    }

    fn recover(&self) {
        self.writes_left.set(usize::MAX);
    }

    /// What a deployment came to.
    fn deploy(&self) -> Result<Vec<String>> {
        facts(self, &Deal::deploy(self, sheet())?)
    }
}

impl Host for Failing {
    fn bundles(&self) -> &Bundles {
        self.chain.bundles()
    }

    fn network(&self) -> [u8; 32] {
        self.chain.network()
    }

    fn now(&self) -> Result<Timestamp> {
        Host::now(&self.chain)
    }

    fn account(&self, name: &str) -> Result<AccountId> {
        Host::account(&self.chain, name)
    }

    fn asset(&self, symbol: &str) -> Result<Option<AccountId>> {
        self.chain.asset(symbol)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        self.chain.code_at(address)
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        self.write()?.upload_code(by, code)
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        self.write()?.instantiate(by, code, input, salt)
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        self.write()?.send(by, contract, input)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        self.chain.look(contract, input)
    }
}

/// The deal with the most kinds of steps.
fn sheet() -> TermSheet {
    let file = find("members-only".as_ref(), "deals", "toml").unwrap();
    TermSheet::load(&file).unwrap()
}

/// Where everything is, and what it says of itself.
fn facts(chain: &dyn Host, deal: &Deal) -> Result<Vec<String>> {
    let mut facts = vec![
        format!("{:?}", [deal.cash, deal.oracle, deal.waterfall]),
        format!("{:?}", (&deal.collateral, &deal.tranches)),
        format!("{:?}", chain.read(deal.pool().call().terms())?),
        format!("{:?}", chain.read(deal.pool().call().preview(vec![]))?),
        format!("{:?}", chain.read(deal.agent().call().terms())?),
        format!("{:?}", chain.read(deal.agent().call().classes())?),
        format!(
            "{:?}",
            chain.read(deal.servicing().call().collateral_types())?
        ),
        format!("{:?}", chain.read(deal.engine().call().terms())?),
        format!("{:?}", chain.read(deal.configurator().call().powers())?),
        format!(
            "{:?}",
            chain.read(deal.parameters().call().row(Part::Deal))?
        ),
        format!("{:?}", chain.read(deal.oracle().call().settings())?),
    ];
    let registry = Registry::from(deal.registry.expect("the deal has one"));
    facts.push(format!("{:?}", chain.read(registry.call().powers())?));
    for token in &deal.tranches {
        facts.push(format!("{:?}", chain.read(registry.call().rule(*token))?));
    }
    Ok(facts)
}

#[test]
fn whatever_step_fails_starting_again_finishes_the_same_deployment() {
    let whole = Failing::after(usize::MAX);
    let expected = whole.deploy().unwrap();
    let writes = whole.writes.get();
    assert!(writes >= 20, "{writes}");
    for step in 0..writes {
        let chain = Failing::after(step);
        let error = format!("{:#}", chain.deploy().unwrap_err());
        assert!(error.contains("the connection is lost"), "{error}");
        chain.recover();
        assert_eq!(chain.deploy().unwrap(), expected, "after step {step}");
    }
}

/// The deal under votes, of which three holders get ten each.
fn voted() -> TermSheet {
    let file = find("holders-credit".as_ref(), "deals", "toml").unwrap();
    let mut sheet = TermSheet::load(&file).unwrap();
    let Governor::Votes(governance) = &mut sheet.governor else {
        panic!("nobody votes");
    };
    governance.electorate = Electorate::Token {
        token: Token {
            name: "Votes".into(),
            symbol: "VTS".into(),
            decimals: 0,
        },
        holders: ["eva", "finn", "gina"].map(|who| (who.into(), 10)).into(),
    };
    sheet
}

#[test]
fn votes_that_come_back_amid_a_deployment_are_given_to_nobody_else() {
    let whole = Failing::after(usize::MAX);
    let deal = Deal::deploy(&whole, voted()).unwrap();
    let token = deal.governance.votes.as_ref().unwrap().electorate;
    let has = |chain: &Failing, who: &str| -> Balance {
        let balance = Psp22::from(token)
            .call()
            .balance_of(chain.account(who).unwrap());
        (chain as &dyn Host).read(balance).unwrap_or_default()
    };
    let gives = |chain: &Failing, from: AccountId, to: AccountId, votes: Balance| {
        let give = Psp22::from(token).call_mut().transfer(to, votes, vec![]);
        (chain as &dyn Host).execute(from, give).unwrap()
    };
    let mut stopped = 0;
    for step in 0..whole.writes.get() {
        let chain = Failing::after(step);
        Deal::deploy(&chain, voted()).map(|_| ()).unwrap_err();
        chain.recover();
        let [eva, zoe] = ["eva", "zoe"].map(|who| chain.account(who).unwrap());
        match ["eva", "finn", "gina"].map(|who| has(&chain, who)) {
            // What is sent back is just what the third is still to be given.
            [10, 10, 0] => {
                gives(&chain, eva, deal.deployer, 10);
                let error = format!(
                    "{:#}",
                    Deal::deploy(&chain, voted()).map(|_| ()).unwrap_err()
                );
                let told = "the deployer has 20 VTS, which is not what is still to be given";
                assert!(error.contains(told), "{error}");
                assert!(error.contains("eva has 0 of 10"), "{error}");
                gives(&chain, deal.deployer, eva, 10);
            }
            // All have theirs, and may do with them what they like.
            [10, 10, 10] => gives(&chain, eva, zoe, 1),
            _ => continue,
        }
        stopped += 1;
        Deal::deploy(&chain, voted()).unwrap();
    }
    assert!(stopped >= 2, "{stopped}");
}

#[test]
fn a_finished_deployment_is_not_changed_by_another_run() {
    let chain = Failing::after(usize::MAX);
    let (first, digest) = (chain.deploy().unwrap(), chain.chain.state_digest());
    assert_eq!(chain.deploy().unwrap(), first);
    assert_eq!(chain.chain.state_digest(), digest);
}

#[test]
fn instances_stand_where_they_are_expected() {
    let chain = Chain::new(START).unwrap();
    let deal = Deal::deploy(&chain, sheet()).unwrap();
    for (contract, address) in [("waterfall", deal.waterfall), ("tranche-pool", deal.pool)] {
        let code = chain.bundles().code(contract).unwrap();
        assert_eq!(chain.code_at(address).unwrap(), Some(code.hash));
    }
}
