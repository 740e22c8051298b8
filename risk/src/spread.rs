//! What a class pays and costs over its life: premium and protection legs, and the spread that makes them equal.

use crate::error::{ensure, ensure_positive, Result};
use crate::model::Model;
use crate::pool::Pool;
use crate::tranche::Tranche;

/// Present values per unit of the tranche.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Legs {
    /// Of one a year on what is outstanding at the dates of payment.
    pub premium: f64,
    /// Of one a year on what is lost between these dates, from the date before.
    pub accrued: f64,
    /// Of the losses.
    pub protection: f64,
}

impl Legs {
    /// Of one a year while it is outstanding.
    pub fn annuity(&self) -> f64 {
        self.premium + self.accrued
    }

    /// The premium a year that pays for the losses.
    pub fn spread(&self) -> f64 {
        self.protection / self.annuity()
    }

    /// What the buyer of protection pays at the start if he pays `running` a year.
    pub fn upfront(&self, running: f64) -> f64 {
        self.protection - running * self.annuity()
    }
}

/// When premium accrues and losses are settled between two dates of payment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Convention {
    /// Losses are settled in the middle of the period, and half of its premium is due on them (Hull).
    MidPeriod,
    /// Losses are settled at the end of the period; premium is due on the average of what was outstanding.
    PeriodEnd,
    /// Losses are settled in the middle of the period and carry no premium.
    NoAccrual,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// In the time that default probabilities run in.
    pub end: f64,
    /// Years of premium.
    pub accrual: f64,
    pub premium_discount: f64,
    pub loss_discount: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub periods: Vec<Period>,
    /// Half a period's premium is due on what is lost in it, when the loss is settled.
    pub accrues_on_loss: bool,
}

impl Schedule {
    /// Payments at equal intervals until `maturity`, in years; `rate` is continuously compounded.
    pub fn regular(
        maturity: f64,
        payments_a_year: f64,
        rate: f64,
        convention: Convention,
    ) -> Result<Self> {
        ensure_positive("maturity", maturity)?;
        ensure_positive("payments a year", payments_a_year)?;
        ensure(rate.is_finite(), "rate", rate, "finite")?;
        let count = (maturity * payments_a_year).round().max(1.0);
        let accrual = maturity / count;
        let discount = |t: f64| (-rate * t).exp();
        let period = |i: u32| {
            let end = f64::from(i) * accrual;
            let settled = if convention == Convention::PeriodEnd {
                end
            } else {
                end - 0.5 * accrual
            };
            Period {
                end,
                accrual,
                premium_discount: discount(end),
                loss_discount: discount(settled),
            }
        };
        let periods = (1..=count as u32).map(period).collect();
        Ok(Self {
            periods,
            accrues_on_loss: convention != Convention::NoAccrual,
        })
    }

    /// Legs of something of which `lost` is gone by the end of each period.
    pub fn legs(&self, lost: &[f64]) -> Legs {
        let mut legs = Legs::default();
        let mut before = 0.0;
        for (period, gone) in self.periods.iter().zip(lost) {
            let loss = gone - before;
            legs.premium += period.accrual * (1.0 - gone) * period.premium_discount;
            legs.protection += loss * period.loss_discount;
            if self.accrues_on_loss {
                legs.accrued += 0.5 * period.accrual * loss * period.loss_discount;
            }
            before = *gone;
        }
        legs
    }

    /// One number per period, for the horizon at its end.
    fn at_ends<T>(&self, f: impl FnMut(f64) -> Result<T>) -> Result<Vec<T>> {
        self.periods
            .iter()
            .map(|period| period.end)
            .map(f)
            .collect()
    }
}

/// Legs of each tranche of `pool`.
pub fn tranche_legs(
    model: &Model,
    pool: &Pool,
    schedule: &Schedule,
    tranches: &[Tranche],
) -> Result<Vec<Legs>> {
    let lost = schedule.at_ends(|t| model.tranche_losses(pool, t, tranches))?;
    let legs = |place: usize| {
        let by_date: Vec<f64> = lost.iter().map(|losses| losses[place]).collect();
        schedule.legs(&by_date)
    };
    Ok((0..tranches.len()).map(legs).collect())
}

/// Legs of a tranche with one model for its attachment and another for its detachment point, as base correlations ask
/// for: lost is what lies between the two capped losses.
pub fn base_legs(
    lower: &Model,
    lower_pool: &Pool,
    upper: &Model,
    upper_pool: &Pool,
    schedule: &Schedule,
    tranche: &Tranche,
) -> Result<Legs> {
    let lost = schedule.at_ends(|t| {
        let below = lower.capped_losses(lower_pool, t, &[tranche.attachment])?;
        let upto = upper.capped_losses(upper_pool, t, &[tranche.detachment])?;
        Ok((upto[0] - below[0]) / tranche.width())
    })?;
    Ok(schedule.legs(&lost))
}

/// Legs of protection that pays `loss_given_default` at the `rank`-th default and then ends, for each of `ranks`, one
/// for the first default.
pub fn nth_to_default_legs(
    model: &Model,
    pool: &Pool,
    schedule: &Schedule,
    loss_given_default: f64,
    ranks: &[usize],
) -> Result<Vec<Legs>> {
    for rank in ranks {
        let known = (1..=pool.names().len()).contains(rank);
        ensure(
            known,
            "rank",
            *rank as f64,
            "at least 1 and at most the number of names",
        )?;
    }
    let counts = schedule.at_ends(|t| model.default_counts(pool, t))?;
    let legs = |rank: &usize| {
        // From the top, so that what is unlikely keeps its digits.
        let reached = |counts: &Vec<f64>| counts[*rank..].iter().rev().sum();
        let by_date: Vec<f64> = counts.iter().map(reached).collect();
        let legs = schedule.legs(&by_date);
        Legs {
            protection: loss_given_default * legs.protection,
            ..legs
        }
    };
    Ok(ranks.iter().map(legs).collect())
}

/// Value of one paid at the first default before `maturity`, the hazards of independent names adding up to `hazard`
/// (Li 2000).
pub fn first_to_default_value(hazard: f64, rate: f64, maturity: f64) -> f64 {
    let decay = rate + hazard;
    -hazard / decay * (-decay * maturity).exp_m1()
}
