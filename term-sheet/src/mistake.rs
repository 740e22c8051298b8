//! A mistake in a file: where it is, what is wrong, what to do.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    file: PathBuf,
    /// Line and column, counted from one.
    place: Option<(usize, usize)>,
    /// The field or column in question.
    field: Option<String>,
    message: String,
    /// The line as it stands in the file.
    line: Option<String>,
}

impl Mistake {
    /// A mistake of the whole file.
    pub fn in_file(file: &Path, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            place: None,
            field: None,
            message: message.into(),
            line: None,
        }
    }

    /// A mistake at the bytes `span` of `text`, the content of the file.
    pub fn at(file: &Path, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text.get(start..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let column = before.get(start..).unwrap_or_default().chars().count();
        let key = line
            .split_once('=')
            .filter(|(key, _)| key.chars().count() < column);
        Self {
            place: Some((before.matches('\n').count() + 1, column + 1)),
            field: key.map(|(key, _)| key.trim().to_owned()),
            line: Some(line.to_owned()),
            ..Self::in_file(file, message)
        }
    }

    /// A mistake in a named column of a line of a table.
    pub fn in_column(file: &Path, line: u64, column: &str, message: impl Into<String>) -> Self {
        let mistake = Self::in_line(file, line, message);
        Self {
            field: Some(format!("column {column}")),
            ..mistake
        }
    }

    /// A mistake in a line of a table.
    pub fn in_line(file: &Path, line: u64, message: impl Into<String>) -> Self {
        Self {
            place: Some((usize::try_from(line).unwrap_or(usize::MAX), 0)),
            ..Self::in_file(file, message)
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match self.place {
            None => {}
            Some((line, 0)) => write!(f, ", line {line}")?,
            Some((line, column)) => write!(f, ", line {line}, column {column}")?,
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}", self.message)?;
        let (Some(text), Some((line, column))) = (&self.line, self.place) else {
            return Ok(());
        };
        let margin = " ".repeat(line.to_string().len());
        let caret = " ".repeat(column.saturating_sub(1));
        write!(f, "\n {line} | {text}\n {margin} | {caret}^")
    }
}

impl std::error::Error for Mistake {}
