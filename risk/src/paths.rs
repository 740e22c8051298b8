//! Price paths: correlated geometric Brownian motions with jumps that may strike all assets at once.
//!
//! Between two steps an asset's logarithm moves by
//! `(μ − σ²/2 − λκ)·Δt + σ·√Δt·z + Σ jumps` with `κ = exp(m + d²/2) − 1`, so that its expectation grows at `μ`. Steps are exact in
//! distribution: no discretisation error at the moments of the steps. Source: Merton 1976.

use rand::Rng;
use rand_distr::{Distribution, Exp, StandardNormal};

use crate::market::{Asset, Market};

/// Draws paths of the prices of a market.
pub struct Paths<'a> {
    market: &'a Market,
    steps: usize,
    /// Per step.
    moves: Vec<Move>,
    /// Expected number of jumps of all assets at once per step.
    common: f64,
}

/// What a step does to an asset.
struct Move {
    trend: f64,
    deviation: f64,
    /// Expected number of jumps per step that are its own.
    own_jumps: f64,
}

impl<'a> Paths<'a> {
    /// Paths of `steps` steps of `step` years each.
    pub fn new(market: &'a Market, steps: usize, step: f64) -> Self {
        let rates = market.assets.iter().map(|asset| asset.jumps.per_year);
        let common = market.common_jumps * rates.fold(f64::INFINITY, f64::min);
        let moves = market.assets.iter().map(|asset| Move {
            trend: trend(asset) * step,
            deviation: asset.volatility * step.sqrt(),
            own_jumps: (asset.jumps.per_year - common) * step,
        });
        Self {
            market,
            steps,
            moves: moves.collect(),
            common: common * step,
        }
    }

    /// Fills `path` with prices, all assets of a step one after the other, the start included:
    /// `path[step × assets + asset]`.
    pub fn draw(&self, rng: &mut impl Rng, path: &mut Vec<f64>) {
        let assets = &self.market.assets;
        let count = assets.len();
        let mut logarithms = vec![0.0; count];
        let mut normals = vec![0.0; count];
        let mut common = Arrivals::new(self.common, rng);
        let mut own: Vec<_> = self
            .moves
            .iter()
            .map(|step| Arrivals::new(step.own_jumps, rng))
            .collect();
        path.clear();
        path.extend(assets.iter().map(|asset| asset.price));
        for step in 1..=self.steps {
            self.correlated(rng, &mut normals);
            for (number, step_of) in self.moves.iter().enumerate() {
                logarithms[number] += step_of.trend + step_of.deviation * normals[number];
            }
            while common.strike_before(step as f64, rng) {
                self.correlated(rng, &mut normals);
                for (number, asset) in assets.iter().enumerate() {
                    logarithms[number] += jump(asset, normals[number]);
                }
            }
            for (number, asset) in assets.iter().enumerate() {
                while own[number].strike_before(step as f64, rng) {
                    logarithms[number] += jump(asset, rng.sample(StandardNormal));
                }
            }
            let moved = assets.iter().zip(&logarithms);
            path.extend(moved.map(|(asset, logarithm)| asset.price * logarithm.exp()));
        }
    }

    fn correlated(&self, rng: &mut impl Rng, normals: &mut [f64]) {
        normals
            .iter_mut()
            .for_each(|normal| *normal = rng.sample(StandardNormal));
        self.market.correlation.apply(normals);
    }
}

fn trend(asset: &Asset) -> f64 {
    let jumps = &asset.jumps;
    let jump_growth = (jumps.mean + jumps.deviation.powi(2) / 2.0).exp() - 1.0;
    asset.drift - asset.volatility.powi(2) / 2.0 - jumps.per_year * jump_growth
}

fn jump(asset: &Asset, normal: f64) -> f64 {
    asset.jumps.mean + asset.jumps.deviation * normal
}

/// The moments of a Poisson process, in steps.
struct Arrivals {
    wait: Option<Exp<f64>>,
    next: f64,
}

impl Arrivals {
    fn new(per_step: f64, rng: &mut impl Rng) -> Self {
        let wait = Exp::new(per_step).ok().filter(|_| per_step > 0.0);
        let next = wait.map_or(f64::INFINITY, |wait| wait.sample(rng));
        Self { wait, next }
    }

    /// Whether the next one falls before `moment`; it is used up then.
    fn strike_before(&mut self, moment: f64, rng: &mut impl Rng) -> bool {
        let strikes = self.next < moment;
        if let Some(wait) = self.wait.filter(|_| strikes) {
            self.next += wait.sample(rng);
        }
        strikes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlation::Correlation;
    use crate::market::Jumps;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    const PATHS: usize = 40_000;
    const STEPS: usize = 4;

    fn market(common_jumps: f64) -> Market {
        let asset = |name: &str, price, per_year| Asset {
            name: name.into(),
            price,
            drift: 0.1,
            volatility: 0.6,
            jumps: Jumps {
                per_year,
                mean: -0.08,
                deviation: 0.1,
            },
            depth: None,
            loans: None,
        };
        Market {
            file: "test.toml".into(),
            name: "Test".into(),
            date: finance::Timestamp(0),
            assets: vec![asset("eth", 200.0, 12.0), asset("btc", 8_000.0, 6.0)],
            correlation: Correlation::new(2, |_, _| 0.7).unwrap(),
            common_jumps,
            impact_half_life: 1.0,
            credit: None,
        }
    }

    /// Logarithmic returns of both assets over a whole path of a quarter of a year.
    fn returns(market: &Market) -> Vec<[f64; 2]> {
        let paths = Paths::new(market, STEPS, 0.25 / STEPS as f64);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut path = Vec::new();
        let mut draw = || {
            paths.draw(&mut rng, &mut path);
            [0, 1].map(|asset| (path[2 * STEPS + asset] / path[asset]).ln())
        };
        (0..PATHS).map(|_| draw()).collect()
    }

    /// Mean, and four standard errors of it.
    fn mean(values: impl Iterator<Item = f64>) -> (f64, f64) {
        let values: Vec<f64> = values.collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / count;
        (mean, 4.0 * (variance / count).sqrt())
    }

    #[test]
    fn prices_are_expected_to_grow_at_the_drift() {
        for returns in [returns(&market(1.0)), returns(&market(0.0))] {
            for asset in 0..2 {
                let (growth, error) = mean(returns.iter().map(|both| both[asset].exp()));
                assert!(
                    (growth - (0.1f64 * 0.25).exp()).abs() < error,
                    "{growth} ± {error}"
                );
            }
        }
    }

    #[test]
    fn variance_and_covariance_are_those_of_a_jump_diffusion() {
        for common_jumps in [0.0, 0.5, 1.0] {
            let market = market(common_jumps);
            let returns = returns(&market);
            let centre = [0, 1].map(|asset| mean(returns.iter().map(|both| both[asset])).0);
            let product = |one: usize, other: usize| {
                mean(
                    returns
                        .iter()
                        .map(|both| (both[one] - centre[one]) * (both[other] - centre[other])),
                )
            };
            for (asset, per_year) in [12.0, 6.0].into_iter().enumerate() {
                let expected = 0.25 * (0.36 + per_year * (0.08f64.powi(2) + 0.01));
                let (variance, error) = product(asset, asset);
                assert!(
                    (variance - expected).abs() < error,
                    "{variance} ± {error}, not {expected}"
                );
            }
            // Jumps in common are as correlated as the rest, around their means.
            let expected =
                0.25 * (0.7 * 0.36 + 6.0 * common_jumps * (0.08f64.powi(2) + 0.7 * 0.01));
            let (covariance, error) = product(0, 1);
            assert!(
                (covariance - expected).abs() < error,
                "{covariance} ± {error}, not {expected}"
            );
        }
    }
}
