//! Approvals by signature.

use super::*;
use finance::Timestamp;
use ink::env::test::{callee, recorded_events, set_block_timestamp, set_callee};
use interfaces::permit::{Permit, PermitError, PermitMessage};
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};

const DEADLINE: Timestamp = Timestamp(1_000);
const WRONG: Result<(), PermitError> = Err(PermitError::WrongSignature);

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

/// What the owner of `keys` signs to let Bob spend.
fn signed(token: &TrancheTokenContract, keys: &Keypair, value: u128) -> [u8; 64] {
    let (message, _) = token.permit_message(owner(keys), accounts().bob, value, DEADLINE);
    sign(keys, &message)
}

#[ink::test]
fn a_permit_is_an_approval_that_anybody_submits() {
    let (keys, accounts) = (keypair(1), accounts());
    let mut token = held_by_alice(1_000);
    token.transfer(owner(&keys), 100, vec![]).unwrap();
    let signature = signed(&token, &keys, 70);

    call_as(accounts.eve);
    let permitted = token.permit(owner(&keys), accounts.bob, 70, DEADLINE, signature);
    assert_eq!(permitted, Ok(()));
    assert_eq!(token.allowance(owner(&keys), accounts.bob), 70);
    assert_eq!(recorded_events().count(), 3); // mint, transfer, approval

    call_as(accounts.bob);
    let pulled = token.transfer_from(owner(&keys), accounts.eve, 70, vec![]);
    assert_eq!(pulled, Ok(()));
    assert_eq!(token.balance_of(accounts.eve), 70);
}

#[ink::test]
fn a_permit_counts_once() {
    let (keys, bob) = (keypair(1), accounts().bob);
    let mut token = held_by_alice(0);
    let signature = signed(&token, &keys, 70);
    let mut permit = |value| token.permit(owner(&keys), bob, value, DEADLINE, signature);
    assert_eq!(permit(70), Ok(()));
    assert_eq!(permit(70), WRONG);
    assert_eq!(token.allowance(owner(&keys), bob), 70);
    // The next one replaces it; nothing takes it back.
    let signature = signed(&token, &keys, 0);
    let mut permit = |value| token.permit(owner(&keys), bob, value, DEADLINE, signature);
    assert_eq!(permit(0), Ok(()));
    assert_eq!(permit(0), WRONG);
    assert_eq!(token.allowance(owner(&keys), bob), 0);
}

#[ink::test]
fn permits_count_in_the_order_in_which_they_were_signed() {
    let (keys, other, bob) = (keypair(1), keypair(2), accounts().bob);
    let mut token = held_by_alice(0);
    let first = signed(&token, &keys, 70);
    let instead = signed(&token, &keys, 80);
    let others = signed(&token, &other, 90);
    let mut permit = |keys: &Keypair, value, signature| {
        token.permit(owner(keys), bob, value, DEADLINE, signature)
    };
    assert_eq!(permit(&keys, 80, instead), Ok(()));
    assert_eq!(permit(&keys, 70, first), WRONG);
    assert_eq!(permit(&other, 90, others), Ok(()));
}

#[ink::test]
fn the_deadline_is_the_last_moment() {
    let (keys, bob) = (keypair(1), accounts().bob);
    let mut token = held_by_alice(0);
    let signature = signed(&token, &keys, 70);
    set_block_timestamp::<DefaultEnvironment>(DEADLINE.0 + 1);
    let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
    assert_eq!(permitted, Err(PermitError::Expired));
    set_block_timestamp::<DefaultEnvironment>(DEADLINE.0);
    let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
    assert_eq!(permitted, Ok(()));
}

#[ink::test]
fn a_permit_says_all_that_it_permits() {
    let (keys, accounts) = (keypair(1), accounts());
    let mut token = held_by_alice(0);
    let signature = signed(&token, &keys, 70);
    let (own, bob, eve) = (owner(&keys), accounts.bob, accounts.eve);
    let later = Timestamp(DEADLINE.0 + 1);
    for (owner, spender, value, deadline) in [
        (eve, bob, 70, DEADLINE),
        (own, eve, 70, DEADLINE),
        (own, bob, 71, DEADLINE),
        (own, bob, 70, later),
    ] {
        let permitted = token.permit(owner, spender, value, deadline, signature);
        assert_eq!(permitted, WRONG);
        assert_eq!(token.allowance(owner, spender), 0);
    }
    assert_eq!(recorded_events().count(), 0);
    assert_eq!(token.permit(own, bob, 70, DEADLINE, signature), Ok(()));
}

#[ink::test]
fn only_the_owner_signs() {
    let (keys, other, bob) = (keypair(1), keypair(2), accounts().bob);
    let mut token = held_by_alice(0);
    let (message, _) = token.permit_message(owner(&keys), bob, 70, DEADLINE);
    for signature in [sign(&other, &message), [0; 64], [0xff; 64]] {
        let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
        assert_eq!(permitted, WRONG);
    }
    // An account that is no key signs nothing.
    let no_key = AccountId::from([0xff; 32]);
    let signature = sign(&keys, &message);
    assert_eq!(token.permit(no_key, bob, 70, DEADLINE, signature), WRONG);
}

#[ink::test]
fn a_wallet_may_wrap_what_it_signs() {
    let (keys, bob) = (keypair(1), accounts().bob);
    let mut token = held_by_alice(0);
    let (message, _) = token.permit_message(owner(&keys), bob, 70, DEADLINE);
    let wrapped = [&b"<Bytes>"[..], &message, b"</Bytes>"].concat();
    for text in [
        [&b"<Bytes>"[..], &message].concat(),
        [&message[..], b"</Bytes>"].concat(),
        [&b"<Bytes>"[..], &wrapped, b"</Bytes>"].concat(),
    ] {
        let signature = sign(&keys, &text);
        let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
        assert_eq!(permitted, WRONG);
    }
    let signature = sign(&keys, &wrapped);
    let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
    assert_eq!(permitted, Ok(()));
    // The same text without its wrapping is no second permit.
    let signature = sign(&keys, &message);
    let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
    assert_eq!(permitted, WRONG);
}

#[ink::test]
fn a_permit_is_for_one_token_on_one_chain() {
    let (keys, accounts) = (keypair(1), accounts());
    let mut token = held_by_alice(0);
    let signature = signed(&token, &keys, 70);
    let mut elsewhere = TrancheTokenContract::new(TokenTerms {
        network: [0x52; 32],
        ..terms(accounts.alice)
    });
    let permitted = elsewhere.permit(owner(&keys), accounts.bob, 70, DEADLINE, signature);
    assert_eq!(permitted, WRONG);

    let here = callee::<DefaultEnvironment>();
    set_callee::<DefaultEnvironment>(accounts.django);
    let permitted = token.permit(owner(&keys), accounts.bob, 70, DEADLINE, signature);
    assert_eq!(permitted, WRONG);
    set_callee::<DefaultEnvironment>(here);
    let permitted = token.permit(owner(&keys), accounts.bob, 70, DEADLINE, signature);
    assert_eq!(permitted, Ok(()));
}

/// Laid out by hand, as a wallet in another language does it.
#[ink::test]
fn the_text_is_what_the_documentation_says() {
    let (keys, bob) = (keypair(1), accounts().bob);
    let mut token = held_by_alice(0);
    let signature = signed(&token, &keys, 70);
    let permitted = token.permit(owner(&keys), bob, 70, DEADLINE, signature);
    assert_eq!(permitted, Ok(()));

    let (here, own) = (callee::<DefaultEnvironment>(), owner(&keys));
    let fields = [
        &NETWORK[..],
        here.as_ref(),
        own.as_ref(),
        bob.as_ref(),
        &90u128.to_le_bytes(),
        &DEADLINE.0.to_le_bytes(),
        &1u128.to_le_bytes(),
    ]
    .concat();
    let mut hash = [0; 32];
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(&fields, &mut hash);
    let expected = [&b"Sluice permit v1"[..], &hash].concat();
    let (message, nonce) = token.permit_message(own, bob, 90, DEADLINE);
    assert_eq!((message.to_vec(), nonce), (expected, 1));

    let built = PermitMessage {
        network: &NETWORK,
        token: &here,
        owner: &own,
        spender: &bob,
        value: 90,
        deadline: DEADLINE,
        nonce: 1,
    };
    assert_eq!(built.text().message(), &message);
}
