//! Sources that misbehave, reports that are signed, jumps that are held: the oracle adapter on a chain.

use e2e_tests::{price, HOUR, START};
use finance::oracle::answer::{Answer, AnswerError};
use finance::{Period, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use ink::env::hash::Blake2x256;
use interfaces::calls::CallError;
use interfaces::oracle_adapter::{
    FeedTerms, Feeder, Key, OracleAdapter, OracleError, OracleTerms, Quotation, Report,
    ReportMessage, Settings, SignedReport,
};
use interfaces::test_source::{Behaviour, TestSource as _};
use interfaces::types::{AccountId, AssetId};
use scale::Decode;
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey};
use simulator::chain::{self, Called, Chain, Failure, NETWORK};
use simulator::contracts::{Oracle, TestSource};

const ETHER: AssetId = AssetId(0);
const NAMES: [&str; 3] = ["first source", "second source", "third source"];
const MAX_CONFIDENCE: Ratio = Ratio::from_bps(100);

/// An oracle on a chain and the three sources that it may ask.
struct Market {
    chain: Chain,
    oracle: AccountId,
    sources: [AccountId; 3],
}

impl Market {
    /// Three sources, of which two are a quorum.
    fn of_sources() -> Self {
        let key = Key::Source;
        Self::with(|sources| sources.map(|account| Feeder { account, key }).into())
    }

    /// A market whose feeders are made of the sources.
    fn with(feeders: impl FnOnce([AccountId; 3]) -> Vec<Feeder>) -> Self {
        let chain = Chain::new(START).unwrap();
        let deployer = chain.account("deployer");
        let source = |name| chain.deploy("test-source", deployer, (), name).unwrap();
        let sources = NAMES.map(source);
        let oracle = deployed(&chain, feeders(sources), "market");
        Self {
            chain,
            oracle,
            sources,
        }
    }

    fn does<R: Decode>(&self, message: impl Into<chain::Message<R>>) -> Result<Called<R>, Failure> {
        self.chain.call(self.chain.account("anybody"), message)
    }

    fn tell(&self, source: usize, behaviour: Behaviour) {
        let mut source = TestSource::from(self.sources[source]);
        self.does(source.call_mut().behave(behaviour)).unwrap();
    }

    fn poke(&self, source: usize) -> Result<Result<(), OracleError>, Failure> {
        let mut oracle = Oracle::from(self.oracle);
        let poke = oracle.call_mut().poke(ETHER, self.sources[source]);
        self.does(poke).map(|called| called.answer)
    }

    /// The source says `whole` dollars, and is asked.
    fn quote(&self, source: usize, whole: u128) {
        let now = self.chain.now();
        self.tell(source, Behaviour::Answers(answer(whole, now)));
        assert_eq!(self.poke(source), Ok(Ok(())));
    }

    fn quotation(&self) -> Result<Quotation, OracleError> {
        let oracle = Oracle::from(self.oracle);
        self.chain.read(oracle.call().price(ETHER)).unwrap()
    }

    fn reports(&self) -> Vec<Option<Report>> {
        let oracle = Oracle::from(self.oracle);
        let feed = self.chain.read(oracle.call().feed(ETHER)).unwrap();
        feed.unwrap().by_feeder().map(|(_, last)| last).collect()
    }

    /// The poke is refused, or fails, as expected, and leaves no trace.
    fn refuses(&self, source: usize, expected: Result<OracleError, Failure>) {
        let before = self.chain.state_digest();
        let outcome = self.poke(source).map(|answer| answer.unwrap_err());
        assert_eq!(outcome, expected);
        assert_eq!(self.chain.state_digest(), before);
    }
}

fn deployed(chain: &Chain, feeders: Vec<Feeder>, salt: &str) -> AccountId {
    let terms = FeedTerms {
        feeders,
        heartbeat: HOUR,
        max_confidence: MAX_CONFIDENCE,
        ..FeedTerms::of_accounts([], 2, Period(2 * HOUR.0), Period::from_secs(60))
    };
    let terms = OracleTerms {
        settings: Settings {
            network: NETWORK,
            governor: chain.account("governor"),
            change_delay: Period(48 * HOUR.0),
        },
        feeds: vec![terms.into()],
    };
    let deployer = chain.account("deployer");
    let oracle = chain.try_deploy::<OracleError>("oracle-adapter", deployer, terms, salt);
    oracle.unwrap().unwrap()
}

/// Whole dollars in eight decimals, without doubt.
fn answer(whole: u128, observed_at: Timestamp) -> Answer {
    Answer {
        mantissa: whole * 100_000_000,
        exponent: -8,
        confidence: 0,
        observed_at,
    }
}

#[test]
fn anybody_pokes_a_source_and_its_answer_is_stored_with_its_date() {
    let market = Market::of_sources();
    let seen = Timestamp(START.0 - 60_000);
    market.tell(0, Behaviour::Answers(answer(100, seen)));
    assert_eq!(market.poke(0), Ok(Ok(())));
    let report = Report {
        price: price(100),
        observed_at: seen,
    };
    assert_eq!(market.reports(), [Some(report), None, None]);
    market.quote(1, 104);
    let quotation = market.quotation().unwrap();
    assert_eq!((quotation.price, quotation.oldest), (price(102), seen));
    // The same answer once more is not newer.
    market.refuses(0, Ok(OracleError::NotNewer { last: seen }));
}

#[test]
fn a_source_that_misbehaves_kills_its_own_poke_alone() {
    let market = Market::of_sources();
    market.quote(0, 100);
    market.quote(1, 100);
    let trapped = OracleError::Call(CallError::Trapped);
    let oversized = Failure::Refused("OutputBufferTooSmall".to_owned());
    for (behaviour, outcome) in [
        (Behaviour::Silent, Ok(OracleError::Silent)),
        (Behaviour::Traps, Ok(trapped)),
        (Behaviour::Loops, Ok(trapped)),
        (Behaviour::Oversized, Err(oversized)),
    ] {
        market.tell(2, behaviour);
        market.refuses(2, outcome);
    }
    assert_eq!(market.quotation().unwrap().price, price(100));
    market.quote(2, 130);
    assert_eq!(market.quotation().unwrap().reports, 3);
}

#[test]
fn a_source_that_loops_costs_its_caller_a_bounded_amount() {
    let market = Market::of_sources();
    market.tell(0, Behaviour::Loops);
    let mut oracle = Oracle::from(market.oracle);
    let poke = oracle.call_mut().poke(ETHER, market.sources[0]);
    let spent = market.does(poke).unwrap().weight.ref_time();
    // What the source may take, and a few milliseconds for the adapter.
    let limit = interfaces::price_source::SOURCE_REF_TIME + 5_000_000_000;
    assert!(spent < limit, "{spent}");
}

#[test]
fn a_source_that_lies_is_refused_or_outvoted() {
    let market = Market::of_sources();
    market.quote(0, 100);
    market.quote(1, 102);
    let now = market.chain.now();
    let honest = answer(100, now);
    let lie = |answer| market.tell(2, Behaviour::Answers(answer));
    let refused = |reason| market.refuses(2, Ok(OracleError::Answer(reason)));

    lie(answer(0, now));
    refused(AnswerError::OutOfRange);
    lie(Answer {
        mantissa: u128::MAX,
        ..honest
    });
    refused(AnswerError::OutOfRange);
    lie(Answer {
        exponent: i32::MAX,
        ..honest
    });
    refused(AnswerError::OutOfRange);
    lie(Answer {
        confidence: honest.mantissa / 100 + 1,
        ..honest
    });
    refused(AnswerError::Uncertain);
    for future in [now.plus(Period(60_001)), Timestamp(u64::MAX)] {
        lie(answer(100, future));
        refused(AnswerError::FromTheFuture);
    }
    lie(answer(100, Timestamp(now.0 - 900_001)));
    refused(AnswerError::TooOld);

    // As much as can be expressed does not move the median beyond the others.
    lie(Answer {
        mantissa: u128::MAX,
        exponent: -18,
        ..honest
    });
    assert_eq!(market.poke(2), Ok(Ok(())));
    assert_eq!(market.quotation().unwrap().price, price(102));
}

#[test]
fn nothing_but_a_source_of_the_asset_is_poked() {
    let market = Market::with(|[first, second, _]| {
        let source = Feeder {
            account: first,
            key: Key::Source,
        };
        let account = Feeder {
            account: second,
            key: Key::Sr25519,
        };
        vec![source, account]
    });
    let now = market.chain.now();
    for source in [1, 2] {
        market.tell(source, Behaviour::Answers(answer(100, now)));
        market.refuses(source, Ok(OracleError::NotAFeeder));
    }
}

#[test]
fn a_caller_with_too_little_gas_drops_no_source_out_of_the_median() {
    let market = Market::of_sources();
    for source in 0..3 {
        market.quote(source, 100);
    }
    market.chain.advance(Period(1));
    let later = market.chain.now();
    market.tell(2, Behaviour::Answers(answer(101, later)));
    let mut oracle = Oracle::from(market.oracle);
    let caller = market.chain.account("anybody");
    let poke = oracle.call_mut().poke(ETHER, market.sources[2]);
    let needed = market.chain.dry_run(caller, poke).unwrap().weight;

    let before = market.reports();
    for part in 1.. {
        let digest = market.chain.state_digest();
        market.chain.set_gas_limit(needed * part / 10);
        let outcome = market.poke(2);
        market.chain.set_gas_limit(needed * 100);
        if outcome == Ok(Ok(())) {
            assert!(part > 5, "{part} tenths of the gas it takes were enough");
            break;
        }
        assert_eq!(market.chain.state_digest(), digest);
        assert_eq!(market.reports(), before);
    }
    assert_eq!(market.reports()[2].unwrap().observed_at, later);
    assert_eq!(market.reports()[..2], before[..2]);
}

#[test]
fn a_jump_of_sources_is_held_and_confirmed_without_a_keeper() {
    let market = Market::of_sources();
    let governor = market.chain.account("governor");
    let mut oracle = Oracle::from(market.oracle);
    let feed = market.chain.read(oracle.call().feed(ETHER)).unwrap();
    let terms = FeedTerms {
        max_deviation: Ratio::from_bps(1_000),
        hold: HOUR,
        ..*feed.unwrap().terms
    };
    let proposal = oracle.call_mut().propose_feed(ETHER, terms.into());
    market.chain.execute(governor, proposal).unwrap();
    market.chain.advance(Period(48 * HOUR.0));

    let quote_all = |whole| (0..3).for_each(|source| market.quote(source, whole));
    quote_all(100);
    market.chain.advance(HOUR);
    assert_eq!(market.quotation().unwrap().firm(), Ok(price(100)));
    quote_all(60);
    let until = market.chain.now().plus(HOUR);
    let held = market.quotation().unwrap();
    assert_eq!(held.firm(), Err(OracleError::Held { until }));
    assert_eq!((held.price, held.low), (price(100), price(60)));
    market.chain.advance(HOUR);
    assert_eq!(market.quotation().unwrap().firm(), Ok(price(60)));
}

/// The key of an ecdsa feeder.
fn ecdsa_key() -> SecretKey {
    SecretKey::from_slice(&[7; 32]).unwrap()
}

fn blake2(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    ink::env::hash_bytes::<Blake2x256>(bytes, &mut hash);
    hash
}

fn ecdsa_account() -> AccountId {
    let key = PublicKey::from_secret_key(&Secp256k1::new(), &ecdsa_key());
    blake2(&key.serialize()).into()
}

fn sr25519_account(keys: &ink_e2e::Keypair) -> AccountId {
    AccountId::from(keys.public_key().0)
}

/// One feeder with an sr25519 key and one with an ecdsa key.
fn signers() -> Vec<Feeder> {
    let one = Feeder {
        account: sr25519_account(&ink_e2e::alice()),
        key: Key::Sr25519,
    };
    let other = Feeder {
        account: ecdsa_account(),
        key: Key::Ecdsa,
    };
    vec![one, other]
}

fn signing() -> Market {
    Market::with(|_| signers())
}

fn text(oracle: &AccountId, report: Report) -> [u8; 48] {
    let message = ReportMessage {
        network: &NETWORK,
        oracle,
        asset: ETHER,
        report,
    };
    *message.text().message()
}

/// What both feeders sign for the oracle of that address.
fn both_sign(oracle: &AccountId, report: Report) -> Vec<SignedReport> {
    let text = text(oracle, report);
    let message = Message::from_digest_slice(&blake2(&text)).unwrap();
    let signature = Secp256k1::new().sign_ecdsa_recoverable(&message, &ecdsa_key());
    let (id, bytes) = signature.serialize_compact();
    let mut ecdsa = [id.to_i32() as u8; 65];
    ecdsa[..64].copy_from_slice(&bytes);
    let mut sr25519 = [0; 65];
    sr25519[..64].copy_from_slice(&ink_e2e::alice().sign(&text).0);
    let signed = |feeder, signature| SignedReport {
        asset: ETHER,
        feeder,
        report,
        signature,
    };
    vec![
        signed(sr25519_account(&ink_e2e::alice()), sr25519),
        signed(ecdsa_account(), ecdsa),
    ]
}

fn submit(
    market: &Market,
    to: AccountId,
    reports: Vec<SignedReport>,
) -> Vec<Result<(), OracleError>> {
    let mut oracle = Oracle::from(to);
    let reports = reports.into_iter().map(Box::new).collect();
    let submitted = oracle.call_mut().report_signed(reports);
    market.does(submitted).unwrap().answer
}

fn said(whole: u128, observed_at: Timestamp) -> Report {
    Report {
        price: price(whole),
        observed_at,
    }
}

#[test]
fn anybody_submits_signed_reports_once() {
    let market = signing();
    let batch = both_sign(&market.oracle, said(100, START));
    assert_eq!(
        submit(&market, market.oracle, batch.clone()),
        [Ok(()), Ok(())]
    );
    assert_eq!(market.quotation().unwrap().firm(), Ok(price(100)));
    let again = Err(OracleError::NotNewer { last: START });
    assert_eq!(submit(&market, market.oracle, batch), [again, again]);
}

#[test]
fn a_signed_report_is_worth_nothing_to_another_deal() {
    let market = signing();
    let elsewhere = deployed(&market.chain, signers(), "another market");
    let batch = both_sign(&market.oracle, said(100, START));
    let wrong = Err(OracleError::WrongSignature);
    assert_eq!(submit(&market, elsewhere, batch), [wrong, wrong]);
}

#[test]
fn a_signature_that_was_tampered_with_counts_for_nothing() {
    let market = signing();
    let batch = both_sign(&market.oracle, said(100, START));
    let wrong = Err(OracleError::WrongSignature);
    let dearer = batch.iter().map(|signed| SignedReport {
        report: said(101, START),
        ..*signed
    });
    assert_eq!(
        submit(&market, market.oracle, dearer.collect()),
        [wrong, wrong]
    );
    let swapped = [(0, 1), (1, 0)].map(|(one, other)| SignedReport {
        signature: batch[other].signature,
        ..batch[one]
    });
    assert_eq!(
        submit(&market, market.oracle, swapped.into()),
        [wrong, wrong]
    );
    assert_eq!(market.reports(), [None, None]);
}

/// What a transfer of the reference token costs: the goals of `costs.rs` are measured by it.
const REFERENCE_TRANSFER: u64 = 1_397_000_000;

/// Three accounts report each minute. What the last report costs, in computation.
fn cost_of_a_report() -> u64 {
    let chain = Chain::new(START).unwrap();
    let accounts = NAMES.map(|name| chain.account(name));
    let feeder = |account| Feeder {
        account,
        key: Key::Sr25519,
    };
    let mut oracle = Oracle::from(deployed(&chain, accounts.map(feeder).into(), "accounts"));
    let mut cost = 0;
    for _ in 0..3 {
        chain.advance(Period::from_secs(60));
        for account in accounts {
            let report = oracle.call_mut().report(ETHER, price(100), chain.now());
            cost = chain.execute(account, report).unwrap().weight.ref_time();
        }
    }
    cost
}

#[test]
fn a_report_costs_at_most_one_and_a_half_transfers() {
    let cost = cost_of_a_report();
    println!("{:.2} transfers", cost as f64 / REFERENCE_TRANSFER as f64);
    assert!(2 * cost <= 3 * REFERENCE_TRANSFER, "{cost}");
}

#[test]
fn a_batch_of_signed_reports_is_cheaper_than_its_parts() {
    let market = signing();
    let mut oracle = Oracle::from(market.oracle);
    let batch = both_sign(&market.oracle, said(100, START));
    let mut cost = |reports: Vec<SignedReport>| {
        let reports = reports.into_iter().map(Box::new).collect();
        let submitted = oracle.call_mut().report_signed(reports);
        let called = market
            .chain
            .dry_run(market.chain.account("anybody"), submitted);
        called.unwrap().weight.ref_time()
    };
    let parts: u64 = batch.iter().map(|signed| cost(vec![*signed])).sum();
    let whole = cost(batch);
    println!("{:.2} transfers", whole as f64 / REFERENCE_TRANSFER as f64);
    assert!(whole < parts, "{whole} and {parts}");
}
