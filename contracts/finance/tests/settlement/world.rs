//! A pool and its loans, without a chain: what random histories are played on.

use crate::conservation::Settlement;
use finance::distribution::Policy;
use finance::settlement::{settle, Accrual, ClassTerms, Demand, Inputs, Portfolio, State, Terms};
use finance::{Period, Price, Rate, Ratio, Rounding, Timestamp};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub struct World {
    pub terms: Deal,
    pub state: State,
    pub cash: u128,
    pub portfolio: Portfolio,
    pub demand: Vec<Demand>,
    pub now: Timestamp,
    /// Thousandths of what is written off that insurance pays.
    pub insured: u128,
    loan_rate: Rate,
}

#[derive(Clone, Debug)]
pub struct Deal(pub Terms);

impl std::ops::Deref for Deal {
    type Target = Terms;

    fn deref(&self) -> &Terms {
        &self.0
    }
}

impl Deal {
    /// This deal, paying nothing out before it is wound down.
    pub fn that_revolves(mut self) -> Self {
        let terms = &mut self.0;
        (terms.patience, terms.amortises_at, terms.ends_at) = (None, None, None);
        for class in &mut terms.classes {
            class.policy = Policy::Accumulate;
        }
        self
    }
}

#[derive(Clone, Debug)]
pub enum Event {
    Wait(u64),
    Deposit {
        class: usize,
        amount: u128,
        limit: Option<u128>,
    },
    Leave {
        class: usize,
        share: u128,
        limit: Option<u128>,
    },
    Draw {
        share: u128,
    },
    Repay {
        share: u128,
        interest: u128,
    },
    Seize {
        share: u128,
        haircut: u128,
        market: u128,
    },
    Sale {
        share: u128,
        price: u128,
    },
    Freeze(bool),
    Settle,
}

/// `share` thousandths of `amount`.
fn part(amount: u128, share: u128) -> u128 {
    finance::mul_div(amount, share, 1_000, Rounding::Down).unwrap()
}

impl World {
    pub fn new(deal: Deal) -> Self {
        let now = Timestamp(1_000_000);
        Self {
            state: State::new(&deal, now),
            demand: vec![Demand::default(); deal.classes.len()],
            terms: deal,
            cash: 0,
            portfolio: Portfolio::default(),
            now,
            insured: 300,
            loan_rate: Rate::from_annual(Ratio::from_bps(900)).unwrap(),
        }
    }

    /// No orders, no doubts.
    pub fn calm(&mut self) {
        self.demand
            .iter_mut()
            .for_each(|demand| *demand = Demand::default());
        let Portfolio { stressed, .. } = self.portfolio;
        self.portfolio = Portfolio {
            seized_debt: stressed,
            market: stressed,
            frozen: false,
            frozen_debt: 0,
            ..self.portfolio
        };
        self.state.interest = 0;
    }

    pub fn does(&mut self, event: &Event) -> Option<Settlement> {
        let count = self.demand.len();
        match *event {
            Event::Wait(seconds) => {
                self.now = self.now.plus(Period::from_secs(seconds));
                let growth = self.loan_rate.compound(seconds, Rounding::Down).unwrap();
                self.portfolio.performing = growth
                    .of(self.portfolio.performing, Rounding::Down)
                    .unwrap();
            }
            Event::Deposit {
                class,
                amount,
                limit,
            } => {
                let demand = &mut self.demand[class % count].deposits;
                match limit {
                    None => demand.market += amount,
                    Some(limit) => demand.limited = vec![(Price(limit), amount)],
                }
            }
            Event::Leave {
                class,
                share,
                limit,
            } => {
                let class = class % count;
                let held = self.state.classes[class].supply;
                let demand = &mut self.demand[class].redemptions;
                let limited: u128 = demand.limited.iter().map(|(_, amount)| amount).sum();
                let amount = part(held - demand.market - limited, share);
                match limit {
                    Some(limit) if limited == 0 => demand.limited = vec![(Price(limit), amount)],
                    _ => demand.market += amount,
                }
            }
            Event::Draw { share } => self.draw(part(self.cash, share)),
            Event::Repay { share, interest } => {
                let principal = part(self.portfolio.principal, share);
                let accrued = self.portfolio.performing - self.portfolio.principal;
                self.collect(principal, part(accrued, interest));
            }
            Event::Seize {
                share,
                haircut,
                market,
            } => {
                let portfolio = &mut self.portfolio;
                let debt = part(portfolio.performing, share);
                let principal = part(portfolio.principal, share);
                portfolio.performing -= debt;
                portfolio.principal -= principal;
                portfolio.seized_debt += debt;
                portfolio.market += part(debt, market);
                portfolio.stressed += part(part(debt, market), 1_000 - haircut);
            }
            Event::Sale { share, price } => {
                let portfolio = &mut self.portfolio;
                let debt = part(portfolio.seized_debt, share);
                let paid = part(debt, price);
                portfolio.seized_debt -= debt;
                portfolio.market = portfolio.market.min(portfolio.seized_debt);
                portfolio.stressed = portfolio.stressed.min(portfolio.seized_debt);
                portfolio.written_off += debt - paid;
                self.accrue();
                self.cash += paid;
                self.state.redeploy(self.cash, &self.portfolio).unwrap();
            }
            Event::Freeze(frozen) => {
                self.portfolio.frozen = frozen && self.portfolio.performing > 0;
                self.portfolio.frozen_debt = match self.portfolio.frozen {
                    true => self.portfolio.performing / 3,
                    false => 0,
                };
            }
            Event::Settle => return Some(self.settles()),
        }
        None
    }

    pub fn draw(&mut self, amount: u128) {
        self.accrue();
        self.cash -= amount;
        self.portfolio.principal += amount;
        self.portfolio.performing += amount;
        self.state.redeploy(self.cash, &self.portfolio).unwrap();
    }

    pub fn collect(&mut self, principal: u128, interest: u128) {
        self.accrue();
        self.cash += principal + interest;
        self.portfolio.principal -= principal.min(self.portfolio.principal);
        self.portfolio.performing -= (principal + interest).min(self.portfolio.performing);
        self.state.interest += interest;
        self.state.redeploy(self.cash, &self.portfolio).unwrap();
    }

    fn accrue(&mut self) {
        self.state = self.state.clone().accrued(&self.terms, self.now).unwrap();
    }

    pub fn settles(&mut self) -> Settlement {
        let inputs = Inputs {
            cash: self.cash,
            cover: part(self.state.loss(&self.portfolio), self.insured),
            portfolio: self.portfolio,
            demand: self.demand.clone(),
            now: self.now,
        };
        let before = self.state.clone();
        let settled = settle(&self.terms, before.clone(), &inputs).unwrap();
        self.state = settled.state.clone();
        self.cash = settled.trace.cash_after;
        for (demand, class) in self.demand.iter_mut().zip(&settled.classes) {
            // What was filled of orders without a limit; those with one are gone.
            demand.deposits.limited.clear();
            demand.redemptions.limited.clear();
            demand.deposits.market = demand.deposits.market.saturating_sub(class.fill.deposited);
            demand.redemptions.market = demand
                .redemptions
                .market
                .saturating_sub(class.fill.burned)
                .min(class.supply_after);
        }
        Settlement {
            before,
            inputs,
            settled,
        }
    }
}

fn bps(range: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = Ratio> {
    range.prop_map(Ratio::from_bps)
}

prop_compose! {
    fn class(residual: bool)(
        target_rate in bps(0..=1_500),
        minimum_subordination in prop_oneof![1 => Just(Ratio::ZERO), 3 => bps(0..=4_000)],
        interest_cover in prop_oneof![3 => Just(Ratio::ZERO), 1 => bps(0..=20_000)],
        cap in prop_oneof![3 => Just(u128::MAX), 1 => 0u128..10_000_000],
        pays_out in any::<bool>(),
    ) -> ClassTerms {
        let policy = if pays_out { Policy::PayOut } else { Policy::Accumulate };
        match residual {
            true => ClassTerms { cap, policy, ..ClassTerms::default() },
            false => ClassTerms { target_rate, minimum_subordination, interest_cover, cap, policy },
        }
    }
}

prop_compose! {
    pub fn deal()(
        mut classes in prop::collection::vec(class(false), 1..5),
        residual in class(true),
        whole in any::<bool>(),
        management_fee in bps(0..=500),
        performance_fee in bps(0..=3_000),
        patience in prop::option::of(1u32..6),
        amortises_at in prop::option::weighted(0.2, 0u64..2_000_000_000_000),
        ends_at in prop::option::weighted(0.1, 0u64..4_000_000_000_000),
        frozen_limit in 0u64..10_000_000_000,
    ) -> Deal {
        classes.push(residual);
        Deal(Terms {
            accrual: if whole { Accrual::Whole } else { Accrual::Deployed },
            management_fee,
            performance_fee,
            amortises_at: amortises_at.map(Timestamp),
            ends_at: ends_at.map(Timestamp),
            patience,
            frozen_limit: Period(frozen_limit),
            classes,
        })
    }
}

fn event() -> impl Strategy<Value = Event> {
    let share = 0u128..=1_000;
    let amount = prop_oneof![1u128..100, 1_000u128..5_000_000, Just(10u128.pow(24))];
    let limit = prop::option::weighted(0.2, 500_000_000_000_000_000u128..2_000_000_000_000_000_000);
    prop_oneof![
        4 => (0u64..20_000_000).prop_map(Event::Wait),
        6 => (0..5usize, amount, limit.clone())
            .prop_map(|(class, amount, limit)| Event::Deposit { class, amount, limit }),
        3 => (0..5usize, share.clone(), limit)
            .prop_map(|(class, share, limit)| Event::Leave { class, share, limit }),
        4 => share.clone().prop_map(|share| Event::Draw { share }),
        2 => (share.clone(), share.clone())
            .prop_map(|(share, interest)| Event::Repay { share, interest }),
        1 => (share.clone(), 0u128..500, share.clone())
            .prop_map(|(share, haircut, market)| Event::Seize { share, haircut, market }),
        1 => (share.clone(), share).prop_map(|(share, price)| Event::Sale { share, price }),
        1 => any::<bool>().prop_map(Event::Freeze),
        8 => Just(Event::Settle),
    ]
}

pub fn history() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 1..50)
}
