//! Simulated losses, for what no recursion covers, and tails by importance sampling.
//!
//! Scenarios come in chunks of a fixed size, each with a stream of random numbers of its own that the seed and the
//! chunk's number decide. The same seed gives the same numbers with any number of threads.

use crate::copula::{Copula, Node};
use crate::error::{ensure, Error, Result};
use crate::lattice::Kind;
use crate::law::LossLaw;
use crate::model::{thresholds, Model};
use crate::pool::Pool;
use crate::scenario::{Obligors, Scenarios};
use crate::special::{gamma_quantile, normal_pdf, normal_quantile, student_quantile};
use rand::{RngCore, SeedableRng};
use rand_distr::{ChiSquared, Distribution, Exp1, Gamma, StandardNormal, StudentT};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};
use rayon::prelude::*;

/// Scenarios that share a stream.
const CHUNK: u64 = 4096;

/// How many scenarios, and which.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    pub scenarios: u64,
    pub seed: u64,
}

impl Sampling {
    /// Each chunk's stream and how many scenarios it has.
    fn chunks(self) -> impl IndexedParallelIterator<Item = (Xoshiro256PlusPlus, u64)> {
        let count = self.scenarios.div_ceil(CHUNK) as usize;
        let chunk = move |place: usize| {
            (
                stream(self.seed, place as u64),
                CHUNK.min(self.scenarios - place as u64 * CHUNK),
            )
        };
        (0..count).into_par_iter().map(chunk)
    }
}

/// The random numbers of one chunk of work.
pub fn stream(seed: u64, chunk: u64) -> Xoshiro256PlusPlus {
    let key = SplitMix64::seed_from_u64(seed).next_u64();
    Xoshiro256PlusPlus::from_rng(&mut SplitMix64::seed_from_u64(key ^ chunk))
}

/// A mean over scenarios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Of `value`; in 95 of 100 runs the truth is within 1.96 of these.
    pub standard_error: f64,
}

impl Estimate {
    fn of(sum: f64, squares: f64, count: u64) -> Self {
        let count = count as f64;
        let value = sum / count;
        let variance = (squares / count - value * value).max(0.0);
        Self {
            value,
            standard_error: (variance / (count - 1.0).max(1.0)).sqrt(),
        }
    }

    /// The mean of `f` of a loss that was simulated `scenarios` times.
    pub fn of_law(law: &LossLaw, scenarios: u64, f: impl Fn(f64) -> f64) -> Self {
        let moment = |power: i32| {
            law.points()
                .iter()
                .map(|(loss, p)| p * f(*loss).powi(power))
                .sum::<f64>()
        };
        let count = scenarios as f64;
        Self::of(moment(1) * count, moment(2) * count, scenarios)
    }
}

/// The law of losses by time `t` that were simulated, of any copula. Memory does not grow with scenarios.
///
/// Given the factor a name defaults if a uniform number is below its conditional probability, which is computed for the
/// few numbers only that bounds of it leave open.
pub fn simulate(model: &Model, pool: &Pool, t: f64, sampling: Sampling) -> Result<LossLaw> {
    ensure(
        sampling.scenarios > 0,
        "number of scenarios",
        0.0,
        "positive",
    )?;
    let (nodes, kinds) = kinds(model, pool, t)?;
    let scenarios = Scenarios::new(&kinds, &nodes, sampling.scenarios);
    let factor = Factor::of(&model.copula)?;
    let none = || vec![0u64; pool.lattice().worst + 1];
    let chunk = |mut counts: Vec<u64>, (mut random, count): (Xoshiro256PlusPlus, u64)| {
        let mut scratch = scenarios.scratch(&mut random);
        for _ in 0..count {
            let node = factor.draw(&mut random);
            counts[scenarios.draw(&node, &mut scratch, &mut random)] += 1;
        }
        counts
    };
    let add = |mut counts: Vec<u64>, more: Vec<u64>| {
        counts
            .iter_mut()
            .zip(more)
            .for_each(|(count, more)| *count += more);
        counts
    };
    let counts = sampling.chunks().fold(none, chunk).reduce(none, add);
    let share = |count: u64| count as f64 / sampling.scenarios as f64;
    Ok(LossLaw::on_lattice(
        pool.unit(),
        counts.into_iter().map(share).collect(),
    ))
}

/// Points that cover the factor's range, and kinds of names with their number and what decides about each.
pub(crate) fn kinds(model: &Model, pool: &Pool, t: f64) -> Result<(Vec<Node>, Vec<Obligors>)> {
    ensure(t >= 0.0, "time", t, "0 or later")?;
    model.copula.validate()?;
    let lattice = pool.lattice();
    let thresholds = thresholds(pool, lattice, t);
    let nodes = model
        .copula
        .nodes(&thresholds, pool.names().len(), 1e-12, None);
    let kind = |kind: &Kind| {
        let thresholds = &thresholds[kind.thresholds.clone()];
        let bands = kind.bands.iter().zip(thresholds).map(|(band, threshold)| {
            let link = model.copula.link(threshold, &nodes)?;
            Ok((link, band.units.clone()))
        });
        Ok((kind.count, bands.collect::<Result<_>>()?))
    };
    let kinds = lattice.kinds.iter().map(kind).collect::<Result<_>>()?;
    Ok((nodes, kinds))
}

/// The law of the common factor.
pub(crate) enum Factor {
    Normal,
    /// Normal, and the square of its scale.
    Scaled(ChiSquared<f64>, f64),
    Student(StudentT<f64>, f64),
    /// Of this shape.
    Frailty(Gamma<f64>, f64),
    Shock,
}

impl Factor {
    pub fn of(copula: &Copula) -> Result<Self> {
        let refused =
            Error::Unsupported("no random numbers are drawn for a parameter that extreme");
        Ok(match *copula {
            Copula::Gaussian
            | Copula::DoubleT {
                factor_dof: None, ..
            } => Self::Normal,
            Copula::Student { dof } => {
                Self::Scaled(ChiSquared::new(dof).map_err(|_| refused.clone())?, dof)
            }
            Copula::DoubleT {
                factor_dof: Some(dof),
                ..
            } => Self::Student(StudentT::new(dof).map_err(|_| refused.clone())?, dof),
            Copula::Clayton { theta } => Self::Frailty(
                Gamma::new(1.0 / theta, 1.0).map_err(|_| refused.clone())?,
                1.0 / theta,
            ),
            Copula::MarshallOlkin { .. } => Self::Shock,
        })
    }

    pub fn draw(&self, random: &mut Xoshiro256PlusPlus) -> Node {
        let (factor, scale) = match self {
            Self::Normal => (StandardNormal.sample(random), 1.0),
            Self::Scaled(square, dof) => (
                StandardNormal.sample(random),
                (square.sample(random) / dof).sqrt(),
            ),
            Self::Student(law, dof) => (law.sample(random) * unit_variance(*dof), 1.0),
            Self::Frailty(law, _) => (law.sample(random), 1.0),
            Self::Shock => (Exp1.sample(random), 1.0),
        };
        drawn(factor, scale)
    }

    /// The point below which the factor lies with the probability `below(0)`, and its scale with `below(1)`.
    pub fn at(&self, below: impl Fn(usize) -> f64) -> Node {
        let (factor, scale) = match self {
            Self::Normal => (normal_quantile(below(0)), 1.0),
            Self::Scaled(_, dof) => {
                let square = 2.0 * gamma_quantile(below(1), 0.5 * dof);
                (normal_quantile(below(0)), (square / dof).sqrt())
            }
            Self::Student(_, dof) => (student_quantile(below(0), *dof) * unit_variance(*dof), 1.0),
            Self::Frailty(_, shape) => (gamma_quantile(below(0), *shape), 1.0),
            Self::Shock => (-(-below(0)).ln_1p(), 1.0),
        };
        drawn(factor, scale)
    }
}

fn drawn(factor: f64, scale: f64) -> Node {
    Node {
        weight: 1.0,
        factor,
        scale,
    }
}

/// What a t variable is multiplied by.
fn unit_variance(dof: f64) -> f64 {
    ((dof - 2.0) / dof).sqrt()
}

/// P(the pool loses more than `x`) by time `t`, of the Gaussian copula, in two steps (Glasserman and Li 2005): the factor
/// is drawn where it makes such losses likely, and given it the defaults are tilted until losses of `x` are common. Each
/// scenario carries the likelihood that was added. Probabilities of 1e-9 take no more scenarios than those of 1e-3.
pub fn tail_probability(
    model: &Model,
    pool: &Pool,
    t: f64,
    x: f64,
    sampling: Sampling,
) -> Result<Estimate> {
    ensure(
        sampling.scenarios > 0,
        "number of scenarios",
        0.0,
        "positive",
    )?;
    let is_perfect = pool.names().iter().any(|name| name.loading.abs() == 1.0);
    if model.copula != Copula::Gaussian || is_perfect {
        return Err(Error::Unsupported("tails by importance sampling are those of the Gaussian copula with loadings below 1; simulate the others"));
    }
    let (_, kinds) = kinds(model, pool, t)?;
    // Losses above x in whole units.
    let units = x / pool.unit();
    let target = (units + 1e-6 * units.abs().max(1.0)).floor();
    if target >= pool.lattice().worst as f64 {
        return Ok(Estimate {
            value: 0.0,
            standard_error: 0.0,
        });
    }
    if target < 0.0 {
        return Ok(Estimate {
            value: 1.0,
            standard_error: 0.0,
        });
    }
    let tail = Tail { kinds, target };
    let shift = tail.likely_factor();
    let chunk = |(mut random, scenarios): (Xoshiro256PlusPlus, u64)| {
        let mut scratch = Vec::new();
        (0..scenarios)
            .map(|_| tail.draw(shift, &mut random, &mut scratch))
            .fold((0.0, 0.0), |(sum, squares), weight| {
                (sum + weight, squares + weight * weight)
            })
    };
    let chunks: Vec<(f64, f64)> = sampling.chunks().map(chunk).collect();
    let (sum, squares) = chunks.iter().fold((0.0, 0.0), |total, chunk| {
        (total.0 + chunk.0, total.1 + chunk.1)
    });
    Ok(Estimate::of(sum, squares, sampling.scenarios))
}

/// Losses of more than `target` units.
struct Tail {
    kinds: Vec<Obligors>,
    target: f64,
}

/// Outcomes of one name given the factor, and how many names have them.
type Chances = (usize, Vec<(usize, f64)>);

impl Tail {
    fn chances(&self, factor: f64, chances: &mut Vec<Chances>) {
        let node = drawn(factor, 1.0);
        chances.clear();
        for (count, bands) in &self.kinds {
            let mut worse = 0.0;
            let mut outcomes = Vec::with_capacity(bands.len());
            for (link, units) in bands {
                let upto = link.probability(&node);
                outcomes.extend(
                    units
                        .iter()
                        .map(|(units, share)| (*units, share * (upto - worse).max(0.0))),
                );
                worse = upto;
            }
            chances.push((*count, outcomes));
        }
    }

    /// The tilt at which the mean loss is the target, zero if it is more already, with the logarithm of the moment
    /// generating function there.
    fn tilt(&self, chances: &[Chances]) -> (f64, f64) {
        let largest = chances
            .iter()
            .flat_map(|(_, outcomes)| outcomes)
            .map(|(units, _)| *units)
            .max()
            .unwrap_or(1) as f64;
        let (mean, variance, _) = moments(chances, 0.0);
        if mean >= self.target || variance == 0.0 {
            return (0.0, 0.0);
        }
        let (mut low, mut high) = (0.0, 700.0 / largest);
        let mut tilt = ((self.target - mean) / variance).min(0.5 * high);
        for _ in 0..60 {
            let (mean, variance, log) = moments(chances, tilt);
            if (mean - self.target).abs() < 1e-3 * self.target.max(1.0) {
                return (tilt, log);
            }
            *if mean < self.target {
                &mut low
            } else {
                &mut high
            } = tilt;
            let newton = tilt + (self.target - mean) / variance;
            tilt = if low < newton && newton < high {
                newton
            } else {
                0.5 * (low + high)
            };
        }
        (tilt, moments(chances, tilt).2)
    }

    /// The factor that maximises the bound exp(−θ·x + ψ(θ)) of the conditional tail times the normal density.
    fn likely_factor(&self) -> f64 {
        let mut chances = Vec::new();
        let mut score = |factor: f64| {
            self.chances(factor, &mut chances);
            let (tilt, log) = self.tilt(&chances);
            log - tilt * self.target + normal_pdf(factor).ln()
        };
        let grid = |i: i32| f64::from(i) * 0.25;
        let scores: Vec<f64> = (-40..=40).map(|i| score(grid(i))).collect();
        let best = (0..scores.len())
            .max_by(|a, b| scores[*a].total_cmp(&scores[*b]))
            .unwrap_or(40) as i32
            - 40;
        let (mut low, mut high) = (grid(best - 1), grid(best + 1));
        for _ in 0..20 {
            let third = (high - low) / 3.0;
            if score(low + third) < score(high - third) {
                low += third;
            } else {
                high -= third;
            }
        }
        0.5 * (low + high)
    }

    /// One scenario's likelihood if it lost more than the target, else zero.
    fn draw(&self, shift: f64, random: &mut Xoshiro256PlusPlus, chances: &mut Vec<Chances>) -> f64 {
        let normal: f64 = StandardNormal.sample(random);
        let factor = shift + normal;
        self.chances(factor, chances);
        let (tilt, log) = self.tilt(chances);
        let mut lost = 0;
        for (count, outcomes) in chances.iter() {
            let growth = |units: usize| (tilt * units as f64).exp();
            let total = 1.0
                + outcomes
                    .iter()
                    .map(|(units, p)| p * (growth(*units) - 1.0))
                    .sum::<f64>();
            for _ in 0..*count {
                let mut draw = random.next_u64() as f64 / 2f64.powi(64) * total;
                for (units, p) in outcomes {
                    draw -= p * growth(*units);
                    if draw < 0.0 {
                        lost += units;
                        break;
                    }
                }
            }
        }
        if (lost as f64) <= self.target {
            return 0.0;
        }
        (log - tilt * lost as f64 - shift * factor + 0.5 * shift * shift).exp()
    }
}

/// Mean and variance of the loss under a tilt, and the logarithm of the moment generating function.
fn moments(chances: &[Chances], tilt: f64) -> (f64, f64, f64) {
    let (mut mean, mut variance, mut log) = (0.0, 0.0, 0.0);
    for (count, outcomes) in chances {
        let (mut total, mut first, mut second) = (1.0, 0.0, 0.0);
        for (units, p) in outcomes {
            let loss = *units as f64;
            let grown = p * (tilt * loss).exp();
            total += grown - p;
            first += grown * loss;
            second += grown * loss * loss;
        }
        let average = first / total;
        let count = *count as f64;
        mean += count * average;
        variance += count * (second / total - average * average);
        log += count * total.ln();
    }
    (mean, variance, log)
}
