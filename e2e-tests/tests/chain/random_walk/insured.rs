//! The insurance fund in random walks: every loss and every income is divided among all backers.

use std::collections::BTreeMap;

use e2e_tests::*;
use finance::insurance::{Fund, Rules};
use finance::{Period, Ratio};
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::insurance_fund::{
    Collected, InsuranceFund, LossCovered, LossRecovered, StakeChanged,
};
use interfaces::tranche_pool::TranchePool;
use interfaces::types::Balance;
use proptest::prelude::*;
use simulator::chain::Called;
use simulator::input::term_sheet::{Insurance, TermSheet};

use super::{Walk, PEOPLE};

#[derive(Clone, Debug)]
pub enum Step {
    Stake {
        who: usize,
        amount: Balance,
    },
    /// Asks to take a part of his stake out.
    Ask {
        who: usize,
        permille: u128,
    },
    Leave {
        who: usize,
    },
    Collect,
    Claim {
        who: usize,
    },
    /// Pays so much of what is left of what was written off of a position.
    Recover {
        who: usize,
        permille: u128,
    },
    ReturnOverflow,
}

pub fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE.len();
    let cash = prop_oneof![8 => 1_000_000u128..80_000_000, 1 => 0u128..3];
    prop_oneof![
        6 => (who.clone(), cash).prop_map(|(who, amount)| Step::Stake { who, amount }),
        4 => (who.clone(), 0u128..=1_000).prop_map(|(who, permille)| Step::Ask { who, permille }),
        5 => who.clone().prop_map(|who| Step::Leave { who }),
        2 => Just(Step::Collect),
        2 => who.clone().prop_map(|who| Step::Claim { who }),
        3 => (who, 0u128..1_100).prop_map(|(who, permille)| Step::Recover { who, permille }),
        3 => Just(Step::ReturnOverflow),
    ]
}

/// Insures the deal by a fund that is often at its limits.
pub fn insure(sheet: &mut TermSheet) {
    sheet.insurance = Insurance::Fund {
        rules: Rules {
            target: usd(150),
            minimum_stake: usd(1),
            event_limit: usd(60),
            period_limit: usd(100),
            period: Period(5 * DAY.0),
            cool_down: Period::from_secs(1),
            window: Period(20 * DAY.0),
        },
        premium: Ratio::from_bps(1_000),
    };
}

/// What backers have, in fractions.
#[derive(Default)]
pub struct Backers {
    stakes: [f64; PEOPLE.len()],
    income: [f64; PEOPLE.len()],
    /// By position.
    recovered: BTreeMap<u32, Balance>,
    /// How far rounding may have led from that.
    blur: f64,
}

impl Backers {
    fn earn(&mut self, amount: Balance) {
        let total: f64 = self.stakes.iter().sum();
        for (stake, income) in self.stakes.iter().zip(&mut self.income) {
            *income += amount as f64 * stake / total;
        }
        self.blur += 1.0 + amount as f64 * self.blur / total;
    }

    fn lose(&mut self, amount: Balance) {
        let total: f64 = self.stakes.iter().sum();
        for stake in &mut self.stakes {
            *stake -= amount as f64 * *stake / total;
        }
    }
}

impl Walk {
    fn fund(&self) -> Fund {
        self.world.reads(self.world.insurance().books()).fund
    }

    pub fn insurance_step(&mut self, step: &Step) {
        if self.world.deal.fund().is_none() {
            return;
        }
        let before = self.fund();
        match *step {
            Step::Stake { who, amount } => {
                self.model.minted += amount;
                let (cash, fund) = (self.world.deal.cash, self.world.deal.insurance);
                self.world.provide(cash, PEOPLE[who], fund, amount);
                if let Ok(done) = self.sends(PEOPLE[who], self.world.insurance().deposit(amount)) {
                    self.note_income(&done, &before);
                    let begins = self.fund().generation != before.generation;
                    let Backers { stakes, blur, .. } = &mut self.model.backers;
                    if begins {
                        let left: f64 = stakes.iter().sum();
                        assert!(left < usd(1) as f64 + *blur, "the smallest stake");
                        *stakes = [0.0; PEOPLE.len()];
                    }
                    stakes[who] += amount as f64;
                    self.count("staked");
                }
            }
            Step::Ask { who, permille } => {
                let owner = self.world.account(PEOPLE[who]);
                let stake = self
                    .world
                    .reads(self.world.insurance().backing(owner))
                    .unwrap()
                    .stake;
                let ask = self
                    .world
                    .insurance()
                    .request_withdrawal(stake * permille / 1_000);
                self.tries(PEOPLE[who], ask);
            }
            Step::Leave { who } => self.leave(who),
            Step::Collect => {
                if let Ok(done) = self.sends("anybody", self.world.insurance().collect()) {
                    self.note_income(&done, &before);
                }
            }
            Step::Claim { who } => {
                let owner = self.world.account(PEOPLE[who]);
                let claim = self.world.insurance().claim(owner);
                if self.tries("anybody", claim).is_some() {
                    self.model.backers.income[who] = 0.0;
                    self.count("claimed income");
                }
            }
            Step::Recover { who, permille } => self.recover(who, permille),
            Step::ReturnOverflow => {
                let returned = self.tries("anybody", self.world.insurance().return_overflow());
                if returned.is_some_and(|amount| amount > 0) {
                    self.contributed();
                }
            }
        }
        self.check_backers();
    }

    fn leave(&mut self, who: usize) {
        self.refresh();
        let (before, exposure) = (self.fund(), self.exposure().min(usd(100)));
        let Ok(left) = self.sends(PEOPLE[who], self.world.insurance().withdraw(0)) else {
            return;
        };
        let [changed]: [StakeChanged; 1] = left.events().try_into().ok().unwrap();
        let borne = exposure.saturating_sub(before.reserve).min(before.stakes);
        let kept = (before.stakes - borne) as f64 / before.stakes.max(1) as f64;
        let due = changed.withdrawn as f64 * kept;
        assert!(
            (left.answer as f64 - due).abs() <= 1.0,
            "{changed:?} at {exposure}"
        );
        let backers = &mut self.model.backers;
        backers.stakes[who] = match changed.stake {
            0 => 0.0,
            _ => backers.stakes[who] - changed.withdrawn as f64,
        };
        backers.blur += 1.0;
    }

    /// Losses that no settlement knows, and what debt in auction may come short of.
    fn exposure(&self) -> Balance {
        let portfolio = self.world.reads(self.world.vault().portfolio()).unwrap();
        let settled = self.world.reads(self.world.pool().state()).written_off;
        portfolio.written_off - settled + portfolio.seized_debt - portfolio.stressed
    }

    fn recover(&mut self, who: usize, permille: u128) {
        let left = |position| {
            let write_off = self
                .world
                .reads(self.world.servicing().write_off(position))?;
            let recovered = self.model.backers.recovered.get(&position.0);
            let left = write_off.amount - recovered.copied().unwrap_or_default();
            (left > 0).then_some((position, left))
        };
        let Some((position, left)) = self.positions().find_map(left) else {
            return;
        };
        let amount = left * permille / 1_000;
        self.model.minted += amount;
        let (cash, fund) = (self.world.deal.cash, self.world.deal.insurance);
        self.world.provide(cash, PEOPLE[who], fund, amount);
        let before = self.fund();
        let recover = self.world.insurance().recover(position, amount);
        if let Ok(done) = self.sends(PEOPLE[who], recover) {
            let [told]: [LossRecovered; 1] = done.events().try_into().ok().unwrap();
            self.earned(told.kept, &before);
            *self.model.backers.recovered.entry(position.0).or_default() += amount;
            self.count("recovered");
            if told.kept < told.amount {
                self.contributed();
            }
        }
    }

    fn note_income<T>(&mut self, done: &Called<T>, before: &Fund) {
        for Collected { amount } in done.events() {
            self.earned(amount, before);
        }
    }

    /// The backers', or the reserve's.
    fn earned(&mut self, amount: Balance, before: &Fund) {
        if before.stakes >= usd(1) {
            self.model.backers.earn(amount);
        }
    }

    /// A settlement was covered by the reserve first, then by all backers.
    pub fn cover<T>(&mut self, reserve: Balance, settled: &Called<T>) {
        for LossCovered { loss, .. } in settled.events() {
            self.count_if(loss.paid > 0, "covered");
            self.count_if(loss.paid < loss.lost, "covered in part");
            let borne = loss.paid.saturating_sub(reserve);
            if borne > 0 {
                self.model.backers.lose(borne);
            }
        }
    }

    pub fn reserve(&self) -> Balance {
        self.world.deal.fund().map_or(0, |_| self.fund().reserve)
    }

    /// Everybody has what the model says.
    fn check_backers(&mut self) {
        if self.fund().units == 0 {
            self.model.backers.stakes = [0.0; PEOPLE.len()];
        }
        let tolerance = self.model.backers.blur + 2.0;
        for (who, name) in PEOPLE.iter().enumerate() {
            let owner = self.world.account(name);
            let backing = self
                .world
                .reads(self.world.insurance().backing(owner))
                .unwrap();
            let Backers { stakes, income, .. } = self.model.backers;
            for (what, has, due) in [
                ("stake", backing.stake, stakes[who]),
                ("income", backing.income, income[who]),
            ] {
                let off = (has as f64 - due).abs();
                assert!(off <= tolerance, "{what} of {name}: {has}, not {due}");
            }
        }
    }
}
