//! Amounts, percentages and lengths of time as people write them, read without loss.

use std::fmt;
use std::str::FromStr;

use finance::{Period, Price, Ratio, Timestamp};
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{calendar, show};

/// The decimals of a [`Ratio`] and of a [`Price`].
const SCALE: u32 = 18;

/// A number with as many decimals as were written: `digits ÷ 10^decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: u128,
    decimals: u32,
}

impl Decimal {
    /// Digits with an optional point; spaces and underscores may group them.
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '_')).collect();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let all = [whole, fraction].concat();
        if whole.is_empty()
            || plain.ends_with('.')
            || !all.bytes().all(|digit| digit.is_ascii_digit())
        {
            return None;
        }
        Some(Self {
            digits: all.parse().ok()?,
            decimals: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// This number in units of `10^-decimals`; `None` if that loses digits or exceeds `u128`.
    pub fn units(self, decimals: u32) -> Option<u128> {
        let factor = |exponent| 10u128.checked_pow(exponent);
        match decimals.checked_sub(self.decimals) {
            Some(missing) => self.digits.checked_mul(factor(missing)?),
            None => {
                let excess = factor(self.decimals - decimals)?;
                (self.digits % excess == 0).then(|| self.digits / excess)
            }
        }
    }

    /// This number for a model: exact to the precision of floating point.
    pub fn approximate(self) -> f64 {
        show::approximate(self.digits, self.decimals)
    }
}

/// An amount of a token in whole tokens: `"2 500 000"`, `"0.25"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub Decimal);

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Decimal::read(text).map(Self).ok_or_else(|| {
            format!("{text:?} is not an amount: write it like \"2 500 000\" or \"0.25\"")
        })
    }
}

/// A percentage: `"6.5 %"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(pub Ratio);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_suffix('%')
            .and_then(|number| Decimal::read(number.trim()))
            .and_then(|number| number.units(SCALE - 2))
            .map(|units| Self(Ratio(units)))
            .ok_or_else(|| format!("{text:?} is not a percentage: write it like \"6.5 %\""))
    }
}

/// A percentage that may be negative, for models that compute with fractions of one: `"-7.5 %"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fraction(pub f64);

impl FromStr for Fraction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').map(str::trim);
        let plain = number.filter(|number| {
            number
                .bytes()
                .all(|c| matches!(c, b'0'..=b'9' | b'.' | b'-'))
        });
        plain
            .and_then(|number| number.parse::<f64>().ok())
            .map(|percent| Self(percent / 100.0))
            .ok_or_else(|| {
                format!("{text:?} is not a percentage: write it like \"6.5 %\" or \"-7 %\"")
            })
    }
}

/// A length of time: `"24 h"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub Period);

impl FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read_duration(text).map(Self).ok_or_else(|| {
            format!("{text:?} is not a length of time: write it like \"24 h\", in d, h, min or s")
        })
    }
}

fn read_duration(text: &str) -> Option<Period> {
    let (number, unit) = text.trim().split_once(' ')?;
    let seconds = match unit.trim() {
        "d" => 86_400,
        "h" => 3_600,
        "min" => 60,
        "s" => 1,
        _ => return None,
    };
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(seconds * 1_000)?;
    Some(Period(milliseconds))
}

/// A moment: `"2021-03-01"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub Timestamp);

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        calendar::read(text).map(Self).ok_or_else(|| {
            format!(
                "{text:?} is not a date: write it like \"2021-03-01\" or \"2021-03-01T12:00:00Z\""
            )
        })
    }
}

/// Bytes: `"0x02c6…"`, two hexadecimal digits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hex<const LENGTH: usize>(pub [u8; LENGTH]);

impl<const LENGTH: usize> FromStr for Hex<LENGTH> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read_hex(text).map(Self).ok_or_else(|| {
            format!("{text:?} is not a key or an address of {LENGTH} bytes: write it like \"0x02c6…\", two digits each")
        })
    }
}

fn read_hex<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let digits = text.strip_prefix("0x")?.as_bytes();
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(&pair[0])? * 16 + digit(pair.get(1)?)?).ok();
    let bytes: Option<Vec<_>> = digits.chunks(2).map(byte).collect();
    bytes?.try_into().ok()
}

/// A price: `"201.84"`, in whole cash per whole token.
pub fn read_price(text: &str) -> Option<Price> {
    Decimal::read(text)?
        .units(SCALE)
        .map(Price)
        .filter(|price| price.0 > 0)
}

macro_rules! read_from_strings {
    ($($quantity:ident $(<const $length:ident>)?),*) => {$(
        impl<'de $(, const $length: usize)?> Deserialize<'de> for $quantity $(<$length>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Text).and_then(|text| text.parse().map_err(D::Error::custom))
            }
        }
    )*};
}
read_from_strings!(Amount, Percent, Fraction, Duration, Date, Hex<const LENGTH>);

/// A string, or a number or a date that should have been one: the quantity then says how to write it.
struct Text;

/// The name under which the parser hands over a date without quotes.
const BARE_DATE: &str = "$__toml_private_datetime";

impl<'de> Visitor<'de> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "a quantity in quotes, such as \"24 h\", \"6.5 %\" or \"2 500 000\""
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        match map.next_key::<String>()? {
            Some(key) if key == BARE_DATE => map.next_value(),
            _ => Err(Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}
