//! Those who mean harm, or fail, in random walks: years pass, amounts are absurd, strangers say what only contracts may,
//! feeders and a source lie, tokens refuse their recipients, accounts are frozen, what can be paused is, and parameters
//! are set to anything. None of it keeps cash that was settled from its owner.

use std::fmt::Debug;

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::oracle::answer::Answer;
use finance::settlement::Demand;
use finance::{Period, Price, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::compliance::{Admission, ComplianceRegistry, Jurisdictions, Rule, Scope, Tranches};
use interfaces::configurator::{self, Configurator, Pausable};
use interfaces::insurance_fund::InsuranceFund;
use interfaces::oracle_adapter::{FeedTerms, Feeder, Key, OracleAdapter};
use interfaces::parameters::{Group, Parameter, Parameters, Part};
use interfaces::test_asset::{MOODY, REFUSES, TRAPS};
use interfaces::test_source::{Behaviour, TestSource as _};
use interfaces::tranche_pool::TranchePool;
use interfaces::tranche_token::TrancheToken as _;
use interfaces::transfer_agent::{Distributions, TransferAgent};
use interfaces::types::{AccountId, AssetId, Balance, PositionId, TrancheId};
use proptest::prelude::*;
use psp22::PSP22;
use scale::Decode;
use simulator::chain::Message;
use simulator::contracts::{Psp22, Registry, TestSource};
use simulator::input::term_sheet::{Compliance, Issuer, TermSheet};

use super::{insured, Walk, PEOPLE};

const ETHER: AssetId = AssetId(0);
pub const RULERS: [&str; 3] = ["governor", "guardian", "mallory"];
const HOME: u16 = 756;
const ABROAD: u16 = 364;

#[derive(Clone, Debug)]
pub enum Step {
    /// Nobody does anything.
    Leap {
        days: u64,
    },
    /// Somebody asks for more than anybody has.
    Overreach {
        who: usize,
        what: usize,
        number: u32,
        amount: Balance,
    },
    /// Somebody says what only a contract of the deal may, or its deployer.
    Intrude {
        who: usize,
        what: usize,
    },
    /// From now on a token treats somebody like this.
    Mood {
        who: usize,
        is_cash: bool,
        mood: Balance,
    },
    /// A feeder says anything.
    Lie {
        feeder: usize,
        price: u128,
        seconds_ago: u64,
    },
    /// The source does that, or says a price, and is asked.
    Poke {
        behaviour: Behaviour,
        price: Option<u128>,
    },
    Pause {
        ruler: usize,
        what: usize,
        hours: u64,
    },
    Arm {
        ruler: usize,
        what: usize,
    },
    Set {
        ruler: usize,
        parameter: Parameter,
        /// Of what it is.
        permille: u128,
        beyond: u128,
    },
    Cancel {
        ruler: usize,
        parameter: Parameter,
    },
    /// An issuer says where somebody lives.
    Attest {
        who: usize,
        tranche: u32,
        is_home: bool,
    },
    Freeze {
        who: usize,
        is_frozen: bool,
    },
    /// The governor opens a class, or closes it to all but members.
    Rule {
        tranche: u32,
        is_open: bool,
    },
}

pub fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE.len();
    let ruler = 0..RULERS.len();
    let tranche = 0u32..3;
    let parameter = prop::sample::select(Parameter::ALL);
    let absurd = prop::sample::select(vec![1 << 100, 1 << 127, u128::MAX - 1, u128::MAX]);
    let mood = prop::sample::select(vec![0, 0, REFUSES, TRAPS]);
    let beyond = prop::sample::select(vec![0, 0, 0, 1, u128::MAX]);
    let lie = prop_oneof![
        Just(0),
        Just(1),
        Just(u128::MAX),
        (1u128..1_000).prop_map(|whole| price(whole).0)
    ];
    prop_oneof![
        1 => prop_oneof![9 => 1u64..10, 1 => 300u64..1_500].prop_map(|days| Step::Leap { days }),
        3 => (who.clone(), 0usize..9, 0u32..6, absurd)
            .prop_map(|(who, what, number, amount)| Step::Overreach { who, what, number, amount }),
        2 => (who.clone(), 0usize..9).prop_map(|(who, what)| Step::Intrude { who, what }),
        5 => (who.clone(), any::<bool>(), mood)
            .prop_map(|(who, is_cash, mood)| Step::Mood { who, is_cash, mood }),
        2 => (0..FEEDERS.len(), lie, prop_oneof![Just(0), 0u64..10_000])
            .prop_map(|(feeder, price, seconds_ago)| Step::Lie { feeder, price, seconds_ago }),
        2 => (behaviour(), prop::option::of(20u128..130))
            .prop_map(|(behaviour, price)| Step::Poke { behaviour, price }),
        1 => (ruler.clone(), 0usize..3, 0u64..100)
            .prop_map(|(ruler, what, hours)| Step::Pause { ruler, what, hours }),
        2 => (ruler.clone(), 0usize..3).prop_map(|(ruler, what)| Step::Arm { ruler, what }),
        4 => (ruler.clone(), parameter.clone(), 0u128..1_300, beyond)
            .prop_map(|(ruler, parameter, permille, beyond)| Step::Set { ruler, parameter, permille, beyond }),
        2 => (ruler, parameter).prop_map(|(ruler, parameter)| Step::Cancel { ruler, parameter }),
        4 => (who.clone(), tranche.clone(), prop::bool::weighted(0.8))
            .prop_map(|(who, tranche, is_home)| Step::Attest { who, tranche, is_home }),
        2 => (who, prop::bool::weighted(0.4))
            .prop_map(|(who, is_frozen)| Step::Freeze { who, is_frozen }),
        1 => (tranche, any::<bool>()).prop_map(|(tranche, is_open)| Step::Rule { tranche, is_open }),
    ]
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    let answer = (any::<u128>(), -40i32..10, any::<u128>(), any::<u64>()).prop_map(
        |(mantissa, exponent, confidence, observed_at)| {
            Behaviour::Answers(Answer {
                mantissa,
                exponent,
                confidence,
                observed_at: Timestamp(observed_at),
            })
        },
    );
    prop_oneof![
        Just(Behaviour::Silent),
        Just(Behaviour::Oversized),
        Just(Behaviour::Traps),
        Just(Behaviour::Loops),
        answer,
    ]
}

/// Tokens with moods, classes for members, and a fund that is often at its limits.
pub fn expose(sheet: &mut TermSheet) {
    insured::insure(sheet);
    sheet.cash.symbol = MOODY.into();
    sheet.collateral[0].token.symbol = MOODY.into();
    sheet.compliance = Some(Compliance {
        officer: "officer".into(),
        issuers: vec![Issuer {
            name: "issuer".into(),
            scope: Scope {
                tranches: Tranches::ALL,
                jurisdictions: Jurisdictions::ALL,
            },
        }],
    });
    for tranche in &mut sheet.tranches {
        tranche.rule = members();
    }
}

fn members() -> Rule {
    Rule {
        admission: Admission::Members(Jurisdictions::Except(vec![ABROAD])),
        ..Rule::OPEN
    }
}

/// A source joins the feeders, and everybody becomes a member.
pub fn prepare(world: &World) -> AccountId {
    let source = world.deploys("test-source", ());
    let feed = world.reads(world.oracle().feed(ETHER)).unwrap();
    let mut terms = FeedTerms::clone(&feed.terms);
    terms.feeders.push(Feeder {
        account: source,
        key: Key::Source,
    });
    world.does("governor", world.oracle().propose_feed(ETHER, terms.into()));
    world.chain.advance(Period(2 * DAY.0));
    for who in PEOPLE {
        for tranche in [SENIOR, MEZZANINE, JUNIOR] {
            let account = world.account(who);
            let attested = world.deal.attest(&world.chain, account, tranche, HOME);
            attested.unwrap();
        }
    }
    source
}

impl Walk {
    pub fn adverse_step(&mut self, step: &Step) {
        match *step {
            Step::Leap { days } => self.world.chain.advance(Period(days * DAY.0)),
            Step::Overreach {
                who,
                what,
                number,
                amount,
            } => self.overreach(PEOPLE[who], what, number, amount),
            Step::Intrude { who, what } => self.intrude(PEOPLE[who], what),
            Step::Mood { who, is_cash, mood } => {
                let token = match is_cash {
                    true => self.world.deal.cash,
                    false => self.world.deal.collateral_token(ETH),
                };
                let approve = Psp22::from(token).call_mut().approve(token, mood);
                self.tries(PEOPLE[who], approve);
                self.claim_each(who);
            }
            Step::Lie {
                feeder,
                price,
                seconds_ago,
            } => {
                self.world.chain.advance(Period::from_secs(1));
                let at = Timestamp(self.world.chain.now().0.saturating_sub(seconds_ago * 1_000));
                let report = self.world.oracle().report(ETHER, Price(price), at);
                let done = self.tries(FEEDERS[feeder], report).is_some();
                self.count_if(done, "lied");
            }
            Step::Poke { behaviour, price } => {
                self.poke(price.map_or(behaviour, |price| self.says(price)))
            }
            Step::Pause { ruler, what, hours } => {
                let done = self.pause(RULERS[ruler], what, Period(hours * HOUR.0));
                assert!(!done || RULERS[ruler] != "mallory");
                self.count_if(done, "paused");
            }
            Step::Arm { ruler, what } => {
                let done = self.arm(RULERS[ruler], what);
                assert!(!done || RULERS[ruler] == "governor");
            }
            Step::Set {
                ruler,
                parameter,
                permille,
                beyond,
            } => {
                let value = self.parameter(parameter).saturating_mul(permille) / 1_000;
                let value = value.saturating_add(beyond);
                let set = self
                    .world
                    .configurator()
                    .set(scope(parameter), parameter, value);
                let done = self.tries(RULERS[ruler], set).is_some();
                assert!(!done || RULERS[ruler] != "mallory");
                self.count_if(done, "set");
            }
            Step::Cancel { ruler, parameter } => {
                let cancel = self
                    .world
                    .configurator()
                    .cancel(scope(parameter), parameter);
                let done = self.tries(RULERS[ruler], cancel).is_some();
                assert!(!done || RULERS[ruler] != "mallory");
            }
            Step::Attest {
                who,
                tranche,
                is_home,
            } => {
                let (account, country) = (PEOPLE[who], if is_home { HOME } else { ABROAD });
                let account = self.world.account(account);
                let (chain, deal) = (&self.world.chain, &self.world.deal);
                let attested = deal.attest(chain, account, TrancheId(tranche), country);
                attested.unwrap();
            }
            Step::Freeze { who, is_frozen } => {
                if let Some(registry) = self.world.deal.registry {
                    let account = self.world.account(PEOPLE[who]);
                    let freeze = Registry::from(registry)
                        .call_mut()
                        .freeze(account, is_frozen);
                    self.tries("officer", freeze);
                    self.claim_each(who);
                }
            }
            Step::Rule { tranche, is_open } => {
                if let Some(registry) = self.world.deal.registry {
                    let token = self.world.deal.tranche_token(TrancheId(tranche));
                    let rule = if is_open { Rule::OPEN } else { members() };
                    let set = Registry::from(registry).call_mut().set_rule(token, rule);
                    self.tries("governor", set);
                }
            }
        }
    }

    fn claim_each(&mut self, who: usize) {
        for tranche in 0..3 {
            self.claim(who, tranche);
        }
    }

    /// What it is now.
    pub fn parameter(&self, parameter: Parameter) -> u128 {
        let (group, place) = parameter.place();
        let part = match group {
            Group::Deal => Part::Deal,
            Group::Loans => Part::Loans(ETH),
            Group::Auctions => Part::Auctions(ETH),
        };
        let row = self.world.reads(self.world.parameters().row(part)).unwrap();
        row.course(place).unwrap().at(self.world.chain.now())
    }

    fn overreach(&mut self, who: &str, what: usize, number: u32, amount: Balance) {
        let (owner, position) = (self.world.account(who), PositionId(number));
        let class = TrancheId(number % 3);
        let mut token = Psp22::from(self.world.deal.tranche_token(class));
        let world = &self.world;
        let (mut orders, mut vault) = (world.orders(), world.vault());
        match what {
            0 => self.fails(
                who,
                orders.request_deposit(class, amount, owner, AT_ANY_PRICE),
            ),
            1 => self.fails(
                who,
                orders.request_redeem(class, amount, owner, AT_ANY_PRICE),
            ),
            2 => self.fails(who, self.world.agent().surrender(class, amount)),
            3 => self.fails(who, vault.open(ETH, amount)),
            4 => self.fails(who, vault.add_collateral(position, amount)),
            5 => self.fails(who, vault.withdraw_collateral(position, amount)),
            6 => self.fails(who, vault.draw(position, amount)),
            7 => self.fails(who, self.world.pool().contribute(amount)),
            _ => self.fails(who, token.call_mut().transfer(NOBODY, amount, vec![])),
        }
    }

    fn intrude(&mut self, who: &str, what: usize) {
        let owner = self.world.account(who);
        let world = &self.world;
        let (mut pool, mut token) = (world.pool(), world.token(SENIOR));
        match what {
            0 => self.fails(who, pool.settle(vec![Demand::default(); 3], 0, owner)),
            1 => self.fails(who, pool.surrender(SENIOR, 1)),
            2 => self.fails(who, pool.bind(owner, owner, owner)),
            3 => self.fails(who, self.world.agent().bind(vec![owner; 3])),
            4 => self.fails(who, self.world.servicing().bind(owner)),
            5 => self.fails(who, token.mint(owner, 1)),
            6 => self.fails(who, token.burn(owner, 0)),
            7 => self.fails(who, token.distribute(1)),
            _ => self.fails(who, token.take_distribution(owner)),
        }
    }

    fn fails<T, E>(&mut self, who: &str, message: impl Into<Message<Result<T, E>>>)
    where
        T: Decode,
        E: Decode + Debug,
    {
        assert!(self.tries(who, message).is_none(), "{who} was not refused");
    }

    fn says(&self, whole: u128) -> Behaviour {
        Behaviour::Answers(Answer {
            mantissa: whole,
            exponent: 0,
            confidence: 0,
            observed_at: self.world.chain.now(),
        })
    }

    fn poke(&mut self, behaviour: Behaviour) {
        let Some(source) = self.source else { return };
        let behave = TestSource::from(source).call_mut().behave(behaviour);
        self.world
            .chain
            .call(self.world.account("anybody"), behave)
            .unwrap();
        // A source that says too much takes the poke down with it, and nothing else.
        let poke = self.world.oracle().poke(ETHER, source);
        let poked = self.world.chain.call(self.world.account("anybody"), poke);
        self.count_if(matches!(poked, Ok(done) if done.answer.is_ok()), "poked");
    }

    fn pause(&mut self, who: &str, what: usize, period: Period) -> bool {
        let world = &self.world;
        match pausable(what) {
            Some(action) => {
                let pause = world.configurator().pause(action, period);
                self.tries(who, pause).is_some()
            }
            None => self
                .tries(who, world.agent().pause_deposits(period))
                .is_some(),
        }
    }

    fn arm(&mut self, who: &str, what: usize) -> bool {
        let world = &self.world;
        match pausable(what) {
            Some(action) => self.tries(who, world.configurator().arm(action)).is_some(),
            None => self.tries(who, world.agent().arm_deposits()).is_some(),
        }
    }

    /// Whoever cash can be sent to at all gets what was settled, whatever else is the case.
    pub fn check_claims_are_open(&self) {
        let world = &self.world;
        for who in PEOPLE {
            let owner = world.account(who);
            let cash = Psp22::from(world.deal.cash);
            if world.reads(cash.call().allowance(owner, world.deal.cash)) > 0 {
                continue;
            }
            for tranche in [SENIOR, MEZZANINE, JUNIOR] {
                let due = world.order(who, tranche).claimable_cash;
                if due > 0 {
                    let sent = world.reads(world.orders().claim(tranche, owner)).unwrap();
                    assert_eq!(sent.claimable_cash, due);
                }
                let due = world.reads(world.token(tranche).distribution(owner));
                if due > 0 {
                    let claim = world.distributions().claim_distribution(tranche, owner);
                    assert_eq!(world.reads(claim), Ok(due));
                }
            }
            if world.deal.fund().is_some() {
                let due = world
                    .reads(world.insurance().backing(owner))
                    .unwrap()
                    .income;
                if due > 0 {
                    assert_eq!(world.reads(world.insurance().claim(owner)), Ok(due));
                }
            }
        }
    }
}

/// Where a parameter of the deal, or of ether, is set.
pub fn scope(parameter: Parameter) -> configurator::Scope {
    match parameter.place().0 {
        Group::Deal => configurator::Scope::Deal,
        _ => ETH.into(),
    }
}

/// None are deposits, which the transfer agent pauses.
fn pausable(what: usize) -> Option<Pausable> {
    [Pausable::Draws, Pausable::Withdrawals].get(what).copied()
}
