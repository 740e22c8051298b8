//! What is calibrated prices what it was calibrated to.

use crate::support::near;
use risk::calibrate::{
    attachment_for_expected_loss, base_correlations, compound_correlation, hazard_from_spread,
    parameter, Quote,
};
use risk::spread::{tranche_legs, Convention, Schedule};
use risk::structural::Merton;
use risk::{Copula, Default, Error, Model, Pool, Tranche};

fn gaussian() -> Model {
    Model::new(Copula::Gaussian)
}

fn schedule() -> Schedule {
    Schedule::regular(5.0, 4.0, 0.03, Convention::MidPeriod).unwrap()
}

fn index(hazard: f64) -> Pool {
    Pool::homogeneous(125, 0.4, 0.0, Default::Hazard(hazard)).unwrap()
}

#[test]
fn a_correlation_reprices_its_quote() {
    let tranche = Tranche::new(0.03, 0.06).unwrap();
    let quote = Quote {
        upfront: 0.0,
        running: 0.0045,
    };
    let correlation =
        compound_correlation(&gaussian(), &index(0.004), &schedule(), &tranche, &quote).unwrap();
    let pool = index(0.004).with_correlation(correlation).unwrap();
    let legs = tranche_legs(&gaussian(), &pool, &schedule(), &[tranche]).unwrap();
    near(legs[0].spread(), quote.running, 1e-9);
    near(legs[0].upfront(quote.running), 0.0, 1e-9);
}

#[test]
fn prices_of_one_correlation_imply_it_everywhere() {
    let pool = index(0.006).with_correlation(0.3).unwrap();
    let tranches: Vec<Tranche> = Tranche::stack(&[0.03, 0.06, 0.09, 0.22]).unwrap();
    let legs = tranche_legs(&gaussian(), &pool, &schedule(), &tranches).unwrap();
    let running = [0.05, 0.0, 0.0, 0.0];
    let quote = |(legs, running): (&risk::spread::Legs, f64)| match running {
        0.0 => Quote {
            upfront: 0.0,
            running: legs.spread(),
        },
        running => Quote {
            upfront: legs.upfront(running),
            running,
        },
    };
    let quoted: Vec<(Tranche, Quote)> = tranches
        .into_iter()
        .zip(legs.iter().zip(running).map(quote))
        .collect();
    let found = base_correlations(&gaussian(), &index(0.006), &schedule(), &quoted).unwrap();
    // Of the two correlations that explain a mezzanine price the lower one is taken; base correlations have no such choice
    // once all below them are right.
    near(found.base[0], 0.3, 1e-7);
    assert!(found
        .compound
        .iter()
        .all(|correlation| *correlation < 0.3 + 1e-7));
}

#[test]
fn a_correlation_that_does_not_exist_is_named() {
    let quoted = [(
        Tranche::new(0.0, 0.03).unwrap(),
        Quote {
            upfront: 0.99,
            running: 0.05,
        },
    )];
    let error = base_correlations(&gaussian(), &index(0.001), &schedule(), &quoted).unwrap_err();
    assert!(matches!(
        &error,
        Error::NoSolution {
            what: "compound correlation",
            ..
        }
    ));
    assert!(
        error
            .to_string()
            .contains("tranche 0 to 0.03: protection is worth less"),
        "{error}"
    );
}

#[test]
fn copulas_are_fitted_to_a_spread() {
    let tranche = Tranche::new(0.0, 0.05).unwrap();
    let with = |theta: f64| {
        Ok((
            Model::new(Copula::Clayton { theta }).with_error(1e-8),
            index(0.01),
        ))
    };
    let theta = parameter(&schedule(), &tranche, 0.10, (1e-3, 3.0), with).unwrap();
    let (model, pool) = with(theta).unwrap();
    near(
        tranche_legs(&model, &pool, &schedule(), &[tranche]).unwrap()[0].spread(),
        0.10,
        1e-9,
    );
}

#[test]
fn hazards_firms_and_attachments_are_recovered() {
    let hazard = hazard_from_spread(0.01, 0.4, &schedule()).unwrap();
    // The quarter's granularity apart: spread = hazard × (1 − recovery).
    near(hazard, 0.01 / 0.6, 5e-3);
    let firm = Merton::from_equity(3.0, 0.8, 10.0, 0.05, 1.0).unwrap();
    near(firm.asset_value - firm.debt_value(), 3.0, 1e-10);
    let pool = Pool::homogeneous(100, 0.4, 0.2, Default::Probability(0.05)).unwrap();
    let law = gaussian().loss_law(&pool, 1.0).unwrap();
    let attachment =
        attachment_for_expected_loss(|tranche| law.tranche_loss(tranche), 0.001).unwrap();
    near(
        law.tranche_loss(&Tranche::new(attachment, 1.0).unwrap()),
        0.001,
        1e-9,
    );
    assert_eq!(
        attachment_for_expected_loss(|tranche| law.tranche_loss(tranche), 0.5).unwrap(),
        0.0
    );
}
