//! What the guardian does, and an account that governs.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use ink::codegen::TraitCallBuilder;
use interfaces::configurator::{Configurator, Pausable};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::transfer_agent::TransferAgent;

use super::desk::{period, Desk};
use super::Step;

#[derive(Subcommand)]
pub enum Guard {
    /// Set a risk parameter; the guardian may tighten
    Set {
        #[command(flatten)]
        parameter: Named,
        /// As in a term sheet: `12.5 %`, `2 h`, an amount of cash, `yes` or `no`
        value: String,
    },
    /// Cancel a change of a risk parameter that waits
    CancelChange {
        #[command(flatten)]
        parameter: Named,
    },
    /// Stop something for a time, once
    Pause { what: Stoppable, period: String },
    /// Let a pause be used again, and end it; by the governor
    Arm { what: Stoppable },
}

/// A risk parameter.
#[derive(Args)]
pub struct Named {
    /// Its name, as docs/parameters.md lists them
    parameter: String,
    /// Whose: a collateral or an originator; the deal's if left out
    #[arg(long, value_name = "NAME")]
    of: Option<String>,
}

/// What can be stopped. Of auctions each stops what is before it, too.
#[derive(Clone, Copy, ValueEnum)]
pub enum Stoppable {
    Deposits,
    Draws,
    Withdrawals,
    Auctions,
    Resets,
    Purchases,
}

impl Guard {
    /// The message to be signed.
    pub fn step(&self, desk: &Desk) -> Result<Step> {
        let mut configurator = desk.deal.configurator();
        Ok(match self {
            Self::Set {
                parameter: Named { parameter, of },
                value,
            } => {
                let (scope, number) = (desk.scope(of)?, desk.parameter(parameter)?);
                let value_of = desk.value(number, value)?;
                let set = configurator.call_mut().set(scope, number, value_of);
                Step::new(format!("set {parameter} to {value}"), set)
            }
            Self::CancelChange {
                parameter: Named { parameter, of },
            } => {
                let (scope, number) = (desk.scope(of)?, desk.parameter(parameter)?);
                let cancel = configurator.call_mut().cancel(scope, number);
                Step::new(format!("cancel the change of {parameter}"), cancel)
            }
            Self::Pause { what, period: time } => what.pause(desk, time)?,
            Self::Arm { what } => what.arm(desk),
        })
    }
}

impl Stoppable {
    /// As the configurator names it.
    fn pausable(self) -> Option<Pausable> {
        match self {
            Self::Draws => Some(Pausable::Draws),
            Self::Withdrawals => Some(Pausable::Withdrawals),
            _ => None,
        }
    }

    /// As the engine's breaker numbers it.
    fn level(self) -> u8 {
        match self {
            Self::Auctions => 1,
            Self::Resets => 2,
            _ => 3,
        }
    }

    fn pause(self, desk: &Desk, time: &str) -> Result<Step> {
        let (what, time) = (format!("pause for {time}"), period(time)?);
        let (mut agent, mut engine) = (desk.deal.agent(), desk.deal.engine());
        Ok(match (self, self.pausable()) {
            (_, Some(action)) => Step::new(
                what,
                desk.deal.configurator().call_mut().pause(action, time),
            ),
            (Self::Deposits, _) => Step::new(what, agent.call_mut().pause_deposits(time)),
            _ => Step::new(what, engine.call_mut().set_breaker(self.level(), time)),
        })
    }

    fn arm(self, desk: &Desk) -> Step {
        let what = "arm the pause";
        let (mut agent, mut engine) = (desk.deal.agent(), desk.deal.engine());
        match (self, self.pausable()) {
            (_, Some(action)) => Step::new(what, desk.deal.configurator().call_mut().arm(action)),
            (Self::Deposits, _) => Step::new(what, agent.call_mut().arm_deposits()),
            _ => Step::new(what, engine.call_mut().arm_breaker()),
        }
    }
}
