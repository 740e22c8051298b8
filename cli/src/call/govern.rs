//! What those do who govern by votes. Votes and delegations themselves: [`super::say`].

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use deployment::contracts::Locker;
use ink::codegen::TraitCallBuilder;
use interfaces::governance_token::Locker as _;
use interfaces::governor::Governor;

use super::desk::{hash, units, Desk};
use super::{proposal, Step};

#[derive(Subcommand)]
pub enum Govern {
    /// Lock tokens of a class to vote with them
    Lock { class: String, tokens: String },
    /// Take locked tokens back, whatever they voted
    Unlock { class: String, tokens: String },
    /// Collect the cash that was paid on tokens of a class while they were locked
    ClaimLocked { class: String },
    /// Propose what a file says
    Propose { file: PathBuf },
    /// Take back a proposal that is pending; the guardian: end one that waits
    CancelProposal { proposal: String },
    /// Let a proposal that succeeded wait
    Queue { proposal: String },
    /// Vote with a class against the execution of a proposal that waits
    Veto { proposal: String, class: String },
    /// Do what was proposed: the file says it once more
    Execute { proposal: String, file: PathBuf },
}

impl Govern {
    /// The messages to be signed, in order.
    pub fn steps(&self, desk: &Desk) -> Result<Vec<Step>> {
        let mut governor = desk.governor()?;
        let mut steps = Vec::new();
        let last = match self {
            Self::Lock { class, tokens } => {
                let votes = desk.electorate(class)?;
                let (underlying, amount) = desk.amount_of(class, tokens)?;
                steps.extend(desk.allowance(underlying, votes.address, amount)?);
                let lock = Locker::from(votes.address).call_mut().lock(amount);
                Step::new(format!("lock {tokens} tokens"), lock)
            }
            Self::Unlock { class, tokens } => {
                let votes = desk.electorate(class)?;
                let amount = units(tokens, votes.token)?;
                let unlock = Locker::from(votes.address).call_mut().unlock(amount);
                Step::new(format!("take back {tokens} tokens"), unlock)
            }
            Self::ClaimLocked { class } => {
                let votes = desk.electorate(class)?;
                let mut locker = Locker::from(votes.address);
                let claim = locker.call_mut().claim_distribution(desk.actor);
                Step::new("collect what was paid on locked tokens", claim)
            }
            Self::Propose { file } => {
                let propose = governor.call_mut().propose(proposal::read(desk, file)?);
                Step::new("propose", propose)
            }
            Self::CancelProposal { proposal } => {
                let cancel = governor.call_mut().cancel(hash(proposal)?);
                Step::new("end the proposal", cancel)
            }
            Self::Queue { proposal } => {
                Step::new("let it wait", governor.call_mut().queue(hash(proposal)?))
            }
            Self::Veto { proposal, class } => {
                let number = desk.electorate(class)?.veto;
                let number = number.with_context(|| format!("`{class}` has no veto"))?;
                let veto = governor.call_mut().veto(hash(proposal)?, number);
                Step::new(format!("veto with {class}"), veto)
            }
            Self::Execute { proposal, file } => {
                let payload = proposal::read(desk, file)?;
                let execute = governor.call_mut().execute(hash(proposal)?, payload);
                Step::new("execute", execute)
            }
        };
        steps.push(last);
        Ok(steps)
    }
}
