//! The command line: `sluice risk calibrate`, `price`, `stress`, `greeks`, `report`.

mod calibrate;
mod greeks;
mod price;
mod report;
mod stress;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};
use term_sheet::{ensure_writable, find, TermSheet};

use crate::market::Market;
use crate::report::Table;

/// Risk of a deal's classes, computed off chain
#[derive(Subcommand)]
pub enum Risk {
    /// Fit volatilities, jumps and correlations to a price history, and write a market file
    Calibrate(calibrate::Calibrate),
    /// What each class may lose and should pay for that
    Price(price::Price),
    /// Run the deal's own settlements and auctions on many paths, or on one history
    Stress(stress::Stress),
    /// What moves the classes
    Greeks(greeks::Greeks),
    /// All of it as one page
    Report(report::Report),
}

impl Risk {
    /// Does what was asked.
    ///
    /// # Errors
    /// A file that cannot be read or written, a mistake in it, or a model that has no answer.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Calibrate(calibrate) => calibrate.run(),
            Self::Price(price) => price.run(),
            Self::Stress(stress) => stress.run(),
            Self::Greeks(greeks) => greeks.run(),
            Self::Report(report) => report.run(),
        }
    }
}

/// What is asked about.
#[derive(Args)]
struct Subject {
    /// Term sheet of the deal; also the name of one in deals/
    #[arg(long, value_name = "FILE", default_value = "eth-btc-credit")]
    deal: PathBuf,
    /// The market behind it; also the name of one in markets/
    #[arg(long, value_name = "FILE", default_value = "eth-btc")]
    market: PathBuf,
}

impl Subject {
    fn load(&self) -> Result<(TermSheet, Market)> {
        let sheet = TermSheet::load(&find(&self.deal, "deals", "toml")?)?;
        let market = Market::load(&find(&self.market, "markets", "toml")?)?;
        Ok((sheet, market))
    }
}

/// How tables are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// One object with an array of rows per table
    Json,
    /// The tables one after the other, an empty line between them
    Csv,
}

/// Where and how tables are written.
#[derive(Args)]
struct Output {
    /// How to write the tables
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Where to write them instead of printing
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

impl Output {
    /// Before the work, so that a path that cannot be written costs no time.
    fn ensure_writable(&self) -> Result<()> {
        self.out.as_deref().map_or(Ok(()), ensure_writable)
    }

    fn write(&self, tables: &[Table]) -> Result<()> {
        let text = self.format.text(tables)?;
        match &self.out {
            Some(file) => write(file, &text),
            None => print(text.trim_end()),
        }
    }
}

impl Format {
    fn text(self, tables: &[Table]) -> Result<String> {
        Ok(match self {
            Self::Table => joined(tables.iter().map(Table::to_string)),
            Self::Csv => joined(tables.iter().map(Table::csv).collect::<Result<Vec<_>>>()?),
            Self::Json => {
                let named = tables
                    .iter()
                    .map(|table| (table.name.to_owned(), table.json()));
                serde_json::to_string_pretty(&Value::Object(named.collect::<Map<_, _>>()))? + "\n"
            }
        })
    }
}

/// With an empty line between them.
fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<_> = texts
        .into_iter()
        .map(|text| text.trim_end().to_owned() + "\n")
        .collect();
    texts.join("\n")
}

/// Prints a line. A reader who has seen enough is no error.
fn print(text: impl Display) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot print"),
    }
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    print(format!("Written: {}", file.display()))
}
