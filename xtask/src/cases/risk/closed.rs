//! Closed forms: normal laws, the large pool, structural models, capital.

use super::super::answer::{self, Answer};
use super::super::given::{Found, Given};
use super::super::Solved;
use super::{float, floats, solved};
use risk::lhp::Lhp;
use risk::regulatory::{corporate_risk_weight, SupervisoryFormula, SurchargeTable};
use risk::special::{bivariate_normal_cdf, normal_cdf, normal_quantile};
use risk::structural::{FirstPassage, Merton};
use risk::{Default, Tranche};

pub fn normal(given: &Given) -> Found<Solved> {
    let (key, law): (_, fn(f64) -> f64) = if given.has("p") {
        ("p", normal_quantile)
    } else {
        ("x", normal_cdf)
    };
    solved(
        "special",
        [("value", floats(given.floats(key)?.into_iter().map(law)))],
    )
}

pub fn bivariate_normal(given: &Given) -> Found<Solved> {
    let value = bivariate_normal_cdf(given.float("h")?, given.float("k")?, given.float("rho")?);
    solved("special", [("value", float(value))])
}

fn large_pool(given: &Given) -> Found<Lhp> {
    let correlation = given.float("copula_correlation")?;
    Ok(Lhp::new(
        given.float("default_probability")?,
        given.float("recovery")?,
        correlation,
    )?)
}

/// Value at risk and shortfall go by the digits of their level: `var999` at 99.9 %.
pub fn lhp(given: &Given) -> Found<Solved> {
    let pool = large_pool(given)?;
    let mut answers = answer::map([("portfolio_el", float(pool.expected_loss()))]);
    let levels = if given.has("levels") {
        "levels"
    } else {
        "var_levels"
    };
    for level in given.floats(levels)? {
        let digits = level.to_string().trim_start_matches("0.").to_owned();
        answers.insert(format!("var{digits}"), float(pool.quantile(level)));
        answers.insert(format!("es{digits}"), float(pool.expected_shortfall(level)));
    }
    if given.has("loss_level") {
        answers.insert(
            "prob_loss_gt".to_owned(),
            float(pool.exceedance(given.float("loss_level")?)),
        );
    }
    if given.has("tail_loss") {
        let loss = given.float("tail_loss")?;
        let percent = (100.0 * loss).round();
        answers.insert(
            format!("prob_loss_gt_{percent}pct"),
            float(pool.exceedance(loss)),
        );
    }
    if given.has("tranches") {
        let tranches = given.tranches()?;
        answers.insert(
            "etl".to_owned(),
            floats(tranches.iter().map(|tranche| pool.tranche_loss(tranche))),
        );
    }
    Ok(Solved::by("lhp", answers))
}

/// A price that defaults when it falls through its barrier.
pub fn falling(given: &Given) -> Found<FirstPassage> {
    Ok(FirstPassage::new(
        given.float("volatility")?,
        given.float_or("drift", 0.0)?,
        given.float("barrier_ratio")?,
    )?)
}

pub fn first_passage(given: &Given) -> Found<Solved> {
    let t = given.float("horizon_years")?;
    let price = falling(given)?;
    solved(
        "structural",
        [
            ("hit_probability", float(price.probability(t))),
            ("terminal_probability", float(price.terminal_probability(t))),
            ("vega_d_hit_d_sigma", float(price.vega(t))),
        ],
    )
}

pub fn merton(given: &Given) -> Found<Solved> {
    let firm = Merton::from_equity(
        given.float("equity")?,
        given.float("equity_vol")?,
        given.float("debt_face")?,
        given.float("rate_cc")?,
        given.float("maturity_years")?,
    )?;
    solved(
        "structural",
        [
            ("asset_value", float(firm.asset_value)),
            ("asset_vol", float(firm.asset_volatility)),
            ("pd", float(firm.default_probability())),
            ("debt_value", float(firm.debt_value())),
            ("expected_loss", float(firm.expected_loss())),
        ],
    )
}

/// One is paid at the first of independent defaults: the smallest of exponential times is exponential.
pub fn first_to_default(given: &Given) -> Found<Solved> {
    let value = risk::spread::first_to_default_value(
        given.size("names")? as f64 * given.float("hazard")?,
        given.float("rate_cc")?,
        given.float("maturity_years")?,
    );
    solved("spread", [("value", float(value))])
}

pub fn joint_default(given: &Given) -> Found<Solved> {
    let t = given.float("horizon_years")?;
    let hazards = given.floats("hazard")?;
    let [first, second] = hazards[..] else {
        return Err(given.wrong("hazard", "is not a pair"));
    };
    let [first, second] = [first, second].map(|hazard| Default::Hazard(hazard).probability(t));
    let together = bivariate_normal_cdf(
        normal_quantile(first),
        normal_quantile(second),
        given.float("copula_correlation")?,
    );
    solved(
        "special",
        [
            ("joint_default_probability", float(together)),
            (
                "default_event_correlation",
                float(risk::rating::default_correlation(first, second, together)),
            ),
        ],
    )
}

/// SEC-SA writes its inputs differently and states the exposure.
pub fn supervisory(given: &Given) -> Found<Solved> {
    let tranche = Tranche::new(given.float("A")?, given.float("D")?)?;
    let (capital, delinquent) = if given.has("KSA") {
        ("KSA", "W_known")
    } else {
        ("KG", "W")
    };
    let floor = given.float_or("floor", 0.0)?;
    let formula = SupervisoryFormula::new(
        given.float(capital)?,
        given.float(delinquent)?,
        given.float("p")?,
        floor,
    )?;
    let formula = formula.with_unknown(given.float_or("unknown_share", 0.0)?)?;
    let weight = formula.risk_weight(&tranche);
    solved(
        "regulatory",
        [
            ("KA", float(formula.pool_capital)),
            ("KSSFA", weight.capital.map_or(Answer::Nothing, float)),
            ("risk_weight_before_floor", float(weight.before_floor)),
            ("risk_weight", float(weight.risk_weight)),
            (
                "rwa",
                float(weight.risk_weight * given.float_or("exposure", 0.0)?),
            ),
        ],
    )
}

pub fn internal_ratings(given: &Given) -> Found<Solved> {
    let [a, b, c, d, e] = [
        given.float("A")?,
        given.float("B")?,
        given.float("C")?,
        given.float("D")?,
        given.float("E")?,
    ];
    let capital = given.float("KIRB")?;
    let table = SurchargeTable { a, b, c, d, e };
    let surcharge = table.surcharge(
        given.float("N")?,
        capital,
        given.float("LGD")?,
        given.float("MT")?,
    );
    let tranche = Tranche::new(given.float("attachment")?, given.float("detachment")?)?;
    let weight = SupervisoryFormula::new(capital, 0.0, surcharge, given.float_or("floor", 0.0)?)?
        .risk_weight(&tranche);
    solved(
        "regulatory",
        [
            ("p", float(surcharge)),
            ("risk_weight", float(weight.risk_weight)),
        ],
    )
}

pub fn corporate(given: &Given) -> Found<Solved> {
    let [loss, maturity, confidence] = [
        given.float("lgd")?,
        given.float("maturity")?,
        given.float("confidence")?,
    ];
    let weight =
        |probability| Ok(100.0 * corporate_risk_weight(probability, loss, maturity, confidence)?);
    let weights: Found<Vec<f64>> = given.floats("pd")?.into_iter().map(weight).collect();
    solved("regulatory", [("risk_weight_percent", floats(weights?))])
}
