//! Amounts as people read them.

use finance::settlement::Phase;
use finance::{Period, Price, Ratio};
use interfaces::types::Balance;

use crate::term_sheet::Token;

/// An amount in whole tokens, grouped, with at most `places` decimals: `1 234 567.89`.
pub fn amount(units: Balance, token: &Token, places: u32) -> String {
    fixed(units, u32::from(token.decimals), places)
}

/// An amount of cash in whole tokens: `1 234 568`.
pub fn cash(units: Balance, token: &Token) -> String {
    amount(units, token, 0)
}

/// A price or the value of a token with `places` decimals: `201.84`.
pub fn price(price: Price, places: u32) -> String {
    fixed(price.0, 18, places)
}

/// A ratio in percent: `6.5 %`.
pub fn percent(ratio: Ratio) -> String {
    format!("{} %", fixed(ratio.0, 16, 1))
}

/// A length of time: `24 h`.
pub fn duration(period: Period) -> String {
    let minutes = period.0 / 60_000;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The state of a deal: `revolving`.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Revolving => "revolving",
        Phase::Amortising => "amortising",
        Phase::WindDown => "being wound down",
        Phase::Closed => "closed",
    }
}

/// A number for drawing: exact enough for a picture, never for money.
pub fn approximate(units: u128, decimals: u32) -> f64 {
    units as f64 / 10f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX))
}

/// `units ÷ 10^decimals`, rounded half up to `places` decimals.
fn fixed(units: u128, decimals: u32, places: u32) -> String {
    let dropped = 10u128.pow(decimals.saturating_sub(places));
    let shown = places.min(decimals);
    let rounded = units.saturating_add(dropped / 2) / dropped;
    let one = 10u128.pow(shown);
    let whole = grouped(rounded / one);
    if shown == 0 {
        return whole;
    }
    let width = usize::try_from(shown).unwrap_or_default();
    format!("{whole}.{:0width$}", rounded % one)
}

/// Groups of three digits, with thin spaces that do not break.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_rounded_half_up() {
        assert_eq!(fixed(1_234_567_890_000, 6, 2), "1\u{202f}234\u{202f}567.89");
        assert_eq!(fixed(999_500, 6, 0), "1");
        assert_eq!(fixed(499_999, 6, 0), "0");
        assert_eq!(fixed(5, 0, 2), "5");
        assert_eq!(grouped(123_456), "123\u{202f}456");
    }

    #[test]
    fn tokens_and_prices_have_their_decimals() {
        let dollar = Token {
            name: "Dollar X".into(),
            symbol: "USDX".into(),
            decimals: 6,
        };
        assert_eq!(amount(21_540_000, &dollar, 2), "21.54");
        assert_eq!(cash(21_540_000, &dollar), "22");
        assert_eq!(price(Price(201_840_000_000_000_000_000), 2), "201.84");
        assert_eq!(approximate(25, 1), 2.5);
    }

    #[test]
    fn a_deal_is_in_one_of_four_states() {
        let phases = [
            Phase::Revolving,
            Phase::Amortising,
            Phase::WindDown,
            Phase::Closed,
        ];
        let words = ["revolving", "amortising", "being wound down", "closed"];
        assert_eq!(phases.map(phase), words);
    }

    #[test]
    fn ratios_and_times_have_units() {
        assert_eq!(percent(Ratio::from_bps(650)), "6.5 %");
        assert_eq!(duration(Period::from_secs(45 * 60)), "45 min");
        assert_eq!(duration(Period::from_secs(90 * 60)), "1 h 30 min");
        assert_eq!(duration(Period::from_secs(48 * 3_600)), "48 h");
    }
}
