//! Laws of a pool's loss, and what they say about tranches.

use crate::tranche::Tranche;

/// A discrete law of losses, as shares of the pool's exposure.
#[derive(Clone, Debug, PartialEq)]
pub struct LossLaw {
    /// Losses in ascending order, each with its probability.
    points: Vec<(f64, f64)>,
}

/// What a law says of one class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassRisk {
    /// Mean share of the class that is lost.
    pub expected_loss: f64,
    /// P(the class loses anything).
    pub hit_probability: f64,
    /// P(the class loses everything).
    pub wipe_out_probability: f64,
    /// Share of the class lost that is not exceeded with the level asked for.
    pub value_at_risk: f64,
    /// Mean share lost in the worst outcomes, those of the probability that the level leaves.
    pub expected_shortfall: f64,
}

impl LossLaw {
    /// `probabilities[k]` is that of a loss of k `unit`s.
    pub(crate) fn on_lattice(unit: f64, probabilities: Vec<f64>) -> Self {
        let points = probabilities
            .into_iter()
            .enumerate()
            .map(|(k, p)| (k as f64 * unit, p))
            .collect();
        Self { points }
    }

    /// The law of a sample: how often each loss occurred, in ascending order.
    pub fn of_counts(counts: impl Iterator<Item = (f64, u64)> + Clone) -> Self {
        let total: u64 = counts.clone().map(|(_, count)| count).sum();
        let points = counts.map(|(loss, count)| (loss, count as f64 / total as f64));
        Self {
            points: points.collect(),
        }
    }

    /// Losses in ascending order with their probabilities.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    pub fn mean(&self) -> f64 {
        self.expect(|loss| loss)
    }

    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|loss| (loss - mean) * (loss - mean))
    }

    /// P(loss > x), summed from the far end so that small tails keep their digits.
    pub fn exceedance(&self, x: f64) -> f64 {
        let start = self.above(x);
        self.points[start..].iter().rev().map(|(_, p)| p).sum()
    }

    /// The least loss that is not exceeded with probability `level`.
    pub fn quantile(&self, level: f64) -> f64 {
        self.at_level(level).0
    }

    /// Mean loss over the worst outcomes of probability 1 − `level`; never below [`Self::quantile`].
    pub fn expected_shortfall(&self, level: f64) -> f64 {
        self.shortfall(level, |loss| loss)
    }

    /// E min(loss, `cap`).
    pub fn expected_min(&self, cap: f64) -> f64 {
        self.expect(|loss| loss.min(cap))
    }

    /// Mean share of `tranche` that is lost.
    pub fn tranche_loss(&self, tranche: &Tranche) -> f64 {
        self.points[self.above(tranche.attachment)..]
            .iter()
            .rev()
            .map(|(loss, p)| p * tranche.loss(*loss))
            .sum()
    }

    /// Everything of `tranche`, value at risk and shortfall at `level`.
    pub fn class(&self, tranche: &Tranche, level: f64) -> ClassRisk {
        ClassRisk {
            expected_loss: self.tranche_loss(tranche),
            hit_probability: self.exceedance(tranche.attachment),
            // A loss that is the detachment but for rounding wipes out the class.
            wipe_out_probability: self.exceedance(tranche.detachment - 4.0 * TIE),
            value_at_risk: tranche.loss(self.quantile(level)),
            expected_shortfall: self.shortfall(level, |loss| tranche.loss(loss)),
        }
    }

    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().rev().map(|(loss, p)| p * f(*loss)).sum()
    }

    /// The first loss above `x`; losses that differ from it by rounding alone are not.
    fn above(&self, x: f64) -> usize {
        self.points
            .partition_point(|(loss, _)| *loss <= x * (1.0 + TIE) + TIE)
    }

    /// The loss at `level` and the probability of larger ones.
    fn at_level(&self, level: f64) -> (f64, f64) {
        let mut beyond = 0.0;
        for (loss, p) in self.points.iter().rev() {
            if beyond + p > (1.0 - level) * (1.0 + TIE) {
                return (*loss, beyond);
            }
            beyond += p;
        }
        (self.points.first().map_or(0.0, |(loss, _)| *loss), beyond)
    }

    fn shortfall(&self, level: f64, f: impl Fn(f64) -> f64) -> f64 {
        let (quantile, beyond) = self.at_level(level);
        let worse = self
            .points
            .iter()
            .rev()
            .take_while(|(loss, _)| *loss > quantile);
        let tail: f64 = worse.map(|(loss, p)| p * f(*loss)).sum();
        // Of the outcomes at the quantile, as many as the level leaves.
        (tail + (1.0 - level - beyond) * f(quantile)) / (1.0 - level)
    }
}

/// Relative difference between numbers that stand for the same loss.
const TIE: f64 = 1e-10;
