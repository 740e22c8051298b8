//! Capital of banks that hold a class: the supervisory formulas.

use crate::error::{ensure, ensure_positive, ensure_probability, Result};
use crate::special::{normal_cdf, normal_quantile};
use crate::tranche::Tranche;

/// The risk weight of a full deduction, 1250 %.
const FULL: f64 = 12.5;

/// The simplified supervisory formula: SSFA in the United States, SEC-SA in Basel III, SEC-IRBA with the capital of
/// internal ratings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupervisoryFormula {
    /// Capital of the pool as a share of it, delinquent loans included.
    pub pool_capital: f64,
    /// p, by which classes together need more capital than the pool.
    pub surcharge: f64,
    /// The least risk weight.
    pub floor: f64,
}

/// Risk weights as multiples of the exposure: 12.5 is 1250 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskWeight {
    /// Capital of the part above the pool's, as a share of that part; none if no part is.
    pub capital: Option<f64>,
    pub before_floor: f64,
    pub risk_weight: f64,
}

impl SupervisoryFormula {
    /// `capital` is that of the pool's performing loans, `delinquent` the share W that does not perform, of which half
    /// counts: K_A = (1 − W)·K + 0.5·W.
    pub fn new(capital: f64, delinquent: f64, surcharge: f64, floor: f64) -> Result<Self> {
        ensure_probability("capital of the pool", capital)?;
        ensure_probability("delinquent share", delinquent)?;
        ensure_positive("surcharge p", surcharge)?;
        ensure(floor >= 0.0, "floor", floor, "0 or more")?;
        let pool_capital = (1.0 - delinquent) * capital + 0.5 * delinquent;
        ensure(
            pool_capital > 0.0,
            "capital of the pool",
            pool_capital,
            "above 0",
        )?;
        Ok(Self {
            pool_capital,
            surcharge,
            floor,
        })
    }

    /// A share of the pool whose state nobody knows counts whole.
    pub fn with_unknown(self, share: f64) -> Result<Self> {
        ensure_probability("share of unknown state", share)?;
        Ok(Self {
            pool_capital: (1.0 - share) * self.pool_capital + share,
            ..self
        })
    }

    pub fn risk_weight(&self, tranche: &Tranche) -> RiskWeight {
        let Tranche {
            attachment,
            detachment,
        } = *tranche;
        let capital = (detachment > self.pool_capital).then(|| self.capital_above(tranche));
        let within = ((self.pool_capital - attachment) / tranche.width()).clamp(0.0, 1.0);
        let before_floor = FULL * (within + (1.0 - within) * capital.unwrap_or(1.0));
        RiskWeight {
            capital,
            before_floor,
            risk_weight: before_floor.max(self.floor),
        }
    }

    /// (e^(a·u) − e^(a·l)) / (a·(u − l)), with a = −1 / (p·K_A) and u, l the ends of the tranche above K_A.
    fn capital_above(&self, tranche: &Tranche) -> f64 {
        let slope = -1.0 / (self.surcharge * self.pool_capital);
        let upper = tranche.detachment - self.pool_capital;
        let lower = (tranche.attachment - self.pool_capital).max(0.0);
        (slope * lower).exp() * (slope * (upper - lower)).exp_m1() / (slope * (upper - lower))
    }
}

/// Coefficients of the surcharge p of SEC-IRBA, one row of the regulation's table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurchargeTable {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
}

impl SurchargeTable {
    /// p = max(0.3, A + B/N + C·K_IRB + D·LGD + E·M_T), N the effective number of names, M_T the tranche's maturity.
    pub fn surcharge(
        &self,
        names: f64,
        capital: f64,
        loss_given_default: f64,
        maturity: f64,
    ) -> f64 {
        let Self { a, b, c, d, e } = self;
        (a + b / names + c * capital + d * loss_given_default + e * maturity).max(0.3)
    }
}

/// Risk weight of a corporate loan by internal ratings (Basel II, annex 5), without the later scaling by 1.06.
///
/// The capital is Vasicek's loss quantile at `confidence` less the expected loss, grown with maturity.
pub fn corporate_risk_weight(
    probability: f64,
    loss_given_default: f64,
    maturity: f64,
    confidence: f64,
) -> Result<f64> {
    ensure(
        0.0 < probability && probability < 1.0,
        "default probability",
        probability,
        "between 0 and 1",
    )?;
    ensure_probability("loss given default", loss_given_default)?;
    ensure(
        0.0 < confidence && confidence < 1.0,
        "confidence",
        confidence,
        "between 0 and 1",
    )?;
    let mixing = (-50.0 * probability).exp_m1() / (-50f64).exp_m1();
    let correlation = 0.12 * mixing + 0.24 * (1.0 - mixing);
    let standard = (normal_quantile(probability)
        + correlation.sqrt() * normal_quantile(confidence))
        / (1.0 - correlation).sqrt();
    let unexpected = loss_given_default * (normal_cdf(standard) - probability);
    let slope = (0.11852 - 0.05478 * probability.ln()).powi(2);
    Ok(FULL * unexpected * (1.0 + (maturity - 2.5) * slope) / (1.0 - 1.5 * slope))
}
