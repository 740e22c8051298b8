//! Simulated figures against exact ones.

use crate::support::{name, stack, with_states};
use risk::estimate::{tranche_loss, Reduction};
use risk::montecarlo::{simulate, tail_probability, Estimate, Sampling};
use risk::{Copula, Default, LossLaw, Model, Name, Pool, Recovery, Tranche};

/// Names of ten kinds, some of them alone.
fn pool() -> Pool {
    let names = (0..40).map(|i| {
        let kind = f64::from(i % 7);
        name(
            1.0 + f64::from(i % 3),
            0.2 + 0.1 * (kind % 4.0),
            0.3 + 0.05 * kind,
            0.01 * (1.0 + kind),
        )
    });
    let alone = [name(5.0, 0.3, 0.2, 0.11), name(4.0, 0.0, 0.6, 0.03)];
    Pool::new(names.chain(alone).collect()).unwrap()
}

fn assert_within(estimate: Estimate, exact: f64, what: &str) {
    let errors = (estimate.value - exact) / estimate.standard_error;
    assert!(
        errors.abs() < 4.0,
        "{what}: {} is {errors:.1} standard errors from {exact}",
        estimate.value
    );
}

#[test]
fn every_copula_simulates_its_own_law() {
    let copulas = [
        Copula::Gaussian,
        Copula::Student { dof: 4.0 },
        Copula::DoubleT {
            factor_dof: Some(5.0),
            idiosyncratic_dof: Some(5.0),
        },
        Copula::DoubleT {
            factor_dof: None,
            idiosyncratic_dof: Some(5.0),
        },
        Copula::Clayton { theta: 0.5 },
        Copula::MarshallOlkin { common: 0.4 },
    ];
    let scenarios = 60_000;
    for copula in copulas {
        let model = Model::new(copula).with_error(1e-8);
        for pool in [pool(), with_states(&pool())] {
            let law = simulate(&model, &pool, 1.0, Sampling { scenarios, seed: 7 }).unwrap();
            let exact = model.tranche_losses(&pool, 1.0, &stack()).unwrap();
            let hit_often =
                |tranche: &Tranche| law.exceedance(tranche.attachment) * scenarios as f64 > 50.0;
            for (tranche, exact) in stack()
                .iter()
                .zip(exact)
                .filter(|(tranche, _)| hit_often(tranche))
            {
                let estimate = Estimate::of_law(&law, scenarios, |loss| tranche.loss(loss));
                assert_within(
                    estimate,
                    exact,
                    &format!("{copula:?}, tranche from {}", tranche.attachment),
                );
            }
        }
    }
}

#[test]
fn losses_between_lattice_points_are_simulated_with_their_mean() {
    let odd = Pool::new(
        (0..20)
            .map(|i| name(1.0 + f64::from(i).sqrt(), 0.4, 0.5, 0.1))
            .collect(),
    )
    .unwrap();
    let scenarios = 50_000;
    let law = simulate(
        &Model::new(Copula::Gaussian),
        &odd,
        1.0,
        Sampling { scenarios, seed: 3 },
    )
    .unwrap();
    assert_within(
        Estimate::of_law(&law, scenarios, |loss| loss),
        odd.expected_loss(1.0),
        "mean",
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let sampling = Sampling {
        scenarios: 30_001,
        seed: 11,
    };
    let model = Model::new(Copula::Gaussian);
    let run = |threads: usize| -> (LossLaw, Estimate) {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        threads.install(|| {
            let law = simulate(&model, &pool(), 1.0, sampling).unwrap();
            (
                law,
                tail_probability(&model, &pool(), 1.0, 0.4, sampling).unwrap(),
            )
        })
    };
    assert_eq!(run(1), run(3));
    let other = simulate(
        &model,
        &pool(),
        1.0,
        Sampling {
            seed: 12,
            ..sampling
        },
    )
    .unwrap();
    assert_ne!(run(1).0, other);
}

/// The thousand names of Glasserman and Li.
fn large_pool(correlation: f64) -> Pool {
    let name = |k: u32| {
        let share = f64::from(k) / 1000.0;
        Name {
            exposure: (5.0 * share).ceil().powi(2),
            recovery: Recovery::Fixed(0.0),
            loading: correlation.sqrt(),
            default: Default::Probability(
                0.01 * (1.0 + (16.0 * std::f64::consts::PI * share).sin()),
            ),
        }
    };
    Pool::new((1..=1000).map(name).collect()).unwrap()
}

#[test]
fn rare_losses_take_few_scenarios() {
    let model = Model::new(Copula::Gaussian);
    for (correlation, points) in [
        (0.0, [200.0, 300.0, 400.0, 500.0]),
        (0.1, [500.0, 1000.0, 2000.0, 3000.0]),
        (0.3, [1000.0, 3000.0, 5000.0, 8000.0]),
    ] {
        let pool = large_pool(correlation);
        let law = model.loss_law(&pool, 1.0).unwrap();
        for x in points.map(|point| point / pool.exposure()) {
            let estimate = tail_probability(
                &model,
                &pool,
                1.0,
                x,
                Sampling {
                    scenarios: 4_096,
                    seed: 5,
                },
            )
            .unwrap();
            let exact = law.exceedance(x);
            assert_within(
                estimate,
                exact,
                &format!("correlation {correlation}, beyond {x}"),
            );
            assert!(
                estimate.standard_error < 0.06 * exact,
                "{} of {exact:e}",
                estimate.standard_error / exact
            );
        }
    }
}

#[test]
fn tails_of_a_small_pool_with_states() {
    let model = Model::new(Copula::Gaussian);
    let pool = with_states(&pool());
    let law = model.loss_law(&pool, 1.0).unwrap();
    for x in [0.0, 0.1, 0.3, 0.6] {
        let estimate = tail_probability(
            &model,
            &pool,
            1.0,
            x,
            Sampling {
                scenarios: 20_000,
                seed: 1,
            },
        )
        .unwrap();
        assert_within(estimate, law.exceedance(x), &format!("beyond {x}"));
    }
    let none = tail_probability(
        &model,
        &pool,
        1.0,
        0.95,
        Sampling {
            scenarios: 10,
            seed: 1,
        },
    )
    .unwrap();
    assert_eq!(
        none,
        Estimate {
            value: 0.0,
            standard_error: 0.0
        }
    );
}

#[test]
fn standard_errors_are_honest() {
    let model = Model::new(Copula::Gaussian);
    let pool = Pool::homogeneous(20, 0.4, 0.2, Default::Probability(0.1)).unwrap();
    let exact = model.tranche_losses(&pool, 1.0, &stack()).unwrap()[1];
    let tail = model.loss_law(&pool, 1.0).unwrap().exceedance(0.3);
    let (mut covered, mut tails_covered) = (0, 0);
    for seed in 0..400 {
        let law = simulate(
            &model,
            &pool,
            1.0,
            Sampling {
                scenarios: 1_000,
                seed,
            },
        )
        .unwrap();
        let estimate = Estimate::of_law(&law, 1_000, |loss| stack()[1].loss(loss));
        covered += u32::from((estimate.value - exact).abs() < 1.96 * estimate.standard_error);
        let estimate = tail_probability(
            &model,
            &pool,
            1.0,
            0.3,
            Sampling {
                scenarios: 500,
                seed,
            },
        )
        .unwrap();
        tails_covered += u32::from((estimate.value - tail).abs() < 1.96 * estimate.standard_error);
    }
    // 95 % of 400 are 380, give or take 4.4: three of these, and a little for skewed estimates.
    for covered in [covered, tails_covered] {
        assert!((364..=394).contains(&covered), "{covered} of 400");
    }
}

const PLAIN: Reduction = Reduction {
    sobol: false,
    controls: false,
};
const ALL: Reduction = Reduction {
    sobol: true,
    controls: true,
};

#[test]
fn less_error_is_no_other_mean() {
    let pool = pool();
    for copula in [
        Copula::Gaussian,
        Copula::Student { dof: 4.0 },
        Copula::DoubleT {
            factor_dof: Some(5.0),
            idiosyncratic_dof: None,
        },
        Copula::Clayton { theta: 0.5 },
        Copula::MarshallOlkin { common: 0.4 },
    ] {
        let model = Model::new(copula).with_error(1e-9);
        let exact = model.tranche_losses(&pool, 1.0, &stack()).unwrap();
        let sampling = Sampling {
            scenarios: 65_536,
            seed: 3,
        };
        for (tranche, exact) in stack().iter().zip(exact).take(4) {
            let [plain, less] = [PLAIN, ALL].map(|reduction| {
                tranche_loss(&model, &pool, 1.0, tranche, sampling, reduction).unwrap()
            });
            assert_within(plain, exact, &format!("{copula:?} {tranche:?} plain"));
            assert_within(less, exact, &format!("{copula:?} {tranche:?} reduced"));
        }
    }
}

/// Sobol points leave hardly any of what the factor scatters, and errors are what they are said to be.
#[test]
fn sobol_points_and_controls_take_most_of_the_variance() {
    let pool = Pool::homogeneous(400, 0.4, 0.3, Default::Probability(0.03)).unwrap();
    let model = Model::new(Copula::Gaussian);
    let tranche = Tranche::new(0.03, 0.06).unwrap();
    let exact = model.tranche_losses(&pool, 1.0, &[tranche]).unwrap()[0];
    let mut variance = [0.0; 4];
    let mut misses = [0.0; 4];
    for seed in 0..40 {
        let sampling = Sampling {
            scenarios: 8_192,
            seed,
        };
        for (number, (sobol, controls)) in
            [(false, false), (false, true), (true, false), (true, true)]
                .into_iter()
                .enumerate()
        {
            let reduction = Reduction { sobol, controls };
            let found = tranche_loss(&model, &pool, 1.0, &tranche, sampling, reduction).unwrap();
            variance[number] += found.standard_error.powi(2) / 40.0;
            misses[number] += ((found.value - exact) / found.standard_error).powi(2) / 40.0;
        }
    }
    // The square of a standard normal number has the deviation √2: five of those of their mean.
    assert!(
        misses.iter().all(|square| (square - 1.0).abs() < 1.1),
        "{misses:?}"
    );
    let gains = variance.map(|left| variance[0] / left);
    assert!(
        gains[1] > 2.0 && gains[2] > 2.0 && gains[3] > gains[1],
        "{gains:?}"
    );
    println!("{gains:?} {misses:?}");
}
