//! How rating agencies replace a pool by independent equal names.

use crate::error::{ensure, ensure_probability, Result};
use crate::model::Model;
use crate::pool::{Default, Pool};
use crate::{Copula, LossLaw};

/// The binomial expansion (Cifuentes and O'Connor 1996): `diversity` independent equal names stand for the pool.
pub fn binomial_expansion(diversity: usize, probability: f64, recovery: f64) -> Result<LossLaw> {
    let pool = Pool::homogeneous(diversity, recovery, 0.0, Default::Probability(probability))?;
    Model::new(Copula::Gaussian).loss_law(&pool, 0.0)
}

/// Independent names whose defaults vary as much as those of `names`, any two of which default with this correlation of
/// default events: D = N / (1 + (N − 1)·c).
pub fn diversity_score(names: usize, default_correlation: f64) -> Result<f64> {
    ensure(names > 0, "number of names", 0.0, "positive")?;
    ensure_probability("default correlation", default_correlation)?;
    let names = names as f64;
    Ok(names / (1.0 + (names - 1.0) * default_correlation))
}

/// Correlation of two default events with these probabilities, of which both happen with probability `together`.
pub fn default_correlation(first: f64, second: f64, together: f64) -> f64 {
    let variance = |p: f64| p * (1.0 - p);
    (together - first * second) / (variance(first) * variance(second)).sqrt()
}
