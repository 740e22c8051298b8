//! How answers are printed: as tables for people, or as one JSON document.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::node::Node;

/// How to print.
#[derive(Args, Clone, Copy)]
pub struct Output {
    /// Print one JSON document, and nothing else
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Whether one JSON document is wanted.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// Prints a document as JSON.
    ///
    /// # Errors
    /// Nothing can be printed.
    pub fn document(self, document: &impl Serialize) -> Result<()> {
        print(serde_json::to_string_pretty(document)?)
    }

    /// Prints rows for people; nothing if there are none.
    ///
    /// # Errors
    /// Nothing can be printed.
    pub fn rows<const N: usize>(
        self,
        head: &[&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Result<()> {
        let mut table = Table::new();
        table.load_preset(NOTHING).set_header(head).add_rows(rows);
        match table.is_empty() {
            true => Ok(()),
            false => print(format!("{table}\n")),
        }
    }

    /// Prints `rows` for people, or `document` as JSON.
    ///
    /// # Errors
    /// Nothing can be printed.
    pub fn table<const N: usize>(
        self,
        head: &[&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
        document: &impl Serialize,
    ) -> Result<()> {
        match self.json {
            true => self.document(document),
            false => self.rows(head, rows),
        }
    }

    /// Prints a sentence for people.
    ///
    /// # Errors
    /// Nothing can be printed.
    pub fn note(self, text: impl Display) -> Result<()> {
        match self.json {
            true => Ok(()),
            false => print(text),
        }
    }

    /// A bar of so many steps, on the terminal's error stream.
    ///
    /// # Errors
    /// None: the template is right.
    pub fn progress(self, steps: usize) -> Result<ProgressBar> {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} [{elapsed}] {msg}")?;
        Ok(match self.json {
            true => ProgressBar::hidden(),
            false => ProgressBar::new(steps as u64).with_style(style),
        })
    }
}

/// An amount of the chain's native token.
///
/// # Errors
/// The node does not answer.
pub fn show_native(node: &Node, amount: u128) -> Result<String> {
    let (symbol, decimals) = node.native_token()?;
    let one = 10u128.saturating_pow(decimals);
    let fraction = format!("{:0width$}", amount % one, width = decimals as usize);
    let fraction = fraction.get(..4.min(fraction.len())).unwrap_or_default();
    Ok(format!("{}.{fraction} {symbol}", amount / one))
}

/// Prints a line. A reader who has seen enough is no error.
fn print(text: impl Display) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot print"),
    }
}
