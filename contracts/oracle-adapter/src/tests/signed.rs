//! Reports that anybody submits.

use super::*;
use ink::env::hash::{Blake2x256, HashOutput};
use ink::env::test::{callee, recorded_events, set_callee};
use interfaces::oracle_adapter::{ReportMessage, SignedReport};
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use secp256k1::{ecdsa::RecoverableSignature, Message, PublicKey, Secp256k1, SecretKey};

const WRONG: Result<(), OracleError> = Err(OracleError::WrongSignature);

fn keypair(seed: u8) -> Keypair {
    let secret = MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
    secret.expand_to_keypair(ExpansionMode::Ed25519)
}

fn ecdsa_key() -> SecretKey {
    SecretKey::from_slice(&[7; 32]).unwrap()
}

fn blake2(bytes: &[u8]) -> [u8; 32] {
    let mut hash = <Blake2x256 as HashOutput>::Type::default();
    ink::env::hash_bytes::<Blake2x256>(bytes, &mut hash);
    hash
}

/// The account of the first sr25519 key.
fn one() -> AccountId {
    keypair(1).public.to_bytes().into()
}

/// The account of the ecdsa key.
fn three() -> AccountId {
    let key = PublicKey::from_secret_key(&Secp256k1::new(), &ecdsa_key());
    blake2(&key.serialize()).into()
}

/// Two feeders sign with sr25519 and one with ecdsa; two are a quorum.
fn signing() -> OracleAdapterContract {
    set_time(START);
    let mut feeders = [one(), keypair(2).public.to_bytes().into(), three()].map(feeder);
    feeders[2].key = Key::Ecdsa;
    let terms = FeedTerms {
        feeders: feeders.into(),
        ..two_of_three()
    };
    made_with(vec![terms; 2]).unwrap()
}

fn said(whole: u128, observed_at: Timestamp) -> Report {
    Report {
        price: usd(whole),
        observed_at,
    }
}

/// What is to be signed here.
fn text(report: Report) -> [u8; 48] {
    let message = ReportMessage {
        network: &NETWORK,
        oracle: &callee::<DefaultEnvironment>(),
        asset: ETHER,
        report,
    };
    *message.text().message()
}

fn wrapped(text: &[u8]) -> Vec<u8> {
    [b"<Bytes>", text, b"</Bytes>"].concat()
}

fn sr25519(keys: &Keypair, text: &[u8]) -> [u8; 65] {
    let mut signature = [0; 65];
    signature[..64].copy_from_slice(&keys.sign_simple(b"substrate", text).to_bytes());
    signature
}

fn ecdsa(text: &[u8]) -> [u8; 65] {
    let message = Message::from_digest_slice(&blake2(text)).unwrap();
    let signature = Secp256k1::new().sign_ecdsa_recoverable(&message, &ecdsa_key());
    packed(signature)
}

fn packed(signature: RecoverableSignature) -> [u8; 65] {
    let (id, bytes) = signature.serialize_compact();
    let mut packed = [0; 65];
    packed[..64].copy_from_slice(&bytes);
    packed[64] = id.to_i32() as u8;
    packed
}

fn signed(feeder: AccountId, report: Report, signature: [u8; 65]) -> SignedReport {
    SignedReport {
        asset: ETHER,
        feeder,
        report,
        signature,
    }
}

/// What the first feeder signs.
fn by_one(report: Report) -> SignedReport {
    signed(one(), report, sr25519(&keypair(1), &text(report)))
}

/// Eve submits one report.
fn submit(adapter: &mut OracleAdapterContract, report: SignedReport) -> Result<(), OracleError> {
    set_caller::<DefaultEnvironment>(accounts().eve);
    let outcomes = adapter.report_signed(vec![report.into()]);
    assert_eq!(outcomes.len(), 1);
    outcomes[0]
}

#[ink::test]
fn anybody_submits_a_batch() {
    let mut adapter = signing();
    let (first, second) = (said(2_000, START), said(2_010, START));
    let by_three = signed(three(), second, ecdsa(&text(second)));
    set_caller::<DefaultEnvironment>(accounts().eve);
    let outcomes = adapter.report_signed(vec![by_one(first).into(), by_three.into()]);
    assert_eq!(outcomes, [Ok(()), Ok(())]);
    assert_eq!(last_reports(&adapter), [Some(first), None, Some(second)]);
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(2_005)));
}

#[ink::test]
fn one_refused_report_keeps_none_of_the_others_out() {
    let mut adapter = signing();
    let (good, bad) = (said(2_000, START), said(1, START));
    let forged = signed(three(), bad, [0; 65]);
    let strange = signed(accounts().eve, bad, sr25519(&keypair(9), &text(bad)));
    let elsewhere = SignedReport {
        asset: AssetId(7),
        ..by_one(bad)
    };
    let batch = [forged, strange, elsewhere, by_one(good)].map(Boxed::new);
    let outcomes = adapter.report_signed(batch.into());
    let refused = [
        WRONG,
        Err(OracleError::NotAFeeder),
        Err(OracleError::UnknownAsset),
        Ok(()),
    ];
    assert_eq!(outcomes, refused);
    assert_eq!(last_reports(&adapter), [Some(good), None, None]);
    assert_eq!(recorded_events().count(), 1);
}

#[ink::test]
fn a_signed_report_counts_once() {
    let mut adapter = signing();
    let first = by_one(said(2_000, START));
    let second = by_one(said(2_100, START.plus(Period(1))));
    let replayed = |last| Err(OracleError::NotNewer { last });
    assert_eq!(submit(&mut adapter, first), Ok(()));
    assert_eq!(submit(&mut adapter, first), replayed(START));
    assert_eq!(submit(&mut adapter, second), Ok(()));
    assert_eq!(submit(&mut adapter, first), replayed(START.plus(Period(1))));
}

#[ink::test]
fn a_signature_is_for_one_report() {
    let mut adapter = signing();
    let report = said(2_000, START);
    let honest = by_one(report);
    let dearer = said(2_001, START);
    let later = said(2_000, START.plus(Period(1)));
    for report in [dearer, later] {
        assert_eq!(
            submit(&mut adapter, SignedReport { report, ..honest }),
            WRONG
        );
    }
    let other_asset = SignedReport {
        asset: AssetId(1),
        ..honest
    };
    assert_eq!(submit(&mut adapter, other_asset), WRONG);
    let other_feeder = SignedReport {
        feeder: keypair(2).public.to_bytes().into(),
        ..honest
    };
    assert_eq!(submit(&mut adapter, other_feeder), WRONG);
    assert_eq!(submit(&mut adapter, honest), Ok(()));
}

#[ink::test]
fn a_signature_is_for_one_oracle_on_one_chain() {
    let adapter = signing();
    let honest = by_one(said(2_000, START));
    let here = callee::<DefaultEnvironment>();

    let mut elsewhere = OracleAdapterContract::new(OracleTerms {
        settings: Settings {
            network: [0x52; 32],
            ..settings()
        },
        feeds: vec![adapter.feed(ETHER).unwrap().terms],
    })
    .unwrap();
    assert_eq!(submit(&mut elsewhere, honest), WRONG);

    // Another adapter of the same terms.
    set_callee::<DefaultEnvironment>(accounts().frank);
    assert_eq!(submit(&mut signing(), honest), WRONG);
    set_callee::<DefaultEnvironment>(here);
    assert_eq!(submit(&mut signing(), honest), Ok(()));
}

#[ink::test]
fn a_wallet_may_wrap_what_it_signs() {
    let mut adapter = signing();
    let report = said(2_000, START);
    let text = wrapped(&text(report));
    let by_one = signed(one(), report, sr25519(&keypair(1), &text));
    assert_eq!(submit(&mut adapter, by_one), Ok(()));
    let by_three = signed(three(), report, ecdsa(&text));
    assert_eq!(submit(&mut adapter, by_three), Ok(()));

    let later = said(2_000, START.plus(Period(1)));
    let twice = wrapped(&wrapped(&self::text(later)));
    let by_one = signed(one(), later, sr25519(&keypair(1), &twice));
    assert_eq!(submit(&mut adapter, by_one), WRONG);
}

#[ink::test]
fn a_key_signs_in_its_own_way() {
    let mut adapter = signing();
    let report = said(2_000, START);
    let of_ecdsa = ecdsa(&text(report));
    assert_eq!(submit(&mut adapter, signed(one(), report, of_ecdsa)), WRONG);
    let of_sr25519 = sr25519(&keypair(1), &text(report));
    assert_eq!(
        submit(&mut adapter, signed(three(), report, of_sr25519)),
        WRONG
    );
}

/// The order of secp256k1.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// The other signature that the same key could have made: `s` taken from the order, the recovery id turned.
fn malleated(mut signature: [u8; 65]) -> [u8; 65] {
    let mut borrow = 0;
    for (place, byte) in (32..64).zip(ORDER).rev() {
        let difference = i16::from(byte) - i16::from(signature[place]) - borrow;
        signature[place] = difference.rem_euclid(256) as u8;
        borrow = i16::from(difference < 0);
    }
    signature[64] ^= 1;
    signature
}

#[ink::test]
fn the_higher_twin_of_an_ecdsa_signature_is_refused() {
    let mut adapter = signing();
    let report = said(2_000, START);
    let honest = ecdsa(&text(report));
    let twin = malleated(honest);
    // It is a signature of the same key.
    let mut recovered = [0; 33];
    ink::env::ecdsa_recover(&twin, &blake2(&text(report)), &mut recovered).unwrap();
    assert_eq!(AccountId::from(blake2(&recovered)), three());

    let with = |signature| signed(three(), report, signature);
    assert_eq!(submit(&mut adapter, with(twin)), WRONG);
    let mut other_id = honest;
    other_id[64] += 27;
    assert_eq!(submit(&mut adapter, with(other_id)), WRONG);
    assert_eq!(submit(&mut adapter, with(honest)), Ok(()));
}

#[ink::test]
fn a_signed_report_obeys_the_same_rules() {
    let mut adapter = signing();
    let ahead = START.plus(FUTURE_TOLERANCE).plus(Period(1));
    let submitted = submit(&mut adapter, by_one(said(2_000, ahead)));
    assert_eq!(submitted, Err(OracleError::FromTheFuture { now: START }));
    let submitted = submit(&mut adapter, by_one(said(0, START)));
    assert_eq!(submitted, Err(OracleError::ZeroPrice));
}

/// Laid out by hand, as a feeder in another language does it.
#[ink::test]
fn the_text_is_what_the_documentation_says() {
    let oracle = callee::<DefaultEnvironment>();
    let report = said(2_000, START);
    let fields = [
        &NETWORK[..],
        oracle.as_ref(),
        &0u32.to_le_bytes(),
        &usd(2_000).0.to_le_bytes(),
        &START.0.to_le_bytes(),
    ]
    .concat();
    let expected = [&b"Sluice report v1"[..], &blake2(&fields)].concat();
    assert_eq!(text(report).to_vec(), expected);
}
