//! Medians, prices that wait, and what sources answer.

use super::answer::{count, list, map, price, Answer, Answers, Figure};
use super::given::{Found, Given};
use super::number::{self, whole, Exact};
use super::Solved;
use finance::oracle::answer::{self, CONFIDENCES, EXPONENTS, MAX_ANSWER_AGE};
use finance::oracle::course::{Course, Limit};
use finance::oracle::median::{self, Report};
use finance::oracle::MAX_FUTURE_TOLERANCE;
use finance::{Period, Price, Ratio, Timestamp};
use num_traits::Signed;

/// median: of the reports in force.
pub fn median(given: &Given) -> Found<Solved> {
    let keys = ["values_ascending", "values", "prices"];
    let key = keys.into_iter().find(|key| given.has(key));
    let key = key.unwrap_or("values_ascending");
    let mut reports = Vec::new();
    for number in given.numbers(key)? {
        let price = number::ratio(&number).ok_or_else(|| given.wrong(key, "is out of range"))?;
        reports.push(Report {
            price: Price(price.0),
            ..Report::default()
        });
    }
    let quorum = given.maybe_number("min_signers")?;
    let has_quorum = whole(reports.len() as u128) >= quorum.unwrap_or_else(|| whole(1));
    let answer = match median::median(&reports) {
        Some(median) if has_quorum => price(median),
        _ => Answer::Refused("fewer reports than the quorum".to_owned()),
    };
    let answers = map([("value", answer.clone()), ("result", answer)]);
    let solved = Solved::by("median", answers);
    Ok(match reports.len() % 2 {
        0 => solved.unlike(
            "value",
            "of an even number the median is the mean of the two in the middle",
        ),
        _ => solved,
    })
}

/// osm: with a limit of nothing every price is a jump, which is held as long as a price is queued there.
pub fn delay(given: &Given) -> Found<Solved> {
    let hop = given.seconds("hop_seconds")?;
    let mut queue = Queue::new(hop);
    let mut is_early = false;
    let mut answers = Answers::new();
    let names = ["first", "second", "third", "fourth", "fifth"];
    for (poke, name) in given.objects("pokes")?.iter().zip(names) {
        // Pokes count from the beginning of their period.
        let seconds = poke.seconds("t")?;
        let seconds = seconds - seconds.checked_rem(hop).unwrap_or(0);
        is_early |= queue.next.is_some() && seconds < queue.poked_at + hop;
        let next = Price(poke.ratio("source")?.0);
        queue.poke(next, seconds);
        answers.insert(format!("current_after_{name}"), price(queue.current()));
        answers.insert(format!("next_after_{name}"), price(next));
    }
    queue.pass((queue.poked_at + hop).saturating_sub(1));
    if queue.course.held_since.is_some() {
        let held = Answer::Refused("the price is still held".to_owned());
        answers.insert("poke_before_hop".to_owned(), held);
    }
    let solved = Solved::by("oracle: course", answers);
    Ok(match is_early {
        true => solved.unlike("", "what is held follows the median; nothing is queued"),
        false => solved,
    })
}

/// A course of which every price is held for a hop.
struct Queue {
    course: Course,
    limit: Limit,
    next: Option<Price>,
    /// In seconds.
    poked_at: u64,
}

impl Queue {
    fn new(hop: u64) -> Self {
        let limit = Limit {
            max_deviation: Ratio::ZERO,
            delay: Period::from_secs(hop),
        };
        Self {
            course: Course::default(),
            limit,
            next: None,
            poked_at: 0,
        }
    }

    fn current(&self) -> Price {
        self.course.price
    }

    /// Time passes, up to that second.
    fn pass(&mut self, seconds: u64) {
        let now = Timestamp(0).plus(Period::from_secs(seconds));
        if let Some(median) = self.next {
            self.course.step(median, self.limit, now);
        }
    }

    fn poke(&mut self, next: Price, seconds: u64) {
        self.pass(seconds);
        self.next = Some(next);
        self.poked_at = seconds;
        self.pass(seconds);
    }
}

/// oracle-pyth: the answers of a source that tells how sure it is.
pub fn confidence(given: &Given) -> Found<Solved> {
    let mut answers = map([
        ("max_staleness_cap_s", seconds(MAX_ANSWER_AGE)),
        ("future_tolerance_s", seconds(MAX_FUTURE_TOLERANCE)),
        (
            "conf_width_bounds_bps",
            list([CONFIDENCES.start(), CONFIDENCES.end()].map(bps)),
        ),
        (
            "exponent_bounds",
            list([EXPONENTS.start(), EXPONENTS.end()].map(integer)),
        ),
    ]);
    let outcome = match given.has("cases") {
        true => {
            let cases = given.objects("cases")?;
            let accepted = cases
                .iter()
                .map(|case| Ok(Answer::Flag(taken(case)?.is_some())));
            list(accepted.collect::<Found<Vec<_>>>()?)
        }
        false => {
            let taken = taken(given)?;
            let refused = || Answer::Refused("no price".to_owned());
            answers.insert("price".to_owned(), taken.map_or_else(refused, price));
            Answer::Flag(taken.is_some())
        }
    };
    answers.insert("accepted".to_owned(), outcome);
    Ok(Solved::by("oracle: answer", answers))
}

/// The price that an answer is taken for, if any. Without an exponent its numbers are whole, and may have decimals.
fn taken(given: &Given) -> Found<Option<Price>> {
    let or_zero = |number: Option<Exact>| number.unwrap_or_else(|| whole(0));
    let (unit, exponent) = match given
        .maybe_number("expo")?
        .or(given.maybe_number("exponent")?)
    {
        Some(exponent) => (
            whole(1),
            i32::try_from(exponent.to_integer()).unwrap_or(i32::MAX),
        ),
        None => (whole(Price::ONE.0), -18),
    };
    let now = Timestamp(1 << 40);
    let age = or_zero(given.maybe_number("age_s")?) * whole(1_000);
    let max_age = given.maybe_number("max_age_s")?;
    let is_old = max_age.is_some_and(|max_age| age > max_age * whole(1_000));
    let observed_at = number::floor(&(whole(now.0.into()) - age)).map(u64::try_from);
    let mantissa = number::floor(&(or_zero(given.maybe_number("price")?) * &unit));
    let confidence = number::floor(&(or_zero(given.maybe_number("conf")?) * &unit));
    let (Some(mantissa), Some(confidence), Some(Ok(observed_at)), false) =
        (mantissa, confidence, observed_at, is_old)
    else {
        return Ok(None);
    };
    let answer = answer::Answer {
        mantissa,
        exponent,
        confidence,
        observed_at: Timestamp(observed_at),
    };
    let max_confidence = match given.has("max_conf_bps") {
        true => given.bps("max_conf_bps")?,
        false => *CONFIDENCES.end(),
    };
    Ok(answer.price(max_confidence, MAX_FUTURE_TOLERANCE, now).ok())
}

fn seconds(period: Period) -> Answer {
    count(period.whole_secs().into())
}

fn bps(ratio: &Ratio) -> Answer {
    count(ratio.0 / Ratio::from_bps(1).0)
}

fn integer(number: &i32) -> Answer {
    let size: Exact = whole(number.unsigned_abs().into());
    let value = if number.is_negative() { -size } else { size };
    Answer::Figure(Figure {
        value,
        unit: whole(1),
    })
}
