//! `sluice deploy plan`, `apply` and `verify`.

use std::time::Instant;

use anyhow::{ensure, Context, Result};
use clap::Subcommand;
use deployment::Deal;
use indicatif::ProgressBar;
use interfaces::types::{AccountId, Hash};
use serde::Serialize;

use crate::address;
use crate::book::Book;
use crate::output::{show_native, Output};
use crate::place::{Place, Subject};
use crate::rehearsal::{Rehearsal, Step};
use crate::site::Site;
use crate::state::Record;
use crate::verify::{self, Check};

/// Put a deal on a chain
#[derive(Subcommand)]
pub enum Deploy {
    /// What `apply` would do: every code, contract and call, and what is done already
    Plan(Subject),
    /// Deploy what is missing, and read back that all is as agreed; started again, it goes on where it stopped
    Apply(Subject),
    /// Compare what is on the chain with the term sheet and the built contracts; fails where they differ
    Verify(Subject),
}

impl Deploy {
    /// Does what was asked.
    ///
    /// # Errors
    /// As [`Subject::open`]; the chain or a contract refuses; the chain is not as agreed.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Plan(subject) => plan(&subject.output, &subject.open()?),
            Self::Apply(subject) => apply(&subject.output, subject.open()?),
            Self::Verify(subject) => verify(&subject.output, &subject.open()?),
        }
    }
}

/// How much of a message is shown in a table.
const WIDTH: usize = 100;

/// A step, as it is told.
#[derive(Serialize)]
struct Told {
    step: &'static str,
    contract: String,
    /// The address of a contract, the hash of a code, the message and its arguments.
    what: String,
    is_done: bool,
}

fn plan(output: &Output, place: &Place) -> Result<()> {
    let rehearsal = place.rehearse()?;
    let book = rehearsal.book()?;
    let steps = rehearsal.steps.iter();
    let told: Vec<_> = steps
        .map(|step| told(place, &rehearsal, &book, step))
        .collect::<Result<_>>()?;
    let left = told.iter().filter(|step| !step.is_done).count();
    let rows = told.iter().map(|step| {
        let state = if step.is_done { "done" } else { "to do" };
        [step.step, &step.contract, &shortened(&step.what), state].map(str::to_owned)
    });
    output.table(
        &["Step", "Contract", "Address, hash or message", ""],
        rows,
        &told,
    )?;
    output.note(format!("{left} of {} steps to do", told.len()))
}

fn told(place: &Place, rehearsal: &Rehearsal, book: &Book, step: &Step) -> Result<Told> {
    let is_done = is_done(place, rehearsal, step)?;
    let (step, contract, what) = match step {
        Step::Upload { contract, code } => ("upload", contract.clone(), hash(*code)),
        Step::Instantiate { address, .. } => {
            ("deploy", book.name(*address), address::show(*address))
        }
        Step::Call { contract, input } => {
            let what = book.message(*contract, input);
            ("call", book.name(*contract), what)
        }
    };
    Ok(Told {
        step,
        contract,
        what,
        is_done,
    })
}

fn is_done(place: &Place, rehearsal: &Rehearsal, step: &Step) -> Result<bool> {
    Ok(match step {
        Step::Upload { code, .. } => place.node.has_code(*code)?,
        Step::Instantiate { address, .. } => place.node.code_at(*address)?.is_some(),
        Step::Call { contract, input } => is_sent(place, rehearsal, *contract, input)?,
    })
}

fn is_sent(place: &Place, rehearsal: &Rehearsal, to: AccountId, input: &[u8]) -> Result<bool> {
    if place.node.code_at(to)?.is_none() {
        return Ok(false);
    }
    let tried = place
        .node
        .try_call(rehearsal.deployer, to, input.to_vec())?;
    rehearsal.is_sent(to, input, &tried.result)
}

/// What `apply` did.
#[derive(Serialize)]
struct Applied<'a> {
    deal: &'a str,
    transactions: usize,
    fees: String,
    seconds: f64,
    /// How many hold.
    checks: usize,
    /// What was changed since.
    differences: &'a [&'a Check],
    record: &'a Record,
}

fn apply(output: &Output, mut place: Place) -> Result<()> {
    let start = Instant::now();
    let name = place.sheet.name.clone();
    let record = begin(&mut place)?;
    let ((transactions, fees), checks) = {
        let rehearsal = place.rehearse()?;
        let spent = take_steps(output, &place, &rehearsal)?;
        (spent, checks(&place, &rehearsal)?)
    };
    let differences = differences(output, &checks)?;
    let broken = differences.iter().filter(|check| !check.may_change);
    ensure_none(broken.count(), checks.len())?;
    place.state.keep(&name, record.clone())?;
    let applied = Applied {
        deal: &name,
        transactions,
        fees: show_native(&place.node, fees)?,
        seconds: start.elapsed().as_secs_f64(),
        checks: checks.len().saturating_sub(differences.len()),
        differences: &differences,
        record: &record,
    };
    applied.print(output)?;
    output.note(format!("Noted in {}", place.network.state_file.display()))
}

/// Notes that the deal is begun. Returns what is to be noted of it in the end.
fn begin(place: &mut Place) -> Result<Record> {
    let begun = Record::of(&place.rehearse()?);
    let complete = Record {
        is_complete: true,
        ..begun.clone()
    };
    // A deal that is complete stays so: others act on it meanwhile.
    let name = &place.sheet.name;
    if place.state.record(name) != Some(&complete) {
        place.state.keep(name, begun)?;
    }
    Ok(complete)
}

impl Applied<'_> {
    fn print(&self, output: &Output) -> Result<()> {
        let rows = self.record.instances.iter().map(|instance| {
            let address = String::from(instance.address);
            [instance.contract.clone(), instance.salt.clone(), address]
        });
        output.table(&["Contract", "Salt", "Address"], rows, self)?;
        output.note(format!(
            "\n{} is deployed: {} transactions in {:.1} s, {} of fees. {} checks hold, {} values were changed since.",
            self.deal,
            self.transactions,
            self.seconds,
            self.fees,
            self.checks,
            self.differences.len()
        ))
    }
}

/// Deploys what is missing. Returns how many transactions that took, and their fees.
fn take_steps(output: &Output, place: &Place, rehearsal: &Rehearsal) -> Result<(usize, u128)> {
    let (deployer, steps) = (rehearsal.deployer, &rehearsal.steps);
    place.node.settle_pending(deployer)?;
    let progress = output.progress(steps.len())?;
    let site = Site::new(&place.node, &place.network, progress.clone())?;
    let done = steps.iter().map(|step| is_done(place, rehearsal, step));
    // A deal that lives need not be as on its first day, which a deployment makes sure of.
    if done.collect::<Result<Vec<_>>>()?.contains(&false) {
        ensure!(
            place.node.balance(deployer)? > 0,
            "the deployer {} has no native tokens for fees and deposits on this chain",
            address::show(deployer)
        );
        Deal::deploy(&site, place.sheet.clone())
            .context("the deployment stopped; started again, it goes on from here")?;
    }
    endow(place, &site)?;
    progress.finish_and_clear();
    Ok(site.spent())
}

/// Gives everybody in the term sheet native tokens to act with, where the network file says so.
fn endow(place: &Place, site: &Site) -> Result<()> {
    let Some(endowment) = place.network.endowment else {
        return Ok(());
    };
    let (_, decimals) = place.node.native_token()?;
    let endowment = endowment.units(decimals);
    let endowment = endowment.context("the endowment has more decimals than the native token")?;
    for name in place.sheet.people() {
        site.endow(name, endowment)?;
    }
    Ok(())
}

fn verify(output: &Output, place: &Place) -> Result<()> {
    let checks = checks(place, &place.rehearse()?)?;
    let rows = checks.iter().map(|check| {
        let state = if check.holds() {
            "as agreed"
        } else {
            "DIFFERS"
        };
        [check.what.as_str(), state].map(str::to_owned)
    });
    output.table(&["", ""], rows, &checks)?;
    ensure_none(differences(output, &checks)?.len(), checks.len())
}

fn checks(place: &Place, rehearsal: &Rehearsal) -> Result<Vec<Check>> {
    let site = Site::new(&place.node, &place.network, ProgressBar::hidden())?;
    verify::checks(rehearsal, &site)
}

/// What is not as agreed, which is told.
fn differences<'a>(output: &Output, checks: &'a [Check]) -> Result<Vec<&'a Check>> {
    let differing: Vec<_> = checks.iter().filter(|check| !check.holds()).collect();
    for check in &differing {
        output.note(format!(
            "{}:\n  agreed   {}\n  on chain {}",
            check.what, check.agreed, check.found
        ))?;
    }
    Ok(differing)
}

fn ensure_none(failing: usize, of: usize) -> Result<()> {
    ensure!(
        failing == 0,
        "{failing} of {of} checks fail: the chain is not as the term sheet and the built contracts say"
    );
    Ok(())
}

/// What fits into a line: the document for machines has it all.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

fn hash(hash: Hash) -> String {
    format!("0x{}", hex::encode(hash))
}
