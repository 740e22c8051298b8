//! Laws that hold for every pool.

use crate::support::{mixed_pool, near, stack, total, with_states};
use proptest::prelude::*;
use risk::lhp::Lhp;
use risk::regulatory::SupervisoryFormula;
use risk::{Copula, Default, LossLaw, Model, Name, Pool, Tranche};

const COPULAS: [Copula; 6] = [
    Copula::Gaussian,
    Copula::Student { dof: 5.0 },
    Copula::DoubleT {
        factor_dof: Some(5.0),
        idiosyncratic_dof: Some(4.0),
    },
    Copula::DoubleT {
        factor_dof: None,
        idiosyncratic_dof: Some(5.0),
    },
    Copula::Clayton { theta: 0.4 },
    Copula::MarshallOlkin { common: 0.5 },
];

fn gaussian() -> Model {
    Model::new(Copula::Gaussian)
}

fn losses(model: &Model, pool: &Pool) -> Vec<f64> {
    model.tranche_losses(pool, 1.0, &stack()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn tranches_lose_together_what_the_pool_loses(pool in mixed_pool(), which in 0..COPULAS.len()) {
        let model = Model::new(COPULAS[which]).with_error(1e-9);
        for pool in [with_states(&pool), pool] {
            near(total(&losses(&model, &pool)), pool.expected_loss(1.0), 1e-7);
        }
    }

    #[test]
    fn the_law_that_is_cut_off_agrees_with_the_whole(pool in mixed_pool(), which in 0..COPULAS.len()) {
        let model = Model::new(COPULAS[which]).with_error(1e-9);
        for pool in [with_states(&pool), pool] {
            let law = model.loss_law(&pool, 1.0).unwrap();
            let probabilities: f64 = law.points().iter().map(|(_, p)| p).sum();
            near(probabilities, 1.0, 1e-9);
            for (cut, tranche) in losses(&model, &pool).into_iter().zip(stack()) {
                prop_assert!((law.tranche_loss(&tranche) - cut).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn losses_below_a_cap_rise_and_bend_down(pool in mixed_pool()) {
        let caps: Vec<f64> = (0..=20).map(|i| f64::from(i) / 20.0).collect();
        let capped = gaussian().capped_losses(&pool, 1.0, &caps).unwrap();
        for triple in capped.windows(3) {
            let (first, second) = (triple[1] - triple[0], triple[2] - triple[1]);
            prop_assert!(first >= -1e-14 && second <= first + 1e-13);
        }
    }

    #[test]
    fn correlation_moves_risk_up(pool in mixed_pool(), low in 0.0..0.8) {
        let at = |correlation: f64| losses(&gaussian(), &pool.with_correlation(correlation).unwrap());
        let (low, high) = (at(low), at(low + 0.15));
        prop_assert!(high[0] <= low[0] + 1e-12 && high[4] >= low[4] - 1e-12);
    }

    #[test]
    fn the_order_of_names_does_not_matter(pool in mixed_pool()) {
        let reversed = Pool::new(pool.names().iter().rev().cloned().collect()).unwrap();
        for (a, b) in losses(&gaussian(), &pool).into_iter().zip(losses(&gaussian(), &reversed)) {
            prop_assert!((a - b).abs() < 1e-13);
        }
    }

    #[test]
    fn halves_have_the_same_mean_and_no_larger_tail(pool in mixed_pool()) {
        let half = |name: &Name| Name { exposure: 0.5 * name.exposure, ..name.clone() };
        let halves = pool.names().iter().flat_map(|name| [half(name), half(name)]).collect();
        let halved = losses(&gaussian(), &Pool::new(halves).unwrap());
        let whole = losses(&gaussian(), &pool);
        near(total(&halved), total(&whole), 1e-10);
        prop_assert!(halved[4] <= whole[4] + 1e-12);
    }

    #[test]
    fn shortfall_lies_beyond_the_quantile_and_is_subadditive(a in mixed_pool(), b in mixed_pool(), level in 0.5..0.999) {
        let together = Pool::new(a.names().iter().chain(b.names()).cloned().collect()).unwrap();
        let in_money = |pool: &Pool| {
            let law = gaussian().loss_law(pool, 1.0).unwrap();
            let (quantile, shortfall) = (law.quantile(level), law.expected_shortfall(level));
            assert!(quantile <= shortfall + 1e-12);
            shortfall * pool.exposure()
        };
        prop_assert!(in_money(&together) <= in_money(&a) + in_money(&b) + 1e-9);
    }

    #[test]
    fn capital_of_a_stack_is_that_of_the_formula(capital in 0.01..0.3, delinquent in 0.0..0.3, surcharge in 0.3..1.5) {
        let formula = SupervisoryFormula::new(capital, delinquent, surcharge, 0.0).unwrap();
        let weights: Vec<f64> = stack().iter().map(|tranche| formula.risk_weight(tranche).risk_weight).collect();
        let pool = formula.pool_capital;
        let expected = 12.5 * pool * (1.0 - surcharge * (-(1.0 - pool) / (surcharge * pool)).exp_m1());
        near(total(&weights), expected, 1e-12);
        for point in [-1e-9, 0.0, 1e-9].map(|gap| pool + gap) {
            let above = Tranche::new(point, 0.9).unwrap();
            let below = Tranche::new(0.0, point).unwrap();
            near(formula.risk_weight(&above).risk_weight, formula.risk_weight(&Tranche::new(pool, 0.9).unwrap()).risk_weight, 1e-6);
            near(formula.risk_weight(&below).risk_weight, 12.5, 1e-6);
        }
    }
}

#[test]
fn without_correlation_defaults_are_binomial_and_with_all_of_it_one() {
    let law = gaussian()
        .loss_law(
            &Pool::homogeneous(3, 0.5, 0.0, Default::Probability(0.1)).unwrap(),
            1.0,
        )
        .unwrap();
    let binomial = [0.729, 0.243, 0.027, 0.001];
    law.points()
        .iter()
        .zip(binomial)
        .for_each(|((_, p), expected)| near(*p, expected, 1e-13));
    let one = Pool::homogeneous(50, 0.4, 1.0, Default::Probability(0.07)).unwrap();
    for loss in &losses(&gaussian(), &one)[..4] {
        near(*loss, 0.07, 1e-13);
    }
}

#[test]
fn many_names_come_close_to_infinitely_many() {
    let limit = Lhp::new(0.05, 0.4, 0.2).unwrap();
    let gap = |count: usize| {
        let pool = Pool::homogeneous(count, 0.4, 0.2, Default::Probability(0.05)).unwrap();
        let gaps = losses(&gaussian(), &pool)
            .into_iter()
            .zip(stack())
            .map(|(loss, tranche)| (loss - limit.tranche_loss(&tranche)).abs());
        gaps.fold(0.0, f64::max)
    };
    // The error falls as 1 / n.
    let (coarse, fine) = (gap(100), gap(1000));
    assert!(
        fine < 0.12 * coarse && fine > 0.05 * coarse,
        "{coarse} {fine}"
    );
    let pool = Pool::homogeneous(1000, 0.4, 0.2, Default::Probability(0.05)).unwrap();
    let law = gaussian().loss_law(&pool, 1.0).unwrap();
    near(law.quantile(0.99), limit.quantile(0.99), 0.01);
    near(
        law.expected_shortfall(0.99),
        limit.expected_shortfall(0.99),
        0.01,
    );
}

#[test]
fn losses_that_share_no_unit_keep_their_mean() {
    let names = (0..30).map(|i| {
        crate::support::name(
            1.0 + f64::from(i).sqrt(),
            0.1 + 0.01 * std::f64::consts::E * f64::from(i),
            0.5,
            0.05,
        )
    });
    let pool = Pool::new(names.collect()).unwrap();
    near(
        gaussian().loss_law(&pool, 1.0).unwrap().mean(),
        pool.expected_loss(1.0),
        1e-11,
    );
}

#[test]
fn figures_of_a_class_agree_with_the_law() {
    let law = LossLaw::of_counts((0..1000).map(|i| (f64::from(i) / 1000.0, 1)));
    let class = law.class(&Tranche::new(0.5, 0.75).unwrap(), 0.7);
    // 0.501 to 0.999 are above the attachment, 0.75 and more wipe it out.
    near(class.hit_probability, 0.499, 1e-9);
    near(class.wipe_out_probability, 0.25, 1e-9);
    near(class.value_at_risk, (0.699 - 0.5) / 0.25, 1e-9);
    // Beyond it: 0.700 to 0.749, of which the mean share is 0.898, and 250 at one.
    near(
        class.expected_shortfall,
        (50.0 * 0.898 + 250.0) / 300.0,
        1e-9,
    );
}

#[test]
fn bad_numbers_are_named() {
    let error = Pool::homogeneous(10, 1.4, 0.2, Default::Hazard(0.1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "recovery is 1.4; it must be between 0 and 1"
    );
    let error = Pool::homogeneous(10, 0.4, 0.2, Default::Probability(f64::NAN)).unwrap_err();
    assert!(error.to_string().starts_with("default probability is NaN"));
    let error = Tranche::new(0.3, 0.2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "detachment is 0.2; it must be above the attachment and at most 1"
    );
    let pool = Pool::homogeneous(10, 0.4, 0.2, Default::Hazard(0.1)).unwrap();
    let error = Model::new(Copula::Clayton { theta: -1.0 })
        .loss_law(&pool, 1.0)
        .unwrap_err();
    assert!(error.to_string().starts_with("theta is -1"));
}
