//! Amounts with the fraction that divisions leave.

use crate::fixed::{add, mul_div, mul_div_rem, sub, MathError, Rounding};

/// The scale of fractions, products and indexes.
pub const ONE: u128 = 1_000_000_000_000_000_000_000_000_000;

/// Base units, and a fraction of one more. Every operation rounds the fraction down, in its 27th decimal.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, scale::Encode, scale::Decode,
)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Exact {
    /// Whole base units.
    pub whole: u128,
    /// Scaled [`ONE`], and below it.
    pub fraction: u128,
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self {
        whole: 0,
        fraction: 0,
    };

    /// The most there is.
    pub const MAX: Self = Self {
        whole: u128::MAX,
        fraction: 0,
    };

    /// `whole` base units.
    pub fn new(whole: u128) -> Self {
        Self { whole, fraction: 0 }
    }

    /// `numerator ÷ denominator`.
    pub fn ratio(numerator: u128, denominator: u128) -> Result<Self, MathError> {
        Self::new(numerator).times(1, denominator)
    }

    /// `self + other`.
    pub fn plus(self, other: Self) -> Result<Self, MathError> {
        let fraction = add(self.fraction, other.fraction)?;
        let (carry, fraction) = match fraction.checked_sub(ONE) {
            Some(rest) => (1, rest),
            None => (0, fraction),
        };
        Ok(Self {
            whole: add(add(self.whole, other.whole)?, carry)?,
            fraction,
        })
    }

    /// `self − other`, nothing if that is more.
    pub fn minus(self, other: Self) -> Result<Self, MathError> {
        if self < other {
            return Ok(Self::ZERO);
        }
        let (borrowed, fraction) = match self.fraction.checked_sub(other.fraction) {
            Some(fraction) => (0, fraction),
            None => (1, sub(add(self.fraction, ONE)?, other.fraction)?),
        };
        Ok(Self {
            whole: sub(sub(self.whole, other.whole)?, borrowed)?,
            fraction,
        })
    }

    /// `self × numerator ÷ denominator`, which must not be many orders of magnitude above one if there is a fraction.
    pub fn times(self, numerator: u128, denominator: u128) -> Result<Self, MathError> {
        if numerator == denominator && denominator > 0 {
            return Ok(self);
        }
        let (whole, rest) = mul_div_rem(self.whole, numerator, denominator)?;
        let fraction = mul_div(rest, ONE, denominator, Rounding::Down)?;
        let part = mul_div(self.fraction, numerator, denominator, Rounding::Down)?;
        Self { whole, fraction }.plus(Self::part(part, 1)?)
    }

    /// `self × other`.
    pub fn of(self, other: Self) -> Result<Self, MathError> {
        let whole = self.whole.checked_mul(other.whole);
        let parts = mul_div(self.fraction, other.fraction, ONE, Rounding::Down)?;
        Self::new(whole.ok_or(MathError::Overflow)?)
            .plus(Self::part(self.whole, other.fraction)?)?
            .plus(Self::part(self.fraction, other.whole)?)?
            .plus(Self::part(parts, 1)?)
    }

    /// `a × b ÷ ONE`.
    pub fn part(a: u128, b: u128) -> Result<Self, MathError> {
        let (whole, fraction) = mul_div_rem(a, b, ONE)?;
        Ok(Self { whole, fraction })
    }

    /// With a margin of `units` in the 27th decimal, for what rounding took.
    pub fn with_margin(self, units: u128) -> Result<Self, MathError> {
        self.plus(Self {
            whole: 0,
            fraction: units,
        })
    }
}
