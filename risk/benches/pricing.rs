//! What `scripts/bench-risk.sh` times, next to other libraries on the same problems: index tranches of 125 names on 20
//! dates with two base correlations, the recursion behind them, and simulation.

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use risk::estimate::{tranche_loss, Reduction};
use risk::greeks::tranche_greeks;
use risk::montecarlo::{simulate, tail_probability, Estimate, Sampling};
use risk::spread::{base_legs, Convention, Schedule};
use risk::{Copula, Default, Model, Name, Pool, Recovery, Tranche};
use std::{fs, hint::black_box};

const NAMES: usize = 125;
const LOWER: f64 = 0.30;
const UPPER: f64 = 0.35;

fn equal_names(correlation: f64) -> Pool {
    Pool::homogeneous(NAMES, 0.4, correlation, Default::Hazard(0.006)).unwrap()
}

/// Hazards from 0.2 % to 1.44 %.
fn different_names(correlation: f64) -> Pool {
    let name = |i: usize| Name {
        exposure: 1.0,
        recovery: Recovery::Fixed(0.4),
        loading: correlation.sqrt(),
        default: Default::Hazard(0.002 + 0.0001 * i as f64),
    };
    Pool::new((0..NAMES).map(name).collect()).unwrap()
}

/// As exact as FinancePy with its 40 points, or more so: the table that is printed tells.
fn quick() -> Model {
    Model::new(Copula::Gaussian).with_error(5e-6)
}

fn spread(model: &Model, pool: fn(f64) -> Pool, tranche: &Tranche) -> f64 {
    let schedule = Schedule::regular(5.0, 4.0, 0.05, Convention::MidPeriod).unwrap();
    base_legs(model, &pool(LOWER), model, &pool(UPPER), &schedule, tranche)
        .unwrap()
        .spread()
}

fn tranches() -> Vec<Tranche> {
    [(0.0, 0.03), (0.03, 0.06), (0.06, 0.09), (0.12, 0.22)]
        .map(|(from, to)| Tranche::new(from, to).unwrap())
        .to_vec()
}

fn whole_tranches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tranche");
    for (names, pool) in [
        ("equal", equal_names as fn(f64) -> Pool),
        ("different", different_names),
    ] {
        for tranche in tranches() {
            let id = BenchmarkId::new(
                names,
                format!("{}-{}", tranche.attachment, tranche.detachment),
            );
            group.bench_function(id, |bencher| {
                bencher.iter(|| spread(&quick(), pool, black_box(&tranche)))
            });
        }
    }
}

fn kernels(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("recursion");
    let pool = different_names(LOWER);
    for tranche in tranches() {
        let id =
            BenchmarkId::from_parameter(format!("{}-{}", tranche.attachment, tranche.detachment));
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                quick()
                    .tranche_losses(black_box(&pool), 5.0, &[tranche])
                    .unwrap()
            })
        });
    }
    group.bench_function("whole law", |bencher| {
        bencher.iter(|| quick().loss_law(black_box(&pool), 5.0).unwrap())
    });
    group.bench_function("greeks of every name", |bencher| {
        bencher.iter(|| tranche_greeks(&quick(), black_box(&pool), 5.0, &[tranches()[1]]).unwrap())
    });
}

fn simulation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulation");
    group.sample_size(50);
    let scenarios = 65_536;
    group.throughput(Throughput::Elements(scenarios * NAMES as u64));
    for (names, pool) in [
        ("equal", equal_names(LOWER)),
        ("different", different_names(LOWER)),
    ] {
        for threads in [1, 2] {
            let pool_of_threads = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let id = BenchmarkId::new(names, threads);
            let sampling = Sampling { scenarios, seed: 1 };
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    pool_of_threads
                        .install(|| simulate(&quick(), black_box(&pool), 5.0, sampling).unwrap())
                })
            });
        }
    }
    let sampling = Sampling {
        scenarios: 10_000,
        seed: 1,
    };
    group.bench_function("tail of 1e-7", |bencher| {
        bencher.iter(|| {
            tail_probability(
                &quick(),
                black_box(&different_names(LOWER)),
                5.0,
                0.5,
                sampling,
            )
            .unwrap()
        })
    });
}

const REDUCTIONS: [(&str, bool, bool); 4] = [
    ("plain", false, false),
    ("controls", false, true),
    ("Sobol", true, false),
    ("both", true, true),
];

/// The second tranche by simulation.
fn estimate(pool: &Pool, (_, sobol, controls): (&str, bool, bool), seed: u64) -> Estimate {
    let sampling = Sampling {
        scenarios: 65_536,
        seed,
    };
    let reduction = Reduction { sobol, controls };
    tranche_loss(&quick(), pool, 5.0, &tranches()[1], sampling, reduction).unwrap()
}

fn reductions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reduction");
    group.sample_size(50);
    let pool = different_names(LOWER);
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one_thread = one_thread.unwrap();
    for reduction in REDUCTIONS {
        group.bench_function(reduction.0, |bencher| {
            bencher.iter(|| one_thread.install(|| estimate(black_box(&pool), reduction, 1)))
        });
    }
}

/// What was timed, so that others' answers can be compared.
fn write_values(_: &mut Criterion) {
    let exact = Model::new(Copula::Gaussian);
    let mut lines = String::from("quantity,value,exact\n");
    for (names, pool) in [
        ("equal", equal_names as fn(f64) -> Pool),
        ("different", different_names),
    ] {
        for tranche in tranches() {
            let (value, exact) = (
                spread(&quick(), pool, &tranche),
                spread(&exact, pool, &tranche),
            );
            lines += &format!(
                "spread {names} {}-{},{value:.15e},{exact:.15e}\n",
                tranche.attachment, tranche.detachment
            );
        }
    }
    for tranche in tranches() {
        let loss = |model: &Model| {
            model
                .tranche_losses(&different_names(LOWER), 5.0, &[tranche])
                .unwrap()[0]
        };
        lines += &format!(
            "loss {}-{},{:.15e},{:.15e}\n",
            tranche.attachment,
            tranche.detachment,
            loss(&quick()),
            loss(&exact)
        );
    }
    for reduction in REDUCTIONS {
        let variance = |seed| {
            estimate(&different_names(LOWER), reduction, seed)
                .standard_error
                .powi(2)
        };
        let variance = (0..16).map(variance).sum::<f64>() / 16.0;
        lines += &format!("variance {},{variance:.6e},0\n", reduction.0);
    }
    let path = std::env::var("SLUICE_BENCH_VALUES").unwrap_or_else(|_| "/dev/null".to_owned());
    fs::write(path, lines).unwrap();
}

criterion_group!(
    benches,
    write_values,
    whole_tranches,
    kernels,
    simulation,
    reductions
);
criterion_main!(benches);
