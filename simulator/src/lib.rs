//! A deal on an embedded chain: replay of a crisis, report.

pub mod chain;
pub mod host_calls;
pub mod journal;
pub mod ledger;
pub mod replay;
pub mod report;

pub use deployment::{self, contracts};
pub use term_sheet::{self as input, show, workspace_root};
