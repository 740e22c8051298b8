//! What needs no electorate: terms, roles, names of proposals. The life of a proposal is tested on a chain.

use crate::governor::GovernorContract;
use finance::governance::ballot::Vote;
use finance::governance::settings::{Setting, SettingError, Settings};
use finance::{Period, Ratio, Timestamp};
use ink::env::test::{default_accounts, recorded_events, set_caller, DefaultAccounts};
use ink::env::DefaultEnvironment;
use interfaces::governor::{
    Action, Governor as _, GovernorError, GovernorTerms, Payload, Powers, Voters, CLOCK_MODE,
    MAX_ACTIONS, MAX_CLASSES,
};
use interfaces::types::AccountId;

const DAY: Period = Period::from_secs(86_400);

fn accounts() -> DefaultAccounts<DefaultEnvironment> {
    default_accounts::<DefaultEnvironment>()
}

/// Bob is the guardian.
fn terms() -> GovernorTerms {
    GovernorTerms {
        voters: Voters {
            electorate: accounts().frank,
            classes: vec![accounts().eve],
            network: [0x51; 32],
        },
        guardian: Some(accounts().bob),
        settings: Settings {
            voting_delay: DAY,
            voting_period: DAY,
            late_extension: DAY,
            threshold: Ratio::from_bps(100),
            quorum: Ratio::from_bps(400),
            super_quorum: Ratio::from_bps(6_000),
            delay: Period(2 * DAY.0),
        },
    }
}

/// Made by Alice.
fn governor() -> GovernorContract {
    set_caller::<DefaultEnvironment>(accounts().alice);
    GovernorContract::new(terms()).unwrap()
}

fn call_as(account: AccountId) {
    set_caller::<DefaultEnvironment>(account);
}

fn doing(actions: usize) -> Payload {
    Payload {
        actions: vec![Action::NameGuardian(None); actions],
        description: [1; 32],
        predecessor: None,
    }
}

#[ink::test]
fn it_is_what_it_was_made_with() {
    let governor = governor();
    assert_eq!(governor.terms(), terms());
    assert_eq!(governor.settings_at(Timestamp(0)), terms().settings);
    assert_eq!(governor.clock_mode(), CLOCK_MODE);
}

#[ink::test]
fn settings_outside_their_bounds_are_refused() {
    let mut terms = terms();
    terms.settings.delay = DAY;
    let refused = GovernorContract::new(terms).err();
    let expected = GovernorError::InvalidSetting(SettingError::Delay);
    assert_eq!(refused, Some(expected));
}

#[ink::test]
fn no_more_classes_have_a_veto_than_a_deal_has() {
    let with = |classes| {
        let mut terms = terms();
        terms.voters.classes = vec![accounts().eve; classes];
        GovernorContract::new(terms).err()
    };
    assert_eq!(with(MAX_CLASSES), None);
    let too_many = GovernorError::TooManyClasses;
    assert_eq!(with(MAX_CLASSES + 1), Some(too_many));
}

#[ink::test]
fn a_proposal_does_something_and_not_too_much() {
    let mut governor = governor();
    for actions in [0, MAX_ACTIONS + 1] {
        let refused = governor.propose(doing(actions));
        assert_eq!(refused, Err(GovernorError::InvalidPayload));
    }
}

#[ink::test]
fn nothing_happens_to_what_nobody_proposed() {
    let mut governor = governor();
    call_as(accounts().bob);
    let (id, unknown) = ([7; 32], GovernorError::UnknownProposal);
    assert_eq!(governor.proposal(id), None);
    assert_eq!(governor.vote(id, Vote::For), Err(unknown));
    assert_eq!(governor.queue(id), Err(unknown));
    assert_eq!(governor.execute(id, doing(1)), Err(unknown));
    assert_eq!(governor.cancel(id), Err(unknown));
    assert_eq!(governor.veto(id, 0), Err(unknown));
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn the_name_of_a_proposal_says_who_proposes_what() {
    let governor = governor();
    let DefaultAccounts { alice, bob, .. } = accounts();
    let name = |proposer, payload: &Payload| governor.proposal_id(proposer, payload.clone());
    let payload = doing(1);
    let longer = Setting::Delay(Period(3 * DAY.0));
    let others = [
        Payload {
            description: [2; 32],
            ..doing(1)
        },
        Payload {
            predecessor: Some([2; 32]),
            ..doing(1)
        },
        Payload {
            actions: vec![Action::Set(longer)],
            ..doing(1)
        },
        doing(2),
    ];
    let id = name(alice, &payload);
    assert_eq!(id, name(alice, &payload));
    assert_ne!(id, name(bob, &payload));
    assert!(others.iter().all(|other| name(alice, other) != id));
}

#[ink::test]
fn who_made_it_is_nobody() {
    let mut governor = governor();
    let DefaultAccounts { alice, eve, .. } = accounts();
    assert_eq!(governor.powers(alice), Powers::default());
    let refused = governor.hand_over(eve);
    assert_eq!(refused, Err(GovernorError::NotTheGuardian));
    assert_eq!(governor.accept_guardian(), Err(GovernorError::NotNamed));
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn the_guardian_stays_until_who_was_named_last_accepts() {
    let mut governor = governor();
    let DefaultAccounts {
        bob, charlie, eve, ..
    } = accounts();
    call_as(bob);
    governor.hand_over(eve).unwrap();
    governor.hand_over(charlie).unwrap();
    assert!(governor.powers(bob).is_guardian);
    call_as(eve);
    assert_eq!(governor.accept_guardian(), Err(GovernorError::NotNamed));
    call_as(charlie);
    assert_eq!(governor.accept_guardian(), Ok(()));
    assert_eq!(governor.powers(bob), Powers::default());
    let guardian = Powers {
        is_guardian: true,
        may_become_guardian: false,
    };
    assert_eq!(governor.powers(charlie), guardian);
}
