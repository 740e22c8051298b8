//! Tranches of a pool whose loss, given the factor, is taken for normal: quick for many names of any size, rough for the
//! lowest tranches of few names.

use crate::copula::{given_nodes, Copula, Threshold};
use crate::error::Result;
use crate::pool::{Name, Pool};
use crate::quadrature::Rule;
use crate::special::{normal_cdf, normal_pdf};
use crate::tranche::Tranche;

/// Mean share of each tranche that is lost by time `t`, for the Gaussian copula with `rule`'s values and weights of the
/// factor. Losses may be below zero here, as a normal law has it.
pub fn tranche_losses(pool: &Pool, t: f64, tranches: &[Tranche], rule: &Rule) -> Result<Vec<f64>> {
    let threshold = |name: &Name| Threshold {
        probability: name.default.probability(t),
        loading: name.loading,
    };
    let thresholds: Vec<Threshold> = pool.names().iter().map(threshold).collect();
    let mixture = Copula::Gaussian.at_nodes(&thresholds, &given_nodes(rule), 0.0)?;
    let mut losses = vec![0.0; tranches.len()];
    for (block, weights) in mixture.weights.iter().enumerate() {
        for (lane, weight) in weights.iter().enumerate() {
            let (mut mean, mut variance) = (0.0, 0.0);
            for (name, given) in pool.names().iter().zip(mixture.given(block)) {
                let loss = name.exposure * name.recovery.mean_loss() / pool.exposure();
                mean += given[lane] * loss;
                variance += given[lane] * (1.0 - given[lane]) * loss * loss;
            }
            for (total, tranche) in losses.iter_mut().zip(tranches) {
                let lost = excess(mean, variance.sqrt(), tranche.attachment)
                    - excess(mean, variance.sqrt(), tranche.detachment);
                *total += weight * lost / tranche.width();
            }
        }
    }
    Ok(losses)
}

/// E max(X − x, 0) of a normal X.
fn excess(mean: f64, deviation: f64, x: f64) -> f64 {
    if deviation == 0.0 {
        return (mean - x).max(0.0);
    }
    let standard = (mean - x) / deviation;
    (mean - x) * normal_cdf(standard) + deviation * normal_pdf(standard)
}
