//! From reports to a price.
//!
//! | module | what it holds |
//! |---|---|
//! | [`answer`] | when the answer of a source is a price |
//! | [`course`] | which price counts: jumps are held until they are confirmed; the moving average |
//! | [`cap`] | how far the rate of a derived asset may have grown |
//!
//! The price itself is a [`median`](crate::median).

pub mod answer;
pub mod cap;
pub mod course;

use crate::time::Period;

/// How far a report may at most lie ahead of the clock: a minute.
pub const MAX_FUTURE_TOLERANCE: Period = Period::from_secs(60);
