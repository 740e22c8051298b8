//! The large homogeneous pool (Vasicek): infinitely many equal names, so that the factor alone decides the loss.
//!
//! A check and a limit, not the price of a pool of a hundred names: there it misses spreads by 10 to 50 %.

use crate::error::{ensure_probability, Result};
use crate::pool::Pool;
use crate::special::{bivariate_normal_cdf, normal_cdf, normal_pdf, normal_quantile};
use crate::tranche::Tranche;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lhp {
    probability: f64,
    loss_given_default: f64,
    correlation: f64,
}

/// Derivatives of a tranche's expected loss, a share of the tranche.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LhpGreeks {
    pub by_probability: f64,
    pub by_probability_twice: f64,
    pub by_correlation: f64,
    pub by_correlation_twice: f64,
    pub by_probability_and_correlation: f64,
    pub by_recovery: f64,
}

impl Lhp {
    /// Every name defaults with `probability`; any two latent variables correlate by `correlation`.
    pub fn new(probability: f64, recovery: f64, correlation: f64) -> Result<Self> {
        ensure_probability("default probability", probability)?;
        ensure_probability("recovery", recovery)?;
        ensure_probability("correlation", correlation)?;
        Ok(Self {
            probability,
            loss_given_default: 1.0 - recovery,
            correlation,
        })
    }

    /// The limit of names that are, on average over what they lose, like those of `pool` by time `t`.
    pub fn like(pool: &Pool, t: f64) -> Result<Self> {
        let (mut lost, mut squares) = (0.0, 0.0);
        for name in pool.names() {
            let share = name.exposure / pool.exposure() * name.recovery.mean_loss();
            lost += share;
            squares += share * name.loading * name.loading;
        }
        // Where nothing can be lost anything is like it.
        let average = |sum: f64| if lost > 0.0 { sum / lost } else { 0.0 };
        Self::new(average(pool.expected_loss(t)), 1.0 - lost, average(squares))
    }

    /// The loss if the common factor is `factor`.
    pub fn loss_given(&self, factor: f64) -> f64 {
        let standard =
            (self.threshold() - self.correlation.sqrt() * factor) / (1.0 - self.correlation).sqrt();
        self.loss_given_default * normal_cdf(standard)
    }

    pub fn expected_loss(&self) -> f64 {
        self.loss_given_default * self.probability
    }

    /// P(loss > x).
    pub fn exceedance(&self, x: f64) -> f64 {
        let share = x / self.loss_given_default;
        if share >= 1.0 {
            return 0.0;
        }
        if self.correlation == 0.0 {
            return f64::from(self.probability > share);
        }
        normal_cdf(self.critical_factor(share))
    }

    /// The loss that is not exceeded with probability `level`.
    pub fn quantile(&self, level: f64) -> f64 {
        self.loss_given(-normal_quantile(level))
    }

    /// Mean loss in the worst outcomes of probability 1 − `level`.
    pub fn expected_shortfall(&self, level: f64) -> f64 {
        let worst = 1.0 - level;
        let together = bivariate_normal_cdf(
            self.threshold(),
            normal_quantile(worst),
            self.correlation.sqrt(),
        );
        self.loss_given_default * together / worst
    }

    /// E min(loss, `cap`).
    pub fn capped_loss(&self, cap: f64) -> f64 {
        self.expected_loss() - self.excess(cap)
    }

    /// Mean share of `tranche` that is lost.
    pub fn tranche_loss(&self, tranche: &Tranche) -> f64 {
        (self.excess(tranche.attachment) - self.excess(tranche.detachment)) / tranche.width()
    }

    /// E max(loss − x, 0) = (1 − R)·Φ₂(Φ⁻¹(p), a; √ρ) − x·Φ(a), with a the factor at which the loss is x.
    fn excess(&self, x: f64) -> f64 {
        let share = x / self.loss_given_default;
        if x <= 0.0 || share >= 1.0 {
            return if x <= 0.0 { self.expected_loss() } else { 0.0 };
        }
        if self.correlation == 0.0 {
            return (self.expected_loss() - x).max(0.0);
        }
        let critical = self.critical_factor(share);
        let lost = bivariate_normal_cdf(self.threshold(), critical, self.correlation.sqrt());
        self.loss_given_default * lost - x * normal_cdf(critical)
    }

    /// Derivatives of [`Self::tranche_loss`], for correlations above 0 and below 1.
    pub fn greeks(&self, tranche: &Tranche) -> LhpGreeks {
        let upper = self.capped_greeks(tranche.detachment);
        let lower = self.capped_greeks(tranche.attachment);
        let of = |by: fn(&LhpGreeks) -> f64| (by(&upper) - by(&lower)) / tranche.width();
        LhpGreeks {
            by_probability: of(|greeks| greeks.by_probability),
            by_probability_twice: of(|greeks| greeks.by_probability_twice),
            by_correlation: of(|greeks| greeks.by_correlation),
            by_correlation_twice: of(|greeks| greeks.by_correlation_twice),
            by_probability_and_correlation: of(|greeks| greeks.by_probability_and_correlation),
            by_recovery: of(|greeks| greeks.by_recovery),
        }
    }

    /// Of [`Self::capped_loss`]. With c = Φ⁻¹(p), z = Φ⁻¹(cap / (1 − R)) and b = (z − √(1−ρ)·c) / √ρ the derivative by p
    /// is (1 − R)·Φ(b): names default as often as the loss, given a default, stays below the cap. By ρ it is
    /// −(1 − R)·φ(c)·φ(b) / (2·√(ρ(1−ρ))) (Plackett); the others follow.
    fn capped_greeks(&self, cap: f64) -> LhpGreeks {
        let (loss, rho) = (self.loss_given_default, self.correlation);
        let share = cap / loss;
        if share <= 0.0 {
            return LhpGreeks::default();
        }
        if share >= 1.0 {
            return LhpGreeks {
                by_probability: loss,
                by_recovery: -self.probability,
                ..LhpGreeks::default()
            };
        }
        let (threshold, limit) = (self.threshold(), normal_quantile(share));
        let (root, rest) = (rho.sqrt(), (1.0 - rho).sqrt());
        let b = (limit - rest * threshold) / root;
        let b_by_rho = threshold / (2.0 * rest * root) - b / (2.0 * rho);
        let by_correlation = -loss * normal_pdf(threshold) * normal_pdf(b) / (2.0 * root * rest);
        let log_slope = -b * b_by_rho - 0.5 / rho + 0.5 / (1.0 - rho);
        LhpGreeks {
            by_probability: loss * normal_cdf(b),
            by_probability_twice: -loss * normal_pdf(b) * rest / (root * normal_pdf(threshold)),
            by_correlation,
            by_correlation_twice: by_correlation * log_slope,
            by_probability_and_correlation: loss * normal_pdf(b) * b_by_rho,
            by_recovery: -bivariate_normal_cdf(threshold, -self.critical_factor(share), -root),
        }
    }

    fn threshold(&self) -> f64 {
        normal_quantile(self.probability)
    }

    /// The factor below which more than `share` of the names default.
    fn critical_factor(&self, share: f64) -> f64 {
        (self.threshold() - (1.0 - self.correlation).sqrt() * normal_quantile(share))
            / self.correlation.sqrt()
    }
}
