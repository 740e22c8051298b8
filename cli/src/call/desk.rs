//! Somebody at a deal: what names, amounts and numbers mean there.

use anyhow::{anyhow, Context, Result};
use deployment::contracts::Psp22;
use deployment::{Deal, Host};
use finance::Price;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::LoanServicing;
use interfaces::liquidation_engine::{Auction, LiquidationEngine};
use interfaces::types::{AccountId, AuctionId, Balance, CollateralId, PositionId, TrancheId};
use psp22::PSP22;
use term_sheet::quantity::{read_price, Decimal};
use term_sheet::Token;

use super::Step;
use crate::address;
use crate::site::Site;

/// Somebody at a deal.
pub struct Desk<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Where it is.
    pub site: &'a Site<'a>,
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
        let host: &dyn Host = self.site;
        let allowed: Balance =
            host.read(Psp22::from(token).call().allowance(self.actor, spender))?;
        if allowed >= units {
            return Ok(None);
        }
        let what = format!("allow {} to take the tokens", address::show(spender));
        let approve = Psp22::from(token).call_mut().approve(spender, units);
        Ok(Some(Step::new(what, approve)))
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
        let host: &dyn Host = self.site;
        let view = host.read(self.deal.servicing().call().position(PositionId(number)))?;
        let view = view.map_err(|_| anyhow!("there is no position {number}"))?;
        Ok((PositionId(number), view.position.collateral_type))
    }

    /// An auction in progress.
    pub fn auction(&self, number: AuctionId) -> Result<Auction> {
        let host: &dyn Host = self.site;
        let view = host.read(self.deal.engine().call().auction(number))?;
        let view = view.map_err(|_| anyhow!("there is no auction {} now", number.0))?;
        Ok(view.auction)
    }
}

fn units(amount: &str, token: &Token) -> Result<Balance> {
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
