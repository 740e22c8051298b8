//! Risk parameters: what may be set, within which bounds, how far at once and in which direction without waiting.
//!
//! | file | what it holds |
//! |---|---|
//! | [`table`] | **every parameter, declared once**; the structs that readers get |
//! | [`declaration`] | unit, bounds, largest step and direction of risk |
//! | [`course`] | one parameter over time: what it was, what it is or waits to be |
//! | [`row`] | the parameters of a group together, and the rules between them |
//! | [`pause`] | an action that a guardian may stop once, for a time |
//!
//! A change that tightens is in force at once; one that loosens, and one without a safe side, waits. Whoever reads sees
//! what has come due: nobody has to put it into effect.

pub mod course;
pub mod declaration;
pub mod pause;
pub mod row;
pub mod table;

#[cfg(test)]
mod tests;

pub use course::{Change, Course, Refusal};
pub use declaration::{Bounds, Declaration, Risk, Unit};
pub use pause::Pause;
pub use row::{Broken, Changed, Row, Rule};
pub use table::{
    AuctionParameters, CollateralParameters, CollateralTerms, DealParameters, Group, Parameter,
    Values,
};

use crate::time::Period;

/// Within it a parameter goes no further than its largest step, whatever is set how often. Not longer than the shortest
/// waiting time.
pub const WINDOW: Period = Period::from_secs(86_400);
