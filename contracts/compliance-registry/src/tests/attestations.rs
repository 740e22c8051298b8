//! What issuers say, called and signed.

use super::*;
use ink::env::test::{callee, recorded_events, set_callee};
use interfaces::compliance::{Attestation, StatementMessage};
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};

const DEADLINE: Timestamp = Timestamp(1_000);
const OUT_OF_SCOPE: Result<(), ComplianceError> = Err(ComplianceError::OutOfScope);
const WRONG: Result<(), ComplianceError> = Err(ComplianceError::WrongSignature);

#[ink::test]
fn an_attestation_counts_until_it_expires() {
    let mut registry = for_members();
    call_as(BANK);
    let until = Timestamp(50);
    registry.attest(senior(ANN, SWITZERLAND, until)).unwrap();
    at(50);
    assert!(admits(&registry, SENIOR, ANN));
    at(51);
    assert!(!admits(&registry, SENIOR, ANN));
    // It is still told.
    let attestation = Attestation {
        issuer: BANK,
        jurisdiction: SWITZERLAND,
        until,
    };
    assert_eq!(registry.member(ANN, SENIOR).1, Some(attestation));
}

#[ink::test]
fn one_that_is_past_ends_what_was_said() {
    let mut registry = for_members();
    at(10);
    attest(&mut registry, ANN, SWITZERLAND);
    let past = senior(ANN, SWITZERLAND, Timestamp(9));
    call_as(BANK);
    assert_eq!(registry.attest(past), Ok(()));
    assert!(!admits(&registry, SENIOR, ANN));
    let (standing, attestation) = registry.member(ANN, SENIOR);
    assert_eq!((standing.nonce, attestation), (2, None));
}

#[ink::test]
fn one_statement_serves_all_classes() {
    let mut registry = for_members();
    call_as(BANK);
    let statement = Statement {
        tranches: Tranches(0b11),
        ..senior(ANN, SWITZERLAND, ALWAYS)
    };
    registry.attest(statement).unwrap();
    assert!(admits(&registry, SENIOR, ANN) && admits(&registry, JUNIOR, ANN));
    assert_eq!(registry.member(ANN, SENIOR).0.nonce, 1);
}

#[ink::test]
fn an_issuer_speaks_within_his_scope() {
    let mut registry = for_members();
    let both = Tranches(0b11);
    call_as(ANN);
    assert_eq!(registry.attest(senior(ANN, AUSTRIA, ALWAYS)), OUT_OF_SCOPE);
    call_as(BROKER);
    let abroad = senior(ANN, SWITZERLAND, ALWAYS);
    assert_eq!(registry.attest(abroad), OUT_OF_SCOPE);
    for tranches in [Tranches(0), Tranches::only(JUNIOR), both, Tranches::ALL] {
        let statement = Statement {
            tranches,
            ..senior(ANN, AUSTRIA, ALWAYS)
        };
        assert_eq!(registry.attest(statement), OUT_OF_SCOPE);
    }
    assert_eq!(registry.attest(senior(ANN, AUSTRIA, ALWAYS)), Ok(()));
    assert!(admits(&registry, SENIOR, ANN));
}

#[ink::test]
fn an_issuer_ends_nothing_beyond_his_scope() {
    let mut registry = for_members();
    attest(&mut registry, ANN, SWITZERLAND);
    call_as(BROKER);
    at(10);
    for until in [Timestamp(9), ALWAYS] {
        let statement = senior(ANN, AUSTRIA, until);
        assert_eq!(registry.attest(statement), OUT_OF_SCOPE);
    }
    assert!(admits(&registry, SENIOR, ANN));
    // Within it he does, whoever said it.
    attest(&mut registry, ANN, GERMANY);
    call_as(BROKER);
    assert_eq!(registry.attest(senior(ANN, AUSTRIA, Timestamp(9))), Ok(()));
    assert!(!admits(&registry, SENIOR, ANN));
}

#[ink::test]
fn what_a_dismissed_issuer_said_no_longer_counts() {
    let mut registry = for_members();
    attest(&mut registry, ANN, SWITZERLAND);
    call_as(GOVERNOR);
    registry.set_issuer(BANK, None).unwrap();
    assert_eq!(registry.scope(BANK), None);
    assert!(!admits(&registry, SENIOR, ANN));
    call_as(BANK);
    let again = senior(ANN, SWITZERLAND, ALWAYS);
    assert_eq!(registry.attest(again), OUT_OF_SCOPE);
    // It is nobody's any more: another may speak in his place.
    call_as(BROKER);
    assert_eq!(registry.attest(senior(ANN, AUSTRIA, ALWAYS)), Ok(()));
    assert!(admits(&registry, SENIOR, ANN));
}

#[ink::test]
fn a_narrower_scope_ends_what_it_no_longer_covers() {
    let mut registry = for_members();
    attest(&mut registry, ANN, SWITZERLAND);
    attest(&mut registry, BEN, AUSTRIA);
    let narrower = Scope {
        tranches: Tranches::ALL,
        jurisdictions: Jurisdictions::Except(vec![SWITZERLAND]),
    };
    call_as(GOVERNOR);
    registry.set_issuer(BANK, Some(narrower)).unwrap();
    assert!(!admits(&registry, SENIOR, ANN));
    assert!(admits(&registry, SENIOR, BEN));
}

#[ink::test]
fn a_jurisdiction_has_a_number() {
    let mut registry = for_members();
    call_as(BANK);
    for number in [0, 1_000, u16::MAX] {
        let statement = senior(ANN, number, ALWAYS);
        let refused = Err(ComplianceError::NoJurisdiction);
        assert_eq!(registry.attest(statement), refused);
    }
    for number in [1, 999] {
        assert_eq!(registry.attest(senior(ANN, number, ALWAYS)), Ok(()));
    }
}

// Signed.

fn keypair(seed: u8) -> Keypair {
    let secret = MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
    secret.expand_to_keypair(ExpansionMode::Ed25519)
}

fn account(keys: &Keypair) -> AccountId {
    keys.public.to_bytes().into()
}

/// A registry that names the owner of the keys an issuer.
fn with_signer(network: [u8; 32]) -> (ComplianceRegistryContract, Keypair) {
    let keys = keypair(1);
    let mut registry = registry(network);
    let scope = issuers().remove(0).1;
    let rule = members(Jurisdictions::ALL);
    let bound = registry.bind(
        GOVERNOR,
        vec![(TOKENS[0], rule)],
        vec![(account(&keys), scope)],
    );
    bound.unwrap();
    (registry, keys)
}

/// What the owner of the keys signs to say it.
fn signed(keys: &Keypair, statement: &Statement, nonce: u32) -> [u8; 64] {
    let message = StatementMessage {
        network: &NETWORK,
        registry: &callee::<DefaultEnvironment>(),
        issuer: &account(keys),
        statement,
        deadline: DEADLINE,
        nonce,
    };
    let text = message.text();
    keys.sign_simple(b"substrate", text.message()).to_bytes()
}

#[ink::test]
fn anybody_submits_what_an_issuer_signed() {
    let (mut registry, keys) = with_signer(NETWORK);
    let statement = senior(ANN, SWITZERLAND, ALWAYS);
    let signature = signed(&keys, &statement, 0);
    call_as(ANN);
    let told = recorded_events().count();
    let submitted = registry.attest_signed(account(&keys), statement, DEADLINE, signature);
    assert_eq!(submitted, Ok(()));
    assert!(admits(&registry, SENIOR, ANN));
    assert_eq!(recorded_events().count(), told + 1);
}

#[ink::test]
fn a_signature_counts_once_and_only_for_what_nothing_followed() {
    let (mut registry, keys) = with_signer(NETWORK);
    let issuer = account(&keys);
    let statement = senior(ANN, SWITZERLAND, ALWAYS);
    let (first, second) = (signed(&keys, &statement, 0), signed(&keys, &statement, 1));
    let mut submit = |signature| registry.attest_signed(issuer, statement, DEADLINE, signature);
    assert_eq!(submit(second), WRONG);
    assert_eq!(submit(first), Ok(()));
    assert_eq!(submit(first), WRONG);
    // Who was struck off does not come back by an older signature.
    call_as(issuer);
    at(10);
    let past = senior(ANN, SWITZERLAND, Timestamp(9));
    registry.attest(past).unwrap();
    let submitted = registry.attest_signed(issuer, statement, DEADLINE, second);
    assert_eq!(submitted, WRONG);
    assert!(!admits(&registry, SENIOR, ANN));
}

#[ink::test]
fn the_deadline_is_the_last_moment() {
    let (mut registry, keys) = with_signer(NETWORK);
    let statement = senior(ANN, SWITZERLAND, ALWAYS);
    let signature = signed(&keys, &statement, 0);
    let mut submit = || registry.attest_signed(account(&keys), statement, DEADLINE, signature);
    at(DEADLINE.0 + 1);
    assert_eq!(submit(), Err(ComplianceError::Expired));
    at(DEADLINE.0);
    assert_eq!(submit(), Ok(()));
}

#[ink::test]
fn a_signature_says_who_says_what_of_whom_until_when() {
    let (mut registry, keys) = with_signer(NETWORK);
    let issuer = account(&keys);
    let statement = senior(ANN, SWITZERLAND, ALWAYS);
    let signature = signed(&keys, &statement, 0);
    let later = Timestamp(DEADLINE.0 + 1);
    let changed = |change: fn(&mut Statement)| {
        let mut statement = statement;
        change(&mut statement);
        statement
    };
    for (issuer, statement, deadline, signature) in [
        (BANK, statement, DEADLINE, signature),
        (issuer, changed(|it| it.account = BEN), DEADLINE, signature),
        (
            issuer,
            changed(|it| it.tranches = Tranches::ALL),
            DEADLINE,
            signature,
        ),
        (
            issuer,
            changed(|it| it.jurisdiction = AUSTRIA),
            DEADLINE,
            signature,
        ),
        (
            issuer,
            changed(|it| it.until = DEADLINE),
            DEADLINE,
            signature,
        ),
        (issuer, statement, later, signature),
        (
            issuer,
            statement,
            DEADLINE,
            signed(&keypair(2), &statement, 0),
        ),
        (issuer, statement, DEADLINE, [0xff; 64]),
    ] {
        let submitted = registry.attest_signed(issuer, statement, deadline, signature);
        assert_eq!(submitted, WRONG);
    }
    let submitted = registry.attest_signed(issuer, statement, DEADLINE, signature);
    assert_eq!(submitted, Ok(()));
}

#[ink::test]
fn a_signature_is_for_one_registry_on_one_chain() {
    let (mut elsewhere, keys) = with_signer([0x52; 32]);
    let statement = senior(ANN, SWITZERLAND, ALWAYS);
    let signature = signed(&keys, &statement, 0);
    let submitted = elsewhere.attest_signed(account(&keys), statement, DEADLINE, signature);
    assert_eq!(submitted, WRONG);
    let (mut registry, keys) = with_signer(NETWORK);
    let here = callee::<DefaultEnvironment>();
    let mut submit = || registry.attest_signed(account(&keys), statement, DEADLINE, signature);
    set_callee::<DefaultEnvironment>(BEN);
    assert_eq!(submit(), WRONG);
    set_callee::<DefaultEnvironment>(here);
    assert_eq!(submit(), Ok(()));
}

#[ink::test]
fn who_is_no_issuer_signs_for_nothing() {
    let (mut registry, _) = with_signer(NETWORK);
    let keys = keypair(2);
    let statement = senior(ANN, SWITZERLAND, ALWAYS);
    let signature = signed(&keys, &statement, 0);
    let submitted = registry.attest_signed(account(&keys), statement, DEADLINE, signature);
    assert_eq!(submitted, OUT_OF_SCOPE);
}

/// Laid out by hand, as a wallet in another language does it.
#[ink::test]
fn the_text_is_what_the_documentation_says() {
    let here = callee::<DefaultEnvironment>();
    let statement = senior(ANN, SWITZERLAND, Timestamp(77));
    let message = StatementMessage {
        network: &NETWORK,
        registry: &here,
        issuer: &BANK,
        statement: &statement,
        deadline: DEADLINE,
        nonce: 3,
    };
    let fields = [
        &NETWORK[..],
        here.as_ref(),
        BANK.as_ref(),
        ANN.as_ref(),
        &[0b01],
        &SWITZERLAND.to_le_bytes(),
        &77u64.to_le_bytes(),
        &DEADLINE.0.to_le_bytes(),
        &3u32.to_le_bytes(),
    ]
    .concat();
    let mut hash = [0; 32];
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(&fields, &mut hash);
    let expected = [&b"Sluice attest v1"[..], &hash].concat();
    assert_eq!(message.text().message().to_vec(), expected);
}
