use super::*;
use crate::MathError;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cell::Cell;
use proptest::prelude::*;

/// A book with what a contract would store beside it.
#[derive(Default)]
struct World {
    book: OrderBook,
    epoch: u32,
    index: u128,
    rise: u128,
    ends: BTreeMap<u32, Point>,
    marks: BTreeMap<u32, Mark>,
    buckets: BTreeMap<u32, Stake>,
    lookups: Cell<u32>,
}

impl Archive for World {
    fn end_of(&self, generation: u32) -> Option<Point> {
        self.lookups.set(self.lookups.get() + 1);
        self.ends.get(&generation).copied()
    }

    fn mark(&self, epoch: u32) -> Option<Mark> {
        self.lookups.set(self.lookups.get() + 1);
        self.marks.get(&epoch).copied()
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Owner {
    stake: Stake,
    until: Option<u32>,
    received: Exact,
    weight: Exact,
    returned: u128,
}

impl World {
    fn resolve(&self, owner: &mut Owner) {
        let (stake, gains) = owner
            .stake
            .resolved(&self.book, self.epoch, owner.until, self)
            .unwrap();
        owner.stake = stake;
        owner.received = owner.received.plus(gains.received).unwrap();
        owner.weight = owner.weight.plus(gains.weight).unwrap();
        owner.returned += gains.returned.map_or(0, |(amount, _)| amount);
    }

    fn bucket(&self, epoch: u32) -> Stake {
        let stake = self.buckets.get(&epoch).copied().unwrap_or_default();
        stake
            .resolved(&self.book, self.epoch, None, self)
            .unwrap()
            .0
    }

    fn place(&mut self, amount: u128, late: bool, until: Option<u32>) -> Owner {
        match late {
            true => self.book.joining += amount,
            false => self.book.pending += amount,
        }
        let late = late.then_some(self.epoch);
        if let Some(until) = until {
            self.book.expires(until);
            let bucket = self.bucket(until).grown(amount, &self.book, late).unwrap();
            self.buckets.insert(until, bucket);
        }
        Owner {
            stake: Stake::default().grown(amount, &self.book, late).unwrap(),
            until,
            ..Owner::default()
        }
    }

    /// Before the cut-off.
    fn cancel(&mut self, owner: &mut Owner) -> u128 {
        self.resolve(owner);
        let stake = core::mem::take(&mut owner.stake);
        if let Some(until) = owner.until.filter(|until| *until >= self.epoch) {
            let bucket = self.bucket(until).without(&stake, &self.book).unwrap();
            self.buckets.insert(until, bucket);
        }
        let out = stake.pending().min(self.book.pending);
        self.book.pending -= out;
        self.book.joining -= stake.joining();
        out + stake.joining()
    }

    fn fill(&mut self, filled: u128, output: u128) {
        if let Some(end) = self.book.fill(filled, output, self.index).unwrap() {
            self.ends.insert(end.generation, end);
        }
    }

    fn end_epoch(&mut self) -> u128 {
        let bucket = self.buckets.remove(&self.epoch);
        let (epoch, index, rise) = (self.epoch, self.index, core::mem::take(&mut self.rise));
        let mut book = self.book;
        let end = book.end_epoch(epoch, bucket, index, rise, &*self).unwrap();
        self.book = book;
        if let Some(mark) = end.mark {
            self.marks.insert(epoch, mark);
        }
        self.epoch += 1;
        end.expired
    }
}

#[test]
fn two_orders_share_a_partial_and_then_a_full_fill() {
    let mut world = World::default();
    let mut first = world.place(300, false, None);
    let mut second = world.place(100, false, None);
    world.fill(200, 100); // half of both, at 0.5
    world.resolve(&mut first);
    assert_eq!((first.stake.pending(), first.received.whole), (150, 75));
    let mut late = world.place(200, false, None);
    world.fill(400, 800); // the rest and the newcomer, at 2
    for owner in [&mut first, &mut second, &mut late] {
        world.resolve(owner);
        assert_eq!(owner.stake, Stake::default());
    }
    assert_eq!(first.received.whole, 75 + 300);
    // Nothing was distributed on tokens that were not issued yet.
    assert_eq!(
        (first.weight, world.book.point.weight),
        (Exact::ZERO, Exact::ZERO)
    );
    assert_eq!(second.received.whole, 25 + 100);
    assert_eq!(late.received.whole, 400);
}

#[test]
fn a_fill_that_leaves_almost_nothing_opens_a_generation_and_carries_the_rest() {
    let mut world = World::default();
    let mut order = world.place(1_000_000, false, None);
    world.fill(999_999, 999_999);
    assert_eq!(world.book.point.generation, 1);
    world.resolve(&mut order);
    assert_eq!((order.stake.pending(), order.received.whole), (1, 999_999));
    world.fill(1, 7);
    world.resolve(&mut order);
    assert_eq!(
        (order.stake.pending(), order.received.whole),
        (0, 1_000_006)
    );
}

#[test]
fn a_book_is_used_while_anything_waits_and_once_anything_was_filled() {
    let mut world = World::default();
    assert!(!world.book.is_used());
    world.place(3, true, None);
    assert!(world.book.is_used());
    world.end_epoch();
    assert!(world.book.is_used());
    world.fill(1, 1);
    world.book.pending = 0;
    assert!(world.book.is_used());
}

#[test]
fn a_book_remembers_the_last_epoch_in_which_an_order_expires() {
    let mut book = OrderBook::default();
    for (epoch, end) in [(4, 5), (2, 5), (u32::MAX, u32::MAX)] {
        book.expires(epoch);
        assert_eq!(book.expiries_end, end);
    }
}

#[test]
fn stakes_are_joined_and_parted_amount_by_amount() {
    let book = OrderBook::default();
    let placed = |amount, late| Stake::default().grown(amount, &book, late).unwrap();
    let both = placed(5, None).grown(7, &book, Some(0)).unwrap();
    assert_eq!((both.pending(), both.joining()), (5, 7));
    assert!(Stake::default().is_empty());
    assert!(!placed(5, None).is_empty() && !placed(7, Some(0)).is_empty());
    let early = both.taking_part();
    assert_eq!((early.pending(), early.joining()), (5, 0));
    let more = early.with(&placed(3, None), &book).unwrap();
    assert_eq!(more.pending(), 8);
    let less = both.without(&placed(2, Some(0)), &book).unwrap();
    assert_eq!((less.pending(), less.joining()), (5, 5));
    assert_eq!(both.without(&both, &book), Ok(Stake::default()));
}

#[test]
fn a_part_of_nothing_is_no_amount() {
    for numerator in [0, 1] {
        let part = Exact::new(7).times(numerator, 0);
        assert_eq!(part, Err(MathError::DivisionByZero));
    }
}

#[test]
fn more_than_is_pending_cannot_fill() {
    let mut book = OrderBook {
        pending: 5,
        ..OrderBook::default()
    };
    assert_eq!(book.fill(6, 6, 0), Err(crate::MathError::Underflow));
}

#[test]
fn no_price_is_too_extreme() {
    let mut world = World::default();
    let mut order = world.place(4, false, None);
    world.fill(2, u128::MAX / 2); // tokens worth half of all the cash that can exist
    world.resolve(&mut order);
    assert_eq!(order.stake.pending(), 2);
    assert!(u128::MAX / 2 - order.received.whole <= 4);
    let mut order = world.place(u128::MAX / 4, false, None);
    world.fill(u128::MAX / 8, 1); // a token worth next to nothing
    world.resolve(&mut order);
    assert_eq!(order.received.whole, 0);
}

#[test]
fn who_comes_after_the_cut_off_takes_part_from_the_next_settlement_on() {
    let mut world = World::default();
    let mut early = world.place(100, false, None);
    let mut late = world.place(100, true, None);
    world.fill(50, 50);
    world.end_epoch();
    world.fill(75, 150); // half of 50 and of 100
    world.end_epoch();
    world.resolve(&mut early);
    world.resolve(&mut late);
    assert_eq!((early.stake.pending(), early.received.whole), (25, 50 + 50));
    assert_eq!((late.stake.pending(), late.received.whole), (50, 100));
}

#[test]
fn an_expired_order_is_given_back_however_late_it_is_asked_for() {
    let mut world = World::default();
    let mut short = world.place(100, false, Some(0));
    let mut long = world.place(300, false, None);
    world.fill(200, 200);
    assert_eq!(world.end_epoch(), 50);
    for _ in 0..1_000 {
        world.place(200, false, Some(world.epoch));
        world.fill(world.book.pending / 2, 100);
        world.end_epoch();
    }
    world.lookups.set(0);
    world.resolve(&mut short);
    assert_eq!((short.returned, short.received.whole), (50, 50));
    assert_eq!(short.stake, Stake::default());
    world.resolve(&mut long);
    assert!(world.lookups.get() <= 12, "{}", world.lookups.get());
}

#[test]
fn a_thousand_orders_filled_by_a_third_keep_two_thirds_each_to_the_fraction() {
    let mut world = World::default();
    let mut owners: Vec<Owner> = (0..1_000).map(|_| world.place(100, false, None)).collect();
    world.fill(33_333, 33_333);
    let mut received = 0;
    for owner in &mut owners {
        // Resolving it time and again loses nothing.
        (0..3).for_each(|_| world.resolve(owner));
        assert_eq!((owner.stake.pending(), owner.received.whole), (66, 33));
        received += owner.received.whole;
    }
    assert!(33_333 - received <= 1_000);
    world.fill(66_667, 66_667);
    let total: u128 = owners
        .iter_mut()
        .map(|owner| {
            world.resolve(owner);
            assert!((99..=100).contains(&owner.received.whole));
            owner.received.whole
        })
        .sum();
    assert!(100_000 - total <= 1_000);
}

#[test]
fn tokens_that_wait_to_be_claimed_or_redeemed_earn_what_holders_earn() {
    // Ten tokens are issued at an index of 2; the class then distributes 0.5 a token.
    let mut deposits = World {
        index: 2 * ONE,
        ..World::default()
    };
    let mut owner = deposits.place(20, false, None);
    deposits.fill(20, 10);
    deposits.resolve(&mut owner);
    let due = Exact::part(owner.received.whole, 5 * ONE / 2).unwrap();
    assert_eq!(due.minus(owner.weight).unwrap().whole, 4); // 5 less a margin
                                                           // Of redemptions, one waits and one came after the cut-off.
    let mut redemptions = World::default();
    let mut early = redemptions.place(10, false, None);
    let mut late = redemptions.place(10, true, None);
    redemptions.book.distribute(5).unwrap();
    redemptions.rise = ONE / 2;
    redemptions.index = ONE / 2;
    redemptions.end_epoch();
    redemptions.resolve(&mut early);
    redemptions.resolve(&mut late);
    assert_eq!((early.received.whole, early.stake.pending()), (5, 10));
    assert_eq!((late.received.whole, late.stake.pending()), (5, 10));
}

#[derive(Clone, Debug)]
enum Step {
    Place {
        amount: u128,
        late: bool,
        expires_in: Option<u32>,
    },
    Cancel(usize),
    Claim(usize),
    Fill {
        share: u128,
        price: u128,
    },
    Distribute(u128),
    EndEpoch,
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop_oneof![1..1_000u128, 1..10u128.pow(15)];
    prop_oneof![
        4 => (amount, any::<bool>(), prop::option::of(1..6u32))
            .prop_map(|(amount, late, expires_in)| Step::Place { amount, late, expires_in }),
        1 => any::<usize>().prop_map(Step::Cancel),
        2 => any::<usize>().prop_map(Step::Claim),
        3 => (0u128..=1_000, 1u128..5_000).prop_map(|(share, price)| Step::Fill { share, price }),
        1 => (0u128..100_000).prop_map(Step::Distribute),
        3 => Just(Step::EndEpoch),
    ]
}

/// An order as a ledger would keep it that visits every order at every fill.
#[derive(Clone, Debug)]
struct Visited {
    left: f64,
    joins: u32,
    until: Option<u32>,
    received: f64,
    returned: f64,
}

proptest! {
    #[test]
    fn books_equal_a_ledger_that_visits_every_order(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::default();
        let mut owners: Vec<(Owner, Visited)> = Vec::new();
        let (mut given, mut taken_back, mut filled_in_all, mut handed_out) = (0, 0, 0, 0);
        for step in steps {
            let epoch = world.epoch;
            match step {
                Step::Place { amount, late, expires_in } => {
                    let until = expires_in.map(|epochs| epoch + epochs);
                    given += amount;
                    let visited = Visited {
                        left: amount as f64,
                        joins: if late { epoch + 1 } else { epoch },
                        until,
                        received: 0.0,
                        returned: 0.0,
                    };
                    owners.push((world.place(amount, late, until), visited));
                }
                Step::Cancel(index) if !owners.is_empty() => {
                    let index = index % owners.len();
                    let (owner, visited) = &mut owners[index];
                    taken_back += world.cancel(owner);
                    visited.left = 0.0;
                }
                Step::Claim(index) if !owners.is_empty() => {
                    let index = index % owners.len();
                    world.resolve(&mut owners[index].0);
                }
                Step::Fill { share, price } => {
                    let pending = world.book.pending;
                    let filled = pending / 1_000 * share + (pending % 1_000) * share / 1_000;
                    let output = filled * price / 1_000;
                    world.fill(filled, output);
                    filled_in_all += filled;
                    handed_out += output;
                    for (_, order) in owners.iter_mut().filter(|(_, order)| order.joins <= epoch && filled > 0) {
                        order.received += order.left * output as f64 / pending as f64;
                        order.left *= (pending - filled) as f64 / pending as f64;
                    }
                }
                Step::Distribute(output) => {
                    let pending = world.book.pending;
                    world.book.distribute(output).unwrap();
                    if pending > 0 {
                        handed_out += output;
                        for (_, order) in owners.iter_mut().filter(|(_, order)| order.joins <= epoch) {
                            order.received += order.left * output as f64 / pending as f64;
                        }
                    }
                }
                Step::EndEpoch => {
                    taken_back += world.end_epoch();
                    for (_, order) in owners.iter_mut().filter(|(_, order)| order.until == Some(epoch)) {
                        order.returned += core::mem::take(&mut order.left);
                    }
                }
                _ => {}
            }
        }
        prop_assert_eq!(given, taken_back + filled_in_all + world.book.pending + world.book.joining);
        let orders = owners.len() as f64;
        let (mut left, mut received, mut returned) = (0, 0, 0);
        for (owner, visited) in &mut owners {
            world.resolve(owner);
            let close = |exact: u128, ledger: f64| {
                (exact as f64 - ledger).abs() <= 2.0 + orders + ledger * 1e-6
            };
            prop_assert!(close(owner.stake.pending() + owner.stake.joining(), visited.left), "{owner:?} {visited:?}");
            prop_assert!(close(owner.received.whole, visited.received), "{owner:?} {visited:?}");
            prop_assert!(close(owner.returned, visited.returned), "{owner:?} {visited:?}");
            left += owner.stake.pending() + owner.stake.joining();
            received += owner.received.whole;
            returned += owner.returned;
        }
        // Nothing is handed out twice, and less than a base unit per order is lost in each account.
        prop_assert!(left <= world.book.pending + world.book.joining);
        prop_assert!(received <= handed_out && returned <= taken_back);
    }
}
