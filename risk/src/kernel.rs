//! The law of a sum of independent losses, for several points of the factor at a time.
//!
//! The recursion is that of Andersen, Sidenius and Basu (2003): names join one by one. Losses lie on a lattice, laws are
//! cut off where nobody looks, and the innermost loop runs over the factor's points, side by side in one register.

use multiversion::multiversion;

/// Points of the factor that are computed together.
pub(crate) const LANES: usize = 8;

/// One number for each of these points.
pub(crate) type Lanes = [f64; LANES];

/// An outcome of a name: units lost, and its probability.
pub(crate) type Outcome = (usize, Lanes);

/// Probabilities of 0, 1, 2, … units lost.
#[derive(Clone)]
pub(crate) struct PartialLaw {
    pub probabilities: Vec<Lanes>,
    /// The largest loss that may have happened so far.
    reach: usize,
}

impl PartialLaw {
    /// Nothing lost yet; losses of `length` units and more will not be counted.
    pub fn new(length: usize) -> Self {
        Self {
            probabilities: vec![[0.0; LANES]; length],
            reach: 0,
        }
        .reset()
    }

    pub fn reset(mut self) -> Self {
        self.probabilities.fill([0.0; LANES]);
        if let Some(none) = self.probabilities.first_mut() {
            *none = [1.0; LANES];
        }
        self.reach = 0;
        self
    }

    /// Starts over with `count` equal names that lose `units` each with `probability`.
    pub fn start_with(&mut self, count: usize, units: usize, probability: &Lanes) {
        let length = self.probabilities.len();
        self.probabilities.fill([0.0; LANES]);
        let heads = length.div_ceil(units.max(1)).min(count + 1);
        let mut head = vec![0.0; heads];
        for (lane, probability) in probability.iter().enumerate() {
            binomial(count, *probability, &mut head);
            for (defaults, p) in head.iter().enumerate() {
                self.probabilities[defaults * units][lane] = *p;
            }
        }
        self.reach = (count * units).min(length.saturating_sub(1));
    }

    /// Mean of `value` of the loss with `extra` units more; `value` stays at its last entry beyond.
    pub fn mean(&self, value: &[Lanes], extra: usize) -> Lanes {
        let mut mean = [0.0; LANES];
        for (k, law) in self.probabilities.iter().enumerate().take(self.reach + 1) {
            let value = &value[(k + extra).min(value.len() - 1)];
            for lane in 0..LANES {
                mean[lane] += law[lane] * value[lane];
            }
        }
        mean
    }

    /// One more name. Its outcomes exclude one another; otherwise it loses nothing.
    pub fn join(&mut self, outcomes: &[Outcome]) {
        let farthest = outcomes.iter().map(|(units, _)| *units).max().unwrap_or(0);
        self.reach = (self.reach + farthest).min(self.probabilities.len().saturating_sub(1));
        let Some(law) = self.probabilities.get_mut(..=self.reach) else {
            return;
        };
        match outcomes {
            [(units, probability)] => join_one(law, *units, probability),
            _ => join_many(law, outcomes),
        }
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn join_one(law: &mut [Lanes], units: usize, probability: &Lanes) {
    let survival = probability.map(|p| 1.0 - p);
    if units == 0 {
        return;
    }
    for k in (units..law.len()).rev() {
        let (lower, upper) = law.split_at_mut(k);
        let (from, to) = (&lower[k - units], &mut upper[0]);
        for lane in 0..LANES {
            to[lane] = to[lane] * survival[lane] + from[lane] * probability[lane];
        }
    }
    for to in law.iter_mut().take(units) {
        for lane in 0..LANES {
            to[lane] *= survival[lane];
        }
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn join_many(law: &mut [Lanes], outcomes: &[Outcome]) {
    let mut survival = [1.0; LANES];
    for (units, probability) in outcomes.iter() {
        if *units > 0 {
            for lane in 0..LANES {
                survival[lane] -= probability[lane];
            }
        }
    }
    for k in (0..law.len()).rev() {
        let (lower, upper) = law.split_at_mut(k);
        let to = &mut upper[0];
        for lane in 0..LANES {
            to[lane] *= survival[lane];
        }
        for (units, probability) in outcomes.iter().filter(|(units, _)| (1..=k).contains(units)) {
            let from = &lower[k - units];
            for lane in 0..LANES {
                to[lane] += from[lane] * probability[lane];
            }
        }
    }
}

/// Turns the value of a loss with some names still to come into that with one more, whose `outcomes` these are.
pub(crate) fn anticipate(value: &mut [Lanes], outcomes: &[Outcome]) {
    let last = value.len() - 1;
    for k in 0..value.len() {
        let mut changed = value[k];
        for (units, probability) in outcomes {
            let then = &value[(k + units).min(last)];
            for lane in 0..LANES {
                changed[lane] += probability[lane] * (then[lane] - value[k][lane]);
            }
        }
        value[k] = changed;
    }
}

/// The first probabilities of a binomial law. Small ones keep their digits: all terms are products of positive numbers.
fn binomial(count: usize, probability: f64, head: &mut [f64]) {
    let size = count as f64;
    let log_none = size * (-probability).ln_1p();
    let odds = probability / (1.0 - probability);
    if log_none > -690.0 {
        let mut term = log_none.exp();
        for (k, slot) in head.iter_mut().enumerate() {
            *slot = term;
            term *= odds * (size - k as f64) / (k as f64 + 1.0);
        }
        return;
    }
    // No default at all is too unlikely to be a number: from the top, where nobody survives.
    let mut term = (size * probability.ln()).exp();
    for k in (0..=count).rev() {
        if let Some(slot) = head.get_mut(k) {
            *slot = term;
        }
        term *= k as f64 / ((size - k as f64 + 1.0) * odds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_binomial() {
        for p in [0.0, 1e-300, 0.03, 0.4, 0.97, 1.0] {
            let mut law = PartialLaw::new(61);
            let mut direct = PartialLaw::new(61);
            (0..20).for_each(|_| law.join(&[(3, [p; LANES])]));
            direct.start_with(20, 3, &[p; LANES]);
            for (a, b) in law.probabilities.iter().zip(&direct.probabilities) {
                assert!(
                    (a[0] - b[0]).abs() <= 1e-13 * b[0],
                    "{p}: {} {}",
                    a[0],
                    b[0]
                );
            }
        }
    }
}
