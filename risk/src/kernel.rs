//! The law of a sum of independent losses, for several points of the factor at a time.
//!
//! The recursion is that of Andersen, Sidenius and Basu (2003): names join one by one. Losses lie on a lattice, laws are
//! cut off where nobody looks, and the innermost loop runs over the factor's points, side by side in one register.

use crate::special::multiply_add;
use multiversion::{multiversion, target::target_cfg_f};

pub(crate) use crate::special::LANES;

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
}

impl PartialLaw {
    /// Nothing lost yet; losses of `length` units and more will not be counted.
    pub fn new(length: usize) -> Self {
        let mut law = Self {
            probabilities: Vec::new(),
            reach: 0,
        };
        law.start(length);
        law
    }

    /// Forgets all names.
    pub fn start(&mut self, length: usize) {
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

    /// `GROUP` more names that lose `units` each.
    fn join_group(&mut self, units: usize, probabilities: &[Lanes; GROUP]) {
        let law = self.reached(GROUP * units);
        if !law.is_empty() && units > 0 {
            join_group(law, units, probabilities);
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

/// Names on their way into a law, in groups where they lose the same.
pub(crate) struct Joining<'a> {
    law: &'a mut PartialLaw,
    units: usize,
    waiting: [Lanes; GROUP],
    count: usize,
}

impl<'a> Joining<'a> {
    pub fn new(law: &'a mut PartialLaw) -> Self {
        Self {
            law,
            units: 0,
            waiting: [[0.0; LANES]; GROUP],
            count: 0,
        }
    }

    /// One more name, as [`PartialLaw::join`].
    pub fn join(&mut self, outcomes: &[Outcome]) {
        let [(units, probability)] = outcomes else {
            return self.law.join(outcomes);
        };
        if *units != self.units {
            self.finish();
            self.units = *units;
        }
        self.waiting[self.count] = *probability;
        self.count += 1;
        if self.count == GROUP {
            self.law.join_group(self.units, &self.waiting);
            self.count = 0;
        }
    }

    /// Joins those that wait for others like them.
    pub fn finish(&mut self) {
        for probability in &self.waiting[..self.count] {
            self.law.join(&[(self.units, *probability)]);
        }
        self.count = 0;
    }
}

/// Multiplies the law by the polynomial Π (1 − p + p·x^units).
#[multiversion(targets("x86_64+avx2+fma", "aarch64+neon"))]
fn join_group(law: &mut [Lanes], units: usize, probabilities: &[Lanes; GROUP]) {
    const FUSED: bool = cfg!(target_arch = "aarch64") || target_cfg_f!(target_feature = "fma");
    let mut terms = [[0.0; LANES]; GROUP + 1];
    terms[0] = [1.0; LANES];
    for (place, p) in probabilities.iter().enumerate() {
        let survival = p.map(|p| 1.0 - p);
        for term in (0..=place + 1).rev() {
            let fewer = term.checked_sub(1).map_or([0.0; LANES], |term| terms[term]);
            for lane in 0..LANES {
                terms[term][lane] = terms[term][lane] * survival[lane] + fewer[lane] * p[lane];
            }
        }
    }
    for k in (GROUP * units..law.len()).rev() {
        let window = &mut law[k - GROUP * units..=k];
        let mut sum = [0.0; LANES];
        for (term, from) in terms.iter().rev().zip(window.iter().step_by(units)) {
            for lane in 0..LANES {
                sum[lane] = multiply_add::<FUSED>(term[lane], from[lane], sum[lane]);
            }
        }
        window[GROUP * units] = sum;
    }
    for k in (0..law.len().min(GROUP * units)).rev() {
        let mut sum = [0.0; LANES];
        for (term, from) in terms.iter().zip(law[..=k].iter().rev().step_by(units)) {
            for lane in 0..LANES {
                sum[lane] = multiply_add::<FUSED>(term[lane], from[lane], sum[lane]);
            }
        }
        law[k] = sum;
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
            let mut joining = Joining::new(&mut in_groups);
            (0..20).for_each(|_| joining.join(&[(3, [p; LANES])]));
            joining.finish();
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
        let names = [1, 1, 1, 1, 1, 5, 5, 5, 5, 0, 0, 0, 0, 0, 2, 2, 7];
        for length in [0, 1, 3, 11, 40] {
            let (mut law, mut in_groups) = (PartialLaw::new(length), PartialLaw::new(length));
            let mut joining = Joining::new(&mut in_groups);
            for (place, units) in names.iter().enumerate() {
                let probability = std::array::from_fn(|lane| 0.1 + 0.01 * (place + lane) as f64);
                law.join(&[(*units, probability)]);
                joining.join(&[(*units, probability)]);
            }
            joining.finish();
            for (a, b) in in_groups.probabilities.iter().zip(&law.probabilities) {
                (0..LANES).for_each(|lane| assert!((a[lane] - b[lane]).abs() < 1e-16));
            }
        }
    }
}
