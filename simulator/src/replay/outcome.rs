//! What everyone has at the end, against what he brought.

use anyhow::Result;
use finance::Rounding;
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::insurance_fund::InsuranceFund;
use interfaces::tranche_token::TrancheToken as _;
use interfaces::types::{AccountId, Balance, TrancheId};

use super::record::{ClassSample, Outcome};
use super::Replay;
use crate::contracts::TrancheToken;
use crate::input::term_sheet::{Backer, Insurance};

impl Replay<'_> {
    /// Counts what investors, keepers and beneficiaries have, tranche tokens at their last value.
    pub(super) fn outcomes(&self) -> Result<Vec<Outcome>> {
        let sheet = &self.deal.sheet;
        let investors = sheet
            .investors
            .iter()
            .zip(&self.cast.investors)
            .map(|(terms, account)| {
                Ok(Outcome {
                    name: terms.name.clone(),
                    role: "Investor",
                    brought: terms.deposits.iter().map(|(_, cash)| cash).sum(),
                    cash: self.deal.balance(self.chain, self.deal.cash, *account)?,
                    tokens: self.holding(*account)?,
                })
            });
        let keepers = sheet
            .keepers
            .iter()
            .zip(&self.cast.keepers)
            .map(|(terms, account)| {
                Ok(Outcome {
                    name: terms.name.clone(),
                    role: "Keeper",
                    brought: terms.cash,
                    cash: self.deal.balance(self.chain, self.deal.cash, *account)?,
                    tokens: 0,
                })
            });
        let beneficiary = |(role, name): (_, &String)| {
            let account = self.chain.account(name);
            Ok(Outcome {
                name: name.clone(),
                role,
                brought: 0,
                cash: self.deal.balance(self.chain, self.deal.cash, account)?,
                tokens: 0,
            })
        };
        let manager = sheet.fees.beneficiary.iter().map(|name| ("Fees", name));
        let insurance = match &sheet.insurance {
            Insurance::Account(name) => Some(("Insurance", name)),
            Insurance::Fund { .. } => None,
        };
        let beneficiaries = manager.chain(insurance).map(beneficiary);
        let backers = sheet.backers.iter().zip(&self.cast.backers);
        let backers = backers.map(|(terms, account)| self.backer(terms, *account));
        let people = investors.chain(keepers).chain(backers);
        people.chain(beneficiaries).collect()
    }

    fn backer(&self, terms: &Backer, account: AccountId) -> Result<Outcome> {
        let mut tokens = 0;
        if let Some(fund) = self.deal.fund() {
            let backing = self.chain.inspect(fund.call().backing(account))?;
            tokens = backing.stake + backing.income;
        }
        Ok(Outcome {
            name: terms.name.clone(),
            role: "Backer",
            brought: terms.stake,
            cash: self.deal.balance(self.chain, self.deal.cash, account)?,
            tokens,
        })
    }

    /// Orders that wait, unclaimed cash and tokens, in base units of cash.
    fn holding(&self, owner: AccountId) -> Result<Balance> {
        let last = self.record.samples.last();
        let classes = last
            .map(|sample| sample.classes.as_slice())
            .unwrap_or_default();
        self.deal
            .tranche_ids()
            .zip(classes)
            .try_fold(0, |sum, (tranche, class)| {
                Ok(sum + self.class_holding(tranche, class, owner)?)
            })
    }

    fn class_holding(
        &self,
        tranche: TrancheId,
        class: &ClassSample,
        owner: AccountId,
    ) -> Result<Balance> {
        let token = self.deal.tranche_token(tranche);
        let orders = self.deal.orders();
        let order = self.chain.inspect(orders.call().order(tranche, owner))?;
        let own = self.deal.balance(self.chain, token, owner)?;
        let distributed = TrancheToken::from(token).call().distribution(owner);
        let distributed = self.chain.read(distributed)?;
        let tokens = own + order.pending_redemption + order.claimable_tokens;
        let price = class.price().unwrap_or_default();
        let value = price.of(tokens, Rounding::Down).unwrap_or_default();
        Ok(value + order.pending_deposit + order.claimable_cash + distributed)
    }
}
