//! Hazards, correlations and attachment points that explain what is given.

use super::super::answer::{self, Answer};
use super::super::given::{Found, Given};
use super::super::Solved;
use super::{float, floats, gaussian, legs, solved};
use risk::calibrate::{attachment_for_expected_loss, base_correlations, hazard_from_spread, Quote};
use risk::lhp::Lhp;
use risk::spread::{Convention, Schedule};
use risk::{Default, Error, Pool, Tranche};

pub fn hazard(given: &Given) -> Found<Solved> {
    let schedule = legs::schedule(given, Convention::MidPeriod)?;
    let hazard = hazard_from_spread(
        1e-4 * given.float("cds_spread_bp")?,
        given.float("recovery")?,
        &schedule,
    )?;
    solved("calibrate", [("hazard", float(hazard))])
}

/// iTraxx Europe on 31 January 2007, for cases that name only detachment points: upfront for the first tranche with 500
/// a year, basis points a year for the others.
const UPFRONT_2007: f64 = 0.1034;
const RUNNING_2007: [f64; 4] = [41.59, 11.95, 5.60, 2.00];

fn quotes(given: &Given) -> Found<Vec<Quote>> {
    let quotes = given
        .has("quotes")
        .then(|| given.object("quotes"))
        .transpose()?;
    let (upfront, running, others) = match &quotes {
        Some(quotes) => (
            quotes.float("equity_upfront")?,
            quotes.float("equity_running_bp")?,
            quotes.floats("others_bp")?,
        ),
        None => (UPFRONT_2007, 500.0, RUNNING_2007.to_vec()),
    };
    let first = Quote {
        upfront,
        running: 1e-4 * running,
    };
    let others = others.into_iter().map(|running| Quote {
        upfront: 0.0,
        running: 1e-4 * running,
    });
    Ok([first].into_iter().chain(others).collect())
}

fn quoted_tranches(given: &Given) -> Found<Vec<Tranche>> {
    if given.has("tranches") {
        return given.tranches();
    }
    let points = given.floats("detachments")?;
    let lower = [0.0].into_iter().chain(points.iter().copied());
    lower
        .zip(&points)
        .map(|(from, to)| Ok(Tranche::new(from, *to)?))
        .collect()
}

/// Compound and base correlations. Where only quotes are given: 125 names, 40 % recovery, five years at 3 %, the hazard
/// from the index. A correlation that does not exist is said to be missing, with the tranche and the reason.
pub fn implied(given: &Given) -> Found<Solved> {
    let schedule = Schedule::regular(
        given.float_or("maturity_years", 5.0)?,
        given.float_or("payments_per_year", 4.0)?,
        given.float_or("rate_cc", 0.03)?,
        Convention::MidPeriod,
    )?;
    let recovery = given.float_or("recovery", 0.4)?;
    let hazard = match given.has("index_bp") {
        true => hazard_from_spread(1e-4 * given.float("index_bp")?, recovery, &schedule)?,
        false => given.float("hazard")?,
    };
    let names = if given.has("names") {
        given.size("names")?
    } else {
        125
    };
    let pool = Pool::homogeneous(names, recovery, 0.0, Default::Hazard(hazard))?;
    let quoted: Vec<_> = quoted_tranches(given)?
        .into_iter()
        .zip(quotes(given)?)
        .collect();
    match base_correlations(&gaussian(), &pool, &schedule, &quoted) {
        Ok(found) => solved(
            "calibrate",
            [
                ("compound_correlation", floats(found.compound)),
                ("base_correlation", floats(found.base)),
                ("cumulative_pv_loss", floats(found.expected_losses)),
            ],
        ),
        Err(error @ Error::NoSolution { .. }) => {
            let missing = Answer::Refused(error.to_string());
            solved(
                "calibrate, which reports what has no correlation",
                [
                    ("compound_correlation", missing.clone()),
                    ("base_correlation", missing),
                ],
            )
        }
        Err(error) => Err(error.into()),
    }
}

/// Under keys like `attachment_for_1pct_hit_probability` and `attachment_for_5bp_senior_el`.
pub fn attachment(given: &Given) -> Found<Solved> {
    let pool = Lhp::new(
        given.float("default_probability")?,
        given.float("recovery")?,
        given.float("copula_correlation")?,
    )?;
    let targets = given.object("targets")?;
    let (hit, loss) = (targets.float("senior_pd")?, targets.float("senior_el")?);
    let by_loss = attachment_for_expected_loss(|tranche| pool.tranche_loss(tranche), loss)?;
    let key = |key: &String| {
        let value = if key.ends_with("hit_probability") {
            pool.quantile(1.0 - hit)
        } else {
            by_loss
        };
        (key.clone(), float(value))
    };
    Ok(Solved::by(
        "calibrate",
        answer::map(given.wanted.keys().map(key)),
    ))
}
