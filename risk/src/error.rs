//! What can be wrong with a question.

use std::{error, fmt};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A number outside its range: what it is, its value, the rule it breaks.
    Invalid {
        field: &'static str,
        value: f64,
        rule: &'static str,
    },
    /// Nothing solves the equation: what was looked for, and why there is none.
    NoSolution { what: &'static str, reason: String },
    /// The method does not cover this model: what to use instead.
    Unsupported(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Invalid { field, value, rule } => {
                write!(out, "{field} is {value}; it must be {rule}")
            }
            Self::NoSolution { what, reason } => write!(out, "no {what}: {reason}"),
            Self::Unsupported(advice) => write!(out, "{advice}"),
        }
    }
}

impl error::Error for Error {}

/// `value`, if it keeps `rule`.
pub(crate) fn ensure(
    holds: bool,
    field: &'static str,
    value: f64,
    rule: &'static str,
) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::Invalid { field, value, rule })
    }
}

pub(crate) fn ensure_probability(field: &'static str, value: f64) -> Result<()> {
    ensure(
        (0.0..=1.0).contains(&value),
        field,
        value,
        "between 0 and 1",
    )
}

pub(crate) fn ensure_positive(field: &'static str, value: f64) -> Result<()> {
    ensure(
        value > 0.0 && value.is_finite(),
        field,
        value,
        "positive and finite",
    )
}
