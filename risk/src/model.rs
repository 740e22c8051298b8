//! The loss of a pool by recursion, conditional on the common factor.

use crate::copula::{Copula, Mixture, Node, Threshold};
use crate::error::{ensure, Result};
use crate::kernel::{Joining, Lanes, Outcome, PartialLaw, LANES};
use crate::lattice::{self, Units};
use crate::law::LossLaw;
use crate::pool::{Name, Pool, Recovery};
use crate::quadrature::Rule;
use crate::tranche::Tranche;
use smallvec::{smallvec, SmallVec};

/// So many equal names join a law one by one as quickly as at once.
const FEW: usize = 4;

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
        let mut given = PartialLaw::new(0);
        for (block, weights) in conditional.mixture.weights.iter().enumerate() {
            given.start(law.len());
            conditional.sum(&mut given, &conditional.outcomes(block));
            for (total, lanes) in law.iter_mut().zip(&given.probabilities) {
                *total += dot(weights, lanes);
            }
        }
        Ok(LossLaw::on_lattice(pool.unit() / pool.exposure(), law))
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
        let share = pool.unit() / pool.exposure();
        let conditional = self.conditional(pool, t)?;
        let mut law = PartialLaw::new(0);
        for (block, weights) in conditional.mixture.weights.iter().enumerate() {
            let outcomes = conditional.outcomes(block);
            let expected = conditional.means(&outcomes);
            let is_open = |cap: f64| conditional.is_open(cap, &expected, self.error);
            let caps = || caps.iter().map(|cap| cap / share);
            let length = caps().filter(|cap| is_open(*cap)).fold(0.0, f64::max);
            if length > 0.0 {
                law.start(length.ceil() as usize);
                conditional.sum(&mut law, &outcomes);
            }
            for (mean, cap) in means.iter_mut().zip(caps()) {
                let given = match is_open(cap) {
                    true => law.capped_mean(cap),
                    false => expected.map(|expected| expected.min(cap)),
                };
                *mean += share * dot(weights, &given);
            }
        }
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
    pub(crate) fn apart(&self, pool: &Pool, t: f64) -> Result<(Conditional, Vec<Node>)> {
        let kinds: Vec<Kind> = pool
            .names()
            .iter()
            .map(|name| Kind::of(name, 1, t, pool.unit()))
            .collect();
        let thresholds: Vec<Threshold> = kinds.iter().flat_map(Kind::thresholds).collect();
        let nodes = self.copula.nodes(&thresholds, kinds.len(), self.error);
        let mixture = self.copula.at_nodes(&thresholds, &nodes)?;
        Ok((Conditional::new(kinds, mixture), nodes))
    }

    /// Names that are alike together.
    pub(crate) fn kinds(pool: &Pool, t: f64) -> Vec<Kind> {
        pool.kinds()
            .map(|(name, count)| Kind::of(name, count, t, pool.unit()))
            .collect()
    }

    pub(crate) fn conditional(&self, pool: &Pool, t: f64) -> Result<Conditional> {
        ensure(t >= 0.0, "time", t, "0 or later")?;
        self.copula.validate()?;
        let kinds = Self::kinds(pool, t);
        let thresholds: Vec<Threshold> = kinds.iter().flat_map(Kind::thresholds).collect();
        let mixture = self.copula.mixture(
            &thresholds,
            pool.names().len(),
            self.error,
            self.rule.as_ref(),
        )?;
        Ok(Conditional::new(kinds, mixture))
    }
}

pub(crate) fn dot(a: &Lanes, b: &Lanes) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Names that are alike.
#[derive(Debug, PartialEq)]
pub(crate) struct Kind {
    pub count: usize,
    pub loading: f64,
    /// From the deepest: the probability of an outcome as bad as this or worse, and its units with their shares.
    pub bands: SmallVec<[(f64, Units); 1]>,
}

impl Kind {
    fn of(name: &Name, count: usize, t: f64, unit: f64) -> Self {
        let probability = name.default.probability(t).clamp(0.0, 1.0);
        let units = |recovery: f64| lattice::split(name.exposure * (1.0 - recovery), unit);
        let bands = match &name.recovery {
            Recovery::Fixed(recovery) => smallvec![(probability, units(*recovery))],
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
            count,
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

/// A pool at one horizon, ready to be summed given each point of the factor. Losses are counted in the pool's units.
pub(crate) struct Conditional {
    /// Units lost if everything is lost that can be.
    pub worst: usize,
    /// The most that one name may lose.
    largest: usize,
    pub kinds: Vec<Kind>,
    pub mixture: Mixture,
}

impl Conditional {
    fn new(kinds: Vec<Kind>, mixture: Mixture) -> Self {
        Self {
            worst: kinds.iter().map(|kind| kind.count * kind.worst()).sum(),
            largest: kinds.iter().map(Kind::worst).max().unwrap_or(0),
            kinds,
            mixture,
        }
    }

    /// Mean loss at each point, of `outcomes` that names may have there.
    fn means(&self, outcomes: &[Outcome]) -> Lanes {
        let mut means = [0.0; LANES];
        for (kind, outcomes) in self.of_kinds(outcomes) {
            for (units, probability) in outcomes {
                let loss = (kind.count * units) as f64;
                (0..LANES).for_each(|lane| means[lane] += loss * probability[lane]);
            }
        }
        means
    }

    /// Whether the loss may as well end below `cap` as above it, at any point where these losses are `expected`.
    ///
    /// Chernoff's bound for independent losses of at most `largest`: the probability that one of mean m lies on the
    /// other side of a cap c is below exp(−(c·ln(c / m) − c + m) / largest).
    fn is_open(&self, cap: f64, expected: &Lanes, error: f64) -> bool {
        let limit = -(1e-6 * error).ln() * self.largest as f64;
        let is_close = |mean: &f64| cap * (cap / mean).ln() - cap + mean < limit;
        0.0 < cap && cap < self.worst as f64 && expected.iter().any(is_close)
    }

    /// Lets all names join `law`, to which nobody belongs so far.
    fn sum(&self, law: &mut PartialLaw, outcomes: &[Outcome]) {
        let mut kinds = self.of_kinds(outcomes).peekable();
        if let Some((kind, [(units, probability)])) = kinds.peek() {
            if kind.count > FEW && *units > 0 {
                law.start_with(kind.count, *units, probability);
                kinds.next();
            }
        }
        let mut joining = Joining::new(law);
        for (kind, outcomes) in kinds {
            (0..kind.count).for_each(|_| joining.join(outcomes));
        }
        joining.finish();
    }

    pub fn blocks(&self) -> usize {
        self.mixture.weights.len()
    }

    /// What a name of each kind, one kind after the other, may lose given the points in `block`.
    pub fn outcomes(&self, block: usize) -> Vec<Outcome> {
        let mut given = self.mixture.given(block).iter();
        let mut outcomes = Vec::with_capacity(given.len());
        for kind in &self.kinds {
            let mut deeper = [0.0; LANES];
            for ((_, units), upto) in kind.bands.iter().zip(given.by_ref()) {
                for (units, share) in units {
                    outcomes.push((
                        *units,
                        std::array::from_fn(|lane| share * (upto[lane] - deeper[lane]).max(0.0)),
                    ));
                }
                deeper = *upto;
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
