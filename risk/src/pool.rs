//! Who owes what, how likely he defaults by when, and what is then lost.

use crate::error::{ensure, ensure_positive, ensure_probability, Error, Result};
use crate::lattice::{self, Lattice};
use crate::structural::FirstPassage;

/// The law of one default time.
#[derive(Clone, Debug, PartialEq)]
pub enum Default {
    /// This probability at every horizon asked about.
    Probability(f64),
    /// Constant intensity per year.
    Hazard(f64),
    FirstPassage(FirstPassage),
    /// Survival probabilities at ascending times, the hazard constant between them and after the last one.
    Curve {
        times: Vec<f64>,
        survival: Vec<f64>,
    },
    /// As `base`, or by an independent event of constant intensity if that comes first: a failure of the code that
    /// holds the collateral, beside a fall of its price.
    WithHazard {
        base: Box<Default>,
        hazard: f64,
    },
}

impl Default {
    /// P(default by time `t`), `t` in years.
    pub fn probability(&self, t: f64) -> f64 {
        match self {
            Self::Probability(p) => *p,
            Self::Hazard(hazard) => -(-hazard * t).exp_m1(),
            Self::FirstPassage(price) => price.probability(t),
            Self::Curve { times, survival } => 1.0 - log_linear(times, survival, t),
            Self::WithHazard { base, hazard } => {
                let p = base.probability(t);
                p - (1.0 - p) * (-hazard * t).exp_m1()
            }
        }
    }

    /// The same law with its intensity raised by `hazard`, or lowered.
    pub fn plus_hazard(&self, hazard: f64) -> Self {
        match self {
            Self::Hazard(base) => Self::Hazard(base + hazard),
            base => Self::WithHazard {
                base: Box::new(base.clone()),
                hazard,
            },
        }
    }

    fn validate(&self) -> Result<()> {
        match self {
            Self::Probability(p) => ensure_probability("default probability", *p),
            Self::Hazard(hazard) => ensure(
                *hazard >= 0.0 && hazard.is_finite(),
                "hazard",
                *hazard,
                "0 or more",
            ),
            Self::WithHazard { base, hazard } => {
                ensure(hazard.is_finite(), "hazard", *hazard, "finite")?;
                base.validate()
            }
            Self::FirstPassage(price) => {
                FirstPassage::new(price.volatility, price.drift, price.barrier).map(|_| ())
            }
            Self::Curve { times, survival } => validate_curve(times, survival),
        }
    }
}

fn validate_curve(times: &[f64], survival: &[f64]) -> Result<()> {
    let count = times.len() as f64;
    ensure(
        !times.is_empty() && times.len() == survival.len(),
        "number of times",
        count,
        "that of survival probabilities",
    )?;
    let ascending = times.windows(2).all(|pair| pair[0] < pair[1]) && times[0] > 0.0;
    ensure(
        ascending,
        "first time",
        times[0],
        "positive, and the others ascending",
    )?;
    survival.iter().try_for_each(|p| {
        ensure(
            0.0 < *p && *p <= 1.0,
            "survival probability",
            *p,
            "above 0 and at most 1",
        )
    })?;
    let falling = survival.windows(2).all(|pair| pair[0] >= pair[1]);
    ensure(
        falling,
        "last survival probability",
        survival[survival.len() - 1],
        "the lowest, each at most the one before",
    )
}

/// The curve through one at time 0 and `values` at `times`, its logarithm piecewise linear.
pub fn log_linear(times: &[f64], values: &[f64], t: f64) -> f64 {
    let after = times.partition_point(|time| *time < t).min(times.len() - 1);
    let (t0, v0) = match after {
        0 => (0.0, 1.0),
        _ => (times[after - 1], values[after - 1]),
    };
    let (t1, v1) = (times[after], values[after]);
    if t1 == t0 {
        return v1;
    }
    v0 * (v1 / v0).powf((t - t0) / (t1 - t0))
}

/// What is left of an exposure after default, as a share of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Recovery {
    Fixed(f64),
    /// Weights, which add up to one, and recoveries. The deeper the latent variable falls below the threshold of
    /// default, the lower the recovery: losses given default rise in bad states of the factor
    /// (Krekel 2008, the form that Markit publishes).
    States(Vec<(f64, f64)>),
}

impl Recovery {
    /// Loss given default on average.
    pub fn mean_loss(&self) -> f64 {
        self.states()
            .map(|(weight, recovery)| weight * (1.0 - recovery))
            .sum()
    }

    /// Weights and recoveries.
    pub(crate) fn states(&self) -> impl Iterator<Item = (f64, f64)> + Clone + '_ {
        let (fixed, states) = match self {
            Self::Fixed(recovery) => (Some((1.0, *recovery)), &[][..]),
            Self::States(states) => (None, &states[..]),
        };
        fixed.into_iter().chain(states.iter().copied())
    }

    /// Every recovery changed by `change`, within 0 and 1.
    pub fn moved(&self, change: f64) -> Self {
        let moved = |recovery: f64| (recovery + change).clamp(0.0, 1.0);
        match self {
            Self::Fixed(recovery) => Self::Fixed(moved(*recovery)),
            Self::States(states) => Self::States(
                states
                    .iter()
                    .map(|(weight, recovery)| (*weight, moved(*recovery)))
                    .collect(),
            ),
        }
    }

    fn validate(&self) -> Result<()> {
        match self {
            Self::Fixed(recovery) => ensure_probability("recovery", *recovery),
            Self::States(states) => {
                let total: f64 = states.iter().map(|(weight, _)| weight).sum();
                ensure(
                    (total - 1.0).abs() < 1e-9,
                    "sum of the weights of recovery",
                    total,
                    "1",
                )?;
                for (weight, recovery) in states {
                    ensure_probability("weight of a recovery", *weight)?;
                    ensure_probability("recovery", *recovery)?;
                }
                Ok(())
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// In any unit that is the same for all names.
    pub exposure: f64,
    pub recovery: Recovery,
    /// On the common factor: the latent variables of two names correlate by the product of their loadings. Between −1
    /// and 1; 1 for all names or for none. The Clayton and Marshall–Olkin copulas have a parameter of their own instead.
    pub loading: f64,
    pub default: Default,
}

/// At least one name, all of them valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    names: Vec<Name>,
    exposure: f64,
    /// Names that are alike together, the most numerous first, and those that lose the same.
    lattice: Lattice,
}

impl Pool {
    pub fn new(names: Vec<Name>) -> Result<Self> {
        ensure(!names.is_empty(), "number of names", 0.0, "positive")?;
        for name in &names {
            ensure_positive("exposure", name.exposure)?;
            ensure(
                (-1.0..=1.0).contains(&name.loading),
                "loading",
                name.loading,
                "between -1 and 1",
            )?;
            name.recovery.validate()?;
            name.default.validate()?;
        }
        let perfect = names
            .iter()
            .filter(|name| name.loading.abs() == 1.0)
            .count();
        if perfect != 0 && names.iter().any(|name| name.loading != 1.0) {
            return Err(Error::Unsupported(
                "a loading of 1 on the factor is possible for all names or for none",
            ));
        }
        let exposure = names.iter().map(|name| name.exposure).sum();
        let kinds = kinds(&names);
        let unit = lattice::unit(&names, &kinds).unwrap_or(exposure);
        Ok(Self {
            lattice: Lattice::new(&names, kinds.into_iter(), unit),
            names,
            exposure,
        })
    }

    /// `count` equal names of which any two correlate by `correlation`.
    pub fn homogeneous(
        count: usize,
        recovery: f64,
        correlation: f64,
        default: Default,
    ) -> Result<Self> {
        ensure_probability("correlation", correlation)?;
        let loading = correlation.sqrt();
        let recovery = Recovery::Fixed(recovery);
        Self::new(vec![
            Name {
                exposure: 1.0,
                recovery,
                loading,
                default
            };
            count
        ])
    }

    pub fn names(&self) -> &[Name] {
        &self.names
    }

    pub(crate) fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// With each name by itself, in their order.
    pub(crate) fn lattice_apart(&self) -> Lattice {
        let each = (0..self.names.len()).map(|place| (place, 1));
        Lattice::new(&self.names, each, self.lattice.unit)
    }

    /// One unit of the lattice as a share of the exposure.
    pub(crate) fn unit(&self) -> f64 {
        self.lattice.unit / self.exposure
    }

    /// Of all names, in the unit of theirs.
    pub fn exposure(&self) -> f64 {
        self.exposure
    }

    /// By time `t`, as a share of the exposure.
    pub fn expected_loss(&self, t: f64) -> f64 {
        let loss =
            |name: &Name| name.exposure * name.recovery.mean_loss() * name.default.probability(t);
        self.names.iter().map(loss).sum::<f64>() / self.exposure
    }

    /// The same names, any two correlated by `correlation`.
    pub fn with_correlation(&self, correlation: f64) -> Result<Self> {
        ensure_probability("correlation", correlation)?;
        self.map(|name| Name {
            loading: correlation.sqrt(),
            ..name.clone()
        })
    }

    /// The same names, each changed by `change`.
    pub fn map(&self, change: impl FnMut(&Name) -> Name) -> Result<Self> {
        Self::new(self.names.iter().map(change).collect())
    }
}

/// Places of names unlike all before them, with how many there are of each.
fn kinds(names: &[Name]) -> Vec<(usize, usize)> {
    let mut kinds: Vec<(usize, usize)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        match kinds.iter_mut().find(|(first, _)| names[*first] == *name) {
            Some((_, count)) => *count += 1,
            None => kinds.push((place, 1)),
        }
    }
    let loss = |place: usize| names[place].exposure * names[place].recovery.mean_loss();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then(loss(a.0).total_cmp(&loss(b.0))));
    kinds
}
