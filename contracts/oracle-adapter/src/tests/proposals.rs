//! Other terms for a feed: public before they are in force.

use super::*;
use finance::oracle::cap::RateCap;
use ink::env::test::recorded_events;
use ink::scale::Decode;
use interfaces::oracle_adapter::{Base, FeedChanged, PendingFeed};

fn with_quorum(quorum: u32) -> FeedTerms {
    FeedTerms {
        quorum,
        ..two_of_three()
    }
}

fn propose_as(
    adapter: &mut OracleAdapterContract,
    who: AccountId,
    terms: FeedTerms,
) -> Result<(), OracleError> {
    set_caller::<DefaultEnvironment>(who);
    adapter.propose_feed(ETHER, terms)
}

/// Anybody applies what was proposed for ether, at `now`.
fn apply_at(adapter: &mut OracleAdapterContract, now: Timestamp) -> Result<(), OracleError> {
    set_time(now);
    set_caller::<DefaultEnvironment>(accounts().eve);
    adapter.apply_feed(ETHER)
}

#[ink::test]
fn nobody_but_the_governor_proposes() {
    let mut adapter = adapter();
    for who in [accounts().alice, accounts().eve] {
        let proposed = propose_as(&mut adapter, who, with_quorum(3));
        assert_eq!(proposed, Err(OracleError::NotTheGovernor));
    }
    assert_eq!(adapter.feed(ETHER).unwrap().pending, None);
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn a_quorum_raised_while_a_feeder_is_down_freezes_nothing_at_once() {
    let mut adapter = adapter();
    for feeder in [accounts().alice, accounts().bob] {
        report_as(&mut adapter, feeder, usd(2_000), START).unwrap();
    }
    propose_as(&mut adapter, accounts().django, with_quorum(3)).unwrap();
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(2_000)));
    let effective_at = START.plus(CHANGE_DELAY);
    let pending = PendingFeed {
        terms: with_quorum(3),
        effective_at,
    };
    assert_eq!(adapter.feed(ETHER).unwrap().pending, Some(pending));

    let early = Timestamp(effective_at.0 - 1);
    let refused = Err(OracleError::TooEarly { effective_at });
    assert_eq!(apply_at(&mut adapter, early), refused);
    assert_eq!(adapter.feed(ETHER).unwrap().terms, two_of_three());

    assert_eq!(apply_at(&mut adapter, effective_at), Ok(()));
    let feed = adapter.feed(ETHER).unwrap();
    assert_eq!((feed.terms, feed.pending), (with_quorum(3), None));
    let again = apply_at(&mut adapter, effective_at);
    assert_eq!(again, Err(OracleError::NothingPending));
}

#[ink::test]
fn a_second_proposal_replaces_the_first_and_waits_anew() {
    let mut adapter = adapter();
    propose_as(&mut adapter, accounts().django, with_quorum(3)).unwrap();
    set_time(START.plus(Period(1)));
    propose_as(&mut adapter, accounts().django, with_quorum(1)).unwrap();

    let effective_at = START.plus(CHANGE_DELAY).plus(Period(1));
    let refused = Err(OracleError::TooEarly { effective_at });
    assert_eq!(apply_at(&mut adapter, START.plus(CHANGE_DELAY)), refused);
    assert_eq!(apply_at(&mut adapter, effective_at), Ok(()));
    assert_eq!(adapter.feed(ETHER).unwrap().terms.quorum, 1);
}

#[ink::test]
fn who_stays_keeps_his_report_and_who_comes_has_none() {
    let mut adapter = adapter();
    for feeder in [accounts().alice, accounts().bob] {
        report_as(&mut adapter, feeder, usd(2_000), START).unwrap();
    }
    let terms = FeedTerms {
        feeders: [accounts().eve, accounts().bob].map(feeder).into(),
        ..two_of_three()
    };
    propose_as(&mut adapter, accounts().django, terms).unwrap();
    apply_at(&mut adapter, START.plus(CHANGE_DELAY)).unwrap();

    let bobs = Report {
        price: usd(2_000),
        observed_at: START,
    };
    assert_eq!(last_reports(&adapter), [None, Some(bobs)]);
    let gone = report_as(
        &mut adapter,
        accounts().alice,
        usd(1),
        START.plus(CHANGE_DELAY),
    );
    assert_eq!(gone, Err(OracleError::NotAFeeder));
}

#[ink::test]
fn a_proposal_is_as_valid_as_what_it_replaces() {
    let mut adapter = adapter();
    let mut refused = |terms, error| {
        assert_eq!(
            propose_as(&mut adapter, accounts().django, terms),
            Err(error)
        );
    };
    refused(with_quorum(4), OracleError::InvalidQuorum);
    let hasty = FeedTerms {
        max_age: Period(0),
        ..two_of_three()
    };
    refused(hasty, OracleError::InvalidAge);
    set_caller::<DefaultEnvironment>(accounts().django);
    let unknown = adapter.propose_feed(UNLISTED, two_of_three());
    assert_eq!(unknown, Err(OracleError::UnknownAsset));
    assert_eq!(adapter.apply_feed(ETHER), Err(OracleError::NothingPending));
    assert_eq!(adapter.apply_feed(UNLISTED), Err(OracleError::UnknownAsset));
}

#[ink::test]
fn what_a_feed_reports_in_stays() {
    set_time(START);
    let mut adapter = made_with(vec![two_of_three(); 2]).unwrap();
    let cap = RateCap {
        snapshot: Price::ONE,
        taken_at: START,
        max_growth: Ratio::ZERO,
    };
    let derived = FeedTerms {
        base: Some(Base { asset: ETHER, cap }),
        ..two_of_three()
    };
    set_caller::<DefaultEnvironment>(accounts().django);
    let proposed = adapter.propose_feed(AssetId(1), derived);
    assert_eq!(proposed, Err(OracleError::InvalidBase));
}

#[ink::test]
fn proposals_are_told() {
    let mut adapter = adapter();
    propose_as(&mut adapter, accounts().django, with_quorum(3)).unwrap();
    let effective_at = START.plus(CHANGE_DELAY);
    apply_at(&mut adapter, effective_at).unwrap();
    let told = recorded_events().map(|event| {
        let told = FeedChanged::decode(&mut &event.data[..]).unwrap();
        (told.asset, told.effective_at)
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told, [(ETHER, Some(effective_at)), (ETHER, None)]);
}
