//! A deal on an embedded chain: deployment, replay of a crisis, report.

pub mod chain;
pub mod contracts;
pub mod deployment;
pub mod ledger;
pub mod replay;
pub mod report;

pub use term_sheet::{self as input, show, workspace_root};
