//! Derivatives.

use super::super::answer;
use super::super::given::{Found, Given};
use super::super::Solved;
use super::{basis_points, float, floats, gaussian, solved};
use risk::greeks::{
    cross_gamma, spread_greeks, tranche_greeks, Contract, SpreadGreeks, TrancheGreeks,
};
use risk::lhp::{Lhp, LhpGreeks};
use risk::spread::Convention;
use risk::Default;

pub fn lhp(given: &Given) -> Found<Solved> {
    let pool = Lhp::new(
        given.float("default_probability")?,
        given.float("recovery")?,
        given.float("copula_correlation")?,
    )?;
    let tranches = given.tranches()?;
    let greeks: Vec<LhpGreeks> = tranches
        .iter()
        .map(|tranche| pool.greeks(tranche))
        .collect();
    let of = |by: fn(&LhpGreeks) -> f64| floats(greeks.iter().map(by));
    solved(
        "lhp",
        [
            (
                "etl",
                floats(tranches.iter().map(|tranche| pool.tranche_loss(tranche))),
            ),
            ("d_dp", of(|greeks| greeks.by_probability)),
            ("d2_dp2", of(|greeks| greeks.by_probability_twice)),
            ("d_drho", of(|greeks| greeks.by_correlation)),
            ("d2_drho2", of(|greeks| greeks.by_correlation_twice)),
            (
                "d2_dp_drho",
                of(|greeks| greeks.by_probability_and_correlation),
            ),
            ("d_drecovery", of(|greeks| greeks.by_recovery)),
        ],
    )
}

/// Equal names: the first stands for all.
pub fn pool(given: &Given) -> Found<Solved> {
    let pool = given.pool(
        given.float("copula_correlation")?,
        Default::Probability(given.float("default_probability")?),
    )?;
    let tranches = given.tranches()?;
    let greeks = tranche_greeks(&gaussian(), &pool, 0.0, &tranches)?;
    let of = |by: fn(&TrancheGreeks) -> f64| floats(greeks.iter().map(by));
    let pairs: Result<Vec<f64>, _> = tranches
        .iter()
        .map(|tranche| cross_gamma(&gaussian(), &pool, 0.0, tranche, (0, 1)))
        .collect();
    solved(
        "greeks",
        [
            ("etl", of(|greeks| greeks.loss)),
            ("name_delta", of(|greeks| greeks.names[0].delta)),
            (
                "jump_to_default",
                of(|greeks| greeks.names[0].jump_to_default),
            ),
            ("d_drho", of(|greeks| greeks.correlation)),
            ("cross_gamma", floats(pairs?)),
        ],
    )
}

pub fn spreads(given: &Given) -> Found<Solved> {
    let pool = given.pool(
        given.float("copula_correlation")?,
        Default::Hazard(given.float("hazard")?),
    )?;
    let contract = Contract {
        maturity: given.float("maturity_years")?,
        payments_a_year: given.float("payments_per_year")?,
        rate: given.float("rate_cc")?,
        convention: Convention::MidPeriod,
    };
    let greeks = spread_greeks(&gaussian(), &pool, &contract, &given.tranches()?)?;
    let of = |by: fn(&SpreadGreeks) -> f64| floats(greeks.iter().map(by));
    solved(
        "greeks",
        [
            (
                "par_bp",
                basis_points(greeks.iter().map(|greeks| greeks.spread)),
            ),
            (
                "d_par_bp_per_1bp_spread",
                of(|greeks| greeks.spread_by_spreads),
            ),
            ("cs01_pv", of(|greeks| greeks.spreads01)),
            ("cs_gamma_pv", of(|greeks| greeks.spreads_gamma01)),
            ("corr01_pv", of(|greeks| greeks.correlation01)),
            ("rate01_pv", of(|greeks| greeks.rate01)),
            ("rec01_pv", of(|greeks| greeks.recovery01)),
        ],
    )
}

/// A large pool of loans that default when their collateral falls through its barrier.
pub fn vega(given: &Given) -> Found<Solved> {
    let t = given.float("horizon_years")?;
    let price = super::closed::falling(given)?;
    let pool = Lhp::new(
        price.probability(t),
        given.float("recovery")?,
        given.float("copula_correlation")?,
    )?;
    let tranche = given.tranches()?[0];
    let vega = pool.greeks(&tranche).by_probability * price.vega(t);
    Ok(Solved::by(
        "lhp, structural",
        answer::map([
            ("etl", float(pool.tranche_loss(&tranche))),
            ("vega", float(vega)),
        ]),
    ))
}
