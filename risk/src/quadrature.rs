//! Rules of integration.

use std::f64::consts::{FRAC_PI_2, PI};

/// Nodes and weights of a rule.
pub type Rule = Vec<(f64, f64)>;

/// Equally spaced nodes from `low` to `high`, at most `step` apart.
///
/// For smooth integrands that vanish at both ends the error falls exponentially with 1 / step, which no Gauss rule of
/// as many nodes reaches for the law of a finite pool given its factor.
pub fn trapezoid(low: f64, high: f64, step: f64) -> Rule {
    let intervals = ((high - low) / step).ceil().max(1.0);
    let step = (high - low) / intervals;
    let node = |i: u32| (low + f64::from(i) * step, step);
    (0..=intervals as u32).map(node).collect()
}

/// Gauss–Hermite nodes and weights for the mean of a function of a standard normal, from the lowest node up.
///
/// Newton's method on the orthonormal polynomials, started from the asymptotic positions of their roots.
pub fn gauss_hermite(count: usize) -> Rule {
    let mut rule = Rule::with_capacity(count);
    let size = count as f64;
    let mut roots: Vec<f64> = Vec::with_capacity(count);
    for i in 0..count.div_ceil(2) {
        let guess = match i {
            0 => (2.0 * size + 1.0).sqrt() - 1.85575 * (2.0 * size + 1.0).powf(-1.0 / 6.0),
            1 => roots[0] - 1.14 * size.powf(0.426) / roots[0],
            2 => 1.86 * roots[1] - 0.86 * roots[0],
            3 => 1.91 * roots[2] - 0.91 * roots[1],
            _ => 2.0 * roots[i - 1] - roots[i - 2],
        };
        let (root, weight) = hermite_root(guess, count);
        roots.push(root);
        // From the weight exp(−y²) to the standard normal: x = √2 y.
        let (node, weight) = (root * 2f64.sqrt(), weight / PI.sqrt());
        rule.push((-node, weight));
        if 2 * i + 1 != count {
            rule.push((node, weight));
        }
    }
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

fn hermite_root(guess: f64, count: usize) -> (f64, f64) {
    let size = count as f64;
    let mut root = guess;
    let mut slope = 1.0;
    for _ in 0..100 {
        let (mut value, mut before) = (PI.powf(-0.25), 0.0);
        for j in 1..=count {
            let order = j as f64;
            let next =
                root * (2.0 / order).sqrt() * value - ((order - 1.0) / order).sqrt() * before;
            (value, before) = (next, value);
        }
        slope = (2.0 * size).sqrt() * before;
        let change = value / slope;
        root -= change;
        if change.abs() < 1e-15 * size {
            break;
        }
    }
    (root, 2.0 / (slope * slope))
}

/// The integral of `f` from `low` to `high` by the double exponential rule (Takahasi and Mori), which puts up with
/// any behaviour at the ends. About 15 digits for functions that are smooth within.
pub fn tanh_sinh(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const STEP: f64 = 1.0 / 32.0;
    const REACH: i32 = 118;
    let width = high - low;
    let term = |i: i32| {
        let t = f64::from(i) * STEP;
        let v = FRAC_PI_2 * t.sinh();
        // The distance from the nearer end as a share of the width, exact however small.
        let near = 1.0 / (1.0 + (2.0 * v.abs()).exp());
        let weight = FRAC_PI_2 * t.cosh() * 2.0 * near * (1.0 - near);
        let x = if i < 0 {
            low + width * near
        } else {
            high - width * near
        };
        if near == 0.0 || x <= low || x >= high {
            return 0.0;
        }
        weight * f(x)
    };
    (-REACH..=REACH).map(term).sum::<f64>() * width * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_exponential_bears_singular_ends() {
        assert!((tanh_sinh(|x| 1.0 / x.sqrt(), 0.0, 4.0) - 4.0).abs() < 1e-7);
        assert!((tanh_sinh(f64::exp, -1.0, 1.0) - 2.0 * 1f64.sinh()).abs() < 1e-14);
    }

    #[test]
    fn hermite_integrates_moments() {
        for count in [5, 20, 60] {
            let rule = gauss_hermite(count);
            let moment = |n: i32| rule.iter().map(|(x, w)| w * x.powi(n)).sum::<f64>();
            for (order, exact) in [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (8, 105.0)] {
                assert!(
                    (moment(order) - exact).abs() < 1e-10,
                    "{count} nodes, moment {order}"
                );
            }
        }
    }
}
