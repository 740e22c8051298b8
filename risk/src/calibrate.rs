//! Parameters that explain prices, and class sizes that meet a target.

use crate::error::{ensure, ensure_positive, Error, Result};
use crate::model::Model;
use crate::pool::{Default, Pool};
use crate::solve;
use crate::spread::{tranche_legs, Legs, Schedule};
use crate::tranche::Tranche;

/// Price of protection: a payment at the start, as a share of the tranche, and a premium a year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    pub upfront: f64,
    pub running: f64,
}

impl Quote {
    /// By how much the protection of `legs` is worth more than it costs.
    fn excess(&self, legs: &Legs) -> f64 {
        legs.upfront(self.running) - self.upfront
    }
}

/// The constant hazard at which protection on one name, paying 1 − `recovery`, is worth `spread` a year.
pub fn hazard_from_spread(spread: f64, recovery: f64, schedule: &Schedule) -> Result<f64> {
    ensure_positive("spread", spread)?;
    ensure(
        (0.0..1.0).contains(&recovery),
        "recovery",
        recovery,
        "at least 0 and below 1",
    )?;
    let excess = |hazard: f64| {
        let lost: Vec<f64> = schedule
            .periods
            .iter()
            .map(|period| Default::Hazard(hazard).probability(period.end))
            .collect();
        let legs = schedule.legs(&lost);
        Ok((1.0 - recovery) * legs.protection - spread * legs.annuity())
    };
    let about = spread / (1.0 - recovery);
    solve::root("hazard", excess, 0.1 * about, 10.0 * about)
}

/// The lowest correlation at which all names, correlated by it alone, explain the `quote` of one tranche. Mezzanine
/// tranches may have a second one, and some quotes none.
pub fn compound_correlation(
    model: &Model,
    pool: &Pool,
    schedule: &Schedule,
    tranche: &Tranche,
    quote: &Quote,
) -> Result<f64> {
    let excess = |correlation: f64| {
        let legs = tranche_legs(
            model,
            &pool.with_correlation(correlation)?,
            schedule,
            &[*tranche],
        )?;
        Ok(quote.excess(&legs[0]))
    };
    const STEPS: u32 = 50;
    let step = |i: u32| f64::from(i) / f64::from(STEPS) * HIGHEST;
    let mut before = excess(0.0)?;
    for i in 1..=STEPS {
        let here = excess(step(i))?;
        if before * here <= 0.0 {
            return solve::root("correlation", excess, step(i - 1), step(i));
        }
        before = here;
    }
    let which = if before > 0.0 { "more" } else { "less" };
    let reason = format!(
        "protection is worth {which} than its quote at every correlation from 0 to {HIGHEST}"
    );
    Err(Error::NoSolution {
        what: "compound correlation",
        reason,
    })
}

/// Above it pools are as good as one name, and integration takes too many steps.
const HIGHEST: f64 = 0.99;

/// Compound and base correlations of adjacent tranches that begin with the first loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlations {
    pub compound: Vec<f64>,
    pub base: Vec<f64>,
    /// Present value of what the tranches up to each detachment point lose, as a share of the pool.
    pub expected_losses: Vec<f64>,
}

/// The correlation at which the first-loss tranche up to each detachment point loses as much, in present value, as the
/// quoted tranches below it lose together at their compound correlations (Hull's method). A correlation that does not
/// exist is an error that names its tranche.
pub fn base_correlations(
    model: &Model,
    pool: &Pool,
    schedule: &Schedule,
    quoted: &[(Tranche, Quote)],
) -> Result<Correlations> {
    let mut found = Correlations {
        compound: Vec::new(),
        base: Vec::new(),
        expected_losses: Vec::new(),
    };
    let mut total = 0.0;
    let mut reached = 0.0;
    for (tranche, quote) in quoted {
        let is_next = (tranche.attachment - reached).abs() < 1e-12;
        ensure(
            is_next,
            "attachment",
            tranche.attachment,
            "the detachment point of the tranche before, 0 for the first",
        )?;
        let compound = compound_correlation(model, pool, schedule, tranche, quote)
            .map_err(|error| at(tranche, error))?;
        let legs = tranche_legs(
            model,
            &pool.with_correlation(compound)?,
            schedule,
            &[*tranche],
        )?;
        total += legs[0].protection * tranche.width();
        let base = base_correlation(model, pool, schedule, tranche.detachment, total)
            .map_err(|error| at(tranche, error))?;
        found.compound.push(compound);
        found.base.push(base);
        found.expected_losses.push(total);
        reached = tranche.detachment;
    }
    Ok(found)
}

/// The correlation at which losses up to `detachment` have this present value, a share of the pool.
pub fn base_correlation(
    model: &Model,
    pool: &Pool,
    schedule: &Schedule,
    detachment: f64,
    value: f64,
) -> Result<f64> {
    let first_loss = Tranche::new(0.0, detachment)?;
    let excess = |correlation: f64| {
        let legs = tranche_legs(
            model,
            &pool.with_correlation(correlation)?,
            schedule,
            &[first_loss],
        )?;
        Ok(legs[0].protection * detachment - value)
    };
    solve::root("base correlation", excess, 0.0, HIGHEST)
}

fn at(tranche: &Tranche, error: Error) -> Error {
    match error {
        Error::NoSolution { what, reason } => {
            let Tranche {
                attachment,
                detachment,
            } = tranche;
            Error::NoSolution {
                what,
                reason: format!("tranche {attachment} to {detachment}: {reason}"),
            }
        }
        other => other,
    }
}

/// The parameter between `low` and `high` whose model and pool price `tranche` at `spread` a year.
pub fn parameter(
    schedule: &Schedule,
    tranche: &Tranche,
    spread: f64,
    (low, high): (f64, f64),
    with: impl Fn(f64) -> Result<(Model, Pool)>,
) -> Result<f64> {
    let excess = |parameter: f64| {
        let (model, pool) = with(parameter)?;
        let legs = tranche_legs(&model, &pool, schedule, &[*tranche])?;
        Ok(legs[0].spread() / spread - 1.0)
    };
    solve::root("parameter", excess, low, high)
}

/// The attachment point from which a tranche up to the whole pool loses `target` of itself on average, `tranche_loss`
/// being the law's answer: the way Moody's sizes a class. For a probability of loss, as S&P does, ask the law for its
/// quantile.
pub fn attachment_for_expected_loss(
    tranche_loss: impl Fn(&Tranche) -> f64,
    target: f64,
) -> Result<f64> {
    ensure(
        0.0 < target && target < 1.0,
        "target",
        target,
        "between 0 and 1",
    )?;
    let senior = |attachment: f64| Tranche {
        attachment,
        detachment: 1.0,
    };
    let excess = |attachment: f64| Ok(tranche_loss(&senior(attachment)) - target);
    if excess(0.0)? <= 0.0 {
        return Ok(0.0);
    }
    solve::root("attachment point", excess, 0.0, 1.0 - 1e-9)
}
