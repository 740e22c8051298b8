//! What was deployed on a network, kept beside its file. The chain itself says what is there: a lost state file is written
//! anew by the next `deploy apply`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use deployment::governance::{Governance, Votes};
use deployment::Deal;
use interfaces::types::AccountId;
use serde::{Deserialize, Serialize};
use term_sheet::TermSheet;

use crate::address;
use crate::rehearsal::{Rehearsal, Step};

/// The deals on a chain.
#[derive(Debug)]
pub struct State {
    file: PathBuf,
    content: Content,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// Which chain.
    genesis: String,
    /// By their names.
    deals: BTreeMap<String, Record>,
}

/// A deal on a chain.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Whether all steps were taken and read back.
    pub is_complete: bool,
    /// Who deployed it.
    pub deployer: Account,
    /// Where its parts are.
    pub addresses: Addresses,
    /// Every contract that the deployment makes.
    pub instances: Vec<Instance>,
}

/// Where the parts of a deal are: the fields of [`Deal`].
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    cash: Account,
    collateral: Vec<Account>,
    tranches: Vec<Account>,
    registry: Option<Account>,
    insurance: Account,
    parameters: Account,
    configurator: Account,
    governor: Account,
    guardian: Account,
    votes: Option<VotesAt>,
    oracle: Account,
    pool: Account,
    agent: Account,
    waterfall: Account,
    vault: Account,
    engine: Account,
}

/// Where votes are counted: the fields of [`Votes`].
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct VotesAt {
    electorate: Account,
    vetoes: Vec<Account>,
}

/// A contract.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// The name of its package.
    pub contract: String,
    /// What tells it from others that are the same.
    pub salt: String,
    /// Where it stands.
    pub address: Account,
    /// What the chain calls its code.
    pub code_hash: String,
}

/// An account, written in SS58.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(try_from = "String", into = "String")]
pub struct Account(pub AccountId);

impl TryFrom<String> for Account {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let account = address::parse(&text).ok_or_else(|| format!("`{text}` is no address"))?;
        Ok(Self(account))
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        address::show(account.0)
    }
}

impl State {
    /// Reads the state of the chain of that genesis; none was written yet if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or is of another chain.
    pub fn load(file: &Path, genesis: [u8; 32]) -> Result<Self> {
        let genesis = format!("0x{}", hex::encode(genesis));
        let content = match fs::read(file) {
            Ok(text) => serde_json::from_slice(&text)
                .with_context(|| format!("{} is no state of a deployment", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Content {
                genesis: genesis.clone(),
                deals: BTreeMap::new(),
            },
            Err(error) => bail!("cannot read {}: {error}", file.display()),
        };
        ensure!(
            content.genesis == genesis,
            "{} is the state of the chain {}, and the endpoint is the chain {genesis}: correct the endpoint, or move the \
             file away if its chain is gone",
            file.display(),
            content.genesis
        );
        Ok(Self {
            file: file.to_owned(),
            content,
        })
    }

    /// What is known of a deal.
    pub fn record(&self, deal: &str) -> Option<&Record> {
        self.content.deals.get(deal)
    }

    /// What is known of a deal that was deployed to the end.
    ///
    /// # Errors
    /// It was not.
    pub fn complete(&self, deal: &str) -> Result<&Record> {
        let record = self.record(deal).filter(|record| record.is_complete);
        record.with_context(|| {
            format!(
                "{} does not say that `{deal}` is deployed: run `sluice deploy apply` to the end",
                self.file.display(),
            )
        })
    }

    /// Notes a deal, in one piece: whoever reads the file finds all of it or what was there before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&mut self, deal: &str, record: Record) -> Result<()> {
        self.content.deals.insert(deal.to_owned(), record);
        let text = serde_json::to_string_pretty(&self.content)? + "\n";
        let written = self.file.with_extension("json.new");
        fs::write(&written, text)
            .and_then(|()| fs::rename(&written, &self.file))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

impl Record {
    /// What a deployment is to come to.
    pub fn of(rehearsal: &Rehearsal) -> Self {
        let instances = rehearsal.steps.iter().filter_map(|step| match step {
            Step::Instantiate {
                contract,
                salt,
                code,
                address,
            } => Some(Instance {
                contract: contract.clone(),
                salt: salt.clone(),
                address: Account(*address),
                code_hash: format!("0x{}", hex::encode(code)),
            }),
            _ => None,
        });
        Self {
            is_complete: false,
            deployer: Account(rehearsal.deployer),
            addresses: Addresses::of(&rehearsal.deal),
            instances: instances.collect(),
        }
    }

    /// The deal, whose terms are these.
    pub fn deal(&self, sheet: TermSheet) -> Deal {
        self.addresses.clone().deal(sheet, self.deployer.0)
    }

    /// That a deployment which was begun is the one that would be begun now.
    ///
    /// # Errors
    /// The first contract that would stand elsewhere, because its code or terms changed.
    pub fn ensure_same(&self, now: &Self) -> Result<()> {
        let changed = now.instances.iter().find(|new| {
            let same = |old: &&Instance| (&old.contract, &old.salt) == (&new.contract, &new.salt);
            let old = self.instances.iter().find(same);
            old.is_some_and(|old| old.address != new.address)
        });
        let Some(changed) = changed else {
            return Ok(());
        };
        let code_stays = self
            .instances
            .iter()
            .any(|old| old.code_hash == changed.code_hash);
        bail!(
            "`{}` ({}) was deployed otherwise before: {} changed since. Deploy what was begun, or give the deal another name",
            changed.contract,
            changed.salt,
            if code_stays { "its terms, or the deployer," } else { "its code" }
        )
    }
}

impl Addresses {
    fn of(deal: &Deal) -> Self {
        let all = |accounts: &[AccountId]| accounts.iter().copied().map(Account).collect();
        Self {
            cash: Account(deal.cash),
            collateral: all(&deal.collateral),
            tranches: all(&deal.tranches),
            registry: deal.registry.map(Account),
            insurance: Account(deal.insurance),
            parameters: Account(deal.parameters),
            configurator: Account(deal.configurator),
            governor: Account(deal.governance.governor),
            guardian: Account(deal.governance.guardian),
            votes: deal.governance.votes.as_ref().map(|votes| VotesAt {
                electorate: Account(votes.electorate),
                vetoes: all(&votes.vetoes),
            }),
            oracle: Account(deal.oracle),
            pool: Account(deal.pool),
            agent: Account(deal.agent),
            waterfall: Account(deal.waterfall),
            vault: Account(deal.vault),
            engine: Account(deal.engine),
        }
    }

    fn deal(self, sheet: TermSheet, deployer: AccountId) -> Deal {
        let all = |accounts: Vec<Account>| accounts.into_iter().map(|account| account.0).collect();
        Deal {
            sheet,
            deployer,
            cash: self.cash.0,
            collateral: all(self.collateral),
            tranches: all(self.tranches),
            registry: self.registry.map(|registry| registry.0),
            insurance: self.insurance.0,
            parameters: self.parameters.0,
            configurator: self.configurator.0,
            governance: Governance {
                governor: self.governor.0,
                guardian: self.guardian.0,
                votes: self.votes.map(|votes| Votes {
                    electorate: votes.electorate.0,
                    vetoes: all(votes.vetoes),
                }),
            },
            oracle: self.oracle.0,
            pool: self.pool.0,
            agent: self.agent.0,
            waterfall: self.waterfall.0,
            vault: self.vault.0,
            engine: self.engine.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::tests::{deal, local, rehearse};

    const GENESIS: [u8; 32] = [1; 32];

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("sluice-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn state(&self, genesis: [u8; 32]) -> Result<State> {
            State::load(&self.0.join("x.state.json"), genesis)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_complete_deal_is_found_again_at_its_addresses() {
        let (folder, network) = (Folder::new("found"), local());
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        let (mut state, mut record) = (folder.state(GENESIS).unwrap(), Record::of(&rehearsal));
        let name = rehearsal.deal.sheet.name.clone();
        state.keep(&name, record.clone()).unwrap();
        let unfinished = folder.state(GENESIS).unwrap();
        let error = unfinished.complete(&name).unwrap_err().to_string();
        assert!(error.contains("deploy apply"), "{error}");
        record.is_complete = true;
        state.keep(&name, record.clone()).unwrap();
        let again = folder.state(GENESIS).unwrap();
        assert_eq!(again.record(&name), Some(&record));
        let found = again.complete(&name).unwrap().deal(deal("members-only"));
        assert_eq!(Addresses::of(&found), Addresses::of(&rehearsal.deal));
    }

    #[test]
    fn the_state_of_another_chain_is_refused() {
        let folder = Folder::new("refused");
        let record = Record::of(&rehearse(deal("members-only"), &local(), 1));
        folder.state(GENESIS).unwrap().keep("Deal", record).unwrap();
        let error = folder.state([2; 32]).unwrap_err().to_string();
        assert!(
            error.contains("x.state.json") && error.contains("0x0202"),
            "{error}"
        );
        fs::write(folder.0.join("x.state.json"), "{}").unwrap();
        let error = folder.state(GENESIS).unwrap_err().to_string();
        assert!(error.contains("no state of a deployment"), "{error}");
    }

    #[test]
    fn terms_that_changed_since_are_refused() {
        let network = local();
        let begun = Record::of(&rehearse(deal("members-only"), &network, 1));
        begun.ensure_same(&begun).unwrap();
        let mut sheet = deal("members-only");
        sheet.minimum_order += 1;
        let now = Record::of(&rehearse(sheet, &network, 1));
        let error = begun.ensure_same(&now).unwrap_err().to_string();
        assert!(
            error.contains("transfer-agent") && error.contains("terms"),
            "{error}"
        );
        let mut changed = begun.clone();
        let instance = changed.instances.first_mut().unwrap();
        instance.code_hash = "0x00".to_owned();
        instance.address = Account(AccountId([9; 32]));
        let error = begun.ensure_same(&changed).unwrap_err().to_string();
        assert!(error.contains("code"), "{error}");
    }
}
