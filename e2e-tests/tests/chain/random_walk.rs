//! Random walks over all messages. After each step every base unit is accounted for, and the deal agrees
//! with a model that knows none of its formulas: it visits every order and compounds in floating point.
//!
//! The seed is fixed, so that a failing walk fails again; it is shrunk and printed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

use e2e_tests::*;
use finance::{mul_div, Period, Rounding, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, DebtWrittenOff, Portfolio};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::parameters::{CollateralParameter, Parameters};
use interfaces::tranche_pool::{PoolError, Settlement, TranchePool, TrancheSettlement};
use interfaces::types::{AuctionId, Balance, PositionId, TrancheId};
use proptest::prelude::*;
use proptest::test_runner::{TestRng, TestRunner};
use psp22::PSP22;
use scale::Decode;
use simulator::chain::Message;
use simulator::contracts::Psp22;

const PEOPLE: [&str; 4] = ["ann", "ben", "cal", "dan"];
const YEAR: f64 = 31_536_000.0;

#[derive(Clone, Debug)]
enum Step {
    Deposit {
        who: usize,
        tranche: u32,
        amount: Balance,
    },
    Redeem {
        who: usize,
        tranche: u32,
        permille: u128,
    },
    Cancel {
        who: usize,
        tranche: u32,
        deposit: bool,
    },
    Claim {
        who: usize,
        tranche: u32,
    },
    CloseEpoch,
    Open {
        who: usize,
        amount: Balance,
    },
    AddCollateral {
        who: usize,
        position: u32,
        amount: Balance,
    },
    Withdraw {
        position: u32,
        permille: u128,
    },
    Draw {
        position: u32,
        permille: u128,
    },
    /// Somebody tries his hand at a position that may not be his.
    Meddle {
        who: usize,
        position: u32,
        amount: Balance,
    },
    Repay {
        who: usize,
        position: u32,
        amount: Balance,
    },
    /// A keeper tries every position.
    Liquidate,
    Take {
        who: usize,
        auction: u32,
        amount: Balance,
    },
    Reset {
        auction: u32,
    },
    PayPenalties,
    Quote {
        eth: u128,
    },
    Wait {
        seconds: u64,
    },
    /// Feeders fall silent, or speak again.
    Silence {
        silent: bool,
    },
    Donate {
        amount: Balance,
    },
    SetHaircut {
        bps: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE.len();
    let tranche = 0u32..3;
    let number = 0u32..6;
    let cash = prop_oneof![8 => 1_000_000u128..400_000_000, 1 => 0u128..3];
    let ether = prop_oneof![8 => (1u128..8_000).prop_map(milli_eth), 1 => 0u128..3];
    // Of the most that is allowed, and somewhat more.
    let permille = prop_oneof![1 => 0u128..800, 3 => 800u128..1_050];
    prop_oneof![
        8 => (who.clone(), tranche.clone(), cash.clone())
            .prop_map(|(who, tranche, amount)| Step::Deposit { who, tranche, amount }),
        6 => (who.clone(), tranche.clone(), 0u128..=1_000)
            .prop_map(|(who, tranche, permille)| Step::Redeem { who, tranche, permille }),
        2 => (who.clone(), tranche.clone(), any::<bool>())
            .prop_map(|(who, tranche, deposit)| Step::Cancel { who, tranche, deposit }),
        3 => (who.clone(), tranche).prop_map(|(who, tranche)| Step::Claim { who, tranche }),
        9 => Just(Step::CloseEpoch),
        3 => (who.clone(), ether.clone()).prop_map(|(who, amount)| Step::Open { who, amount }),
        2 => (who.clone(), number.clone(), ether.clone())
            .prop_map(|(who, position, amount)| Step::AddCollateral { who, position, amount }),
        2 => (number.clone(), permille.clone())
            .prop_map(|(position, permille)| Step::Withdraw { position, permille }),
        8 => (number.clone(), permille)
            .prop_map(|(position, permille)| Step::Draw { position, permille }),
        1 => (who.clone(), number.clone(), cash.clone())
            .prop_map(|(who, position, amount)| Step::Meddle { who, position, amount }),
        3 => (who.clone(), number.clone(), cash.clone())
            .prop_map(|(who, position, amount)| Step::Repay { who, position, amount }),
        6 => Just(Step::Liquidate),
        8 => (who, number.clone(), prop_oneof![2 => ether, 1 => Just(eth(1_000))])
            .prop_map(|(who, auction, amount)| Step::Take { who, auction, amount }),
        3 => number.prop_map(|auction| Step::Reset { auction }),
        1 => Just(Step::PayPenalties),
        8 => (20u128..130).prop_map(|eth| Step::Quote { eth }),
        4 => (1u64..30_000).prop_map(|seconds| Step::Wait { seconds }),
        2 => prop::bool::weighted(0.3).prop_map(|silent| Step::Silence { silent }),
        1 => cash.prop_map(|amount| Step::Donate { amount }),
        1 => (0u32..=10_000).prop_map(|bps| Step::SetHaircut { bps }),
    ]
}

/// An order book that visits every order.
#[derive(Default)]
struct OrderModel {
    remaining: Balance,
    received: Balance,
}

/// The deal as someone would keep it who has all the time in the world.
struct Model {
    /// Claims of the classes with one, in base units.
    claims: [f64; 2],
    /// Whether a class was worth nothing at the last settlement.
    wiped: [bool; 2],
    deployed: f64,
    accrued_at: Timestamp,
    /// By owner, tranche and whether it is a deposit.
    orders: BTreeMap<(usize, u32, bool), OrderModel>,
    fills: u128,
    minted: Balance,
}

struct Walk {
    world: World,
    model: Model,
    /// What feeders say an ether costs, in whole dollars; nothing while they are silent.
    price: Option<u128>,
    last_price: u128,
    /// What succeeded, by name.
    done: BTreeMap<&'static str, u32>,
}

impl Walk {
    fn new() -> Self {
        let world = World::deployed();
        world.quote(100, 5_000);
        let model = Model {
            claims: [0.0; 2],
            wiped: [true; 2],
            deployed: 0.0,
            accrued_at: START,
            orders: BTreeMap::new(),
            fills: 0,
            minted: 0,
        };
        let mut walk = Self {
            world,
            model,
            price: Some(100),
            last_price: 100,
            done: BTreeMap::new(),
        };
        for (who, tranche, amount) in [(0, 0, usd(600)), (1, 1, usd(250)), (2, 2, usd(150))] {
            walk.run(&Step::Deposit {
                who,
                tranche,
                amount,
            });
        }
        walk.run(&Step::CloseEpoch);
        for who in 0..3 {
            walk.run(&Step::Open {
                who,
                amount: eth(4),
            });
        }
        walk
    }

    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    /// Feeders repeat themselves, so that prices are as old as the last step.
    fn refresh(&mut self) {
        if let Some(eth) = self.price {
            self.world.quote(eth, 5_000);
        }
    }

    /// The originator of a position, and what may be drawn against it or withdrawn from it.
    fn position(&self, position: u32) -> Option<(&'static str, Balance, Balance)> {
        let vault = self.world.deal.vault();
        let view = self
            .world
            .reads(vault.call().position(PositionId(position)))
            .ok()?;
        let mut people = PEOPLE.into_iter();
        let owner = people.find(|who| self.world.account(who) == view.position.originator)?;
        let limit = view.collateral_value.unwrap_or_default() * 75 / 100;
        Some((
            owner,
            limit.saturating_sub(view.debt),
            view.position.collateral,
        ))
    }

    /// Sends a message; a refusal must be harmless, and silence is a fault.
    fn tries<T, E>(&mut self, who: &str, message: impl Into<Message<Result<T, E>>>) -> Option<T>
    where
        T: Decode,
        E: Decode + Debug,
    {
        let actor = self.world.account(who);
        let before = self.world.chain.state_digest();
        let called = self.world.chain.call(actor, message).expect("an answer");
        match called.answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                assert!(!format!("{error:?}").contains(&format!("{:?}", PoolError::NotConserved)));
                assert_eq!(
                    self.world.chain.state_digest(),
                    before,
                    "refused with {error:?}"
                );
                None
            }
        }
    }

    fn provide_cash(&mut self, who: &str, amount: Balance) {
        self.model.minted += amount;
        self.world.provide_cash(who, amount);
    }

    fn run(&mut self, step: &Step) {
        self.refresh();
        match *step {
            Step::Deposit {
                who,
                tranche,
                amount,
            } => self.deposit(who, tranche, amount),
            Step::Redeem {
                who,
                tranche,
                permille,
            } => self.redeem(who, tranche, permille),
            Step::Cancel {
                who,
                tranche,
                deposit,
            } => self.cancel(who, tranche, deposit),
            Step::Claim { who, tranche } => self.claim(who, tranche),
            Step::CloseEpoch => self.close_epoch(),
            Step::Open { who, amount } => {
                self.provide_ether(who, amount);
                let mut vault = self.world.deal.vault();
                self.tries(PEOPLE[who], vault.call_mut().open(ETH, amount));
            }
            Step::AddCollateral {
                who,
                position,
                amount,
            } => {
                self.provide_ether(who, amount);
                let mut vault = self.world.deal.vault();
                let message = vault
                    .call_mut()
                    .add_collateral(PositionId(position), amount);
                self.tries(PEOPLE[who], message);
            }
            Step::Withdraw { position, permille } => {
                if let Some((owner, _, collateral)) = self.position(position) {
                    self.withdraw(owner, position, collateral * permille / 1_000);
                }
            }
            Step::Draw { position, permille } => {
                if let Some((owner, limit, _)) = self.position(position) {
                    self.draw(owner, position, limit * permille / 1_000);
                }
            }
            Step::Meddle {
                who,
                position,
                amount,
            } => {
                self.withdraw(PEOPLE[who], position, amount);
                self.draw(PEOPLE[who], position, amount);
            }
            Step::Repay {
                who,
                position,
                amount,
            } => {
                self.provide_cash(PEOPLE[who], amount);
                let mut vault = self.world.deal.vault();
                let message = vault.call_mut().repay(PositionId(position), amount);
                if self.tries(PEOPLE[who], message).is_some() {
                    self.count("repaid");
                    self.redeploy();
                }
            }
            Step::Liquidate => {
                let count = self
                    .world
                    .reads(self.world.deal.vault().call().position_count());
                (0..count).for_each(|position| self.liquidate(position));
            }
            Step::Take {
                who,
                auction,
                amount,
            } => self.take(who, auction, amount),
            Step::Reset { auction } => {
                let mut engine = self.world.deal.engine();
                let message = engine.call_mut().reset(self.auction(auction));
                if self.tries("anybody", message).is_some() {
                    self.count("reset");
                }
            }
            Step::PayPenalties => {
                let mut pool = self.world.deal.pool();
                self.tries("anybody", pool.call_mut().pay_penalties());
            }
            Step::Quote { eth } => {
                self.last_price = eth;
                self.price = self.price.map(|_| eth);
                self.refresh();
            }
            Step::Wait { seconds } => self.world.chain.advance(Period::from_secs(seconds)),
            Step::Silence { silent } => self.price = (!silent).then_some(self.last_price),
            Step::Donate { amount } => {
                self.provide_cash("donor", amount);
                let (cash, pool) = (self.world.deal.cash, self.world.deal.pool);
                self.tries(
                    "donor",
                    Psp22::from(cash).call_mut().transfer(pool, amount, vec![]),
                );
            }
            Step::SetHaircut { bps } => {
                let value = finance::Ratio::from_bps(bps).0;
                let mut parameters = self.world.deal.parameters();
                let message = parameters
                    .call_mut()
                    .set(ETH, CollateralParameter::Haircut, value);
                self.tries("governor", message);
            }
        }
    }

    fn provide_ether(&self, who: usize, amount: Balance) {
        let (token, vault) = (self.world.deal.collateral_token(ETH), self.world.deal.vault);
        self.world.provide(token, PEOPLE[who], vault, amount);
    }

    fn deposit(&mut self, who: usize, tranche: u32, amount: Balance) {
        self.provide_cash(PEOPLE[who], amount);
        let mut pool = self.world.deal.pool();
        let message = pool.call_mut().request_deposit(TrancheId(tranche), amount);
        if self.tries(PEOPLE[who], message).is_some() {
            self.model.order(who, tranche, true).remaining += amount;
        }
    }

    fn claim(&mut self, who: usize, tranche: u32) {
        let owner = self.world.account(PEOPLE[who]);
        let mut pool = self.world.deal.pool();
        let message = pool.call_mut().claim(TrancheId(tranche), owner);
        if self.tries("anybody", message).is_some() {
            self.model.order(who, tranche, true).received = 0;
            self.model.order(who, tranche, false).received = 0;
        }
    }

    /// Claims first, so that there is something to redeem.
    fn redeem(&mut self, who: usize, tranche: u32, permille: u128) {
        self.claim(who, tranche);
        let (deal, owner) = (&self.world.deal, self.world.account(PEOPLE[who]));
        let token = deal.tranche_token(TrancheId(tranche));
        let amount = self.world.balance(token, PEOPLE[who]) * permille / 1_000;
        deal.approve(&self.world.chain, token, owner, deal.pool, amount)
            .unwrap();
        let message = deal
            .pool()
            .call_mut()
            .request_redeem(TrancheId(tranche), amount);
        if self.tries(PEOPLE[who], message).is_some() {
            self.model.order(who, tranche, false).remaining += amount;
        }
    }

    fn close_epoch(&mut self) {
        let (_, ends_at) = self.world.reads(self.world.deal.pool().call().epoch());
        self.world.chain.advance_to(ends_at);
        self.refresh();
        let mut pool = self.world.deal.pool();
        let preview = self.world.reads(pool.call().preview_settlement()).unwrap();
        if let Some(settlement) = self.tries("anybody", pool.call_mut().close_epoch()) {
            assert_eq!(preview, settlement);
            self.model.settle(&settlement, self.world.chain.now());
            self.check_settlement(&settlement);
            self.count_settlement(&settlement);
        }
    }

    fn count_settlement(&mut self, settlement: &Settlement) {
        let any = |what: fn(&TrancheSettlement) -> bool| settlement.tranches.iter().any(what);
        for (what, happened) in [
            ("filled deposits", any(|tranche| tranche.fill.deposited > 0)),
            ("filled redemptions", any(|tranche| tranche.fill.burned > 0)),
            (
                "impaired",
                any(|tranche| tranche.value_after < tranche.claim_after),
            ),
            ("settled in stress", settlement.portfolio.seized_debt > 0),
            ("settled without a price", settlement.portfolio.frozen),
        ] {
            if happened {
                self.count(what);
            }
        }
    }

    fn withdraw(&mut self, who: &str, position: u32, amount: Balance) {
        let mut vault = self.world.deal.vault();
        let message = vault
            .call_mut()
            .withdraw_collateral(PositionId(position), amount);
        self.tries(who, message);
    }

    fn draw(&mut self, who: &str, position: u32, amount: Balance) {
        let mut vault = self.world.deal.vault();
        let message = vault.call_mut().draw(PositionId(position), amount);
        if self.tries(who, message).is_some() {
            self.count("drawn");
            self.redeploy();
        }
    }

    fn liquidate(&mut self, position: u32) {
        let mut engine = self.world.deal.engine();
        if self
            .tries("anybody", engine.call_mut().liquidate(PositionId(position)))
            .is_some()
        {
            self.count("liquidated");
        }
    }

    /// One of the auctions in progress, if there is any.
    fn auction(&self, number: u32) -> AuctionId {
        let engine = self.world.deal.engine();
        let open = self.world.reads(engine.call().auctions(AuctionId(0), 50));
        let chosen = open.get(number as usize % open.len().max(1));
        chosen.map_or(AuctionId(number), |view| view.id)
    }

    fn take(&mut self, who: usize, auction: u32, amount: Balance) {
        let auction = self.auction(auction);
        self.provide_cash(PEOPLE[who], usd(1_000));
        let mut engine = self.world.deal.engine();
        let message = engine.call_mut().take(auction, amount, ANY_PRICE, NEVER);
        let actor = self.world.account(PEOPLE[who]);
        let lost = self.world.chain.dry_run(
            actor,
            engine.call_mut().take(auction, amount, ANY_PRICE, NEVER),
        );
        let lost = lost.unwrap().events::<DebtWrittenOff>().len();
        if self.tries(PEOPLE[who], message).is_some() {
            self.count(if lost > 0 { "written off" } else { "taken" });
            self.redeploy();
        }
    }

    fn cancel(&mut self, who: usize, tranche: u32, deposit: bool) {
        let mut pool = self.world.deal.pool();
        let returned = if deposit {
            self.tries(
                PEOPLE[who],
                pool.call_mut().cancel_deposit(TrancheId(tranche)),
            )
        } else {
            self.tries(
                PEOPLE[who],
                pool.call_mut().cancel_redeem(TrancheId(tranche)),
            )
        };
        if let Some(returned) = returned {
            let tolerance = self.model.tolerance();
            let order = self.model.order(who, tranche, deposit);
            assert!(order.remaining.abs_diff(returned) <= tolerance);
            order.remaining = 0;
        }
    }

    /// Cash moved between the pool and its borrowers: claims grow on another share from now on.
    fn redeploy(&mut self) {
        let now = self.world.chain.now();
        self.model.accrue(now);
        let portfolio = self
            .world
            .reads(self.world.deal.vault().call().portfolio())
            .unwrap();
        let cash = self.world.reads(self.world.deal.pool().call().books()).cash;
        self.model.redeploy(&portfolio, cash);
    }

    /// What a settlement says about itself: the waterfall, cover, and that nobody is short-changed.
    fn check_settlement(&self, settlement: &Settlement) {
        let mut left = settlement.value_before - settlement.dust;
        for (index, tranche) in settlement.tranches.iter().enumerate() {
            let owed = if index == 2 {
                left
            } else {
                tranche.claim_before
            };
            assert_eq!(
                tranche.value_before,
                owed.min(left),
                "the waterfall of {settlement:?}"
            );
            left -= tranche.value_before;
        }
        assert_eq!(left, 0);
        let after: Balance = settlement
            .tranches
            .iter()
            .map(|tranche| tranche.value_after)
            .sum();
        let loans = settlement.portfolio.performing + settlement.portfolio.stressed;
        assert_eq!(after, settlement.value_after);
        assert_eq!(after, settlement.cash_after + loans);
        for (index, minimum_bps) in [(0, 4_000), (1, 1_500)] {
            let below = |values: &[Balance]| {
                let pool: Balance = values.iter().sum();
                let below: Balance = values[index + 1..].iter().sum();
                (below * 10_000, pool * minimum_bps)
            };
            let of = |value: fn(&TrancheSettlement) -> Balance| {
                below(&settlement.tranches.iter().map(value).collect::<Vec<_>>())
            };
            let (cover_before, needed_before) = of(|tranche| tranche.value_before);
            let (cover_after, needed_after) = of(|tranche| tranche.value_after);
            let needs_cover = loans > 0 && settlement.tranches[index].value_after > 0;
            if needs_cover && cover_before >= needed_before {
                assert!(
                    cover_after >= needed_after,
                    "fills broke a test: {settlement:?}"
                );
            }
        }
        for (index, claim) in self.model.claims.iter().enumerate() {
            let exact = settlement.tranches[index].claim_after as f64;
            let tolerance = self.model.tolerance() as f64 + claim * 1e-9;
            assert!((exact - claim).abs() <= tolerance, "{exact} is not {claim}");
        }
    }

    /// What must hold after every step.
    fn check(&self) {
        self.world.assert_balanced();
        let deal = &self.world.deal;
        let cash = |who| self.world.balance(deal.cash, who);
        let people: Balance = PEOPLE
            .into_iter()
            .chain(["donor", "reserve"])
            .map(cash)
            .sum();
        let pool = deal
            .balance(&self.world.chain, deal.cash, deal.pool)
            .unwrap();
        assert_eq!(people + pool, self.model.minted, "all cash there is");
        for ((who, tranche, deposit), model) in &self.model.orders {
            let owner = self.world.account(PEOPLE[*who]);
            let view = self
                .world
                .reads(deal.pool().call().order(TrancheId(*tranche), owner))
                .unwrap();
            let (pending, claimable) = if *deposit {
                (view.pending_deposit, view.claimable_tokens)
            } else {
                (view.pending_redemption, view.claimable_cash)
            };
            let tolerance = self.model.tolerance();
            assert!(pending.abs_diff(model.remaining) <= tolerance, "{view:?}");
            assert!(claimable.abs_diff(model.received) <= tolerance, "{view:?}");
        }
    }
}

impl Model {
    fn order(&mut self, who: usize, tranche: u32, deposit: bool) -> &mut OrderModel {
        self.orders.entry((who, tranche, deposit)).or_default()
    }

    /// Chain and model both lose up to one base unit per order or claim at each fill.
    fn tolerance(&self) -> Balance {
        2 * self.fills + 2
    }

    fn accrue(&mut self, now: Timestamp) {
        let (seconds, reached) = self.accrued_at.whole_secs_until(now);
        self.accrued_at = reached;
        for ((claim, annual), wiped) in self.claims.iter_mut().zip([0.05, 0.09]).zip(self.wiped) {
            if !wiped {
                *claim *= ((annual / YEAR * self.deployed).ln_1p() * seconds as f64).exp();
            }
        }
    }

    fn redeploy(&mut self, portfolio: &Portfolio, cash: Balance) {
        let total = portfolio.performing + cash;
        self.deployed = if total == 0 {
            0.0
        } else {
            portfolio.performing as f64 / total as f64
        };
    }

    fn settle(&mut self, settlement: &Settlement, now: Timestamp) {
        self.accrue(now);
        for (index, tranche) in settlement.tranches.iter().enumerate() {
            let fill = tranche.fill;
            self.fill(index, true, fill.deposited, fill.minted);
            self.fill(index, false, fill.burned, fill.paid);
            if let Some(claim) = self.claims.get_mut(index) {
                let supply = tranche.supply_after + fill.burned;
                *claim += fill.deposited as f64;
                if fill.burned > 0 {
                    *claim -= *claim * fill.burned as f64 / supply as f64;
                }
                if !settlement.portfolio.frozen {
                    self.wiped[index] = tranche.value_after == 0;
                }
            }
        }
        self.redeploy(&settlement.portfolio, settlement.cash_after);
    }

    fn fill(&mut self, index: usize, deposit: bool, filled: Balance, output: Balance) {
        if filled == 0 {
            return;
        }
        self.fills += 1;
        let side = |key: &(usize, u32, bool)| key.1 as usize == index && key.2 == deposit;
        let pending: Balance = self
            .orders
            .iter()
            .filter(|(key, _)| side(key))
            .map(|(_, order)| order.remaining)
            .sum();
        for (_, order) in self.orders.iter_mut().filter(|(key, _)| side(key)) {
            let share = |of: Balance| {
                mul_div(order.remaining, of, pending.max(filled), Rounding::Down).unwrap()
            };
            let (gone, got) = (share(filled), share(output));
            order.remaining -= gone;
            order.received += got;
        }
    }
}

/// What sixteen walks together must have done, or they are not worth walking.
const LANDMARKS: [&str; 11] = [
    "drawn",
    "filled deposits",
    "filled redemptions",
    "impaired",
    "liquidated",
    "repaid",
    "reset",
    "settled in stress",
    "settled without a price",
    "taken",
    "written off",
];

/// Sixteen, or `SLUICE_WALKS`.
fn walks_asked_for() -> u32 {
    std::env::var("SLUICE_WALKS")
        .ok()
        .and_then(|walks| walks.parse().ok())
        .unwrap_or(16)
}

#[test]
fn no_walk_loses_a_base_unit() {
    let seen = RefCell::new(BTreeMap::<&str, u32>::new());
    let config = ProptestConfig {
        cases: walks_asked_for(),
        max_shrink_iters: 20,
        ..ProptestConfig::with_source_file(file!())
    };
    // A fixed seed: the same walks everywhere.
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let walks = prop::collection::vec(step(), 100..160);
    let outcome = runner.run(&walks, |steps| {
        let mut walk = Walk::new();
        for step in &steps {
            walk.run(step);
            walk.check();
        }
        for (what, times) in walk.done {
            *seen.borrow_mut().entry(what).or_default() += times;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    println!("{:?}", seen.borrow());
    for landmark in LANDMARKS {
        assert!(
            seen.borrow().contains_key(landmark),
            "no walk has {landmark}: {seen:?}"
        );
    }
}
