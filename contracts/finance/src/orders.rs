//! Order books whose orders are resolved in O(1), however often they were partly filled.
//!
//! A book holds one number, the product of the unfilled shares of all fills so far, and the sum of what
//! each fill paid per unit that had been in the book from the start (the product-sum of Liquity's
//! stability pool). An order remembers both as they stood when it was placed; what is left of it and
//! what it received follow by division. A full fill, or one that leaves so little that the product would
//! lose its digits, closes the *generation*: its last product and sum are stored once, and the next
//! generation starts at one.

use crate::fixed::{add, mul_div, mul_div_rem, sub, MathError, Rounding};

/// The product at which every generation starts.
const ONE: u128 = 1_000_000_000_000_000_000_000_000_000;

/// A generation closes when its product falls below this. Orders of up to 1e24 base units are therefore
/// resolved to within one base unit per fill, always down.
const SMALLEST_PRODUCT: u128 = ONE.div_euclid(1_000);

/// One side of one class: orders in base units of what is given, fills in base units of what is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct OrderBook {
    /// Given and not yet filled, over all orders.
    pub pending: u128,
    /// Counts the generations.
    pub generation: u32,
    /// Unfilled share of an order that was there when the generation began, scaled 1e27.
    product: u128,
    /// Received per unit of such an order.
    sum: Sum,
}

/// Base units received per base unit given: whole ones, and the rest scaled 1e27. No price, however
/// extreme, overflows it and stops a settlement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
struct Sum {
    whole: u128,
    /// Below one.
    fraction: u128,
}

/// An order as it stood when it was placed or last resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Order {
    /// Base units given and not filled at that time.
    pub amount: u128,
    generation: u32,
    product: u128,
    sum: Sum,
}

/// How a generation ended: all that its orders need to be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct ClosedGeneration {
    product: u128,
    sum: Sum,
}

/// Where an order stands today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Base units not yet filled.
    pub remaining: u128,
    /// Base units received by fills since the order was placed or last resolved.
    pub received: u128,
}

impl Default for OrderBook {
    fn default() -> Self {
        Self {
            pending: 0,
            generation: 0,
            product: ONE,
            sum: Sum::default(),
        }
    }
}

impl OrderBook {
    /// An order of `amount` base units, placed now.
    pub fn place(&mut self, amount: u128) -> Result<Order, MathError> {
        self.pending = add(self.pending, amount)?;
        Ok(self.order(amount))
    }

    /// Takes `amount` unfilled base units out of the book.
    pub fn cancel(&mut self, amount: u128) -> Result<(), MathError> {
        self.pending = sub(self.pending, amount)?;
        Ok(())
    }

    /// Fills `filled` of the pending base units and hands out `output` for them, pro rata.
    ///
    /// Returns the generation that ended by it, if one did: the caller stores it under its number for
    /// [`OrderBook::resolve`].
    pub fn fill(
        &mut self,
        filled: u128,
        output: u128,
    ) -> Result<Option<(u32, ClosedGeneration)>, MathError> {
        if filled == 0 {
            return Ok(None);
        }
        let left = sub(self.pending, filled)?;
        self.sum = self.sum.plus(output, self.pending, self.product)?;
        self.product = mul_div(self.product, left, self.pending, Rounding::Down)?;
        self.pending = left;
        if self.product >= SMALLEST_PRODUCT {
            return Ok(None);
        }
        let closed = ClosedGeneration {
            product: self.product,
            sum: self.sum,
        };
        let number = self.generation;
        let generation = number.checked_add(1).ok_or(MathError::Overflow)?;
        *self = Self {
            generation,
            pending: left,
            ..Self::default()
        };
        Ok(Some((number, closed)))
    }

    /// What is left of `order` and what it received; `closed` looks up ended generations.
    ///
    /// Every generation an order lives through shrinks it a thousandfold, so the loop ends after a
    /// dozen steps at most; after a full fill it ends at once.
    pub fn resolve(
        &self,
        order: Order,
        closed: impl Fn(u32) -> Option<ClosedGeneration>,
    ) -> Result<Resolved, MathError> {
        let mut order = order;
        let mut received = 0;
        while order.generation < self.generation && order.amount > 0 {
            let Some(end) = closed(order.generation) else {
                break;
            };
            let step = order.until(end.product, end.sum)?;
            received = add(received, step.received)?;
            let generation = order.generation.checked_add(1).ok_or(MathError::Overflow)?;
            order = Order {
                amount: step.remaining,
                generation,
                product: ONE,
                sum: Sum::default(),
            };
        }
        if order.generation < self.generation {
            return Ok(Resolved {
                remaining: 0,
                received,
            });
        }
        let last = order.until(self.product, self.sum)?;
        Ok(Resolved {
            remaining: last.remaining,
            received: add(received, last.received)?,
        })
    }

    /// An order of `amount` base units already in the book, as seen from now on.
    pub fn order(&self, amount: u128) -> Order {
        Order {
            amount,
            generation: self.generation,
            product: self.product,
            sum: self.sum,
        }
    }
}

impl Order {
    fn until(&self, product: u128, sum: Sum) -> Result<Resolved, MathError> {
        Ok(Resolved {
            remaining: mul_div(self.amount, product, self.product, Rounding::Down)?,
            received: sum.since(self.sum)?.of(self.amount, self.product)?,
        })
    }
}

impl Sum {
    /// This sum and `output ÷ pending × product`.
    fn plus(self, output: u128, pending: u128, product: u128) -> Result<Self, MathError> {
        let (per_unit, rest) = mul_div_rem(output, 1, pending)?;
        let fraction_per_unit = mul_div(rest, ONE, pending, Rounding::Down)?;
        let (whole, part) = mul_div_rem(per_unit, product, ONE)?;
        let more = mul_div(fraction_per_unit, product, ONE, Rounding::Down)?;
        let fraction = add(self.fraction, add(part, more)?)?;
        let (carry, fraction) = mul_div_rem(fraction, 1, ONE)?;
        let whole = add(add(self.whole, whole)?, carry)?;
        Ok(Self { whole, fraction })
    }

    fn since(self, earlier: Self) -> Result<Self, MathError> {
        let (borrowed, fraction) = match self.fraction.checked_sub(earlier.fraction) {
            Some(fraction) => (0, fraction),
            None => (1, sub(add(self.fraction, ONE)?, earlier.fraction)?),
        };
        let whole = sub(sub(self.whole, earlier.whole)?, borrowed)?;
        Ok(Self { whole, fraction })
    }

    /// What an order of `amount` received that was placed at `product`.
    fn of(self, amount: u128, product: u128) -> Result<u128, MathError> {
        let whole = amount.checked_mul(self.whole).ok_or(MathError::Overflow)?;
        let (whole, rest_of_whole) = mul_div_rem(whole, ONE, product)?;
        let (part, rest_of_part) = mul_div_rem(amount, self.fraction, product)?;
        let rests = add(rest_of_whole, rest_of_part)?;
        add(
            add(whole, part)?,
            mul_div(rests, 1, product, Rounding::Down)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    #[derive(Default)]
    struct World {
        book: OrderBook,
        closed: BTreeMap<u32, ClosedGeneration>,
    }

    impl World {
        fn fill(&mut self, filled: u128, output: u128) {
            if let Some((number, end)) = self.book.fill(filled, output).unwrap() {
                self.closed.insert(number, end);
            }
        }

        fn resolve(&self, order: Order) -> Resolved {
            self.book
                .resolve(order, |number| self.closed.get(&number).copied())
                .unwrap()
        }
    }

    #[test]
    fn two_orders_share_a_partial_and_then_a_full_fill() {
        let mut world = World::default();
        let first = world.book.place(300).unwrap();
        let second = world.book.place(100).unwrap();
        world.fill(200, 100); // half of both, at 0.5
        assert_eq!(
            world.resolve(first),
            Resolved {
                remaining: 150,
                received: 75
            }
        );
        let late = world.book.place(200).unwrap();
        world.fill(400, 800); // the rest and the newcomer, at 2
        assert_eq!(
            world.resolve(first),
            Resolved {
                remaining: 0,
                received: 75 + 300
            }
        );
        assert_eq!(
            world.resolve(second),
            Resolved {
                remaining: 0,
                received: 25 + 100
            }
        );
        assert_eq!(
            world.resolve(late),
            Resolved {
                remaining: 0,
                received: 400
            }
        );
        let next = world.book.place(10).unwrap();
        assert_eq!(
            world.resolve(next),
            Resolved {
                remaining: 10,
                received: 0
            }
        );
        assert_eq!(world.resolve(first).received, 375);
    }

    #[test]
    fn a_fill_that_leaves_almost_nothing_opens_a_generation_and_carries_the_rest() {
        let mut world = World::default();
        let order = world.book.place(1_000_000).unwrap();
        world.fill(999_999, 999_999);
        assert_eq!(world.book.generation, 1);
        assert_eq!(
            world.resolve(order),
            Resolved {
                remaining: 1,
                received: 999_999
            }
        );
        world.fill(1, 7);
        assert_eq!(
            world.resolve(order),
            Resolved {
                remaining: 0,
                received: 1_000_006
            }
        );
    }

    #[test]
    fn more_than_is_pending_cannot_fill_or_leave() {
        let mut book = OrderBook::default();
        book.place(5).unwrap();
        assert_eq!(book.fill(6, 6), Err(MathError::Underflow));
        assert_eq!(book.cancel(6), Err(MathError::Underflow));
    }

    #[test]
    fn no_price_is_too_extreme() {
        let mut world = World::default();
        let order = world.book.place(4).unwrap();
        world.fill(2, u128::MAX / 2); // tokens worth half of all the cash that can exist
        let resolved = world.resolve(order);
        assert_eq!(resolved.remaining, 2);
        assert!(u128::MAX / 2 - resolved.received <= 4);
        let order = world.book.place(u128::MAX / 4).unwrap();
        world.fill(u128::MAX / 8, 1); // a token worth next to nothing
        assert_eq!(world.resolve(order).received, 0);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Place(u128),
        Fill { share: u128, price: u128 },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (1..10u128.pow(24)).prop_map(Step::Place),
            (0u128..=1_000, 1u128..5_000).prop_map(|(share, price)| Step::Fill { share, price }),
        ]
    }

    proptest! {
        #[test]
        fn books_equal_a_ledger_that_visits_every_order(steps in prop::collection::vec(step(), 1..60)) {
            let mut world = World::default();
            let mut orders: Vec<(Order, u128, u128)> = Vec::new();
            let mut fills = 0;
            let mut handed_out = 0;
            for step in steps {
                match step {
                    Step::Place(amount) => {
                        orders.push((world.book.place(amount).unwrap(), amount, 0));
                    }
                    Step::Fill { share, price } => {
                        let pending = world.book.pending;
                        let filled = pending / 1_000 * share + (pending % 1_000) * share / 1_000;
                        let output = mul_div(filled, price, 1_000, Rounding::Down).unwrap();
                        if filled == 0 {
                            continue;
                        }
                        world.fill(filled, output);
                        fills += 1;
                        handed_out += output;
                        for (_, remaining, received) in &mut orders {
                            let share = |total| mul_div(*remaining, total, pending, Rounding::Down).unwrap();
                            *received += share(output);
                            *remaining = share(pending - filled);
                        }
                    }
                }
            }
            let resolved: Vec<_> = orders.iter().map(|(order, ..)| world.resolve(*order)).collect();
            let remaining: u128 = resolved.iter().map(|order| order.remaining).sum();
            let received: u128 = resolved.iter().map(|order| order.received).sum();
            prop_assert!(remaining <= world.book.pending && received <= handed_out);
            // At most one base unit per order and fill, in each direction of the account.
            let dust = (orders.len() * (fills + 1) * 6) as u128;
            prop_assert!(world.book.pending - remaining <= dust, "{} of {}", remaining, world.book.pending);
            prop_assert!(handed_out - received <= dust * 5, "{received} of {handed_out}");
            for (order, (_, model_remaining, model_received)) in resolved.iter().zip(&orders) {
                // The ledger, too, loses up to one base unit per fill and order.
                prop_assert!(order.remaining.abs_diff(*model_remaining) <= dust);
                prop_assert!(order.received.abs_diff(*model_received) <= dust * 5);
            }
        }
    }
}
