//! Interest, the value of loans, write-downs.

use super::answer::{amount, count, list, map, percent, Answers};
use super::given::{Found, Given};
use super::number::{self, whole};
use super::Solved;
use finance::auction::Curve;
use finance::claim::Claim;
use finance::debt::DebtIndex;
use finance::fees::Fees;
use finance::fixed::{add, sub};
use finance::{lending, MathError, Period, Price, Rate, Ratio, Rounding, Timestamp};
use scale::{Decode, Encode};

const DAY: u64 = 86_400;

/// No schedule needs more.
const MOST_STEPS: u64 = 1_000_000;

/// tinlake-senior-interest: a claim that grows in steps.
pub fn claim(given: &Given) -> Found<Solved> {
    let rate = given.rate("rate_per_second_ray")?;
    let balance = given.amount_or("senior_balance", 0)?;
    let step = given.seconds("seconds_step")?;
    let mut debt = Claim::new(given.amount_of(&["senior_debt_start", "senior_debt"])?);
    let mut answers = Answers::new();
    for number in 1..=given.seconds("steps")?.min(MOST_STEPS) {
        debt = debt.accrue(rate, Ratio::ONE, step)?;
        let after = number
            .checked_mul(step)
            .ok_or_else(|| given.wrong("seconds_step", "is too long"))?;
        let mut times = vec![format!("{number}_steps"), format!("{after}_seconds")];
        if after % DAY == 0 {
            times.extend([
                format!("{}_day", after / DAY),
                format!("{}_days", after / DAY),
            ]);
        }
        for time in times {
            answers.insert(
                format!("senior_debt_after_{time}"),
                amount(debt.amount, given.unit),
            );
            let asset = add(debt.amount, balance)?;
            answers.insert(
                format!("senior_asset_after_{time}"),
                amount(asset, given.unit),
            );
        }
    }
    Ok(Solved::by("claim", answers))
}

/// A loan that falls due.
struct Loan {
    principal: u128,
    due_in: u64,
    recovery: Ratio,
}

impl Loan {
    fn read(given: &Given) -> Found<Self> {
        let recovery = ["recovery_rate_pd", "recovery_rate"]
            .into_iter()
            .find(|key| given.has(key));
        Ok(Self {
            principal: given.amount("principal")?,
            due_in: due(given, "due_in_days")?,
            recovery: recovery.map_or(Ok(Ratio::ONE), |key| given.ratio(key))?,
        })
    }

    /// What will be owed when it falls due, less the loss expected.
    fn future(&self, rate: Rate) -> Result<u128, MathError> {
        let owed = grown(rate, self.due_in)?.debt(self.principal, Rounding::Down)?;
        lending::mark(owed, owed, self.recovery.complement())
    }
}

fn due(given: &Given, key: &str) -> Found<u64> {
    let days = given.seconds(key)?;
    days.checked_mul(DAY)
        .ok_or_else(|| given.wrong(key, "is too long"))
}

/// The index after `seconds` at `rate`.
fn grown(rate: Rate, seconds: u64) -> Result<DebtIndex, MathError> {
    let start = Timestamp(0);
    DebtIndex::new(rate, start).accrue(start.plus(Period::from_secs(seconds)))
}

/// What `loans` are worth after `elapsed` seconds: those overdue stand still.
fn worth(loans: &[Loan], rate: Rate, discount: Rate, elapsed: u64) -> Result<u128, MathError> {
    let present = |loan: &Loan| {
        let left = loan.due_in.saturating_sub(elapsed);
        grown(discount, left)?.normalise(loan.future(rate)?, Rounding::Down)
    };
    loans
        .iter()
        .map(present)
        .try_fold(0, |sum, value| add(sum, value?))
}

/// tinlake-nav: loans at their future debt, discounted.
pub fn value(given: &Given) -> Found<Solved> {
    if given.has("write_off_percent") || given.has("write_off_percentage") {
        return written_off(given);
    }
    if given.has("start") {
        let start = given.text("start")?;
        let before = given.cases.iter().find(|case| start.contains(&case.id));
        let before = before.ok_or_else(|| given.wrong("start", "names no case of this file"))?;
        return repaid(given, &Given::new(before, given.cases));
    }
    let rate = given.rate("loan_rate_per_second_ray")?;
    if given.has("new_discount_rate_ray") {
        return repriced(given, rate);
    }
    let discount = given.rate("discount_rate_per_second_ray")?;
    let unit = given.unit;
    if given.has("sequence") {
        let loans = read_all(given, "sequence")?;
        let after = |count: usize| worth(loans.get(..count).unwrap_or_default(), rate, discount, 0);
        let values = (1..=loans.len())
            .map(after)
            .collect::<Result<Vec<_>, _>>()?;
        let values = values.into_iter().map(|value| amount(value, unit));
        return Ok(Solved::by("debt", map([("nav_after_each", list(values))])));
    }
    let loans = read_all(given, "loans")?;
    let future = loans
        .iter()
        .try_fold(0, |sum, loan| add(sum, loan.future(rate)?))?;
    let mut answers = map([("future_value", amount(future, unit))]);
    let nav = if given.has("valuation_days_elapsed") {
        let days = given.integers("valuation_days_elapsed")?;
        let mut values = Vec::new();
        for day in days {
            let elapsed = u64::try_from(day).ok().and_then(|day| day.checked_mul(DAY));
            let elapsed =
                elapsed.ok_or_else(|| given.wrong("valuation_days_elapsed", "is too long"))?;
            values.push(amount(worth(&loans, rate, discount, elapsed)?, unit));
        }
        list(values)
    } else {
        amount(worth(&loans, rate, discount, 0)?, unit)
    };
    answers.insert("nav".to_owned(), nav);
    Ok(Solved::by("debt, lending: mark", answers))
}

fn read_all(given: &Given, key: &str) -> Found<Vec<Loan>> {
    given.objects(key)?.iter().map(Loan::read).collect()
}

/// Part of a loan is repaid after those of another case, `before`, were made.
fn repaid(given: &Given, before: &Given) -> Found<Solved> {
    let rate = given.rate("loan_rate_per_second_ray")?;
    let discount = given.rate("discount_rate_per_second_ray")?;
    let mut loans = read_all(before, "sequence")?;
    let repay = given.object("repay")?;
    let due_in = due(&repay, "loan_due_in_days")?;
    let loan = loans.iter_mut().find(|loan| loan.due_in == due_in);
    let loan = loan.ok_or_else(|| repay.wrong("loan_due_in_days", "is of no loan"))?;
    loan.principal = sub(repay.amount("outstanding_debt")?, repay.amount("amount")?)?;
    let mut answers = map([("nav", amount(worth(&loans, rate, discount, 0)?, given.unit))]);
    for loan in &loans {
        let days = loan.due_in / DAY;
        let bucket = loans.iter().filter(|other| other.due_in == loan.due_in);
        let value = bucket
            .map(|loan| loan.future(rate))
            .try_fold(0, |sum, value| add(sum, value?))?;
        answers.insert(format!("bucket_due_{days}_days"), amount(value, given.unit));
    }
    Ok(Solved::by("debt", answers))
}

/// All loans at another discount rate.
fn repriced(given: &Given, rate: Rate) -> Found<Solved> {
    let loans = match given.text("loans") {
        Ok(text) => identical(text).ok_or_else(|| given.wrong("loans", "is not understood"))?,
        Err(_) => read_all(given, "loans")?,
    };
    let nav = |key| -> Found<_> {
        Ok(amount(
            worth(&loans, rate, given.rate(key)?, 0)?,
            given.unit,
        ))
    };
    let answers = map([
        ("nav_before", nav("old_discount_rate_ray")?),
        ("nav_after", nav("new_discount_rate_ray")?),
    ]);
    Ok(Solved::by("debt", answers))
}

/// `99 identical loans, principal 50 each, all due in 99 days`: one loan of them all.
fn identical(text: &str) -> Option<Vec<Loan>> {
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let mut next = || numbers.find_map(number::parse).map(|number| number.value);
    let (count, principal, days) = (next()?, next()?, next()?);
    let principal = number::floor(&(count * principal * whole(super::given::WHOLE)))?;
    let due_in = u64::try_from(number::floor(&(days * whole(u128::from(DAY))))?).ok()?;
    let recovery = Ratio::ONE;
    Some(vec![Loan {
        principal,
        due_in,
        recovery,
    }])
}

fn written_off(given: &Given) -> Found<Solved> {
    let haircut = match given.has("write_off_percent") {
        true => given.ratio("write_off_percent")?,
        false => given.ratio("write_off_percentage")?,
    };
    let debt = given.amount("debt")?;
    let marked = lending::mark(debt, debt, haircut)?;
    Ok(Solved::by(
        "lending: mark",
        map([("nav", amount(marked, given.unit))]),
    ))
}

/// gf-writedown: after a grace period the book value falls in a straight line.
pub fn writedown(given: &Given) -> Found<Solved> {
    let days = |key| -> Found<Period> { Ok(Period::from_secs(due(given, key)?)) };
    let late = Period(days("days_late")?.0.saturating_sub(days("grace_days")?.0));
    let line = Curve::Linear {
        length: days("max_days_late")?,
    };
    let kept = line.price(Price::ONE, late, Rounding::Up)?;
    let haircut = Ratio(kept.0).complement();
    let balance = given.amount("balance")?;
    let written = sub(balance, lending::mark(balance, balance, haircut)?)?;
    let answers = map([
        ("writedown_percent", percent(haircut)),
        ("writedown_units", count(written)),
    ]);
    Ok(Solved::by("auction: straight line; lending: mark", answers))
}

/// wildcat-accrual: simple interest whose remainder is carried.
pub fn partition(given: &Given) -> Found<Solved> {
    let principal = given.amount("principal")?;
    let unit = if given.has("principal") {
        given.unit
    } else {
        1
    };
    let annual = given.bps(if given.has("rate_bips") {
        "rate_bips"
    } else {
        "rate_bps"
    })?;
    let mut answers = Answers::new();
    for (schedule, ending) in [
        ("schedule_a", "_a"),
        ("schedule_b", "_b"),
        ("schedule_c", "_c"),
        ("steps", ""),
    ] {
        if !given.has(schedule) {
            continue;
        }
        let wrong = || given.wrong(schedule, "is not a number of equal steps");
        let (steps, seconds) = steps(given.text(schedule)?).ok_or_else(wrong)?;
        let mut interest = Fees::default();
        for _ in 0..steps {
            interest = interest.accrue(principal, annual, seconds)?;
        }
        answers.extend(map([
            (
                format!("owed{ending}"),
                amount(add(principal, interest.owed)?, unit),
            ),
            (format!("interest{ending}"), amount(interest.owed, unit)),
            (
                format!("remainder{ending}"),
                count(remainder(interest).ok_or_else(wrong)?),
            ),
        ]));
    }
    Ok(Solved::by("fees: simple interest", answers))
}

/// `one step of 365 days`, `365 x 1 day`: how many, and seconds each.
fn steps(text: &str) -> Option<(u64, u64)> {
    let words = text
        .split_whitespace()
        .map(|word| if word == "one" { "1" } else { word });
    let words: Vec<&str> = words.collect();
    let integer = |word: &&str| word.parse::<u64>().ok();
    let mut numbers = words.iter().filter_map(integer);
    let (count, length) = (numbers.next()?, numbers.next()?);
    let second = match words.last()?.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => DAY,
        "week" => 7 * DAY,
        "year" => 365 * DAY,
        _ => return None,
    };
    (count <= MOST_STEPS).then_some((count, length.checked_mul(second)?))
}

/// The carried fraction of a base unit, in ten-thousandths of a base unit and year's seconds.
fn remainder(fees: Fees) -> Option<u128> {
    let (_, fraction) = <(u128, u128)>::decode(&mut fees.encode().as_slice()).ok()?;
    Some(fraction / (Ratio::ONE.0 / 10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        assert_eq!(steps("one step of 365 days"), Some((1, 31_536_000)));
        assert_eq!(steps("365 steps of 1 day"), Some((365, DAY)));
        assert_eq!(steps("24 x 1 hour"), Some((24, 3_600)));
        assert_eq!(steps("often"), None);
    }

    #[test]
    fn identical_loans_are_one() {
        let loans = identical("99 identical loans, principal 50 each, all due in 99 days").unwrap();
        assert_eq!(loans.len(), 1);
        assert_eq!(loans[0].principal, 4_950 * super::super::given::WHOLE);
        assert_eq!(loans[0].due_in, 99 * DAY);
    }
}
