//! Default when the value of assets, or the price of collateral, falls through a barrier.

use crate::error::{ensure, ensure_positive, Result};
use crate::solve;
use crate::special::{normal_cdf, normal_pdf};

/// A price that follows geometric Brownian motion and defaults when it first touches its barrier.
///
/// A loan's barrier is its loan-to-value over the liquidation loan-to-value, one over its health factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstPassage {
    /// Per square root of a year.
    pub volatility: f64,
    /// Expected growth per year.
    pub drift: f64,
    /// Barrier over today's price, below one.
    pub barrier: f64,
}

impl FirstPassage {
    pub fn new(volatility: f64, drift: f64, barrier: f64) -> Result<Self> {
        ensure_positive("volatility", volatility)?;
        ensure(drift.is_finite(), "drift", drift, "finite")?;
        ensure(
            0.0 < barrier && barrier < 1.0,
            "barrier",
            barrier,
            "between 0 and 1",
        )?;
        Ok(Self {
            volatility,
            drift,
            barrier,
        })
    }

    /// P(the price has touched the barrier by time `t`), by the reflection principle.
    pub fn probability(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        let (below, reflected) = self.distances(t);
        normal_cdf(below) + self.tilt() * normal_cdf(reflected)
    }

    /// P(the price is below the barrier at time `t`): less than the above, for it may have recovered.
    pub fn terminal_probability(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        normal_cdf(self.distances(t).0)
    }

    /// Derivative of [`Self::probability`] by the volatility.
    pub fn vega(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        let (below, reflected) = self.distances(t);
        let tilt_slope = -4.0 * self.drift * self.barrier.ln() / self.volatility.powi(3);
        let direct = normal_pdf(below) * (t.sqrt() - below / self.volatility);
        let mirrored = normal_pdf(reflected) * (-t.sqrt() - reflected / self.volatility);
        direct + self.tilt() * (tilt_slope * normal_cdf(reflected) + mirrored)
    }

    /// Standardised distances of the barrier, from the path and from its reflection.
    fn distances(&self, t: f64) -> (f64, f64) {
        let (deviation, mean) = (self.volatility * t.sqrt(), self.log_drift() * t);
        let log_barrier = self.barrier.ln();
        (
            (log_barrier - mean) / deviation,
            (log_barrier + mean) / deviation,
        )
    }

    fn tilt(&self) -> f64 {
        (2.0 * self.log_drift() * self.barrier.ln() / self.volatility.powi(2)).exp()
    }

    fn log_drift(&self) -> f64 {
        self.drift - 0.5 * self.volatility.powi(2)
    }
}

/// A firm whose equity is a call on its assets, struck at its debt (Merton 1974).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merton {
    pub asset_value: f64,
    pub asset_volatility: f64,
    debt: f64,
    rate: f64,
    maturity: f64,
}

impl Merton {
    /// The assets that explain the `equity` and its volatility: E = C(V, σ) and σ_E E = N(d1) σ V.
    pub fn from_equity(
        equity: f64,
        equity_volatility: f64,
        debt: f64,
        rate: f64,
        maturity: f64,
    ) -> Result<Self> {
        ensure_positive("equity", equity)?;
        ensure_positive("equity_volatility", equity_volatility)?;
        ensure_positive("debt", debt)?;
        ensure_positive("maturity", maturity)?;
        let with = |asset_volatility: f64| {
            let firm = |asset_value| Self {
                asset_value,
                asset_volatility,
                debt,
                rate,
                maturity,
            };
            let excess = |value: f64| Ok(firm(value).equity() - equity);
            let value = solve::root("asset value", excess, equity, equity + debt)?;
            Ok(firm(value))
        };
        let excess = |volatility: f64| {
            let firm: Self = with(volatility)?;
            let (d1, _) = firm.distances();
            Ok(normal_cdf(d1) * volatility * firm.asset_value - equity_volatility * equity)
        };
        // Levered equity swings more than assets; alone it would be the assets.
        let low = 1e-3 * equity_volatility * equity / (equity + debt);
        with(solve::root(
            "asset volatility",
            excess,
            low,
            equity_volatility,
        )?)
    }

    /// Risk-neutral probability that assets end below the debt.
    pub fn default_probability(&self) -> f64 {
        normal_cdf(-self.distances().1)
    }

    /// Value of the debt today.
    pub fn debt_value(&self) -> f64 {
        self.asset_value - self.equity()
    }

    /// What the debt is worth less than without risk, as a share of that.
    pub fn expected_loss(&self) -> f64 {
        1.0 - self.debt_value() / self.riskless_debt()
    }

    fn equity(&self) -> f64 {
        let (d1, d2) = self.distances();
        self.asset_value * normal_cdf(d1) - self.riskless_debt() * normal_cdf(d2)
    }

    fn riskless_debt(&self) -> f64 {
        self.debt * (-self.rate * self.maturity).exp()
    }

    fn distances(&self) -> (f64, f64) {
        let deviation = self.asset_volatility * self.maturity.sqrt();
        let d1 = (self.asset_value / self.riskless_debt()).ln() / deviation + 0.5 * deviation;
        (d1, d1 - deviation)
    }
}
