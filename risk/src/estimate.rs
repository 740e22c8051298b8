//! Mean losses of tranches by simulation, with less error in the same time.
//!
//! Scenarios come in replicates, each with random numbers of its own, and the error is what these differ by. Within one the factor
//! may be drawn at Sobol points under an Owen scramble of its own, which spread evenly where independent numbers cluster. Two
//! controls have means that are known: the loss of the pool, and what the tranche would lose given the same factor in the
//! limit of many equal names ([`crate::lhp`]); how far they come out wrong tells, by regression over the replicates, how far the
//! tranche does.

use nalgebra::{DMatrix, DVector};
use rand::RngCore;
use rayon::prelude::*;
use sobol_burley::parts::{owen_scramble_rev, sobol_rev};

use crate::copula::Copula;
use crate::error::{ensure, Result};
use crate::lhp::Lhp;
use crate::model::Model;
use crate::montecarlo::{kinds, stream, Estimate, Factor, Sampling};
use crate::pool::Pool;
use crate::scenario::Scenarios;
use crate::tranche::Tranche;

/// How the error is brought down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reduction {
    /// The factor is drawn at scrambled Sobol points.
    pub sobol: bool,
    /// The pool's loss and, for the Gaussian copula, the loss of its limit are controls.
    pub controls: bool,
}

/// The least number of replicates: their differences are to tell an error.
const REPLICATES: u64 = 64;
/// The most points of a Sobol sequence.
const POINTS: u64 = 1 << 16;

/// Mean share of `tranche` that is lost by time `t`, of any copula. The number of scenarios is rounded up to whole replicates.
pub fn tranche_loss(
    model: &Model,
    pool: &Pool,
    t: f64,
    tranche: &Tranche,
    sampling: Sampling,
    reduction: Reduction,
) -> Result<Estimate> {
    ensure(
        sampling.scenarios >= REPLICATES,
        "number of scenarios",
        sampling.scenarios as f64,
        "64 or more",
    )?;
    let (nodes, kinds) = kinds(model, pool, t)?;
    let scenarios = Scenarios::new(&kinds, &nodes, sampling.scenarios);
    let factor = Factor::of(&model.copula)?;
    let limit = match (model.copula, reduction.controls) {
        (Copula::Gaussian, true) => Some(Lhp::like(pool, t)?),
        _ => None,
    };
    let length = sampling.scenarios.div_ceil(REPLICATES).min(POINTS);
    let replicate = |number: u64| {
        let mut random = stream(sampling.seed, number);
        let mut scratch = scenarios.scratch(&mut random);
        let scrambles = [random.next_u32(), random.next_u32()];
        let mut means = Means::default();
        for index in 0..length as u32 {
            let node = match reduction.sobol {
                true => factor.at(|dimension| sobol(index, dimension, &scrambles)),
                false => factor.draw(&mut random),
            };
            let units = scenarios.draw(&node, &mut scratch, &mut random);
            let loss = units as f64 * pool.unit();
            means.tranche += tranche.loss(loss) / length as f64;
            means.pool += loss / length as f64;
            if let Some(limit) = &limit {
                means.limit += tranche.loss(limit.loss_given(node.factor)) / length as f64;
            }
        }
        means
    };
    let count = sampling.scenarios.div_ceil(length);
    let found: Vec<Means> = (0..count).into_par_iter().map(replicate).collect();
    let known = Means {
        tranche: 0.0,
        pool: pool.expected_loss(t),
        limit: limit.map_or(0.0, |limit| limit.tranche_loss(tranche)),
    };
    let misses = |found: &Means| match (reduction.controls, limit) {
        (false, _) => vec![],
        (true, None) => vec![found.pool - known.pool],
        (true, Some(_)) => vec![found.pool - known.pool, found.limit - known.limit],
    };
    let misses: Vec<Vec<f64>> = found.iter().map(misses).collect();
    let values: Vec<f64> = found.iter().map(|found| found.tranche).collect();
    // A control that never moves says nothing.
    Ok(regressed(&values, &misses).unwrap_or_else(|| mean(&values)))
}

/// Means over the scenarios of a replicate.
#[derive(Clone, Copy, Default)]
struct Means {
    tranche: f64,
    pool: f64,
    limit: f64,
}

/// A coordinate of a Sobol point under these scrambles, above zero and below one.
fn sobol(index: u32, dimension: usize, scrambles: &[u32; 2]) -> f64 {
    let point = sobol_rev(index.reverse_bits(), dimension as u32);
    let scrambled = owen_scramble_rev(point, scrambles[dimension]);
    (f64::from(scrambled.reverse_bits()) + 0.5) * 2f64.powi(-32)
}

fn mean(values: &[f64]) -> Estimate {
    let none = vec![vec![]; values.len()];
    regressed(values, &none).unwrap_or(Estimate {
        value: f64::NAN,
        standard_error: f64::NAN,
    })
}

/// What `values` are where their controls miss by nothing: the intercept of the least squares on `misses`.
fn regressed(values: &[f64], misses: &[Vec<f64>]) -> Option<Estimate> {
    let (rows, columns) = (values.len(), misses[0].len() + 1);
    let design = DMatrix::from_fn(rows, columns, |row, column| match column {
        0 => 1.0,
        column => misses[row][column - 1],
    });
    let values = DVector::from_column_slice(values);
    let inverse = (design.transpose() * &design).cholesky()?.inverse();
    let fitted = &inverse * design.transpose() * &values;
    let rest = (&values - &design * &fitted).norm_squared() / (rows - columns) as f64;
    Some(Estimate {
        value: fitted[0],
        standard_error: (rest * inverse[(0, 0)]).sqrt(),
    })
}
