//! What an amount of collateral is worth in cash.

use crate::fixed::{mul_div, MathError, Price, Rounding};

/// The decimals every listed token must have.
pub const DECIMALS: core::ops::RangeInclusive<u8> = 6..=18;

/// Converts between base units of a collateral and base units of cash.
///
/// A price is cash per whole token scaled 1e18, so one base unit of collateral is worth
/// `price × 10^cash / (1e18 × 10^collateral)` base units of cash. Both tokens' decimals are folded into
/// one divisor, `10^(18 + collateral − cash)`, which is exact because decimals lie in [`DECIMALS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Quote {
    /// `10^(18 + collateral − cash)`.
    pub divisor: u128,
}

impl Quote {
    /// The conversion for a pair of tokens, or `None` if either's decimals lie outside [`DECIMALS`].
    pub fn new(collateral_decimals: u8, cash_decimals: u8) -> Option<Self> {
        if !DECIMALS.contains(&collateral_decimals) || !DECIMALS.contains(&cash_decimals) {
            return None;
        }
        let exponent = collateral_decimals
            .checked_add(18)?
            .checked_sub(cash_decimals)?;
        let divisor = 10u128.checked_pow(u32::from(exponent))?;
        Some(Self { divisor })
    }

    /// Cash that `amount` of collateral is worth at `price`.
    pub fn value(&self, amount: u128, price: Price, rounding: Rounding) -> Result<u128, MathError> {
        mul_div(amount, price.0, self.divisor, rounding)
    }

    /// Collateral that `cash` buys at `price`.
    pub fn amount(&self, cash: u128, price: Price, rounding: Rounding) -> Result<u128, MathError> {
        mul_div(cash, self.divisor, price.0, rounding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USD_201_84: Price = Price(201_840_000_000_000_000_000);

    #[test]
    fn one_whole_ether_at_201_84_in_a_token_of_six_decimals() {
        let quote = Quote::new(18, 6).unwrap();
        let one_ether = 10u128.pow(18);
        assert_eq!(
            quote.value(one_ether, USD_201_84, Rounding::Down),
            Ok(201_840_000)
        );
        assert_eq!(
            quote.amount(201_840_000, USD_201_84, Rounding::Down),
            Ok(one_ether)
        );
    }

    #[test]
    fn a_base_unit_of_ether_is_worth_nothing_down_and_one_up() {
        let quote = Quote::new(18, 6).unwrap();
        assert_eq!(quote.value(1, USD_201_84, Rounding::Down), Ok(0));
        assert_eq!(quote.value(1, USD_201_84, Rounding::Up), Ok(1));
    }

    #[test]
    fn decimals_outside_six_to_eighteen_are_refused() {
        assert!(Quote::new(5, 6).is_none());
        assert!(Quote::new(18, 19).is_none());
        assert!(Quote::new(6, 18).is_some());
    }
}
