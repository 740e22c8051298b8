//! What backers of the insurance fund do.

use anyhow::{Context, Result};
use clap::Subcommand;
use ink::codegen::TraitCallBuilder;
use interfaces::insurance_fund::InsuranceFund;
use interfaces::types::PositionId;

use super::desk::Desk;
use super::Step;

#[derive(Subcommand)]
pub enum Insure {
    /// Put cash into the insurance fund
    Back { cash: String },
    /// Announce that so much cash leaves the insurance fund
    RequestWithdrawal { cash: String },
    /// Take out what was announced, at least so much cash
    TakeOut { least: String },
    /// Collect what one's stake earned
    ClaimIncome,
    /// Pay so much cash towards what was written off of a position
    Recover { position: u32, cash: String },
    /// Give the pool what the reserve holds beyond its target
    ReturnOverflow,
    /// Bring to the insurance fund what pool and engine hold for it
    CollectIncome,
}

impl Insure {
    /// The messages to be signed, in order.
    pub fn steps(&self, desk: &Desk) -> Result<Vec<Step>> {
        let fund = desk.deal.fund();
        let mut fund = fund.context("the deal has no insurance fund")?;
        let mut steps = Vec::new();
        let last = match self {
            Self::Back { cash } => {
                let units = desk.cash(cash)?;
                steps.extend(desk.allowance(desk.deal.cash, desk.deal.insurance, units)?);
                Step::new(
                    format!("back the deal with {cash}"),
                    fund.call_mut().deposit(units),
                )
            }
            Self::RequestWithdrawal { cash } => {
                let request = fund.call_mut().request_withdrawal(desk.cash(cash)?);
                Step::new(format!("announce that {cash} leave"), request)
            }
            Self::TakeOut { least } => {
                let withdraw = fund.call_mut().withdraw(desk.cash(least)?);
                Step::new(format!("take out at least {least}"), withdraw)
            }
            Self::ClaimIncome => Step::new("claim income", fund.call_mut().claim(desk.actor)),
            Self::Recover { position, cash } => {
                let units = desk.cash(cash)?;
                steps.extend(desk.allowance(desk.deal.cash, desk.deal.insurance, units)?);
                let recover = fund.call_mut().recover(PositionId(*position), units);
                Step::new(format!("pay {cash} towards a loss"), recover)
            }
            Self::ReturnOverflow => Step::new(
                "give back what is too much",
                fund.call_mut().return_overflow(),
            ),
            Self::CollectIncome => Step::new("collect income", fund.call_mut().collect()),
        };
        steps.push(last);
        Ok(steps)
    }
}
