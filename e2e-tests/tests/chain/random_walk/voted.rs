//! A deal under votes, in random walks: who votes how much at a snapshot, and that nothing is executed that was not
//! carried, waited for and left standing.

use e2e_tests::proposals::{action, payload};
use e2e_tests::*;
use finance::distribution::Policy;
use finance::governance::ballot::Vote;
use finance::governance::settings::Settings;
use finance::{Period, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::configurator::Configurator;
use interfaces::governance_token::{Delegation as _, Electorate as _, Locker as _};
use interfaces::governor::{Governor as _, Payload, ProposalId};
use interfaces::parameters::Parameter;
use interfaces::transfer_agent::Distributions as _;
use interfaces::types::{AccountId, Balance};
use proptest::prelude::*;
use psp22::PSP22;
use simulator::contracts::{Delegation, Electorate, Governor, Locker, Psp22};
use simulator::input::term_sheet::{self, Governance, TermSheet, Token};

use super::adversary::{scope, RULERS};
use super::{HoldingModel, Walk, PEOPLE};

const SETTINGS: Settings = Settings {
    voting_delay: HOUR,
    voting_period: DAY,
    late_extension: HOUR,
    threshold: Ratio::from_bps(500),
    quorum: Ratio::from_bps(2_500),
    super_quorum: Ratio::from_bps(9_000),
    delay: Period(2 * DAY.0),
};
const VOTES: [Balance; PEOPLE.len()] = [400, 300, 200, 100];
const SUPPLY: Balance = 1_000;

#[derive(Clone, Debug)]
pub enum Step {
    Give {
        who: usize,
        to: usize,
        value: Balance,
    },
    Delegate {
        who: usize,
        to: usize,
    },
    /// Everybody his senior tokens, to veto with.
    Lock {
        permille: u128,
    },
    /// Takes them back.
    Unlock {
        who: usize,
        permille: u128,
    },
    GiveLocked {
        who: usize,
        to: usize,
        permille: u128,
    },
    /// For everybody.
    ClaimLocked {
        /// Somebody has claimed for the locker before.
        collected: bool,
    },
    Propose {
        who: usize,
        parameter: Parameter,
    },
    Vote {
        who: usize,
        number: usize,
        is_for: bool,
    },
    Queue {
        number: usize,
    },
    Execute {
        number: usize,
    },
    Cancel {
        ruler: usize,
        number: usize,
    },
    /// From the proposal to its execution, as long as that takes.
    Decide {
        who: usize,
        parameter: Parameter,
        are_for: [bool; PEOPLE.len()],
    },
}

pub fn step() -> impl Strategy<Value = Step> {
    let (who, number) = (0..PEOPLE.len(), 0usize..4);
    let permille = 0u128..=1_000;
    let parameter = prop::sample::select(Parameter::ALL);
    prop_oneof![
        2 => (who.clone(), who.clone(), 0u128..500)
            .prop_map(|(who, to, value)| Step::Give { who, to, value }),
        2 => (who.clone(), who.clone()).prop_map(|(who, to)| Step::Delegate { who, to }),
        6 => permille.clone().prop_map(|permille| Step::Lock { permille }),
        2 => (who.clone(), permille.clone())
            .prop_map(|(who, permille)| Step::Unlock { who, permille }),
        1 => (who.clone(), who.clone(), permille)
            .prop_map(|(who, to, permille)| Step::GiveLocked { who, to, permille }),
        4 => any::<bool>().prop_map(|collected| Step::ClaimLocked { collected }),
        4 => (who.clone(), parameter.clone())
            .prop_map(|(who, parameter)| Step::Propose { who, parameter }),
        8 => (who.clone(), number.clone(), prop::bool::weighted(0.8))
            .prop_map(|(who, number, is_for)| Step::Vote { who, number, is_for }),
        4 => number.clone().prop_map(|number| Step::Queue { number }),
        4 => number.clone().prop_map(|number| Step::Execute { number }),
        4 => (who, parameter, [prop::bool::weighted(0.8); PEOPLE.len()])
            .prop_map(|(who, parameter, are_for)| Step::Decide { who, parameter, are_for }),
        1 => (0..RULERS.len(), number).prop_map(|(ruler, number)| Step::Cancel { ruler, number }),
    ]
}

/// Puts the deal under the votes of [`PEOPLE`]. Its senior class pays its coupons out.
pub fn govern(sheet: &mut TermSheet) {
    sheet.tranches[SENIOR.index()].terms.policy = Policy::PayOut;
    let holders = PEOPLE.map(str::to_owned).into_iter().zip(VOTES);
    sheet.governor = term_sheet::Governor::Votes(Governance {
        electorate: term_sheet::Electorate::Token {
            token: Token {
                name: "Votes".into(),
                symbol: "VTS".into(),
                decimals: 0,
            },
            holders: holders.collect(),
        },
        vetoes: vec![SENIOR],
        settings: SETTINGS,
    });
}

/// What everybody should know.
pub struct Assembly {
    tokens: [Balance; PEOPLE.len()],
    delegates: [usize; PEOPLE.len()],
    /// Since when who could vote how much.
    history: Vec<(Timestamp, [Balance; PEOPLE.len()])>,
    proposals: Vec<Proposal>,
}

struct Proposal {
    id: ProposalId,
    payload: Payload,
    snapshot: Timestamp,
    voted: [bool; PEOPLE.len()],
    in_favour: Balance,
    against: Balance,
    queued_at: Option<Timestamp>,
    is_over: bool,
}

impl Assembly {
    pub fn new(now: Timestamp) -> Self {
        Self {
            tokens: VOTES,
            delegates: [0, 1, 2, 3],
            history: vec![(now, VOTES)],
            proposals: vec![],
        }
    }

    fn note_votes(&mut self, now: Timestamp) {
        let mut votes = [0; PEOPLE.len()];
        for (delegate, tokens) in self.delegates.into_iter().zip(self.tokens) {
            votes[delegate] += tokens;
        }
        self.history.push((now, votes));
    }

    /// At the end of the block at `at`.
    fn votes_at(&self, at: Timestamp) -> [Balance; PEOPLE.len()] {
        let known = self.history.iter().rev().find(|(since, _)| *since <= at);
        known.map_or(VOTES, |(_, votes)| *votes)
    }
}

impl Walk {
    pub fn voting_step(&mut self, step: &Step) {
        let Some(votes) = self.world.deal.governance.votes.clone() else {
            return;
        };
        match *step {
            Step::Give { who, to, value } => self.give(votes.electorate, who, to, value),
            Step::Delegate { who, to } => self.delegate(votes.electorate, who, to),
            Step::Lock { permille } => (0..PEOPLE.len()).for_each(|who| self.lock(who, permille)),
            Step::Unlock { who, permille } => self.unlock(who, permille),
            Step::GiveLocked { who, to, permille } => self.give_locked(who, to, permille),
            Step::ClaimLocked { collected } => self.claim_locked(collected),
            Step::Propose { who, parameter } => self.propose(who, parameter),
            Step::Vote {
                who,
                number,
                is_for,
            } => self.vote(who, number, is_for),
            Step::Queue { number } => self.queue(number),
            Step::Execute { number } => self.execute(number),
            Step::Cancel { ruler, number } => self.cancel_proposal(ruler, number),
            Step::Decide {
                who,
                parameter,
                are_for,
            } => {
                self.propose(who, parameter);
                self.world.chain.advance(Period(HOUR.0 + 1));
                for (who, is_for) in are_for.into_iter().enumerate() {
                    self.vote(who, 0, is_for);
                }
                self.world.chain.advance(SETTINGS.voting_period);
                self.queue(0);
                self.world.chain.advance(SETTINGS.delay);
                self.execute(0);
            }
        }
        self.check_votes(votes.electorate);
    }

    fn give(&mut self, token: AccountId, who: usize, to: usize, value: Balance) {
        let recipient = self.world.account(PEOPLE[to]);
        let mut token = Psp22::from(token);
        let give = token.call_mut().transfer(recipient, value, vec![]);
        let is_done = self.tries(PEOPLE[who], give).is_some();
        // By PSP22 whoever gives to himself succeeds, even with more than he has.
        if is_done && who != to {
            self.assembly.tokens[who] -= value;
            self.assembly.tokens[to] += value;
            self.assembly.note_votes(self.world.chain.now());
        }
    }

    fn lock(&mut self, who: usize, permille: u128) {
        self.claim(who, SENIOR.0);
        let locker = self.world.lockers()[0];
        let amount = self.senior(who).held * permille / 1_000;
        let mut senior = Psp22::from(self.world.deal.tranche_token(SENIOR));
        self.tries(PEOPLE[who], senior.call_mut().approve(locker, amount));
        let lock = Locker::from(locker).call_mut().lock(amount);
        if self.tries(PEOPLE[who], lock).is_some() {
            let senior = self.senior(who);
            senior.held -= amount;
            senior.locked += amount;
            self.count_if(amount > 0, "locked");
        }
    }

    fn unlock(&mut self, who: usize, permille: u128) {
        let amount = self.senior(who).locked * permille / 1_000;
        let unlock = Locker::from(self.world.lockers()[0])
            .call_mut()
            .unlock(amount);
        assert!(self.tries(PEOPLE[who], unlock).is_some());
        let senior = self.senior(who);
        senior.locked -= amount;
        senior.held += amount;
    }

    fn give_locked(&mut self, who: usize, to: usize, permille: u128) {
        let amount = self.senior(who).locked * permille / 1_000;
        let recipient = self.world.account(PEOPLE[to]);
        let mut votes = Psp22::from(self.world.lockers()[0]);
        let give = votes.call_mut().transfer(recipient, amount, vec![]);
        assert!(self.tries(PEOPLE[who], give).is_some());
        self.senior(who).locked -= amount;
        self.senior(to).locked += amount;
    }

    fn claim_locked(&mut self, collected: bool) {
        let locker = self.world.lockers()[0];
        if collected {
            let collect = self.world.distributions().claim_all(locker);
            self.tries("anybody", collect);
        }
        for (who, name) in PEOPLE.into_iter().enumerate() {
            let owner = self.world.account(name);
            let claim = Locker::from(locker).call_mut().claim_distribution(owner);
            let sent = self.tries("anybody", claim).unwrap_or(0) as f64;
            let tolerance = self.model.tolerance() as f64;
            let due = core::mem::take(&mut self.senior(who).locked_cash);
            assert!((sent - due).abs() <= tolerance, "{sent}, not {due}");
            self.count_if(sent > 0.0, "claimed of locked");
        }
    }

    fn senior(&mut self, who: usize) -> &mut HoldingModel {
        self.model.holding(who, SENIOR.index())
    }

    /// What somebody has in the locker of a class, and is owed by it.
    pub fn locked(&self, who: usize, index: usize) -> (Balance, Balance) {
        let lockers = self.world.lockers();
        let Some(locker) = lockers.first().filter(|_| index == SENIOR.index()) else {
            return (0, 0);
        };
        let owner = self.world.account(PEOPLE[who]);
        let mut locker = Locker::from(*locker);
        let due = self.world.reads(locker.call().distribution(owner)).unwrap();
        if due > 0 {
            let claim = locker.call_mut().claim_distribution(owner);
            assert_eq!(self.world.reads(claim), Ok(due));
        }
        (
            self.world.balance(self.world.lockers()[0], PEOPLE[who]),
            due,
        )
    }

    fn delegate(&mut self, token: AccountId, who: usize, to: usize) {
        let account = self.world.account(PEOPLE[to]);
        let delegate = Delegation::from(token).call_mut().delegate(account);
        if self.tries(PEOPLE[who], delegate).is_some() {
            self.assembly.delegates[who] = to;
            self.assembly.note_votes(self.world.chain.now());
        }
    }

    /// To raise a parameter a little.
    fn propose(&mut self, who: usize, parameter: Parameter) {
        let value = self.parameter(parameter).saturating_mul(1_010) / 1_000 + 1;
        let mut configurator = self.world.configurator();
        let set = configurator.set(scope(parameter), parameter, value);
        let payload = Payload {
            description: [self.assembly.proposals.len() as u8; 32],
            ..payload(vec![action(set)])
        };
        let now = self.world.chain.now();
        let propose = self.governor().propose(payload.clone());
        if let Some(id) = self.tries(PEOPLE[who], propose) {
            let has = self.assembly.votes_at(Timestamp(now.0 - 1))[who];
            assert!(has * 20 >= SUPPLY, "{has}");
            self.count("proposed");
            self.assembly.proposals.push(Proposal {
                id,
                payload,
                snapshot: now.plus(SETTINGS.voting_delay),
                voted: [false; PEOPLE.len()],
                in_favour: 0,
                against: 0,
                queued_at: None,
                is_over: false,
            });
        }
    }

    fn vote(&mut self, who: usize, number: usize, is_for: bool) {
        let Some(number) = self.recent(number) else {
            return;
        };
        let proposal = &self.assembly.proposals[number];
        let weight = self.assembly.votes_at(proposal.snapshot)[who];
        let vote = if is_for { Vote::For } else { Vote::Against };
        let vote = self.governor().vote(proposal.id, vote);
        if let Some(counted) = self.tries(PEOPLE[who], vote) {
            let proposal = &mut self.assembly.proposals[number];
            assert!(self.world.chain.now() > proposal.snapshot && !proposal.voted[who]);
            assert_eq!(counted, weight, "votes of {}", PEOPLE[who]);
            proposal.voted[who] = true;
            match is_for {
                true => proposal.in_favour += weight,
                false => proposal.against += weight,
            }
            self.count("voted");
        }
    }

    fn queue(&mut self, number: usize) {
        let Some(number) = self.recent(number) else {
            return;
        };
        let queue = self.governor().queue(self.assembly.proposals[number].id);
        if self.tries("anybody", queue).is_some() {
            let now = self.world.chain.now();
            let proposal = &mut self.assembly.proposals[number];
            let is_early = proposal.in_favour * 10 >= SUPPLY * 9;
            assert!(is_early || now > proposal.snapshot.plus(SETTINGS.voting_period));
            assert!(proposal.in_favour > proposal.against);
            assert!(proposal.in_favour * 4 >= SUPPLY);
            assert!(!proposal.is_over && proposal.queued_at.is_none());
            proposal.queued_at = Some(now);
        }
    }

    fn execute(&mut self, number: usize) {
        let Some(number) = self.recent(number) else {
            return;
        };
        let Proposal { id, payload, .. } = &self.assembly.proposals[number];
        let execute = self.governor().execute(*id, payload.clone());
        if self.tries("anybody", execute).is_some() {
            let proposal = &mut self.assembly.proposals[number];
            let due_at = proposal.queued_at.unwrap().plus(SETTINGS.delay);
            assert!(self.world.chain.now() >= due_at && !proposal.is_over);
            proposal.is_over = true;
            self.count("executed");
        }
    }

    fn cancel_proposal(&mut self, ruler: usize, number: usize) {
        let Some(number) = self.recent(number) else {
            return;
        };
        let cancel = self.governor().cancel(self.assembly.proposals[number].id);
        if self.tries(RULERS[ruler], cancel).is_some() {
            assert_eq!(RULERS[ruler], "guardian");
            self.assembly.proposals[number].is_over = true;
        }
    }

    fn governor(&self) -> Messages<Governor> {
        self.world.deal.governance.governor.into()
    }

    /// One of the last proposals, the newest first.
    fn recent(&self, number: usize) -> Option<usize> {
        self.assembly.proposals.len().checked_sub(number + 1)
    }

    /// Every vote is somebody's, and as the history says.
    fn check_votes(&self, electorate: AccountId) {
        let electorate = Electorate::from(electorate);
        let at = Timestamp(self.world.chain.now().0 - 1);
        let votes = PEOPLE.map(|who| {
            let account = self.world.account(who);
            let votes = electorate.call().past_votes(account, at);
            self.world.reads(votes).unwrap()
        });
        assert_eq!(votes, self.assembly.votes_at(at));
        assert_eq!(votes.iter().sum::<Balance>(), SUPPLY);
    }
}
