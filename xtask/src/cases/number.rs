//! Exact numbers, as case files write them: `800`, `"0.25"`, `"798/996"`, `"80 + 1e-18"`, `"109.4313..."`.

use finance::Ratio;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use serde_json::Value;

pub type Exact = BigRational;

/// Numbers with more decimals than this are not amounts of money.
const MOST_DECIMALS: i32 = 1_000;

/// A number as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub value: Exact,
    /// By how much it may differ because `...` stands for its last digits.
    pub slack: Exact,
    /// One unit of its last decimal; zero if it has none.
    pub digit: Exact,
}

pub fn whole(number: u128) -> Exact {
    Exact::from_integer(BigInt::from(number))
}

/// `10^exponent`.
pub fn ten_to(exponent: i32) -> Exact {
    num_traits::Pow::pow(whole(10), exponent)
}

/// `number` as an integer, its fraction dropped; `None` if it is negative or too large.
pub fn floor(number: &Exact) -> Option<u128> {
    number.floor().to_integer().to_u128()
}

/// `number` in 18 decimals, further ones dropped.
pub fn ratio(number: &Exact) -> Option<Ratio> {
    floor(&(number * whole(Ratio::ONE.0))).map(Ratio)
}

pub fn from_json(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => parse(&number.to_string()),
        Value::String(text) => parse(text),
        _ => None,
    }
}

/// Terms joined by ` + ` or ` - `; a remark in parentheses at the end does not count.
pub fn parse(text: &str) -> Option<Number> {
    let text = match text.trim().strip_suffix(')') {
        Some(remarked) => remarked.rsplit_once('(')?.0,
        None => text,
    };
    let mut sum = Number {
        value: Exact::zero(),
        slack: Exact::zero(),
        digit: Exact::zero(),
    };
    let mut is_plus = true;
    for (place, word) in text.split_whitespace().enumerate() {
        match (place % 2, word) {
            (1, "+") => is_plus = true,
            (1, "-") => is_plus = false,
            (0, word) => {
                let term = term(word)?;
                sum.value += if is_plus { term.value } else { -term.value };
                sum.slack += term.slack;
                sum.digit = term.digit;
            }
            _ => return None,
        }
    }
    let is_complete = text.split_whitespace().count() % 2 == 1;
    is_complete.then_some(sum)
}

/// A decimal or a fraction of two.
fn term(word: &str) -> Option<Number> {
    let (digits, is_cut) = match word.strip_suffix("...").or(word.strip_suffix('…')) {
        Some(digits) => (digits, true),
        None => (word, false),
    };
    let value = match digits.split_once('/') {
        None => decimal(digits)?,
        Some((above, below)) => {
            let below = decimal(below)?;
            (!below.is_zero()).then(|| decimal(above).map(|above| above / below))??
        }
    };
    let digit = match digits.split_once('.') {
        Some((_, decimals)) => ten_to(-i32::try_from(decimals.len()).ok()?),
        None => Exact::zero(),
    };
    let slack = if is_cut { digit.clone() } else { Exact::zero() };
    Some(Number {
        value,
        slack,
        digit,
    })
}

fn decimal(text: &str) -> Option<Exact> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (integer, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let digits: String = [integer, decimals].concat().replace('_', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let shift = exponent.checked_sub(i32::try_from(decimals.len()).ok()?)?;
    if shift.abs() > MOST_DECIMALS {
        return None;
    }
    let digits: BigInt = digits.parse().ok()?;
    Some(Exact::from_integer(digits * sign) * ten_to(shift))
}

/// Up to 27 decimals.
pub fn show(number: &Exact) -> String {
    let scale = ten_to(27);
    let scaled = (number * &scale).trunc();
    let is_cut = &scaled / &scale != *number;
    let digits = format!("{:0>28}", scaled.to_integer().abs().to_string());
    let (integer, decimals) = digits.split_at(digits.len() - 27);
    let decimals = match is_cut {
        true => format!("{decimals}…"),
        false => decimals.trim_end_matches('0').to_owned(),
    };
    let sign = if number.is_negative() { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{sign}{integer}{point}{decimals}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        parse(text).map(|number| show(&number.value))
    }

    #[test]
    fn decimals_fractions_exponents_and_sums() {
        for (text, shown) in [
            ("330.0", "330"),
            ("-0.25", "-0.25"),
            ("2e-9", "0.000000002"),
            ("1_000", "1000"),
            ("4/5", "0.8"),
            ("80 + 1e-18", "80.000000000000000001"),
            ("44175000000 - 1 (6 decimals)", "44174999999"),
            ("1/3", "0.333333333333333333333333333…"),
        ] {
            assert_eq!(value(text).as_deref(), Some(shown), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number() {
        for text in [
            "",
            "any",
            "5 percent",
            "1/0",
            "1.2.3",
            "-",
            "1 +",
            "1e9999999",
            "0x10",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn digits_left_out_are_slack() {
        let number = parse("110 - 109.43...").unwrap();
        assert_eq!(show(&number.value), "0.57");
        assert_eq!(show(&number.slack), "0.01");
    }
}
