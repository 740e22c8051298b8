//! What a deployment must have come to, read back from the chain and compared with the rehearsal.

use std::fmt::Debug;
use std::iter;

use anyhow::{Context, Result};
use deployment::contracts::{Governor, Registry, TrancheToken};
use deployment::{governance, Host, Message};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::LoanServicing;
use interfaces::compliance::ComplianceRegistry;
use interfaces::configurator::Configurator;
use interfaces::governor::Governor as _;
use interfaces::insurance_fund::{FundBooks, InsuranceFund};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::{Feed, OracleAdapter};
use interfaces::parameters::{Parameters as _, Part};
use interfaces::tranche_pool::TranchePool;
use interfaces::tranche_token::TrancheToken as _;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, AssetId, CollateralId};
use interfaces::Boxed;
use scale::Decode;
use serde::Serialize;

use crate::book::{Binding, Contract};
use crate::rehearsal::{Rehearsal, Step};
use crate::site::Site;

/// What bindings are called that change while a deal lives.
const OFFICES: [&str; 6] = [
    "governor",
    "successor",
    "guardian",
    "named",
    "officer",
    "code_hash",
];

/// The list to which those who govern add: the collateral types of the vault.
const ADDED: &str = "book.types[";

/// Tables in which those who govern write alone, after whoever bound the contract, with the package that keeps them. No
/// message lists what is in them.
const REGISTERS: [(&str, &str); 4] = [
    ("compliance-registry", "rules"),
    ("compliance-registry", "issuers"),
    ("parameters", "rows"),
    ("parameters", "ceilings"),
];

/// Something agreed, and what is on the chain.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What it is about.
    pub what: String,
    /// As the term sheet and the built contracts say.
    pub agreed: String,
    /// As the chain says.
    pub found: String,
    /// Whether a deal that was deployed to the end may differ in it: those who govern, and holders, change it later.
    pub may_change: bool,
}

impl Check {
    fn new(what: impl Into<String>, agreed: impl Debug, found: impl Debug) -> Self {
        Self {
            what: what.into(),
            agreed: format!("{agreed:?}"),
            found: format!("{found:?}"),
            may_change: false,
        }
    }

    fn that_may_change(self, may_change: bool) -> Self {
        Self { may_change, ..self }
    }

    /// Whether the chain is as agreed.
    pub fn holds(&self) -> bool {
        self.agreed == self.found
    }
}

/// Reads back the codes, the terms, the powers and the bindings of a deal.
///
/// # Errors
/// The node does not answer.
pub fn checks(rehearsal: &Rehearsal, site: &Site) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for step in &rehearsal.steps {
        checks.push(step_taken(rehearsal, site, step)?);
    }
    // Without its contracts a deal has no terms.
    if checks.iter().all(Check::holds) {
        terms(rehearsal, site, &mut checks)?;
        bindings(rehearsal, site, &mut checks)?;
        registers(rehearsal, site, &mut checks)?;
    }
    Ok(checks)
}

/// Whom every contract obeys, calls and trusts, from what it keeps: most has no message that tells.
fn bindings(rehearsal: &Rehearsal, site: &Site, checks: &mut Vec<Check>) -> Result<()> {
    let book = rehearsal.book()?;
    for contract in book.contracts().iter().filter(|contract| contract.is_made) {
        let at = contract.address;
        let agreed = book.bindings(contract, |key| Ok(rehearsal.embedded().stored(at, key)))?;
        let found = book.bindings(contract, |key| site.node.kept_by(at, key))?;
        if !(agreed.is_empty() && found.is_empty()) {
            checks.push(bound(contract, &agreed, &found));
        }
    }
    Ok(())
}

/// Of whom and what the contracts keep more than was agreed.
fn registers(rehearsal: &Rehearsal, site: &Site, checks: &mut Vec<Check>) -> Result<()> {
    let book = rehearsal.book()?;
    for contract in book.contracts() {
        let keeps = |(package, _): &(&str, &str)| *package == contract.package;
        if REGISTERS.iter().any(keeps) {
            let agreed = rehearsal.embedded().stored_keys(contract.address);
            let found = site.node.keys_of(contract.address)?;
            let [agreed, found] = [agreed, found].map(|keys| book.kept(contract, &keys));
            checks.push(registered(contract, &agreed?, &found?));
        }
    }
    Ok(())
}

/// What the registers of a contract have beyond those agreed.
fn registered(
    contract: &Contract,
    agreed: &[(String, String)],
    found: &[(String, String)],
) -> Check {
    let is_more = |kept: &&(String, String)| {
        let is_register = REGISTERS.contains(&(contract.package.as_str(), kept.0.as_str()));
        is_register && !agreed.contains(kept)
    };
    let more = found.iter().filter(is_more);
    let more: Vec<_> = more.map(|(table, of)| format!("{table}: {of}")).collect();
    let none: [&str; 0] = [];
    let what = format!("what {} keeps beyond what was agreed", contract.name);
    Check::new(what, none, more).that_may_change(true)
}

/// The bindings of a contract, as far as they differ.
fn bound(contract: &Contract, agreed: &[Binding], found: &[Binding]) -> Check {
    let beyond = |these: &[Binding], those: &[Binding]| {
        let other = these.iter().filter(|binding| !those.contains(binding));
        other.cloned().collect::<Vec<_>>()
    };
    let (missing, more) = (beyond(agreed, found), beyond(found, agreed));
    let is_added = |binding: &Binding| {
        let is_new = agreed.iter().all(|other| other.field != binding.field);
        is_new && binding.field.contains(ADDED)
    };
    let may_change = missing.iter().all(is_in_office)
        && more
            .iter()
            .all(|binding| is_in_office(binding) || is_added(binding));
    let [agreed, found] =
        [missing, more].map(|these| these.iter().map(Binding::to_string).collect::<Vec<_>>());
    let what = format!("whom {} obeys, calls and trusts", contract.name);
    Check::new(what, agreed, found).that_may_change(may_change)
}

/// Whether a binding is of a field that those who govern, or the guardian, change: an office, or code that is announced.
fn is_in_office(binding: &Binding) -> bool {
    let name = binding.field.rsplit('.').next().unwrap_or_default();
    OFFICES.contains(&name)
}

fn step_taken(rehearsal: &Rehearsal, site: &Site, step: &Step) -> Result<Check> {
    Ok(match step {
        Step::Upload { contract, code } => {
            let what = format!("the code of {contract} is uploaded");
            Check::new(what, true, site.node.has_code(*code)?)
        }
        Step::Instantiate {
            contract,
            salt,
            code,
            address,
        } => {
            let what = format!("the code of {contract} ({salt})");
            let found = site.node.code_at(*address)?;
            // Made with another code it would stand elsewhere: it was upgraded.
            Check::new(what, Some(*code), found).that_may_change(found.is_some())
        }
        Step::Call { contract, input } => {
            let name = rehearsal
                .instance(*contract)
                .map_or("a contract", |(name, _)| name);
            let what = format!("the deployer has no power left over {name}");
            Check::new(what, true, is_refused(rehearsal, site, *contract, input))
        }
    })
}

/// Whether what the deployer said once is not taken from him again, because he said it.
fn is_refused(rehearsal: &Rehearsal, site: &Site, contract: AccountId, input: &[u8]) -> bool {
    let tried = site
        .node
        .try_call(rehearsal.deployer, contract, input.to_vec());
    let is_sent = tried.and_then(|tried| rehearsal.is_sent(contract, input, &tried.result));
    is_sent.unwrap_or(false)
}

fn terms(rehearsal: &Rehearsal, site: &Site, checks: &mut Vec<Check>) -> Result<()> {
    let deal = &rehearsal.deal;
    let in_place = governance::ensure_in_place(site, deal);
    let in_place = in_place.map_err(|error| error.to_string());
    let what = "who governs, and that the deployer does not";
    checks.push(Check::new(what, Ok::<_, String>(()), in_place).that_may_change(true));
    for (name, agreed, had) in governance::first_votes(site, deal)? {
        let what = format!("what {name} could vote when the governor was made");
        checks.push(Check::new(what, agreed, had).that_may_change(true));
    }
    let mut both = Both {
        rehearsed: rehearsal.chain(),
        real: site,
        checks,
    };
    both.check("terms of the pool", || deal.pool().call().terms())?;
    both.check("terms of the transfer agent", || {
        deal.agent().call().terms()
    })?;
    both.check_part(
        "the tokens of the classes, most senior first",
        || deal.agent().call().classes(),
        |classes| classes.iter().map(|one| one.token).collect::<Vec<_>>(),
    )?;
    both.check("terms of the liquidation engine", || {
        deal.engine().call().terms()
    })?;
    both.check("settings of the oracle", || deal.oracle().call().settings())?;
    both.check("powers over the parameters", || {
        deal.configurator().call().powers()
    })?;
    both.check("the parameters' store", || {
        deal.configurator().call().store()
    })?;
    both.check("who writes the parameters", || {
        deal.parameters().call().configurator()
    })?;
    let types = (0..).map(CollateralId).take(deal.collateral.len());
    let types = types.flat_map(|id| [Part::Loans(id), Part::Auctions(id)]);
    for part in iter::once(Part::Deal).chain(types) {
        let what = format!("parameters: {part:?}");
        both.check(&what, || deal.parameters().call().row(part))?;
    }
    for asset in (0..).map(AssetId).take(deal.collateral.len()) {
        let what = format!("who reports the price of asset {}", asset.0);
        let terms = |feed: Result<Boxed<Feed>, _>| {
            feed.map(|feed| (feed.terms.clone(), feed.proposed.clone()))
        };
        both.check_part(&what, || deal.oracle().call().feed(asset), terms)?;
    }
    both.check_part(
        "the vault's collateral",
        || deal.servicing().call().collateral_types(),
        |types| {
            types
                .iter()
                .map(|one| (one.token, one.asset))
                .collect::<Vec<_>>()
        },
    )?;
    for token in &deal.tranches {
        let token = TrancheToken::from(*token);
        both.check("the issuer of a class", || token.call().issuer())?;
        both.check("the transfer rule of a class", || token.call().rule())?;
    }
    if deal.governance.votes.is_some() {
        let governor = Governor::from(deal.governance.governor);
        both.check("who votes, and how", || governor.call().terms())?;
    }
    if let Some(registry) = deal.registry.map(Registry::from) {
        both.check("powers over the registry", || registry.call().powers())?;
        for token in &deal.tranches {
            both.check("who may hold a class", || registry.call().rule(*token))?;
        }
        for issuer in deal
            .sheet
            .compliance
            .iter()
            .flat_map(|terms| &terms.issuers)
        {
            let account = site.network.account(&issuer.name)?;
            let what = format!("what {} may attest", issuer.name);
            both.check(&what, || registry.call().scope(account))?;
        }
    }
    if let Some(fund) = deal.fund() {
        let agreed = |books: FundBooks| (books.terms, books.insured);
        both.check_part(
            "terms of the insurance fund",
            || fund.call().books(),
            agreed,
        )?;
    }
    Ok(())
}

/// The embedded chain and the other.
struct Both<'a> {
    rehearsed: &'a dyn Host,
    real: &'a dyn Host,
    checks: &'a mut Vec<Check>,
}

impl Both<'_> {
    fn check<R: Decode + Debug, M: Into<Message<R>>>(
        &mut self,
        what: &str,
        message: impl Fn() -> M,
    ) -> Result<()> {
        self.check_part(what, message, |answer| answer)
    }

    /// Checks what `part` picks of an answer, where the rest changes while the deal runs.
    fn check_part<R: Decode, M: Into<Message<R>>, P: Debug>(
        &mut self,
        what: &str,
        message: impl Fn() -> M,
        part: impl Fn(R) -> P,
    ) -> Result<()> {
        let read = |host: &dyn Host| {
            let answer = host.read(message());
            answer.with_context(|| format!("reading {what}"))
        };
        let (agreed, found) = (part(read(self.rehearsed)?), part(read(self.real)?));
        let check = Check::new(what, agreed, found);
        self.checks.push(check.that_may_change(true));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use deployment::contracts::Upgrades;
    use interfaces::upgradeable::Upgradeable;
    use simulator::chain::Chain;

    use super::*;
    use crate::rehearsal::tests::{deal, local, rehearse};

    #[test]
    fn what_every_contract_of_every_ready_deal_keeps_can_be_read() {
        let network = local();
        for file in fs::read_dir(term_sheet::workspace_root().join("deals")).unwrap() {
            let name = file.unwrap().path().file_stem().unwrap().to_owned();
            let rehearsal = rehearse(deal(name.to_str().unwrap()), &network, 1);
            let (book, chain) = (rehearsal.book().unwrap(), rehearsal.embedded());
            for contract in book.contracts() {
                let stored = |key: &[u8]| Ok(chain.stored(contract.address, key));
                let bindings = book.bindings(contract, stored).unwrap();
                let stranger = bindings.iter().find(|binding| binding.to.starts_with('5'));
                assert_eq!(stranger, None, "{}", contract.name);
            }
        }
    }

    #[test]
    fn nothing_is_kept_beyond_what_was_agreed_unless_somebody_added_it() {
        let network = local();
        let agreed = rehearse(deal("members-only"), &network, 1);
        let book = agreed.book().unwrap();
        let check = |name: &str, chain: &Chain| {
            let contract = book.contract(name).unwrap();
            let kept = |chain: &Chain| {
                let keys = chain.stored_keys(contract.address);
                book.kept(contract, &keys).unwrap()
            };
            registered(contract, &kept(agreed.embedded()), &kept(chain))
        };
        let names = ["compliance-registry", "parameters"];
        for name in names {
            assert!(check(name, agreed.embedded()).holds());
        }
        // Whoever binds the registry names an issuer more, or lists a type more: all stands where it would without.
        let mut sheet = deal("members-only");
        let compliance = sheet.compliance.as_mut().unwrap();
        let mut issuer = compliance.issuers[0].clone();
        issuer.name = "Family office".to_owned();
        compliance.issuers.push(issuer);
        sheet.collateral.push(sheet.collateral[0].clone());
        let other = rehearse(sheet, &network, 1);
        let found = names.map(|name| check(name, other.embedded()).found);
        assert_eq!(found[0], r#"["issuers: Family office"]"#);
        let types = agreed.deal.collateral.len();
        for part in ["Loans", "Auctions"] {
            let row = format!("rows: {part}({types})");
            assert!(found[1].contains(&row), "{}", found[1]);
        }
    }

    #[test]
    fn every_register_is_kept_by_a_contract() {
        let network = local();
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        let book = rehearsal.book().unwrap();
        for (package, name) in REGISTERS {
            let abi = book.abi(book.contract(package).unwrap()).unwrap();
            let tables = abi.tables();
            assert!(tables.iter().any(|table| table.name == name), "{name}");
        }
        let vault = book.contract("collateral-vault").unwrap();
        let stored = |key: &[u8]| Ok(rehearsal.embedded().stored(vault.address, key));
        let bindings = book.bindings(vault, stored).unwrap();
        assert!(bindings.iter().any(|one| one.field.contains(ADDED)));
    }

    #[test]
    fn tokens_of_classes_in_another_order_are_found() {
        let network = local();
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        let book = rehearsal.book().unwrap();
        let agent = book.contract("transfer-agent").unwrap();
        let tokens = [0, 1].map(|class| rehearsal.deal.tranches[class].0);
        let swapped = |bytes: Vec<u8>| {
            let places = tokens.map(|token| bytes.windows(32).position(|part| part == token));
            let mut bytes = bytes;
            if let [Some(one), Some(other)] = places {
                bytes[one..one + 32].copy_from_slice(&tokens[1]);
                bytes[other..other + 32].copy_from_slice(&tokens[0]);
            }
            bytes
        };
        let stored = |key: &[u8]| Ok(rehearsal.embedded().stored(agent.address, key));
        let agreed = book.bindings(agent, stored).unwrap();
        let found = book.bindings(agent, |key| Ok(stored(key)?.map(swapped)));
        let check = bound(agent, &agreed, &found.unwrap());
        let expected = r#"["state.desk.classes[0].token = tranche-token/MO-E", "state.desk.classes[1].token = tranche-token/MO-S"]"#;
        assert_eq!(check.found, expected);
        assert!(!check.holds() && !check.may_change);
    }

    #[test]
    fn what_those_who_govern_add_or_give_up_does_not_make_a_deal_less_complete() {
        let network = local();
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        let (book, chain) = (rehearsal.book().unwrap(), rehearsal.embedded());
        let governor = rehearsal.deal.governance.governor;
        chain.fund(governor);
        let bindings = |name: &str| {
            let contract = book.contract(name).unwrap();
            let stored = |key: &[u8]| Ok(chain.stored(contract.address, key));
            (contract, book.bindings(contract, stored).unwrap())
        };
        // A contract whose code is replaced, or no more, keeps a hash of zeros.
        let (engine, agreed) = bindings("liquidation-engine");
        let mut upgrades = Upgrades::from(rehearsal.deal.engine);
        let renounce = upgrades.call_mut().renounce_upgrades();
        (chain as &dyn Host).execute(governor, renounce).unwrap();
        assert!(bound(engine, &agreed, &bindings("liquidation-engine").1).holds());
        let (vault, mut agreed) = bindings("collateral-vault");
        let found = agreed.clone();
        let last = format!("{ADDED}{}]", rehearsal.deal.collateral.len() - 1);
        agreed.retain(|binding| !binding.field.contains(&last));
        let check = bound(vault, &agreed, &found);
        assert!(!check.holds() && check.may_change, "{check:?}");
        let check = bound(vault, &found, &agreed);
        assert!(!check.holds() && !check.may_change, "{check:?}");
    }

    #[test]
    fn a_contract_that_is_bound_to_another_is_found() {
        let network = local();
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        let (book, chain, deal) = (
            rehearsal.book().unwrap(),
            rehearsal.embedded(),
            &rehearsal.deal,
        );
        let bindings = |name, replaced: AccountId, by: AccountId| {
            let contract = book.contract(name).unwrap();
            let replace = |bytes: Vec<u8>| {
                let place = bytes.windows(32).position(|part| part == replaced.0);
                let mut bytes = bytes;
                if let Some(place) = place {
                    bytes[place..place + 32].copy_from_slice(&by.0);
                }
                bytes
            };
            let stored = |key: &[u8]| Ok(chain.stored(contract.address, key).map(replace));
            book.bindings(contract, stored).unwrap()
        };
        for (name, account, says) in [
            ("tranche-pool", deal.vault, "collateral-vault"),
            ("collateral-vault", deal.engine, "liquidation-engine"),
            ("transfer-agent", deal.tranches[0], "tranche-token/MO-S"),
        ] {
            let agreed = bindings(name, account, account);
            let contract = book.contract(name).unwrap();
            assert!(bound(contract, &agreed, &agreed).holds());
            let found = bindings(name, account, deal.deployer);
            let check = bound(contract, &agreed, &found);
            assert!(!check.holds());
            assert!(
                check.agreed.ends_with(&format!(" = {says}\"]")),
                "{check:?}"
            );
            assert!(check.found.ends_with(" = Deployer\"]"), "{check:?}");
            assert!(!check.may_change, "{check:?}");
        }
        for (name, holder, may_change) in [
            ("configurator", deal.governance.governor, true),
            ("configurator", deal.parameters, false),
            ("compliance-registry", deal.governance.governor, true),
        ] {
            let contract = book.contract(name).unwrap();
            let agreed = bindings(name, holder, holder);
            let check = bound(contract, &agreed, &bindings(name, holder, deal.deployer));
            assert_eq!((check.holds(), check.may_change), (false, may_change));
        }
    }
}
