//! What investors do, and anybody with a token.

use anyhow::Result;
use clap::{Args, Subcommand};
use deployment::contracts::{Asset, Psp22};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, Conditions};
use interfaces::test_asset::TestAsset;
use interfaces::transfer_agent::{Distributions, TransferAgent};
use interfaces::types::AccountId;
use psp22::PSP22;

use super::desk::{price, Desk};
use super::Step;

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
        #[command(flatten)]
        owner: Owner,
    },
    /// Order the redemption of tokens of a class
    Redeem {
        class: String,
        tokens: String,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        owner: Owner,
    },
    /// Take back a deposit order
    CancelDeposit {
        class: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Take back a redemption order
    CancelRedeem {
        class: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Collect what settlements gave in all classes
    Claim {
        #[command(flatten)]
        owner: Owner,
    },
    /// Let somebody order and cancel for oneself
    NameOperator { operator: String },
    /// Let him no longer
    DismissOperator { operator: String },
    /// Give up tokens of a class, and their part of its claim, for nothing
    Surrender { class: String, tokens: String },
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

/// Whose orders and claims.
#[derive(Args)]
pub struct Owner {
    /// Whose, if not one's own: he named his operator before; anybody may claim for him
    #[arg(long = "for", value_name = "NAME")]
    owner: Option<String>,
}

impl Owner {
    fn read(&self, desk: &Desk) -> Result<AccountId> {
        self.owner
            .as_ref()
            .map_or(Ok(desk.actor), |name| desk.account(name))
    }
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
                let to = desk.account(to)?;
                let transfer = Psp22::from(token).call_mut().transfer(to, units, vec![]);
                Step::new(format!("send {amount} to {}", desk.book.name(to)), transfer)
            }
            Self::Deposit {
                class,
                cash,
                terms,
                owner,
            } => {
                let ((class, _), units) = (desk.class(class)?, desk.cash(cash)?);
                let owner = owner.read(desk)?;
                // An operator spends what the owner allows: only he can allow it.
                if owner == me {
                    steps.extend(desk.allowance(deal.cash, deal.agent, units)?);
                }
                let order = orders
                    .call_mut()
                    .request_deposit(class, units, owner, terms.read()?);
                Step::new(format!("order a deposit of {cash}"), order)
            }
            Self::Redeem {
                class,
                tokens,
                terms,
                owner,
            } => {
                let (class, units) = desk.shares(class, tokens)?;
                let order = orders.call_mut().request_redeem(
                    class,
                    units,
                    owner.read(desk)?,
                    terms.read()?,
                );
                Step::new(format!("order the redemption of {tokens} tokens"), order)
            }
            Self::CancelDeposit { class, owner } => {
                let (class, owner) = (desk.class(class)?.0, owner.read(desk)?);
                let cancel = orders.call_mut().cancel_deposit(class, owner);
                Step::new("take back the deposit order", cancel)
            }
            Self::CancelRedeem { class, owner } => {
                let (class, owner) = (desk.class(class)?.0, owner.read(desk)?);
                let cancel = orders.call_mut().cancel_redeem(class, owner);
                Step::new("take back the redemption order", cancel)
            }
            Self::Claim { owner } => {
                let mut settled = deal.distributions();
                Step::new("claim", settled.call_mut().claim_all(owner.read(desk)?))
            }
            Self::NameOperator { operator } => {
                let name = orders
                    .call_mut()
                    .set_operator(desk.account(operator)?, true);
                Step::new(format!("let {operator} order for oneself"), name)
            }
            Self::DismissOperator { operator } => {
                let dismiss = orders
                    .call_mut()
                    .set_operator(desk.account(operator)?, false);
                Step::new(format!("dismiss {operator}"), dismiss)
            }
            Self::Surrender { class, tokens } => {
                let (class, units) = desk.shares(class, tokens)?;
                let surrender = agent.call_mut().surrender(class, units);
                Step::new(format!("give up {tokens} tokens"), surrender)
            }
            Self::CloseEpoch => Step::new("settle the epoch", agent.call_mut().close_epoch()),
        };
        steps.push(last);
        Ok(steps)
    }
}
