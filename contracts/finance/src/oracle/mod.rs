//! From reports to a price.
//!
//! | module | what it holds |
//! |---|---|
//! | [`median`] | what feeders said, and the middle of it |
//! | [`answer`] | when the answer of a source is a price |
//! | [`course`] | which price counts: jumps are held until they are confirmed; the moving average |
//! | [`cap`] | how far the rate of a derived asset may have grown |

pub mod answer;
pub mod cap;
pub mod course;
pub mod median;

use crate::time::Period;

/// How far a report may at most lie ahead of the clock: a minute.
pub const MAX_FUTURE_TOLERANCE: Period = Period::from_secs(60);
