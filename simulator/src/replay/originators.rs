//! Originators: they lock collateral, borrow near the limit, and some repay in time.

use anyhow::{Context, Result};
use finance::Rounding;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError};
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::tranche_pool::{PoolError, TranchePool};
use interfaces::types::{AccountId, AssetId, Balance, CollateralId, PositionId};

use super::Replay;
use crate::input::term_sheet::{Originator, Reaction, TermSheet};
use crate::show;

pub struct Originators {
    /// The position of each, once its collateral has traded.
    positions: Vec<Option<PositionId>>,
    /// Who wants to repay and has not done it.
    reactions: Vec<Option<Reaction>>,
}

impl Originators {
    pub fn new(sheet: &TermSheet) -> Self {
        Self {
            positions: vec![None; sheet.originators.len()],
            reactions: sheet
                .originators
                .iter()
                .map(|originator| originator.repays)
                .collect(),
        }
    }
}

impl Replay<'_> {
    /// All positions and their collateral types.
    pub(super) fn positions(&self) -> Vec<(PositionId, CollateralId)> {
        let terms = self.deal.sheet.originators.iter();
        let positions = terms.zip(&self.originators.positions);
        positions
            .filter_map(|(terms, position)| Some(((*position)?, terms.collateral)))
            .collect()
    }

    /// Opens the positions of those whose collateral has a price that counts and who have none yet.
    pub(super) fn borrow(&mut self) -> Result<()> {
        let deal = self.deal;
        for (index, terms) in deal.sheet.originators.iter().enumerate() {
            let waits = self.originators.positions[index].is_none();
            if waits && self.can_borrow(terms.collateral)? {
                let position = self.open(terms, self.cast.originators[index]);
                let position = position.with_context(|| format!("{} borrows", terms.name))?;
                self.originators.positions[index] = Some(position);
            }
        }
        Ok(())
    }

    /// Whether the market has traded the collateral, and the oracle has no doubt about its price.
    fn can_borrow(&self, collateral: CollateralId) -> Result<bool> {
        let price = self.deal.oracle().call().price(AssetId(collateral.0));
        let quotation = self.chain.read(price)?;
        let is_firm = quotation.is_ok_and(|quotation| quotation.firm().is_ok());
        Ok(is_firm && self.market.price(collateral).is_some())
    }

    fn open(&mut self, terms: &Originator, account: AccountId) -> Result<PositionId> {
        let deal = self.deal;
        let token = deal.collateral_token(terms.collateral);
        self.fund(token, account, terms.amount)?;
        deal.approve(self.chain, token, account, deal.vault, terms.amount)?;
        let open = deal.vault().call_mut().open(terms.collateral, terms.amount);
        let position = self.chain.execute(account, open)?.answer;
        let view = self
            .chain
            .inspect(deal.servicing().call().position(position))?;
        let value = view
            .collateral_value
            .context("the collateral has no live price")?;
        let wanted = terms.draw_ltv.of(value, Rounding::Down).unwrap_or_default();
        let drawn = self.draw(account, position, wanted)?;
        let collateral = &deal.sheet.collateral[terms.collateral.index()].token;
        self.note(format!(
            "{} locks {} {} and draws {} {}",
            terms.name,
            show::amount(terms.amount, collateral, 2),
            collateral.symbol,
            show::cash(drawn, &deal.sheet.cash),
            deal.sheet.cash.symbol,
        ));
        Ok(position)
    }

    /// Draws `wanted`, or what the pool can lend.
    fn draw(&self, account: AccountId, position: PositionId, wanted: Balance) -> Result<Balance> {
        let amount = wanted.min(
            self.chain
                .inspect(self.deal.pool().call().drawable_cash())?,
        );
        let drawn = self
            .chain
            .call(account, self.deal.vault().call_mut().draw(position, amount))?;
        match drawn.answer {
            Ok(()) => Ok(amount),
            // The pool has too little left to lend: the originator goes without.
            Err(VaultError::ZeroAmount | VaultError::BelowMinimumDebt { .. }) => Ok(0),
            Err(VaultError::Pool(refused))
                if matches!(
                    refused.error()?,
                    PoolError::ThinSubordination { .. } | PoolError::NotRevolving
                ) =>
            {
                Ok(0)
            }
            Err(VaultError::AboveDebtCeiling { .. } | VaultError::AboveMaximumShare { .. }) => {
                Ok(0)
            }
            Err(error) => anyhow::bail!("drawing {amount}: {error:?}"),
        }
    }

    /// Loans that were impaired and are sound again count at face from now on.
    pub(super) fn restore(&self) -> Result<()> {
        for (position, _) in self.positions() {
            let restore = self.deal.servicing().call_mut().restore(position);
            match self.chain.call(self.cast.anyone(), restore)?.answer {
                Ok(())
                | Err(VaultError::NotImpaired | VaultError::Unhealthy)
                | Err(VaultError::UnknownPosition) => {}
                Err(error) => anyhow::bail!("restoring position {}: {error:?}", position.0),
            }
        }
        Ok(())
    }

    pub(super) fn repay_in_panic(&mut self) -> Result<()> {
        let deal = self.deal;
        for (index, terms) in deal.sheet.originators.iter().enumerate() {
            let due = |reaction: &mut Reaction| {
                self.market
                    .has_fallen(terms.collateral, reaction.after_fall)
            };
            let reaction = self.originators.reactions[index].take_if(due);
            if let (Some(reaction), Some(position)) = (reaction, self.originators.positions[index])
            {
                self.repay(terms, self.cast.originators[index], position, reaction)
                    .with_context(|| format!("{} repays", terms.name))?;
            }
        }
        Ok(())
    }

    fn repay(
        &mut self,
        terms: &Originator,
        account: AccountId,
        position: PositionId,
        reaction: Reaction,
    ) -> Result<()> {
        let deal = self.deal;
        // A position of which nothing is left is unknown.
        let Ok(view) = self
            .chain
            .read(deal.servicing().call().position(position))?
        else {
            return Ok(());
        };
        let has = deal.balance(self.chain, deal.cash, account)?;
        let amount = reaction
            .share
            .of(view.debt, Rounding::Down)
            .unwrap_or_default()
            .min(has);
        if amount == 0 {
            return Ok(());
        }
        deal.approve(self.chain, deal.cash, account, deal.pool, amount)?;
        let repaid = self
            .chain
            .call(account, deal.vault().call_mut().repay(position, amount))?;
        match repaid.answer {
            Ok(paid) => self.note(format!(
                "{} repays {} {}",
                terms.name,
                show::cash(paid, &deal.sheet.cash),
                deal.sheet.cash.symbol
            )),
            // What would be left is below the minimum debt: he keeps the loan.
            Err(VaultError::BelowMinimumDebt { .. }) => {}
            Err(error) => anyhow::bail!("repaying {amount}: {error:?}"),
        }
        Ok(())
    }
}
