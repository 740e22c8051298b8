//! The Dutch auction of a seized lot.
//!
//! Source of the rules: Maker's `clip` (take, dust and reset) and `abaci` (price curves).

use crate::fixed::{mul_div, sub, MathError, Price, Ratio, Rounding};
use crate::time::Period;
use crate::valuation::Quote;

/// How the asked price falls with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub enum Curve {
    /// In a straight line from the top to zero at the end of `tail`.
    Linear {
        /// How long the price takes to reach zero.
        tail: Period,
    },
}

impl Curve {
    /// The asked price after `elapsed`: `top × (tail − elapsed) ÷ tail`, rounded up.
    pub fn price(&self, top: Price, elapsed: Period) -> Result<Price, MathError> {
        let Self::Linear { tail } = self;
        let left = tail.0.saturating_sub(elapsed.0);
        mul_div(top.0, u128::from(left), u128::from(tail.0), Rounding::Up).map(Price)
    }

    /// Whether the price has run so low, or so long, that the auction must be reset before it sells.
    pub fn is_stale(&self, top: Price, elapsed: Period, cusp: Ratio) -> Result<bool, MathError> {
        let Self::Linear { tail } = self;
        let floor = cusp.of(top.0, Rounding::Up)?;
        Ok(elapsed >= *tail || self.price(top, elapsed)?.0 < floor)
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
        let collateral = wanted.min(self.collateral);
        let cost = quote.value(collateral, price, Rounding::Up)?;
        if cost >= self.due {
            return self.raise(self.due, price, quote).map(Some);
        }
        let leaves_dust = sub(self.due, cost)? < dust;
        if collateral == self.collateral || !leaves_dust {
            return Ok(Some(Purchase { collateral, cost }));
        }
        if self.due <= dust {
            return Ok(None);
        }
        self.raise(sub(self.due, dust)?, price, quote).map(Some)
    }

    fn raise(&self, cost: u128, price: Price, quote: &Quote) -> Result<Purchase, MathError> {
        let collateral = quote
            .amount(cost, price, Rounding::Down)?
            .min(self.collateral);
        Ok(Purchase { collateral, cost })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Curve = Curve::Linear {
        tail: Period::from_secs(3_600),
    };
    const E18: u128 = 1_000_000_000_000_000_000;

    /// Both tokens with six decimals: a base unit of collateral at price 5 costs 5 base units of cash.
    fn quote() -> Quote {
        Quote::new(6, 6).unwrap()
    }

    fn price(whole: u128) -> Price {
        Price(whole * E18)
    }

    #[test]
    fn the_linear_price_falls_from_the_top_to_zero() {
        assert_eq!(HOUR.price(price(120), Period(0)), Ok(price(120)));
        assert_eq!(
            HOUR.price(price(120), Period::from_secs(900)),
            Ok(price(90))
        );
        assert_eq!(
            HOUR.price(price(120), Period::from_secs(3_600)),
            Ok(price(0))
        );
        assert_eq!(
            HOUR.price(price(120), Period::from_secs(9_999)),
            Ok(price(0))
        );
    }

    #[test]
    fn a_reset_is_due_below_the_cusp_or_after_the_tail() {
        let cusp = Ratio::from_bps(4_000);
        let stale = |secs| {
            HOUR.is_stale(price(100), Period::from_secs(secs), cusp)
                .unwrap()
        };
        assert!(!stale(2_160)); // exactly 40
        assert!(stale(2_161));
        assert!(stale(3_600));
        assert!(HOUR
            .is_stale(price(100), Period::from_secs(3_600), Ratio::ZERO)
            .unwrap());
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
                prop_assert!(bought.collateral <= collateral.min(wanted.max(1)));
                prop_assert!(bought.cost <= due);
                prop_assert!(bought.cost >= quote().value(bought.collateral, Price(asked), Rounding::Down).unwrap());
                let left = due - bought.cost;
                prop_assert!(left == 0 || left >= dust || bought.collateral == collateral);
            }
        }
    }
}
