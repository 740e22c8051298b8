//! What Sluice's functions answer, compared with what a case expects.

use super::number::{self, ten_to, whole, Exact};
use super::tolerance::Tolerance;
use finance::{Price, Ratio};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// A number and the smallest unit in which it is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub value: Exact,
    pub unit: Exact,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Figure(Figure),
    /// Figures to be found in a sentence, in this order.
    Sentence(Vec<Figure>),
    Text(String),
    Flag(bool),
    Nothing,
    /// Our code refuses.
    Refused(String),
    List(Vec<Answer>),
    Map(Answers),
}

pub type Answers = BTreeMap<String, Answer>;

/// How a case names other units of an answer: endings, and what one whole unit is in them.
const ENDINGS: [(&str, i32); 8] = [
    ("_wei", 18),
    ("_ray", 27),
    ("_rad", 45),
    ("_percent", 2),
    ("_bps", 4),
    ("_units", 0),
    ("_millions", 0),
    ("_fraction", 0),
];

/// An amount of `unit` base units to the whole.
pub fn amount(base_units: u128, unit: u128) -> Answer {
    let unit = whole(1) / whole(unit);
    Answer::Figure(Figure {
        value: whole(base_units) * &unit,
        unit,
    })
}

pub fn count(number: u128) -> Answer {
    amount(number, 1)
}

pub fn ratio(ratio: Ratio) -> Answer {
    amount(ratio.0, Ratio::ONE.0)
}

pub fn price(price: Price) -> Answer {
    amount(price.0, Price::ONE.0)
}

pub fn percent(share: Ratio) -> Answer {
    ratio(share).scaled(&whole(100))
}

/// A number that is computed to its last digit; a text if it is none.
pub fn float(number: f64) -> Answer {
    let exact = Exact::from_float(number);
    exact.map_or_else(
        || Answer::Text(number.to_string()),
        |value| {
            Answer::Figure(Figure {
                value,
                unit: whole(0),
            })
        },
    )
}

pub fn list(answers: impl IntoIterator<Item = Answer>) -> Answer {
    Answer::List(answers.into_iter().collect())
}

pub fn map<K: Into<String>>(answers: impl IntoIterator<Item = (K, Answer)>) -> Answers {
    let entries = answers.into_iter();
    entries.map(|(key, answer)| (key.into(), answer)).collect()
}

/// Why an answer is not what was expected.
#[derive(Debug, PartialEq)]
pub enum Mismatch {
    Differs {
        /// The outermost key.
        key: String,
        difference: String,
    },
    /// There is no answer of that name.
    Unanswered(String),
}

impl Mismatch {
    pub fn is_difference(&self) -> bool {
        matches!(self, Self::Differs { .. })
    }
}

impl Answer {
    fn scaled(self, factor: &Exact) -> Self {
        match self {
            Self::Figure(figure) => Self::Figure(Figure {
                value: figure.value * factor,
                unit: figure.unit * factor,
            }),
            Self::List(answers) => list(answers.into_iter().map(|answer| answer.scaled(factor))),
            other => other,
        }
    }

    /// The first `digits` decimals.
    fn cut(self, digits: i32) -> Self {
        match self {
            Self::Figure(figure) => {
                let value = (figure.value * ten_to(digits)).floor() * ten_to(-digits);
                let unit = ten_to(-digits);
                Self::Figure(Figure { value, unit })
            }
            other => other,
        }
    }
}

/// All that differs between `answers` and `expected`.
pub fn compare(
    answers: &Answers,
    expected: &serde_json::Map<String, Value>,
    tolerance: &Tolerance,
) -> Vec<Mismatch> {
    let check = |(key, wanted): (&String, &Value)| match find(answers, key) {
        Some(answer) => {
            let differences = check(&answer, wanted, key, tolerance);
            let differs = |difference| Mismatch::Differs {
                key: key.clone(),
                difference,
            };
            differences.into_iter().map(differs).collect()
        }
        None => vec![Mismatch::Unanswered(key.clone())],
    };
    expected.iter().flat_map(check).collect()
}

/// The answer called `key`, if need be in the unit that its ending names.
fn find(answers: &Answers, key: &str) -> Option<Answer> {
    if let Some(answer) = answers.get(key) {
        return Some(answer.clone());
    }
    if let Some((stem, digits)) = key
        .strip_suffix("_decimals")
        .and_then(|key| key.rsplit_once('_'))
    {
        return Some(answers.get(stem)?.clone().cut(digits.parse().ok()?));
    }
    let (stem, exponent) = ENDINGS
        .iter()
        .find_map(|(ending, exponent)| Some((key.strip_suffix(ending)?, *exponent)))?;
    let answer = answers.get(stem)?.clone();
    let is_base_unit = matches!(&answer, Answer::Figure(figure) if figure.unit == whole(1));
    Some(match is_base_unit {
        true => answer,
        false => answer.scaled(&ten_to(exponent)),
    })
}

fn check(answer: &Answer, wanted: &Value, key: &str, tolerance: &Tolerance) -> Vec<String> {
    if let (Answer::List(answers), Value::Array(wanted)) = (answer, wanted) {
        if answers.len() == wanted.len() {
            let pairs = answers.iter().zip(wanted).enumerate();
            let check = |(place, (answer, wanted))| {
                check(answer, wanted, &format!("{key}[{place}]"), tolerance)
            };
            return pairs.flat_map(check).collect();
        }
    }
    if let (Answer::Map(answers), Value::Object(wanted)) = (answer, wanted) {
        let check = |(inner, wanted): (&String, &Value)| match find(answers, inner) {
            Some(answer) => check(&answer, wanted, &format!("{key}.{inner}"), tolerance),
            None => vec![format!("{key} has no {inner}")],
        };
        return wanted.iter().flat_map(check).collect();
    }
    if is_as_wanted(answer, wanted, key, tolerance) {
        return Vec::new();
    }
    let wanted = wanted
        .as_str()
        .map_or_else(|| wanted.to_string(), str::to_owned);
    vec![format!("{key} is {answer}, expected {wanted}")]
}

fn is_as_wanted(answer: &Answer, wanted: &Value, key: &str, tolerance: &Tolerance) -> bool {
    match (answer, wanted) {
        (Answer::Figure(figure), wanted) => {
            number::from_json(wanted).is_some_and(|wanted| tolerance.is_met(figure, &wanted, key))
        }
        (Answer::Sentence(figures), Value::String(text)) => {
            let wanted = numbers_in(text);
            let mut pairs = figures.iter().zip(&wanted);
            figures.len() == wanted.len()
                && pairs.all(|(figure, wanted)| tolerance.is_met(figure, wanted, key))
        }
        (Answer::Text(answer), Value::String(text)) => answer.eq_ignore_ascii_case(text),
        (Answer::Flag(flag), wanted) => wanted.as_bool() == Some(*flag),
        (Answer::Nothing, wanted) => wanted.is_null(),
        (Answer::Refused(_), Value::String(text)) => is_refusal(text),
        _ => false,
    }
}

/// `revert`, `reverts`, `revert: zero shares`, `error`.
pub fn is_refusal(text: &str) -> bool {
    let text = text.to_lowercase();
    ["revert", "error", "refuse"]
        .iter()
        .any(|word| text.starts_with(word))
}

fn numbers_in(text: &str) -> Vec<number::Number> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter == '/');
    words.filter_map(number::parse).collect()
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let joined =
            |answers: &mut dyn Iterator<Item = String>| answers.collect::<Vec<_>>().join(", ");
        match self {
            Self::Figure(figure) => write!(out, "{}", number::show(&figure.value)),
            Self::Sentence(figures) => {
                write!(
                    out,
                    "{}",
                    joined(&mut figures.iter().map(|figure| number::show(&figure.value)))
                )
            }
            Self::Text(text) => write!(out, "{text}"),
            Self::Flag(flag) => write!(out, "{flag}"),
            Self::Nothing => write!(out, "nothing"),
            Self::Refused(reason) => write!(out, "refused ({reason})"),
            Self::List(answers) => write!(
                out,
                "[{}]",
                joined(&mut answers.iter().map(Self::to_string))
            ),
            Self::Map(answers) => {
                let entry = |(key, answer): (&String, &Self)| format!("{key}: {answer}");
                write!(out, "{{{}}}", joined(&mut answers.iter().map(entry)))
            }
        }
    }
}
