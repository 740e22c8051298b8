//! The loss of a pool by recursion, conditional on the common factor.

use crate::copula::{Copula, Mixture, Node, Stays, Threshold};
use crate::error::{ensure, Result};
use crate::kernel::{weighted_sum, Lanes, Outcome, PartialLaw, LANES};
use crate::lattice::Lattice;
use crate::law::LossLaw;
use crate::pool::{Name, Pool, Recovery};
use crate::quadrature::Rule;
use crate::tranche::Tranche;
use smallvec::SmallVec;
use std::borrow::Cow;

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
        let conditional = self.conditional(pool, t, None)?;
        let mut law = vec![0.0; conditional.lattice.worst + 1];
        let mut given = PartialLaw::new(0);
        for (block, weights) in conditional.mixture.weights.iter().enumerate() {
            conditional.sum(&mut given, law.len(), conditional.mixture.given(block));
            for (total, lanes) in law.iter_mut().zip(&given.probabilities) {
                *total += dot(weights, lanes);
            }
        }
        Ok(LossLaw::on_lattice(pool.unit(), law))
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
        let mut means = vec![0.0; caps.len()];
        if caps.iter().all(|cap| *cap <= 0.0) {
            return Ok(means);
        }
        let units: Vec<f64> = caps.iter().map(|cap| cap / pool.unit()).collect();
        let highest = units.iter().fold(0.0, |a: f64, b| a.max(*b));
        let lattice = pool.lattice();
        let full: f64 = lattice.steps.iter().sum();
        let stays = |probability: f64| lattice.stays_below(highest, probability * full);
        let conditional = self.conditional(pool, t, Some(&stays))?;
        let mut open = Vec::new();
        for (block, weights) in conditional.mixture.weights.iter().enumerate() {
            let steps = &conditional.lattice.steps;
            let expected = weighted_sum(steps, conditional.mixture.given(block));
            for (lane, expected) in expected.iter().enumerate() {
                let is_open = |cap: &f64| conditional.is_open(*cap, *expected, self.error);
                if units.iter().any(is_open) {
                    open.push(block * LANES + lane);
                    continue;
                }
                for (mean, cap) in means.iter_mut().zip(&units) {
                    *mean += weights[lane] * expected.min(*cap);
                }
            }
        }
        let within = |cap: &&f64| **cap < conditional.lattice.worst as f64;
        let length = units.iter().filter(within).fold(0.0, |a: f64, b| a.max(*b));
        let mut law = PartialLaw::new(0);
        for points in open.chunks(LANES) {
            let (weights, given) = conditional.mixture.select(points);
            let expected = weighted_sum(&conditional.lattice.steps, &given);
            conditional.sum(&mut law, length.ceil() as usize, &given);
            for (mean, cap) in means.iter_mut().zip(&units) {
                *mean += match within(&cap) {
                    true => dot(&weights, &law.capped_mean(*cap)),
                    false => dot(&weights, &expected),
                };
            }
        }
        means.iter_mut().for_each(|mean| *mean *= pool.unit());
        Ok(means)
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
    pub(crate) fn apart(&self, pool: &Pool, t: f64) -> Result<(Conditional<'static>, Vec<Node>)> {
        let lattice = pool.lattice_apart();
        let thresholds = thresholds(pool, &lattice, t);
        let nodes = self
            .copula
            .points(&thresholds, pool.names().len(), self.error, None);
        let conditional = Conditional {
            mixture: self.copula.at_nodes(&thresholds, &nodes, self.error)?,
            lattice: Cow::Owned(lattice),
            thresholds,
        };
        Ok((conditional, nodes))
    }

    /// Where losses that do not matter need not be told apart, `stays` bounds the probability of the others.
    fn conditional<'a>(&self, pool: &'a Pool, t: f64, stays: Stays) -> Result<Conditional<'a>> {
        ensure(t >= 0.0, "time", t, "0 or later")?;
        self.copula.validate()?;
        let thresholds = thresholds(pool, pool.lattice(), t);
        let rule = self.rule.as_ref();
        let names = pool.names().len();
        Ok(Conditional {
            mixture: self
                .copula
                .mixture(&thresholds, names, self.error, stays, rule)?,
            lattice: Cow::Borrowed(pool.lattice()),
            thresholds,
        })
    }
}

/// Of the bands of all kinds in `lattice`, by time `t`.
pub(crate) fn thresholds(pool: &Pool, lattice: &Lattice, t: f64) -> Vec<Threshold> {
    let mut thresholds = Vec::with_capacity(lattice.steps.len());
    for kind in &lattice.kinds {
        let name = &pool.names()[kind.place];
        let probability = name.default.probability(t).clamp(0.0, 1.0);
        thresholds.extend(kind.bands.iter().map(|band| Threshold {
            probability: probability * band.weight,
            loading: name.loading,
        }));
    }
    thresholds
}

pub(crate) fn dot(a: &Lanes, b: &Lanes) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A pool at one horizon, ready to be summed given each point of the factor. Losses are counted in the lattice's units.
pub(crate) struct Conditional<'a> {
    pub lattice: Cow<'a, Lattice>,
    pub thresholds: Vec<Threshold>,
    pub mixture: Mixture,
}

impl Conditional<'_> {
    /// Whether the loss may as well end below `cap` as above it, at a point where it is `expected`.
    fn is_open(&self, cap: f64, expected: f64, error: f64) -> bool {
        let is_close = self.lattice.rarity(cap, expected) < -(1e-5 * error).ln();
        0.0 < cap && cap < self.lattice.worst as f64 && is_close
    }

    /// The first `length` probabilities of what all names lose if those of the thresholds are `given`.
    fn sum(&self, law: &mut PartialLaw, length: usize, given: &[Lanes]) {
        law.start(length);
        let mut outcomes: SmallVec<[Outcome; 3]> = SmallVec::new();
        for (place, run) in self.lattice.runs.iter().enumerate() {
            if let Some(units) = run.units {
                law.join_all(units, &given[run.thresholds.clone()]);
                continue;
            }
            for kind in &self.lattice.kinds[run.kinds.clone()] {
                outcomes.clear();
                kind.outcomes(given, &mut outcomes);
                match outcomes[..] {
                    [(units, probability)] if place == 0 && units > 0 => {
                        law.start_with(kind.count, units, &probability)
                    }
                    _ => (0..kind.count).for_each(|_| law.join(&outcomes)),
                }
            }
        }
    }

    pub fn blocks(&self) -> usize {
        self.mixture.weights.len()
    }

    /// What a name of each kind, one kind after the other, may lose given the points in `block`.
    pub fn outcomes(&self, block: usize) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let given = self.mixture.given(block);
        for kind in &self.lattice.kinds {
            kind.outcomes(given, &mut outcomes);
        }
        outcomes
    }
}
