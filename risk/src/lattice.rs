//! Losses as whole numbers of one unit.

use smallvec::{smallvec, SmallVec};

/// The largest number of units that a pool's worst loss may count before losses are split between neighbours.
pub(crate) const FINEST: usize = 20_000;

/// The largest number of which all `losses` are whole multiples, or none if it is less than a `FINEST`th of their sum.
pub(crate) fn common_unit(losses: &[f64], total: f64) -> Option<f64> {
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
pub(crate) fn split(loss: f64, unit: f64) -> Units {
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
