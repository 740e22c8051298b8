//! The inputs of a case, read by key.

use super::file::Case;
use super::number::{self, whole, Exact};
use finance::fixed::add;
use finance::{MathError, Rate, Ratio};
use num_traits::Signed;
use serde_json::{Map, Value};
use std::fmt;

/// Base units to the whole where a case counts in whole units.
pub const WHOLE: u128 = Ratio::ONE.0;

/// Why a case has no answer.
#[derive(Debug)]
pub enum Miss {
    /// A field that is absent or does not hold what it should.
    Input(String),
    /// Our functions refuse.
    Math(MathError),
    /// We have another rule, or none yet.
    Unsupported(String),
}

impl From<MathError> for Miss {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Input(problem) => write!(out, "bad input: {problem}"),
            Self::Math(error) => write!(out, "our functions refuse: {error:?}"),
            Self::Unsupported(reason) => write!(out, "{reason}"),
        }
    }
}

pub type Found<T> = Result<T, Miss>;

pub fn unsupported<T>(reason: impl Into<String>) -> Found<T> {
    Err(Miss::Unsupported(reason.into()))
}

/// Inputs, or an object within them.
#[derive(Clone)]
pub struct Given<'a> {
    fields: &'a Map<String, Value>,
    path: String,
    /// What the case expects, for keys that name an amount or a time.
    pub wanted: &'a Map<String, Value>,
    /// All cases of the file, for those that begin where another ends.
    pub cases: &'a [Case],
    /// Base units that a bare number counts.
    pub unit: u128,
}

impl<'a> Given<'a> {
    pub fn new(case: &'a Case, cases: &'a [Case]) -> Self {
        Self {
            fields: &case.inputs,
            wanted: &case.expected,
            cases,
            path: "inputs".to_owned(),
            unit: WHOLE,
        }
    }

    /// The same inputs, bare numbers counting base units.
    pub fn in_base_units(mut self) -> Self {
        self.unit = 1;
        self
    }

    pub fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.fields.keys().map(String::as_str)
    }

    pub fn raw(&self, key: &str) -> Option<&'a Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    /// What is wrong with the field `key`.
    pub fn wrong(&self, key: &str, problem: &str) -> Miss {
        let Self { path, .. } = self;
        match self.fields.get(key) {
            None => Miss::Input(format!("{path}.{key} is missing")),
            Some(value) => Miss::Input(format!("{path}.{key} {problem}: {value}")),
        }
    }

    pub fn number(&self, key: &str) -> Found<Exact> {
        let number = self.raw(key).and_then(number::from_json);
        let number = number.ok_or_else(|| self.wrong(key, "is not a number"))?;
        Ok(number.value)
    }

    /// A list of numbers, or one alone.
    pub fn numbers(&self, key: &str) -> Found<Vec<Exact>> {
        let wrong = || self.wrong(key, "is not a list of numbers");
        let read = |value| number::from_json(value).map(|number| number.value);
        match self.raw(key) {
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| read(value).ok_or_else(wrong))
                .collect(),
            _ => self.number(key).map(|number| vec![number]),
        }
    }

    /// An integer, not negative.
    pub fn integer(&self, key: &str) -> Found<u128> {
        self.integer_of(key, &self.number(key)?)
    }

    pub fn integers(&self, key: &str) -> Found<Vec<u128>> {
        let numbers = self.numbers(key)?;
        numbers
            .iter()
            .map(|number| self.integer_of(key, number))
            .collect()
    }

    pub fn seconds(&self, key: &str) -> Found<u64> {
        u64::try_from(self.integer(key)?).map_err(|_| self.wrong(key, "is too long"))
    }

    fn integer_of(&self, key: &str, number: &Exact) -> Found<u128> {
        let integer = number::floor(number).filter(|_| number.is_integer());
        integer.ok_or_else(|| self.wrong(key, "is not a whole number within range"))
    }

    /// Base units, under `stem` in whole units or under `stem_wei`, `stem_units`, `stem_rad` in others.
    pub fn amount(&self, stem: &str) -> Found<u128> {
        let found = self.maybe_amount(stem)?;
        found.ok_or_else(|| self.wrong(stem, "is not an amount"))
    }

    pub fn maybe_amount(&self, stem: &str) -> Found<Option<u128>> {
        if let Some(number) = self.maybe_number(&format!("{stem}_rad"))? {
            let base_units = number::floor(&(number * number::ten_to(-27)));
            return Ok(Some(
                base_units.ok_or_else(|| self.wrong(stem, "is out of range"))?,
            ));
        }
        for key in ["_wei", "_units"].map(|ending| format!("{stem}{ending}")) {
            if self.has(&key) {
                return self.integer(&key).map(Some);
            }
        }
        let number = self.maybe_number(stem)?;
        number
            .map(|number| self.base_units(stem, &number))
            .transpose()
    }

    pub fn amount_or(&self, stem: &str, default: u128) -> Found<u128> {
        Ok(self.maybe_amount(stem)?.unwrap_or(default))
    }

    /// The first of `stems` that is there.
    pub fn amount_of(&self, stems: &[&str]) -> Found<u128> {
        for stem in stems {
            if let Some(amount) = self.maybe_amount(stem)? {
                return Ok(amount);
            }
        }
        self.amount(stems.first().copied().unwrap_or_default())
    }

    pub fn amounts(&self, key: &str) -> Found<Vec<u128>> {
        let numbers = self.numbers(key)?;
        numbers
            .iter()
            .map(|number| self.base_units(key, number))
            .collect()
    }

    /// Base units under `key` itself, whatever its ending.
    pub fn scaled(&self, key: &str) -> Found<u128> {
        self.base_units(key, &self.number(key)?)
    }

    fn base_units(&self, key: &str, number: &Exact) -> Found<u128> {
        self.integer_of(key, &(number * whole(self.unit)))
    }

    pub fn maybe_number(&self, key: &str) -> Found<Option<Exact>> {
        self.raw(key).map(|_| self.number(key)).transpose()
    }

    /// A ratio or price in 18 decimals.
    pub fn ratio(&self, key: &str) -> Found<Ratio> {
        number::ratio(&self.number(key)?).ok_or_else(|| self.wrong(key, "is out of range"))
    }

    pub fn bps(&self, key: &str) -> Found<Ratio> {
        let bps = self.number(key)? / whole(10_000);
        number::ratio(&bps).ok_or_else(|| self.wrong(key, "is out of range"))
    }

    /// A rate per second, given as the growth per second in 27 decimals.
    pub fn rate(&self, key: &str) -> Found<Rate> {
        let rate = self.integer(key)?.checked_sub(Rate::ONE.0);
        rate.map(Rate)
            .ok_or_else(|| self.wrong(key, "is below one"))
    }

    pub fn text(&self, key: &str) -> Found<&'a str> {
        let text = self.raw(key).and_then(Value::as_str);
        text.ok_or_else(|| self.wrong(key, "is not a text"))
    }

    pub fn texts(&self, key: &str) -> Found<Vec<&'a str>> {
        let list = self.raw(key).and_then(Value::as_array);
        let texts = list.and_then(|list| list.iter().map(Value::as_str).collect());
        texts.ok_or_else(|| self.wrong(key, "is not a list of texts"))
    }

    pub fn flag(&self, key: &str) -> bool {
        self.raw(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The object under `key`.
    pub fn object(&self, key: &str) -> Found<Self> {
        let fields = self.raw(key).and_then(Value::as_object);
        let fields = fields.ok_or_else(|| self.wrong(key, "is not an object"))?;
        Ok(self.within(key.to_owned(), fields))
    }

    /// The objects listed under `key`.
    pub fn objects(&self, key: &str) -> Found<Vec<Self>> {
        let list = self.raw(key).and_then(Value::as_array);
        let list = list.ok_or_else(|| self.wrong(key, "is not a list"))?;
        let object = |(place, value): (usize, &'a Value)| {
            let fields = value.as_object();
            let fields = fields.ok_or_else(|| self.wrong(key, "is not a list of objects"))?;
            Ok(self.within(format!("{key}[{place}]"), fields))
        };
        list.iter().enumerate().map(object).collect()
    }

    fn within(&self, name: String, fields: &'a Map<String, Value>) -> Self {
        Self {
            fields,
            path: format!("{}.{name}", self.path),
            wanted: self.wanted,
            cases: self.cases,
            unit: self.unit,
        }
    }

    /// Whether every number right here is an integer.
    pub fn counts_integers(&self) -> bool {
        let mut numbers = self.fields.values().filter_map(number::from_json);
        numbers.all(|number| number.value.is_integer() && !number.value.is_negative())
    }

    /// Net asset value: loans and cash.
    pub fn assets(&self) -> Found<u128> {
        Ok(add(self.amount("nav")?, self.amount_of(&RESERVE)?)?)
    }
}

/// The pool's cash, under the names that cases give it.
pub const RESERVE: [&str; 3] = ["reserve", "reserve_after_orders", "reserve_after"];

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(inputs: &str, test: impl Fn(Given) -> T) -> T {
        let text = format!(r#"[{{"id": "a", "inputs": {inputs}, "expected": {{"b": 1}}}}]"#);
        let cases = super::super::file::parse(&text).unwrap();
        test(Given::new(&cases[0], &cases))
    }

    #[test]
    fn amounts_in_whole_and_in_base_units() {
        let inputs =
            r#"{"a": "22.4", "b_wei": "7", "c_rad": "2999999999999999999999999999", "d": "1e-19"}"#;
        with(inputs, |given| {
            assert_eq!(given.amount("a").unwrap(), 22_400_000_000_000_000_000);
            assert_eq!(given.amount("b").unwrap(), 7);
            assert_eq!(given.amount("c").unwrap(), 2);
            assert_eq!(given.amount_or("e", 5).unwrap(), 5);
            assert!(given.amount("d").is_err());
        });
    }

    #[test]
    fn a_bad_field_is_named_with_its_path() {
        let text = |miss: Miss| miss.to_string();
        with(r#"{"pool": {"nav": "many"}}"#, |given| {
            let pool = given.object("pool").unwrap();
            let error = pool.amount("nav").map_err(text);
            assert_eq!(
                error,
                Err("bad input: inputs.pool.nav is not a number: \"many\"".to_owned())
            );
            let error = pool.amount("reserve").map_err(text);
            assert_eq!(
                error,
                Err("bad input: inputs.pool.reserve is missing".to_owned())
            );
        });
    }

    #[test]
    fn rates_are_growth_less_one() {
        with(
            r#"{"r": "1000000564701133626865910626", "low": 5}"#,
            |given| {
                assert_eq!(given.rate("r").unwrap(), Rate(564_701_133_626_865_910_626));
                assert!(given.rate("low").is_err());
            },
        );
    }
}
