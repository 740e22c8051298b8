//! Tokens that vote, and a governor that executes what they decide.
//!
//! Of 1000 votes "ann" has 600, "ben" 300 and "cal" 100. A quorum is a quarter of them, more than nine tenths decide early.

use e2e_tests::conformance::assert_is_psp22;
use e2e_tests::proposals::{action, payload};
use e2e_tests::*;
use finance::distribution::Policy;
use finance::governance::ballot::{Vote, VoteError, Votes};
use finance::governance::proposal::{State, GRACE};
use finance::governance::settings::{Setting, SettingError, Settings};
use finance::{Period, Ratio};
use ink::codegen::TraitCallBuilder;
use ink_e2e::Keypair;
use interfaces::governance_token::{
    About, Delegation as _, DelegationError, Electorate as _, ElectorateError,
    GovernanceTokenTerms, Issue, Locked, Locker as _, NOTHING_OWED,
};
use interfaces::governor::{
    Action, Call, Governor as _, GovernorError, GovernorTerms, Payload, Powers, ProposalId,
    SignedVote, Voters,
};
use interfaces::test_asset::TestAsset as _;
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::{DistributionClaimed, Distributions as _};
use interfaces::types::{AccountId, Balance};
use psp22::{PSP22Error, Transfer, PSP22};
use simulator::chain::NETWORK;
use simulator::contracts::{Asset, Delegation, Electorate, Governor, Locker, Psp22};

const SETTINGS: Settings = Settings {
    voting_delay: HOUR,
    voting_period: DAY,
    late_extension: HOUR,
    threshold: Ratio::from_bps(500),
    quorum: Ratio::from_bps(2_500),
    super_quorum: Ratio::from_bps(9_001),
    delay: Period(2 * DAY.0),
};
const TICK: Period = Period(1);

/// A deal with a governor beside it, which has cash of its own.
struct Assembly {
    world: World,
    token: AccountId,
    /// Of the senior class.
    locker: AccountId,
    governor: AccountId,
}

fn issue(world: &World, issue: Issue) -> AccountId {
    let about = About {
        name: "Votes".into(),
        symbol: "VTS".into(),
        decimals: 6,
        network: NETWORK,
    };
    world.deploys("governance-token", GovernanceTokenTerms { about, issue })
}

impl Assembly {
    fn new() -> Self {
        Self::beside(World::funded())
    }

    fn beside(world: World) -> Self {
        let holder = world.account("ann");
        let supply = 1_000;
        let token = issue(&world, Issue::Fixed { supply, holder });
        let locked = Locked {
            underlying: world.deal.tranche_token(SENIOR),
            pool: world.deal.pool,
            tranche: SENIOR,
            cash: world.deal.cash,
        };
        let locker = issue(&world, Issue::Locker(locked));
        let assembly = Self {
            governor: govern(&world, token, locker, "a governor"),
            world,
            token,
            locker,
        };
        assembly.give("ann", "ben", 300);
        assembly.give("ann", "cal", 100);
        let mut cash: Messages<Asset> = assembly.world.deal.cash.into();
        let mint = cash.mint_to(assembly.governor, usd(1_000));
        assembly.world.does("anybody", mint);
        assembly.advance(TICK);
        assembly
    }

    fn governor(&self) -> Messages<Governor> {
        self.governor.into()
    }

    fn psp22(&self) -> Messages<Psp22> {
        self.token.into()
    }

    fn senior(&self) -> Messages<Psp22> {
        self.world.deal.tranche_token(SENIOR).into()
    }

    fn locker(&self) -> Messages<Locker> {
        self.locker.into()
    }

    fn advance(&self, period: Period) {
        self.world.chain.advance(period);
    }

    fn give(&self, from: &str, to: &str, value: Balance) {
        let to = self.world.account(to);
        self.world
            .does(from, self.psp22().transfer(to, value, vec![]));
    }

    /// Cash of the governor for `to`.
    fn payment(&self, to: &str, amount: Balance) -> Action {
        let mut cash: Messages<Psp22> = self.world.deal.cash.into();
        action(cash.transfer(self.world.account(to), amount, vec![]))
    }

    fn propose(&self, who: &str, payload: &Payload) -> ProposalId {
        self.world
            .does(who, self.governor().propose(payload.clone()))
    }

    fn vote(&self, who: &str, id: ProposalId, vote: Vote) {
        self.world.does(who, self.governor().vote(id, vote));
    }

    fn state(&self, id: ProposalId) -> State {
        self.world
            .reads(self.governor().proposal(id))
            .unwrap()
            .state
    }

    /// The next block after the snapshot of what is proposed now.
    fn to_the_vote(&self) {
        self.advance(Period(HOUR.0 + 1));
    }

    /// Proposed by "ann", who decides alone, and queued.
    fn queued(&self, payload: &Payload) -> ProposalId {
        self.queued_in(self.governor, payload)
    }

    /// [`Assembly::queued`] and waited for.
    fn ready(&self, payload: &Payload) -> ProposalId {
        self.ready_in(self.governor, payload)
    }

    fn queued_in(&self, governor: AccountId, payload: &Payload) -> ProposalId {
        let governor = || Messages::<Governor>::from(governor);
        let id = self.world.does("ann", governor().propose(payload.clone()));
        self.to_the_vote();
        self.world.does("ann", governor().vote(id, Vote::For));
        self.advance(DAY);
        self.world.does("anybody", governor().queue(id));
        id
    }

    fn ready_in(&self, governor: AccountId, payload: &Payload) -> ProposalId {
        let id = self.queued_in(governor, payload);
        self.advance(SETTINGS.delay);
        id
    }

    fn execute(&self, id: ProposalId, payload: &Payload) {
        let execute = self.governor().execute(id, payload.clone());
        self.world.does("anybody", execute);
    }

    #[track_caller]
    fn is_not_executed(&self, id: ProposalId, payload: &Payload, error: GovernorError) {
        let execute = self.governor().execute(id, payload.clone());
        self.world.refuses("anybody", execute, error);
    }

    /// So many senior tokens of `who` vote.
    fn lock(&self, who: &str, value: Balance) {
        let approve = self.senior().approve(self.locker, value);
        self.world.does(who, approve);
        self.world.does(who, self.locker().lock(value));
    }
}

fn govern(world: &World, electorate: AccountId, class: AccountId, salt: &str) -> AccountId {
    let terms = GovernorTerms {
        voters: Voters {
            electorate,
            classes: vec![class],
            network: NETWORK,
        },
        guardian: Some(world.account("guardian")),
        settings: SETTINGS,
    };
    let deployer = world.deal.deployer;
    world
        .chain
        .deploy("governor", deployer, terms, salt)
        .unwrap()
}

/// What a proposal does to send this message.
fn split(against: Balance, in_favour: Balance, abstain: Balance) -> Vote {
    Vote::Split(Votes {
        against,
        in_favour,
        abstain,
    })
}

// The token.

#[test]
fn a_governance_token_is_a_psp22() {
    let Assembly { world, token, .. } = Assembly::new();
    let holder = world.account("holder");
    let supply = usd(600);
    let other = issue(&world, Issue::Fixed { supply, holder });
    assert_ne!(other, token);
    let about = (Some("Votes".into()), Some("VTS".into()), 6);
    assert_is_psp22(&world, other, "holder", about);
}

#[test]
fn a_locker_gives_one_vote_for_each_token_and_the_token_back() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    world.claim("ann", SENIOR);
    let senior = world.deal.tranche_token(SENIOR);
    let before = world.balance(senior, "ann");
    assembly.lock("ann", usd(200));
    assert_eq!(world.balance(senior, "ann"), before - usd(200));
    assert_eq!(world.balance(assembly.locker, "ann"), usd(200));
    let voter = Delegation::from(assembly.locker);
    let voter = world.reads(voter.call().voter(world.account("ann")));
    assert_eq!(voter.votes, usd(200));
    let about = (Some("Votes".into()), Some("VTS".into()), 6);
    assert_is_psp22(world, assembly.locker, "ann", about);

    let unlock = |value| assembly.locker().unlock(value);
    let short = PSP22Error::InsufficientBalance;
    world.refuses("ann", unlock(usd(200) + 1), short);
    world.does("ann", unlock(usd(200)));
    assert_eq!(world.balance(senior, "ann"), before);
    let not_allowed = PSP22Error::InsufficientAllowance;
    world.refuses("ann", assembly.locker().lock(1), not_allowed);
}

#[test]
fn cash_paid_on_locked_tokens_is_for_who_had_them_locked_when_it_was_paid() {
    // Of 600 senior tokens 200 are locked when interest of 0.1 is paid on all of them; half of those change hands before the same
    // is paid once more.
    let world = World::with(|sheet| sheet.tranches[0].terms.policy = Policy::PayOut).fund();
    let assembly = Assembly::beside(world);
    let world = &assembly.world;
    world.claim("ann", SENIOR);
    assembly.lock("ann", usd(200));
    let claim = |who| assembly.locker().claim_distribution(world.account(who));
    let due = |who| world.reads(assembly.locker().distribution(world.account(who)));
    let position = world.borrow("olga", eth(8), usd(600));
    let paid = |settled: &Settlement| settled.tranches[0].payout.coupon;
    // Fractions of a base unit are kept.
    let first = paid(&world.close_epoch_with_interest(position));
    assert_eq!(due("ann"), Ok(first / 3));
    // Who takes them over takes none of it along, nor does who gives them back lose it.
    let give =
        Psp22::from(assembly.locker)
            .call_mut()
            .transfer(world.account("ben"), usd(100), vec![]);
    world.does("ann", give);
    let second = paid(&world.close_epoch_with_interest(position));
    let (anns, bens) = ((2 * first + second) / 6, second / 6);
    assert_eq!((due("ann"), due("ben")), (Ok(anns), Ok(bens)));
    world.does("ben", assembly.locker().unlock(usd(100)));
    assert_eq!(due("ben"), Ok(bens));

    // Anybody may have it sent to the locker before, and claim for whom it is owed to.
    world.does("dan", world.distributions().claim_all(assembly.locker));
    for (who, owed) in [("ann", anns), ("ben", bens)] {
        let before = world.balance(world.deal.cash, who);
        let sent = world.sends("dan", claim(who));
        let told = sent.events::<DistributionClaimed>().pop().unwrap();
        assert_eq!(
            (told.owner, told.tranche, told.cash),
            (world.account(who), SENIOR, owed)
        );
        assert_eq!(world.balance(world.deal.cash, who), before + owed);
        let nothing = PSP22Error::Custom(NOTHING_OWED.into());
        world.refuses("dan", claim(who), nothing);
    }
    let left = world
        .deal
        .balance(&world.chain, world.deal.cash, assembly.locker);
    assert!(left.unwrap() <= 2);
    world.assert_balanced();
    // Nobody called for the last.
    let third = paid(&world.close_epoch_with_interest(position)) / 6;
    assert_eq!(due("ann"), Ok(third));
    assert_eq!(world.does("ann", claim("ann")), third);
}

#[test]
fn the_few_who_lock_do_not_count_as_their_whole_class() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    world.claim("ann", SENIOR);
    // What waits to be redeemed counts too: it may be taken back.
    world.redeem("ann", SENIOR, usd(500));
    let held = world.reads(assembly.senior().total_supply());
    assembly.lock("ann", 1);
    let locked_at = world.chain.now();
    assembly.advance(TICK);
    let all = Electorate::from(assembly.locker);
    let all = world.reads(all.call().past_total_supply(locked_at));
    assert_eq!((held, all), (usd(100), Ok(usd(600))));
}

#[test]
fn a_signed_delegation_is_submitted_by_anybody_and_once() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let (alice, ben) = (account(&ink_e2e::alice()), world.account("ben"));
    let give = assembly.psp22().transfer(alice, 50, vec![]);
    world.does("ann", give);
    let deadline = world.chain.now().plus(HOUR);
    let text = Delegation::from(assembly.token);
    let text = world.reads(text.call().delegation_message(alice, ben, deadline));
    let signature = sign(&ink_e2e::alice(), &text);
    let mut token = Delegation::from(assembly.token);
    let mut submit = || {
        token
            .call_mut()
            .delegate_signed(alice, ben, deadline, signature)
    };
    world.does("anybody", submit());
    let voter = Delegation::from(assembly.token);
    assert_eq!(world.reads(voter.call().voter(ben)).votes, 350);
    world.refuses("anybody", submit(), DelegationError::WrongSignature);
}

fn account(keys: &Keypair) -> AccountId {
    keys.public_key().0.into()
}

fn sign(keys: &Keypair, text: &[u8]) -> [u8; 64] {
    keys.sign(text).0
}

// Votes.

#[test]
fn what_is_proposed_voted_and_waited_for_is_executed() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let payload = payload(vec![assembly.payment("dan", usd(70))]);
    let id = assembly.propose("cal", &payload);
    assert_eq!(assembly.state(id), State::Pending);
    assembly.to_the_vote();
    assembly.vote("ben", id, split(50, 200, 50));
    assembly.vote("ann", id, Vote::For);
    assert_eq!(assembly.state(id), State::Active);
    assembly.advance(DAY);
    assert_eq!(assembly.state(id), State::Succeeded);
    world.does("anybody", assembly.governor().queue(id));
    assembly.advance(SETTINGS.delay);
    let execute = assembly.governor().execute(id, payload.clone());
    let told = world.sends("anybody", execute).events::<Transfer>();
    assert_eq!((told.len(), told[0].value), (1, usd(70)));
    assert_eq!(world.balance(world.deal.cash, "dan"), usd(70));
    assert_eq!(assembly.state(id), State::Executed);
    // Never again.
    let executed = GovernorError::WrongState(State::Executed);
    assembly.is_not_executed(id, &payload, executed);
}

#[test]
fn a_proposal_takes_votes_that_were_there_before_this_block() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let propose = || {
        let payload = payload(vec![Action::NameGuardian(None)]);
        assembly.governor().propose(payload)
    };
    // A twentieth of 1000.
    let below = GovernorError::BelowThreshold { needed: 50 };
    assembly.give("cal", "dan", 50);
    world.refuses("dan", propose(), below);
    assembly.advance(TICK);
    world.does("dan", propose());
    world.refuses("dan", propose(), GovernorError::AlreadyProposed);
    world.refuses("eve", propose(), below);
}

#[test]
fn only_what_somebody_had_at_the_snapshot_votes() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let id = assembly.propose("ann", &payload(vec![Action::NameGuardian(None)]));
    let vote = || assembly.governor().vote(id, Vote::For);
    assembly.advance(HOUR);
    // The block of the snapshot.
    let pending = GovernorError::WrongState(State::Pending);
    world.refuses("ann", vote(), pending);
    // Borrowed in it, returned in it.
    assembly.give("ann", "dan", 600);
    assembly.give("dan", "ann", 600);
    assembly.advance(TICK);
    let none = GovernorError::Vote(VoteError::NoVotes);
    world.refuses("dan", vote(), none);
    // Passed on, it votes once.
    assembly.vote("ann", id, Vote::For);
    assembly.give("ann", "dan", 600);
    world.refuses("dan", vote(), none);
    world.refuses("ann", vote(), none);
    let view = world.reads(assembly.governor().proposal(id)).unwrap();
    assert_eq!(view.made.proposal.votes.in_favour, 600);
}

#[test]
fn a_quorum_that_changes_during_a_vote_does_not_change_it() {
    let assembly = Assembly::new();
    let half = Action::Set(Setting::Quorum(Ratio::from_bps(5_000)));
    let change = payload(vec![half]);
    let change_id = assembly.queued(&change);
    assembly.advance(Period(SETTINGS.delay.0 - DAY.0 / 2));
    let before = assembly.propose("ben", &payload(vec![assembly.payment("ben", 1)]));
    assembly.to_the_vote();
    assembly.vote("ben", before, Vote::For);
    assembly.advance(Period(DAY.0 / 2));
    assembly.execute(change_id, &change);
    let after = assembly.propose("ben", &payload(vec![assembly.payment("ben", 2)]));
    assembly.to_the_vote();
    assembly.vote("ben", after, Vote::For);
    assembly.advance(DAY);
    // 300 are more than 250 and less than 500.
    assert_eq!(assembly.state(before), State::Succeeded);
    assert_eq!(assembly.state(after), State::Defeated);
}

#[test]
fn a_late_quorum_and_an_overwhelming_majority_move_the_end() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let late = assembly.propose("ann", &payload(vec![assembly.payment("ann", 1)]));
    let early = assembly.propose("ann", &payload(vec![assembly.payment("ann", 2)]));
    assembly.to_the_vote();
    for who in ["ann", "ben", "cal"] {
        assembly.vote(who, early, Vote::For);
    }
    assert_eq!(assembly.state(early), State::Succeeded);
    assembly.advance(Period(DAY.0 - 2));
    assembly.vote("ben", late, Vote::For);
    let view = world.reads(assembly.governor().proposal(late)).unwrap();
    assert_eq!(view.made.proposal.deadline, world.chain.now().plus(HOUR));
    assembly.advance(HOUR);
    assembly.vote("ann", late, Vote::Against);
    assembly.advance(TICK);
    assert_eq!(assembly.state(late), State::Defeated);
}

#[test]
fn signed_votes_count_once_and_a_wrong_one_stops_no_other() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let (alice, bob) = (ink_e2e::alice(), ink_e2e::bob());
    for keys in [&alice, &bob] {
        let give = assembly.psp22().transfer(account(keys), 20, vec![]);
        world.does("ann", give);
    }
    let id = assembly.propose("ann", &payload(vec![Action::NameGuardian(None)]));
    assembly.to_the_vote();
    let signed = |keys: &Keypair, vote| {
        let voter = account(keys);
        let text = assembly.governor().ballot_message(voter, id, vote);
        SignedVote {
            voter,
            proposal: id,
            vote,
            signature: sign(keys, &world.reads(text)),
        }
    };
    let submit = |votes: Vec<SignedVote>| {
        let message = assembly.governor().vote_signed(votes);
        world
            .chain
            .call(world.account("anybody"), message)
            .unwrap()
            .answer
    };
    let part = signed(&alice, split(0, 5, 0));
    let forged = SignedVote {
        voter: account(&bob),
        ..part
    };
    let turned = SignedVote {
        vote: split(5, 0, 0),
        ..part
    };
    let wrong = Err(GovernorError::WrongSignature);
    let batch = vec![forged, turned, part, part, signed(&bob, Vote::Against)];
    assert_eq!(submit(batch), [wrong, wrong, Ok(5), wrong, Ok(20)]);
    assert_eq!(submit(vec![part]), [wrong]);
    // The rest takes a new signature.
    assert_eq!(submit(vec![signed(&alice, Vote::Abstain)]), [Ok(15)]);
    let view = world.reads(assembly.governor().proposal(id)).unwrap();
    let expected = Votes {
        against: 20,
        in_favour: 5,
        abstain: 15,
    };
    assert_eq!(view.made.proposal.votes, expected);
}

// The timelock.

#[test]
fn nothing_is_executed_early_late_or_otherwise_than_proposed() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let proposed = payload(vec![assembly.payment("dan", usd(70))]);
    let more = payload(vec![assembly.payment("dan", usd(71))]);
    let id = assembly.queued(&proposed);
    let ready_at = world.chain.now().plus(SETTINGS.delay);
    assembly.advance(Period(SETTINGS.delay.0 - 1));
    let early = GovernorError::NotReady { ready_at };
    assembly.is_not_executed(id, &proposed, early);
    assembly.advance(TICK);
    assembly.is_not_executed(id, &more, GovernorError::WrongPayload);
    assembly.is_not_executed([7; 32], &proposed, GovernorError::UnknownProposal);
    assembly.advance(GRACE);
    let expired = GovernorError::WrongState(State::Expired);
    assembly.is_not_executed(id, &proposed, expired);
}

#[test]
fn what_comes_first_is_executed_first() {
    let assembly = Assembly::new();
    let first = payload(vec![assembly.payment("dan", usd(1))]);
    let first_id = assembly.ready(&first);
    let then = Payload {
        predecessor: Some(first_id),
        ..payload(vec![assembly.payment("dan", usd(2))])
    };
    let then_id = assembly.ready(&then);
    let missing = GovernorError::PredecessorMissing;
    assembly.is_not_executed(then_id, &then, missing);
    assembly.execute(first_id, &first);
    assembly.execute(then_id, &then);
    let unknown = Payload {
        predecessor: Some([7; 32]),
        ..payload(vec![assembly.payment("dan", usd(4))])
    };
    let unknown_id = assembly.ready(&unknown);
    assembly.is_not_executed(unknown_id, &unknown, missing);
}

#[test]
fn one_action_that_fails_undoes_all() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let nowhere = Action::Call(Call {
        target: world.account("nobody's contract"),
        selector: [0; 4],
        input: vec![],
        value: 0,
    });
    let no_message = Action::Call(Call {
        target: world.deal.cash,
        selector: [7; 4],
        input: vec![],
        value: 0,
    });
    let too_much = assembly.payment("dan", usd(1_001));
    world.chain.fund(assembly.governor);
    let not_payable = match assembly.payment("dan", usd(1)) {
        Action::Call(call) => Action::Call(Call { value: 1, ..call }),
        other => other,
    };
    for (place, failing) in [nowhere, no_message, too_much, not_payable]
        .into_iter()
        .enumerate()
    {
        let first = assembly.payment("dan", usd(1));
        let payload = Payload {
            description: [place as u8; 32],
            ..payload(vec![first, failing])
        };
        let id = assembly.ready(&payload);
        let failed = GovernorError::ActionFailed { action: 1 };
        assembly.is_not_executed(id, &payload, failed);
    }
    assert_eq!(world.balance(world.deal.cash, "dan"), 0);
}

#[test]
fn no_execution_reaches_back_into_the_governor() {
    let assembly = Assembly::new();
    let governor = assembly.governor;
    let execute = |governor: AccountId, id, payload: &Payload| {
        let mut governor: Messages<Governor> = governor.into();
        action(governor.execute(id, payload.clone()))
    };
    let inner = payload(vec![assembly.payment("dan", usd(1))]);
    let inner_id = assembly.ready(&inner);
    // It calls itself.
    let own = payload(vec![execute(governor, inner_id, &inner)]);
    let own_id = assembly.ready(&own);
    let refused = GovernorError::ActionFailed { action: 0 };
    assembly.is_not_executed(own_id, &own, refused);
    // It is called back by what it calls.
    let world = &assembly.world;
    let other = govern(world, assembly.token, assembly.locker, "another governor");
    let back_id = assembly.ready_in(other, &own);
    let forth = payload(vec![execute(other, back_id, &own)]);
    let forth_id = assembly.ready(&forth);
    assembly.is_not_executed(forth_id, &forth, refused);
    // By itself it would do.
    assembly.execute(inner_id, &inner);
    assert_eq!(world.balance(world.deal.cash, "dan"), usd(1));
}

#[test]
fn a_delay_without_end_is_refused() {
    let assembly = Assembly::new();
    let endless = Setting::Delay(Period(u64::MAX));
    let payload = payload(vec![Action::Set(endless)]);
    let id = assembly.ready(&payload);
    let refused = GovernorError::InvalidSetting(SettingError::Delay);
    assembly.is_not_executed(id, &payload, refused);
}

// Guardian and classes.

#[test]
fn the_guardian_alone_only_cancels_what_waits() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let payload = payload(vec![assembly.payment("dan", usd(1))]);
    let propose = assembly.governor().propose(payload.clone());
    let below = GovernorError::BelowThreshold { needed: 50 };
    world.refuses("guardian", propose, below);

    let id = assembly.propose("ann", &payload);
    let cancel = || assembly.governor().cancel(id);
    world.refuses("guardian", cancel(), GovernorError::MayNotCancel);
    assembly.to_the_vote();
    let active = GovernorError::WrongState(State::Active);
    world.refuses("guardian", cancel(), active);
    world.refuses("ann", cancel(), active);
    assembly.vote("ann", id, Vote::For);
    assembly.advance(DAY);
    world.does("anybody", assembly.governor().queue(id));
    for who in ["ann", "Deployer", "anybody"] {
        world.refuses(who, cancel(), GovernorError::MayNotCancel);
    }
    world.does("guardian", cancel());
    let canceled = GovernorError::WrongState(State::Canceled);
    assembly.advance(SETTINGS.delay);
    assembly.is_not_executed(id, &payload, canceled);
    world.refuses("guardian", cancel(), canceled);
}

#[test]
fn a_proposer_takes_back_what_is_pending() {
    let assembly = Assembly::new();
    let id = assembly.propose("ann", &payload(vec![Action::NameGuardian(None)]));
    let cancel = || assembly.governor().cancel(id);
    let world = &assembly.world;
    world.refuses("ben", cancel(), GovernorError::MayNotCancel);
    world.does("ann", cancel());
    assert_eq!(assembly.state(id), State::Canceled);
}

#[test]
fn the_guardian_changes_in_two_steps_and_the_deployer_is_nobody() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    let powers = |who| world.reads(assembly.governor().powers(world.account(who)));
    let guardian = Powers {
        is_guardian: true,
        may_become_guardian: false,
    };
    let named = Powers {
        is_guardian: false,
        may_become_guardian: true,
    };
    assert_eq!(powers("guardian"), guardian);
    let deployer = assembly.governor().powers(world.deal.deployer);
    assert_eq!(world.reads(deployer), Powers::default());

    let gus = world.account("gus");
    let not_guardian = GovernorError::NotTheGuardian;
    world.refuses("gus", assembly.governor().hand_over(gus), not_guardian);
    world.does("guardian", assembly.governor().hand_over(gus));
    assert_eq!((powers("guardian"), powers("gus")), (guardian, named));
    let accept = || assembly.governor().accept_guardian();
    world.refuses("eve", accept(), GovernorError::NotNamed);
    world.does("gus", accept());
    world.refuses("gus", accept(), GovernorError::NotNamed);
    assert_eq!(
        (powers("guardian"), powers("gus")),
        (Powers::default(), guardian)
    );
    // A vote removes him at once, whomever it names, and he cannot prevent it.
    let hal = Action::NameGuardian(Some(world.account("hal")));
    let payload = payload(vec![hal]);
    let id = assembly.ready(&payload);
    let cancel = assembly.governor().cancel(id);
    world.refuses("gus", cancel, GovernorError::MayNotCancel);
    assembly.execute(id, &payload);
    assert_eq!((powers("gus"), powers("hal")), (Powers::default(), named));
    let back = assembly.governor().hand_over(gus);
    world.refuses("gus", back, GovernorError::NotTheGuardian);
    world.does("hal", accept());
    assert_eq!(powers("hal"), guardian);
}

#[test]
fn who_joins_a_class_does_not_thin_its_veto() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    world.claim("ann", SENIOR);
    assembly.lock("ann", usd(301));
    let payload = payload(vec![assembly.payment("dan", usd(1))]);
    world.deposit("dan", JUNIOR, usd(200));
    world.deposit("dan", SENIOR, usd(200));
    let id = assembly.queued(&payload);
    assert_eq!(world.close_epoch().tranches[0].fill.minted, usd(200));
    assembly.advance(Period(SETTINGS.delay.0 / 2 + 1));
    // 301 of 600, of which there are 800 now.
    world.does("ann", assembly.governor().veto(id, 0));
    assert_eq!(assembly.state(id), State::Canceled);
}

#[test]
fn more_than_half_of_a_class_stop_what_waits() {
    let assembly = Assembly::new();
    let world = &assembly.world;
    world.claim("ann", SENIOR);
    let half = assembly
        .senior()
        .transfer(world.account("zoe"), usd(300), vec![]);
    world.does("ann", half);
    assembly.lock("zoe", usd(300));
    let payload = payload(vec![assembly.payment("dan", usd(1))]);
    let id = assembly.queued(&payload);
    let veto = |class| assembly.governor().veto(id, class);
    world.refuses("zoe", veto(1), GovernorError::UnknownClass);
    let not_yet = GovernorError::Electorate(ElectorateError::NotPast);
    world.refuses("zoe", veto(0), not_yet);
    // Locked after the half-way: too late.
    let half_way = Period(SETTINGS.delay.0 / 2 + 1);
    assembly.advance(half_way);
    assembly.lock("ann", 1);
    let none = GovernorError::Vote(VoteError::NoVotes);
    world.refuses("ann", veto(0), none);
    // 300 are half of 600.
    world.does("zoe", veto(0));
    world.refuses("zoe", veto(0), GovernorError::AlreadyVetoed);
    assert_eq!(assembly.state(id), State::Queued);

    let again = Payload {
        description: [2; 32],
        ..payload
    };
    let id = assembly.queued(&again);
    assembly.advance(half_way);
    for who in ["zoe", "ann"] {
        world.does(who, assembly.governor().veto(id, 0));
    }
    assert_eq!(assembly.state(id), State::Canceled);
    let canceled = GovernorError::WrongState(State::Canceled);
    world.refuses("zoe", assembly.governor().veto(id, 0), canceled);
}
