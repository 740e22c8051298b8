//! The interest index of a collateral type, and what a payment on a debt consists of.

use crate::fixed::{sub, Growth, MathError, Rate, Rounding};
use crate::time::Timestamp;

/// How much one unit borrowed at the start has become: `debt = normalised debt × index`.
///
/// Interest compounds per second and rounds up; a period cut into pieces accrues the same to within one
/// unit in the 27th decimal per piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct DebtIndex {
    /// The growth since the start.
    pub growth: Growth,
    /// The rate in force.
    pub rate: Rate,
    /// Up to when interest is in `growth`.
    pub accrued_at: Timestamp,
}

impl DebtIndex {
    /// An index that starts at one.
    pub fn new(rate: Rate, now: Timestamp) -> Self {
        Self {
            growth: Growth::ONE,
            rate,
            accrued_at: now,
        }
    }

    /// The index with interest up to the last whole second before `now`.
    pub fn accrue(self, now: Timestamp) -> Result<Self, MathError> {
        let (seconds, accrued_at) = self.accrued_at.whole_secs_until(now);
        if seconds == 0 {
            return Ok(self);
        }
        let grown = self.rate.compound(seconds, Rounding::Up)?;
        Ok(Self {
            growth: self.growth.times(grown, Rounding::Up)?,
            accrued_at,
            ..self
        })
    }

    /// The debt that `normalised` units have become.
    pub fn debt(&self, normalised: u128, rounding: Rounding) -> Result<u128, MathError> {
        self.growth.of(normalised, rounding)
    }

    /// The normalised units that amount to `debt` today.
    pub fn normalise(&self, debt: u128, rounding: Rounding) -> Result<u128, MathError> {
        self.growth.divide(debt, rounding)
    }
}

/// What a payment on a debt consists of, in base units of cash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proceeds {
    /// Cash that was lent and came back.
    pub principal: u128,
    /// What it earned.
    pub interest: u128,
}

impl Proceeds {
    /// A repayment of `paid` on a performing `debt`: accrued interest first, `min(paid, debt − principal)`.
    ///
    /// # Errors
    /// [`MathError::Underflow`] if less is owed than the principal.
    pub fn of_repayment(paid: u128, debt: u128, principal: u128) -> Result<Self, MathError> {
        let interest = paid.min(sub(debt, principal)?);
        Ok(Self {
            principal: sub(paid, interest)?,
            interest,
        })
    }

    /// A recovery of `paid` on a seized debt: principal first, because a loss may be on its way.
    pub fn of_recovery(paid: u128, principal: u128) -> Self {
        Self {
            principal: paid.min(principal),
            interest: paid.saturating_sub(principal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Period, Ratio};

    fn proceeds(principal: u128, interest: u128) -> Result<Proceeds, MathError> {
        Ok(Proceeds {
            principal,
            interest,
        })
    }

    #[test]
    fn a_repayment_is_interest_until_what_has_accrued_is_paid() {
        let of = |paid| Proceeds::of_repayment(paid, 1_080, 1_000);
        assert_eq!(of(79), proceeds(0, 79));
        assert_eq!(of(80), proceeds(0, 80));
        assert_eq!(of(81), proceeds(1, 80));
        assert_eq!(of(1_080), proceeds(1_000, 80));
    }

    #[test]
    fn no_debt_is_smaller_than_its_principal() {
        let refused = Proceeds::of_repayment(1, 999, 1_000);
        assert_eq!(refused, Err(MathError::Underflow));
    }

    #[test]
    fn a_recovery_is_principal_until_all_of_it_is_back() {
        let of = |paid| Proceeds::of_recovery(paid, 1_000);
        assert_eq!(Ok(of(999)), proceeds(999, 0));
        assert_eq!(Ok(of(1_000)), proceeds(1_000, 0));
        assert_eq!(Ok(of(1_080)), proceeds(1_000, 80));
    }

    #[test]
    fn a_year_at_eight_percent_compounds_to_e_to_the_eighth() {
        let rate = Rate::from_annual(Ratio::from_bps(800)).unwrap();
        let start = DebtIndex::new(rate, Timestamp(0));
        let year = start
            .accrue(Timestamp(0).plus(Period::from_secs(31_536_000)))
            .unwrap();
        // 1 000 000.000000 × exp(0.08) = 1 083 287.067 (6 decimals), less 1.1e-10 for whole seconds.
        let debt = year.debt(1_000_000_000_000, Rounding::Up).unwrap();
        assert_eq!(debt / 1_000, 1_083_287_067);
        // What has accrued does not accrue again.
        assert_eq!(year.accrue(year.accrued_at), Ok(year));
        assert!(year.accrued_at > start.accrued_at);
    }

    #[test]
    fn what_is_drawn_is_owed_and_what_is_repaid_in_full_clears() {
        let index = DebtIndex {
            growth: Growth(1_234_567_890_123_456_789_012_345_678),
            ..DebtIndex::new(Rate::ZERO, Timestamp(0))
        };
        for drawn in [1u128, 7, 1_000_000, 123_456_789_012_345] {
            let normalised = index.normalise(drawn, Rounding::Up).unwrap();
            let owed = index.debt(normalised, Rounding::Up).unwrap();
            assert!(owed >= drawn && owed <= drawn + 2, "{drawn} became {owed}");
        }
    }
}
