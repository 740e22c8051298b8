//! What investors do, and anybody with a token.

use anyhow::Result;
use clap::{Args, Subcommand};
use deployment::contracts::{Asset, Psp22};
use deployment::Host;
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, Conditions};
use interfaces::test_asset::TestAsset;
use interfaces::transfer_agent::{Distributions, TransferAgent};
use psp22::PSP22;

use super::desk::{price, Desk};
use super::Step;
use crate::address;

#[derive(Subcommand)]
pub enum Invest {
    /// Make test tokens for oneself, where anyone may
    Mint { token: String, amount: String },
    /// Send tokens to an address, or to a name of the network file
    Transfer {
        token: String,
        amount: String,
        to: String,
    },
    /// Order a deposit of cash into a class
    Deposit {
        class: String,
        cash: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Order the redemption of tokens of a class
    Redeem {
        class: String,
        tokens: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Take back a deposit order
    CancelDeposit { class: String },
    /// Take back a redemption order
    CancelRedeem { class: String },
    /// Collect what settlements gave in all classes
    Claim,
    /// Settle the epoch
    CloseEpoch,
}

/// When an order is filled.
#[derive(Args)]
pub struct Terms {
    /// The worst price of a token at which it is filled, in cash
    #[arg(long, value_name = "PRICE", requires = "until")]
    limit: Option<String>,
    /// The last epoch in which it is filled
    #[arg(long, value_name = "EPOCH")]
    until: Option<u32>,
}

impl Terms {
    fn read(&self) -> Result<Conditions> {
        Ok(Conditions {
            limit: self.limit.as_deref().map(price).transpose()?,
            until: self.until,
        })
    }
}

impl Invest {
    /// The messages to be signed, in order.
    pub fn steps(&self, desk: &Desk) -> Result<Vec<Step>> {
        let (deal, me) = (desk.deal, desk.actor);
        let (mut agent, mut orders) = (deal.agent(), deal.orders());
        let mut steps = Vec::new();
        let last = match self {
            Self::Mint { token, amount } => {
                let (token, units) = desk.amount_of(token, amount)?;
                let mint = Asset::from(token).call_mut().mint_to(me, units);
                Step::new(format!("make {amount} tokens"), mint)
            }
            Self::Transfer { token, amount, to } => {
                let (token, units) = desk.amount_of(token, amount)?;
                let to = address::parse(to).map_or_else(|| desk.site.account(to), Ok)?;
                let transfer = Psp22::from(token).call_mut().transfer(to, units, vec![]);
                Step::new(format!("send {amount} to {}", address::show(to)), transfer)
            }
            Self::Deposit { class, cash, terms } => {
                let ((class, _), units) = (desk.class(class)?, desk.cash(cash)?);
                steps.extend(desk.allowance(deal.cash, deal.agent, units)?);
                let order = orders
                    .call_mut()
                    .request_deposit(class, units, me, terms.read()?);
                Step::new(format!("order a deposit of {cash}"), order)
            }
            Self::Redeem {
                class,
                tokens,
                terms,
            } => {
                let (class, units) = desk.shares(class, tokens)?;
                let order = orders
                    .call_mut()
                    .request_redeem(class, units, me, terms.read()?);
                Step::new(format!("order the redemption of {tokens} tokens"), order)
            }
            Self::CancelDeposit { class } => {
                let cancel = orders.call_mut().cancel_deposit(desk.class(class)?.0, me);
                Step::new("take back the deposit order", cancel)
            }
            Self::CancelRedeem { class } => {
                let cancel = orders.call_mut().cancel_redeem(desk.class(class)?.0, me);
                Step::new("take back the redemption order", cancel)
            }
            Self::Claim => Step::new("claim", deal.distributions().call_mut().claim_all(me)),
            Self::CloseEpoch => Step::new("settle the epoch", agent.call_mut().close_epoch()),
        };
        steps.push(last);
        Ok(steps)
    }
}
