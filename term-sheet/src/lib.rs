//! What people write: term sheets and scenarios, and how they are told about mistakes.

pub mod calendar;
mod library;
mod mistake;
pub mod quantity;
pub mod scenario;
pub mod show;
pub mod term_sheet;

pub use library::{ensure_writable, find, workspace_root};
pub use mistake::Mistake;
pub use scenario::Scenario;
pub use term_sheet::{Investor, Keeper, Originator, Reaction, TermSheet, Token, Tranche};
