//! What people write: term sheets and scenarios, and how they are told about mistakes.

pub mod calendar;
mod mistake;
pub mod quantity;
pub mod scenario;
pub mod term_sheet;

pub use mistake::Mistake;
pub use scenario::Scenario;
pub use term_sheet::TermSheet;
