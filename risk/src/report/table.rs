//! Tables that are printed, written as JSON or CSV, and part of a page: the same numbers everywhere.

use std::fmt;

use anyhow::Result;
use comfy_table::{presets, CellAlignment, ContentArrangement, TableComponent};
use serde_json::{json, Map, Value};

/// Rows under named columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows, in a word that JSON can name it by.
    pub name: &'static str,
    /// What it shows, in words.
    pub title: String,
    /// One per cell of a row.
    pub columns: Vec<String>,
    /// From the top.
    pub rows: Vec<Vec<Cell>>,
}

/// A value with the way it is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// As it is.
    Text(String),
    /// A count.
    Count(u64),
    /// A fraction of one, shown in percent with so many decimals.
    Percent(f64, usize),
    /// A number with so many decimals.
    Number(f64, usize),
    /// Nothing to be told.
    None,
}

impl Cell {
    /// An amount in base units of a token, in whole ones.
    pub fn cash(units: u128, decimals: u8) -> Self {
        Self::Number(term_sheet::show::approximate(units, u32::from(decimals)), 0)
    }

    /// `value`, unchanged, for programs.
    fn value(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Count(count) => json!(count),
            // A sum of nothing is a negative zero.
            Self::Percent(number, _) | Self::Number(number, _) => json!(number + 0.0),
            Self::None => Value::Null,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count(count) => f.write_str(&grouped(&count.to_string())),
            Self::Percent(number, places) => write!(f, "{} %", fixed(100.0 * number, *places)),
            Self::Number(number, places) => f.write_str(&fixed(*number, *places)),
            Self::None => f.write_str("–"),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Rounded, its digits grouped; never a negative zero.
fn fixed(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    let is_zero = text.bytes().all(|c| matches!(c, b'-' | b'0' | b'.'));
    grouped(if is_zero {
        text.trim_start_matches('-')
    } else {
        &text
    })
}

/// Groups of three digits before the point, with thin spaces that do not break.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left % 3 == 0 && !text.ends_with('-') {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text + fraction
}

impl Table {
    /// A table without rows.
    pub fn new(name: &'static str, title: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            name,
            title: title.into(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row at the bottom.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Whether a column holds words, which stand to the left.
    pub fn is_text(&self, column: usize) -> bool {
        self.rows
            .iter()
            .any(|row| matches!(row.get(column), Some(Cell::Text(_))))
    }

    /// The table as comma-separated values, fractions of one for percentages.
    ///
    /// # Errors
    /// None that a well-formed table could cause.
    pub fn csv(&self) -> Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| match cell.value() {
                Value::Null => String::new(),
                Value::String(text) => text,
                number => number.to_string(),
            }))?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }

    /// The rows as objects, fractions of one for percentages.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Cell>| {
            let fields = self
                .columns
                .iter()
                .cloned()
                .zip(row.iter().map(Cell::value));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }
}

/// For a terminal.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut table = comfy_table::Table::new();
        table
            .load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .remove_style(TableComponent::HorizontalLines)
            .remove_style(TableComponent::MiddleIntersections)
            .remove_style(TableComponent::LeftBorderIntersections)
            .remove_style(TableComponent::RightBorderIntersections)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(&self.columns);
        for row in &self.rows {
            table.add_row(row.iter().map(Cell::to_string));
        }
        for (number, column) in table.column_iter_mut().enumerate() {
            if !self.is_text(number) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        write!(f, "{}\n{table}", self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("classes", "Classes", &["Class", "Value", "Loss"]);
        table.row([
            Cell::from("Senior"),
            Cell::cash(1_234_567_000_000, 6),
            Cell::Percent(-1e-9, 2),
        ]);
        table.row([Cell::from("a, b"), Cell::None, Cell::Percent(0.125, 1)]);
        table
    }

    #[test]
    fn people_see_rounded_and_grouped_numbers() {
        let cells: Vec<_> = table().rows[0].iter().map(Cell::to_string).collect();
        assert_eq!(cells, ["Senior", "1\u{202f}234\u{202f}567", "0.00 %"]);
        assert_eq!(Cell::Number(-123_456.7, 1).to_string(), "-123\u{202f}456.7");
        assert_eq!(Cell::Count(100).to_string(), "100");
    }

    #[test]
    fn programs_see_whole_numbers_and_fractions_of_one() {
        assert_eq!(
            table().json()[1],
            json!({ "Class": "a, b", "Value": null, "Loss": 0.125 })
        );
        assert_eq!(
            table().csv().unwrap(),
            "Class,Value,Loss\nSenior,1234567.0,-1e-9\n\"a, b\",,0.125\n"
        );
    }
}
