//! A scenario: the prices of some assets over time.
//!
//! A table of comma-separated values with the columns `timestamp_utc` and one per asset. Steps may be
//! irregular. An empty cell means that the asset did not trade, and nobody reports it. Lines that begin
//! with `#` are remarks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use csv::StringRecord;
use finance::{Price, Timestamp};

use super::{calendar, quantity, Mistake};

const TIME: &str = "timestamp_utc";

/// The prices of some assets over time.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Where it was read.
    pub file: PathBuf,
    /// The assets, in the order of their columns.
    pub assets: Vec<String>,
    /// At least two, in the order of time.
    pub rows: Vec<Row>,
}

/// The prices of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When.
    pub at: Timestamp,
    /// One per asset; `None` for one that did not trade.
    pub prices: Vec<Option<Price>>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// The file cannot be read, or the first [`Mistake`] in it.
    pub fn load(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the scenario {}", file.display()))?;
        Ok(Self::parse(file, &text)?)
    }

    /// Reads a scenario from `text`, the content of `file`.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, Mistake> {
        let mut table = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = table.headers().map_err(|error| unreadable(file, &error))?;
        let assets = assets(file, header)?;
        let mut rows: Vec<Row> = Vec::new();
        for record in table.records() {
            let record = record.map_err(|error| unreadable(file, &error))?;
            let row = row(file, &assets, &record)?;
            if rows.last().is_some_and(|last| last.at >= row.at) {
                let message = "the time must be later than that of the row before";
                return Err(Mistake::in_column(file, line(&record), TIME, message));
            }
            rows.push(row);
        }
        if rows.len() < 2 {
            let message = format!(
                "a scenario needs at least two rows of prices, and this one has {}",
                rows.len()
            );
            return Err(Mistake::in_file(file, message));
        }
        Ok(Self {
            file: file.to_owned(),
            assets,
            rows,
        })
    }

    /// The name of the file without its ending.
    pub fn name(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// The column of an asset.
    pub fn column(&self, asset: &str) -> Option<usize> {
        self.assets.iter().position(|name| name == asset)
    }
}

fn assets(file: &Path, header: &StringRecord) -> Result<Vec<String>, Mistake> {
    let line = header.position().map_or(1, csv::Position::line);
    let mistake = |message: String| Err(Mistake::in_line(file, line, message));
    let mut names = header.iter().map(str::to_owned);
    let first = names.next().unwrap_or_default();
    if first != TIME {
        return mistake(format!("the first column must be `{TIME}`, not `{first}`"));
    }
    let assets: Vec<String> = names.collect();
    if assets.is_empty() {
        return mistake(format!(
            "there is no asset: the header must be like `{TIME},eth,btc`"
        ));
    }
    for (place, asset) in assets.iter().enumerate() {
        if asset.is_empty() || assets.iter().take(place).any(|other| other == asset) {
            return mistake(format!(
                "each column needs a name of its own, and `{asset}` is none"
            ));
        }
    }
    Ok(assets)
}

fn row(file: &Path, assets: &[String], record: &StringRecord) -> Result<Row, Mistake> {
    let mistake = |column: &str, message| Mistake::in_column(file, line(record), column, message);
    let time = record.get(0).unwrap_or_default();
    let at = calendar::read(time).ok_or_else(|| {
        mistake(
            TIME,
            format!("{time:?} is not a time: write it like 2020-03-12T10:00:00Z"),
        )
    })?;
    let prices = assets.iter().zip(record.iter().skip(1)).map(|(asset, cell)| {
        if cell.is_empty() {
            return Ok(None);
        }
        quantity::read_price(cell).map(Some).ok_or_else(|| {
            mistake(asset, format!("{cell:?} is not a price: write a number above zero, or nothing if the asset did not trade"))
        })
    });
    Ok(Row {
        at,
        prices: prices.collect::<Result<_, _>>()?,
    })
}

fn line(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn unreadable(file: &Path, error: &csv::Error) -> Mistake {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Mistake::in_line(
            file,
            line,
            format!("{len} cells stand here and {expected_len} in the header: an asset that did not trade is an empty cell"),
        ),
        _ => Mistake::in_line(file, line, error.to_string()),
    }
}
