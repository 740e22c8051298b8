//! The loss of a pool by recursion, conditional on the common factor.

use crate::copula::{Copula, Mixture, Node, Threshold};
use crate::error::{ensure, Result};
use crate::kernel::{Lanes, Outcome, PartialLaw, LANES};
use crate::lattice;
use crate::law::LossLaw;
use crate::pool::{Name, Pool, Recovery};
use crate::quadrature::Rule;
use crate::tranche::Tranche;

/// How defaults hang together, and how exactly that is integrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub copula: Copula,
    error: f64,
    rule: Option<Rule>,
}

impl Model {
    /// With results right to about 12 digits.
    pub fn new(copula: Copula) -> Self {
        Self {
            copula,
            error: 1e-13,
            rule: None,
        }
    }

    /// With results right to about `error`, relative to those of the tranche that loses most; larger ones take less time.
    pub fn with_error(self, error: f64) -> Self {
        Self {
            error: error.clamp(1e-14, 1e-3),
            ..self
        }
    }

    /// With these values and weights of the factor instead of its own, to compare with somebody else's integration. The
    /// weights are used as they are.
    pub fn with_rule(self, rule: Rule) -> Self {
        Self {
            rule: Some(rule),
            ..self
        }
    }

    /// The whole law of the loss by time `t`.
    pub fn loss_law(&self, pool: &Pool, t: f64) -> Result<LossLaw> {
        let conditional = self.conditional(pool, t)?;
        let mut law = vec![0.0; conditional.worst + 1];
        conditional.for_each_block(law.len(), |weights, block| {
            for (total, lanes) in law.iter_mut().zip(block) {
                *total += dot(weights, lanes);
            }
        });
        Ok(LossLaw::on_lattice(conditional.unit / pool.exposure(), law))
    }

    /// Mean share of each tranche that is lost by time `t`. Computes no more of the law than the highest of their points
    /// that losses can pass.
    pub fn tranche_losses(&self, pool: &Pool, t: f64, tranches: &[Tranche]) -> Result<Vec<f64>> {
        let points: Vec<f64> = tranches
            .iter()
            .flat_map(|tranche| [tranche.attachment, tranche.detachment])
            .collect();
        let capped = self.capped_losses(pool, t, &points)?;
        Ok(tranches
            .iter()
            .zip(capped.chunks(2))
            .map(|(tranche, pair)| (pair[1] - pair[0]).max(0.0) / tranche.width())
            .collect())
    }

    /// E min(loss, cap) by time `t` for each of `caps`: what all tranches below the cap lose, as a share of the pool.
    pub fn capped_losses(&self, pool: &Pool, t: f64, caps: &[f64]) -> Result<Vec<f64>> {
        let conditional = self.conditional(pool, t)?;
        let units: Vec<f64> = caps
            .iter()
            .map(|cap| cap * pool.exposure() / conditional.unit)
            .collect();
        let length = conditional.length_below(&units);
        let is_reached = |cap: &f64| *cap < conditional.worst as f64;
        let mean = match units.iter().all(is_reached) {
            true => 0.0,
            false => conditional.mean(),
        };
        let mut sums = vec![0.0; caps.len()];
        conditional.for_each_block(length, |weights, block| {
            let likely: Vec<f64> = block.iter().map(|lanes| dot(weights, lanes)).collect();
            let weight: f64 = weights.iter().sum();
            for (sum, cap) in sums.iter_mut().zip(&units) {
                *sum += cap * weight - shortfall(&likely, *cap);
            }
        });
        let share = conditional.unit / pool.exposure();
        Ok(sums
            .iter()
            .zip(&units)
            .map(|(sum, cap)| share * if is_reached(cap) { *sum } else { mean })
            .collect())
    }

    /// P(exactly k names have defaulted by time `t`), k = 0, 1, …
    pub fn default_counts(&self, pool: &Pool, t: f64) -> Result<Vec<f64>> {
        let counted = pool.map(|name| Name {
            exposure: 1.0,
            recovery: Recovery::Fixed(0.0),
            ..name.clone()
        })?;
        let law = self.loss_law(&counted, t)?;
        Ok(law.points().iter().map(|(_, p)| *p).collect())
    }

    /// As [`Self::conditional`] with names kept apart, in the pool's order, and with the factor's points.
    pub(crate) fn apart(&self, pool: &Pool, t: f64) -> Result<(Conditional, Vec<Node>)> {
        let unit = lattice_unit(pool);
        let kinds: Vec<Kind> = pool
            .names()
            .iter()
            .map(|name| Kind::of(name, t, unit))
            .collect();
        let thresholds: Vec<Threshold> = kinds.iter().flat_map(Kind::thresholds).collect();
        let nodes = self.copula.nodes(&thresholds, kinds.len(), self.error);
        let conditional = thresholds
            .iter()
            .map(|threshold| self.copula.conditional(threshold, &nodes))
            .collect::<Result<_>>()?;
        let mixture = Mixture {
            weights: nodes.iter().map(|node| node.weight).collect(),
            conditional,
        };
        let worst = kinds.iter().map(Kind::worst).sum();
        Ok((
            Conditional {
                unit,
                worst,
                kinds,
                mixture,
            },
            nodes,
        ))
    }

    /// The lattice's unit, and names that are alike together, the most numerous first: those are filled in at once.
    pub(crate) fn kinds(&self, pool: &Pool, t: f64) -> (f64, Vec<Kind>) {
        let unit = lattice_unit(pool);
        let mut kinds: Vec<Kind> = pool
            .kinds()
            .map(|(name, count)| Kind {
                count,
                ..Kind::of(name, t, unit)
            })
            .collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        (unit, kinds)
    }

    pub(crate) fn conditional(&self, pool: &Pool, t: f64) -> Result<Conditional> {
        ensure(t >= 0.0, "time", t, "0 or later")?;
        self.copula.validate()?;
        let (unit, kinds) = self.kinds(pool, t);
        let thresholds: Vec<Threshold> = kinds.iter().flat_map(Kind::thresholds).collect();
        let mixture = self.copula.mixture(
            &thresholds,
            pool.names().len(),
            self.error,
            self.rule.as_ref(),
        )?;
        let worst = kinds.iter().map(|kind| kind.count * kind.worst()).sum();
        Ok(Conditional {
            unit,
            worst,
            kinds,
            mixture,
        })
    }
}

/// Σ over losses below `cap` of (cap − loss) · P(loss).
fn shortfall(probabilities: &[f64], cap: f64) -> f64 {
    let below = |(k, p): (usize, &f64)| (cap - k as f64).max(0.0) * p;
    probabilities.iter().enumerate().map(below).sum()
}

pub(crate) fn dot(a: &Lanes, b: &Lanes) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The unit in which losses of the pool are counted, in that of its exposures.
fn lattice_unit(pool: &Pool) -> f64 {
    let losses: Vec<f64> = pool
        .kinds()
        .flat_map(|(name, _)| losses_given_default(name))
        .collect();
    let worst = |(name, count)| count as f64 * losses_given_default(name).fold(0.0, f64::max);
    let total: f64 = pool.kinds().map(worst).sum();
    if total == 0.0 {
        return pool.exposure();
    }
    lattice::common_unit(&losses, total).unwrap_or(total / lattice::FINEST as f64)
}

fn losses_given_default(name: &Name) -> impl Iterator<Item = f64> + '_ {
    let fixed = match &name.recovery {
        Recovery::Fixed(recovery) => Some(*recovery),
        Recovery::States(_) => None,
    };
    let states = match &name.recovery {
        Recovery::Fixed(_) => &[][..],
        Recovery::States(states) => states,
    };
    let recoveries = fixed
        .into_iter()
        .chain(states.iter().map(|(_, recovery)| *recovery));
    recoveries.map(|recovery| name.exposure * (1.0 - recovery))
}

/// Names that are alike.
#[derive(Debug, PartialEq)]
pub(crate) struct Kind {
    pub count: usize,
    pub loading: f64,
    /// From the deepest: the probability of an outcome as bad as this or worse, and its units with their shares.
    pub bands: Vec<(f64, Vec<(usize, f64)>)>,
}

impl Kind {
    fn of(name: &Name, t: f64, unit: f64) -> Self {
        let probability = name.default.probability(t).clamp(0.0, 1.0);
        let units = |recovery: f64| lattice::split(name.exposure * (1.0 - recovery), unit);
        let bands = match &name.recovery {
            Recovery::Fixed(recovery) => vec![(probability, units(*recovery))],
            Recovery::States(states) => {
                let mut states = states.clone();
                states.sort_by(|a, b| a.1.total_cmp(&b.1));
                let mut weight = 0.0;
                let band = |(share, recovery): (f64, f64)| {
                    weight += share;
                    (probability * f64::min(weight, 1.0), units(recovery))
                };
                states.into_iter().map(band).collect()
            }
        };
        Self {
            count: 1,
            loading: name.loading,
            bands,
        }
    }

    pub fn worst(&self) -> usize {
        let units = self
            .bands
            .iter()
            .flat_map(|(_, units)| units.iter().map(|(units, _)| *units));
        units.max().unwrap_or(0)
    }

    /// Of any default.
    pub fn probability(&self) -> f64 {
        self.bands
            .last()
            .map_or(0.0, |(probability, _)| *probability)
    }

    pub fn threshold(&self, band: usize) -> Threshold {
        Threshold {
            probability: self.bands[band].0,
            loading: self.loading,
        }
    }

    pub fn thresholds(&self) -> impl Iterator<Item = Threshold> + '_ {
        (0..self.bands.len()).map(|band| self.threshold(band))
    }
}

/// A pool at one horizon, ready to be summed given each point of the factor.
pub(crate) struct Conditional {
    /// In the unit of exposures.
    pub unit: f64,
    /// Units lost if everything is lost that can be.
    pub worst: usize,
    pub kinds: Vec<Kind>,
    pub mixture: Mixture,
}

impl Conditional {
    /// How many of the lattice's losses decide about the `caps` that can be reached.
    fn length_below(&self, caps: &[f64]) -> usize {
        let reached = caps.iter().filter(|cap| **cap < self.worst as f64);
        reached.map(|cap| cap.ceil() as usize).max().unwrap_or(0)
    }

    /// Mean loss in units.
    fn mean(&self) -> f64 {
        let mut total = 0.0;
        for block in 0..self.blocks() {
            let weights = self.weights(block);
            let outcomes = self.outcomes(block);
            for (kind, outcomes) in self.of_kinds(&outcomes) {
                let loss: f64 = outcomes
                    .iter()
                    .map(|(units, p)| *units as f64 * dot(&weights, p))
                    .sum();
                total += kind.count as f64 * loss;
            }
        }
        total
    }

    /// Calls `visit` with the weights of some points of the factor and the first `length` probabilities given each.
    fn for_each_block(&self, length: usize, mut visit: impl FnMut(&Lanes, &[Lanes])) {
        let mut law = PartialLaw::new(length);
        for block in 0..self.blocks() {
            let outcomes = self.outcomes(block);
            law = self.sum(law, &outcomes);
            visit(&self.weights(block), &law.probabilities);
        }
    }

    fn sum(&self, law: PartialLaw, outcomes: &[Outcome]) -> PartialLaw {
        let mut law = law.reset();
        for (place, (kind, outcomes)) in self.of_kinds(outcomes).enumerate() {
            match outcomes[..] {
                [(units, probability)] if place == 0 && units > 0 => {
                    law.start_with(kind.count, units, &probability)
                }
                _ => (0..kind.count).for_each(|_| law.join(outcomes)),
            }
        }
        law
    }

    pub fn blocks(&self) -> usize {
        self.mixture.weights.len() / LANES
    }

    /// Of the points in `block`; zero for those that fill up the last one.
    pub fn weights(&self, block: usize) -> Lanes {
        lanes(&self.mixture.weights, block)
    }

    /// What a name of each kind, one kind after the other, may lose given the points in `block`.
    pub fn outcomes(&self, block: usize) -> Vec<Outcome> {
        let mut conditional = self.mixture.conditional.iter();
        let mut outcomes = Vec::with_capacity(self.mixture.conditional.len());
        for kind in &self.kinds {
            let mut deeper = [0.0; LANES];
            for ((_, units), given) in kind.bands.iter().zip(conditional.by_ref()) {
                let upto = lanes(given, block);
                for (units, share) in units {
                    outcomes.push((
                        *units,
                        std::array::from_fn(|lane| share * (upto[lane] - deeper[lane]).max(0.0)),
                    ));
                }
                deeper = upto;
            }
        }
        outcomes
    }

    /// Each kind with its part of `outcomes`.
    pub fn of_kinds<'a>(
        &'a self,
        mut outcomes: &'a [Outcome],
    ) -> impl Iterator<Item = (&'a Kind, &'a [Outcome])> {
        self.kinds.iter().map(move |kind| {
            let (own, rest) =
                outcomes.split_at(kind.bands.iter().map(|(_, units)| units.len()).sum());
            outcomes = rest;
            (kind, own)
        })
    }
}

fn lanes(values: &[f64], block: usize) -> Lanes {
    values[block * LANES..]
        .first_chunk()
        .copied()
        .unwrap_or_default()
}
