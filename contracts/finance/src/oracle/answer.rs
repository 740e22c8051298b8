//! What a source of prices answers.

use crate::fixed::{mul_div, Price, Ratio, Rounding};
use crate::time::{Period, Timestamp};
use core::ops::RangeInclusive;

/// The exponents that are taken for those of a price.
pub const EXPONENTS: RangeInclusive<i32> = -20..=12;
/// The bounds of the confidence that can be asked for: 0.1 % to 5 % of the price.
pub const CONFIDENCES: RangeInclusive<Ratio> = Ratio::from_bps(10)..=Ratio::from_bps(500);
/// How old an answer may be when it is taken: a quarter of an hour. Once stored it ages like any report.
pub const MAX_ANSWER_AGE: Period = Period::from_secs(900);
/// What two decimals more than those of a [`Price`] are divided by: its lowest exponent is −20.
const BEYOND: u128 = 100;

/// An answer: a price of `mantissa × 10^exponent`, give or take `confidence × 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Answer {
    /// Cash per whole token, in units of `10^exponent`.
    pub mantissa: u128,
    /// Where the decimal point is: −8 for eight decimals.
    pub exponent: i32,
    /// How far the source thinks that it may be off, in the unit of the mantissa; zero if it does not say.
    pub confidence: u128,
    /// When the source saw the price.
    pub observed_at: Timestamp,
}

/// Why an answer is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum AnswerError {
    /// Zero, or outside what 18 decimals in 128 bits or [`EXPONENTS`] can express.
    OutOfRange,
    /// The source is less sure of it than asked.
    Uncertain,
    /// Older than [`MAX_ANSWER_AGE`].
    TooOld,
    /// Further ahead of the clock than tolerated.
    FromTheFuture,
}

impl Answer {
    /// The price at `now`, rounded down: recent, and no less certain than `max_confidence` of itself.
    ///
    /// # Errors
    /// [`AnswerError`]. Source: the bounds are those of Euler's adapter for Pyth.
    pub fn price(
        &self,
        max_confidence: Ratio,
        future_tolerance: Period,
        now: Timestamp,
    ) -> Result<Price, AnswerError> {
        if self.observed_at > now.plus(future_tolerance) {
            return Err(AnswerError::FromTheFuture);
        }
        if now.since(self.observed_at) > MAX_ANSWER_AGE {
            return Err(AnswerError::TooOld);
        }
        let price = self.scaled().ok_or(AnswerError::OutOfRange)?;
        let allowed = max_confidence.of(self.mantissa, Rounding::Down);
        if allowed.is_ok_and(|allowed| self.confidence > allowed) {
            return Err(AnswerError::Uncertain);
        }
        Ok(price)
    }

    /// In 18 decimals, further ones dropped; never zero.
    fn scaled(&self) -> Option<Price> {
        let exponent = Some(self.exponent).filter(|exponent| EXPONENTS.contains(exponent))?;
        let zeros = exponent.abs_diff(*EXPONENTS.start());
        // At most 10^32, far below 2^128.
        let factor = (0..zeros).fold(1u128, |factor, _| factor.wrapping_mul(10));
        let scaled = mul_div(self.mantissa, factor, BEYOND, Rounding::Down).ok()?;
        Some(Price(scaled)).filter(|price| *price > Price::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    const PERCENT: Ratio = Ratio::from_bps(100);
    const MINUTE: Period = Period::from_secs(60);

    /// 2000.00, give or take nothing.
    const PLAIN: Answer = Answer {
        mantissa: 200_000,
        exponent: -2,
        confidence: 0,
        observed_at: NOW,
    };

    fn price(answer: Answer) -> Result<Price, AnswerError> {
        answer.price(PERCENT, MINUTE, NOW)
    }

    fn scaled(mantissa: u128, exponent: i32) -> Result<Price, AnswerError> {
        price(Answer {
            mantissa,
            exponent,
            ..PLAIN
        })
    }

    #[test]
    fn mantissa_and_exponent_become_eighteen_decimals() {
        assert_eq!(price(PLAIN), Ok(Price(2_000 * Price::ONE.0)));
        assert_eq!(scaled(7, -18), Ok(Price(7)));
        // 1.99 units of the eighteenth decimal, rounded down.
        assert_eq!(scaled(199, -20), Ok(Price(1)));
        assert_eq!(scaled(1, 12), Ok(Price(10u128.pow(30))));
    }

    #[test]
    fn what_cannot_be_expressed_is_no_price() {
        for (mantissa, exponent) in [
            (0, 0),
            (99, -20),
            (1, -21),
            (1, 13),
            (u128::MAX, 0),
            (1, i32::MIN),
            (1, i32::MAX),
        ] {
            let refused = Err(AnswerError::OutOfRange);
            assert_eq!(scaled(mantissa, exponent), refused, "{mantissa}e{exponent}");
        }
    }

    #[test]
    fn a_doubt_of_more_than_asked_is_refused() {
        let with = |confidence| {
            price(Answer {
                confidence,
                ..PLAIN
            })
        };
        assert!(with(2_000).is_ok());
        assert_eq!(with(2_001), Err(AnswerError::Uncertain));
        assert_eq!(with(u128::MAX), Err(AnswerError::Uncertain));
    }

    #[test]
    fn an_answer_is_recent_and_hardly_ahead() {
        let at = |observed_at| {
            price(Answer {
                observed_at,
                ..PLAIN
            })
        };
        let (earliest, latest) = (NOW.0 - MAX_ANSWER_AGE.0, NOW.0 + MINUTE.0);
        assert!(at(Timestamp(earliest)).is_ok() && at(Timestamp(latest)).is_ok());
        assert_eq!(at(Timestamp(earliest - 1)), Err(AnswerError::TooOld));
        assert_eq!(at(Timestamp(latest + 1)), Err(AnswerError::FromTheFuture));
        assert_eq!(at(Timestamp(u64::MAX)), Err(AnswerError::FromTheFuture));
    }
}
