//! What the tools say: tables for people and programs, charts, and a page that needs nothing else.

mod charts;
mod page;
mod table;

pub use charts::{fan, lines, tornado, Chart, Label, Line};
pub use page::{Page, Part};
pub use table::{Cell, Table};
