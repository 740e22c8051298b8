//! Values as people write them: `Haircut`, `Collateral(0)`, `Some("Risk desk")`, `{ token: 5F…, asset: 3 }`, `(1, 2)`, `0x00ff`.
//!
//! Text in quotes, and a whole argument without, may be a share `12.5 %`, a length of time `2 d`, a day `2027-03-01`, or where
//! an account is expected the name of one. Numbers are in the smallest unit.

use anyhow::{anyhow, ensure, Result};
use finance::Timestamp;
use interfaces::types::AccountId;
use scale_value::stringify::custom_parsers::{parse_hex, parse_ss58};
use scale_value::stringify::{from_str_custom, ParseError};
use scale_value::{Composite, Primitive, Value, ValueDef, Variant};
use term_sheet::calendar;
use term_sheet::quantity::{Date, Duration, Percent};

use crate::abi::TypeId;

/// Whose account a name is.
pub type Accounts<'a> = &'a dyn Fn(&str) -> Result<AccountId>;

/// An argument for a parameter whose type has that name.
///
/// # Errors
/// It is no value, or a name is of nobody.
pub fn read(text: &str, of: Option<&str>, account: Accounts) -> Result<Value<()>> {
    let text = text.trim();
    if let Some(quantity) = quantity(text) {
        return Ok(quantity);
    }
    if of == Some("AccountId") {
        return Ok(Value::from_bytes(account(text)?));
    }
    let parser = from_str_custom()
        .add_custom_parser(parse_hex)
        .add_custom_parser(parse_ss58)
        .add_custom_parser(parse_name);
    let (value, rest) = parser.parse(text);
    let value = value.map_err(|error| anyhow!("`{text}` is no value: {error}"))?;
    ensure!(
        rest.trim().is_empty(),
        "`{text}` is no value: `{rest}` is left over"
    );
    without_quotes(value, account)
}

/// A share, a length of time or a day, as a number.
fn quantity(text: &str) -> Option<Value<()>> {
    let share = || Some(text.parse::<Percent>().ok()?.0 .0);
    let time = || Some(text.parse::<Duration>().ok()?.0 .0.into());
    let day = || Some(text.parse::<Date>().ok()?.0 .0.into());
    share().or_else(time).or_else(day).map(Value::u128)
}

/// A variant without fields: a name that no bracket follows.
fn parse_name(text: &mut &str) -> Option<Result<Value<()>, ParseError>> {
    let length = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    let is_name = name.starts_with(char::is_alphabetic) && !matches!(name, "true" | "false");
    if !is_name || rest.trim_start().starts_with(['(', '{', '"']) {
        return None;
    }
    *text = rest;
    Some(Ok(Value::unnamed_variant(name, [])))
}

/// The value with what quoted text means in its place.
fn without_quotes(value: Value<()>, account: Accounts) -> Result<Value<()>> {
    let inner = match value.value {
        ValueDef::Primitive(Primitive::String(text)) => {
            return match quantity(&text) {
                Some(quantity) => Ok(quantity),
                None => Ok(Value::from_bytes(account(&text)?)),
            }
        }
        ValueDef::Composite(fields) => ValueDef::Composite(each(fields, account)?),
        ValueDef::Variant(Variant { name, values }) => {
            let values = each(values, account)?;
            ValueDef::Variant(Variant { name, values })
        }
        other => other,
    };
    Ok(Value::without_context(inner))
}

fn each(fields: Composite<()>, account: Accounts) -> Result<Composite<()>> {
    Ok(match fields {
        Composite::Named(fields) => Composite::Named(
            fields
                .into_iter()
                .map(|(name, field)| Ok((name, without_quotes(field, account)?)))
                .collect::<Result<_>>()?,
        ),
        Composite::Unnamed(fields) => {
            let fields = fields
                .into_iter()
                .map(|field| without_quotes(field, account));
            Composite::Unnamed(fields.collect::<Result<_>>()?)
        }
    })
}

/// A number of a type that people write in another way: a share, a price, a length of time, a moment to the second.
pub fn scaled(of: &str, number: u128) -> Option<String> {
    Some(match of {
        "Ratio" => format!("{} %", decimal(number, 16)),
        "Price" => decimal(number, 18),
        "Timestamp" => calendar::write(Timestamp(number.try_into().ok()?)),
        "Period" => {
            let units = [
                (86_400_000, "d"),
                (3_600_000, "h"),
                (60_000, "min"),
                (1_000, "s"),
            ];
            let unit = units.into_iter().find(|(length, _)| number % length == 0);
            let (length, unit) = unit.unwrap_or((1, "ms"));
            format!("{} {unit}", number / length)
        }
        _ => return None,
    })
}

/// `number ÷ 10^places`, with as many places as it has.
fn decimal(number: u128, places: usize) -> String {
    let digits = format!("{number:0width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let text = format!("{whole}.{fraction}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The bytes of a value that consists of nothing else.
pub fn bytes(value: &Value<TypeId>) -> Option<Vec<u8>> {
    match &value.value {
        ValueDef::Primitive(Primitive::U128(byte)) => Some(vec![u8::try_from(*byte).ok()?]),
        ValueDef::Composite(parts) => {
            let parts: Option<Vec<_>> = parts.values().map(bytes).collect();
            Some(parts?.concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value as it is understood where nothing is expected.
    fn understood(text: &str) -> String {
        let account = |name: &str| match name {
            "Bank" => Ok(AccountId([1; 32])),
            _ => Err(anyhow!("there is no `{name}`")),
        };
        match read(text, None, &account) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn quantities_names_and_shapes_are_understood() {
        assert_eq!(understood("12.5 %"), "125000000000000000");
        assert_eq!(understood("Some(\"2 d\")"), "Some (172800000)");
        assert_eq!(understood("1970-01-02"), "86400000");
        assert_eq!(understood("Haircut"), "Haircut ()");
        assert_eq!(
            understood("{ a: true, b: (Draws, 0x0102) }"),
            "{ a: true, b: (Draws (), (1, 2)) }"
        );
        assert_eq!(
            understood("Some(\"Bank\")"),
            format!("Some ({})", Value::from_bytes([1; 32]))
        );
    }

    #[test]
    fn what_is_no_value_is_named() {
        assert!(understood("1 2").contains("`1 2` is no value: ` 2` is left over"));
        assert_eq!(understood("Some(\"Bonk\")"), "there is no `Bonk`");
        assert!(understood("{ a: }").contains("is no value"));
    }

    #[test]
    fn numbers_are_shown_without_rounding() {
        assert_eq!(scaled("Ratio", 1).unwrap(), "0.0000000000000001 %");
        assert_eq!(scaled("Ratio", 125_000_000_000_000_000).unwrap(), "12.5 %");
        assert_eq!(
            scaled("Price", 201_840_000_000_000_000_000).unwrap(),
            "201.84"
        );
        assert_eq!(scaled("Period", 5_400_000).unwrap(), "90 min");
        assert_eq!(scaled("Period", 1).unwrap(), "1 ms");
        assert_eq!(scaled("Rate", 1), None);
    }
}
