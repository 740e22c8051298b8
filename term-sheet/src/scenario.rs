//! A scenario: the prices of some assets over time.
//!
//! A table of comma-separated values: a column of times and one per asset, of which a deal needs its own.
//! The first column is named `timestamp_utc`, `date` or `timestamp_ms` (milliseconds since the Unix
//! epoch). Steps may be irregular. An empty cell means that the asset did not trade, and nobody reports
//! it. Lines that begin with `#` are remarks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use csv::StringRecord;
use finance::{Price, Timestamp};

use crate::{calendar, quantity, Mistake};

type ReadTime = fn(&str) -> Option<Timestamp>;

/// What the first column may be named, and how its cells are read.
const TIMES: [(&str, ReadTime); 3] = [
    ("timestamp_utc", calendar::read),
    ("date", calendar::read),
    ("timestamp_ms", calendar::read_milliseconds),
];

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
        let columns = Columns::read(file, header)?;
        let mut rows: Vec<Row> = Vec::new();
        for record in table.records() {
            let record = record.map_err(|error| unreadable(file, &error))?;
            let row = columns.row(file, &record)?;
            if rows.last().is_some_and(|last| last.at >= row.at) {
                let message = "the time must be later than that of the row before";
                return Err(Mistake::in_column(
                    file,
                    line(&record),
                    columns.time,
                    message,
                ));
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
            assets: columns.assets,
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

/// What the header says.
struct Columns {
    time: &'static str,
    read_time: ReadTime,
    assets: Vec<String>,
}

impl Columns {
    fn read(file: &Path, header: &StringRecord) -> Result<Self, Mistake> {
        let line = header.position().map_or(1, csv::Position::line);
        let mistake = |message: String| Err(Mistake::in_line(file, line, message));
        let mut names = header.iter().map(str::to_owned);
        let first = names.next().unwrap_or_default();
        let Some((time, read_time)) = TIMES.into_iter().find(|(name, _)| *name == first) else {
            let [one, two, three] = TIMES.map(|(name, _)| name);
            return mistake(format!(
                "the first column must be `{one}`, `{two}` or `{three}`, not `{first}`"
            ));
        };
        let assets: Vec<String> = names.collect();
        if assets.is_empty() {
            return mistake(format!(
                "there is no asset: the header must be like `{time},eth,btc`"
            ));
        }
        for (place, asset) in assets.iter().enumerate() {
            if asset.is_empty() || assets.iter().take(place).any(|other| other == asset) {
                return mistake(format!(
                    "each column needs a name of its own, and `{asset}` is none"
                ));
            }
        }
        Ok(Self {
            time,
            read_time,
            assets,
        })
    }

    fn row(&self, file: &Path, record: &StringRecord) -> Result<Row, Mistake> {
        let mistake =
            |column: &str, message| Mistake::in_column(file, line(record), column, message);
        let time = record.get(0).unwrap_or_default();
        let at = (self.read_time)(time).ok_or_else(|| {
            let example = match self.time {
                "timestamp_ms" => "1584007200000",
                _ => "2020-03-12T10:00:00Z",
            };
            mistake(
                self.time,
                format!("{time:?} is not a time: write it like {example}"),
            )
        })?;
        let cells = self.assets.iter().zip(record.iter().skip(1));
        let prices = cells.map(|(asset, cell)| {
            if cell.is_empty() {
                return Ok(None);
            }
            quantity::read_price(cell).map(Some).ok_or_else(|| {
                mistake(asset, format!("{cell:?} is not a price: write a number above zero, or nothing if the asset did not trade"))
            })
        });
        let prices = prices.collect::<Result<_, _>>()?;
        Ok(Row { at, prices })
    }
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
