//! What originators do, and whoever helps them.

use anyhow::Result;
use clap::Subcommand;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::types::PositionId;

use super::desk::Desk;
use super::Step;

#[derive(Subcommand)]
pub enum Borrow {
    /// Lock collateral in a new position
    Open { collateral: String, amount: String },
    /// Add collateral to a position
    AddCollateral { position: u32, amount: String },
    /// Take collateral out of a position
    Withdraw { position: u32, amount: String },
    /// Borrow cash against a position
    Draw { position: u32, cash: String },
    /// Name who may draw and withdraw besides, to the originator; nobody if left out
    NameDelegate { delegate: Option<String> },
    /// Repay up to so much cash of a position
    Repay { position: u32, cash: String },
}

impl Borrow {
    /// The messages to be signed, in order.
    pub fn steps(&self, desk: &Desk) -> Result<Vec<Step>> {
        let deal = desk.deal;
        let mut vault = deal.vault();
        let mut steps = Vec::new();
        let last = match self {
            Self::Open { collateral, amount } => {
                let id = desk.collateral(collateral)?;
                let units = desk.units_of(id, amount)?;
                steps.extend(desk.allowance(deal.collateral_token(id), deal.vault, units)?);
                Step::new(
                    format!("lock {amount} {collateral}"),
                    vault.call_mut().open(id, units),
                )
            }
            Self::AddCollateral { position, amount } => {
                let (position, id) = desk.position(*position)?;
                let units = desk.units_of(id, amount)?;
                steps.extend(desk.allowance(deal.collateral_token(id), deal.vault, units)?);
                let add = vault.call_mut().add_collateral(position, units);
                Step::new(format!("add {amount}"), add)
            }
            Self::Withdraw { position, amount } => {
                let (position, id) = desk.position(*position)?;
                let units = desk.units_of(id, amount)?;
                let withdraw = vault.call_mut().withdraw_collateral(position, units);
                Step::new(format!("take out {amount}"), withdraw)
            }
            Self::Draw { position, cash } => {
                let draw = vault
                    .call_mut()
                    .draw(PositionId(*position), desk.cash(cash)?);
                Step::new(format!("borrow {cash}"), draw)
            }
            Self::NameDelegate { delegate } => {
                let named = delegate.as_ref().map(|name| desk.account(name));
                let mut servicing = deal.servicing();
                let name = servicing.call_mut().set_delegate(named.transpose()?);
                Step::new("name a delegate", name)
            }
            Self::Repay { position, cash } => {
                let units = desk.cash(cash)?;
                steps.extend(desk.allowance(deal.cash, deal.pool, units)?);
                let repay = vault.call_mut().repay(PositionId(*position), units);
                Step::new(format!("repay up to {cash}"), repay)
            }
        };
        steps.push(last);
        Ok(steps)
    }
}
