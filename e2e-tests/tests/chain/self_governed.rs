//! A deal that nobody governs but those who vote: here who locks tokens of the residual class, which "cal" holds alone.
//! The senior class, which "ann" holds alone, may veto.

use e2e_tests::proposals::{action, payload};
use e2e_tests::*;
use finance::governance::ballot::Vote;
use finance::governance::proposal::State;
use finance::governance::settings::Settings;
use finance::{Period, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{
    CollateralListed, CollateralVault, Listing, LoanServicing, VaultError,
};
use interfaces::configurator::{ChangeError, Configurator, Pausable};
use interfaces::governance_token::{Delegation as _, Locker as _};
use interfaces::governor::{Governor as _, GovernorError, Payload, ProposalId};
use interfaces::parameters::Parameter;
use interfaces::transfer_agent::{AgentError, TransferAgent};
use interfaces::types::{AccountId, AssetId, Balance, CollateralId, TrancheId};
use psp22::PSP22;
use simulator::chain::Called;
use simulator::contracts::{Delegation, Governor, Locker, Psp22};
use simulator::deployment::governance::{ensure_in_place, Votes};
use simulator::input::term_sheet::{self, Electorate, Governance, TermSheet, Token};

pub const SETTINGS: Settings = Settings {
    voting_delay: HOUR,
    voting_period: DAY,
    late_extension: Period(0),
    threshold: Ratio::from_bps(100),
    quorum: Ratio::from_bps(2_000),
    super_quorum: Ratio::from_bps(6_600),
    delay: Period(3 * DAY.0),
};
const GOLD: CollateralId = CollateralId(2);
const TICK: Period = Period(1);

pub fn governed_by(electorate: Electorate) -> impl FnOnce(&mut TermSheet) {
    |sheet| {
        sheet.guardian = "guardian".into();
        sheet.governor = term_sheet::Governor::Votes(Governance {
            electorate,
            vetoes: vec![SENIOR],
            settings: SETTINGS,
        });
    }
}

/// The funded deal.
struct Voted {
    world: World,
    votes: Votes,
}

impl Voted {
    /// "cal" has locked all there is of the residual class.
    fn new() -> Self {
        let world = World::with(governed_by(Electorate::Residual)).fund();
        let votes = world.deal.governance.votes.clone().unwrap();
        let voted = Self { world, votes };
        voted.lock("cal", JUNIOR, voted.votes.electorate);
        voted
    }

    fn governor(&self) -> Messages<Governor> {
        self.world.deal.governance.governor.into()
    }

    /// All tokens of a class that `who` has vote from now on.
    fn lock(&self, who: &str, class: TrancheId, locker: AccountId) {
        let world = &self.world;
        let amount = world.claim(who, class).claimable_tokens;
        let mut token: Messages<Psp22> = world.deal.tranche_token(class).into();
        world.does(who, token.approve(locker, amount));
        world.does(who, Messages::<Locker>::from(locker).lock(amount));
        world.chain.advance(TICK);
    }

    /// Proposed by "cal", who decides alone, and queued.
    fn queued(&self, payload: &Payload) -> ProposalId {
        let world = &self.world;
        let id = world.does("cal", self.governor().propose(payload.clone()));
        world.chain.advance(Period(HOUR.0 + 1));
        world.does("cal", self.governor().vote(id, Vote::For));
        world.does("anybody", self.governor().queue(id));
        id
    }

    fn executed(&self, payload: &Payload) -> Called<()> {
        let id = self.queued(payload);
        self.world.chain.advance(SETTINGS.delay);
        let execute = self.governor().execute(id, payload.clone());
        self.world.sends("anybody", execute)
    }

    #[track_caller]
    fn is_canceled(&self, id: ProposalId, payload: &Payload) {
        let proposal = self.world.reads(self.governor().proposal(id)).unwrap();
        assert_eq!(proposal.state, State::Canceled);
        self.world.chain.advance(SETTINGS.delay);
        let execute = self.governor().execute(id, payload.clone());
        let canceled = GovernorError::WrongState(State::Canceled);
        self.world.refuses("anybody", execute, canceled);
    }

    /// Loans against ether may go to 77 % of its value instead of 75 %.
    fn loosening(&self) -> Payload {
        let higher = Ratio::from_bps(7_700).0;
        let mut configurator = self.world.configurator();
        let set = configurator.set(ETH.into(), Parameter::BorrowLtv, higher);
        payload(vec![action(set)])
    }
}

#[test]
fn a_vote_lists_a_collateral_type_and_loosens_another() {
    let voted = Voted::new();
    let world = &voted.world;
    let gold = world.deploys("test-asset", (None::<String>, None::<String>, 8u8));
    let terms = world.deal.sheet.collateral[BTC.index()].terms;
    let listing = Listing {
        token: gold,
        // Whatever has bitcoin's price.
        asset: AssetId(1),
    };
    let mut changes = vec![
        action(world.configurator().add_collateral(terms)),
        action(world.servicing().list(GOLD, listing)),
    ];
    changes.extend(voted.loosening().actions);
    let told = voted
        .executed(&payload(changes))
        .events::<CollateralListed>();
    assert_eq!((told.len(), told[0].collateral_type), (1, GOLD));

    let types = world.reads(world.servicing().collateral_types());
    assert_eq!((types.len(), types[GOLD.index()].token), (3, gold));
    world.quote(100, 5_000);
    // A fifth of a coin, at 5000 and 70 %, carries 700.
    world.provide(gold, "olga", world.deal.vault, 20_000_000);
    let against_gold = world.does("olga", world.vault().open(GOLD, 20_000_000));
    let against_ether = world.open("olga", eth(8));
    let draw = |position, amount| world.vault().draw(position, usd(amount));
    // The deal's own timelock is not over.
    world.refuses("olga", draw(against_gold, 100), VaultError::Closed);
    let above = VaultError::AboveBorrowLtv {
        debt: usd(610),
        limit: usd(600),
    };
    world.refuses("olga", draw(against_ether, 610), above);
    world.chain.advance(Period(2 * DAY.0));
    world.quote(100, 5_000);
    world.does("olga", draw(against_gold, 100));
    // 800 × 77 % = 616.
    world.does("olga", draw(against_ether, 616));
}

#[test]
fn the_guardian_cancels_what_was_voted_for() {
    let voted = Voted::new();
    let world = &voted.world;
    let payload = voted.loosening();
    let id = voted.queued(&payload);
    for who in ["Deployer", "cal", "mallory"] {
        let cancel = voted.governor().cancel(id);
        world.refuses(who, cancel, GovernorError::MayNotCancel);
    }
    world.does("guardian", voted.governor().cancel(id));
    voted.is_canceled(id, &payload);
}

#[test]
fn a_class_vetoes_what_the_residual_voted_for() {
    let voted = Voted::new();
    let world = &voted.world;
    let payload = voted.loosening();
    let id = voted.queued(&payload);
    voted.lock("ann", SENIOR, voted.votes.vetoes[0]);
    // Half-way through the timelock votes are taken.
    world.chain.advance(Period(SETTINGS.delay.0 / 2));
    world.does("ann", voted.governor().veto(id, 0));
    voted.is_canceled(id, &payload);
}

#[test]
fn nobody_has_a_power_that_votes_should_have() {
    let voted = Voted::new();
    let world = &voted.world;
    let listing = world.vault_terms().collateral[0];
    for who in ["Deployer", "guardian", "governor", "cal"] {
        let set = world.configurator().arm(Pausable::Draws);
        world.refuses(who, set, ChangeError::NotPermitted);
        let list = world.servicing().list(GOLD, listing);
        world.refuses(who, list, VaultError::NotTheGovernor);
        let arm = world.agent().arm_deposits();
        world.refuses(who, arm, AgentError::NotPermitted);
    }
    let powers = world.reads(world.configurator().powers());
    let governance = &world.deal.governance;
    assert_eq!(powers.governor, governance.governor);
    assert_eq!(powers.guardian, world.account("guardian"));
}

#[test]
fn a_deal_in_other_hands_is_not_taken_for_this_one() {
    let mut world = World::with(governed_by(Electorate::Residual));
    ensure_in_place(&world.chain, &world.deal).unwrap();
    let whole = world.deal.governance.clone();
    let mallory = world.account("mallory");
    world.deal.governance.guardian = mallory;
    ensure_in_place(&world.chain, &world.deal).unwrap_err();
    world.deal.governance = whole.clone();
    world.deal.governance.governor = mallory;
    ensure_in_place(&world.chain, &world.deal).unwrap_err();
    world.deal.governance = whole;
    // As if it had made itself the guardian.
    world.deal.deployer = world.account("guardian");
    ensure_in_place(&world.chain, &world.deal).unwrap_err();
}

#[test]
fn a_voting_token_goes_to_its_holders_and_to_nobody_else() {
    let world = World::with(governed_by(Electorate::Token {
        token: Token {
            name: "Votes".into(),
            symbol: "VTS".into(),
            decimals: 6,
        },
        holders: vec![("eva".into(), usd(70)), ("finn".into(), usd(30))],
    }));
    let token = world.deal.governance.votes.as_ref().unwrap().electorate;
    let votes = |who: &str| -> Balance {
        let voter = Delegation::from(token).call().voter(world.account(who));
        world.reads(voter).votes
    };
    assert_eq!(
        ["eva", "finn", "Deployer"].map(votes),
        [usd(70), usd(30), 0]
    );
    let supply: Messages<Psp22> = token.into();
    assert_eq!(world.reads(supply.total_supply()), usd(100));
}
