//! How far an answer may lie from what a case expects.

use super::answer::Figure;
use super::number::{self, ten_to, whole, Exact, Number};
use num_traits::{Signed, Zero};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Words before a number.
const INTRODUCTIONS: [&str; 6] = ["units", "allow", "within", "about", "relative", "absolute"];

/// `exact`, `3 wei`, `2e-9`, `1/1000000000`, `0.1 %`, `one unit of 1e-18`; parts may be joined by `;`. A part that
/// begins with `units` is for amounts in base units. Remarks in parentheses do not count, but for one: that the source
/// has more digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tolerance {
    absolute: Exact,
    relative: Exact,
    /// Smallest units of the answer.
    wei: Exact,
    /// For keys that end in `units`.
    units: Option<Exact>,
    /// Absolute ones of single answers, by their outermost key.
    keys: BTreeMap<String, Exact>,
    /// Whether what is expected was shortened, by less than one unit of its last decimal.
    is_shortened: bool,
}

impl Tolerance {
    pub fn parse(text: &str) -> Option<Self> {
        let mut tolerance = Self {
            is_shortened: text.contains("more digits"),
            ..Self::default()
        };
        let text = without_remarks(text).replace(',', ";").to_lowercase();
        let parts = text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        // One part that can be read is enough: the others are prose.
        let mut is_read = false;
        for part in parts {
            is_read |= tolerance.read(part);
        }
        is_read.then_some(tolerance)
    }

    /// `{"rel": 1e-9, "abs": 0.5, "spread_bp": 0.6}`: relative, absolute, absolute for one key.
    pub fn of_fields(fields: &Map<String, Value>) -> Option<Self> {
        let mut tolerance = Self::default();
        for (key, value) in fields {
            let amount = number::from_json(value)?.value;
            match key.as_str() {
                "rel" => tolerance.relative = amount,
                "abs" => tolerance.absolute = amount,
                _ => drop(tolerance.keys.insert(key.clone(), amount)),
            }
        }
        Some(tolerance)
    }

    fn read(&mut self, part: &str) -> bool {
        let words: Vec<&str> = part.split_whitespace().collect();
        if words.contains(&"exact") {
            return true;
        }
        let place = usize::from(INTRODUCTIONS.iter().any(|word| words.first() == Some(word)));
        let Some(amount) = words.get(place).and_then(|word| amount(word)) else {
            return false;
        };
        let next = words.get(place + 1).copied().unwrap_or_default();
        let is_last_percent = words.get(place).is_some_and(|word| word.ends_with('%'));
        if words.first() == Some(&"units") {
            self.units = Some(amount);
        } else if next == "wei" {
            self.wei = amount.max(self.wei.clone());
        } else if next.starts_with("unit") {
            let size = words.get(place + 3).and_then(|word| number::parse(word));
            self.absolute = amount * size.map_or(whole(1), |size| size.value);
        } else if is_last_percent || next == "%" || next == "percent" {
            self.relative = amount * ten_to(-2);
        } else if part.contains("relative") {
            self.relative = amount;
        } else {
            self.absolute = amount;
        }
        true
    }

    /// Whether `figure`, found under `key`, is what was `expected`.
    ///
    /// A number that an answer's own unit cannot express is met by either neighbour.
    pub fn is_met(&self, figure: &Figure, expected: &Number, key: &str) -> bool {
        let distance = (&figure.value - &expected.value).abs();
        let of_units = self.units.as_ref().filter(|_| key.ends_with("units"));
        let outermost = key.split(['.', '[']).next().unwrap_or(key);
        let absolute = of_units
            .or(self.keys.get(outermost))
            .unwrap_or(&self.absolute);
        // Rays count 1e-27, tolerances whole units.
        let scale = ten_to(if key.ends_with("_ray") { 27 } else { 0 });
        let allowed = absolute * scale
            + &self.relative * expected.value.abs()
            + &self.wei * &figure.unit
            + &expected.slack
            + if self.is_shortened {
                expected.digit.clone()
            } else {
                Exact::zero()
            };
        distance <= allowed || distance < figure.unit
    }
}

fn without_remarks(text: &str) -> String {
    let mut depth = 0usize;
    let outside = |letter: &char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    text.chars().filter(outside).collect()
}

/// `3`, `one`, `+-100`, `±2`, `0.1%`.
fn amount(word: &str) -> Option<Exact> {
    let named = ["zero", "one", "two", "three", "four", "five"];
    if let Some(count) = named.iter().position(|name| *name == word) {
        return Some(whole(count as u128));
    }
    let word = word
        .trim_start_matches(['+', '-', '±', '<', '=', '≤'])
        .trim_end_matches('%');
    let number = number::parse(word)?;
    (number.slack.is_zero()).then_some(number.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_met(tolerance: &str, answer: (&str, &str), expected: &str, key: &str) -> bool {
        let number = |text| number::parse(text).unwrap();
        let figure = Figure {
            value: number(answer.0).value,
            unit: number(answer.1).value,
        };
        Tolerance::parse(tolerance)
            .unwrap()
            .is_met(&figure, &number(expected), key)
    }

    #[test]
    fn exact_is_exact_in_the_answers_own_unit() {
        assert!(is_met("exact (floor)", ("3", "1"), "3", "tokens"));
        assert!(!is_met("exact", ("3", "1"), "4", "tokens"));
        assert!(is_met("exact", ("0.3", "0.1"), "1/3", "ratio"));
        assert!(!is_met("exact", ("0.2", "0.1"), "1/3", "ratio"));
    }

    #[test]
    fn fields_are_relative_absolute_or_of_one_answer() {
        let fields = serde_json::json!({"rel": "1e-2", "abs": "0.5", "rate": "1e-4"});
        let tolerance = Tolerance::of_fields(fields.as_object().unwrap()).unwrap();
        let is_met = |value: &str, expected: &str, key: &str| {
            let number = |text| number::parse(text).unwrap();
            let (value, unit) = (number(value).value, whole(0));
            tolerance.is_met(&Figure { value, unit }, &number(expected), key)
        };
        // 0.5 and a hundredth of 100.
        assert!(is_met("101.5", "100", "loss[2]"));
        assert!(!is_met("101.6", "100", "loss[2]"));
        // 0.0001 and a hundredth of 0.03 in place of 0.5.
        assert!(is_met("0.0304", "0.03", "rate"));
        assert!(!is_met("0.0305", "0.03", "rate[0].upper"));
        let wrong = serde_json::json!({"rel": "close"});
        assert_eq!(Tolerance::of_fields(wrong.as_object().unwrap()), None);
    }

    #[test]
    fn wei_units_percent_and_decimals() {
        let wei = "1 wei in source; 3 wei allowed";
        assert!(is_met(wei, ("1.003", "0.001"), "1", "nav"));
        assert!(!is_met(wei, ("1.004", "0.001"), "1", "nav"));
        assert!(is_met("one unit of 1e-2", ("1.01", "0.001"), "1", "ratio"));
        assert!(is_met(
            "2e-9 (of the source)",
            ("1.000000002", "1e-18"),
            "1",
            "price"
        ));
        let shortened = "2e-9 (source asserts more digits)";
        assert!(is_met(
            shortened,
            ("1.0000000032", "1e-18"),
            "1.000000001",
            "price"
        ));
        assert!(!is_met(
            shortened,
            ("1.0000000041", "1e-18"),
            "1.000000001",
            "price"
        ));
        assert!(is_met("1 %", ("99", "1"), "100", "x") && !is_met("1%", ("98", "1"), "100", "x"));
        let mixed = "percent exact; units +-100 (integers)";
        assert!(is_met(
            mixed,
            ("2500099", "1"),
            "2500000",
            "writedown_units"
        ));
        assert!(!is_met(mixed, ("26", "1"), "25", "writedown_percent"));
        assert_eq!(Tolerance::parse("about right"), None);
    }
}
