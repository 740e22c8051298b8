//! What moves a tranche's expected loss, and its value.
//!
//! Given the factor names are independent, so a derivative by one of them is the integral of the slope of its conditional
//! probability times what its default costs the tranche while the others stay uncertain (Andersen, Sidenius and Basu
//! 2003). Nothing is bumped, and nothing divided by a small difference.

use crate::copula::{Change, Copula, Node};
use crate::error::{ensure, Error, Result};
use crate::kernel::{anticipate, Lanes, Outcome, PartialLaw, LANES};
use crate::lattice::{Kind, Units};
use crate::model::{dot, Conditional, Model};
use crate::pool::{Default, Name, Pool};
use crate::spread::{tranche_legs, Convention, Legs, Schedule};
use crate::tranche::Tranche;
use rayon::prelude::*;

/// Derivatives of the share of a tranche that is lost on average by the horizon, by one name's parameters.
#[derive(Clone, Copy, Debug, std::default::Default, PartialEq)]
pub struct NameGreeks {
    /// By its default probability.
    pub delta: f64,
    /// By its default probability, twice.
    pub gamma: f64,
    /// By its loading.
    pub loading: f64,
    /// By its recovery. Where the loss stands exactly at an end of the tranche: the mean of both sides.
    pub recovery: f64,
    /// By its volatility, if it defaults when a price passes a barrier; otherwise zero.
    pub vega: f64,
    /// Change of the expected loss if it defaults now, the others being as likely to default as before.
    pub jump_to_default: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TrancheGreeks {
    /// Share lost on average.
    pub loss: f64,
    /// In the pool's order.
    pub names: Vec<NameGreeks>,
    /// By the correlation: the squares of all loadings rise together. Zero loadings have no part in it.
    pub correlation: f64,
}

/// Greeks of each tranche at the horizon `t`, for loadings below one. Clayton and Marshall–Olkin copulas do not look at loadings:
/// derivatives by them and by the correlation are zero. Where a common shock reaches several names alike, derivatives by one of their
/// probabilities are the mean of both sides, the second one without the kink.
pub fn tranche_greeks(
    model: &Model,
    pool: &Pool,
    t: f64,
    tranches: &[Tranche],
) -> Result<Vec<TrancheGreeks>> {
    let conditional = GivenFactor::new(model, pool, t)?;
    tranches
        .iter()
        .map(|tranche| Ok(conditional.greeks(tranche)))
        .collect()
}

/// Second derivative of a tranche's expected loss by the default probabilities of two different names, by their places; not
/// for common shocks, at which it may be infinite.
pub fn cross_gamma(
    model: &Model,
    pool: &Pool,
    t: f64,
    tranche: &Tranche,
    names: (usize, usize),
) -> Result<f64> {
    let count = pool.names().len();
    ensure(
        names.0 < count && names.1 < count && names.0 != names.1,
        "second name",
        names.1 as f64,
        "another of the pool's",
    )?;
    if let Copula::MarshallOlkin { .. } = model.copula {
        return Err(Error::Unsupported(
            "the Marshall–Olkin copula has no second derivative by two names",
        ));
    }
    Ok(GivenFactor::new(model, pool, t)?.cross_gamma(tranche, names))
}

/// A pool whose names are kept apart, and the points of the factor at which it was computed.
struct GivenFactor<'a> {
    pool: &'a Pool,
    t: f64,
    conditional: Conditional<'static>,
    nodes: Vec<Node>,
    /// Of each threshold.
    changes: Vec<Change>,
}

/// One name's part in derivatives, before they are scaled to its parameters.
#[derive(Clone, Copy, std::default::Default)]
struct Sums {
    delta: f64,
    gamma: f64,
    loading: f64,
    /// Mean slope of the tranche's loss by what this name loses, over the cases in which it defaults.
    slope: f64,
    jump: f64,
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.delta += other.delta;
        self.gamma += other.gamma;
        self.loading += other.loading;
        self.slope += other.slope;
        self.jump += other.jump;
    }
}

/// Means over the names to come, for each loss of those before.
#[derive(Clone)]
struct Ahead {
    /// Share of the tranche that is lost.
    loss: Vec<Lanes>,
    /// Its slope by the pool's loss.
    slope: Vec<Lanes>,
}

impl Ahead {
    /// Nobody is to come.
    fn of(tranche: &Tranche, unit: f64, length: usize) -> Self {
        let losses = || (0..length).map(|k| k as f64 * unit);
        let slope = |loss: f64| {
            let past = |point: f64| match loss - point {
                // No loss is beyond the whole pool.
                _ if point >= 1.0 => 0.0,
                gap if gap.abs() < 1e-10 => 0.5,
                gap => f64::from(gap > 0.0),
            };
            (past(tranche.attachment) - past(tranche.detachment)) / tranche.width()
        };
        Self {
            loss: losses().map(|loss| [tranche.loss(loss); LANES]).collect(),
            slope: losses().map(|loss| [slope(loss); LANES]).collect(),
        }
    }

    fn precede(&mut self, outcomes: &[Outcome]) {
        anticipate(&mut self.loss, outcomes);
        anticipate(&mut self.slope, outcomes);
    }
}

impl<'a> GivenFactor<'a> {
    fn new(model: &Model, pool: &'a Pool, t: f64) -> Result<Self> {
        let is_perfect = pool.names().iter().any(|name| name.loading.abs() == 1.0);
        let looks_at_loadings = !matches!(
            model.copula,
            Copula::Clayton { .. } | Copula::MarshallOlkin { .. }
        );
        if is_perfect && looks_at_loadings {
            return Err(Error::Unsupported("derivatives by conditioning need loadings below 1; for others take differences, as spread_greeks does"));
        }
        model.copula.validate()?;
        for name in pool.names() {
            let p = name.default.probability(t);
            ensure(
                0.0 < p && p < 1.0,
                "default probability",
                p,
                "above 0 and below 1 where derivatives are asked for",
            )?;
        }
        let (conditional, nodes) = model.apart(pool, t)?;
        let thresholds = conditional.thresholds.iter();
        let changes = thresholds.map(|threshold| model.copula.change(threshold, &nodes));
        Ok(Self {
            pool,
            t,
            changes: changes.collect::<Result<_>>()?,
            conditional,
            nodes,
        })
    }

    fn greeks(&self, tranche: &Tranche) -> TrancheGreeks {
        let parts: Vec<(f64, Vec<Sums>)> = (0..self.conditional.blocks())
            .into_par_iter()
            .map(|block| self.block(block, tranche))
            .collect();
        let mut loss = 0.0;
        let mut sums = vec![Sums::default(); self.pool.names().len()];
        for (share, of_names) in parts {
            loss += share;
            sums.iter_mut()
                .zip(of_names)
                .for_each(|(sum, part)| *sum += part);
        }
        let names: Vec<NameGreeks> = self
            .pool
            .names()
            .iter()
            .zip(&sums)
            .map(|(name, sums)| self.of_name(name, sums))
            .collect();
        let by_square = |(name, greeks): (&Name, &NameGreeks)| match name.loading {
            0.0 => 0.0,
            loading => 0.5 * greeks.loading / loading,
        };
        let correlation = self.pool.names().iter().zip(&names).map(by_square).sum();
        TrancheGreeks {
            loss,
            names,
            correlation,
        }
    }

    fn of_name(&self, name: &Name, sums: &Sums) -> NameGreeks {
        let by_volatility = match &name.default {
            Default::FirstPassage(price) => price.vega(self.t),
            _ => 0.0,
        };
        NameGreeks {
            delta: sums.delta,
            gamma: sums.gamma,
            loading: sums.loading,
            recovery: -sums.slope * name.exposure / self.pool.exposure(),
            vega: sums.delta * by_volatility,
            jump_to_default: sums.jump,
        }
    }

    /// The lattice's unit as a share of the pool, and how many of its losses decide about `tranche`.
    fn lattice(&self, tranche: &Tranche) -> (f64, usize) {
        let unit = self.pool.unit();
        // The last one is beyond the tranche: whatever is lost more changes nothing.
        let reached = (tranche.detachment / unit).ceil() as usize + 2;
        (unit, reached.min(self.conditional.lattice.worst + 1))
    }

    /// The tranche's loss and each name's part in it, at the factor's points of one block. Forwards the names join the
    /// law of the loss one by one; backwards each meets the mean over all who come after it.
    fn block(&self, block: usize, tranche: &Tranche) -> (f64, Vec<Sums>) {
        let (unit, length) = self.lattice(tranche);
        let outcomes = self.conditional.outcomes(block);
        let outcomes: Vec<&[Outcome]> = self
            .conditional
            .lattice
            .of_kinds(&outcomes)
            .map(|(_, outcomes)| outcomes)
            .collect();
        let mut ahead = Ahead::of(tranche, unit, length);
        let mut sums = vec![Sums::default(); outcomes.len()];
        for (place, law) in LawsBackwards::new(&outcomes, length) {
            sums[place] = self.sums(place, block, &law, &ahead, outcomes[place]);
            ahead.precede(outcomes[place]);
        }
        (
            dot(&self.conditional.mixture.weights[block], &ahead.loss[0]),
            sums,
        )
    }

    fn sums(
        &self,
        place: usize,
        block: usize,
        law: &PartialLaw,
        ahead: &Ahead,
        outcomes: &[Outcome],
    ) -> Sums {
        let weights = self.conditional.mixture.weights[block];
        let kind = &self.conditional.lattice.kinds[place];
        let mut sums = Sums::default();
        for (band, step) in self
            .steps(kind, |units| law.mean(&ahead.loss, units))
            .iter()
            .enumerate()
        {
            let weight = kind.bands[band].weight;
            let change = self.change(kind, band);
            for (lane, node) in self.points(block) {
                let slopes = change.slopes(node);
                let cost = weights[lane] * step[lane];
                sums.delta += weight * slopes.probability * cost;
                sums.gamma += weight * weight * slopes.probability_twice * cost;
                sums.loading += slopes.loading * cost;
                sums.jump += (weight - slopes.value) * cost;
            }
        }
        let slope = |(units, probability): &Outcome| {
            let slope = law.mean(&ahead.slope, *units);
            (0..LANES)
                .map(|lane| weights[lane] * probability[lane] * slope[lane])
                .sum::<f64>()
        };
        sums.slope = outcomes.iter().map(slope).sum();
        sums
    }

    /// What each band of outcomes costs more than the next milder one, survival the mildest.
    fn steps(&self, kind: &Kind, value: impl Fn(usize) -> Lanes) -> Vec<Lanes> {
        let cost = |units: &Units| {
            let mut cost = [0.0; LANES];
            for (units, share) in units {
                let value = value(*units);
                (0..LANES).for_each(|lane| cost[lane] += share * value[lane]);
            }
            cost
        };
        let mut costs: Vec<Lanes> = kind.bands.iter().map(|band| cost(&band.units)).collect();
        costs.push(value(0));
        costs
            .windows(2)
            .map(|pair| std::array::from_fn(|lane| pair[0][lane] - pair[1][lane]))
            .collect()
    }

    fn change(&self, kind: &Kind, band: usize) -> &Change {
        &self.changes[kind.thresholds.start + band]
    }

    /// Of the probability of a band of `kind` given the factor, by that of default.
    fn slope(&self, kind: &Kind, band: usize, node: &Node) -> f64 {
        kind.bands[band].weight * self.change(kind, band).slopes(node).probability
    }

    /// The factor's points of a block with their lanes.
    fn points(&self, block: usize) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes
            .iter()
            .skip(block * LANES)
            .take(LANES)
            .enumerate()
    }

    fn cross_gamma(&self, tranche: &Tranche, (first, second): (usize, usize)) -> f64 {
        let (unit, length) = self.lattice(tranche);
        let value = Ahead::of(tranche, unit, length).loss;
        let part = |block: usize| {
            let mut law = PartialLaw::new(length);
            let outcomes = self.conditional.outcomes(block);
            let others = self
                .conditional
                .lattice
                .of_kinds(&outcomes)
                .enumerate()
                .filter(|(place, _)| *place != first && *place != second);
            others.for_each(|(_, (_, outcomes))| law.join(outcomes));
            let weights = self.conditional.mixture.weights[block];
            let [first, second] =
                [first, second].map(|place| &self.conditional.lattice.kinds[place]);
            let mut sum = 0.0;
            for band in 0..first.bands.len() {
                let steps =
                    |extra: usize| self.steps(first, |units| law.mean(&value, units + extra))[band];
                for (other, step) in self.steps(second, steps).iter().enumerate() {
                    for (lane, node) in self.points(block) {
                        sum += weights[lane]
                            * self.slope(first, band, node)
                            * self.slope(second, other, node)
                            * step[lane];
                    }
                }
            }
            sum
        };
        (0..self.conditional.blocks()).map(part).sum()
    }
}

/// The law of the names before each one, from the last name to the first.
///
/// Laws are kept at every √n-th name and recomputed between them, so that memory grows with the root of the number of
/// names and time only doubles.
struct LawsBackwards<'a> {
    outcomes: &'a [&'a [Outcome]],
    stride: usize,
    kept: Vec<PartialLaw>,
    /// Of the names since the last one kept.
    recent: Vec<PartialLaw>,
}

impl<'a> LawsBackwards<'a> {
    fn new(outcomes: &'a [&'a [Outcome]], length: usize) -> Self {
        let stride = outcomes.len().isqrt().max(1);
        let mut law = PartialLaw::new(length);
        let mut kept = Vec::with_capacity(outcomes.len() / stride + 1);
        for (place, outcomes) in outcomes.iter().enumerate() {
            if place % stride == 0 {
                kept.push(law.clone());
            }
            law.join(outcomes);
        }
        Self {
            outcomes,
            stride,
            kept,
            recent: Vec::new(),
        }
    }
}

impl Iterator for LawsBackwards<'_> {
    type Item = (usize, PartialLaw);

    fn next(&mut self) -> Option<Self::Item> {
        if self.recent.is_empty() {
            self.recent.push(self.kept.pop()?);
            let start = self.kept.len() * self.stride;
            let end = (start + self.stride).min(self.outcomes.len());
            for outcomes in &self.outcomes[start..end - 1] {
                let mut law = self.recent[self.recent.len() - 1].clone();
                law.join(outcomes);
                self.recent.push(law);
            }
        }
        let law = self.recent.pop()?;
        Some((self.kept.len() * self.stride + self.recent.len(), law))
    }
}

/// A class of regular payments, to be valued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contract {
    /// In years.
    pub maturity: f64,
    pub payments_a_year: f64,
    /// Continuously compounded.
    pub rate: f64,
    pub convention: Convention,
}

impl Contract {
    pub fn schedule(&self) -> Result<Schedule> {
        Schedule::regular(
            self.maturity,
            self.payments_a_year,
            self.rate,
            self.convention,
        )
    }
}

/// What moves the value of protection on a tranche, per unit of it, that pays the premium which is fair now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpreadGreeks {
    /// The fair premium a year.
    pub spread: f64,
    /// Its change per change of all names' own spreads.
    pub spread_by_spreads: f64,
    /// Derivative of the value by all names' own spreads, hazard × (1 − recovery), for a basis point.
    pub spreads01: f64,
    /// Second derivative by the names' spreads, for a basis point.
    pub spreads_gamma01: f64,
    /// For one more percent of correlation, the squares of all loadings.
    pub correlation01: f64,
    /// For a basis point more of interest.
    pub rate01: f64,
    /// For one more percent of recovery at the same hazards.
    pub recovery01: f64,
}

/// For any copula, by symmetric differences that are refined until their error is far below the effect, with the premium
/// fixed at the fair one.
pub fn spread_greeks(
    model: &Model,
    pool: &Pool,
    contract: &Contract,
    tranches: &[Tranche],
) -> Result<Vec<SpreadGreeks>> {
    const BASIS_POINT: f64 = 1e-4;
    let legs = |pool: &Pool, rate: f64| {
        tranche_legs(
            model,
            pool,
            &Contract { rate, ..*contract }.schedule()?,
            tranches,
        )
    };
    let now = legs(pool, contract.rate)?;
    let value = |after: &[Legs]| {
        now.iter()
            .zip(after)
            .map(|(now, after)| after.upfront(now.spread()))
            .collect::<Vec<f64>>()
    };
    let spreads_up = |change: f64| legs(&spreads_moved(pool, change)?, contract.rate);
    let fair = differences(
        |change| Ok(spreads_up(change)?.iter().map(Legs::spread).collect()),
        2.0 * BASIS_POINT,
    )?;
    let by_spreads = differences(|change| Ok(value(&spreads_up(change)?)), 2.0 * BASIS_POINT)?;
    let by_correlation = differences(
        |change| {
            Ok(value(&legs(
                &correlations_moved(pool, change)?,
                contract.rate,
            )?))
        },
        correlation_step(pool),
    )?;
    let by_rate = differences(
        |change| Ok(value(&legs(pool, contract.rate + change)?)),
        2.0 * BASIS_POINT,
    )?;
    let recoveries = |change: f64| {
        Ok(value(&legs(
            &recoveries_moved(pool, change)?,
            contract.rate,
        )?))
    };
    let (up, down) = (recoveries(0.01)?, recoveries(-0.01)?);
    let of = |i: usize| SpreadGreeks {
        spread: now[i].spread(),
        spread_by_spreads: fair.first[i],
        spreads01: by_spreads.first[i] * BASIS_POINT,
        spreads_gamma01: by_spreads.second[i] * BASIS_POINT * BASIS_POINT,
        correlation01: 0.01 * by_correlation.first[i],
        rate01: by_rate.first[i] * BASIS_POINT,
        recovery01: 0.5 * (up[i] - down[i]),
    };
    Ok((0..tranches.len()).map(of).collect())
}

struct Differences {
    first: Vec<f64>,
    second: Vec<f64>,
}

/// Derivatives at zero, from symmetric differences of two widths extrapolated to none.
fn differences(f: impl Fn(f64) -> Result<Vec<f64>>, step: f64) -> Result<Differences> {
    let [low, lower, middle, higher, high] =
        [-1.0, -0.5, 0.0, 0.5, 1.0].map(|share| f(share * step));
    let (low, lower, middle, higher, high) = (low?, lower?, middle?, higher?, high?);
    let first = |i: usize| (8.0 * (higher[i] - lower[i]) - (high[i] - low[i])) / (6.0 * step);
    let near = |i: usize| (higher[i] - 2.0 * middle[i] + lower[i]) * 4.0;
    let far = |i: usize| high[i] - 2.0 * middle[i] + low[i];
    let second = |i: usize| (4.0 * near(i) - far(i)) / (3.0 * step * step);
    let places = 0..middle.len();
    Ok(Differences {
        first: places.clone().map(first).collect(),
        second: places.map(second).collect(),
    })
}

fn spreads_moved(pool: &Pool, change: f64) -> Result<Pool> {
    pool.map(|name| {
        let loss = name.recovery.mean_loss();
        let hazard = if loss > 0.0 { change / loss } else { 0.0 };
        Name {
            default: name.default.plus_hazard(hazard),
            ..name.clone()
        }
    })
}

/// Names without a loading stay independent.
fn correlations_moved(pool: &Pool, change: f64) -> Result<Pool> {
    pool.map(|name| match name.loading {
        0.0 => name.clone(),
        loading => Name {
            loading: loading.signum() * (loading * loading + change).sqrt(),
            ..name.clone()
        },
    })
}

/// Small enough for all squared loadings to stay between 0 and 1.
fn correlation_step(pool: &Pool) -> f64 {
    let room = |name: &Name| match name.loading * name.loading {
        0.0 => 1.0,
        square => square.min(1.0 - square),
    };
    pool.names().iter().map(room).fold(1.0, f64::min).min(0.04) * 0.25
}

fn recoveries_moved(pool: &Pool, change: f64) -> Result<Pool> {
    pool.map(|name| Name {
        recovery: name.recovery.moved(change),
        ..name.clone()
    })
}
