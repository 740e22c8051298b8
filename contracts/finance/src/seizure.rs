//! How much of a position enters an auction.
//!
//! Source: Maker's `dog` (room and dust); the close factor as in lending markets, solved for the debt whose
//! sale leaves the rest at its target.

use crate::fixed::{add, mul_div, sub, MathError, Ratio, Rounding};

/// A part of a position, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// Base units of cash, without penalty.
    pub debt: u128,
    /// Base units of collateral that is sold for it.
    pub collateral: u128,
}

/// By what a position is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseFactor {
    /// The loan-to-value at which the rest should be.
    pub target_ltv: Ratio,
    /// Added to the debt of what is sold.
    pub penalty: Ratio,
    /// Taken off the value of what is sold: as much may be lost in the sale. Below one.
    pub haircut: Ratio,
    /// The least debt of a part and of a rest, in base units of cash.
    pub minimum: u128,
    /// Debt and penalty that may enter auctions, in base units of cash.
    pub room: u128,
}

impl CloseFactor {
    /// What an unhealthy position loses, where `value` is that of its `collateral`; `None` if there is no
    /// room for it.
    ///
    /// With `g = (1 + penalty) ÷ (1 − haircut)`, collateral worth `g × d` pays for the debt `d`. The rest is
    /// at its target when `debt − d = target × (value − g × d)`, that is
    /// `d = (debt − target × value) ÷ (1 − target × g)`, rounded up. A position with less than `g × debt` is
    /// past that: all of it has to go.
    pub fn portion(
        &self,
        debt: u128,
        collateral: u128,
        value: u128,
    ) -> Result<Option<Portion>, MathError> {
        let growth = self.growth()?;
        if growth.of(debt, Rounding::Up)? > value {
            return self.whole(debt, collateral);
        }
        let missing = debt.saturating_sub(self.target_ltv.of(value, Rounding::Down)?);
        let freed = self.target_ltv.times(growth, Rounding::Up)?.complement();
        // Freed is zero only where the whole position just about suffices.
        let wanted = freed.divide(missing, Rounding::Up).unwrap_or(debt);
        let cut = self.cut(debt, wanted)?.filter(|part| *part < debt);
        match cut {
            None => self.whole(debt, collateral),
            Some(part) => {
                let backing = growth.of(part, Rounding::Up)?;
                Ok(Some(Portion {
                    debt: part,
                    collateral: mul_div(collateral, backing, value, Rounding::Down)?,
                }))
            }
        }
    }

    /// What a position loses that goes as a whole: all of it, or as much of both sides as there is room
    /// for; `None` if there is too little.
    pub fn whole(&self, debt: u128, collateral: u128) -> Result<Option<Portion>, MathError> {
        let part = self.cut(debt, debt)?;
        let portion = |part| {
            Ok(Portion {
                debt: part,
                collateral: mul_div(collateral, part, debt, Rounding::Down)?,
            })
        };
        part.map(portion).transpose()
    }

    /// `(1 + penalty) ÷ (1 − haircut)`, rounded up.
    fn growth(&self) -> Result<Ratio, MathError> {
        let raised = add(Ratio::ONE.0, self.penalty.0)?;
        Ratio::from_fraction(raised, self.haircut.complement().0, Rounding::Up)
    }

    /// `wanted` of a debt as far as there is room; all of it if the rest would be less than the minimum,
    /// even beyond the room; `None` if the part would be.
    fn cut(&self, debt: u128, wanted: u128) -> Result<Option<u128>, MathError> {
        let raised = Ratio(add(Ratio::ONE.0, self.penalty.0)?);
        let room = raised.divide(self.room, Rounding::Down)?;
        let part = wanted.max(self.minimum).min(room).min(debt);
        if sub(debt, part)? < self.minimum {
            return Ok(Some(debt));
        }
        Ok(Some(part).filter(|part| *part >= self.minimum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: u128 = 1 << 100;

    fn terms() -> CloseFactor {
        CloseFactor {
            target_ltv: Ratio::from_bps(6_000),
            penalty: Ratio::from_bps(800),
            haircut: Ratio::from_bps(1_000),
            minimum: 100,
            room: ALL,
        }
    }

    fn part(debt: u128, collateral: u128) -> Result<Option<Portion>, MathError> {
        Ok(Some(Portion { debt, collateral }))
    }

    #[test]
    fn just_enough_is_taken_that_the_rest_is_at_its_target() {
        // g = 1.08 ÷ 0.9 = 1.2: (8 100 − 6 000) ÷ (1 − 0.72) = 7 500, backed by 9 000 of 10 000.
        assert_eq!(terms().portion(8_100, 500, 10_000), part(7_500, 450));
        // 600 are left on 1 000: 60 %.
    }

    #[test]
    fn too_little_collateral_goes_as_a_whole() {
        assert_eq!(terms().portion(8_334, 500, 10_000), part(8_334, 500)); // 1.2 × 8 334 > 10 000
        assert_eq!(terms().portion(8_000, 500, 0), part(8_000, 500));
    }

    #[test]
    fn a_rest_below_the_minimum_goes_too() {
        let terms = CloseFactor {
            minimum: 601,
            ..terms()
        };
        assert_eq!(terms.portion(8_100, 500, 10_000), part(8_100, 500));
    }

    #[test]
    fn no_part_is_smaller_than_the_minimum() {
        let terms = CloseFactor {
            minimum: 3_000,
            ..terms()
        };
        // (6 280 − 6 000) ÷ 0.28 = 1 000 would do.
        assert_eq!(terms.portion(6_280, 500, 10_000), part(3_000, 180));
    }

    #[test]
    fn room_counts_debt_and_penalty() {
        let with_room = |room| CloseFactor { room, ..terms() };
        // 5 400 ÷ 1.08 = 5 000, backed by 6 000.
        assert_eq!(
            with_room(5_400).portion(8_100, 500, 10_000),
            part(5_000, 300)
        );
        // 9 000 lose 5 000 and five ninths of the collateral.
        assert_eq!(
            with_room(5_400).portion(9_000, 450, 10_000),
            part(5_000, 250)
        );
        assert_eq!(with_room(107).portion(8_100, 500, 10_000), Ok(None));
        assert_eq!(with_room(108).portion(8_100, 500, 10_000), part(100, 6));
    }

    #[test]
    fn what_would_leave_dust_goes_beyond_the_room() {
        let terms = CloseFactor {
            room: 8_640, // of 8 000
            ..terms()
        };
        assert_eq!(terms.whole(8_099, 500), part(8_099, 500));
        assert_eq!(terms.whole(8_100, 500), part(8_000, 493));
    }

    proptest! {
        #[test]
        fn a_part_stands_at_its_face_and_leaves_the_rest_healthier(
            debt in 1_000u128..1_000_000_000, ltv in 6_100u32..20_000, collateral in 1_000u128..1_000_000_000_000,
            target in 0u32..6_000, penalty in 0u32..3_000, haircut in 0u32..9_000,
        ) {
            let terms = CloseFactor {
                target_ltv: Ratio::from_bps(target),
                penalty: Ratio::from_bps(penalty),
                haircut: Ratio::from_bps(haircut),
                minimum: 10,
                room: ALL,
            };
            let value = Ratio::from_bps(ltv).divide(debt, Rounding::Down).unwrap();
            let part = terms.portion(debt, collateral, value).unwrap().unwrap();
            prop_assert!(part.debt <= debt && part.collateral <= collateral);
            if part.debt == debt {
                prop_assert_eq!(part.collateral, collateral);
            } else {
                let worth = value * part.collateral / collateral;
                let floor = terms.haircut.complement().of(worth, Rounding::Up).unwrap();
                // A base unit of collateral less, at its price.
                prop_assert!(floor + 2 + value / collateral >= part.debt, "{worth} for {}", part.debt);
                let limit = terms.target_ltv.of(value - worth, Rounding::Up).unwrap();
                prop_assert!(debt - part.debt <= limit.max(debt - 10) && debt - part.debt >= 10);
                prop_assert!(part.debt == 10 || debt - part.debt <= limit + 2, "{part:?}");
            }
        }
    }
}
