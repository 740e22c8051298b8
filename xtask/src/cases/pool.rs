//! One class and one order book, driven the way the pool drives them.

use finance::class::Class;
use finance::fills::{fill, Fill};
use finance::fixed::{add, sub};
use finance::orders::{Archive, Mark, OrderBook, Point, Stake};
use finance::{fees, MathError, Price, Rounding};
use std::{collections::BTreeMap, slice};

/// A class without a claim, worth `value` to those who enter and to those who leave.
pub fn class(value: u128, supply: u128) -> Class {
    Class {
        value,
        entry: value,
        exit: value,
        supply,
        cap: u128::MAX,
        ..Class::default()
    }
}

/// A deposit into a pool of this class alone.
pub fn deposit(class: &mut Class, cash: u128) -> Result<Fill, MathError> {
    class.deposits = cash;
    let fills = fill(slice::from_mut(class), 0, false)?;
    class.deposits = 0;
    Ok(fills.first().copied().unwrap_or_default())
}

/// A redemption from a pool of this class alone, all of it cash.
pub fn redeem(class: &mut Class, tokens: u128) -> Result<Fill, MathError> {
    class.redemptions = tokens;
    let cash = class.exit;
    let fills = fill(slice::from_mut(class), cash, false)?;
    class.redemptions = 0;
    Ok(fills.first().copied().unwrap_or_default())
}

/// The least cash that buys `tokens`; `None` if none does.
pub fn cost_of(class: &Class, tokens: u128) -> Result<Option<u128>, MathError> {
    least(|cash| Ok(deposit(&mut class.clone(), cash)?.minted >= tokens))
}

/// The fewest tokens that pay `cash`; `None` if no number does.
pub fn tokens_for(class: &Class, cash: u128) -> Result<Option<u128>, MathError> {
    least(|tokens| Ok(redeem(&mut class.clone(), tokens)?.paid >= cash))
}

/// The least number that is enough.
fn least(is_enough: impl Fn(u128) -> Result<bool, MathError>) -> Result<Option<u128>, MathError> {
    if is_enough(0)? {
        return Ok(Some(0));
    }
    let (mut short, mut enough) = (0u128, 1u128);
    while !is_enough(enough)? {
        let Some(doubled) = enough.checked_mul(2) else {
            return Ok(None);
        };
        (short, enough) = (enough, doubled);
    }
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        match is_enough(middle)? {
            true => enough = middle,
            false => short = middle,
        }
    }
    Ok(Some(enough))
}

/// The price of a token, rounded down; one where there are none, as settlements publish it.
pub fn price(value: u128, supply: u128) -> Price {
    match supply {
        0 => Price::ONE,
        _ => fees::price(value, supply, Rounding::Down),
    }
}

/// An order book and the ends of its generations.
#[derive(Default)]
pub struct Queue {
    pub book: OrderBook,
    ends: BTreeMap<u32, Point>,
}

/// An order as it was placed.
pub type Placed = Stake;

/// What is left of an order, and what it received.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    pub left: u128,
    pub received: u128,
}

impl Archive for Queue {
    fn end_of(&self, generation: u32) -> Option<Point> {
        self.ends.get(&generation).copied()
    }

    /// No order comes late or expires here.
    fn mark(&self, _: u32) -> Option<Mark> {
        None
    }
}

impl Queue {
    pub fn place(&mut self, amount: u128) -> Result<Placed, MathError> {
        self.book.pending = add(self.book.pending, amount)?;
        Stake::default().grown(amount, &self.book, None)
    }

    /// Takes an order out.
    pub fn cancel(&mut self, order: Placed) -> Result<Standing, MathError> {
        let standing = self.standing(order)?;
        self.book.pending = sub(self.book.pending, standing.left)?;
        Ok(standing)
    }

    pub fn fill(&mut self, filled: u128, output: u128) -> Result<(), MathError> {
        let end = self.book.fill(filled, output, 0)?;
        self.ends.extend(end.map(|end| (end.generation, end)));
        Ok(())
    }

    pub fn standing(&self, order: Placed) -> Result<Standing, MathError> {
        let (order, gains) = order.resolved(&self.book, 0, None, self)?;
        Ok(Standing {
            left: order.pending(),
            received: gains.received.whole,
        })
    }
}
