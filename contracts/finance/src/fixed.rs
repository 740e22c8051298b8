//! Fixed-point numbers and the one multiplication that needs 256 bits.

use crate::wide;

/// Where the remainder of a division goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero: what the pool or a contract hands out.
    Down,
    /// Away from zero: what somebody owes.
    Up,
}

/// Why a computation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum MathError {
    /// The result does not fit into its type.
    Overflow,
    /// A subtraction below zero.
    Underflow,
    /// A division by zero.
    DivisionByZero,
}

/// `a × b ÷ c` with a 256-bit intermediate.
///
/// # Errors
/// [`MathError::DivisionByZero`] if `c` is zero, [`MathError::Overflow`] if the result exceeds `u128`.
pub fn mul_div(a: u128, b: u128, c: u128, rounding: Rounding) -> Result<u128, MathError> {
    let (quotient, remainder) = mul_div_rem(a, b, c)?;
    match rounding {
        Rounding::Up if remainder > 0 => quotient.checked_add(1).ok_or(MathError::Overflow),
        _ => Ok(quotient),
    }
}

/// Quotient and remainder of `a × b ÷ c` with a 256-bit intermediate.
///
/// # Errors
/// As [`mul_div`].
pub fn mul_div_rem(a: u128, b: u128, c: u128) -> Result<(u128, u128), MathError> {
    match c {
        0 => Err(MathError::DivisionByZero),
        c => wide::mul_div_rem(a, b, c).ok_or(MathError::Overflow),
    }
}

/// `a + b` as a result.
pub fn add(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// `a − b` as a result.
pub fn sub(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_sub(b).ok_or(MathError::Underflow)
}

/// Adds `by` to a total; one that has no room for it stays as it is.
#[inline(never)]
pub fn increase(total: &mut u128, by: u128) -> Result<(), MathError> {
    *total = add(*total, by)?;
    Ok(())
}

/// Takes `by` from a total; one that has less stays as it is.
#[inline(never)]
pub fn decrease(total: &mut u128, by: u128) -> Result<(), MathError> {
    *total = sub(*total, by)?;
    Ok(())
}

macro_rules! fixed_point {
    ($(#[$doc:meta])* $name:ident, $one:expr) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, scale::Encode, scale::Decode,
        )]
        #[cfg_attr(
            feature = "metadata",
            derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
        )]
        pub struct $name(pub u128);

        impl $name {
            /// One, in this number's scale.
            pub const ONE: Self = Self($one);
            /// Zero.
            pub const ZERO: Self = Self(0);

            /// `self × amount`, in the unit of `amount`.
            pub fn of(self, amount: u128, rounding: Rounding) -> Result<u128, MathError> {
                mul_div(amount, self.0, Self::ONE.0, rounding)
            }

            /// `amount ÷ self`, in the unit of `amount`.
            pub fn divide(self, amount: u128, rounding: Rounding) -> Result<u128, MathError> {
                mul_div(amount, Self::ONE.0, self.0, rounding)
            }

            /// `numerator ÷ denominator`.
            pub fn from_fraction(
                numerator: u128,
                denominator: u128,
                rounding: Rounding,
            ) -> Result<Self, MathError> {
                mul_div(numerator, Self::ONE.0, denominator, rounding).map(Self)
            }
        }
    };
}

fixed_point!(
    /// A ratio, fee, haircut, subordination or loan-to-value, scaled 1e18.
    Ratio,
    1_000_000_000_000_000_000
);
fixed_point!(
    /// Whole units of cash per one whole token, scaled 1e18. Decimals are applied by
    /// [`crate::valuation::Quote`].
    Price,
    1_000_000_000_000_000_000
);
fixed_point!(
    /// The factor by which something grew, scaled 1e27. An interest index is one.
    Growth,
    1_000_000_000_000_000_000_000_000_000
);
fixed_point!(
    /// An interest rate per second, scaled 1e27.
    Rate,
    1_000_000_000_000_000_000_000_000_000
);

impl Ratio {
    /// A ratio from basis points (1/10 000).
    pub const fn from_bps(bps: u32) -> Self {
        // Widening cast and a product below 2^79: neither can lose anything.
        Self((bps as u128).saturating_mul(100_000_000_000_000))
    }

    /// `1 − self`, zero if `self` exceeds one.
    pub fn complement(self) -> Self {
        Self(Self::ONE.0.saturating_sub(self.0))
    }

    /// `self × other`.
    pub fn times(self, other: Self, rounding: Rounding) -> Result<Self, MathError> {
        self.of(other.0, rounding).map(Self)
    }
}

impl Growth {
    /// `self × other`.
    pub fn times(self, other: Self, rounding: Rounding) -> Result<Self, MathError> {
        self.of(other.0, rounding).map(Self)
    }
}

impl Rate {
    /// Seconds in a year of 365 days, the year of every quoted rate.
    pub const SECONDS_PER_YEAR: u128 = 31_536_000;

    /// The per-second rate of a nominal annual one, rounded down: compounding it for a year yields
    /// slightly more than `annual`.
    pub fn from_annual(annual: Ratio) -> Result<Self, MathError> {
        // A ratio is scaled 1e18 and a rate 1e27.
        mul_div(
            annual.0,
            1_000_000_000,
            Self::SECONDS_PER_YEAR,
            Rounding::Down,
        )
        .map(Self)
    }

    /// This rate applied to a `share` of the principal only.
    pub fn on_share(self, share: Ratio) -> Result<Self, MathError> {
        share.of(self.0, Rounding::Down).map(Self)
    }

    /// `(1 + self)^seconds`, every step rounded as asked.
    ///
    /// Source: exponentiation by squaring, as Maker's `rpow`.
    pub fn compound(self, seconds: u64, rounding: Rounding) -> Result<Growth, MathError> {
        let mut base = Growth(add(Growth::ONE.0, self.0)?);
        let mut growth = Growth::ONE;
        let mut exponent = seconds;
        while exponent > 0 {
            if exponent & 1 == 1 {
                growth = growth.times(base, rounding)?;
            }
            exponent >>= 1;
            if exponent > 0 {
                base = base.times(base, rounding)?;
            }
        }
        Ok(growth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ethnum::U256;
    use proptest::prelude::*;

    #[test]
    fn mul_div_survives_a_product_beyond_128_bits() {
        assert_eq!(
            mul_div(u128::MAX, u128::MAX, u128::MAX, Rounding::Down),
            Ok(u128::MAX)
        );
        assert_eq!(
            mul_div(u128::MAX, 2, 1, Rounding::Down),
            Err(MathError::Overflow)
        );
        assert_eq!(
            mul_div(1, 1, 0, Rounding::Up),
            Err(MathError::DivisionByZero)
        );
    }

    #[test]
    fn rounding_goes_where_it_is_told() {
        assert_eq!(mul_div(7, 1, 2, Rounding::Down), Ok(3));
        assert_eq!(mul_div(7, 1, 2, Rounding::Up), Ok(4));
        assert_eq!(mul_div(8, 1, 2, Rounding::Up), Ok(4));
        assert_eq!(mul_div(u128::MAX, 3, 3, Rounding::Up), Ok(u128::MAX));
    }

    #[test]
    fn basis_points_are_ten_thousandths() {
        assert_eq!(Ratio::from_bps(10_000), Ratio::ONE);
        assert_eq!(
            Ratio::from_bps(650).of(1_000_000, Rounding::Down),
            Ok(65_000)
        );
    }

    #[test]
    fn ten_percent_a_year_compounds_per_second_to_e_to_the_tenth() {
        let rate = Rate::from_annual(Ratio::from_bps(1_000)).unwrap();
        let growth = rate.compound(31_536_000, Rounding::Down).unwrap();
        // (1 + 0.1/31 536 000)^31 536 000 = exp(0.1) − 1.75e-10 = 1.105 170 917 90…
        let expected = 1_105_170_917_900_000_000_000_000_000u128;
        assert!(
            growth.0.abs_diff(expected) < 100_000_000_000_000_000,
            "{growth:?}"
        );
    }

    #[test]
    fn growth_at_the_end_of_the_range_has_no_square() {
        let rate = Rate(1_000_000 * Rate::ONE.0);
        let grown = |seconds| rate.compound(seconds, Rounding::Down);
        assert_eq!(grown(0), Ok(Growth::ONE));
        assert_eq!(grown(1), Ok(Growth(1_000_001 * Growth::ONE.0)));
        assert_eq!(grown(2), Err(MathError::Overflow));
    }

    /// Numbers of every length, also with long runs of ones and zeros, at which guessed digits are furthest off.
    fn of_every_length() -> impl Strategy<Value = u128> {
        let shape = (any::<u128>(), 0u32..128, 0u32..128, any::<[bool; 2]>());
        shape.prop_map(|(number, length, run, [ones, zeros])| {
            let number = if ones {
                number | u128::MAX >> run
            } else {
                number
            };
            let number = if zeros {
                number & u128::MAX << run
            } else {
                number
            };
            number >> length
        })
    }

    proptest! {
        #[test]
        fn quotient_and_remainder_are_those_of_256_bit_numbers(
            a in of_every_length(), b in of_every_length(), c in of_every_length(),
        ) {
            let product = U256::from(a) * U256::from(b);
            let expected = match product.checked_div(U256::from(c)) {
                None => Err(MathError::DivisionByZero),
                Some(quotient) => u128::try_from(quotient)
                    .map(|quotient| (quotient, (product % U256::from(c)).as_u128()))
                    .map_err(|_| MathError::Overflow),
            };
            prop_assert_eq!(mul_div_rem(a, b, c), expected);
            let up = expected.and_then(|(quotient, rest)| add(quotient, u128::from(rest > 0)));
            prop_assert_eq!(mul_div(a, b, c, Rounding::Down), expected.map(|(quotient, _)| quotient));
            prop_assert_eq!(mul_div(a, b, c, Rounding::Up), up);
        }

        #[test]
        fn a_period_cut_in_two_compounds_to_the_same(
            annual_bps in 0u32..100_000, first in 0u64..10_000_000, second in 0u64..10_000_000,
        ) {
            let rate = Rate::from_annual(Ratio::from_bps(annual_bps)).unwrap();
            let whole = rate.compound(first + second, Rounding::Down).unwrap();
            let parts = rate.compound(first, Rounding::Down).unwrap()
                .times(rate.compound(second, Rounding::Down).unwrap(), Rounding::Down).unwrap();
            // At most one unit in the 27th decimal for each of the 2 × 24 squarings, magnified by the growth.
            let tolerance = 100 * (whole.0 / Growth::ONE.0 + 1);
            prop_assert!(whole.0.abs_diff(parts.0) <= tolerance * tolerance);
        }
    }
}
