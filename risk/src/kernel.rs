//! The law of a sum of independent losses, for several points of the factor at a time.
//!
//! The recursion is that of Andersen, Sidenius and Basu (2003): names join one by one. Losses lie on a lattice, laws are
//! cut off where nobody looks, and the innermost loop runs over the factor's points, side by side in one register.

use crate::special::multiply_add;
use multiversion::{multiversion, target::target_cfg_f};

/// Points of the factor that are computed together.
pub(crate) const LANES: usize = 8;

/// One number for each of the points of the factor that are computed together.
pub(crate) type Lanes = [f64; LANES];

/// An outcome of a name: units lost, and its probability.
pub(crate) type Outcome = (usize, Lanes);

/// Probabilities of 0, 1, 2, … units lost.
#[derive(Clone)]
pub(crate) struct PartialLaw {
    pub probabilities: Vec<Lanes>,
    /// The largest loss that may have happened so far.
    reach: usize,
    /// Where the next law is written before it takes the place of this one.
    scratch: Vec<Lanes>,
}

impl PartialLaw {
    /// Nothing lost yet; losses of `length` units and more will not be counted.
    pub fn new(length: usize) -> Self {
        let mut law = Self {
            probabilities: Vec::new(),
            reach: 0,
            scratch: Vec::new(),
        };
        law.start(length);
        law
    }

    /// Forgets all names.
    pub fn start(&mut self, length: usize) {
        self.scratch.clear();
        self.probabilities.clear();
        self.probabilities.resize(length, [0.0; LANES]);
        if let Some(none) = self.probabilities.first_mut() {
            *none = [1.0; LANES];
        }
        self.reach = 0;
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

    /// Mean of the lesser of the loss and `cap`, which lies below all losses that are not counted.
    pub fn capped_mean(&self, cap: f64) -> Lanes {
        let mut mean = [cap; LANES];
        for (k, law) in self.probabilities.iter().enumerate() {
            let below = (cap - k as f64).max(0.0);
            for lane in 0..LANES {
                mean[lane] -= below * law[lane];
            }
        }
        mean
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
        match (outcomes, self.reached(farthest)) {
            (_, law) if law.is_empty() || farthest == 0 => (),
            ([(units, probability)], law) => join_one(law, *units, probability),
            (_, law) => join_many(law, outcomes),
        }
    }

    /// As many more names as there are `probabilities`, each of which loses `units` or nothing.
    pub fn join_all(&mut self, units: usize, probabilities: &[Lanes]) {
        let groups = probabilities.chunks_exact(GROUP);
        let rest = groups.remainder();
        if units == 0 || self.probabilities.is_empty() {
            return;
        }
        // Zeros wherever nothing has been written since the start.
        self.scratch.resize(self.probabilities.len(), [0.0; LANES]);
        for group in groups {
            self.reached(GROUP * units);
            join_group(
                &self.probabilities[..=self.reach],
                &mut self.scratch,
                units,
                group,
            );
            std::mem::swap(&mut self.probabilities, &mut self.scratch);
        }
        for probability in rest {
            join_one(self.reached(units), units, probability);
        }
    }

    /// What may have been lost after `units` more.
    fn reached(&mut self, units: usize) -> &mut [Lanes] {
        let length = self.probabilities.len();
        self.reach = (self.reach + units).min(length.saturating_sub(1));
        &mut self.probabilities[..length.min(self.reach + 1)]
    }
}

/// Names that are joined at once if they lose the same: the law is read and written less often.
const GROUP: usize = 4;

/// Multiplies a law by the polynomial Π (1 − p + p·x^units) of `GROUP` names.
#[multiversion(targets("x86_64+avx2+fma", "aarch64+neon"))]
fn join_group(from: &[Lanes], to: &mut [Lanes], units: usize, probabilities: &[Lanes]) {
    const FUSED: bool = cfg!(target_arch = "aarch64") || target_cfg_f!(target_feature = "fma");
    let mut terms = [[0.0; LANES]; GROUP + 1];
    terms[0] = [1.0; LANES];
    for (place, p) in probabilities.iter().take(GROUP).enumerate() {
        for term in (0..=place + 1).rev() {
            let fewer = term.checked_sub(1).map_or([0.0; LANES], |term| terms[term]);
            for lane in 0..LANES {
                terms[term][lane] = terms[term][lane] * (1.0 - p[lane]) + fewer[lane] * p[lane];
            }
        }
    }
    // Below so many units not all of the group can have defaulted.
    let whole = from.len().min(GROUP * units);
    for (k, to) in to.iter_mut().enumerate().take(whole) {
        let mut sum = [0.0; LANES];
        let mut below = k;
        for term in &terms {
            for lane in 0..LANES {
                sum[lane] = multiply_add::<FUSED>(term[lane], from[below][lane], sum[lane]);
            }
            let Some(next) = below.checked_sub(units) else {
                break;
            };
            below = next;
        }
        *to = sum;
    }
    let count = from.len() - whole;
    let to = &mut to[whole..][..count];
    let shifted: [&[Lanes]; GROUP + 1] =
        std::array::from_fn(|term| &from[whole - whole / GROUP * term..][..count]);
    for k in 0..count {
        let mut sum = [0.0; LANES];
        for (term, from) in terms.iter().zip(shifted) {
            for lane in 0..LANES {
                sum[lane] = multiply_add::<FUSED>(term[lane], from[k][lane], sum[lane]);
            }
        }
        to[k] = sum;
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn join_one(law: &mut [Lanes], units: usize, probability: &Lanes) {
    let survival = probability.map(|p| 1.0 - p);
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

/// Σ weight · value.
#[multiversion(targets("x86_64+avx2+fma", "aarch64+neon"))]
pub(crate) fn weighted_sum(weights: &[f64], values: &[Lanes]) -> Lanes {
    let mut sum = [0.0; LANES];
    for (weight, value) in weights.iter().zip(values) {
        for lane in 0..LANES {
            sum[lane] += weight * value[lane];
        }
    }
    sum
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
            let mut one_by_one = PartialLaw::new(61);
            let mut in_groups = PartialLaw::new(61);
            let mut direct = PartialLaw::new(61);
            (0..20).for_each(|_| one_by_one.join(&[(3, [p; LANES])]));
            in_groups.join_all(3, &[[p; LANES]; 20]);
            direct.start_with(20, 3, &[p; LANES]);
            for law in [one_by_one, in_groups] {
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

    #[test]
    fn groups_lose_what_their_names_lose() {
        let probability = |lane: usize| 0.1 + 0.03 * lane as f64;
        let names: Vec<Lanes> = (0..11)
            .map(|place| std::array::from_fn(|lane| probability(place + lane)))
            .collect();
        for length in [0, 1, 3, 11, 40] {
            let (mut law, mut in_groups) = (PartialLaw::new(length), PartialLaw::new(50));
            in_groups.join_all(3, &names);
            in_groups.start(length);
            for units in [1, 0, 5, 2] {
                names.iter().for_each(|name| law.join(&[(units, *name)]));
                in_groups.join_all(units, &names);
            }
            for (a, b) in in_groups.probabilities.iter().zip(&law.probabilities) {
                (0..LANES).for_each(|lane| assert!((a[lane] - b[lane]).abs() < 1e-15));
            }
        }
    }
}
