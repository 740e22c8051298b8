//! Votes now and in the past.

use super::*;
use ink::env::test::recorded_events;
use interfaces::governance_token::{Electorate, ElectorateError, Locker, NO_LOCKER};
use proptest::prelude::*;
use psp22::PSP22Metadata;

fn past(token: &GovernanceTokenContract, account: AccountId, at: u64) -> Balance {
    token.past_votes(account, Timestamp(at)).unwrap()
}

#[ink::test]
fn everybody_votes_himself_until_he_delegates() {
    let DefaultAccounts {
        alice, bob, eve, ..
    } = accounts();
    let mut token = held_by_alice(1_000);
    give(&mut token, alice, bob, 300);
    assert_eq!((votes(&token, alice), votes(&token, bob)), (700, 300));

    delegate(&mut token, bob, eve);
    assert_eq!(token.voter(bob).delegate, eve);
    assert_eq!((votes(&token, bob), votes(&token, eve)), (0, 300));
    // What comes later votes through Eve too, and what goes does no more.
    give(&mut token, alice, bob, 50);
    give(&mut token, bob, alice, 100);
    assert_eq!(
        (votes(&token, alice), votes(&token, bob), votes(&token, eve)),
        (750, 0, 250)
    );
    delegate(&mut token, bob, bob);
    assert_eq!((votes(&token, bob), votes(&token, eve)), (250, 0));
    assert_eq!(token.balance_of(bob), 250);
}

#[ink::test]
fn what_is_delegated_does_not_move_on() {
    let DefaultAccounts {
        alice, bob, eve, ..
    } = accounts();
    let mut token = held_by_alice(1_000);
    delegate(&mut token, alice, bob);
    delegate(&mut token, bob, eve);
    assert_eq!((votes(&token, bob), votes(&token, eve)), (1_000, 0));
}

#[ink::test]
fn naming_the_delegate_again_changes_nothing() {
    let DefaultAccounts { alice, bob, .. } = accounts();
    let mut token = held_by_alice(1_000);
    delegate(&mut token, alice, alice);
    delegate(&mut token, alice, bob);
    delegate(&mut token, alice, bob);
    assert_eq!(votes(&token, bob), 1_000);
    assert_eq!(recorded_events().count(), 2); // the first tokens, one delegation
}

#[ink::test]
fn nobody_votes_with_what_he_borrows_within_a_block() {
    let DefaultAccounts { alice, bob, .. } = accounts();
    let mut token = held_by_alice(1_000);
    at(10);
    give(&mut token, alice, bob, 1_000);
    assert_eq!(votes(&token, bob), 1_000);
    give(&mut token, bob, alice, 1_000);
    at(11);
    for moment in [9, 10] {
        assert_eq!(past(&token, bob, moment), 0);
        assert_eq!(past(&token, alice, moment), 1_000);
    }
}

#[ink::test]
fn nobody_votes_twice_by_passing_tokens_or_votes_on() {
    let DefaultAccounts {
        alice, bob, eve, ..
    } = accounts();
    let mut token = held_by_alice(1_000);
    at(10);
    give(&mut token, alice, bob, 400);
    at(20);
    give(&mut token, bob, eve, 400);
    delegate(&mut token, alice, eve);
    at(30);
    delegate(&mut token, alice, bob);
    at(40);
    for (moment, expected) in [
        (9, [1_000, 0, 0]),
        (10, [600, 400, 0]),
        (19, [600, 400, 0]),
        (20, [0, 0, 1_000]),
        (30, [0, 600, 400]),
    ] {
        let votes = [alice, bob, eve].map(|who| past(&token, who, moment));
        assert_eq!(votes, expected, "at {moment}");
    }
}

#[ink::test]
fn this_block_is_not_past() {
    let alice = accounts().alice;
    let token = held_by_alice(1_000);
    at(10);
    for moment in [10, 11, u64::MAX] {
        let not_past = Err(ElectorateError::NotPast);
        assert_eq!(token.past_votes(alice, Timestamp(moment)), not_past);
        assert_eq!(token.past_total_supply(Timestamp(moment)), not_past);
    }
    assert_eq!(token.past_total_supply(Timestamp(9)), Ok(1_000));
}

#[ink::test]
fn a_token_of_fixed_supply_locks_nothing() {
    let mut token = held_by_alice(1_000);
    call_as(accounts().alice);
    let refused = || Err(PSP22Error::Custom(NO_LOCKER.into()));
    assert_eq!(token.locked(), None);
    assert_eq!(token.lock(1), refused());
    assert_eq!(token.unlock(1), refused());
    assert_eq!(token.distribution(accounts().alice), refused().map(|()| 0));
    assert_eq!(
        token.claim_distribution(accounts().alice),
        refused().map(|()| 0)
    );
}

#[ink::test]
fn a_locker_begins_with_nothing() {
    let bob = accounts().bob;
    let token = GovernanceTokenContract::new(GovernanceTokenTerms {
        about: about(NETWORK),
        issue: Issue::Locker(locked(bob)),
    });
    assert_eq!(
        (token.locked(), token.total_supply()),
        (Some(locked(bob)), 0)
    );
    assert_eq!(token.token_name(), Some("Votes".into()));
    assert_eq!(token.token_symbol(), Some("VTS".into()));
}

/// What a list of all balances and delegates says, block by block.
#[derive(Clone, Default)]
struct Model {
    balances: [Balance; 4],
    delegates: [usize; 4],
}

impl Model {
    fn votes(&self) -> [Balance; 4] {
        let mut votes = [0; 4];
        for (balance, delegate) in self.balances.iter().zip(self.delegates) {
            votes[delegate] += balance;
        }
        votes
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn votes_are_what_a_list_of_all_balances_and_delegates_says(
        steps in proptest::collection::vec((0..3u64, 0..4usize, 0..4usize, 0..600u128), 1..40),
    ) {
        ink::env::test::run_test::<DefaultEnvironment, _>(|accounts| {
            let people = [accounts.alice, accounts.bob, accounts.charlie, accounts.django];
            let mut token = held_by_alice(1_000);
            let mut model = Model { balances: [1_000, 0, 0, 0], delegates: [0, 1, 2, 3] };
            let (mut now, mut blocks) = (0, vec![]);
            for (later, from, to, value) in steps {
                blocks.extend((0..later).map(|_| model.votes()));
                now += later;
                at(now);
                call_as(people[from]);
                if value < 500 {
                    let moved = token.transfer(people[to], value, vec![]);
                    if moved.is_ok() && from != to {
                        model.balances[from] -= value;
                        model.balances[to] += value;
                    }
                } else {
                    token.delegate(people[to]).unwrap();
                    model.delegates[from] = to;
                }
                let all = people.map(|who| votes(&token, who));
                assert_eq!(all, model.votes());
                assert_eq!(all.iter().sum::<Balance>(), token.total_supply());
            }
            for (moment, expected) in (0..).zip(blocks) {
                assert_eq!(people.map(|who| past(&token, who, moment)), expected);
                assert_eq!(token.past_total_supply(Timestamp(moment)), Ok(1_000));
            }
            Ok(())
        }).unwrap();
    }
}
