//! Delegation by signature.

use super::*;
use ink::env::test::{callee, recorded_events, set_callee};
use interfaces::governance_token::DelegationError;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};

const DEADLINE: Timestamp = Timestamp(1_000);
const WRONG: Result<(), DelegationError> = Err(DelegationError::WrongSignature);

fn keypair(seed: u8) -> Keypair {
    let secret = MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
    secret.expand_to_keypair(ExpansionMode::Ed25519)
}

/// The account that a key signs for.
fn owner(keys: &Keypair) -> AccountId {
    keys.public.to_bytes().into()
}

fn sign(keys: &Keypair, text: &[u8]) -> [u8; 64] {
    keys.sign_simple(b"substrate", text).to_bytes()
}

/// What the owner of `keys` signs to vote through `to`.
fn signed(token: &GovernanceTokenContract, keys: &Keypair, to: AccountId) -> [u8; 64] {
    sign(keys, &token.delegation_message(owner(keys), to, DEADLINE))
}

/// A token of which the owner of the keys has 100.
fn held() -> (GovernanceTokenContract, Keypair) {
    let keys = keypair(1);
    let mut token = held_by_alice(1_000);
    give(&mut token, accounts().alice, owner(&keys), 100);
    (token, keys)
}

#[ink::test]
fn anybody_submits_what_the_owner_signed() {
    let (mut token, keys) = held();
    let DefaultAccounts { bob, eve, .. } = accounts();
    let signature = signed(&token, &keys, bob);
    call_as(eve);
    let delegated = token.delegate_signed(owner(&keys), bob, DEADLINE, signature);
    assert_eq!(delegated, Ok(()));
    assert_eq!((votes(&token, bob), votes(&token, owner(&keys))), (100, 0));
    assert_eq!(recorded_events().count(), 3); // the first tokens, a transfer, the delegation
}

#[ink::test]
fn a_signature_counts_once() {
    let (mut token, keys) = held();
    let DefaultAccounts { bob, eve, .. } = accounts();
    let to_bob = signed(&token, &keys, bob);
    let mut submit = |to, signature| token.delegate_signed(owner(&keys), to, DEADLINE, signature);
    assert_eq!(submit(bob, to_bob), Ok(()));
    assert_eq!(submit(bob, to_bob), WRONG);
    let to_eve = signed(&token, &keys, eve);
    let mut submit = |to, signature| token.delegate_signed(owner(&keys), to, DEADLINE, signature);
    assert_eq!(submit(eve, to_eve), Ok(()));
    // Nobody moves the votes back by what was signed before.
    assert_eq!(submit(bob, to_bob), WRONG);
    assert_eq!((votes(&token, bob), votes(&token, eve)), (0, 100));
    assert_eq!(token.voter(owner(&keys)).nonce, 2);
}

#[ink::test]
fn a_signature_counts_once_even_if_it_changes_nothing() {
    let (mut token, keys) = held();
    let own = owner(&keys);
    let signature = signed(&token, &keys, own);
    assert_eq!(token.delegate_signed(own, own, DEADLINE, signature), Ok(()));
    assert_eq!(token.delegate_signed(own, own, DEADLINE, signature), WRONG);
}

#[ink::test]
fn the_deadline_is_the_last_moment() {
    let (mut token, keys) = held();
    let bob = accounts().bob;
    let signature = signed(&token, &keys, bob);
    at(DEADLINE.0 + 1);
    let expired = Err(DelegationError::Expired);
    let submitted = token.delegate_signed(owner(&keys), bob, DEADLINE, signature);
    assert_eq!(submitted, expired);
    at(DEADLINE.0);
    let submitted = token.delegate_signed(owner(&keys), bob, DEADLINE, signature);
    assert_eq!(submitted, Ok(()));
}

#[ink::test]
fn a_signature_says_who_to_whom_until_when_and_by_whom() {
    let (mut token, keys) = held();
    let DefaultAccounts { bob, eve, .. } = accounts();
    let (own, later) = (owner(&keys), Timestamp(DEADLINE.0 + 1));
    let signature = signed(&token, &keys, bob);
    let others = signed(&token, &keypair(2), bob);
    for (owner, to, deadline, signature) in [
        (eve, bob, DEADLINE, signature),
        (own, eve, DEADLINE, signature),
        (own, bob, later, signature),
        (own, bob, DEADLINE, others),
        (own, bob, DEADLINE, [0xff; 64]),
    ] {
        let submitted = token.delegate_signed(owner, to, deadline, signature);
        assert_eq!(submitted, WRONG);
    }
    assert_eq!(token.delegate_signed(own, bob, DEADLINE, signature), Ok(()));
}

#[ink::test]
fn a_signature_is_for_one_token_on_one_chain() {
    let (token, keys) = held();
    let bob = accounts().bob;
    let signature = signed(&token, &keys, bob);
    let mut elsewhere = GovernanceTokenContract::new(GovernanceTokenTerms {
        about: about([0x52; 32]),
        issue: Issue::Locker(locked(bob)),
    });
    let submitted = elsewhere.delegate_signed(owner(&keys), bob, DEADLINE, signature);
    assert_eq!(submitted, WRONG);
}

#[ink::test]
fn a_signature_is_for_one_address() {
    let (mut token, keys) = held();
    let DefaultAccounts { bob, django, .. } = accounts();
    let signature = signed(&token, &keys, bob);
    let here = callee::<DefaultEnvironment>();
    set_callee::<DefaultEnvironment>(django);
    let submitted = token.delegate_signed(owner(&keys), bob, DEADLINE, signature);
    assert_eq!(submitted, WRONG);
    set_callee::<DefaultEnvironment>(here);
    let submitted = token.delegate_signed(owner(&keys), bob, DEADLINE, signature);
    assert_eq!(submitted, Ok(()));
}

/// Laid out by hand, as a wallet in another language does it.
#[ink::test]
fn the_text_is_what_the_documentation_says() {
    let (token, keys) = held();
    let (here, own, bob) = (callee::<DefaultEnvironment>(), owner(&keys), accounts().bob);
    let fields = [
        &NETWORK[..],
        here.as_ref(),
        own.as_ref(),
        bob.as_ref(),
        &DEADLINE.0.to_le_bytes(),
        &0u32.to_le_bytes(),
    ]
    .concat();
    let mut hash = [0; 32];
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(&fields, &mut hash);
    let expected = [&b"Sluice deleg. v1"[..], &hash].concat();
    let message = token.delegation_message(own, bob, DEADLINE);
    assert_eq!(message.to_vec(), expected);
}
