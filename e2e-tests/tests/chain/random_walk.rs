//! Random walks over all messages. After each step every base unit is accounted for, and the deal agrees
//! with a model that knows none of its formulas: it visits every order and every holder, and compounds in floating
//! point.
//!
//! The seed is fixed, so that a failing walk fails again; it is shrunk, printed, and kept in `proptest-regressions`, from
//! where every later run repeats it first. `scripts/walk.sh` walks all night.

mod adversary;
mod insured;
mod voted;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::thread;

use e2e_tests::*;
use finance::distribution::Policy;
use finance::settlement::{ClassTrace, Phase};
use finance::{Period, Price, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, Conditions};
use interfaces::collateral_vault::{CollateralVault, LoanServicing, LotChanged};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::{
    Due, Payment, PaymentCollected, PoolError, Settlement, TranchePool,
};
use interfaces::tranche_token::TrancheToken;
use interfaces::transfer_agent::{AgentError, Distributions, TransferAgent};
use interfaces::types::{AccountId, AuctionId, Balance, PositionId, TrancheId};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use psp22::PSP22;
use scale::Decode;
use simulator::chain::{Called, Message};
use simulator::contracts::Psp22;
use simulator::input::term_sheet::{Fees, TermSheet};

use crate::settlement::published;

const PEOPLE: [&str; 4] = ["ann", "ben", "cal", "dan"];
const SECONDS: f64 = 31_536_000.0;

#[derive(Clone, Debug)]
enum Step {
    Deposit {
        who: usize,
        tranche: u32,
        amount: Balance,
        terms: OrderTerms,
    },
    Redeem {
        who: usize,
        tranche: u32,
        permille: u128,
        terms: OrderTerms,
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
    ClaimAll {
        who: usize,
    },
    Transfer {
        who: usize,
        to: usize,
        tranche: u32,
        permille: u128,
    },
    Surrender {
        who: usize,
        tranche: u32,
        permille: u128,
    },
    CloseEpoch {
        /// The last reports are from before the cut-off.
        stale: bool,
    },
    /// Time runs to the cut-off.
    CutOff,
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
    /// Of the debt of one of the positions that owe.
    Repay {
        who: usize,
        position: usize,
        permille: u128,
    },
    /// A keeper tries every position.
    Liquidate,
    Take {
        who: usize,
        auction: u32,
        amount: Balance,
        /// The keeper's message was delayed.
        late: bool,
    },
    Reset {
        auction: u32,
    },
    /// Debt and penalty of an auction are paid for nothing.
    Cure {
        who: usize,
        auction: u32,
    },
    /// Somebody tries to impair every position, or to restore it.
    Impair,
    Restore,
    Trip {
        level: u8,
        hours: u64,
    },
    PayDues,
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
    Adverse(adversary::Step),
    /// What there is in some deals only.
    Particular {
        insured: insured::Step,
        adverse: adversary::Step,
        voted: voted::Step,
    },
}

/// Conditions as they depend on when the order is placed: a limit in thousandths of par, and epochs from now.
#[derive(Clone, Copy, Debug)]
struct OrderTerms {
    permille: Option<u128>,
    epochs: Option<u32>,
}

impl OrderTerms {
    fn in_epoch(self, epoch: u32) -> Conditions {
        Conditions {
            limit: self
                .permille
                .map(|permille| Price(permille * Price::ONE.0 / 1_000)),
            until: self.epochs.map(|epochs| epoch + epochs),
        }
    }
}

fn order_terms() -> impl Strategy<Value = OrderTerms> {
    let limit = prop_oneof![1 => 900u128..1_001, 1 => 1_000u128..1_100];
    let bounded = (limit, 0u32..4).prop_map(|(limit, epochs)| (Some(limit), Some(epochs)));
    prop_oneof![
        5 => Just((None, None)),
        1 => (0u32..4).prop_map(|epochs| (None, Some(epochs))),
        3 => bounded,
    ]
    .prop_map(|(permille, epochs)| OrderTerms { permille, epochs })
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
        9 => (who.clone(), tranche.clone(), cash.clone(), order_terms())
            .prop_map(|(who, tranche, amount, terms)| Step::Deposit { who, tranche, amount, terms }),
        6 => (who.clone(), tranche.clone(), 0u128..=1_000, order_terms())
            .prop_map(|(who, tranche, permille, terms)| Step::Redeem { who, tranche, permille, terms }),
        3 => (who.clone(), tranche.clone(), any::<bool>())
            .prop_map(|(who, tranche, deposit)| Step::Cancel { who, tranche, deposit }),
        3 => (who.clone(), tranche.clone()).prop_map(|(who, tranche)| Step::Claim { who, tranche }),
        1 => who.clone().prop_map(|who| Step::ClaimAll { who }),
        1 => (who.clone(), who.clone(), tranche.clone(), 0u128..=1_000)
            .prop_map(|(who, to, tranche, permille)| Step::Transfer { who, to, tranche, permille }),
        1 => (who.clone(), tranche, 0u128..100)
            .prop_map(|(who, tranche, permille)| Step::Surrender { who, tranche, permille }),
        9 => prop::bool::weighted(0.15).prop_map(|stale| Step::CloseEpoch { stale }),
        4 => Just(Step::CutOff),
        3 => (who.clone(), ether.clone()).prop_map(|(who, amount)| Step::Open { who, amount }),
        2 => (who.clone(), number.clone(), ether.clone())
            .prop_map(|(who, position, amount)| Step::AddCollateral { who, position, amount }),
        2 => (number.clone(), permille.clone())
            .prop_map(|(position, permille)| Step::Withdraw { position, permille }),
        8 => (number.clone(), permille)
            .prop_map(|(position, permille)| Step::Draw { position, permille }),
        1 => (who.clone(), number.clone(), cash.clone())
            .prop_map(|(who, position, amount)| Step::Meddle { who, position, amount }),
        6 => (who.clone(), 0usize..6, prop_oneof![1 => 0u128..20, 1 => 0u128..1_050])
            .prop_map(|(who, position, permille)| Step::Repay { who, position, permille }),
        6 => Just(Step::Liquidate),
        8 => (who.clone(), number.clone(), prop_oneof![1 => ether, 1 => Just(eth(1_000))], prop::bool::weighted(0.1))
            .prop_map(|(who, auction, amount, late)| Step::Take { who, auction, amount, late }),
        3 => number.clone().prop_map(|auction| Step::Reset { auction }),
        2 => (who.clone(), number).prop_map(|(who, auction)| Step::Cure { who, auction }),
        4 => Just(Step::Impair),
        4 => Just(Step::Restore),
        1 => (0u8..=3, 0u64..8).prop_map(|(level, hours)| Step::Trip { level, hours }),
        1 => Just(Step::PayDues),
        8 => (20u128..130).prop_map(|eth| Step::Quote { eth }),
        4 => (1u64..30_000).prop_map(|seconds| Step::Wait { seconds }),
        2 => prop::bool::weighted(0.3).prop_map(|silent| Step::Silence { silent }),
        1 => cash.prop_map(|amount| Step::Donate { amount }),
        8 => adversary::step().prop_map(Step::Adverse),
        20 => (insured::step(), adversary::step(), voted::step())
            .prop_map(|(insured, adverse, voted)| Step::Particular { insured, adverse, voted }),
    ]
}

/// What a walk is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A deal that accumulates and charges nothing.
    Plain,
    /// One that is insured by a fund.
    Insured,
    /// A deal that pays out, charges fees and ends after twelve days.
    Paying,
    /// A deal that pays out, charges fees and amortises when interest is not enough.
    Strict,
    /// One for members only, insured, whose tokens have moods.
    Exposed,
    /// One that is governed by votes.
    Voted,
}

impl Kind {
    fn change(self, sheet: &mut TermSheet) {
        sheet.guardian = "guardian".into();
        let terms = &mut sheet.collateral[0].terms;
        terms.loans.debt_ceiling = usd(5_000);
        terms.loans.whole_below = usd(100);
        terms.auctions.debt_limit = usd(900);
        terms.auctions.start_reward = usd(1);
        terms.auctions.start_share = Ratio::from_bps(100);
        terms.auctions.mark_reward = usd(1);
        match self {
            Self::Plain => return,
            Self::Insured => return insured::insure(sheet),
            Self::Exposed => return adversary::expose(sheet),
            Self::Voted => return voted::govern(sheet),
            Self::Paying | Self::Strict => {}
        }
        for tranche in &mut sheet.tranches {
            tranche.terms.policy = Policy::PayOut;
        }
        if self == Self::Strict {
            sheet.tranches[1].terms.interest_cover = Ratio::from_bps(5_000);
            sheet.patience = Some(5);
        } else {
            sheet.ends_at = Some(START.plus(Period(12 * DAY.0)));
        }
        sheet.frozen_limit = Period(2 * DAY.0);
        sheet.fees = Fees {
            management: Ratio::from_bps(100),
            performance: Ratio::from_bps(1_000),
            close_reward: 1_000,
            beneficiary: Some("manager".into()),
        };
    }
}

/// An order as someone would keep it who visits every order.
#[derive(Default)]
struct OrderModel {
    remaining: Balance,
    /// Takes part from the next epoch on.
    joining: Balance,
    conditions: Conditions,
}

/// What somebody has in a tranche.
#[derive(Default)]
struct HoldingModel {
    deposit: OrderModel,
    redemption: OrderModel,
    /// In his wallet.
    held: Balance,
    /// Claimable.
    tokens: Balance,
    cash: Balance,
    /// Distributed on tokens that lie with the agent, and on those in his wallet.
    coupons: f64,
    distributions: f64,
    /// In a locker, and what was distributed on those.
    locked: Balance,
    locked_cash: f64,
}

/// The deal as someone would keep it who has all the time in the world.
struct Model {
    /// Claims of the classes with one, in base units.
    claims: [f64; 2],
    /// Growth of claims that was not paid.
    growth: [f64; 2],
    /// Whether a class was worth nothing at the last settlement.
    wiped: [bool; 2],
    deployed: f64,
    principal: Balance,
    accrued_at: Timestamp,
    management: f64,
    fees: f64,
    interest: Balance,
    phase: Phase,
    /// By owner and tranche.
    holdings: BTreeMap<(usize, usize), HoldingModel>,
    /// Fills and payments.
    events: u128,
    backers: insured::Backers,
    minted: Balance,
}

struct Walk {
    world: World,
    model: Model,
    /// What feeders say an ether costs, in whole dollars; nothing while they are silent.
    price: Option<u128>,
    last_price: u128,
    /// What feeders last said, and when.
    said: Option<(Timestamp, u128)>,
    /// One of the feeders, that misbehaves.
    source: Option<AccountId>,
    assembly: voted::Assembly,
    /// What succeeded, by name.
    done: BTreeMap<&'static str, u32>,
    /// Messages sent.
    sent: u32,
}

impl Walk {
    fn new(kind: Kind) -> Self {
        let world = World::with(|sheet| kind.change(sheet));
        let source = (kind == Kind::Exposed).then(|| adversary::prepare(&world));
        world.quote(100, 5_000);
        let management = world.deal.sheet.fees.management.0 as f64 / Ratio::ONE.0 as f64;
        let model = Model {
            claims: [0.0; 2],
            growth: [0.0; 2],
            wiped: [true; 2],
            deployed: 0.0,
            principal: 0,
            accrued_at: START,
            management,
            fees: 0.0,
            interest: 0,
            phase: Phase::Revolving,
            holdings: BTreeMap::new(),
            events: 0,
            backers: insured::Backers::default(),
            minted: 0,
        };
        let mut walk = Self {
            world,
            model,
            price: Some(100),
            last_price: 100,
            said: None,
            source,
            assembly: voted::Assembly::new(START),
            done: BTreeMap::new(),
            sent: 0,
        };
        let terms = OrderTerms {
            permille: None,
            epochs: None,
        };
        for (who, tranche, amount) in [(0, 0, usd(600)), (1, 1, usd(250)), (2, 2, usd(150))] {
            walk.run(&Step::Deposit {
                who,
                tranche,
                amount,
                terms,
            });
        }
        walk.run(&Step::CloseEpoch { stale: false });
        for (who, position) in (0..3).zip(0..) {
            walk.run(&Step::Open {
                who,
                amount: eth(4),
            });
            walk.run(&Step::Draw {
                position,
                permille: 800,
            });
        }
        walk
    }

    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    fn count_if(&mut self, happened: bool, what: &'static str) {
        if happened {
            self.count(what);
        }
    }

    /// Feeders repeat themselves, so that prices are a moment old.
    fn refresh(&mut self) {
        let Some(eth) = self.price else { return };
        if self.said != Some((self.world.chain.now(), eth)) {
            self.world.quote_ether(price(eth));
            self.said = Some((self.world.chain.now(), eth));
        }
    }

    /// The originator of a position, and what may be drawn against it or withdrawn from it.
    fn position(&self, position: u32) -> Option<(&'static str, Balance, Balance)> {
        let view = self
            .world
            .reads(self.world.servicing().position(PositionId(position)))
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
    fn sends<T, E>(
        &mut self,
        who: &str,
        message: impl Into<Message<Result<T, E>>>,
    ) -> Result<Called<T>, E>
    where
        T: Decode,
        E: Decode + Debug,
    {
        let actor = self.world.account(who);
        // A digest takes longer than most messages: one in four shows whether a refusal left anything behind.
        self.sent += 1;
        let digest = || (self.sent % 4 == 0).then(|| self.world.chain.state_digest());
        let before = digest();
        let called = self.world.chain.call(actor, message).expect("an answer");
        match called.answer {
            Ok(answer) => Ok(Called {
                answer,
                weight: called.weight,
                emitted: called.emitted,
            }),
            Err(error) => {
                assert!(!format!("{error:?}").contains(&format!("{:?}", PoolError::NotConserved)));
                assert_eq!(digest(), before, "refused with {error:?}");
                Err(error)
            }
        }
    }

    fn tries<T, E>(&mut self, who: &str, message: impl Into<Message<Result<T, E>>>) -> Option<T>
    where
        T: Decode,
        E: Decode + Debug,
    {
        self.sends(who, message).ok().map(|called| called.answer)
    }

    fn provide_cash(&mut self, who: &str, amount: Balance) {
        self.model.minted += amount;
        self.world.provide_cash(who, amount);
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Deposit {
                who,
                tranche,
                amount,
                terms,
            } => self.deposit(who, tranche, amount, terms),
            Step::Redeem {
                who,
                tranche,
                permille,
                terms,
            } => self.redeem(who, tranche, permille, terms),
            Step::Cancel {
                who,
                tranche,
                deposit,
            } => self.cancel(who, tranche, deposit),
            Step::Claim { who, tranche } => self.claim(who, tranche),
            Step::ClaimAll { who } => self.claim_all(who),
            Step::Transfer {
                who,
                to,
                tranche,
                permille,
            } => self.transfer(who, to, tranche, permille),
            Step::Surrender {
                who,
                tranche,
                permille,
            } => self.surrender(who, tranche, permille),
            Step::CloseEpoch { stale } => self.close_epoch(stale),
            Step::CutOff => self.world.cut_off(),
            Step::Open { who, amount } => {
                self.provide_ether(who, amount);
                let open = self.world.vault().open(ETH, amount);
                self.tries(PEOPLE[who], open);
            }
            Step::AddCollateral {
                who,
                position,
                amount,
            } => {
                self.provide_ether(who, amount);
                let position = PositionId(position);
                let add = self.world.vault().add_collateral(position, amount);
                self.tries(PEOPLE[who], add);
            }
            Step::Withdraw { position, permille } => {
                self.refresh();
                if let Some((owner, _, collateral)) = self.position(position) {
                    self.withdraw(owner, position, collateral * permille / 1_000);
                }
            }
            Step::Draw { position, permille } => {
                self.refresh();
                if let Some((owner, limit, _)) = self.position(position) {
                    let drawable = self.world.reads(self.world.pool().drawable_cash()).unwrap();
                    self.draw(owner, position, limit.min(drawable) * permille / 1_000);
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
                permille,
            } => self.repay(who, position, permille),
            Step::Liquidate => {
                self.refresh();
                for position in self.positions() {
                    self.liquidate(position);
                }
            }
            Step::Take {
                who,
                auction,
                amount,
                late,
            } => self.take(who, auction, amount, late),
            Step::Reset { auction } => {
                self.refresh();
                self.reset(self.auction(auction));
            }
            Step::Cure { who, auction } => self.cure(who, auction),
            Step::Impair => {
                self.refresh();
                for position in self.positions() {
                    let impair = self.world.servicing().impair(position);
                    let done = self.tries("anybody", impair).is_some();
                    self.count_if(done, "loan impaired");
                }
            }
            Step::Restore => {
                self.refresh();
                for position in self.positions() {
                    let restore = self.world.servicing().restore(position);
                    let done = self.tries("anybody", restore).is_some();
                    self.count_if(done, "loan restored");
                }
            }
            Step::Trip { level, hours } => {
                let period = Period(hours * HOUR.0);
                self.tries("governor", self.world.engine().arm_breaker());
                let set = self.world.engine().set_breaker(level, period);
                let done = self.tries("governor", set).is_some();
                self.count_if(done && level == 3, "stopped");
            }
            Step::PayDues => {
                for due in [Due::Fees, Due::Insurance] {
                    self.tries("anybody", self.world.pool().pay(due));
                }
                for who in ["reserve", "anybody"] {
                    let claim = self.world.engine().claim(self.world.account(who));
                    let claimed = self.tries("anybody", claim).is_some();
                    self.count_if(claimed, "claimed penalties");
                }
                let deficient = self.tries("anybody", self.world.pool().reconcile());
                assert_eq!(deficient, Some(false));
            }
            Step::Quote { eth } => {
                self.last_price = eth;
                self.price = self.price.map(|_| eth);
                self.refresh();
            }
            Step::Wait { seconds } => self.world.chain.advance(Period::from_secs(seconds)),
            Step::Silence { silent } => self.price = (!silent).then_some(self.last_price),
            Step::Donate { amount } => {
                self.provide_cash("donor", 3 * amount);
                let cash = self.world.deal.cash;
                let deal = &self.world.deal;
                for to in [deal.pool, deal.agent, deal.insurance] {
                    let give = Psp22::from(cash).call_mut().transfer(to, amount, vec![]);
                    self.tries("donor", give);
                }
            }
            Step::Adverse(ref step) => self.adverse_step(step),
            Step::Particular {
                ref insured,
                ref adverse,
                ref voted,
            } => {
                self.insurance_step(insured);
                if self.world.deal.registry.is_some() {
                    self.adverse_step(adverse);
                }
                self.voting_step(voted);
            }
        }
    }

    fn repay(&mut self, who: usize, position: usize, permille: u128) {
        let count = self.world.reads(self.world.servicing().position_count());
        let debt = |position| {
            let view = self.world.reads(self.world.servicing().position(position));
            view.map_or(0, |view| view.debt)
        };
        let indebted: Vec<_> = (0..count)
            .map(|number| (PositionId(number), debt(PositionId(number))))
            .filter(|(_, debt)| *debt > 0)
            .collect();
        let Some((position, debt)) = indebted.get(position % indebted.len().max(1)) else {
            return;
        };
        let amount = debt * permille / 1_000;
        self.provide_cash(PEOPLE[who], amount);
        let repay = self.world.vault().repay(*position, amount);
        if let Ok(repaid) = self.sends(PEOPLE[who], repay) {
            self.count("repaid");
            self.collect(&repaid);
        }
    }

    fn provide_ether(&self, who: usize, amount: Balance) {
        let (token, vault) = (self.world.deal.collateral_token(ETH), self.world.deal.vault);
        self.world.provide(token, PEOPLE[who], vault, amount);
    }

    /// Whether an order that comes now is late, and the number of the epoch.
    fn epoch(&self) -> (bool, u32) {
        let epoch = self.world.reads(self.world.agent().epoch());
        (self.world.chain.now() >= epoch.cut_off_at, epoch.number)
    }

    fn deposit(&mut self, who: usize, tranche: u32, amount: Balance, terms: OrderTerms) {
        let (late, epoch) = self.epoch();
        let (conditions, owner) = (terms.in_epoch(epoch), self.world.account(PEOPLE[who]));
        self.model.minted += amount;
        self.world.provide(
            self.world.deal.cash,
            PEOPLE[who],
            self.world.deal.agent,
            amount,
        );
        let id = TrancheId(tranche);
        let order = self
            .world
            .orders()
            .request_deposit(id, amount, owner, conditions);
        if self.tries(PEOPLE[who], order).is_some() {
            self.count_if(late, "ordered late");
            let holding = self.model.holding(who, id.index());
            holding.deposit.grow(amount, late, conditions);
        }
    }

    /// What waits to be claimed goes first.
    fn redeem(&mut self, who: usize, tranche: u32, permille: u128, terms: OrderTerms) {
        let (late, epoch) = self.epoch();
        let (conditions, owner) = (terms.in_epoch(epoch), self.world.account(PEOPLE[who]));
        let id = TrancheId(tranche);
        let waiting = self.world.order(PEOPLE[who], id).claimable_tokens;
        let held = self.model.holding(who, id.index()).held;
        let amount = (waiting + held) * permille / 1_000;
        let order = self
            .world
            .orders()
            .request_redeem(id, amount, owner, conditions);
        if self.tries(PEOPLE[who], order).is_some() {
            self.count_if(late, "ordered late");
            let holding = self.model.holding(who, id.index());
            let released = amount.min(waiting);
            holding.tokens = holding.tokens.saturating_sub(released);
            holding.held -= amount - released;
            holding.redemption.grow(amount, late, conditions);
        }
    }

    fn claim(&mut self, who: usize, tranche: u32) {
        let owner = self.world.account(PEOPLE[who]);
        let id = TrancheId(tranche);
        let claimed = self.tries("anybody", self.world.orders().claim(id, owner));
        let left = self.world.order(PEOPLE[who], id);
        self.count_if(left.claimable_tokens + left.claimable_cash > 0, "kept");
        if let Some(claimed) = claimed {
            let holding = self.model.holding(who, id.index());
            holding.held += claimed.claimable_tokens;
            holding.keep(left.claimable_tokens, left.claimable_cash);
        }
    }

    fn claim_all(&mut self, who: usize) {
        let owner = self.world.account(PEOPLE[who]);
        let held = |world: &World, index| world.balance(world.deal.tranches[index], PEOPLE[who]);
        if self
            .tries("anybody", self.world.distributions().claim_all(owner))
            .is_none()
        {
            return;
        }
        for index in 0..3 {
            let now = held(&self.world, index);
            let left = self.world.order(PEOPLE[who], TrancheId(index as u32));
            let holding = self.model.holding(who, index);
            let paid = holding.distributions >= 1.0;
            holding.held = now;
            // What was distributed on tokens in his account is kept with the rest, if the cash is refused.
            holding.coupons += core::mem::take(&mut holding.distributions);
            holding.keep(left.claimable_tokens, left.claimable_cash);
            self.count_if(paid, "claimed a distribution");
        }
    }

    fn transfer(&mut self, who: usize, to: usize, tranche: u32, permille: u128) {
        self.claim(who, tranche);
        let index = TrancheId(tranche).index();
        let amount = self.model.holding(who, index).held * permille / 1_000;
        let recipient = self.world.account(PEOPLE[to]);
        let mut token = Psp22::from(self.world.deal.tranches[index]);
        let transfer = token.call_mut().transfer(recipient, amount, vec![]);
        if self.tries(PEOPLE[who], transfer).is_some() {
            self.model.holding(who, index).held -= amount;
            self.model.holding(to, index).held += amount;
            self.count_if(amount > 0 && who != to, "transferred");
        }
    }

    fn surrender(&mut self, who: usize, tranche: u32, permille: u128) {
        self.claim(who, tranche);
        let id = TrancheId(tranche);
        let amount = self.model.holding(who, id.index()).held * permille / 1_000;
        let supply = self.model.supply(id.index());
        let surrender = self.world.agent().surrender(id, amount);
        if self.tries(PEOPLE[who], surrender).is_some() {
            self.count("surrendered");
            self.model.accrue(self.world.chain.now());
            self.model.holding(who, id.index()).held -= amount;
            self.model.burn(id.index(), amount, supply);
        }
    }

    fn close_epoch(&mut self, stale: bool) {
        if stale {
            let epoch = self.world.reads(self.world.agent().epoch());
            let before = Timestamp(epoch.cut_off_at.0 - 2_000);
            self.world.chain.advance_to(before);
            self.refresh();
        }
        self.world.end_epoch();
        if !stale {
            self.refresh();
        }
        let preview = self.world.reads(self.world.agent().preview_settlement());
        let (_, epoch) = self.epoch();
        let reserve = self.reserve();
        let closed = self.sends("anybody", self.world.agent().close_epoch());
        let closed = match closed {
            Ok(closed) => closed,
            Err(error) => {
                let is_stale = matches!(error, AgentError::PricesBeforeCutOff { .. });
                let is_over = error == AgentError::Pool(PoolError::Closed.into());
                assert!(is_stale || is_over, "{error:?}");
                assert_eq!(is_over, self.model.phase == Phase::Closed);
                return self.count(if is_over {
                    "was over"
                } else {
                    "prices too old"
                });
            }
        };
        let settlement = &closed.answer;
        assert_eq!(preview.as_ref(), Ok(settlement));
        assert_eq!(&published(&closed, epoch), settlement);
        self.check_settlement(settlement);
        self.cover(reserve, &closed);
        let happened = self.model.settle(settlement, epoch, self.world.chain.now());
        happened.into_iter().for_each(|what| self.count(what));
        self.check_claims(settlement);
        self.check_holdings();
        if epoch % 2 == 0 {
            self.world.assert_tranches_balanced();
        }
    }

    fn withdraw(&mut self, who: &str, position: u32, amount: Balance) {
        let position = PositionId(position);
        let withdraw = self.world.vault().withdraw_collateral(position, amount);
        self.tries(who, withdraw);
    }

    fn draw(&mut self, who: &str, position: u32, amount: Balance) {
        let draw = self.world.vault().draw(PositionId(position), amount);
        if self.tries(who, draw).is_some() {
            assert_eq!(self.model.phase, Phase::Revolving);
            self.count("drawn");
            self.redeploy();
        }
    }

    /// Every position that was ever opened.
    fn positions(&self) -> impl Iterator<Item = PositionId> {
        let count = self.world.reads(self.world.servicing().position_count());
        (0..count).map(PositionId)
    }

    fn liquidate(&mut self, position: PositionId) {
        let liquidate = self.world.engine().liquidate(ETH, position);
        let done = self.tries("anybody", liquidate).is_some();
        self.count_if(done, "liquidated");
    }

    /// One of the auctions in progress, if there is any.
    fn auction(&self, number: u32) -> AuctionId {
        let open = self
            .world
            .reads(self.world.engine().auctions(AuctionId(0), 50));
        let chosen = open.get(number as usize % open.len().max(1));
        chosen.map_or(AuctionId(number), |view| view.id)
    }

    fn reset(&mut self, auction: AuctionId) {
        let reset = self.world.engine().reset(auction);
        let done = self.tries("anybody", reset).is_some();
        self.count_if(done, "reset");
    }

    fn cure(&mut self, who: usize, auction: u32) {
        let auction = self.auction(auction);
        self.provide_cash(PEOPLE[who], usd(2_000));
        let cure = self.world.engine().cure(auction);
        if let Ok(cured) = self.sends(PEOPLE[who], cure) {
            self.count("cured");
            self.collect(&cured);
        }
    }

    fn take(&mut self, who: usize, auction: u32, amount: Balance, late: bool) {
        let auction = self.auction(auction);
        self.reset(auction);
        self.provide_cash(PEOPLE[who], usd(1_000));
        let a_moment_ago = Timestamp(self.world.chain.now().0 - 1);
        let deadline = if late { a_moment_ago } else { NEVER };
        let take = self
            .world
            .engine()
            .take(auction, amount, ANY_PRICE, deadline);
        if let Ok(taken) = self.sends(PEOPLE[who], take) {
            assert!(!late, "a purchase after its deadline");
            let sold = taken.events::<LotChanged>();
            let is_lost = sold.iter().any(|sold| sold.written_off > Some(0));
            self.count(if is_lost { "written off" } else { "taken" });
            self.collect(&taken);
        }
    }

    fn cancel(&mut self, who: usize, tranche: u32, deposit: bool) {
        let (id, owner) = (TrancheId(tranche), self.world.account(PEOPLE[who]));
        let overdue_at = self
            .world
            .reads(self.world.agent().epoch())
            .ends_at
            .plus(DAY);
        let is_overdue = self.world.chain.now() >= overdue_at;
        let (late, epoch) = self.epoch();
        let token = self.world.deal.tranches[id.index()];
        let asset = if deposit { self.world.deal.cash } else { token };
        let before = self.world.balance(asset, PEOPLE[who]);
        let returned = if deposit {
            self.tries(PEOPLE[who], self.world.orders().cancel_deposit(id, owner))
        } else {
            self.tries(PEOPLE[who], self.world.orders().cancel_redeem(id, owner))
        };
        let Some(returned) = returned else { return };
        let sent = self.world.balance(asset, PEOPLE[who]) - before;
        self.count_if(sent < returned, "cancelled and kept");
        let tolerance = self.model.tolerance();
        let holding = self.model.holding(who, id.index());
        if deposit {
            holding.cash += returned - sent;
        } else {
            holding.held += sent;
            holding.tokens += returned - sent;
        }
        let order = if deposit {
            &mut holding.deposit
        } else {
            &mut holding.redemption
        };
        let stays = late && !is_overdue;
        let at_once = order.joining + if stays { 0 } else { order.remaining };
        assert!(
            at_once.abs_diff(returned) <= tolerance,
            "{at_once}, not {returned}"
        );
        order.joining = 0;
        if stays {
            order.conditions.until = Some(epoch);
            let took_part = order.remaining > 0;
            self.count_if(took_part, "cancelled late");
        } else {
            *order = OrderModel::default();
        }
    }

    /// A payment came: what of it is interest pays coupons.
    fn collect<T>(&mut self, called: &Called<T>) {
        for told in called.events::<PaymentCollected>() {
            let Payment { interest, .. } = told.payment;
            self.model.interest += interest - self.premium(interest);
        }
        self.redeploy();
    }

    /// What of interest goes to insurance.
    fn premium(&self, interest: Balance) -> Balance {
        let terms = self.world.pool_terms();
        interest * terms.premium.0 / Ratio::ONE.0
    }

    /// Cash moved between the pool and its borrowers: claims grow on another share from now on.
    fn redeploy(&mut self) {
        let portfolio = self.world.reads(self.world.vault().portfolio()).unwrap();
        self.recount(portfolio.principal);
    }

    /// The pool got cash for nothing: loans that went bad since it last lent or was paid count until the next time.
    fn contributed(&mut self) {
        self.recount(self.model.principal);
    }

    /// From now on so much is lent, beside the cash there is.
    fn recount(&mut self, principal: Balance) {
        self.model.accrue(self.world.chain.now());
        let cash = self.world.reads(self.world.pool().books()).cash;
        self.model.redeploy(principal, cash);
    }

    /// What a settlement says about itself: the waterfall, cover, the order of payments, and that nobody is
    /// short-changed.
    fn check_settlement(&self, settlement: &Settlement) {
        let Settlement {
            portfolio,
            trace,
            tranches,
            ..
        } = settlement;
        let loans = portfolio.performing + portfolio.stressed;
        let owed = trace.fees_owed + trace.fees_funded - trace.performance_fee;
        let value = (trace.cash_before + trace.cover + loans).saturating_sub(owed);
        assert_eq!(trace.value_before, value);
        let mut left = value;
        for (index, tranche) in tranches.iter().enumerate() {
            let due = if index == 2 {
                left
            } else {
                tranche.claim_before
            };
            assert_eq!(
                tranche.value_before,
                due.min(left),
                "the waterfall of {settlement:?}"
            );
            left -= tranche.value_before;
        }
        assert_eq!(left, 0);
        let sum = |of: fn(&ClassTrace) -> Balance| tranches.iter().map(of).sum::<Balance>();
        let after = (trace.cash_after + loans).saturating_sub(trace.fees_owed);
        assert_eq!(sum(|class| class.value_after), trace.value_after);
        assert_eq!(trace.value_after, after);
        let paid = sum(|class| class.payout.coupon + class.payout.principal + class.fill.paid);
        let cash = trace.cash_before + trace.cover + sum(|class| class.fill.deposited);
        assert_eq!(
            trace.cash_after,
            cash - paid - trace.fees_funded - trace.dust
        );

        let revolves = trace.phase == Phase::Revolving;
        assert!(trace.phase >= self.model.phase, "a state returned");
        assert!(revolves || sum(|class| class.fill.deposited + class.fill.burned) == 0);
        assert!(sum(|class| class.payout.coupon) <= self.model.interest);
        if !revolves {
            // One after the other.
            let mut above = 0;
            for class in tranches {
                assert!(above == 0 || class.payout.principal == 0, "{settlement:?}");
                above += if class.supply_after > 0 {
                    class.value_after
                } else {
                    0
                };
            }
        }
        let is_lent = portfolio.performing + portfolio.seized_debt > 0;
        for (index, minimum_bps) in [(0, 4_000), (1, 1_500)] {
            let cover = |values: &[Balance]| {
                let pool: Balance = values.iter().sum();
                let below: Balance = values[index + 1..].iter().sum();
                (below * 10_000, pool * minimum_bps)
            };
            let of = |value: fn(&ClassTrace) -> Balance| {
                cover(&tranches.iter().map(value).collect::<Vec<_>>())
            };
            let (cover_after, needed_after) = of(|class| class.value_after);
            let needs_cover = is_lent && revolves && tranches[index].value_after > 0;
            if needs_cover && tranches[index].covered {
                assert!(
                    cover_after >= needed_after,
                    "a test that held was broken: {settlement:?}"
                );
            }
        }
    }

    /// What classes are owed, and the fees.
    fn check_claims(&self, settlement: &Settlement) {
        let tolerance = |amount: f64| self.model.tolerance() as f64 + amount * 1e-9;
        for (index, claim) in self.model.claims.iter().enumerate() {
            let exact = settlement.tranches[index].claim_after as f64;
            assert!(
                (exact - claim).abs() <= tolerance(*claim),
                "{exact} is not {claim}"
            );
        }
        let (exact, fees) = (settlement.trace.fees_owed as f64, self.model.fees);
        assert!(
            (exact - fees).abs() <= tolerance(fees),
            "{exact} is not {fees}"
        );
    }

    /// What must hold after every step. What takes long to see is looked at now and then.
    fn check(&self, number: usize) {
        self.world.assert_books_balanced();
        let state = self.world.reads(self.world.pool().state());
        let deployed = state.deployed.0 as f64 / Ratio::ONE.0 as f64;
        let expected = self.model.deployed;
        assert!(
            (deployed - expected).abs() < 1e-9,
            "{deployed} is lent, not {expected}"
        );
        if number % 16 == 0 {
            self.check_everybody();
        }
    }

    /// Nothing is anywhere but with the people, the pool, the agent, the engine and the vault.
    fn check_everybody(&self) {
        self.world.assert_cash_balanced();
        self.world.assert_owed_balanced();
        self.world.assert_collateral_balanced();
        self.check_claims_are_open();
        let deal = &self.world.deal;
        let cash = |who| self.world.balance(deal.cash, who);
        let people: Balance = PEOPLE
            .into_iter()
            .chain(["donor", "reserve", "manager", "anybody"])
            .map(cash)
            .sum();
        let contracts = [deal.pool, deal.agent, deal.engine].into_iter();
        let contracts = contracts.chain(deal.fund().map(|_| deal.insurance));
        let contracts = contracts.chain(self.world.lockers());
        let balance = |contract| {
            deal.balance(&self.world.chain, deal.cash, contract)
                .unwrap()
        };
        let kept: Balance = contracts.map(balance).sum();
        assert_eq!(people + kept, self.model.minted, "all cash there is");
    }

    /// Everybody has what the model says.
    fn check_holdings(&self) {
        let tolerance = self.model.tolerance();
        for ((who, index), model) in &self.model.holdings {
            let (id, owner) = (TrancheId(*index as u32), self.world.account(PEOPLE[*who]));
            let view = self.world.order(PEOPLE[*who], id);
            let held = self
                .world
                .balance(self.world.deal.tranches[*index], PEOPLE[*who]);
            assert_eq!(held, model.held, "tokens of {} in {id:?}", PEOPLE[*who]);
            let distribution = self.world.reads(self.world.token(id).distribution(owner));
            let cash = model.cash as f64 + model.coupons;
            let (locked, locked_cash) = self.locked(*who, *index);
            assert_eq!(locked, model.locked, "locked by {}", PEOPLE[*who]);
            for (what, exact, expected) in [
                (
                    "deposit",
                    view.pending_deposit,
                    model.deposit.waiting() as f64,
                ),
                (
                    "redemption",
                    view.pending_redemption,
                    model.redemption.waiting() as f64,
                ),
                ("tokens", view.claimable_tokens, model.tokens as f64),
                ("cash", view.claimable_cash, cash),
                ("distribution", distribution, model.distributions),
                ("distribution on locked", locked_cash, model.locked_cash),
            ] {
                let difference = (exact as f64 - expected).abs();
                let owner = PEOPLE[*who];
                assert!(
                    difference <= tolerance as f64,
                    "{what} of {owner} in {id:?}: {exact}, not {expected}"
                );
            }
        }
    }
}

impl OrderModel {
    fn grow(&mut self, amount: Balance, late: bool, conditions: Conditions) {
        self.conditions = conditions;
        if late {
            self.joining += amount;
        } else {
            self.remaining += amount;
        }
    }

    fn waiting(&self) -> Balance {
        self.remaining + self.joining
    }

    /// What is left when `epoch` ends and the order with it, if it does. What came late joins.
    fn end(&mut self, epoch: u32) -> Balance {
        let expired = match self.conditions.until == Some(epoch) {
            true => core::mem::take(&mut self.remaining),
            false => 0,
        };
        self.remaining += core::mem::take(&mut self.joining);
        if self.remaining == 0 {
            *self = Self::default();
        }
        expired
    }
}

impl HoldingModel {
    /// A claim left so much of what it could not send.
    fn keep(&mut self, tokens: Balance, cash: Balance) {
        if tokens == 0 {
            self.tokens = 0;
        }
        if cash == 0 {
            (self.cash, self.coupons) = (0, 0.0);
        }
    }

    /// All tokens that are his, wherever they lie.
    fn all_tokens(&self) -> Balance {
        self.held + self.locked + self.tokens + self.redemption.waiting()
    }
}

impl Model {
    fn holding(&mut self, who: usize, index: usize) -> &mut HoldingModel {
        self.holdings.entry((who, index)).or_default()
    }

    fn of_class(&mut self, index: usize) -> impl Iterator<Item = &mut HoldingModel> {
        let holdings = self.holdings.iter_mut();
        holdings
            .filter(move |(key, _)| key.1 == index)
            .map(|(_, holding)| holding)
    }

    fn supply(&mut self, index: usize) -> Balance {
        self.of_class(index)
            .map(|holding| holding.all_tokens())
            .sum()
    }

    /// Chain and model both lose up to one base unit per order or claim at each fill and payment, and as many as there
    /// are order books.
    fn tolerance(&self) -> Balance {
        4 * self.events + 4
    }

    fn accrue(&mut self, now: Timestamp) {
        let (seconds, reached) = self.accrued_at.whole_secs_until(now);
        self.accrued_at = reached;
        for index in 0..2 {
            if !self.wiped[index] {
                let rate = [0.05, 0.09][index] / SECONDS * self.deployed;
                let grown = self.claims[index] * (rate.ln_1p() * seconds as f64).exp_m1();
                self.claims[index] += grown;
                self.growth[index] += grown;
            }
        }
        self.fees += self.principal as f64 * self.management * seconds as f64 / SECONDS;
    }

    fn redeploy(&mut self, principal: Balance, cash: Balance) {
        self.principal = principal;
        let total = principal + cash;
        self.deployed = match total {
            0 => 0.0,
            total => principal as f64 / total as f64,
        };
    }

    /// Tokens are gone, and their part of the claim.
    fn burn(&mut self, index: usize, burned: Balance, supply: Balance) {
        if let (Some(claim), 1..) = (self.claims.get_mut(index), burned) {
            let left = 1.0 - burned as f64 / supply as f64;
            *claim *= left;
            self.growth[index] *= left;
        }
    }

    /// Does what the settlement says it did, order by order. Returns what was remarkable.
    fn settle(&mut self, settlement: &Settlement, epoch: u32, now: Timestamp) -> Vec<&'static str> {
        let (trace, portfolio) = (&settlement.trace, &settlement.portfolio);
        let mut happened = Vec::new();
        let mut note = |what, is_so: bool| happened.extend(is_so.then_some(what));
        self.accrue(now);
        self.fees += trace.performance_fee as f64 - trace.fees_funded as f64;
        self.interest = 0;
        note("fees funded", trace.fees_funded > 0);
        let mut moved = trace.dust > 0 || trace.cover > 0;
        for (index, class) in settlement.tranches.iter().enumerate() {
            let payout = class.payout.coupon + class.payout.principal;
            let fill = class.fill;
            self.pay(index, payout, class);
            let skipped = self.fill(index, true, (fill.deposited, fill.minted), |limit| {
                class.entry <= limit
            });
            note("too dear", skipped);
            let skipped = self.fill(index, false, (fill.burned, fill.paid), |limit| {
                class.exit >= limit
            });
            note("too cheap", skipped);
            let before = class.supply_after - fill.minted + fill.burned;
            if let Some(claim) = self.claims.get_mut(index) {
                *claim += fill.deposited as f64;
            }
            self.burn(index, fill.burned, before + fill.minted);
            let mut expired = 0;
            for holding in self.of_class(index) {
                let (cash, tokens) = (holding.deposit.end(epoch), holding.redemption.end(epoch));
                holding.cash += cash;
                holding.tokens += tokens;
                expired += cash + tokens;
            }
            self.events += u128::from(expired > 0);
            let supply = self.supply(index);
            assert!(supply.abs_diff(class.supply_after) <= self.tolerance() * 4);
            if let (Some(wiped), false) = (self.wiped.get_mut(index), portfolio.frozen) {
                *wiped = class.value_after == 0;
            }
            moved |= payout + fill.deposited + fill.burned > 0;
            note("coupon", class.payout.coupon > 0);
            note("principal", class.payout.principal > 0);
            let diverts = class.payout.principal > 0 && trace.phase == Phase::Revolving;
            note("diverted", diverts && !portfolio.frozen);
            note("filled deposits", fill.deposited > 0);
            note("filled redemptions", fill.burned > 0);
            note("expired", expired > 0);
            note("impaired", class.value_after < class.claim_after);
        }
        if moved || self.principal != portfolio.principal {
            self.redeploy(portfolio.principal, trace.cash_after);
        }
        note("settled in stress", portfolio.seized_debt > 0);
        note("settled without a price", portfolio.frozen);
        let states = [
            (Phase::Amortising, "amortising"),
            (Phase::WindDown, "wound down"),
            (Phase::Closed, "closed"),
        ];
        for (phase, what) in states {
            note(what, trace.phase == phase && self.phase < phase);
        }
        self.phase = trace.phase;
        happened
    }

    /// Everybody gets the same for each token, wherever it lies.
    fn pay(&mut self, index: usize, payout: Balance, class: &ClassTrace) {
        if payout == 0 {
            return;
        }
        self.events += 1;
        let supply = self.supply(index) as f64;
        let per_token = payout as f64 / supply;
        for holding in self.of_class(index) {
            holding.distributions += holding.held as f64 * per_token;
            holding.locked_cash += holding.locked as f64 * per_token;
            let elsewhere = holding.tokens + holding.redemption.waiting();
            holding.coupons += elsewhere as f64 * per_token;
        }
        let tolerance = self.tolerance() as f64;
        if let (Some(claim), Some(growth)) =
            (self.claims.get_mut(index), self.growth.get_mut(index))
        {
            assert!(
                class.payout.coupon as f64 <= *growth + tolerance,
                "{class:?}"
            );
            *claim -= payout as f64;
            *growth = (*growth - payout as f64).max(0.0);
        }
    }

    /// Returns whether an order that waits asks for a better price.
    fn fill(
        &mut self,
        index: usize,
        deposit: bool,
        (filled, output): (Balance, Balance),
        keeps: impl Fn(Price) -> bool,
    ) -> bool {
        let mut skipped = false;
        let mut orders: Vec<_> = Vec::new();
        for holding in self.of_class(index) {
            let (order, received) = match deposit {
                true => (&mut holding.deposit, &mut holding.tokens),
                false => (&mut holding.redemption, &mut holding.cash),
            };
            if order.conditions.limit.is_none_or(&keeps) {
                orders.push((order, received));
            } else {
                skipped |= order.remaining > 0;
            }
        }
        if filled == 0 {
            return skipped;
        }
        let pending: Balance = orders.iter().map(|(order, _)| order.remaining).sum();
        for (order, received) in orders {
            let part = order.remaining as f64 / pending.max(filled) as f64;
            let share = |of: Balance| (of as f64 * part) as Balance;
            let gone = share(filled).min(order.remaining);
            order.remaining -= gone;
            *received += share(output);
        }
        self.events += 1;
        skipped
    }
}

/// Of all walkers together.
const WALKS: u32 = 120;
/// Walkers walk at the same time, each from a seed of its own.
const WALKERS: u8 = 2;

/// What all walks together must have done, or they are not worth walking.
const LANDMARKS: [&str; 47] = [
    "amortising",
    "cancelled late",
    "claimed income",
    "claimed of locked",
    "covered",
    "covered in part",
    "claimed a distribution",
    "claimed penalties",
    "closed",
    "coupon",
    "cured",
    "diverted",
    "drawn",
    "executed",
    "expired",
    "fees funded",
    "filled deposits",
    "filled redemptions",
    "impaired",
    "kept",
    "lied",
    "liquidated",
    "loan impaired",
    "loan restored",
    "locked",
    "ordered late",
    "paused",
    "poked",
    "prices too old",
    "principal",
    "proposed",
    "recovered",
    "repaid",
    "reset",
    "set",
    "settled in stress",
    "settled without a price",
    "staked",
    "stopped",
    "surrendered",
    "taken",
    "too cheap",
    "too dear",
    "transferred",
    "voted",
    "wound down",
    "written off",
];

fn number_in(variable: &str) -> Option<u32> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Where a walker begins: the same everywhere, or by the number in `SLUICE_SEED`.
fn seed(algorithm: RngAlgorithm, walker: u8) -> TestRng {
    let mut seed = [walker; 32];
    seed[..4].copy_from_slice(&number_in("SLUICE_SEED").unwrap_or(0).to_le_bytes());
    TestRng::from_seed(algorithm, &seed)
}

/// What walks did.
#[derive(Debug, Default)]
struct Tally {
    walks: u32,
    steps: usize,
    messages: u32,
    /// What succeeded, by name.
    done: BTreeMap<&'static str, u32>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.walks += other.walks;
        self.steps += other.steps;
        self.messages += other.messages;
        for (what, times) in other.done {
            *self.done.entry(what).or_default() += times;
        }
    }
}

fn walk(kind: Kind, steps: &[Step]) -> Tally {
    let mut walk = Walk::new(kind);
    for (number, step) in steps.iter().enumerate() {
        walk.run(step);
        walk.check(number);
    }
    walk.check_everybody();
    walk.check_holdings();
    walk.world.assert_tranches_balanced();
    Tally {
        walks: 1,
        steps: steps.len(),
        messages: walk.sent,
        done: walk.done,
    }
}

fn walk_often(walker: u8, walks: u32) -> Tally {
    let config = ProptestConfig {
        cases: walks,
        max_shrink_iters: 300,
        ..ProptestConfig::with_source_file(file!())
    };
    let rng = seed(config.rng_algorithm, walker);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let kind = prop_oneof![
        1 => Just(Kind::Plain),
        3 => Just(Kind::Insured),
        1 => Just(Kind::Paying),
        2 => Just(Kind::Strict),
        2 => Just(Kind::Exposed),
        1 => Just(Kind::Voted),
    ];
    let tally = RefCell::<Tally>::default();
    let plan = (kind, prop::collection::vec(step(), 100..160));
    let outcome = runner.run(&plan, |(kind, steps)| {
        let mut tally = tally.borrow_mut();
        tally.add(walk(kind, &steps));
        if tally.walks % 100 == 0 {
            println!(
                "walker {walker}: {} of {walks} walks, {} steps",
                tally.walks, tally.steps
            );
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    tally.into_inner()
}

#[test]
fn no_walk_loses_a_base_unit() {
    let walks = number_in("SLUICE_WALKS").unwrap_or(WALKS);
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let walk = |walker| scope.spawn(move || walk_often(walker, walks / u32::from(WALKERS)));
        let walkers: Vec<_> = (0..WALKERS).map(walk).collect();
        for walker in walkers {
            tally.add(walker.join().expect("what the walker printed"));
        }
    });
    println!("{tally:?}");
    // A few walks need not see everything.
    for landmark in LANDMARKS.into_iter().filter(|_| walks >= WALKS) {
        assert!(
            tally.done.contains_key(landmark),
            "no walk has {landmark}: {tally:?}"
        );
    }
}
