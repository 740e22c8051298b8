//! Replays a deal on the embedded chain and leaves a report.

use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{ensure, Context, Result};
use clap::Parser;
use finance::Period;
use indicatif::{ProgressBar, ProgressStyle};
use simulator::chain::Chain;
use simulator::deployment::Deal;
use simulator::replay::{crowd, Record, Replay};
use simulator::report::Report;
use term_sheet::{ensure_writable, find, show, Scenario, TermSheet};

/// Replays a deal on the embedded chain and leaves a report.
#[derive(Parser)]
#[command(version)]
struct Demo {
    /// Term sheet of the deal; also the name of one in deals/
    #[arg(long, value_name = "FILE", default_value = "eth-btc-credit")]
    deal: PathBuf,
    /// What happens to it; also the name of a scenario in scenarios/
    #[arg(long, value_name = "FILE", default_value = "march-2020")]
    scenario: PathBuf,
    /// Length of an epoch in hours, instead of the term sheet's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=720))]
    epoch_hours: Option<u64>,
    /// Replace the loans of the deal by so many, all of the same size
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=500))]
    positions: Option<u16>,
    /// Where to write the report
    #[arg(long, value_name = "PATH", default_value = "report.html")]
    out: PathBuf,
    /// Seed of all that is random; with 0 nothing is: all feeders report the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print the result only
    #[arg(long)]
    quiet: bool,
    /// Print how liquidations went as a row of the table in docs/liquidation.md, and write no report
    #[arg(long)]
    row: bool,
}

fn main() -> ExitCode {
    match run(&Demo::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_words(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, one below the other.
fn in_words(error: &anyhow::Error) -> String {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    causes.join("\n  because: ")
}

fn run(demo: &Demo) -> Result<()> {
    let mut sheet = TermSheet::load(&find(&demo.deal, "deals", "toml")?)?;
    let scenario = Scenario::load(&find(&demo.scenario, "scenarios", "csv")?)?;
    if let Some(hours) = demo.epoch_hours {
        sheet.epoch_length = Period::from_secs(hours * 3_600);
        ensure!(
            sheet.cut_off < sheet.epoch_length,
            "--epoch-hours must exceed the deal's cut-off of {}",
            show::duration(sheet.cut_off)
        );
    }
    if let Some(positions) = demo.positions {
        crowd(&mut sheet, &scenario, positions.into())?;
    }
    // Before the work, so that a path that cannot be written costs no time.
    ensure_writable(&demo.out)?;

    let chain = Chain::new(Replay::start(&scenario, sheet.epoch_length))?;
    let deal = Deal::deploy(&chain, sheet)?;
    let record = replay(demo, &chain, &deal, &scenario)?;
    let report = Report {
        deal: &deal,
        scenario: &scenario,
        seed: demo.seed,
        record: &record,
    };
    if demo.row {
        return print(report.crisis_row()?);
    }
    fs::write(&demo.out, report.page()?)
        .with_context(|| format!("cannot write {}", demo.out.display()))?;
    if !demo.quiet {
        print(&report)?;
    }
    print(report.summary())?;
    print(format!("The report is {}", demo.out.display()))
}

/// Prints a line. A reader who has seen enough is no error.
fn print(text: impl Display) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot print"),
    }
}

fn replay(demo: &Demo, chain: &Chain, deal: &Deal, scenario: &Scenario) -> Result<Record> {
    let style = ProgressStyle::with_template(
        "{spinner} replaying {bar:30} {pos} of {len} rows [{elapsed}]",
    )?;
    let hidden = (demo.quiet || demo.row).then(ProgressBar::hidden);
    let bar =
        hidden.unwrap_or_else(|| ProgressBar::new(scenario.rows.len() as u64).with_style(style));
    let record =
        Replay::new(chain, deal, scenario, demo.seed)?.run(|rows| bar.set_position(rows as u64));
    bar.finish_and_clear();
    record
}
