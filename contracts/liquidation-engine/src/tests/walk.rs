//! A hundred thousand random actions on an engine, with a model beside it that only adds and subtracts.

use super::contract::{engine, set_now};
use super::{account, parameters, seizure, ANY, START};
use crate::auction::{Bid, DutchAuction};
use crate::liquidation_engine::LiquidationEngineContract;
use crate::rewards::Rewards;
use finance::{Period, Price, Ratio, Rounding, Timestamp};
use interfaces::collateral_vault::Seizure;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::parameters::AuctionParameters;
use interfaces::types::{AuctionId, CollateralId, PositionId};
use std::collections::BTreeMap;

const ACTIONS: u32 = 100_000;
const INSURANCE: u8 = 4;
const KEEPERS: u8 = 12;
const TYPES: u32 = 3;

/// A generator of pseudo-random numbers: xorshift (Marsaglia, 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn upto(&mut self, most: u128) -> u128 {
        u128::from(self.roll(u64::try_from(most).unwrap()))
    }
}

/// What is known of a lot from its opening on.
struct Lot {
    kind: u32,
    collateral: u128,
    debt: u128,
    penalty: u128,
    /// Penalty at the opening, and what keepers were promised out of it in all.
    opened: u128,
    promised: u128,
}

struct Walk {
    engine: LiquidationEngineContract,
    dice: Dice,
    now: Timestamp,
    price: u128,
    lots: BTreeMap<u32, Lot>,
    next: u32,
    /// Penalty raised in all.
    raised: u128,
    /// How often each action had an effect.
    done: BTreeMap<&'static str, u32>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        Self {
            engine: engine(0),
            dice: Dice(seed),
            now: START,
            price: 400,
            lots: BTreeMap::new(),
            next: 0,
            raised: 0,
            done: BTreeMap::new(),
        }
    }

    fn terms(&mut self) -> AuctionParameters {
        let stairs = self.dice.roll(2) == 1;
        AuctionParameters {
            cut: Ratio::from_bps(if stairs { 9_700 } else { 0 }),
            ..parameters()
        }
    }

    fn keeper(&mut self) -> u8 {
        100 + u8::try_from(self.dice.roll(KEEPERS.into())).unwrap()
    }

    fn oracle(&self) -> Price {
        super::hundredths(self.price)
    }

    fn any_lot(&mut self) -> Option<u32> {
        let lots: Vec<_> = self.lots.keys().copied().collect();
        let place = self.dice.roll(lots.len().max(1) as u64);
        lots.get(usize::try_from(place).unwrap()).copied()
    }

    fn step(&mut self) {
        let acted = match self.dice.roll(16) {
            0..=2 => self.open().then_some("open"),
            3..=8 => self.take().then_some("take"),
            9..=11 => self.reset().then_some("reset"),
            12 => self.cure().then_some("cure"),
            13 if self.dice.roll(50) == 0 => self.trip().then_some("breaker"),
            _ => {
                self.wait();
                Some("wait")
            }
        };
        if let Some(action) = acted {
            *self.done.entry(action).or_default() += 1;
        }
    }

    fn wait(&mut self) {
        let seconds = self.dice.roll(900);
        self.now = self.now.plus(Period::from_secs(seconds));
        set_now(self.now);
        self.price = (self.price + self.dice.upto(21))
            .saturating_sub(10)
            .clamp(20, 2_000);
    }

    fn open(&mut self) -> bool {
        if self.lots.len() >= 8 {
            return false;
        }
        let (debt, collateral) = (100 + self.dice.upto(5_000), 1 + self.dice.upto(2_000));
        let kind = u32::try_from(self.dice.roll(TYPES.into())).unwrap();
        let seizure = Seizure {
            collateral_type: CollateralId(kind),
            collateral,
            debt,
            price: self.oracle(),
            impaired_by: (self.dice.roll(2) == 1).then(|| account(101)),
            ..seizure()
        };
        let terms = self.terms();
        let clock = self.engine.breaker().clock(self.now);
        let opened = DutchAuction::open(PositionId(7), &seizure, &terms, u128::MAX, clock).unwrap();
        let keeper = account(self.keeper());
        let rewards = Rewards::of_opening(&opened, &seizure, &terms, keeper).unwrap();
        let id = AuctionId(self.next);
        self.engine.add(id, &opened, &rewards).unwrap();
        let penalty = terms.penalty.of(debt, Rounding::Up).unwrap();
        let promised = rewards.0.iter().map(|reward| reward.amount).sum();
        let lot = Lot {
            kind,
            collateral,
            debt,
            penalty,
            opened: penalty,
            promised,
        };
        self.lots.insert(self.next, lot);
        self.next += 1;
        true
    }

    fn take(&mut self) -> bool {
        let Some(id) = self.any_lot() else {
            return false;
        };
        let bid = Bid {
            wanted: self.dice.upto(2_500),
            max_price: ANY,
            deadline: self.now,
        };
        let asked = self.engine.auction(AuctionId(id)).unwrap().asked;
        let Ok(sold) = self.engine.bid(AuctionId(id), &bid) else {
            return false;
        };
        let cost = sold.debt + sold.penalty;
        let quote = seizure().quote;
        assert!(sold.collateral <= bid.wanted.max(1));
        assert!(cost >= quote.value(sold.collateral, asked, Rounding::Down).unwrap());
        self.settled(id, sold.collateral, cost);
        true
    }

    fn cure(&mut self) -> bool {
        let Some(id) = self.any_lot() else {
            return false;
        };
        let running = self.engine.running(AuctionId(id)).unwrap();
        let Ok(sold) = running.cure(self.now) else {
            return false;
        };
        self.engine.settle(AuctionId(id), &sold).unwrap();
        let Lot { debt, penalty, .. } = self.lots[&id];
        self.settled(id, 0, debt + penalty);
        assert!(!self.lots.contains_key(&id));
        true
    }

    /// Debt first, then penalty; the end when all is raised or all is sold.
    fn settled(&mut self, id: u32, collateral: u128, cost: u128) {
        let lot = self.lots.get_mut(&id).unwrap();
        let debt = cost.min(lot.debt);
        lot.collateral -= collateral;
        lot.debt -= debt;
        lot.penalty -= cost - debt;
        self.raised += cost - debt;
        let due = lot.debt + lot.penalty;
        if due == 0 || lot.collateral == 0 {
            self.lots.remove(&id);
        }
    }

    fn reset(&mut self) -> bool {
        let Some(id) = self.any_lot() else {
            return false;
        };
        let stale = self.engine.auction(AuctionId(id)).unwrap().stale;
        if !stale {
            return false;
        }
        let running = self.engine.running(AuctionId(id)).unwrap();
        let (keeper, price, terms) = (account(self.keeper()), self.oracle(), self.terms());
        let restarted = self
            .engine
            .restart(AuctionId(id), running, keeper, price, &terms);
        self.lots.get_mut(&id).unwrap().promised += restarted.unwrap().1;
        assert!(!self.engine.auction(AuctionId(id)).unwrap().stale);
        true
    }

    fn trip(&mut self) -> bool {
        let level = u8::try_from(self.dice.roll(4)).unwrap();
        let period = Period::from_secs(self.dice.roll(40_000));
        if self.dice.roll(2) == 0 {
            let breaker = self.engine.breaker();
            self.engine.put_breaker(breaker.armed(self.now));
        }
        self.engine.trip(level, period).is_ok()
    }

    fn check(&self) {
        let due = |lot: &Lot| lot.debt + lot.penalty;
        let in_all: u128 = self.lots.values().map(due).sum();
        for kind in 0..TYPES {
            let of_type = self.lots.values().filter(|lot| lot.kind == kind);
            let expected = (of_type.map(due).sum(), in_all);
            assert_eq!(self.engine.in_auction(CollateralId(kind)), expected);
        }
        for (id, lot) in &self.lots {
            let view = self.engine.auction(AuctionId(*id)).unwrap();
            let auction = view.auction;
            let parts = (auction.collateral, auction.debt, auction.penalty);
            assert_eq!(parts, (lot.collateral, lot.debt, lot.penalty));
            let open: u128 = view.rewards.iter().map(|reward| reward.amount).sum();
            assert!(open <= lot.penalty, "more is promised than is left");
            assert!(
                lot.promised <= lot.opened,
                "keepers earn more than the penalty"
            );
        }
        let people = (100..100 + KEEPERS).chain([INSURANCE]);
        let owed: u128 = people.map(|who| self.engine.owed(account(who))).sum();
        assert_eq!(owed, self.raised, "the engine owes what it was paid");
    }
}

#[ink::test]
fn whatever_happens_the_engine_owes_what_it_was_paid_and_no_keeper_more_than_the_penalty() {
    let mut walk = Walk::new(0x5eed_cafe);
    for _ in 0..ACTIONS {
        walk.step();
        // Every figure after every action; a page of lots is eight at most.
        walk.check();
    }
    for action in ["open", "take", "reset", "cure", "breaker", "wait"] {
        let times = walk.done.get(action).copied().unwrap_or_default();
        assert!(times >= 50, "{action}: {times} times");
    }
}
