//! Index tranches and baskets by FinancePy's rules, which differ from ours in the integration over the factor, the first
//! coupon and the interpolation between dates.

use super::super::given::{unsupported, Found, Given};
use super::super::Solved;
use super::{basis_points, pools, solved};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use risk::lhp::Lhp;
use risk::pool::log_linear;
use risk::spread::Legs;
use risk::{normal, Copula, Default, Model, Pool, Tranche};

/// Today of FinancePy's examples, 2 March 2007, and its discount factors.
const DISCOUNT_TIMES: [f64; 6] = [
    0.0,
    1.005479452054794,
    2.002739726027397,
    3.002739726027397,
    4.002739726027397,
    5.005479452054795,
];
const DISCOUNTS: [f64; 6] = [
    1.0,
    0.9515024765851952,
    0.9056048074903743,
    0.8620690959900378,
    0.8201086241705836,
    0.7808629009269652,
];

/// Spreads in basis points of protection until March 2010 and March 2012 on each name of its homogeneous pool.
const SPREADS: [(i32, f64); 2] = [(2010, 12.0), (2012, 25.0)];
const RECOVERY: f64 = 0.4;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2007, 3, 2).unwrap_or_default()
}

struct Discounts {
    times: Vec<f64>,
    factors: Vec<f64>,
}

impl Discounts {
    fn of(given: &Given) -> Found<Self> {
        if !given.has("discount_times") {
            return Ok(Self {
                times: DISCOUNT_TIMES.to_vec(),
                factors: DISCOUNTS.to_vec(),
            });
        }
        Ok(Self {
            times: given.floats("discount_times")?,
            factors: given.floats("discount_factors")?,
        })
    }

    fn at(&self, t: f64) -> f64 {
        log_linear(&self.times, &self.factors, t)
    }
}

/// Dates of payment as years from today, with the premium's years.
struct Coupons {
    times: Vec<f64>,
    accruals: Vec<f64>,
    /// Premium's years since the last date before today.
    accrued: f64,
    /// Whether the first period counts: premium accrues in it and losses are paid.
    has_first: bool,
}

impl Coupons {
    fn given(given: &Given) -> Found<Self> {
        Ok(Self {
            times: given.floats("payment_times")?,
            accruals: given.floats("accrual_factors_act360")?,
            accrued: given.float("accrued_from_previous_coupon")?,
            has_first: true,
        })
    }

    /// Quarterly, back from `maturity`, moved to Mondays from weekends.
    fn until(maturity: NaiveDate) -> Self {
        let quarters = (0..).map_while(|i| maturity.checked_sub_months(Months::new(3 * i)));
        let mut dates: Vec<NaiveDate> = Vec::new();
        for date in quarters {
            dates.insert(0, on_weekday(date));
            if date <= today() {
                break;
            }
        }
        let days = |from: NaiveDate, to: NaiveDate| (to - from).num_days() as f64;
        let last = dates.len() - 1;
        let accrual = |(place, pair): (usize, &[NaiveDate])| {
            // The last day counts too.
            let extra = if place + 1 == last { 1.0 } else { 0.0 };
            (days(pair[0], pair[1]) + extra) / 360.0
        };
        Self {
            times: dates[1..]
                .iter()
                .map(|date| days(today(), *date) / 365.0)
                .collect(),
            accruals: dates.windows(2).enumerate().map(accrual).collect(),
            accrued: days(dates[0], today()) / 360.0,
            has_first: true,
        }
    }

    /// Legs of something that survives with `survival` at the times of payment, its hazard constant between them. The
    /// first coupon has the years of the second, and what has accrued before today is paid back.
    fn legs(&self, survival: &[f64], discounts: &Discounts) -> Legs {
        let (start, first, accrued) = match self.has_first {
            true => (1.0, self.accruals[1], self.accrued),
            false => (survival[0], 0.0, 0.0),
        };
        let mut legs = Legs {
            premium: -accrued,
            protection: self.protection(start, survival, discounts),
            ..Legs::default()
        };
        let mut before = start;
        for (place, (t, left)) in self.times.iter().zip(survival).enumerate() {
            let (accrual, since) = if place == 0 {
                (first, accrued)
            } else {
                (self.accruals[place], 0.0)
            };
            let discount = discounts.at(*t);
            legs.premium += accrual * left * discount;
            legs.accrued += (since + 0.5 * (accrual - since)) * (before - left) * discount;
            before = *left;
        }
        legs
    }

    /// By constant hazards and rates within about 25 steps a year.
    fn protection(&self, start: f64, survival: &[f64], discounts: &Discounts) -> f64 {
        let maturity = self.times[self.times.len() - 1];
        let steps = (25.0 * maturity).round();
        let since_start: Vec<f64> = survival.iter().map(|left| left / start).collect();
        let at = |i: f64| {
            let t = maturity * i / steps;
            (
                start * log_linear(&self.times, &since_start, t),
                discounts.at(t),
            )
        };
        let step = |i: u32| {
            let ((q0, z0), (q1, z1)) = (at(f64::from(i)), at(f64::from(i) + 1.0));
            let (hazard, rate) = (-(q1 / q0).ln(), -(z1 / z0).ln());
            let decay = hazard + rate;
            if decay == 0.0 {
                return 0.0;
            }
            -hazard / decay * (-decay).exp_m1() * q0 * z0
        };
        (0..steps as u32).map(step).sum()
    }
}

fn on_weekday(date: NaiveDate) -> NaiveDate {
    match date.weekday() {
        Weekday::Sat => date + Days::new(2),
        Weekday::Sun => date + Days::new(1),
        _ => date,
    }
}

/// Share of the tranche from zero to `detachment` that is lost when each name has survived with `survival`.
type FirstLoss = fn(&Given, f64, f64, f64) -> Found<f64>;

pub fn recursion(given: &Given) -> Found<Solved> {
    tranches(given, |given, correlation, survival, detachment| {
        let pool = given.pool(correlation, Default::Probability(1.0 - survival))?;
        let model = Model::new(Copula::Gaussian).with_rule(pools::rectangles(points(given)?, 6.0));
        Ok(model.capped_losses(&pool, 0.0, &[detachment])?[0] / detachment)
    })
}

pub fn conditionally_normal(given: &Given) -> Found<Solved> {
    tranches(given, |given, correlation, survival, detachment| {
        let pool = given.pool(correlation, Default::Probability(1.0 - survival))?;
        let rule = pools::rectangles(points(given)?, 6.0);
        let tranche = Tranche::new(0.0, detachment)?;
        Ok(normal::tranche_losses(&pool, 0.0, &[tranche], &rule)?[0])
    })
}

pub fn large_pool(given: &Given) -> Found<Solved> {
    tranches(given, |given, correlation, survival, detachment| {
        let pool = Lhp::new(1.0 - survival, given.float("recovery")?, correlation)?;
        Ok(pool.capped_loss(detachment) / detachment)
    })
}

fn points(given: &Given) -> Found<u32> {
    u32::try_from(given.size("num_points")?).map_err(|_| given.wrong("num_points", "is too large"))
}

/// Tranches by base correlations, one for each end.
fn tranches(given: &Given, first_loss: FirstLoss) -> Found<Solved> {
    let (coupons, discounts) = (Coupons::given(given)?, Discounts::of(given)?);
    let survivals = given.floats("survival_single_name")?;
    let below = |point: f64, key: &str| {
        let correlation = given.float(key)?;
        let loss = |survival: &f64| {
            if point == 0.0 {
                Ok(0.0)
            } else {
                Ok(point * first_loss(given, correlation, *survival, point)?)
            }
        };
        survivals.iter().map(loss).collect::<Found<Vec<f64>>>()
    };
    let spread = |tranche: &Tranche| {
        let lower = below(tranche.attachment, "base_correlation_lower")?;
        let upper = below(tranche.detachment, "base_correlation_upper")?;
        let left: Vec<f64> = lower
            .iter()
            .zip(&upper)
            .map(|(lower, upper)| 1.0 - (upper - lower) / tranche.width())
            .collect();
        Ok(coupons.legs(&left, &discounts).spread())
    };
    let spreads: Found<Vec<f64>> = given.tranches()?.iter().map(spread).collect();
    solved(
        "model, lhp, normal, by FinancePy's legs",
        [("spread_bp", basis_points(spreads?))],
    )
}

pub fn without_its_data(_: &Given) -> Found<Solved> {
    unsupported("the spreads of the names are in a file that the case only mentions")
}

/// A name of the homogeneous pool: hazards, one after the other, that explain its spreads.
fn curve(discounts: &Discounts) -> Found<Default> {
    let mut times: Vec<f64> = Vec::new();
    let mut survival: Vec<f64> = Vec::new();
    for (year, spread) in SPREADS {
        let coupons = Coupons::until(NaiveDate::from_ymd_opt(year, 3, 20).unwrap_or_default());
        let end = coupons.times[coupons.times.len() - 1];
        let (start, reached) = (
            times.last().copied().unwrap_or(0.0),
            survival.last().copied().unwrap_or(1.0),
        );
        let with = |hazard: f64| {
            let known = |t: f64| {
                if t <= start {
                    log_linear(&times, &survival, t)
                } else {
                    reached * (-hazard * (t - start)).exp()
                }
            };
            let left: Vec<f64> = coupons.times.iter().map(|t| known(*t)).collect();
            coupons.legs(&left, discounts).spread() * (1.0 - RECOVERY) - 1e-4 * spread
        };
        let hazard = bisect(with);
        times.push(end);
        survival.push(reached * (-hazard * (end - start)).exp());
    }
    Ok(Default::Curve { times, survival })
}

/// The hazard at which an increasing function is zero.
fn bisect(excess: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let half = if excess(middle) > 0.0 {
            &mut high
        } else {
            &mut low
        };
        *half = middle;
    }
    0.5 * (low + high)
}

/// Protection until December 2011 on the n-th default of some names of the homogeneous pool, from the first date of
/// payment on: the source leaves out what is before.
pub fn basket(given: &Given) -> Found<Solved> {
    let discounts = Discounts::of(given)?;
    let coupons = Coupons::until(NaiveDate::from_ymd_opt(2011, 12, 20).unwrap_or_default());
    let coupons = Coupons {
        has_first: false,
        ..coupons
    };
    let names = given.size("names")?;
    let pool = Pool::homogeneous(
        names,
        RECOVERY,
        given.float("copula_correlation")?,
        curve(&discounts)?,
    )?;
    let model = Model::new(Copula::Gaussian);
    let counts: Result<Vec<Vec<f64>>, _> = coupons
        .times
        .iter()
        .map(|t| model.default_counts(&pool, *t))
        .collect();
    let counts = counts?;
    let spread = |rank: usize| {
        let left: Vec<f64> = counts
            .iter()
            .map(|counts| 1.0 - counts.iter().skip(rank).rev().sum::<f64>())
            .collect();
        (1.0 - RECOVERY) * coupons.legs(&left, &discounts).spread()
    };
    solved(
        "model, by FinancePy's legs",
        [("spread_bp", basis_points((1..=names).map(spread)))],
    )
}
