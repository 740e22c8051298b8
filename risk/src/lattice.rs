//! Losses as whole numbers of one unit.

use crate::kernel::{Lanes, Outcome, LANES};
use crate::pool::Name;
use smallvec::{smallvec, SmallVec};
use std::ops::Range;

/// What the names of a pool may lose, in whole units, whenever that is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lattice {
    /// In that of the exposures.
    pub unit: f64,
    /// Units lost if everything is lost that can be.
    pub worst: usize,
    /// The most that one name may lose.
    pub largest: usize,
    pub names: usize,
    pub kinds: Vec<Kind>,
    /// All kinds, in order.
    pub runs: Vec<Run>,
    /// What each threshold adds to the mean loss, per probability: what is lost beyond it less what is lost beyond the
    /// next milder one.
    pub steps: Vec<f64>,
}

/// Names that are alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kind {
    /// Of the first of them in the pool.
    pub place: usize,
    pub count: usize,
    /// From the deepest, each with a threshold of its own.
    pub bands: SmallVec<[Band; 1]>,
    /// Their places among all thresholds.
    pub thresholds: Range<usize>,
}

/// Defaults of one depth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Band {
    /// Of the defaults, the share that is as deep as this or deeper.
    pub weight: f64,
    pub units: Units,
}

/// Kinds that join a law together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub kinds: Range<usize>,
    pub thresholds: Range<usize>,
    /// Of single names that lose this or nothing.
    pub units: Option<usize>,
}

impl Lattice {
    /// Of `kinds` of `names`: their places, and how many there are. Losses that are no multiples of `unit` are split.
    pub fn new(names: &[Name], kinds: impl Iterator<Item = (usize, usize)>, unit: f64) -> Self {
        let mut end = 0;
        let kind = |(place, count): (usize, usize)| {
            let bands = bands(&names[place], unit);
            let start = end;
            end += bands.len();
            Kind {
                place,
                count,
                bands,
                thresholds: start..end,
            }
        };
        let kinds: Vec<Kind> = kinds.map(kind).collect();
        Self {
            unit,
            worst: kinds.iter().map(|kind| kind.count * kind.worst()).sum(),
            largest: kinds.iter().map(Kind::worst).max().unwrap_or(0),
            names: kinds.iter().map(|kind| kind.count).sum(),
            runs: runs(&kinds),
            steps: kinds.iter().flat_map(Kind::steps).collect(),
            kinds,
        }
    }

    /// Of n independent losses up to `largest`, whose mean is the share m of the most they can be, the sum lies on the other side of the
    /// share x with a probability below exp(−rarity), `rarity = n·(x·ln(x / m) + (1 − x)·ln((1 − x) / (1 − m)))` (Hoeffding 1963).
    pub fn rarity(&self, units: f64, expected: f64) -> f64 {
        let names = self.names as f64;
        let most = names * self.largest as f64;
        let (x, m) = (units / most, expected / most);
        names * (x * (x / m).ln() + (1.0 - x) * ((1.0 - x) / (1.0 - m)).ln())
    }

    /// Bounds the probability that no more than `units` are lost where `expected` or more are on average.
    pub fn stays_below(&self, units: f64, expected: f64) -> f64 {
        match units < expected {
            true => (-self.rarity(units, expected)).exp(),
            false => 1.0,
        }
    }

    /// Each kind with its part of `outcomes`.
    pub fn of_kinds<'a>(
        &'a self,
        mut outcomes: &'a [Outcome],
    ) -> impl Iterator<Item = (&'a Kind, &'a [Outcome])> {
        self.kinds.iter().map(move |kind| {
            let (own, rest) =
                outcomes.split_at(kind.bands.iter().map(|band| band.units.len()).sum());
            outcomes = rest;
            (kind, own)
        })
    }
}

impl Kind {
    fn worst(&self) -> usize {
        let units = self.bands.iter().flat_map(|band| &band.units);
        units.map(|(units, _)| *units).max().unwrap_or(0)
    }

    fn steps(&self) -> impl Iterator<Item = f64> + '_ {
        let losses = self.bands.iter().map(Band::mean);
        let milder = losses.clone().skip(1).chain([0.0]);
        losses
            .zip(milder)
            .map(|(loss, milder)| self.count as f64 * (loss - milder))
    }

    /// What a single name loses that has only one outcome.
    fn units(&self) -> Option<usize> {
        match &self.bands[..] {
            [Band { units, .. }] if units.len() == 1 && self.count == 1 => Some(units[0].0),
            _ => None,
        }
    }

    /// Adds what one of these names may lose, the probabilities of all thresholds being `given`.
    pub fn outcomes(&self, given: &[Lanes], outcomes: &mut impl Extend<Outcome>) {
        let mut deeper = [0.0; LANES];
        for (band, upto) in self.bands.iter().zip(&given[self.thresholds.clone()]) {
            outcomes.extend(band.units.iter().map(|(units, share)| {
                let within = |lane: usize| share * (upto[lane] - deeper[lane]).max(0.0);
                (*units, std::array::from_fn(within))
            }));
            deeper = *upto;
        }
    }
}

impl Band {
    fn mean(&self) -> f64 {
        self.units
            .iter()
            .map(|(units, share)| *units as f64 * share)
            .sum()
    }
}

fn bands(name: &Name, unit: f64) -> SmallVec<[Band; 1]> {
    let mut states: SmallVec<[(f64, f64); 3]> = name.recovery.states().collect();
    states.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut weight = 0.0;
    let band = |(share, recovery): (f64, f64)| {
        weight += share;
        Band {
            weight: f64::min(weight, 1.0),
            units: split(name.exposure * (1.0 - recovery), unit),
        }
    };
    states.into_iter().map(band).collect()
}

fn runs(kinds: &[Kind]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (place, kind) in kinds.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.units.is_some() && run.units == kind.units() => {
                run.kinds.end = place + 1;
                run.thresholds.end = kind.thresholds.end;
            }
            _ => runs.push(Run {
                kinds: place..place + 1,
                thresholds: kind.thresholds.clone(),
                units: kind.units(),
            }),
        }
    }
    runs
}

/// What divides all that the kinds of names may lose, or a fine unit that does not; none if nothing can be lost.
pub(crate) fn unit(names: &[Name], kinds: &[(usize, usize)]) -> Option<f64> {
    let (mut losses, mut total) = (Vec::new(), 0.0);
    for (place, count) in kinds {
        let name = &names[*place];
        let states = name.recovery.states();
        let of_name = states.map(|(_, recovery)| name.exposure * (1.0 - recovery));
        total += *count as f64 * of_name.clone().fold(0.0, f64::max);
        losses.extend(of_name);
    }
    let fine = || total / FINEST as f64;
    (total > 0.0).then(|| common_unit(&losses, total).unwrap_or_else(fine))
}

/// The largest number of units that a pool's worst loss may count before losses are split between neighbours.
const FINEST: usize = 20_000;

/// The largest number of which all `losses` are whole multiples, or none if it is less than a `FINEST`th of their sum.
fn common_unit(losses: &[f64], total: f64) -> Option<f64> {
    let largest = losses.iter().copied().fold(0.0, f64::max);
    let negligible = 1e-9 * largest;
    let mut unit = losses
        .iter()
        .copied()
        .filter(|loss| *loss > negligible)
        .fold(0.0, |unit, loss| divisor(unit, loss, negligible));
    // The divisor carries the rounding of many subtractions; the largest loss is a whole multiple of the true one.
    unit = largest / (largest / unit).round();
    let is_whole = |loss: &f64| (loss / unit - (loss / unit).round()).abs() < 1e-6;
    let is_common = total / unit <= FINEST as f64 + 0.5 && losses.iter().all(is_whole);
    is_common.then_some(unit)
}

/// Euclid's algorithm, with remainders below `negligible` taken for zero.
fn divisor(mut a: f64, mut b: f64, negligible: f64) -> f64 {
    while b > negligible {
        let rest = a % b;
        let rest = if b - rest <= negligible { 0.0 } else { rest };
        (a, b) = (b, rest);
    }
    a
}

/// Whole units with their shares.
pub(crate) type Units = SmallVec<[(usize, f64); 2]>;

/// Whole units and shares of `loss` that have its mean: one, or the two neighbours between which it lies.
fn split(loss: f64, unit: f64) -> Units {
    let units = loss / unit;
    let nearest = units.round();
    if (units - nearest).abs() < 1e-6 {
        return smallvec![(nearest as usize, 1.0)];
    }
    let below = units.floor();
    let share = units - below;
    smallvec![(below as usize, 1.0 - share), (below as usize + 1, share)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_among_decimals() {
        let unit = |losses: &[f64]| common_unit(losses, losses.iter().sum());
        assert!((unit(&[0.006, 0.008, 0.006]).unwrap() - 0.002).abs() < 1e-15);
        assert!((unit(&[0.45, 0.41, 0.35]).unwrap() - 0.01).abs() < 1e-12);
        assert_eq!(unit(&[0.6; 100]), Some(0.6));
        assert_eq!(unit(&[1.0, std::f64::consts::SQRT_2]), None);
    }

    #[test]
    fn a_split_keeps_the_mean() {
        let mean: f64 = split(0.0347, 0.01)
            .iter()
            .map(|(units, share)| *units as f64 * share)
            .sum();
        assert!((mean - 3.47).abs() < 1e-12);
    }
}
