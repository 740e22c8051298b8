//! Families of the risk model: their inputs as floating-point numbers, their answers out of the crate `risk`.

mod calibration;
mod closed;
mod financepy;
mod formula;
mod legs;
mod lending;
mod pools;
mod sensitivities;

use super::answer::{self, Answer, Answers};
use super::given::{Found, Given, Miss};
use super::{Family, Solved};
use risk::{pool::Default, Model, Pool, Tranche};
use serde_json::Value;

/// Families by the leading words of their ids.
pub const FAMILIES: &[(&str, Family)] = &[
    ("hw2004", legs::mid_period),
    ("gibson", legs::mid_period),
    ("scdo", legs::mid_period),
    ("quantlib-cdo", legs::dated),
    ("quantlib-cdo-lhp", legs::dated_large_pool),
    ("finstack", legs::dated_with_accrual),
    ("quantlib-ntd", legs::dated_nth_to_default),
    ("quantlib-lhp", closed::lhp),
    ("hull-cds", calibration::hazard),
    ("hull-table", legs::given_factor),
    ("hull-ex", legs::mid_period),
    ("hull-itraxx", calibration::implied),
    ("itraxx", calibration::implied),
    ("bgl", legs::period_end),
    ("bgl-clayton", legs::clayton),
    ("bgl-student6", legs::student6),
    ("bgl-student12", legs::student12),
    ("bgl-marshall-olkin", legs::marshall_olkin),
    ("financepy-tranche-hom-recursion", financepy::recursion),
    (
        "financepy-tranche-hom-adjusted_binomial",
        financepy::recursion,
    ),
    (
        "financepy-tranche-hom-gaussian",
        financepy::conditionally_normal,
    ),
    ("financepy-tranche-hom-lhp", financepy::large_pool),
    ("financepy-tranche-het", financepy::without_its_data),
    ("financepy-intrinsic", financepy::without_its_data),
    ("financepy-lossdbn", pools::counts),
    ("financepy-basket", financepy::basket),
    ("kernel", pools::survival),
    ("het", pools::survival),
    ("ore", pools::capped),
    ("columbia", pools::units),
    ("study", pools::horizon),
    ("pool", pools::horizon),
    ("limits-comonotonic", pools::comonotonic),
    ("limits-independent", pools::independent),
    ("bet", pools::expansion),
    ("tail", pools::tail),
    ("secsa", closed::supervisory),
    ("ssfa", closed::supervisory),
    ("secirba", closed::internal_ratings),
    ("basel", closed::corporate),
    ("lhp", closed::lhp),
    ("greeks-lhp", sensitivities::lhp),
    ("greeks-pool", sensitivities::pool),
    ("greeks-hw", sensitivities::spreads),
    ("firstpassage", closed::first_passage),
    ("vega", sensitivities::vega),
    ("phi2", closed::bivariate_normal),
    ("phi", closed::normal),
    ("merton", closed::merton),
    ("li-ftd", closed::first_to_default),
    ("li-joint", closed::joint_default),
    ("liq-toxic", lending::toxic),
    ("liq-step", lending::step),
    ("amm", lending::sale),
    ("cascade", lending::cascade),
    ("insolvency", lending::bad_debt),
    ("calib", calibration::attachment),
];

impl From<risk::Error> for Miss {
    fn from(error: risk::Error) -> Self {
        Self::Input(error.to_string())
    }
}

/// Inputs as floating-point numbers.
impl Given<'_> {
    fn float(&self, key: &str) -> Found<f64> {
        let number = self.raw(key).and_then(Value::as_f64);
        number.ok_or_else(|| self.wrong(key, "is not a number"))
    }

    fn float_or(&self, key: &str, default: f64) -> Found<f64> {
        self.raw(key).map_or(Ok(default), |_| self.float(key))
    }

    /// A list of numbers, or one alone.
    fn floats(&self, key: &str) -> Found<Vec<f64>> {
        match self.raw(key) {
            Some(Value::Array(values)) => {
                let numbers: Option<Vec<f64>> = values.iter().map(Value::as_f64).collect();
                numbers.ok_or_else(|| self.wrong(key, "is not a list of numbers"))
            }
            _ => self.float(key).map(|number| vec![number]),
        }
    }

    /// Rows of numbers.
    fn rows(&self, key: &str) -> Found<Vec<Vec<f64>>> {
        let row = |value: &Value| value.as_array()?.iter().map(Value::as_f64).collect();
        let rows = self.raw(key).and_then(Value::as_array);
        let rows: Option<Vec<Vec<f64>>> = rows.and_then(|rows| rows.iter().map(row).collect());
        rows.ok_or_else(|| self.wrong(key, "is not a list of lists of numbers"))
    }

    fn size(&self, key: &str) -> Found<usize> {
        let number = self
            .raw(key)
            .and_then(Value::as_u64)
            .and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| self.wrong(key, "is not a whole number"))
    }

    /// `tranches`, or the one from `attachment` to `detachment`.
    fn tranches(&self) -> Found<Vec<Tranche>> {
        if !self.has("tranches") {
            return Ok(vec![Tranche::new(
                self.float("attachment")?,
                self.float("detachment")?,
            )?]);
        }
        let tranche = |row: Vec<f64>| match row[..] {
            [attachment, detachment] => Ok(Tranche::new(attachment, detachment)?),
            _ => Err(self.wrong("tranches", "is not a list of pairs")),
        };
        self.rows("tranches")?.into_iter().map(tranche).collect()
    }

    /// `names` equal names.
    fn pool(&self, correlation: f64, default: Default) -> Found<Pool> {
        Ok(Pool::homogeneous(
            self.size("names")?,
            self.float("recovery")?,
            correlation,
            default,
        )?)
    }
}

fn float(number: f64) -> Answer {
    answer::float(number)
}

fn floats(numbers: impl IntoIterator<Item = f64>) -> Answer {
    answer::list(numbers.into_iter().map(float))
}

/// Per year in basis points.
fn basis_points(spreads: impl IntoIterator<Item = f64>) -> Answer {
    floats(spreads.into_iter().map(|spread| 1e4 * spread))
}

fn solved<const N: usize>(by: &'static str, answers: [(&str, Answer); N]) -> Found<Solved> {
    Ok(Solved::by(by, answer::map(answers)))
}

fn gaussian() -> Model {
    Model::new(risk::Copula::Gaussian)
}

fn merged(mut answers: Answers, more: Answers) -> Answers {
    answers.extend(more);
    answers
}
