//! Premium and protection legs of tranches and of the n-th default.

use super::super::answer::{self, Answer, Answers};
use super::super::given::{Found, Given, Miss};
use super::super::Solved;
use super::{basis_points, float, floats, gaussian, merged, solved};
use chrono::{Datelike, Days, Months, NaiveDate};
use risk::lhp::Lhp;
use risk::quadrature::gauss_hermite;
use risk::spread::{nth_to_default_legs, tranche_legs, Convention, Legs, Period, Schedule};
use risk::{calibrate, Copula, Default, Model, Pool, Tranche};

/// The model that `factor_dof` and `idio_dof` ask for.
fn model(given: &Given) -> Found<Model> {
    if !given.has("factor_dof") && !given.has("idio_dof") {
        return Ok(gaussian());
    }
    let dof = |key: &str| given.raw(key).map(|_| given.float(key)).transpose();
    let copula = Copula::DoubleT {
        factor_dof: dof("factor_dof")?,
        idiosyncratic_dof: dof("idio_dof")?,
    };
    Ok(Model::new(copula).with_error(1e-10))
}

fn pool(given: &Given) -> Found<Pool> {
    given.pool(
        given.float("copula_correlation")?,
        Default::Hazard(given.float("hazard")?),
    )
}

/// Quarterly where nothing else is said.
pub fn schedule(given: &Given, convention: Convention) -> Found<Schedule> {
    let rate = if given.has("rate_cc") {
        "rate_cc"
    } else {
        "replay_rate_cc"
    };
    let payments = given.float_or("payments_per_year", 4.0)?;
    Ok(Schedule::regular(
        given.float("maturity_years")?,
        payments,
        given.float(rate)?,
        convention,
    )?)
}

fn ranks(given: &Given) -> Found<Option<Vec<usize>>> {
    let key = ["ranks", "rank"].into_iter().find(|key| given.has(key));
    let ranks = key.map(|key| given.integers(key)).transpose()?;
    Ok(ranks.map(|ranks| {
        ranks
            .into_iter()
            .filter_map(|rank| usize::try_from(rank).ok())
            .collect()
    }))
}

pub fn mid_period(given: &Given) -> Found<Solved> {
    let schedule = schedule(given, Convention::MidPeriod)?;
    let (model, pool) = (model(given)?, pool(given)?);
    if let Some(ranks) = ranks(given)? {
        let legs = nth_to_default_legs(
            &model,
            &pool,
            &schedule,
            1.0 - given.float("recovery")?,
            &ranks,
        )?;
        return Ok(Solved::by("spread", of_legs(given, "rank", &legs)));
    }
    let tranches = given.tranches()?;
    let legs = tranche_legs(&model, &pool, &schedule, &tranches)?;
    let losses = model.tranche_losses(&pool, given.float("maturity_years")?, &tranches)?;
    let exposure = given.float_or("notional_each", 1.0)? * given.float("names")?;
    let in_money = losses
        .iter()
        .zip(&tranches)
        .map(|(loss, tranche)| loss * tranche.width() * exposure);
    let mut answers = answer::map([
        ("etl_5y", floats(losses.iter().copied())),
        ("expected_loss_usd", floats(in_money)),
    ]);
    for (tranche, legs) in tranches.iter().zip(&legs) {
        answers.extend(by_name(given, tranche, legs));
    }
    Ok(Solved::by(
        "spread",
        merged(answers, of_legs(given, "attachment", &legs)),
    ))
}

/// Lists, or plain numbers if the case asks about one thing under the key `single`.
fn of_legs(given: &Given, single: &str, legs: &[Legs]) -> Answers {
    let of = |by: fn(&Legs) -> f64| match legs {
        [legs] if given.has(single) => float(by(legs)),
        _ => floats(legs.iter().map(by)),
    };
    answer::map([
        ("A", of(|legs| legs.premium)),
        ("B", of(|legs| legs.accrued)),
        ("C", of(|legs| legs.protection)),
        ("spread_bp", of(|legs| 1e4 * legs.spread())),
    ])
}

/// Under keys like `class_d_3_6_spread_bp`, whatever the class is called.
fn by_name(given: &Given, tranche: &Tranche, legs: &Legs) -> Answers {
    let percent = |point: f64| (100.0 * point).round();
    let points = format!(
        "_{}_{}_",
        percent(tranche.attachment),
        percent(tranche.detachment)
    );
    let of = |key: &String| {
        let (_, figure) = key.split_once(&points)?;
        let value = match figure {
            "spread_bp" => 1e4 * legs.spread(),
            "pv_expected_loss" => legs.protection,
            _ => return None,
        };
        Some((key.clone(), float(value)))
    };
    answer::map(given.wanted.keys().filter_map(of))
}

/// Legs given each point of the factor: the central ones of a Gauss–Hermite rule, downwards.
pub fn given_factor(given: &Given) -> Found<Solved> {
    let schedule = schedule(given, Convention::MidPeriod)?;
    let rule = gauss_hermite(60);
    let wanted = given
        .wanted
        .get("rows")
        .and_then(|rows| rows.as_array())
        .map_or(0, Vec::len);
    let (pool, tranches) = (pool(given)?, given.tranches()?);
    let row = |&(factor, weight): &(f64, f64)| {
        let model = gaussian().with_rule(vec![(factor, 1.0)]);
        let legs = tranche_legs(&model, &pool, &schedule, &tranches)?[0];
        let mut row = answer::map([
            ("F", float(factor)),
            ("w", float(weight)),
            ("A", float(legs.premium)),
            ("B", float(legs.accrued)),
            ("C", float(legs.protection)),
        ]);
        for (place, period) in schedule.periods.iter().enumerate() {
            let lost = model.tranche_losses(&pool, period.end, &tranches)?[0];
            row.insert(format!("E{}", place + 1), float(1.0 - lost));
        }
        Ok(Answer::Map(row))
    };
    let central = rule.iter().rev().skip(rule.len() / 2 - 1).take(wanted);
    let rows: Found<Vec<Answer>> = central.map(row).collect();
    solved("spread", [("rows", answer::list(rows?))])
}

pub fn period_end(given: &Given) -> Found<Solved> {
    let legs = tranche_legs(
        &gaussian(),
        &pool(given)?,
        &schedule(given, Convention::PeriodEnd)?,
        &given.tranches()?,
    )?;
    solved(
        "spread",
        [("spread_bp", basis_points(legs.iter().map(Legs::spread)))],
    )
}

pub fn clayton(given: &Given) -> Found<Solved> {
    fitted(given, "theta", (1e-3, 4.0), |theta| {
        (Copula::Clayton { theta }, 0.0)
    })
}

pub fn marshall_olkin(given: &Given) -> Found<Solved> {
    fitted(given, "alpha", (0.0, 1.0), |common| {
        (Copula::MarshallOlkin { common }, 0.0)
    })
}

pub fn student6(given: &Given) -> Found<Solved> {
    fitted(given, "rho", (0.0, 0.95), |correlation| {
        (Copula::Student { dof: 6.0 }, correlation)
    })
}

pub fn student12(given: &Given) -> Found<Solved> {
    fitted(given, "rho", (0.0, 0.95), |correlation| {
        (Copula::Student { dof: 12.0 }, correlation)
    })
}

/// The parameter that explains the equity premium, and the other tranches with it.
fn fitted(
    given: &Given,
    name: &str,
    range: (f64, f64),
    copula: fn(f64) -> (Copula, f64),
) -> Found<Solved> {
    let schedule = schedule(given, Convention::PeriodEnd)?;
    let tranches = given.tranches()?;
    let equal = pool_without_correlation(given)?;
    let with = |parameter: f64| {
        let (copula, correlation) = copula(parameter);
        Ok((
            Model::new(copula).with_error(1e-7),
            equal.with_correlation(correlation)?,
        ))
    };
    let premium = 1e-4 * given.float("equity_premium_bp")?;
    let parameter = calibrate::parameter(&schedule, &tranches[0], premium, range, with)?;
    let (model, pool) = with(parameter)?;
    let spreads: Vec<f64> = tranche_legs(&model, &pool, &schedule, &tranches)?
        .iter()
        .map(|legs| 1e4 * legs.spread())
        .collect();
    let [equity, mezzanine, senior] = spreads[..] else {
        return Err(given.wrong("tranches", "are not three"));
    };
    solved(
        "calibrate",
        [
            (name, float(parameter)),
            ("equity_bp", float(equity)),
            ("mezzanine_bp", float(mezzanine)),
            ("senior_bp", float(senior)),
        ],
    )
}

fn pool_without_correlation(given: &Given) -> Found<Pool> {
    given.pool(0.0, Default::Hazard(given.float("hazard")?))
}

/// Payments on dates, premium on what is left at the end of each period, losses settled in the middle of it.
pub fn dated(given: &Given) -> Found<Solved> {
    on_dates(given, false)
}

/// The same with half a period's premium on losses.
pub fn dated_with_accrual(given: &Given) -> Found<Solved> {
    on_dates(given, true)
}

fn on_dates(given: &Given, accrues_on_loss: bool) -> Found<Solved> {
    let schedule = Schedule {
        accrues_on_loss,
        ..Dates::of(given)?.schedule(given)?
    };
    let legs = tranche_legs(&model(given)?, &pool(given)?, &schedule, &given.tranches()?)?;
    solved(
        "spread",
        [("spread_bp", basis_points(legs.iter().map(Legs::spread)))],
    )
}

pub fn dated_large_pool(given: &Given) -> Found<Solved> {
    let schedule = Dates::of(given)?.schedule(given)?;
    let default = Default::Hazard(given.float("hazard")?);
    let spread = |tranche: &Tranche| {
        let loss = |period: &Period| {
            let pool = Lhp::new(
                default.probability(period.end),
                given.float("recovery")?,
                given.float("copula_correlation")?,
            )?;
            Ok(pool.tranche_loss(tranche))
        };
        let lost: Found<Vec<f64>> = schedule.periods.iter().map(loss).collect();
        Ok(schedule.legs(&lost?).spread())
    };
    let spreads: Found<Vec<f64>> = given.tranches()?.iter().map(spread).collect();
    solved("lhp", [("spread_bp", basis_points(spreads?))])
}

/// Losses are settled, and premium accrues to them, week by week.
pub fn dated_nth_to_default(given: &Given) -> Found<Solved> {
    let dates = Dates::of(given)?;
    let (model, pool) = (model(given)?, pool(given)?);
    let counts = |date: NaiveDate| {
        Ok::<_, Miss>(model.default_counts(&pool, dates.hazard_years(given, date)?)?)
    };
    let ranks = ranks(given)?.unwrap_or_default();
    let mut legs = vec![Legs::default(); ranks.len()];
    let reached = |counts: &[f64], rank: usize| counts.iter().skip(rank).rev().sum::<f64>();
    let mut before = counts(dates.payments[0])?;
    for pair in dates.payments.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        let mut day = start;
        while day < end {
            day = end.min(day + Days::new(7));
            let here = counts(day)?;
            for (legs, rank) in legs.iter_mut().zip(&ranks) {
                let lost = (reached(&here, *rank) - reached(&before, *rank))
                    * dates.discount(given, day)?;
                legs.accrued += lost * act_360(start, day);
                legs.protection += lost * (1.0 - given.float("recovery")?);
            }
            before = here;
        }
        for (legs, rank) in legs.iter_mut().zip(&ranks) {
            legs.premium += (1.0 - reached(&before, *rank))
                * act_360(start, end)
                * dates.discount(given, end)?;
        }
    }
    solved(
        "spread",
        [("spread_bp", basis_points(legs.iter().map(Legs::spread)))],
    )
}

/// When premium is paid, beginning with the date from which it accrues.
struct Dates {
    today: NaiveDate,
    payments: Vec<NaiveDate>,
}

impl Dates {
    /// `asof` and `schedule`, or the sentence `2006-08-31 as of, 2006-09-01 to 2011-09-01 quarterly`.
    fn of(given: &Given) -> Found<Self> {
        if !given.has("schedule") {
            let words: Vec<&str> = given.text("dates")?.split([' ', ',']).collect();
            let dates: Vec<NaiveDate> = words.iter().filter_map(|word| word.parse().ok()).collect();
            let [today, first, last] = dates[..] else {
                return Err(given.wrong("dates", "does not name three dates"));
            };
            let payments = (0..).map_while(|i| first.checked_add_months(Months::new(3 * i)));
            return Ok(Self {
                today,
                payments: payments.take_while(|date| *date <= last).collect(),
            });
        }
        let parse = |text: &str| {
            text.parse::<NaiveDate>()
                .map_err(|_| given.wrong("schedule", "is not a list of dates"))
        };
        let payments: Found<Vec<NaiveDate>> =
            given.texts("schedule")?.into_iter().map(parse).collect();
        Ok(Self {
            today: parse(given.text("asof")?)?,
            payments: payments?,
        })
    }

    fn schedule(&self, given: &Given) -> Found<Schedule> {
        let period = |pair: &[NaiveDate]| {
            let (start, end) = (pair[0], pair[1]);
            let middle = start + Days::new((end - start).num_days().unsigned_abs() / 2);
            Ok(Period {
                end: self.hazard_years(given, end)?,
                accrual: act_360(start, end),
                premium_discount: self.discount(given, end)?,
                loss_discount: self.discount(given, middle)?,
            })
        };
        // What is lost before premium begins to accrue is nobody's.
        let start = self.hazard_years(given, self.payments[0])?;
        let unpaid = Period {
            end: start,
            accrual: 0.0,
            premium_discount: 0.0,
            loss_discount: 0.0,
        };
        let paid = self.payments.windows(2).map(period);
        let periods: Found<Vec<Period>> = [Ok(unpaid)].into_iter().chain(paid).collect();
        Ok(Schedule {
            periods: periods?,
            accrues_on_loss: false,
        })
    }

    fn hazard_years(&self, given: &Given, date: NaiveDate) -> Found<f64> {
        years(given, "hazard_daycount", self.today, date)
    }

    fn discount(&self, given: &Given, date: NaiveDate) -> Found<f64> {
        Ok((-given.float("rate_cc")? * years(given, "rate_daycount", self.today, date)?).exp())
    }
}

fn act_360(start: NaiveDate, end: NaiveDate) -> f64 {
    (end - start).num_days() as f64 / 360.0
}

/// By the day count named under `key`; of 365 days where none is.
fn years(given: &Given, key: &str, start: NaiveDate, end: NaiveDate) -> Found<f64> {
    let days = (end - start).num_days() as f64;
    if !given.has(key) {
        return Ok(days / 365.0);
    }
    match given.text(key)? {
        "ACT/360" => Ok(days / 360.0),
        "ACT/365F" => Ok(days / 365.0),
        "ACT/ACT ISDA" => Ok(into_its_year(end) - into_its_year(start)),
        _ => Err(given.wrong(key, "is a day count we do not know")),
    }
}

/// The year with the share of it that is over.
fn into_its_year(date: NaiveDate) -> f64 {
    let days = if date.leap_year() { 366.0 } else { 365.0 };
    f64::from(date.year()) + f64::from(date.ordinal0()) / days
}
