//! The insurance fund against a model in exact fractions, over ten thousand random histories.

use std::collections::BTreeMap;

use finance::insurance::{Fund, Loss, Rules};
use finance::orders::{Archive, Exact, Mark, Point, Stake};
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
    ends: BTreeMap<u32, Point>,
    stakes: [Stake; BACKERS],
    income: [Exact; BACKERS],
    now: Timestamp,
    brought: u128,
    taken: u128,
}

impl Archive for World {
    fn end_of(&self, generation: u32) -> Option<Point> {
        self.ends.get(&generation).copied()
    }

    fn mark(&self, _: u32) -> Option<Mark> {
        None
    }
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

    fn earns(&mut self, amount: u128, pending: u128) {
        // Of what rounding has left behind in the fund nobody has a share: the model divides by what the fund divides by.
        for (stake, income) in self.stakes.iter().zip(&mut self.income) {
            *income += stake * exactly(amount) / exactly(pending);
        }
    }

    fn loses(&mut self, amount: u128, pending: u128) {
        for stake in &mut self.stakes {
            *stake *= exactly(pending - amount) / exactly(pending);
        }
    }
}

impl World {
    fn resolve(&mut self, backer: usize) {
        let (stake, income) = self.fund.resolved(self.stakes[backer], self).unwrap();
        self.stakes[backer] = stake;
        self.income[backer] = self.income[backer].plus(income).unwrap();
    }

    fn does(&mut self, event: &Event, model: &mut Model) {
        match *event {
            Event::Wait(seconds) => self.now = self.now.plus(Period::from_secs(seconds)),
            Event::Deposit { backer, amount } => {
                let amount = amount.min(self.fund.room(&RULES).unwrap());
                self.resolve(backer);
                self.stakes[backer] = self.fund.join(self.stakes[backer], amount).unwrap();
                self.brought += amount;
                model.stakes[backer] += exactly(amount);
            }
            Event::Leave {
                backer,
                share,
                exposure,
            } => {
                self.resolve(backer);
                let amount = self.stakes[backer].pending() * share / 1_000;
                let (stake, paid) = self
                    .fund
                    .leave(self.stakes[backer], amount, exposure)
                    .unwrap();
                assert!(paid <= amount);
                self.stakes[backer] = stake;
                self.taken += paid;
                model.stakes[backer] -= exactly(amount);
            }
            Event::Earn(amount) => {
                let pending = self.fund.stakes.pending;
                self.fund.earn(&RULES, amount).unwrap();
                self.brought += amount;
                if pending > 0 {
                    model.earns(amount, pending);
                }
            }
            Event::Lose { share } => {
                let (reserve, pending) = (self.fund.reserve, self.fund.stakes.pending);
                let lost = (reserve + pending) * share / 1_000;
                let generation = self.fund.stakes.point.generation;
                let promised = self.fund.coverable(&RULES, lost, self.now).unwrap();
                let (paid, ended) = self.fund.cover(&RULES, lost, self.now).unwrap();
                assert_eq!(paid, promised);
                assert!(paid <= lost.min(RULES.event_limit));
                assert!(self.fund.spent <= RULES.period_limit);
                self.ends.extend(ended.map(|end| (generation, end)));
                self.taken += paid;
                let borne = paid - paid.min(reserve);
                if borne > 0 {
                    model.loses(borne, pending);
                }
            }
            Event::Overflow => {
                let amount = self.fund.overflow(&RULES).unwrap();
                assert!(amount == 0 || self.fund.capital().unwrap() >= RULES.target);
                self.taken += amount;
            }
        }
        assert_eq!(self.fund.total().unwrap(), self.brought - self.taken);
    }

    /// Everyone has what the model says, but for what rounding left behind, and that is the fund's.
    fn compare(&mut self, model: &Model) -> Result<(), TestCaseError> {
        let (mut staked, mut earned) = (0, 0);
        for backer in 0..BACKERS {
            self.resolve(backer);
            let stake = exactly(self.stakes[backer].pending());
            let income = exactly(self.income[backer].whole);
            for (what, has, due) in [
                ("stake", &stake, &model.stakes[backer]),
                ("income", &income, &model.income[backer]),
            ] {
                let short = number(&(due - has));
                prop_assert!((0.0..1.001).contains(&short), "{what} of {backer}: {short}");
            }
            staked += self.stakes[backer].pending();
            earned += self.income[backer].whole;
        }
        prop_assert!(staked <= self.fund.stakes.pending && earned <= self.fund.income);
        let stray = number(&(exactly(self.fund.stakes.pending) - model.total()));
        prop_assert!((-0.001..BACKERS as f64 + 0.001).contains(&stray), "{stray}");
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
    world.fund.earn(&RULES, 100).unwrap();
    assert_eq!(world.fund.reserve, 100);
    world.stakes[0] = world.fund.join(Stake::default(), 50).unwrap();
    let (paid, _) = world.fund.cover(&RULES, 120, world.now).unwrap();
    assert_eq!(
        (paid, world.fund.reserve, world.fund.stakes.pending),
        (120, 0, 30)
    );
}

#[test]
fn income_without_backers_and_after_they_lost_all_is_the_reserves() {
    let mut world = backed([10, 0, 0, 0]);
    world.fund.cover(&RULES, 10, world.now).unwrap();
    world.fund.earn(&RULES, 7).unwrap();
    assert_eq!((world.fund.reserve, world.fund.income), (7, 0));
    world.resolve(0);
    assert_eq!(world.stakes[0].pending(), 0);
}

#[test]
fn who_comes_later_shares_neither_earlier_losses_nor_earlier_income() {
    let mut world = backed([100, 100, 0, 0]);
    world.fund.earn(&RULES, 40).unwrap();
    world.fund.cover(&RULES, 100, world.now).unwrap();
    world.stakes[2] = world.fund.join(Stake::default(), 100).unwrap();
    for backer in 0..3 {
        world.resolve(backer);
    }
    let has = |backer: usize| (world.stakes[backer].pending(), world.income[backer].whole);
    assert_eq!([has(0), has(1), has(2)], [(50, 20), (50, 20), (100, 0)]);
}

#[test]
fn leaving_during_a_visible_loss_costs_what_waiting_for_it_would() {
    let mut leaves = backed([300, 100, 0, 0]);
    let (_, paid) = leaves.fund.leave(leaves.stakes[0], 300, 200).unwrap();
    let mut stays = backed([300, 100, 0, 0]);
    stays.fund.cover(&RULES, 200, stays.now).unwrap();
    stays.resolve(0);
    assert_eq!(paid, stays.stakes[0].pending());
    // Who stays is not worse off for it.
    leaves.fund.cover(&RULES, 200, leaves.now).unwrap();
    leaves.resolve(1);
    stays.resolve(1);
    assert!(leaves.stakes[1].pending() >= stays.stakes[1].pending());
}

#[test]
fn limits_hold_per_settlement_and_per_period() {
    let mut world = backed([900_000_000_000, 0, 0, 0]);
    let cover = |world: &mut World| world.fund.cover(&RULES, u128::MAX, world.now).unwrap().0;
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
    assert_eq!((world.fund.reserve, world.fund.stakes.pending), (0, 10));
}
