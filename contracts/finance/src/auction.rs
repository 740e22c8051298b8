//! The Dutch auction of a seized lot.
//!
//! Source of the rules: Maker's `clip` (take, dust, reset, incentives) and `abaci` (price curves).

use crate::fixed::{add, mul_div, mul_div_rem, sub, Growth, MathError, Price, Ratio, Rounding};
use crate::time::Period;
use crate::valuation::Quote;

/// How the asked price falls with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub enum Curve {
    /// In a straight line from the top to zero.
    Linear {
        /// How long the price takes to reach zero.
        length: Period,
    },
    /// Down to the share `cut` of itself at once, after every `step`. With a step of one second it is the
    /// exponential curve.
    Stairs {
        /// What is left of the price after a step, below one.
        cut: Ratio,
        /// How long the price stays.
        step: Period,
    },
}

impl Curve {
    /// The curve that a `cut` and a `step` describe; without a cut it is the straight line that ends after
    /// `tail`.
    pub fn new(tail: Period, cut: Ratio, step: Period) -> Self {
        match cut {
            Ratio::ZERO => Self::Linear { length: tail },
            cut => Self::Stairs { cut, step },
        }
    }

    /// The asked price after `elapsed`: `top × (length − elapsed) ÷ length`, or
    /// `top × cut^⌊elapsed ÷ step⌋` with the power in 27 decimals.
    pub fn price(
        &self,
        top: Price,
        elapsed: Period,
        rounding: Rounding,
    ) -> Result<Price, MathError> {
        let price = match *self {
            Self::Linear { length } => {
                let left = length.0.saturating_sub(elapsed.0);
                mul_div(top.0, left.into(), length.0.into(), rounding)
            }
            Self::Stairs { cut, step } => {
                let steps = elapsed.0.checked_div(step.0);
                power(cut, steps.ok_or(MathError::DivisionByZero)?)?.of(top.0, rounding)
            }
        };
        price.map(Price)
    }

    /// Whether an auction must be reset before it sells: it has gone on for longer than `tail`, or asks
    /// less than the share `cusp` of its top.
    pub fn is_stale(
        &self,
        top: Price,
        elapsed: Period,
        tail: Period,
        cusp: Ratio,
    ) -> Result<bool, MathError> {
        let asked = self.price(top, elapsed, Rounding::Up)?;
        Ok(elapsed > tail || asked.0 < cusp.of(top.0, Rounding::Up)?)
    }

    /// The least that is asked of `top` before the auction is stale.
    pub fn lowest(&self, top: Price, tail: Period, cusp: Ratio) -> Result<Price, MathError> {
        let Self::Stairs { step, .. } = *self else {
            let at_tail = self.price(top, tail, Rounding::Up)?;
            return Ok(at_tail.max(Price(cusp.of(top.0, Rounding::Up)?)));
        };
        let after = |steps: u64| Period(step.0.saturating_mul(steps));
        let steps = tail
            .0
            .checked_div(step.0)
            .ok_or(MathError::DivisionByZero)?;
        // The last step at which it sells, between one that does and one that does not.
        let (mut sells, mut stale) = (0, steps.saturating_add(1));
        while stale.saturating_sub(sells) > 1 {
            let middle = sells.saturating_add(stale) >> 1;
            match self.is_stale(top, after(middle), tail, cusp)? {
                true => stale = middle,
                false => sells = middle,
            }
        }
        self.price(top, after(sells), Rounding::Up)
    }
}

/// `base^exponent` in 27 decimals by squaring, every product rounded half up, as Maker's `rpow`.
fn power(base: Ratio, exponent: u64) -> Result<Growth, MathError> {
    let mut base = Growth::from_fraction(base.0, Ratio::ONE.0, Rounding::Down)?;
    let (mut power, mut exponent) = (Growth::ONE, exponent);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = nearest(power, base)?;
        }
        exponent >>= 1;
        if exponent > 0 {
            base = nearest(base, base)?;
        }
    }
    Ok(power)
}

fn nearest(a: Growth, b: Growth) -> Result<Growth, MathError> {
    let (down, rest) = mul_div_rem(a.0, b.0, Growth::ONE.0)?;
    let is_half = rest >= sub(Growth::ONE.0, rest)?;
    add(down, u128::from(is_half)).map(Growth)
}

/// What a keeper earns for starting or resetting an auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incentive {
    /// Base units of cash.
    pub flat: u128,
    /// Of what is due.
    pub share: Ratio,
}

impl Incentive {
    /// `flat + share × due`, rounded down, for a lot that is worth selling; nothing for dust, so that
    /// nobody lives on resetting it.
    pub fn on(
        &self,
        lot: &Lot,
        price: Price,
        quote: &Quote,
        dust: u128,
    ) -> Result<u128, MathError> {
        if lot.due < dust || quote.value(lot.collateral, price, Rounding::Down)? < dust {
            return Ok(0);
        }
        add(self.flat, self.share.of(lot.due, Rounding::Down)?)
    }
}

/// What is for sale and what it should raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Base units of collateral left.
    pub collateral: u128,
    /// Base units of cash still to be raised: debt and penalty.
    pub due: u128,
}

/// A purchase: `collateral` base units for `cost` base units of cash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Purchase {
    /// Base units of collateral the taker receives.
    pub collateral: u128,
    /// Base units of cash the taker pays.
    pub cost: u128,
}

impl Lot {
    /// What a taker who wants up to `wanted` collateral buys at `price`.
    ///
    /// Never more cash than is due, and a partial purchase leaves either nothing or at least `dust` to
    /// be raised: it is cut back so that `dust` remains. `None` when that is impossible, because no more
    /// than `dust` is due and the taker did not want all of it.
    pub fn purchase(
        &self,
        wanted: u128,
        price: Price,
        quote: &Quote,
        dust: u128,
    ) -> Result<Option<Purchase>, MathError> {
        let wanted = wanted.min(self.collateral);
        let cost = quote.value(wanted, price, Rounding::Up)?;
        let raised = if cost >= self.due {
            self.due
        } else if wanted == self.collateral || sub(self.due, cost)? >= dust {
            let collateral = wanted;
            return Ok(Some(Purchase { collateral, cost }));
        } else if self.due <= dust {
            return Ok(None);
        } else {
            sub(self.due, dust)?
        };
        let collateral = quote.amount(raised, price, Rounding::Down)?.min(wanted);
        let cost = raised;
        Ok(Some(Purchase { collateral, cost }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Period = Period::from_secs(3_600);
    const LINE: Curve = Curve::Linear { length: HOUR };
    const E18: u128 = 1_000_000_000_000_000_000;

    /// Both tokens with six decimals: a base unit of collateral at price 5 costs 5 base units of cash.
    fn quote() -> Quote {
        Quote::new(6, 6).unwrap()
    }

    fn price(whole: u128) -> Price {
        Price(whole * E18)
    }

    fn asked(curve: Curve, top: u128, seconds: u64) -> Price {
        let elapsed = Period::from_secs(seconds);
        curve.price(price(top), elapsed, Rounding::Up).unwrap()
    }

    proptest! {
        #[test]
        fn nothing_sells_for_less_than_the_lowest_price(
            cut in 1u32..10_000,
            step in 1u64..500,
            tail in 1u64..2_000,
            cusp in 0u32..10_000,
        ) {
            let (tail, cusp) = (Period::from_secs(tail), Ratio::from_bps(cusp));
            let curve = Curve::new(tail, Ratio::from_bps(cut), Period::from_secs(step));
            let seconds = (0..=2_000).map(Period::from_secs);
            let sells = seconds.filter(|elapsed| !curve.is_stale(price(100), *elapsed, tail, cusp).unwrap());
            let asked = sells.map(|elapsed| curve.price(price(100), elapsed, Rounding::Up).unwrap());
            prop_assert_eq!(asked.min(), curve.lowest(price(100), tail, cusp).ok());
        }
    }

    #[test]
    fn the_linear_price_falls_from_the_top_to_zero() {
        for (seconds, expected) in [(0, 120), (900, 90), (3_600, 0), (9_999, 0)] {
            assert_eq!(asked(LINE, 120, seconds), price(expected));
        }
    }

    #[test]
    fn the_price_goes_down_stairs() {
        let curve = Curve::Stairs {
            cut: Ratio::from_bps(9_000),
            step: Period::from_secs(60),
        };
        // 100, 90 and 81; nearly nothing after a day of 1 440 steps.
        for (seconds, expected) in [(0, 100), (59, 100), (60, 90), (119, 90), (120, 81)] {
            assert_eq!(asked(curve, 100, seconds), price(expected));
        }
        assert_eq!(asked(curve, 100, 86_400), Price(0));
    }

    #[test]
    fn stairs_of_a_second_halve_the_price_in_a_half_life() {
        let curve = Curve::Stairs {
            cut: Ratio(999_230_132_966_000_000), // ½^(1 ÷ 900)
            step: Period::from_secs(1),
        };
        for (seconds, expected) in [(0, 4_000), (900, 2_000), (1_800, 1_000), (3_600, 250)] {
            let distance = asked(curve, 4_000, seconds).0.abs_diff(price(expected).0);
            assert!(distance < E18 / 1_000_000, "{distance}");
        }
    }

    #[test]
    fn sixty_steps_down_are_exact_to_the_27th_decimal() {
        let curve = Curve::Stairs {
            cut: Ratio::from_bps(9_900),
            step: Period::from_secs(1),
        };
        let top = Price(5 * Growth::ONE.0);
        let asked = curve.price(top, Period::from_secs(60), Rounding::Down);
        // Maker's clip: 5 × 0.99^60.
        assert_eq!(asked, Ok(Price(2_735_783_211_953_807_380_973_706_855)));
    }

    #[test]
    fn a_curve_without_a_cut_is_a_line_and_one_without_a_step_is_none() {
        assert_eq!(Curve::new(HOUR, Ratio::ZERO, Period(7)), LINE);
        let stairs = Curve::new(HOUR, Ratio::from_bps(1), Period(0));
        let refused = stairs.price(price(1), HOUR, Rounding::Up);
        assert_eq!(refused, Err(MathError::DivisionByZero));
    }

    #[test]
    fn a_reset_is_due_below_the_cusp_or_after_the_tail() {
        let cusp = Ratio::from_bps(4_000);
        let stale = |secs, tail, cusp| {
            LINE.is_stale(price(100), Period::from_secs(secs), tail, cusp)
                .unwrap()
        };
        assert!(!stale(2_160, HOUR, cusp)); // exactly 40
        assert!(stale(2_161, HOUR, cusp));
        assert!(stale(3_600, HOUR, cusp));
        let tail = Period::from_secs(600);
        assert!(!stale(600, tail, cusp));
        assert!(stale(601, tail, cusp));
        assert!(!stale(600, tail, Ratio::ZERO));
    }

    #[test]
    fn dust_earns_nothing() {
        let keeper = Incentive {
            flat: 100,
            share: Ratio::from_bps(200),
        };
        let on = |collateral, due| {
            let lot = Lot { collateral, due };
            keeper.on(&lot, price(4), &quote(), 24).unwrap()
        };
        assert_eq!(on(40, 110), 102); // 100 + ⌊2.2⌋
        assert_eq!(on(6, 24), 100); // worth 24
        assert_eq!(on(40, 23), 0);
        assert_eq!(on(5, 110), 0); // worth 20
    }

    #[test]
    fn nobody_pays_more_than_is_due() {
        let lot = Lot {
            collateral: 40,
            due: 110,
        };
        let bought = lot.purchase(30, price(5), &quote(), 20).unwrap();
        assert_eq!(
            bought,
            Some(Purchase {
                collateral: 22,
                cost: 110
            })
        );
    }

    #[test]
    fn nobody_gets_more_than_he_wants_however_little_it_costs() {
        let lot = Lot {
            collateral: 100,
            due: 5,
        };
        // ⌈42 × 0.1⌉ is all that is due, and would buy 50.
        let bought = lot.purchase(42, Price(E18 / 10), &quote(), 0).unwrap();
        assert_eq!(
            bought,
            Some(Purchase {
                collateral: 42,
                cost: 5
            })
        );
    }

    #[test]
    fn a_partial_purchase_leaves_at_least_dust() {
        let lot = Lot {
            collateral: 40,
            due: 110,
        };
        // 20 × 5 = 100 would leave 10 < 20: cut back to 90, which buys 18.
        let bought = lot.purchase(20, price(5), &quote(), 20).unwrap();
        assert_eq!(
            bought,
            Some(Purchase {
                collateral: 18,
                cost: 90
            })
        );
    }

    #[test]
    fn a_purchase_that_leaves_just_dust_is_not_cut_back() {
        let lot = Lot {
            collateral: 100,
            due: 21,
        };
        // ⌈2 × 0.3⌉ = 1 leaves 20; for 1 there would be ⌊1 ÷ 0.3⌋ = 3.
        let bought = lot.purchase(2, Price(3 * E18 / 10), &quote(), 20).unwrap();
        assert_eq!(
            bought,
            Some(Purchase {
                collateral: 2,
                cost: 1
            })
        );
    }

    #[test]
    fn the_whole_lot_may_always_be_taken_whatever_remains_due() {
        let lot = Lot {
            collateral: 20,
            due: 110,
        };
        let bought = lot.purchase(20, price(5), &quote(), 20).unwrap();
        assert_eq!(
            bought,
            Some(Purchase {
                collateral: 20,
                cost: 100
            })
        );
    }

    #[test]
    fn no_partial_purchase_of_what_is_already_dust() {
        let lot = Lot {
            collateral: 40,
            due: 20,
        };
        assert_eq!(lot.purchase(1, price(5), &quote(), 20), Ok(None));
        let all = lot.purchase(4, price(5), &quote(), 20).unwrap();
        assert_eq!(
            all,
            Some(Purchase {
                collateral: 4,
                cost: 20
            })
        );
    }

    proptest! {
        #[test]
        fn a_purchase_is_never_below_the_price_and_never_beyond_the_lot(
            collateral in 1u128..1_000_000_000, due in 1u128..1_000_000_000,
            wanted in 1u128..2_000_000_000, asked in 1u128..100 * E18, dust in 0u128..1_000_000,
        ) {
            let lot = Lot { collateral, due };
            if let Some(bought) = lot.purchase(wanted, Price(asked), &quote(), dust).unwrap() {
                prop_assert!(bought.collateral <= collateral.min(wanted));
                prop_assert!(bought.cost <= due);
                prop_assert!(bought.cost >= quote().value(bought.collateral, Price(asked), Rounding::Down).unwrap());
                let left = due - bought.cost;
                prop_assert!(left == 0 || left >= dust || bought.collateral == collateral);
            }
        }
    }
}
