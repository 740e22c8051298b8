//! Who governs a deal, from its first block on.
//!
//! Nothing is handed over: tranche tokens, lockers and the governor come before all that has a governor, so that the
//! deployer never is one. What he may do at all is to bind what he deployed, once; [`ensure_in_place`] asks every contract
//! whether that is over.

use anyhow::{anyhow, bail, ensure, Result};
use finance::governance::settings::Settings;
use finance::Timestamp;
use ink::codegen::TraitCallBuilder;
use interfaces::compliance::ComplianceRegistry;
use interfaces::configurator::Configurator as _;
use interfaces::governance_token::{About, Electorate as _, GovernanceTokenTerms, Issue, Locked};
use interfaces::governor::{Governor as _, GovernorError, GovernorTerms, Powers, Voters};
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::types::{AccountId, Balance, TrancheId};
use psp22::PSP22;

use super::{Deal, Deploying};
use term_sheet::show;
use term_sheet::term_sheet::{self as sheet, Electorate, Token};

use crate::contracts::{Electorate as Electing, Governor, Psp22, Registry};
use crate::host::Host;

/// Who decides about a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governance {
    /// Decides: an account, or a governor contract.
    pub governor: AccountId,
    /// Stops.
    pub guardian: AccountId,
    /// Where votes are counted; none of an account that governs.
    pub votes: Option<Votes>,
}

/// Where votes are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Votes {
    /// The governance token, or what locks the residual class.
    pub electorate: AccountId,
    /// What locks the classes that may veto, in the order of the term sheet.
    pub vetoes: Vec<AccountId>,
}

impl Deploying<'_> {
    /// Deploys what a deal with these tranche tokens is governed by.
    pub(super) fn governance(
        &self,
        cash: AccountId,
        pool: AccountId,
        tranches: &[AccountId],
    ) -> Result<Governance> {
        let guardian = self.chain.account(&self.sheet.guardian)?;
        let governance = match &self.sheet.governor {
            sheet::Governor::Account(name) => {
                return Ok(Governance {
                    governor: self.chain.account(name)?,
                    guardian,
                    votes: None,
                })
            }
            sheet::Governor::Votes(governance) => governance,
        };
        let locker = |class: usize| {
            self.locker(Locked {
                underlying: tranches[class],
                pool,
                tranche: TrancheId(u32::try_from(class)?),
                cash,
            })
        };
        let electorate = match &governance.electorate {
            Electorate::Token { token, holders } => self.voting_token(token, holders)?,
            Electorate::Residual => locker(self.sheet.residual())?,
        };
        let vetoes = governance.vetoes.iter().map(|class| locker(class.index()));
        let vetoes = vetoes.collect::<Result<Vec<_>>>()?;
        let terms = GovernorTerms {
            voters: Voters {
                electorate,
                classes: vetoes.clone(),
                network: self.chain.network(),
            },
            guardian: Some(guardian),
            settings: governance.settings,
        };
        let (chain, name) = (self.chain, &self.sheet.name);
        let governor = chain.try_deploy::<GovernorError>("governor", self.deployer, terms, name)?;
        Ok(Governance {
            governor: governor
                .map_err(|error| self.refused(format!("the governor refused: {error:?}")))?,
            guardian,
            votes: Some(Votes { electorate, vetoes }),
        })
    }

    /// What votes for the tokens of a class that are locked in it.
    fn locker(&self, locked: Locked) -> Result<AccountId> {
        let class = &self.sheet.tranches[locked.tranche.index()];
        let token = Token {
            name: format!("{} votes", class.token.name),
            symbol: format!("v{}", class.token.symbol),
            decimals: class.token.decimals,
        };
        self.votes(&token, Issue::Locker(locked))
    }

    /// A token whose holders have what the term sheet says.
    fn voting_token(&self, token: &Token, holders: &[(String, Balance)]) -> Result<AccountId> {
        let supply: Balance = holders.iter().map(|(_, amount)| amount).sum();
        let holder = self.deployer;
        let address = self.votes(token, Issue::Fixed { supply, holder })?;
        let mut psp22 = Psp22::from(address);
        let left: Balance = self.chain.read(psp22.call().balance_of(holder))?;
        // A deployment that stopped in between goes on with the holders whose votes are left.
        let owed =
            |served: usize| -> Balance { holders[served..].iter().map(|(_, amount)| amount).sum() };
        let Some(served) = (0..=holders.len()).find(|served| owed(*served) == left) else {
            bail!("{}", self.moved(token, &psp22, holders, left)?);
        };
        let (served, unserved) = holders.split_at(served);
        // What one sent back may be just what another is still to be given.
        for (name, amount) in served.iter().take_while(|_| left > 0) {
            let has = psp22.call().balance_of(self.chain.account(name)?);
            let has: Balance = self.chain.read(has)?;
            if has < *amount {
                bail!("{}", self.moved(token, &psp22, holders, left)?);
            }
        }
        for (name, amount) in unserved {
            let to = self.chain.account(name)?;
            let transfer = psp22.call_mut().transfer(to, *amount, vec![]);
            self.chain.execute(holder, transfer)?;
        }
        Ok(address)
    }

    /// That somebody sent voting tokens back before all holders had theirs, and how to go on.
    fn moved(
        &self,
        token: &Token,
        psp22: &Psp22,
        holders: &[(String, Balance)],
        left: Balance,
    ) -> Result<String> {
        let whole = |units| show::amount(units, token, token.decimals.into());
        let holders = holders.iter().map(|(name, amount)| {
            let has = psp22.call().balance_of(self.chain.account(name)?);
            let has = whole(self.chain.read(has)?);
            Ok(format!("{name} has {has} of {}", whole(*amount)))
        });
        Ok(format!(
            "the deployer has {} {}, which is not what is still to be given, or not with those who are: a holder sent some back or on. \
             {}. Have whoever has too much transfer it to whoever it is missing to, and start again",
            whole(left),
            token.symbol,
            holders.collect::<Result<Vec<_>>>()?.join(", ")
        ))
    }

    fn votes(&self, token: &Token, issue: Issue) -> Result<AccountId> {
        let about = About {
            name: token.name.clone(),
            symbol: token.symbol.clone(),
            decimals: token.decimals,
            network: self.chain.network(),
        };
        let (chain, terms) = (self.chain, GovernanceTokenTerms { about, issue });
        chain.deploy("governance-token", self.deployer, terms, &token.symbol)
    }
}

/// Reads back from every contract of a deal who decides and who stops, and that the deployer can do nothing.
///
/// # Errors
/// The first contract that says otherwise.
pub fn ensure_in_place(chain: &dyn Host, deal: &Deal) -> Result<()> {
    let (
        Governance {
            governor,
            guardian,
            votes,
        },
        deployer,
    ) = (&deal.governance, deal.deployer);
    let powers = chain.read(deal.configurator().call().powers())?;
    let named = (powers.governor, powers.guardian);
    ensure!(
        named == (*governor, *guardian) && (powers.successor, powers.deployer) == (None, None),
        "the configurator names others: {powers:?}"
    );
    let settings = chain.read(deal.oracle().call().settings())?;
    ensure!(
        settings.governor == *governor,
        "the oracle names another governor"
    );
    if let Some(registry) = deal.registry {
        let powers = chain.read(Registry::from(registry).call().powers())?;
        let left = (powers.successor, powers.deployer);
        ensure!(
            powers.governor == *governor && left == (None, None),
            "the compliance registry names others: {powers:?}"
        );
    }
    let Some(votes) = votes else {
        return Ok(());
    };
    let can = chain.read(Governor::from(*governor).call().powers(deployer))?;
    ensure!(
        can == Powers::default(),
        "the governor obeys the deployer: {can:?}"
    );
    for token in votes.vetoes.iter().chain([&votes.electorate]) {
        // Not what others delegated to him, which they can do to anybody.
        let kept = deal.balance(chain, *token, deployer)?;
        ensure!(
            kept == 0,
            "the deployer has votes: {kept} base units, to be transferred to a holder"
        );
    }
    Ok(())
}

/// The holders of a voting token, what was agreed that they have, and what they could vote before the block of the governor.
/// If both are the same, nobody else has proposed or voted with what was theirs: it is all there is of the token, and moves
/// on by their will alone. Nobody, where no such token votes.
///
/// # Errors
/// The chain does not answer.
pub fn first_votes(chain: &dyn Host, deal: &Deal) -> Result<Vec<(String, Balance, Balance)>> {
    let (sheet::Governor::Votes(terms), Some(votes)) =
        (&deal.sheet.governor, &deal.governance.votes)
    else {
        return Ok(Vec::new());
    };
    let Electorate::Token { holders, .. } = &terms.electorate else {
        return Ok(Vec::new());
    };
    let before = Timestamp(
        made_at(chain, deal.governance.governor)?
            .0
            .saturating_sub(1),
    );
    let accounts = holders.iter().map(|(name, _)| chain.account(name));
    let accounts = accounts.collect::<Result<Vec<_>>>()?;
    let first = holders.iter().zip(&accounts).map(|((name, _), account)| {
        // Two names may be of one account.
        let his = holders.iter().zip(&accounts);
        let his = his.filter(|(_, other)| *other == account);
        let agreed = his.map(|((_, amount), _)| amount).sum();
        let token = Electing::from(votes.electorate);
        let had = chain.read(token.call().past_votes(*account, before))?;
        let had = had.map_err(|error| anyhow!("the voting token refused: {error:?}"))?;
        Ok((name.clone(), agreed, had))
    });
    first.collect()
}

/// The moment of the block in which a governor was made: it had no settings before.
fn made_at(chain: &dyn Host, governor: AccountId) -> Result<Timestamp> {
    let governor = Governor::from(governor);
    let (mut low, mut high) = (0, chain.now()?.0);
    while low < high {
        let middle = u64::midpoint(low, high);
        let settings = chain.read(governor.call().settings_at(Timestamp(middle)))?;
        match settings == Settings::default() {
            true => low = middle.saturating_add(1),
            false => high = middle,
        }
    }
    Ok(Timestamp(low))
}
