//! Changes of parameters that wait unless they tighten.

use super::answer::{amount, list, map, ratio, Answer};
use super::given::{unsupported, Found, Given};
use super::number::{self, whole, Exact};
use super::Solved;
use finance::fees::HIGHEST_PERFORMANCE_FEE;
use finance::parameters::{Change, Course, Parameter, Refusal};
use finance::{Period, Timestamp};

const DAY: u64 = 86_400_000;
/// Long after anything was set.
const NOW: Timestamp = Timestamp(1_000 * DAY);

/// metamorpho: the bounds, or a change of the timelock or of a cap.
pub fn metamorpho(given: &Given) -> Found<Solved> {
    if given.has("new_timelock_days") {
        let days = |days: Exact| days * whole(DAY.into());
        return changes(given, Parameter::Timelock, "timelock_days", days);
    }
    if given.has("new_cap") {
        return changes(given, Parameter::DebtCeiling, "cap", |cap| cap);
    }
    if given.keys().next().is_some() {
        return unsupported("neither the bounds nor a change of a timelock or a cap");
    }
    let timelock = Parameter::Timelock.bounds();
    let answers = map([
        ("min_timelock_days", amount(timelock.minimum, DAY.into())),
        ("max_timelock_days", amount(timelock.maximum, DAY.into())),
        ("max_fee", ratio(HIGHEST_PERFORMANCE_FEE)),
    ]);
    let solved = Solved::by("parameters: Declaration; fees", answers);
    Ok(solved.unlike("max_fee", "fees end at 30 %"))
}

/// From the value under `key` to each of those under `new_key`, whether at once and after how many days.
fn changes(
    given: &Given,
    parameter: Parameter,
    key: &str,
    unit: fn(Exact) -> Exact,
) -> Found<Solved> {
    let read = |key: &str, number: Exact| {
        let wrong = || given.wrong(key, "is out of range");
        number::floor(&unit(number)).ok_or_else(wrong)
    };
    let old = read(key, given.number(key)?)?;
    let wait = u64::try_from(match parameter {
        Parameter::Timelock => old,
        _ => number::floor(&(given.number("timelock_days")? * whole(DAY.into()))).unwrap_or(0),
    });
    let wait = Period(wait.map_err(|_| given.wrong("timelock_days", "is too long"))?);
    let new_key = format!("new_{key}");
    let (mut results, mut flags, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    for new in given.numbers(&new_key)? {
        let new = read(&new_key, new)?;
        let (now, ramp) = (NOW, Period(0));
        let change = Change { now, wait, ramp };
        match Course::constant(old).set(new, parameter.declaration(), change) {
            Err(Refusal::OutOfReach(_)) => {
                return unsupported("a step beyond the largest in a day")
            }
            Err(refusal) => results.push(Answer::Refused(format!("{refusal:?}"))),
            Ok(course) => {
                results.push(Answer::Text("ok".to_owned()));
                flags.push(Answer::Flag(course.at == NOW));
                waits.push(amount(course.at.since(NOW).0.into(), DAY.into()));
            }
        }
    }
    let answers = map([
        ("result", alone(results)),
        ("immediate", alone(flags)),
        ("wait_days", alone(waits)),
    ]);
    Ok(Solved::by("parameters: Course", answers))
}

/// The only answer, or all of them.
fn alone(mut answers: Vec<Answer>) -> Answer {
    match answers.len() {
        1 => answers.remove(0),
        _ => list(answers),
    }
}
