//! Pools to try things on.

use proptest::prelude::*;
use risk::{Default, Name, Pool, Recovery, Tranche};

pub fn name(exposure: f64, recovery: f64, loading: f64, probability: f64) -> Name {
    Name {
        exposure,
        recovery: Recovery::Fixed(recovery),
        loading,
        default: Default::Probability(probability),
    }
}

/// Names of different sizes, recoveries, loadings and default probabilities.
pub fn mixed_pool() -> impl Strategy<Value = Pool> {
    let name = (1u32..6, 0u32..9, 0.0..0.9, 0.002..0.4).prop_map(
        |(exposure, tenths, loading, probability)| {
            name(
                f64::from(exposure),
                f64::from(tenths) / 10.0,
                loading,
                probability,
            )
        },
    );
    prop::collection::vec(name, 2..25).prop_map(|names| Pool::new(names).unwrap())
}

/// The same with losses that rise as things get worse.
pub fn with_states(pool: &Pool) -> Pool {
    let states = Recovery::States(vec![(0.35, 0.7), (0.3, 0.4), (0.35, 0.1)]);
    pool.map(|name| Name {
        recovery: states.clone(),
        ..name.clone()
    })
    .unwrap()
}

pub fn stack() -> Vec<Tranche> {
    Tranche::stack(&[0.03, 0.07, 0.15, 0.4]).unwrap()
}

/// Mean over the stack, which is what the pool loses.
pub fn total(losses: &[f64]) -> f64 {
    stack()
        .iter()
        .zip(losses)
        .map(|(tranche, loss)| tranche.width() * loss)
        .sum()
}

#[track_caller]
pub fn near(a: f64, b: f64, error: f64) {
    assert!((a - b).abs() <= error * b.abs().max(1e-6), "{a} is not {b}");
}
