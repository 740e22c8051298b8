//! Investors and backers: they subscribe, leave in a panic, and claim.

use anyhow::{Context, Result};
use finance::Rounding;
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, AsyncVaultError, Conditions};
use interfaces::insurance_fund::{FundError, InsuranceFund};
use interfaces::tranche_pool::{Due, PoolError, TranchePool};
use interfaces::transfer_agent::Distributions;
use interfaces::types::{AccountId, Balance, TrancheId};

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
            deal.approve(self.chain, deal.cash, account, deal.agent, total)?;
            for (tranche, cash) in &terms.deposits {
                if let Some(jurisdiction) = terms.resident {
                    deal.attest(self.chain, account, *tranche, jurisdiction)?;
                }
                let mut orders = deal.orders();
                let order = orders.call_mut().request_deposit(
                    *tranche,
                    *cash,
                    account,
                    Conditions::default(),
                );
                self.chain
                    .execute(account, order)
                    .with_context(|| terms.name.clone())?;
            }
        }
        Ok(())
    }

    pub(super) fn back(&mut self) -> Result<()> {
        let deal = self.deal;
        let Some(mut fund) = deal.fund() else {
            return Ok(());
        };
        for (terms, account) in deal.sheet.backers.iter().zip(self.cast.backers.clone()) {
            self.fund(deal.cash, account, terms.stake)?;
            deal.approve(self.chain, deal.cash, account, deal.insurance, terms.stake)?;
            let deposit = fund.call_mut().deposit(terms.stake);
            self.chain
                .execute(account, deposit)
                .with_context(|| terms.name.clone())?;
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
        self.claim(account)?;
        for tranche in self.deal.tranche_ids() {
            let token = self.deal.tranche_token(tranche);
            let held = self.deal.balance(self.chain, token, account)?;
            let amount = reaction.share.of(held, Rounding::Down).unwrap_or_default();
            if amount > 0 && self.order_exit(tranche, account, amount)? {
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

    /// Whether the order was taken: a deal that is over takes none.
    fn order_exit(&self, tranche: TrancheId, owner: AccountId, amount: Balance) -> Result<bool> {
        let deal = self.deal;
        let mut orders = deal.orders();
        let conditions = Conditions::default();
        let order = orders
            .call_mut()
            .request_redeem(tranche, amount, owner, conditions);
        match self.chain.call(owner, order)?.answer {
            Ok(()) => Ok(true),
            Err(AsyncVaultError::NotOpen) => Ok(false),
            Err(error) => anyhow::bail!("ordering a redemption: {error:?}"),
        }
    }

    /// Everyone claims what is his, and beneficiaries are paid what is due to them.
    pub(super) fn claim_all(&mut self) -> Result<()> {
        for account in &self.cast.investors {
            self.claim(*account)?;
        }
        self.collect_for_backers()?;
        for due in [Due::Fees, Due::Insurance] {
            let pay = self.deal.pool().call_mut().pay(due);
            match self.chain.call(self.cast.anyone(), pay)?.answer {
                Ok(_) | Err(PoolError::NothingDue) => {}
                Err(error) => anyhow::bail!("paying {due:?}: {error:?}"),
            }
        }
        Ok(())
    }

    fn collect_for_backers(&self) -> Result<()> {
        let Some(mut fund) = self.deal.fund() else {
            return Ok(());
        };
        let collect = fund.call_mut().collect();
        self.chain.execute(self.cast.anyone(), collect)?;
        for backer in &self.cast.backers {
            match self
                .chain
                .call(*backer, fund.call_mut().claim(*backer))?
                .answer
            {
                Ok(_) | Err(FundError::NothingDue) => {}
                Err(error) => anyhow::bail!("claiming income of insurance: {error:?}"),
            }
        }
        Ok(())
    }

    fn claim(&self, owner: AccountId) -> Result<()> {
        let claim = self.deal.distributions().call_mut().claim_all(owner);
        match self.chain.call(owner, claim)?.answer {
            Ok(_) | Err(AsyncVaultError::NothingClaimable) => Ok(()),
            Err(error) => anyhow::bail!("claiming: {error:?}"),
        }
    }

    fn investor_name(&self, index: usize) -> String {
        self.deal.sheet.investors[index].name.clone()
    }
}
