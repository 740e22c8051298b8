//! Order books whose orders are resolved in O(1), however often they were partly filled.
//!
//! A book holds one number, the product of the unfilled shares of all fills so far, and the sum of what
//! each fill paid per unit that had been in the book from the start (the product-sum of Liquity's
//! stability pool). An order remembers both as they stood when it was placed; what is left of it and
//! what it received follow by division. A full fill, or one that leaves so little that the product would
//! lose its digits, closes the *generation*: its last product and sums are stored once, and the next
//! generation starts at one.
//!
//! An order that comes or goes at the end of an epoch, because it was placed or taken back after the cut-off or
//! because it expires, is resolved from or up to the [`Mark`] that the settlement left: one more lookup.
//!
//! | module | what it holds |
//! |---|---|
//! | [`book`] | one side of a class: fills, distributions, the end of an epoch |
//! | [`stake`] | a part of a book: one owner's order, or all that expire together |
//! | [`exact`] | amounts with the fraction that divisions leave |

pub mod book;
pub mod exact;
pub mod stake;
#[cfg(test)]
mod tests;

pub use book::{EndOfEpoch, Mark, OrderBook, Point};
pub use exact::{Exact, ONE};
pub use stake::{Archive, Conditions, Gains, Stake};
