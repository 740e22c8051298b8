//! Derivatives by conditioning against differences, and their identities.

use crate::support::{mixed_pool, stack, with_states};
use proptest::prelude::*;
use risk::greeks::{cross_gamma, spread_greeks, tranche_greeks, Contract};
use risk::spread::Convention;
use risk::structural::FirstPassage;
use risk::{Copula, Default, Model, Name, Pool, Recovery};

fn gaussian() -> Model {
    Model::new(Copula::Gaussian)
}

/// With one name changed.
fn changed(pool: &Pool, place: usize, change: impl Fn(&mut Name)) -> Pool {
    let mut names = pool.names().to_vec();
    change(&mut names[place]);
    Pool::new(names).unwrap()
}

fn losses(pool: &Pool) -> Vec<f64> {
    gaussian().tranche_losses(pool, 1.0, &stack()).unwrap()
}

/// (f(x + h) − f(x − h)) / 2h for every tranche.
fn slopes(h: f64, at: impl Fn(f64) -> Pool) -> Vec<f64> {
    losses(&at(h))
        .into_iter()
        .zip(losses(&at(-h)))
        .map(|(up, down)| (up - down) / (2.0 * h))
        .collect()
}

fn probability(name: &mut Name) -> &mut f64 {
    match &mut name.default {
        Default::Probability(p) => p,
        other => panic!("{other:?}"),
    }
}

fn assert_close(analytic: f64, difference: f64) {
    assert!(
        (analytic - difference).abs() < 1e-6 * (1.0 + difference.abs()),
        "{analytic} is not {difference}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn by_one_name(pool in mixed_pool(), place in 0usize..2) {
        for pool in [with_states(&pool), pool] {
            let pool = changed(&pool, place, |name| name.loading = name.loading.clamp(0.1, 0.8));
            let pool = changed(&pool, place, |name| *probability(name) = probability(name).max(0.01));
            let greeks = tranche_greeks(&gaussian(), &pool, 1.0, &stack()).unwrap();
            let by_probability = slopes(1e-5, |h| changed(&pool, place, |name| *probability(name) += h));
            let by_loading = slopes(1e-5, |h| changed(&pool, place, |name| name.loading += h));
            for (i, greeks) in greeks.iter().enumerate() {
                assert_close(greeks.loss, losses(&pool)[i]);
                assert_close(greeks.names[place].delta, by_probability[i]);
                assert_close(greeks.names[place].loading, by_loading[i]);
            }
        }
    }

    #[test]
    fn widths_add_derivatives_up(pool in mixed_pool()) {
        let greeks = tranche_greeks(&gaussian(), &pool, 1.0, &stack()).unwrap();
        let total = |of: &dyn Fn(usize) -> f64| stack().iter().enumerate().map(|(i, tranche)| tranche.width() * of(i)).sum::<f64>();
        prop_assert!(total(&|i| greeks[i].correlation).abs() < 1e-11);
        for (place, name) in pool.names().iter().enumerate() {
            let share = name.exposure / pool.exposure();
            let p = name.default.probability(1.0);
            let loss = share * name.recovery.mean_loss();
            prop_assert!((total(&|i| greeks[i].names[place].delta) - loss).abs() < 1e-10);
            prop_assert!((total(&|i| greeks[i].names[place].recovery) + share * p).abs() < 1e-10);
            let jump = total(&|i| greeks[i].names[place].jump_to_default);
            prop_assert!((jump - loss * (1.0 - p)).abs() < 1e-10, "{jump} is not {}", loss * (1.0 - p));
        }
    }
}

#[test]
fn second_derivatives_and_pairs() {
    let names = [
        (1.0, 0.4, 0.5, 0.05),
        (2.0, 0.2, 0.3, 0.1),
        (1.0, 0.5, 0.7, 0.02),
        (3.0, 0.4, 0.4, 0.08),
    ];
    let pool = Pool::new(
        names
            .map(|(exposure, recovery, loading, p)| {
                crate::support::name(exposure, recovery, loading, p)
            })
            .to_vec(),
    )
    .unwrap();
    let greeks = tranche_greeks(&gaussian(), &pool, 1.0, &stack()).unwrap();
    let deltas = |h: f64| {
        let moved = changed(&pool, 1, |name| *probability(name) += h);
        tranche_greeks(&gaussian(), &moved, 1.0, &stack()).unwrap()
    };
    let (up, down) = (deltas(1e-5), deltas(-1e-5));
    for (i, tranche) in stack().iter().enumerate() {
        let difference =
            |place: usize| (up[i].names[place].delta - down[i].names[place].delta) / 2e-5;
        assert_close(greeks[i].names[1].gamma, difference(1));
        assert_close(
            cross_gamma(&gaussian(), &pool, 1.0, tranche, (0, 1)).unwrap(),
            difference(0),
        );
    }
}

#[test]
fn by_recovery_and_by_volatility() {
    // Recoveries of which no combination puts a loss exactly on an end of a tranche.
    let price = FirstPassage {
        volatility: 0.8,
        drift: 0.0,
        barrier: 0.7,
    };
    let name = |i: u32| Name {
        exposure: 1.0,
        recovery: Recovery::Fixed(0.37 + 0.01 * f64::from(i % 3)),
        loading: 0.5,
        default: Default::FirstPassage(price),
    };
    let pool = Pool::new((0..12).map(name).collect()).unwrap();
    let greeks = tranche_greeks(&gaussian(), &pool, 0.1, &stack()).unwrap();
    let slopes = |h: f64, move_by: &dyn Fn(&mut Name, f64)| {
        let at = |h: f64| {
            gaussian()
                .tranche_losses(&changed(&pool, 2, |name| move_by(name, h)), 0.1, &stack())
                .unwrap()
        };
        at(h)
            .into_iter()
            .zip(at(-h))
            .map(|(up, down)| (up - down) / (2.0 * h))
            .collect::<Vec<f64>>()
    };
    let by_recovery = slopes(1e-2, &|name, h| name.recovery = name.recovery.moved(h));
    let by_volatility = slopes(1e-5, &|name, h| {
        name.default = Default::FirstPassage(FirstPassage {
            volatility: 0.8 + h,
            ..price
        })
    });
    for (i, greeks) in greeks.iter().enumerate() {
        assert_close(greeks.names[2].recovery, by_recovery[i]);
        assert_close(greeks.names[2].vega, by_volatility[i]);
    }
}

#[test]
fn copulas_with_tails_move_by_their_names() {
    let names = [(0.5, 0.05), (0.3, 0.1), (0.7, 0.02)];
    let name = |(loading, p): (f64, f64)| crate::support::name(1.0, 0.4, loading, p);
    let plain = Pool::new(names.map(name).to_vec()).unwrap();
    let double_t = |factor_dof, idiosyncratic_dof| Copula::DoubleT {
        factor_dof,
        idiosyncratic_dof,
    };
    for copula in [
        Copula::Student { dof: 5.0 },
        double_t(Some(4.0), Some(5.0)),
        double_t(None, Some(4.0)),
        double_t(Some(6.0), None),
        Copula::Clayton { theta: 0.4 },
        Copula::MarshallOlkin { common: 0.3 },
    ] {
        let model = Model::new(copula);
        for pool in [with_states(&plain), plain.clone()] {
            let greeks = |change: &dyn Fn(&mut Name)| {
                tranche_greeks(&model, &changed(&pool, 1, change), 1.0, &stack()).unwrap()
            };
            let now = greeks(&|_| ());
            let by_probability = [1e-5, -1e-5].map(|h| greeks(&|name| *probability(name) += h));
            let by_loading = [1e-5, -1e-5].map(|h| greeks(&|name| name.loading += h));
            for (i, now) in now.iter().enumerate() {
                let slope = |[up, down]: &[Vec<risk::greeks::TrancheGreeks>; 2]| {
                    (up[i].loss - down[i].loss) / 2e-5
                };
                assert_close(now.names[1].delta, slope(&by_probability));
                assert_close(now.names[1].loading, slope(&by_loading));
                let [up, down] = [0, 1].map(|side: usize| by_probability[side][i].names[1].delta);
                assert_close(now.names[1].gamma, (up - down) / 2e-5);
            }
        }
    }
}

#[test]
fn values_of_protection_move_as_they_should() {
    let pool = Pool::homogeneous(40, 0.4, 0.25, Default::Hazard(0.02)).unwrap();
    let contract = Contract {
        maturity: 2.0,
        payments_a_year: 4.0,
        rate: 0.03,
        convention: Convention::MidPeriod,
    };
    for copula in [Copula::Gaussian, Copula::Student { dof: 6.0 }] {
        let model = Model::new(copula).with_error(1e-9);
        let greeks = spread_greeks(&model, &pool, &contract, &stack()).unwrap();
        assert!(greeks
            .iter()
            .all(|greeks| greeks.spreads01 > 0.0 && greeks.recovery01 < 0.0));
        assert!(greeks[0].correlation01 < 0.0 && greeks[4].correlation01 > 0.0);
        assert!(greeks
            .windows(2)
            .all(|pair| pair[0].spread > pair[1].spread));
    }
}

/// More of one name's probability lets the shock reach it alone, less all the others.
#[test]
fn a_shock_that_reaches_all_alike_moves_them_by_the_mean_of_both_sides() {
    let pool = Pool::homogeneous(5, 0.4, 0.2, Default::Probability(0.1)).unwrap();
    for common in [0.0, 0.3, 1.0] {
        let model = Model::new(Copula::MarshallOlkin { common });
        let losses = |h: f64| {
            let pool = changed(&pool, 2, |name| *probability(name) += h);
            model.tranche_losses(&pool, 1.0, &stack()).unwrap()
        };
        let (up, now, down) = (losses(1e-7), losses(0.0), losses(-1e-7));
        let greeks = tranche_greeks(&model, &pool, 1.0, &stack()).unwrap();
        for (i, greeks) in greeks.iter().enumerate() {
            assert_close(greeks.loss, now[i]);
            assert_close(greeks.names[2].delta, (up[i] - down[i]) / 2e-7);
        }
        let sides = [(up[0] - now[0]) / 1e-7, (now[0] - down[0]) / 1e-7];
        assert_eq!((sides[0] - sides[1]).abs() > 0.1, common > 0.0, "{sides:?}");
    }
}

#[test]
fn what_cannot_be_differentiated_is_refused() {
    let pool = Pool::homogeneous(5, 0.4, 0.2, Default::Probability(0.1)).unwrap();
    let shock = Model::new(Copula::MarshallOlkin { common: 0.3 });
    assert!(cross_gamma(&shock, &pool, 1.0, &stack()[0], (0, 1)).is_err());
    let perfect = pool
        .map(|name| Name {
            loading: 1.0,
            ..name.clone()
        })
        .unwrap();
    let error = tranche_greeks(&gaussian(), &perfect, 1.0, &stack()).unwrap_err();
    assert!(error.to_string().contains("take differences"));
    let sure = Pool::homogeneous(5, 0.4, 0.2, Default::Probability(1.0)).unwrap();
    assert!(tranche_greeks(&gaussian(), &sure, 1.0, &stack()).is_err());
    assert!(cross_gamma(&gaussian(), &pool, 1.0, &stack()[0], (1, 1)).is_err());
}
