//! Governance: votes as they were, ballots, the life of a proposal, and what a vote may set.
//!
//! | module | what it holds |
//! |---|---|
//! | [`trace`] | a value that changes, and what it was at any moment before |
//! | [`ballot`] | votes for, against and abstained; how a voter spends his |
//! | [`proposal`] | from the snapshot to the execution: states, late majorities, timelock |
//! | [`settings`] | delays, periods and shares, each between a minimum and a maximum |
//!
//! Moments are those of blocks: what happens within one block happens at one time. So "before" always means in an earlier
//! block, and what was borrowed and returned within one leaves no trace.

pub mod ballot;
pub mod proposal;
pub mod settings;
pub mod trace;
