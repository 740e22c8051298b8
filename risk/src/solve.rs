//! Roots of functions of one number.

use crate::error::{Error, Result};

/// The root of an increasing function between `low` and `high`, to the last digits; NaN if it has none there.
pub(crate) fn increasing(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    root("root", |x| Ok(f(x)), low, high).unwrap_or(f64::NAN)
}

/// A root between `low` and `high`, at which `f` has different signs; `what` names it in errors.
///
/// Ridders' method: bisection's safety, and twice as many digits with each pair of evaluations near the root.
pub(crate) fn root(
    what: &'static str,
    f: impl Fn(f64) -> Result<f64>,
    mut low: f64,
    mut high: f64,
) -> Result<f64> {
    let (mut at_low, mut at_high) = (f(low)?, f(high)?);
    if at_low * at_high > 0.0 || (at_low * at_high).is_nan() {
        let reason =
            format!("the target is missed by {at_low:e} at {low} and by {at_high:e} at {high}");
        return Err(Error::NoSolution { what, reason });
    }
    let mut last = f64::NAN;
    for _ in 0..200 {
        if at_low == 0.0 {
            return Ok(low);
        }
        if at_high == 0.0 {
            return Ok(high);
        }
        let middle = 0.5 * (low + high);
        let at_middle = f(middle)?;
        let scale = (at_middle * at_middle - at_low * at_high).sqrt();
        if scale == 0.0 || at_middle == 0.0 {
            return Ok(middle);
        }
        let point = middle + (middle - low) * (at_low - at_high).signum() * at_middle / scale;
        let at_point = f(point)?;
        if at_point == 0.0
            || (point - last).abs() <= 1e-15 * point.abs()
            || middle == low
            || middle == high
        {
            return Ok(point);
        }
        last = point;
        if at_middle * at_point < 0.0 {
            (low, at_low, high, at_high) = (middle, at_middle, point, at_point);
        } else if at_low * at_point < 0.0 {
            (high, at_high) = (point, at_point);
        } else {
            (low, at_low) = (point, at_point);
        }
        if low > high {
            (low, at_low, high, at_high) = (high, at_high, low, at_low);
        }
    }
    Ok(0.5 * (low + high))
}
