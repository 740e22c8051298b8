//! Other terms for a feed: public before they are in force.

use super::*;
use finance::oracle::cap::RateCap;
use ink::env::test::recorded_events;
use ink::scale::Decode;
use interfaces::oracle_adapter::{Base, FeedProposed, Proposal, MAX_ASSETS};

fn with_quorum(quorum: u32) -> FeedTerms {
    FeedTerms {
        quorum,
        ..two_of_three()
    }
}

fn retired() -> FeedTerms {
    FeedTerms {
        feeders: vec![],
        ..with_quorum(0)
    }
}

/// In ether.
fn derived() -> FeedTerms {
    let cap = RateCap {
        snapshot: Price::ONE,
        taken_at: START,
        max_growth: Ratio::ZERO,
    };
    FeedTerms {
        base: Some(Base { asset: ETHER, cap }),
        ..two_of_three()
    }
}

fn propose_as(
    adapter: &mut OracleAdapterContract,
    who: AccountId,
    asset: AssetId,
    terms: FeedTerms,
) -> Result<(), OracleError> {
    set_caller::<DefaultEnvironment>(who);
    adapter.propose_feed(asset, terms.into())
}

/// The governor proposes.
fn propose(adapter: &mut OracleAdapterContract, asset: AssetId, terms: FeedTerms) {
    let proposed = propose_as(adapter, accounts().django, asset, terms);
    assert_eq!(proposed, Ok(()));
}

/// Alice and Bob report `whole` dollars as of `now`.
fn quote(adapter: &mut OracleAdapterContract, asset: AssetId, whole: u128, now: Timestamp) {
    set_time(now);
    for feeder in [accounts().alice, accounts().bob] {
        set_caller::<DefaultEnvironment>(feeder);
        assert_eq!(adapter.report(asset, usd(whole), now), Ok(()));
    }
}

/// The price, if it counts without doubt.
fn firm(adapter: &OracleAdapterContract, asset: AssetId) -> Result<Price, OracleError> {
    adapter.price(asset)?.firm()
}

fn effective_at() -> Timestamp {
    START.plus(CHANGE_DELAY)
}

#[ink::test]
fn nobody_but_the_governor_proposes() {
    let mut adapter = adapter();
    for who in [accounts().alice, accounts().eve] {
        let proposed = propose_as(&mut adapter, who, ETHER, with_quorum(3));
        assert_eq!(proposed, Err(OracleError::NotTheGovernor));
    }
    assert_eq!(adapter.feed(ETHER).unwrap().proposed, None);
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn a_quorum_raised_while_a_feeder_is_down_freezes_nothing_at_once() {
    let mut adapter = adapter();
    quote(&mut adapter, ETHER, 2_000, START);
    propose(&mut adapter, ETHER, with_quorum(3));
    assert_eq!(firm(&adapter, ETHER), Ok(usd(2_000)));
    let proposal = Proposal {
        effective_at: effective_at(),
        terms: with_quorum(3).into(),
    };
    assert_eq!(adapter.feed(ETHER).unwrap().proposed, Some(proposal.into()));

    let early = Timestamp(effective_at().0 - 1);
    quote(&mut adapter, ETHER, 2_000, early);
    assert_eq!(firm(&adapter, ETHER), Ok(usd(2_000)));
    assert_eq!(*adapter.feed(ETHER).unwrap().terms, two_of_three());

    // Then nobody has to call anything.
    set_time(effective_at());
    let feed = adapter.feed(ETHER).unwrap();
    assert_eq!((*feed.terms, feed.proposed), (with_quorum(3), None));
    let (reports, quorum) = (2, 3);
    assert_eq!(
        adapter.price(ETHER),
        Err(OracleError::Frozen { reports, quorum })
    );
}

#[ink::test]
fn a_second_proposal_replaces_the_first_and_waits_anew() {
    let mut adapter = adapter();
    propose(&mut adapter, ETHER, with_quorum(3));
    set_time(START.plus(Period(1)));
    propose(&mut adapter, ETHER, with_quorum(1));

    let quorum = |adapter: &OracleAdapterContract| adapter.feed(ETHER).unwrap().terms.quorum;
    set_time(effective_at());
    assert_eq!(quorum(&adapter), 2);
    set_time(effective_at().plus(Period(1)));
    assert_eq!(quorum(&adapter), 1);
}

#[ink::test]
fn a_proposal_after_one_that_is_due_replaces_nothing_in_force() {
    let mut adapter = adapter();
    propose(&mut adapter, ETHER, with_quorum(3));
    set_time(effective_at());
    propose(&mut adapter, ETHER, with_quorum(1));
    assert_eq!(adapter.feed(ETHER).unwrap().terms.quorum, 3);
    set_time(effective_at().plus(CHANGE_DELAY));
    assert_eq!(adapter.feed(ETHER).unwrap().terms.quorum, 1);
}

#[ink::test]
fn who_stays_keeps_his_report_and_who_comes_has_none() {
    let mut adapter = adapter();
    let last = Timestamp(effective_at().0 - 1);
    quote(&mut adapter, ETHER, 2_000, last);
    set_time(START);
    let terms = FeedTerms {
        feeders: [accounts().eve, accounts().bob].map(feeder).into(),
        ..two_of_three()
    };
    propose(&mut adapter, ETHER, terms);
    set_time(effective_at());

    let bobs = Report {
        price: usd(2_000),
        observed_at: last,
    };
    assert_eq!(last_reports(&adapter), [None, Some(bobs)]);
    let gone = report_as(&mut adapter, accounts().alice, usd(1), effective_at());
    assert_eq!(gone, Err(OracleError::NotAFeeder));
    // The first report under the new terms is stored next to those that stayed.
    let come = report_as(&mut adapter, accounts().eve, usd(2_010), effective_at());
    assert_eq!(come, Ok(()));
    assert_eq!(firm(&adapter, ETHER), Ok(usd(2_005)));
}

#[ink::test]
fn jumps_across_a_change_of_terms_are_held() {
    let mut adapter = adapter();
    quote(&mut adapter, ETHER, 2_000, START);
    let terms = FeedTerms {
        max_deviation: Ratio::from_bps(1_000),
        hold: MAX_AGE,
        ..two_of_three()
    };
    propose(&mut adapter, ETHER, terms);
    quote(&mut adapter, ETHER, 1_000, effective_at());
    let until = effective_at().plus(MAX_AGE);
    assert_eq!(firm(&adapter, ETHER), Err(OracleError::Held { until }));
    assert_eq!(adapter.price(ETHER).unwrap().price, usd(2_000));
}

#[ink::test]
fn a_proposal_is_as_valid_as_what_it_replaces() {
    let mut adapter = adapter();
    let mut refused = |asset, terms, error| {
        let proposed = propose_as(&mut adapter, accounts().django, asset, terms);
        assert_eq!(proposed, Err(error));
    };
    refused(ETHER, with_quorum(4), OracleError::InvalidQuorum);
    refused(ETHER, with_quorum(0), OracleError::InvalidQuorum);
    let hasty = FeedTerms {
        max_age: Period(0),
        ..two_of_three()
    };
    refused(ETHER, hasty, OracleError::InvalidAge);
    refused(ETHER, derived(), OracleError::InvalidBase);
    let beyond = AssetId(MAX_ASSETS as u32);
    refused(beyond, two_of_three(), OracleError::UnknownAsset);
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn what_a_feed_reports_in_stays() {
    set_time(START);
    let mut adapter = made_with(vec![two_of_three(); 2]).unwrap();
    let proposed = propose_as(&mut adapter, accounts().django, AssetId(1), derived());
    assert_eq!(proposed, Err(OracleError::InvalidBase));
}

#[ink::test]
fn an_asset_is_added_after_the_delay() {
    let mut adapter = adapter();
    quote(&mut adapter, ETHER, 2_000, START);
    propose(&mut adapter, UNLISTED, derived());

    // Announced, it has no price and no feeders.
    let (reports, quorum) = (0, 0);
    let frozen = Err(OracleError::Frozen { reports, quorum });
    assert_eq!(adapter.price(UNLISTED), frozen);
    set_caller::<DefaultEnvironment>(accounts().alice);
    let early = adapter.report(UNLISTED, usd(1), START);
    assert_eq!(early, Err(OracleError::NotAFeeder));
    assert_eq!(adapter.prices(vec![UNLISTED, ETHER])[0], None);

    quote(&mut adapter, UNLISTED, 1, effective_at());
    quote(&mut adapter, ETHER, 2_000, effective_at().plus(Period(1)));
    assert_eq!(firm(&adapter, UNLISTED), Ok(usd(2_000)));
    assert_eq!(firm(&adapter, ETHER), Ok(usd(2_000)));
}

#[ink::test]
fn an_asset_that_was_announced_may_still_be_announced_otherwise() {
    let mut adapter = adapter();
    propose(&mut adapter, UNLISTED, derived());
    propose(&mut adapter, UNLISTED, two_of_three());
    set_time(effective_at());
    assert_eq!(adapter.feed(UNLISTED).unwrap().terms.base, None);
}

#[ink::test]
fn a_retired_asset_has_no_price_and_leaves_the_others_alone() {
    set_time(START);
    let mut adapter = made_with(vec![two_of_three(); 2]).unwrap();
    propose(&mut adapter, ETHER, retired());
    let last = Timestamp(effective_at().0 - 1);
    for asset in [ETHER, AssetId(1)] {
        quote(&mut adapter, asset, 2_000, last);
        assert_eq!(firm(&adapter, asset), Ok(usd(2_000)));
    }

    set_time(effective_at());
    let (reports, quorum) = (0, 0);
    let frozen = Err(OracleError::Frozen { reports, quorum });
    assert_eq!(adapter.price(ETHER), frozen);
    let priced = adapter.price(AssetId(1)).ok();
    assert!(priced.is_some());
    assert_eq!(adapter.prices(vec![ETHER, AssetId(1)]), [None, priced]);
    let gone = report_as(&mut adapter, accounts().alice, usd(2_000), effective_at());
    assert_eq!(gone, Err(OracleError::NotAFeeder));
}

#[ink::test]
fn a_retired_asset_returns_without_its_past() {
    let mut adapter = adapter();
    quote(&mut adapter, ETHER, 2_000, START);
    propose(&mut adapter, ETHER, retired());
    set_time(effective_at());
    let terms = FeedTerms {
        max_deviation: Ratio::from_bps(1_000),
        hold: MAX_AGE,
        ..two_of_three()
    };
    propose(&mut adapter, ETHER, terms);

    let back = effective_at().plus(CHANGE_DELAY);
    quote(&mut adapter, ETHER, 2_000, back);
    // As with any first price, there is nothing to measure it by.
    let until = back.plus(MAX_AGE);
    assert_eq!(adapter.price(ETHER), Err(OracleError::Held { until }));
    set_time(until);
    assert_eq!(firm(&adapter, ETHER), Ok(usd(2_000)));
}

#[ink::test]
fn proposals_are_told() {
    let mut adapter = adapter();
    propose(&mut adapter, ETHER, with_quorum(3));
    let events: Vec<_> = recorded_events().collect();
    assert_eq!(events.len(), 1);
    let told = FeedProposed::decode(&mut &events[0].data[..]).unwrap();
    assert_eq!((told.asset, told.effective_at), (ETHER, effective_at()));
}
