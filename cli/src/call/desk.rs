//! Somebody at a deal: what names, amounts and numbers mean there.

use anyhow::{anyhow, bail, ensure, Context, Error, Result};
use deployment::contracts::{Governor, Psp22, Registry};
use deployment::{Deal, Host};
use finance::parameters::{Parameter, Unit};
use finance::{Period, Price};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::LoanServicing;
use interfaces::configurator::Scope;
use interfaces::liquidation_engine::{Auction, LiquidationEngine};
use interfaces::types::{AccountId, AuctionId, Balance, CollateralId, PositionId, TrancheId};
use psp22::PSP22;
use term_sheet::quantity::{read_price, Decimal, Duration, Percent};
use term_sheet::term_sheet as sheet;
use term_sheet::Token;

use super::Step;
use crate::book::Book;

/// Somebody at a deal.
pub struct Desk<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Where it is.
    pub chain: &'a dyn Host,
    /// Who and what is there.
    pub book: &'a Book,
    /// Who acts.
    pub actor: AccountId,
}

impl Desk<'_> {
    /// The approval that lets `spender` take `units`, unless it may already.
    pub fn allowance(
        &self,
        token: AccountId,
        spender: AccountId,
        units: Balance,
    ) -> Result<Option<Step>> {
        let allowance = Psp22::from(token).call().allowance(self.actor, spender);
        let allowed: Balance = self.chain.read(allowance)?;
        if allowed >= units {
            return Ok(None);
        }
        let what = format!("allow {} to take the tokens", self.book.name(spender));
        let approve = Psp22::from(token).call_mut().approve(spender, units);
        Ok(Some(Step::new(what, approve)))
    }

    /// An account by its address, or the name of a contract or of somebody.
    pub fn account(&self, name: &str) -> Result<AccountId> {
        self.book.account(name)
    }

    /// A class by its name or symbol, and its token.
    pub fn class(&self, name: &str) -> Result<(TrancheId, &Token)> {
        let classes = (0..).map(TrancheId).zip(&self.deal.sheet.tranches);
        let mut named =
            classes.filter(|(_, class)| class.name == name || class.token.symbol == name);
        let (id, class) = named.next().with_context(|| {
            let names = self
                .deal
                .sheet
                .tranches
                .iter()
                .map(|class| class.name.as_str());
            format!("there is no class `{name}`; there are {}", listed(names))
        })?;
        Ok((id, &class.token))
    }

    /// A type of collateral by its symbol, or the asset of its price.
    pub fn collateral(&self, symbol: &str) -> Result<CollateralId> {
        let types = (0..).map(CollateralId).zip(&self.deal.sheet.collateral);
        let mut named =
            types.filter(|(_, listed)| listed.token.symbol == symbol || listed.asset == symbol);
        let (id, _) = named.next().with_context(|| {
            let symbols = self
                .deal
                .sheet
                .collateral
                .iter()
                .map(|one| one.token.symbol.as_str());
            format!(
                "there is no collateral `{symbol}`; there are {}",
                listed(symbols)
            )
        })?;
        Ok(id)
    }

    /// The governor, where votes govern.
    pub fn governor(&self) -> Result<Governor> {
        let governance = &self.deal.governance;
        ensure!(
            governance.votes.is_some(),
            "nobody votes in this deal: {} governs it",
            self.book.name(governance.governor)
        );
        Ok(governance.governor.into())
    }

    /// Where those vote who have a token, or have locked that of a class.
    pub fn electorate(&self, name: &str) -> Result<Electorate> {
        self.governor()?;
        let all = self.electorates();
        let known: Vec<_> = all.iter().map(|one| one.token.symbol.clone()).collect();
        let named = |one: &Electorate| one.class == Some(name) || one.token.symbol == name;
        let found = all.into_iter().find(named);
        found.with_context(|| format!("nobody votes with `{name}`, but with {}", known.join(", ")))
    }

    fn electorates(&self) -> Vec<Electorate> {
        let (sheet, votes) = (&self.deal.sheet, &self.deal.governance.votes);
        let (sheet::Governor::Votes(terms), Some(votes)) = (&sheet.governor, votes) else {
            return Vec::new();
        };
        let locked = |class: usize, address, veto| {
            let class = sheet.tranches.get(class)?;
            Some(Electorate {
                class: Some(&class.name),
                token: &class.token,
                address,
                veto,
            })
        };
        let first = match &terms.electorate {
            sheet::Electorate::Residual => locked(sheet.residual(), votes.electorate, None),
            sheet::Electorate::Token { token, .. } => Some(Electorate {
                class: None,
                token,
                address: votes.electorate,
                veto: None,
            }),
        };
        let vetoes = (0..).zip(&terms.vetoes).zip(&votes.vetoes);
        let vetoes =
            vetoes.filter_map(|((veto, class), at)| locked(class.index(), *at, Some(veto)));
        first.into_iter().chain(vetoes).collect()
    }

    /// Who may hold the tokens, where somebody says so.
    pub fn registry(&self) -> Result<Registry> {
        let registry = self
            .deal
            .registry
            .context("anyone may hold the tokens of this deal: it has no registry")?;
        Ok(registry.into())
    }

    /// Whose parameter is meant: a collateral's or an originator's, or the deal's.
    pub fn scope(&self, of: &Option<String>) -> Result<Scope> {
        let Some(name) = of else {
            return Ok(Scope::Deal);
        };
        match self.collateral(name) {
            Ok(id) => Ok(Scope::Collateral(id)),
            Err(_) => Ok(Scope::Originator(self.account(name)?)),
        }
    }

    /// A risk parameter by its name.
    pub fn parameter(&self, name: &str) -> Result<Parameter> {
        let mut all = Parameter::ALL.iter();
        let found = all.find(|parameter| parameter.name() == name);
        found.copied().with_context(|| {
            let names = Parameter::ALL.iter().map(|parameter| parameter.name());
            format!(
                "there is no parameter `{name}`; there are {}",
                listed(names)
            )
        })
    }

    /// The value of a risk parameter, in its unit.
    pub fn value(&self, parameter: Parameter, text: &str) -> Result<u128> {
        Ok(match (parameter.declaration().unit, text) {
            (Unit::Ratio, _) => text.parse::<Percent>().map_err(Error::msg)?.0 .0,
            (Unit::Period, _) => period(text)?.0.into(),
            (Unit::Cash, _) => self.cash(text)?,
            (Unit::Flag, "yes") => 1,
            (Unit::Flag, "no") => 0,
            (Unit::Flag, _) => bail!("`{text}` is neither `yes` nor `no`"),
        })
    }

    /// An amount of the cash, a class or a collateral, by its symbol.
    pub fn amount_of(&self, symbol: &str, amount: &str) -> Result<(AccountId, Balance)> {
        let cash = &self.deal.sheet.cash;
        if cash.symbol == symbol {
            return Ok((self.deal.cash, units(amount, cash)?));
        }
        if let Ok((class, token)) = self.class(symbol) {
            return Ok((self.deal.tranche_token(class), units(amount, token)?));
        }
        let id = self.collateral(symbol)?;
        Ok((self.deal.collateral_token(id), self.units_of(id, amount)?))
    }

    /// An amount of the token of a class.
    pub fn shares(&self, class: &str, amount: &str) -> Result<(TrancheId, Balance)> {
        let (id, token) = self.class(class)?;
        Ok((id, units(amount, token)?))
    }

    /// An amount of a collateral.
    pub fn units_of(&self, id: CollateralId, amount: &str) -> Result<Balance> {
        let listed = self.deal.sheet.collateral.get(id.index());
        let listed = listed.context("the term sheet does not know this type of collateral")?;
        units(amount, &listed.token)
    }

    /// An amount of the cash.
    pub fn cash(&self, amount: &str) -> Result<Balance> {
        units(amount, &self.deal.sheet.cash)
    }

    /// A position, and the type of its collateral.
    pub fn position(&self, number: u32) -> Result<(PositionId, CollateralId)> {
        let view = self
            .chain
            .read(self.deal.servicing().call().position(PositionId(number)))?;
        let view = view.map_err(|_| anyhow!("there is no position {number}"))?;
        Ok((PositionId(number), view.position.collateral_type))
    }

    /// An auction in progress.
    pub fn auction(&self, number: AuctionId) -> Result<Auction> {
        let view = self.chain.read(self.deal.engine().call().auction(number))?;
        let view = view.map_err(|_| anyhow!("there is no auction {} now", number.0))?;
        Ok(view.auction)
    }
}

/// Where some people vote.
pub struct Electorate<'a> {
    /// The class whose tokens are locked there.
    class: Option<&'a str>,
    /// What votes, or is locked.
    pub token: &'a Token,
    /// Where.
    pub address: AccountId,
    /// Its number among those that may veto.
    pub veto: Option<u32>,
}

/// A length of time as people write it.
pub fn period(text: &str) -> Result<Period> {
    Ok(text.parse::<Duration>().map_err(Error::msg)?.0)
}

/// The name of a proposal.
pub fn hash(text: &str) -> Result<[u8; 32]> {
    let hash = bytes(text).and_then(|bytes| bytes.try_into().ok());
    hash.with_context(|| format!("`{text}` is no proposal: write `0x` and 64 digits"))
}

/// Bytes in hex.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

/// An amount of a token in base units.
pub fn units(amount: &str, token: &Token) -> Result<Balance> {
    let decimals = u32::from(token.decimals);
    let units = Decimal::read(amount).and_then(|amount| amount.units(decimals));
    units.with_context(|| {
        format!(
            "`{amount}` is no amount of {}: write a number with at most {decimals} decimals",
            token.symbol
        )
    })
}

/// A price as people write it.
pub fn price(text: &str) -> Result<Price> {
    read_price(text).with_context(|| {
        format!("`{text}` is no price: write whole cash per whole token, like `201.84`")
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
