//! An order book hands out what it was given and no more, however orders come, go, expire and fill.

use std::collections::BTreeMap;

use crate::read;
use arbitrary::Arbitrary;
use finance::orders::{Archive, Mark, OrderBook, Point, Stake};
use finance::{mul_div, Rounding};

/// More than the supply of any token, and little enough that no sum of a history overflows.
const MOST: u128 = 1 << 100;

#[derive(Arbitrary)]
enum Step {
    Place {
        amount: u128,
        late: bool,
        lasts: Option<u8>,
    },
    Cancel(u8),
    Claim(u8),
    Fill {
        share: u16,
        output: u128,
    },
    Distribute(u128),
    EndEpoch,
}

#[derive(Clone, Copy, Default)]
struct Order {
    stake: Stake,
    until: Option<u32>,
}

#[derive(Default)]
struct World {
    book: OrderBook,
    epoch: u32,
    ends: BTreeMap<u32, Point>,
    marks: BTreeMap<u32, Mark>,
    expiring: BTreeMap<u32, Stake>,
    orders: Vec<Order>,
    given: u128,
    filled: u128,
    /// Taken back before the settlement, or expired.
    back: u128,
    output: u128,
    received: u128,
    returned: u128,
}

impl Archive for World {
    fn end_of(&self, generation: u32) -> Option<Point> {
        self.ends.get(&generation).copied()
    }

    fn mark(&self, epoch: u32) -> Option<Mark> {
        self.marks.get(&epoch).copied()
    }
}

impl World {
    fn does(&mut self, step: &Step) {
        match *step {
            Step::Place {
                amount,
                late,
                lasts,
            } => self.place(amount % MOST, late, lasts),
            Step::Cancel(order) => self.cancel(order),
            Step::Claim(order) => {
                self.claim(order);
            }
            Step::Fill { share, output } => self.fill(share, output % MOST),
            Step::Distribute(output) if self.book.pending > 0 => {
                self.book.distribute(output % MOST).expect("a part each");
                self.output += output % MOST;
            }
            Step::Distribute(_) => {}
            Step::EndEpoch => self.end_epoch(),
        }
    }

    fn place(&mut self, amount: u128, late: bool, lasts: Option<u8>) {
        match late {
            true => self.book.joining += amount,
            false => self.book.pending += amount,
        }
        let late = late.then_some(self.epoch);
        // What comes late takes part in the next epoch at least.
        let until = lasts.map(|epochs| self.epoch + 1 + u32::from(epochs % 32));
        if let Some(until) = until {
            self.book.expires(until);
            let together = self.expiring(until).grown(amount, &self.book, late);
            self.expiring
                .insert(until, together.expect("a sum in range"));
        }
        let stake = Stake::default()
            .grown(amount, &self.book, late)
            .expect("an amount in range");
        self.orders.push(Order { stake, until });
        self.given += amount;
    }

    /// All that expires with an epoch.
    fn expiring(&self, until: u32) -> Stake {
        let together = self.expiring.get(&until).copied().unwrap_or_default();
        together
            .resolved(&self.book, self.epoch, None, self)
            .expect("a part of the book")
            .0
    }

    fn claim(&mut self, order: u8) -> Option<usize> {
        let index = usize::from(order).checked_rem(self.orders.len())?;
        let Order { stake, until } = self.orders[index];
        let resolved = stake.resolved(&self.book, self.epoch, until, self);
        let (left, gains) = resolved.expect("a part of the book");
        self.orders[index].stake = left;
        self.received += gains.received.whole;
        self.returned += gains.returned.map_or(0, |(amount, _)| amount);
        Some(index)
    }

    fn cancel(&mut self, order: u8) {
        let Some(index) = self.claim(order) else {
            return;
        };
        let Order { stake, until } = std::mem::take(&mut self.orders[index]);
        if let Some(until) = until.filter(|until| *until >= self.epoch) {
            let rest = self.expiring(until).without(&stake, &self.book);
            self.expiring
                .insert(until, rest.expect("what the others left"));
        }
        let out = stake.pending().min(self.book.pending);
        self.book.pending -= out;
        self.book.joining -= stake.joining();
        self.back += out + stake.joining();
        self.returned += out + stake.joining();
    }

    fn fill(&mut self, share: u16, output: u128) {
        let filled = mul_div(
            self.book.pending,
            share.into(),
            u16::MAX.into(),
            Rounding::Down,
        );
        let filled = filled.expect("a part of what is pending");
        if filled == 0 {
            return;
        }
        if let Some(end) = self
            .book
            .fill(filled, output, 0)
            .expect("what is pending fills")
        {
            self.ends.insert(end.generation, end);
        }
        self.filled += filled;
        self.output += output;
    }

    fn end_epoch(&mut self) {
        let expiring = self.expiring.remove(&self.epoch);
        let mut book = self.book;
        let end = book
            .end_epoch(self.epoch, expiring, 0, 0, &*self)
            .expect("an end");
        self.book = book;
        if let Some(mark) = end.mark {
            self.marks.insert(self.epoch, mark);
        }
        self.back += end.expired;
        self.epoch += 1;
    }

    fn ensure_sound(&mut self) {
        let waiting = self.book.pending + self.book.joining;
        assert_eq!(self.given, self.back + self.filled + waiting);
        (0..self.orders.len()).for_each(|order| {
            self.claim(u8::try_from(order).expect("few orders"));
        });
        let left = self
            .orders
            .iter()
            .map(|order| order.stake.pending() + order.stake.joining());
        assert!(left.sum::<u128>() <= waiting);
        assert!(self.received <= self.output && self.returned <= self.back);
    }
}

pub fn check(bytes: &[u8]) {
    let Some(steps) = read::<Vec<Step>>(bytes) else {
        return;
    };
    let mut world = World::default();
    for step in steps.iter().take(64) {
        world.does(step);
    }
    world.ensure_sound();
}
