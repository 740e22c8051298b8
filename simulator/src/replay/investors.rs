//! Investors: they subscribe, leave in a panic, and claim.

use anyhow::{Context, Result};
use finance::Rounding;
use ink::codegen::TraitCallBuilder;
use interfaces::tranche_pool::{PoolError, TranchePool};
use interfaces::types::{AccountId, TrancheId};

use super::Replay;
use crate::input::term_sheet::{Reaction, TermSheet};
use crate::show;

pub struct Investors {
    /// Who wants to leave and has not asked for it.
    reactions: Vec<Option<Reaction>>,
}

impl Investors {
    pub fn new(sheet: &TermSheet) -> Self {
        Self {
            reactions: sheet
                .investors
                .iter()
                .map(|investor| investor.redeems)
                .collect(),
        }
    }
}

impl Replay<'_> {
    pub(super) fn subscribe(&mut self) -> Result<()> {
        let deal = self.deal;
        for (terms, account) in deal.sheet.investors.iter().zip(self.cast.investors.clone()) {
            let total = terms.deposits.iter().map(|(_, cash)| cash).sum();
            self.fund(deal.cash, account, total)?;
            deal.approve(self.chain, deal.cash, account, deal.pool, total)?;
            for (tranche, cash) in &terms.deposits {
                self.chain
                    .execute(
                        account,
                        deal.pool().call_mut().request_deposit(*tranche, *cash),
                    )
                    .with_context(|| terms.name.clone())?;
            }
        }
        Ok(())
    }

    pub(super) fn react(&mut self) -> Result<()> {
        for index in 0..self.cast.investors.len() {
            let due = |reaction: &mut Reaction| self.market.any_has_fallen(reaction.after_fall);
            if let Some(reaction) = self.investors.reactions[index].take_if(due) {
                self.redeem(index, reaction)
                    .with_context(|| self.investor_name(index))?;
            }
        }
        self.repay_in_panic()
    }

    fn redeem(&mut self, index: usize, reaction: Reaction) -> Result<()> {
        let account = self.cast.investors[index];
        for tranche in self.deal.tranche_ids() {
            self.claim(tranche, account)?;
            let token = self.deal.tranche_token(tranche);
            let held = self.deal.balance(self.chain, token, account)?;
            let amount = reaction.share.of(held, Rounding::Down).unwrap_or_default();
            if amount > 0 {
                self.deal
                    .approve(self.chain, token, account, self.deal.pool, amount)?;
                self.chain.execute(
                    account,
                    self.deal.pool().call_mut().request_redeem(tranche, amount),
                )?;
                let terms = &self.deal.sheet.tranches[tranche.index()];
                let text = show::cash(amount, &terms.token);
                self.note(format!(
                    "{} orders the redemption of {text} {}",
                    self.investor_name(index),
                    terms.token.symbol
                ));
            }
        }
        Ok(())
    }

    /// Everyone claims what is his, and the beneficiary is paid the penalties.
    pub(super) fn claim_all(&mut self) -> Result<()> {
        for account in self.cast.investors.clone() {
            for tranche in self.deal.tranche_ids() {
                self.claim(tranche, account)?;
            }
        }
        let paid = self.chain.call(
            self.cast.anyone(),
            self.deal.pool().call_mut().pay_penalties(),
        )?;
        match paid.answer {
            Ok(_) | Err(PoolError::NothingToClaim) => Ok(()),
            Err(error) => anyhow::bail!("paying penalties: {error:?}"),
        }
    }

    fn claim(&self, tranche: TrancheId, owner: AccountId) -> Result<()> {
        let claimed = self
            .chain
            .call(owner, self.deal.pool().call_mut().claim(tranche, owner))?;
        match claimed.answer {
            Ok(_) | Err(PoolError::NothingToClaim) => Ok(()),
            Err(error) => anyhow::bail!("claiming: {error:?}"),
        }
    }

    fn investor_name(&self, index: usize) -> String {
        self.deal.sheet.investors[index].name.clone()
    }
}
