//! Risk of the classes of a deal: how likely each loses how much, what it should pay for that, and what moves it.
//!
//! Everything here is computed off chain, in floating point. No contract depends on it and none of its numbers decides
//! about money: what investors are owed is counted by `finance`, in integers.
//!
//! Losses are shares of the pool's exposure, those of tranches shares of the tranche; times are in years, rates
//! continuously compounded, spreads per year. [`Model`] is exact for finite pools; [`lhp`] is its limit in closed form.

pub mod calibrate;
pub mod cli;
pub mod copula;
pub mod correlation;
pub mod error;
pub mod estimate;
pub mod fit;
pub mod greeks;
mod kernel;
mod lattice;
pub mod law;
pub mod lhp;
pub mod market;
pub mod model;
pub mod montecarlo;
pub mod normal;
pub mod paths;
pub mod pool;
pub mod quadrature;
pub mod rating;
pub mod regulatory;
pub mod replay;
pub mod report;
mod scenario;
mod solve;
pub mod special;
pub mod spread;
pub mod stress;
pub mod structural;
pub mod study;
pub mod tranche;
mod uniforms;
pub mod valuation;

pub use copula::Copula;
pub use error::{Error, Result};
pub use law::{ClassRisk, LossLaw};
pub use model::Model;
pub use pool::{Default, Name, Pool, Recovery};
pub use tranche::Tranche;

/// A year of 365 days, as rates are quoted, in the unit of the chain's clock.
pub const YEAR_IN_MILLISECONDS: f64 = 31_536_000_000.0;
