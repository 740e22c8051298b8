//! Mathematics of money and risk.
//!
//! Nothing here knows a chain: every function is pure, `no_std` and tested natively. Amounts are base
//! units, fixed-point numbers are newtypes that carry their scale, and rounding is always named.
//!
//! | module | what it holds |
//! |---|---|
//! | [`fixed`] | [`Ratio`], [`Price`], [`Rate`], [`Growth`], the one [`mul_div`] and its [`Rounding`] |
//! | `wide` | 256-bit products and their division |
//! | [`time`] | [`Timestamp`] and [`Period`] in milliseconds, interest in whole seconds |
//! | [`valuation`] | what an amount of collateral is worth in cash, both tokens' decimals applied |
//! | [`debt`] | the interest index of a collateral type |
//! | [`interest`] | the clock of interest, concentration surcharges, late charges |
//! | [`lending`] | loan-to-value, health, ramps, marks |
//! | [`claim`] | a tranche's claim and how it grows on the deployed share |
//! | [`settlement`] | **the settlement of an epoch**, step by step |
//! | [`waterfall`] | the value of every class, losses from the bottom up; subordination |
//! | [`class`] | a class while it is being settled |
//! | [`fees`] | management and performance fees |
//! | [`distribution`] | coupons, diversion to the top class, principal in sequence |
//! | [`fills`] | which orders an epoch fills |
//! | [`insurance`] | the first loss ahead of the residual: cover, stakes and income of its backers |
//! | [`orders`] | order books resolved in O(1) per order |
//! | [`seizure`] | how much of a position enters an auction: close factor, room, dust |
//! | [`auction`] | the Dutch auction: price curves, resets, partial fills, incentives |
//! | [`parameters`] | risk parameters: bounds, steps, what waits, pauses |
//! | [`breaker`] | what may be stopped for a time, and the auctions' clock |
//! | [`governance`] | votes as they were, ballots, the life of a proposal, what a vote may set |
//! | [`oracle`] | from reports to a price: medians, answers of sources, held jumps, averages, capped rates |
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]
extern crate alloc;

pub mod auction;
pub mod breaker;
pub mod claim;
pub mod class;
pub mod debt;
pub mod distribution;
pub mod fees;
pub mod fills;
pub mod fixed;
pub mod governance;
pub mod insurance;
pub mod interest;
pub mod lending;
pub mod oracle;
pub mod orders;
pub mod parameters;
pub mod seizure;
pub mod settlement;
pub mod time;
pub mod valuation;
pub mod waterfall;
mod wide;

pub use fixed::{mul_div, mul_div_rem, Growth, MathError, Price, Rate, Ratio, Rounding};
pub use time::{Period, Timestamp};

/// The most tranches a deal may have, the residual included.
pub const MAX_TRANCHES: usize = 5;
