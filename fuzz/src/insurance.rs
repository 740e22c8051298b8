//! The insurance fund pays out what was paid in and no more, whoever joins, leaves, earns and loses in whatever order.

use std::collections::BTreeMap;

use crate::read;
use arbitrary::Arbitrary;
use finance::insurance::{Fund, Rules, Stake, HIGHEST_TARGET};
use finance::{Period, Timestamp};

const BACKERS: usize = 4;

#[derive(Arbitrary)]
struct Terms {
    target: u128,
    minimum_stake: u128,
    event_limit: u128,
    period_limit: u128,
    period: u64,
}

#[derive(Arbitrary)]
enum Step {
    Wait(u32),
    Join {
        backer: u8,
        amount: u128,
    },
    Leave {
        backer: u8,
        amount: u128,
        exposure: u128,
    },
    Earn(u128),
    Claim(u8),
    Cover(u128),
    Overflow,
}

#[derive(Default)]
struct World {
    fund: Fund,
    ends: BTreeMap<u32, u128>,
    stakes: [Stake; BACKERS],
    now: Timestamp,
    /// Paid in less paid out.
    held: u128,
}

impl World {
    /// Brings a backer's stake to now; what it earned is paid out.
    fn count(&mut self, backer: usize) {
        let stake = &mut self.stakes[backer];
        let ended = self.ends.get(&stake.generation).copied();
        let earned = self.fund.count(stake, ended).expect("income of the past");
        self.fund.pay(earned).expect("no more than was earned");
        self.held -= earned;
    }

    fn changes<T>(&mut self, change: impl FnOnce(&mut Fund) -> T) -> T {
        let generation = self.fund.generation;
        let changed = change(&mut self.fund);
        if self.fund.generation != generation {
            self.ends.insert(generation, self.fund.index);
        }
        changed
    }

    fn does(&mut self, rules: &Rules, step: &Step) {
        match *step {
            Step::Wait(seconds) => self.now = self.now.plus(Period::from_secs(seconds.into())),
            Step::Join { backer, amount } => {
                self.join(rules, usize::from(backer) % BACKERS, amount)
            }
            Step::Leave {
                backer,
                amount,
                exposure,
            } => {
                self.leave(usize::from(backer) % BACKERS, amount, exposure);
            }
            Step::Earn(amount) => {
                let amount = amount % HIGHEST_TARGET;
                self.fund.earn(rules, amount).expect("an amount in range");
                self.held += amount;
            }
            Step::Claim(backer) => self.count(usize::from(backer) % BACKERS),
            Step::Cover(lost) => {
                let before = self.fund.capital().expect("a capital in range");
                let now = self.now;
                let paid = self
                    .changes(|fund| fund.cover(rules, lost, now))
                    .expect("a cover");
                assert!(paid <= lost.min(rules.event_limit).min(before));
                assert!(self.fund.spent <= rules.period_limit);
                self.held -= paid;
            }
            Step::Overflow => {
                self.held -= self.fund.overflow(rules).expect("a part of the reserve")
            }
        }
    }

    fn join(&mut self, rules: &Rules, backer: usize, amount: u128) {
        self.count(backer);
        let amount = amount.min(self.fund.room(rules).expect("a capital in range"));
        if amount < rules.minimum_stake {
            return;
        }
        let (mut fund, mut grown) = (self.fund, self.stakes[backer]);
        // Refused, it changes nothing: a contract's error undoes what came before it.
        if fund.join(rules, &mut grown, amount).is_err() {
            return;
        }
        self.changes(|before| *before = fund);
        self.stakes[backer] = grown;
        self.held += amount;
    }

    fn leave(&mut self, backer: usize, amount: u128, exposure: u128) {
        self.count(backer);
        let mut stake = self.stakes[backer];
        let amount = amount.min(self.fund.worth(&stake).expect("a part of the stakes"));
        if amount == 0 {
            return;
        }
        let left = self.changes(|fund| fund.leave(&mut stake, amount, exposure));
        let paid = left.expect("a part of the stake");
        assert!(paid <= amount);
        self.stakes[backer] = stake;
        self.held -= paid;
    }

    fn ensure_sound(&mut self) {
        assert_eq!(self.fund.total(), Ok(self.held));
        (0..BACKERS).for_each(|backer| self.count(backer));
        let worth = self
            .stakes
            .iter()
            .map(|stake| self.fund.worth(stake).expect("a worth"));
        assert!(worth.sum::<u128>() <= self.fund.stakes);
    }
}

pub fn check(bytes: &[u8]) {
    let Some((terms, steps)) = read::<(Terms, Vec<Step>)>(bytes) else {
        return;
    };
    let rules = Rules {
        target: terms.target % HIGHEST_TARGET,
        minimum_stake: (terms.minimum_stake % HIGHEST_TARGET).max(1),
        event_limit: terms.event_limit,
        period_limit: terms.period_limit,
        period: Period(terms.period),
        cool_down: Period::default(),
        window: Period::default(),
    };
    let mut world = World::default();
    for step in steps.iter().take(64) {
        world.does(&rules, step);
    }
    world.ensure_sound();
}
