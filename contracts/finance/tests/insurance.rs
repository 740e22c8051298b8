//! The insurance fund against a model in exact fractions, over ten thousand random histories.

use std::collections::BTreeMap;

use finance::insurance::{least_stake, Fund, Loss, Rules, Stake, HIGHEST_TARGET};
use finance::{Period, Timestamp};
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use proptest::prelude::*;

const RULES: Rules = Rules {
    target: 1_000_000_000_000,
    minimum_stake: 1,
    event_limit: 600_000_000_000,
    period_limit: 800_000_000_000,
    period: Period::from_secs(1_000),
    cool_down: Period::from_secs(100),
    window: Period::from_secs(100),
};
/// Those of a history.
const COARSE: Rules = Rules {
    minimum_stake: 1_000_000,
    ..RULES
};
/// A token of 18 decimals.
const ONE: u128 = 1_000_000_000_000_000_000;
const BACKERS: usize = 4;

#[derive(Clone, Debug)]
enum Event {
    Wait(u64),
    Deposit {
        backer: usize,
        amount: u128,
    },
    Leave {
        backer: usize,
        share: u128,
        exposure: u128,
    },
    Earn(u128),
    Lose {
        share: u128,
    },
    Overflow,
}

fn event() -> impl Strategy<Value = Event> {
    let amount = prop_oneof![
        3 => 1..1_000_000_000_u128,
        1 => 1..20_u128,
        1 => 100_000_000_000..400_000_000_000_u128,
    ];
    // Thousandths; often everything, and often nearly everything.
    let share = prop_oneof![3 => 0..1_000_u128, 1 => Just(1_000), 1 => 995..1_000_u128];
    prop_oneof![
        1 => (0..2_000_u64).prop_map(Event::Wait),
        4 => (0..BACKERS, amount.clone())
            .prop_map(|(backer, amount)| Event::Deposit { backer, amount }),
        2 => (0..BACKERS, share.clone(), prop_oneof![2 => Just(0), 1 => amount.clone()])
            .prop_map(|(backer, share, exposure)| Event::Leave { backer, share, exposure }),
        3 => amount.prop_map(Event::Earn),
        4 => share.prop_map(|share| Event::Lose { share }),
        1 => Just(Event::Overflow),
    ]
}

/// The fund, with what a contract would store beside it.
#[derive(Default)]
struct World {
    fund: Fund,
    ends: BTreeMap<u32, u128>,
    stakes: [Stake; BACKERS],
    income: [u128; BACKERS],
    /// How often a stake was changed.
    movements: u32,
    /// How much a base unit in a stake for each of these times earned.
    blur: f64,
    now: Timestamp,
    brought: u128,
    taken: u128,
}

/// What every backer has, to the last fraction: each loss and each income is divided among all of them.
struct Model {
    stakes: Vec<BigRational>,
    income: Vec<BigRational>,
}

fn exactly(amount: u128) -> BigRational {
    BigRational::from_integer(amount.into())
}

fn number(amount: &BigRational) -> f64 {
    amount.to_f64().unwrap()
}

impl Model {
    fn new() -> Self {
        Self {
            stakes: vec![BigRational::zero(); BACKERS],
            income: vec![BigRational::zero(); BACKERS],
        }
    }

    fn total(&self) -> BigRational {
        self.stakes.iter().sum()
    }

    fn earns(&mut self, amount: u128) {
        let total = self.total();
        for (stake, income) in self.stakes.iter().zip(&mut self.income) {
            *income += stake * exactly(amount) / &total;
        }
    }

    /// A generation ended that left `most` or less, fractions of base units apart.
    fn end_generation(&mut self, most: u128) {
        assert!(number(&self.total()) <= (most + BACKERS as u128) as f64);
        self.stakes = vec![BigRational::zero(); BACKERS];
    }

    fn loses(&mut self, amount: u128, capital: u128) {
        for stake in &mut self.stakes {
            *stake *= exactly(capital - amount) / exactly(capital);
        }
    }
}

impl World {
    fn count(&mut self, backer: usize) {
        let stake = &mut self.stakes[backer];
        let ended = self.ends.get(&stake.generation).copied();
        self.income[backer] += self.fund.count(stake, ended).unwrap();
    }

    fn worth(&self, backer: usize) -> u128 {
        self.fund.worth(&self.stakes[backer]).unwrap()
    }

    fn has(&mut self, backer: usize) -> (u128, u128) {
        self.count(backer);
        (self.worth(backer), self.income[backer])
    }

    /// Does something that may end a generation.
    fn changes<T>(&mut self, change: impl FnOnce(&mut Fund) -> T) -> T {
        let generation = self.fund.generation;
        let changed = change(&mut self.fund);
        if self.fund.generation != generation {
            self.ends.insert(generation, self.fund.index);
        }
        changed
    }

    fn does(&mut self, event: &Event, model: &mut Model) {
        match *event {
            Event::Wait(seconds) => self.now = self.now.plus(Period::from_secs(seconds)),
            Event::Deposit { backer, amount } => {
                let amount = amount.min(self.fund.room(&COARSE).unwrap());
                self.count(backer);
                let (mut stake, before) = (self.stakes[backer], self.fund);
                if self
                    .changes(|fund| fund.join(&COARSE, &mut stake, amount))
                    .is_err()
                {
                    assert!(self.fund.units >> 60 > self.fund.stakes);
                    return;
                }
                self.stakes[backer] = stake;
                if self.fund.generation != before.generation {
                    model.end_generation(before.stakes.min(COARSE.minimum_stake));
                }
                self.movements += 1;
                self.brought += amount;
                model.stakes[backer] += exactly(amount);
            }
            Event::Leave {
                backer,
                share,
                exposure,
            } => {
                self.count(backer);
                let amount = self.worth(backer) * share / 1_000;
                if amount == 0 {
                    return;
                }
                let mut stake = self.stakes[backer];
                let paid = self.changes(|fund| fund.leave(&mut stake, amount, exposure).unwrap());
                self.stakes[backer] = stake;
                assert!(paid <= amount);
                self.movements += 1;
                self.taken += paid;
                match share {
                    1_000 => model.stakes[backer] = BigRational::zero(),
                    _ => model.stakes[backer] -= exactly(amount),
                }
                if self.fund.units == 0 {
                    model.end_generation(0);
                }
            }
            Event::Earn(amount) => {
                let before = self.fund.income;
                self.fund.earn(&COARSE, amount).unwrap();
                self.brought += amount;
                if self.fund.income > before {
                    let off = f64::from(self.movements + 1) / self.fund.stakes as f64;
                    self.blur += 1.0 + amount as f64 * off + self.fund.units as f64 / 1e27;
                    model.earns(amount);
                }
            }
            Event::Lose { share } => {
                let (reserve, stakes) = (self.fund.reserve, self.fund.stakes);
                let lost = (reserve + stakes) * share / 1_000;
                let now = self.now;
                let promised = self.fund.coverable(&COARSE, lost, now).unwrap();
                let paid = self.changes(|fund| fund.cover(&COARSE, lost, now).unwrap());
                assert_eq!(paid, promised);
                assert!(paid <= lost.min(COARSE.event_limit));
                assert!(self.fund.spent <= COARSE.period_limit);
                self.taken += paid;
                let borne = paid - paid.min(reserve);
                if borne > 0 {
                    model.loses(borne, stakes);
                }
                if self.fund.units == 0 {
                    model.end_generation(0);
                }
            }
            Event::Overflow => {
                let amount = self.fund.overflow(&COARSE).unwrap();
                assert!(amount == 0 || self.fund.capital().unwrap() >= COARSE.target);
                self.taken += amount;
            }
        }
        assert_eq!(self.fund.total().unwrap(), self.brought - self.taken);
    }

    /// Everyone has what the model says, but for rounding: stakes are off by a base unit for each movement at most, and income as if
    /// they were.
    fn compare(&mut self, model: &Model) -> Result<(), TestCaseError> {
        let (mut staked, mut earned) = (0, 0);
        for backer in 0..BACKERS {
            let (stake, income) = self.has(backer);
            let off = |has, due: &BigRational| number(&(exactly(has) - due));
            let short = off(stake, &model.stakes[backer]);
            let bound = 1.001 + self.movements as f64;
            prop_assert!(short.abs() < bound, "stake of {backer}: {short}");
            let short = off(income, &model.income[backer]);
            prop_assert!(
                short.abs() < 1.001 + self.blur,
                "income of {backer}: {short}"
            );
            staked += stake;
            earned += income;
        }
        prop_assert!(staked <= self.fund.stakes && earned <= self.fund.income);
        prop_assert!(
            self.fund.stakes - staked <= BACKERS as u128,
            "{:?}",
            self.fund
        );
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn backers_share_losses_and_income_as_exact_fractions_do(
        events in prop::collection::vec(event(), 1..40),
    ) {
        let (mut world, mut model) = (World::default(), Model::new());
        for event in &events {
            world.does(event, &mut model);
        }
        world.compare(&model)?;
    }

    #[test]
    fn a_recovery_repays_the_fund_before_anyone_and_no_more_than_it_paid(
        lost in 1..1_000_000_u128,
        paid in 0..1_000_000_u128,
        written_off in 1..1_000_000_u128,
        steps in prop::collection::vec(0..300_000_u128, 1..8),
    ) {
        let (paid, written_off) = (paid.min(lost), written_off.min(lost));
        let loss = Loss { up_to: lost, lost, paid };
        let (mut before, mut kept) = (0, 0);
        for step in steps {
            let recovered = step.min(written_off - before);
            let repaid = loss.repaid(written_off, before, recovered).unwrap();
            prop_assert!(repaid == recovered || before + recovered > kept);
            kept += repaid;
            before += recovered;
            let due = (paid * written_off).div_ceil(lost);
            prop_assert_eq!(kept, before.min(due));
        }
    }
}

fn backed(amounts: [u128; BACKERS]) -> World {
    let mut world = World::default();
    let mut model = Model::new();
    for (backer, amount) in amounts.into_iter().enumerate() {
        world.does(&Event::Deposit { backer, amount }, &mut model);
    }
    world
}

#[test]
fn the_reserve_pays_first() {
    let mut world = World::default();
    world.does(&Event::Earn(100), &mut Model::new());
    assert_eq!(world.fund.reserve, 100);
    world.does(
        &Event::Deposit {
            backer: 0,
            amount: 50,
        },
        &mut Model::new(),
    );
    let paid = world.fund.cover(&RULES, 120, world.now).unwrap();
    assert_eq!((paid, world.fund.reserve, world.fund.stakes), (120, 0, 30));
}

#[test]
fn income_without_backers_and_after_they_lost_all_is_the_reserves() {
    let mut world = backed([10, 0, 0, 0]);
    let mut model = Model::new();
    world.does(&Event::Lose { share: 1_000 }, &mut model);
    world.does(&Event::Earn(7), &mut model);
    assert_eq!((world.fund.reserve, world.fund.income), (7, 0));
    assert_eq!(world.has(0), (0, 0));
}

#[test]
fn a_generation_ends_when_all_is_lost_and_not_before_it_began() {
    let mut fund = Fund {
        reserve: 9,
        ..Fund::default()
    };
    assert_eq!(fund.cover(&RULES, 9, Timestamp::default()), Ok(9));
    assert_eq!((fund.units, fund.generation), (0, 0));
    let mut world = backed([10, 0, 0, 0]);
    world.fund.cover(&RULES, 9, world.now).unwrap();
    assert_eq!((world.fund.units, world.fund.generation), (10 << 20, 0));
    world.fund.cover(&RULES, 1, world.now).unwrap();
    assert_eq!((world.fund.units, world.fund.generation), (0, 1));
}

#[test]
fn no_more_income_is_paid_than_there_is() {
    let mut fund = Fund {
        income: 7,
        ..Fund::default()
    };
    assert_eq!(fund.pay(3), Ok(()));
    assert_eq!(fund.income, 4);
    assert_eq!(fund.pay(5), Err(finance::MathError::Underflow));
}

#[test]
fn income_is_the_backers_from_the_smallest_stake_on() {
    let rules = Rules {
        minimum_stake: 1_000,
        ..RULES
    };
    let mut world = backed([1_001, 0, 0, 0]);
    for (lost, income, reserve) in [(1, 7, 0), (1, 7, 7)] {
        world.fund.cover(&RULES, lost, world.now).unwrap();
        world.fund.earn(&rules, 7).unwrap();
        assert_eq!((world.fund.income, world.fund.reserve), (income, reserve));
    }
}

#[test]
fn who_comes_later_shares_neither_earlier_losses_nor_earlier_income() {
    let mut world = backed([100, 100, 0, 0]);
    world.fund.earn(&RULES, 40).unwrap();
    world.fund.cover(&RULES, 100, world.now).unwrap();
    world.count(2);
    world.fund.join(&RULES, &mut world.stakes[2], 100).unwrap();
    let mut has = |backer| world.has(backer);
    assert_eq!([has(0), has(1), has(2)], [(50, 20), (50, 20), (100, 0)]);
}

#[test]
fn leaving_during_a_visible_loss_costs_what_waiting_for_it_would() {
    let mut leaves = backed([300, 100, 0, 0]);
    let paid = leaves.fund.leave(&mut leaves.stakes[0], 300, 200).unwrap();
    let mut stays = backed([300, 100, 0, 0]);
    stays.fund.cover(&RULES, 200, stays.now).unwrap();
    stays.count(0);
    assert_eq!(paid, stays.worth(0));
    // Who stays is not worse off for it.
    leaves.fund.cover(&RULES, 200, leaves.now).unwrap();
    leaves.count(1);
    stays.count(1);
    assert!(leaves.worth(1) >= stays.worth(1));
}

#[test]
fn limits_hold_per_settlement_and_per_period() {
    let mut world = backed([900_000_000_000, 0, 0, 0]);
    let cover = |world: &mut World| world.fund.cover(&RULES, u128::MAX, world.now).unwrap();
    assert_eq!(cover(&mut world), RULES.event_limit);
    assert_eq!(cover(&mut world), RULES.period_limit - RULES.event_limit);
    assert_eq!(cover(&mut world), 0);
    world.now = world.now.plus(RULES.period);
    assert_eq!(cover(&mut world), 100_000_000_000);
    assert_eq!(world.fund.capital(), Ok(0));
}

#[test]
fn only_the_reserve_overflows() {
    let mut world = backed([10, 0, 0, 0]);
    let rules = Rules {
        target: 15,
        ..RULES
    };
    assert_eq!(world.fund.overflow(&rules), Ok(0));
    world.fund.reserve = 9;
    assert_eq!(world.fund.overflow(&rules), Ok(4));
    let full = Rules { target: 3, ..RULES };
    assert_eq!(world.fund.overflow(&full), Ok(5));
    assert_eq!((world.fund.reserve, world.fund.stakes), (0, 10));
}

#[test]
fn who_joins_after_heavy_losses_keeps_his_stake_through_the_next() {
    let mut world = backed([1_000_001, 0, 0, 0]);
    world.fund.cover(&RULES, 1_000_000, world.now).unwrap();
    world.count(1);
    let stake = 400_000_000_000;
    world
        .fund
        .join(&RULES, &mut world.stakes[1], stake)
        .unwrap();
    world.fund.cover(&RULES, stake / 20, world.now).unwrap();
    assert_eq!(world.worth(1), stake - stake / 20);
    assert_eq!(world.fund.reserve, 0);
}

#[test]
fn the_first_backer_cannot_fill_the_index_of_income_for_others() {
    let least = least_stake(HIGHEST_TARGET);
    assert_eq!((least, least_stake(1)), (90_949_470_177_292, 1));
    // Of a base unit a third of a token of 18 decimals would do.
    for (minimum_stake, amount, reserve) in
        [(least, 125_000 * HIGHEST_TARGET, 0), (1, ONE / 3, ONE / 3)]
    {
        let rules = Rules {
            target: HIGHEST_TARGET,
            minimum_stake,
            ..RULES
        };
        let (mut fund, mut stake) = (Fund::default(), Stake::default());
        fund.join(&rules, &mut stake, minimum_stake).unwrap();
        // He alone gets back what he gives; the rest is what others should earn later.
        for _ in 0..2 {
            fund.earn(&rules, amount).unwrap();
        }
        assert_eq!(fund.reserve, reserve);
    }
}

#[test]
fn nobody_joins_units_that_count_too_little_and_of_a_few_the_rest_is_the_reserves() {
    let staked = 2_000 << 40;
    let all = Rules {
        event_limit: u128::MAX,
        period_limit: u128::MAX,
        ..RULES
    };
    // What is left, the smallest stake, and what the first backer and the reserve have when another joined, if he could.
    for (left, minimum_stake, outcome) in [
        (2_000, 10_000, Some((2_000, 0))),
        (1_999, 2_000, Some((0, 1_999))),
        (1_999, 1_999, None),
    ] {
        let mut world = World::default();
        let World { fund, stakes, .. } = &mut world;
        fund.join(&all, &mut stakes[0], staked).unwrap();
        fund.cover(&all, staked - left, Timestamp::default())
            .unwrap();
        let rules = Rules {
            minimum_stake,
            ..RULES
        };
        let mut stake = world.stakes[1];
        let joined = world.changes(|fund| fund.join(&rules, &mut stake, 50_000));
        assert_eq!(joined.is_ok(), outcome.is_some());
        if outcome.is_some() {
            world.stakes[1] = stake;
            assert_eq!(Some((world.has(0).0, world.fund.reserve)), outcome);
            assert_eq!(world.has(1).0 + world.has(0).0, world.fund.stakes);
        }
    }
}
