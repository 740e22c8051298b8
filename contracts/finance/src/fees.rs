//! What the pool owes to those who run it.

use crate::distribution::INDEX_ONE;
use crate::fixed::{add, mul_div, mul_div_rem, sub, MathError, Price, Rate, Ratio, Rounding};

/// The highest management fee: 5 % of the principal lent, a year.
pub const HIGHEST_MANAGEMENT_FEE: Ratio = Ratio::from_bps(500);
/// The highest performance fee: 30 % of the residual's gains.
pub const HIGHEST_PERFORMANCE_FEE: Ratio = Ratio::from_bps(3_000);
/// The highest share of interest that goes to insurance: 20 %.
pub const HIGHEST_PREMIUM: Ratio = Ratio::from_bps(2_000);

/// Fees charged and not yet funded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Fees {
    /// Base units of cash.
    pub owed: u128,
    /// The part of one more base unit, in [`Fees::WHOLE`]ths.
    fraction: u128,
}

impl Fees {
    /// A ratio has 18 decimals and a year 31 536 000 seconds: divisor of a fee per second.
    const WHOLE: u128 = Ratio::ONE.0.saturating_mul(Rate::SECONDS_PER_YEAR);

    /// These fees after `seconds` at `annual` on `principal`. What is left of a base unit is carried, so
    /// that a period cut in pieces costs the same.
    pub fn accrue(self, principal: u128, annual: Ratio, seconds: u64) -> Result<Self, MathError> {
        let charged = annual.0.checked_mul(u128::from(seconds));
        let charged = charged.ok_or(MathError::Overflow)?;
        let (whole, part) = mul_div_rem(principal, charged, Self::WHOLE)?;
        let (carry, fraction) = mul_div_rem(add(self.fraction, part)?, 1, Self::WHOLE)?;
        Ok(Self {
            owed: add(self.owed, add(whole, carry)?)?,
            fraction,
        })
    }

    /// These fees with `amount` more.
    pub fn charge(self, amount: u128) -> Result<Self, MathError> {
        Ok(Self {
            owed: add(self.owed, amount)?,
            ..self
        })
    }

    /// What is left of `assets` once these fees are taken off them, the first ones first. It adds up within 128 bits wherever
    /// the pool's value lies there, also if cash and loans alone do not.
    pub fn paid_from<const N: usize>(&self, assets: [u128; N]) -> [u128; N] {
        let mut owed = self.owed;
        assets.map(|asset| {
            let left = asset.saturating_sub(owed);
            owed = owed.saturating_sub(asset);
            left
        })
    }

    /// Sets `amount` of them aside.
    pub fn fund(self, amount: u128) -> Result<Self, MathError> {
        Ok(Self {
            owed: sub(self.owed, amount)?,
            ..self
        })
    }
}

/// The fee on the gain of `supply` tokens worth `value` above the high-water mark of one, rounded down, and the new mark. A
/// mark is scaled [`INDEX_ONE`]; one beyond the range is taken as the highest there is.
pub fn performance(
    fee: Ratio,
    value: u128,
    supply: u128,
    high_water: u128,
) -> Result<(u128, u128), MathError> {
    let base = mul_div(high_water, supply, INDEX_ONE, Rounding::Up).unwrap_or(u128::MAX);
    let gain = value.saturating_sub(base);
    if gain == 0 {
        return Ok((0, high_water));
    }
    let charged = fee.of(gain, Rounding::Down)?;
    let mark = mul_div(sub(value, charged)?, INDEX_ONE, supply, Rounding::Up);
    Ok((charged, mark.unwrap_or(u128::MAX)))
}

/// The price of one of `supply` tokens worth `value` together; the highest there is, if it lies beyond the range.
pub fn price(value: u128, supply: u128, rounding: Rounding) -> Price {
    Price::from_fraction(value, supply, rounding).unwrap_or(Price(u128::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_percent_of_a_million_for_a_quarter() {
        let fees = Fees::default()
            .accrue(1_000_000, Ratio::from_bps(200), 7_884_000)
            .unwrap();
        assert_eq!(fees.owed, 5_000);
    }

    #[test]
    fn fees_are_taken_off_before_assets_are_added_up() {
        let fees = Fees::default().charge(5).unwrap();
        assert_eq!(fees.paid_from([2, u128::MAX, 3]), [0, u128::MAX - 3, 3]);
        assert_eq!(fees.paid_from([2, 2, 0]), [0, 0, 0]);
        assert_eq!(Fees::default().paid_from([2, 0, 3]), [2, 0, 3]);
    }

    #[test]
    fn a_fifth_of_what_exceeds_the_mark() {
        let fifth = Ratio::from_bps(2_000);
        // 1 000 tokens, marked at 1.1, worth 1 200: 100 of gain.
        let mark = INDEX_ONE / 10 * 11;
        let (fee, raised) = performance(fifth, 1_200, 1_000, mark).unwrap();
        assert_eq!((fee, raised), (20, INDEX_ONE / 100 * 118));
        // Nothing more is charged at the new mark, and nothing below it.
        assert_eq!(performance(fifth, 1_180, 1_000, raised), Ok((0, raised)));
        assert_eq!(performance(fifth, 900, 1_000, raised), Ok((0, raised)));
    }

    #[test]
    fn no_price_is_too_extreme() {
        let all = performance(Ratio::ONE, u128::MAX, 1, INDEX_ONE);
        assert_eq!(all, Ok((u128::MAX - 1, INDEX_ONE)));
        let none = performance(Ratio::ONE, 5, u128::MAX, u128::MAX);
        assert_eq!(none, Ok((0, u128::MAX)));
        let half = performance(Ratio::from_bps(5_000), u128::MAX, 1, INDEX_ONE).unwrap();
        assert_eq!(half.1, u128::MAX);
    }

    #[test]
    fn a_price_is_of_one_token() {
        let of = |supply, rounding| price(2, supply, rounding).0;
        assert_eq!(of(3, Rounding::Down), 666_666_666_666_666_666);
        assert_eq!(of(3, Rounding::Up), 666_666_666_666_666_667);
        assert_eq!(of(0, Rounding::Down), u128::MAX);
    }

    proptest! {
        #[test]
        fn a_period_cut_in_pieces_costs_the_same(
            principal in 0u128..10u128.pow(24),
            bps in 0u32..=500,
            pieces in prop::collection::vec(0u64..10_000_000, 1..12),
        ) {
            let annual = Ratio::from_bps(bps);
            let whole = Fees::default().accrue(principal, annual, pieces.iter().sum());
            let cut = pieces.iter().try_fold(Fees::default(), |fees, seconds| {
                fees.accrue(principal, annual, *seconds)
            });
            prop_assert_eq!(whole, cut);
        }
    }
}
