//! `sluice call`: what the parties to a deal do, shown before it is signed.

mod borrow;
mod comply;
mod desk;
mod govern;
mod guard;
mod insure;
mod invest;
mod keep;
mod other;
mod proposal;
mod say;

#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Write};

use anyhow::{ensure, Context, Result};
use clap::{Args, Subcommand};
use deployment::{Host, Message};
use indicatif::ProgressBar;
use interfaces::types::AccountId;
use serde::Serialize;

use crate::address;
use crate::output::show_native;
use crate::place::{Place, Subject};
use crate::site::Site;
use borrow::Borrow;
use comply::Comply;
use desk::Desk;
use govern::Govern;
use guard::Guard;
use insure::Insure;
use invest::Invest;
use keep::Keep;
use other::Other;
use say::Say;
pub use say::Sign;

/// Act on a deal: deposit, borrow, repay, liquidate, claim, vote, …
#[derive(Args)]
pub struct Call {
    #[command(flatten)]
    subject: Subject,
    /// Whose key signs: a name of the network file
    #[arg(long, value_name = "NAME")]
    r#as: String,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
    #[command(subcommand)]
    action: Action,
}

/// What can be done. Amounts are whole tokens: `1500.25`; classes and tokens go by their names or symbols.
#[derive(Subcommand)]
enum Action {
    #[command(flatten)]
    Invest(Invest),
    #[command(flatten)]
    Borrow(Borrow),
    #[command(flatten)]
    Insure(Insure),
    #[command(flatten)]
    Keep(Keep),
    #[command(flatten)]
    Say(Say),
    #[command(flatten)]
    Govern(Govern),
    #[command(flatten)]
    Guard(Guard),
    #[command(flatten)]
    Comply(Comply),
    #[command(flatten)]
    Other(Other),
}

impl Action {
    /// The messages to be signed, in order.
    fn steps(&self, desk: &Desk) -> Result<Vec<Step>> {
        match self {
            Self::Invest(action) => action.steps(desk),
            Self::Borrow(action) => action.steps(desk),
            Self::Insure(action) => action.steps(desk),
            Self::Keep(action) => action.steps(desk),
            Self::Say(action) => Ok(vec![action.step(desk)?]),
            Self::Govern(action) => action.steps(desk),
            Self::Guard(action) => Ok(vec![action.step(desk)?]),
            Self::Comply(action) => Ok(vec![action.step(desk)?]),
            Self::Other(action) => Ok(vec![action.step(desk)?]),
        }
    }
}

/// A message about to be signed.
struct Step {
    what: String,
    contract: AccountId,
    input: Vec<u8>,
}

/// What became of a message.
#[derive(Serialize)]
struct Done {
    what: String,
    message: String,
    answer: String,
    transaction: String,
    block: String,
    fee: Option<String>,
}

impl Step {
    fn new<R>(what: impl Into<String>, message: impl Into<Message<R>>) -> Self {
        let message = message.into();
        Self {
            what: what.into(),
            contract: message.contract,
            input: message.input,
        }
    }
}

impl Call {
    /// Shows what the action would do, asks, signs and waits.
    ///
    /// # Errors
    /// As [`Subject::open`]; an argument makes no sense; the contract would refuse; nobody confirmed.
    pub fn run(&self) -> Result<()> {
        let place = self.subject.open()?;
        let (deal, book) = place.deal()?;
        let site = Site::new(&place.node, &place.network, ProgressBar::hidden())?;
        let actor = site.account(&self.r#as)?;
        let desk = Desk {
            deal: &deal,
            chain: &site,
            book: &book,
            actor,
        };
        let steps = self.action.steps(&desk)?;
        let mut done = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let heading = format!("{} of {}: {}", number + 1, steps.len(), step.what);
            done.push(self.take(&place, &desk, &heading, step)?);
        }
        let rows = done.iter().map(|done| {
            let fee = done.fee.clone().unwrap_or_default();
            [
                done.what.clone(),
                done.answer.clone(),
                fee,
                done.transaction.clone(),
            ]
        });
        let head = ["Done", "Answer", "Fee", "Transaction"];
        self.subject.output.table(&head, rows, &done)
    }

    fn take(&self, place: &Place, desk: &Desk, heading: &str, step: &Step) -> Result<Done> {
        let Step {
            what,
            contract,
            input,
        } = step;
        let tried = place
            .node
            .try_call(desk.actor, *contract, input.clone())
            .with_context(|| what.clone())?;
        let answer = desk.book.answer(*contract, input, &tried.result.data);
        let answer = answer.with_context(|| what.clone())?;
        let message = desk.book.message(*contract, input);
        let deposit = show_native(&place.node, tried.deposit)?;
        let preview = format!(
            "{heading}\n  signed by   {} ({})\n  contract    {}\n  message     {message}\n  answer      {answer}\n  deposit     {deposit}\n  weight      {:.3} ms",
            self.r#as,
            address::show(desk.actor),
            address::show(*contract),
            tried.gas.ref_time as f64 / 1e9,
        );
        eprintln!("{preview}");
        ensure!(
            self.yes || confirmed("Sign and send?")?,
            "nothing was sent: not confirmed"
        );
        let key = place.network.key(&self.r#as)?;
        let sent = place.node.call(&key, *contract, input.clone(), &tried)?;
        let fee = sent.fee.map(|fee| show_native(&place.node, fee));
        Ok(Done {
            what: what.clone(),
            message,
            answer,
            transaction: format!("0x{}", hex::encode(sent.transaction)),
            block: format!("0x{}", hex::encode(sent.block)),
            fee: fee.transpose()?,
        })
    }
}

fn confirmed(question: &str) -> Result<bool> {
    eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
