use super::*;
use interfaces::oracle_adapter::{MAX_ASSETS, MAX_FEEDERS};

fn verdict(feeds: Vec<FeedTerms>) -> Result<(), OracleError> {
    made_with(feeds).map(|_| ())
}

/// The usual terms with one change.
fn with(change: impl FnOnce(&mut FeedTerms)) -> Vec<FeedTerms> {
    let mut terms = two_of_three();
    change(&mut terms);
    vec![terms]
}

fn feeders(number: usize) -> Vec<Feeder> {
    (0..number)
        .map(|index| feeder(AccountId::from([index as u8; 32])))
        .collect()
}

#[ink::test]
fn feeders_are_no_more_than_the_maximum_and_differ() {
    let refused = Err(OracleError::InvalidFeeders);
    let mut twice = two_of_three().feeders;
    twice[2].account = accounts().alice;
    twice[2].key = Key::Ecdsa;

    assert_eq!(verdict(with(|terms| terms.feeders = twice)), refused);
    let many = feeders(MAX_FEEDERS + 1);
    assert_eq!(verdict(with(|terms| terms.feeders = many)), refused);

    let most = feeders(MAX_FEEDERS);
    assert_eq!(verdict(with(|terms| terms.feeders = most)), Ok(()));
}

#[ink::test]
fn assets_are_no_more_than_the_maximum() {
    let feeds = |number| vec![two_of_three(); number];

    assert_eq!(
        verdict(feeds(MAX_ASSETS + 1)),
        Err(OracleError::InvalidFeeders)
    );

    assert_eq!(verdict(feeds(MAX_ASSETS)), Ok(()));
}

#[ink::test]
fn a_quorum_is_one_to_the_number_of_feeders() {
    let refused = Err(OracleError::InvalidQuorum);

    assert_eq!(verdict(with(|terms| terms.quorum = 0)), refused);
    assert_eq!(verdict(with(|terms| terms.quorum = 4)), refused);
    assert_eq!(verdict(with(|terms| terms.feeders.clear())), refused);

    assert_eq!(verdict(with(|terms| terms.quorum = 1)), Ok(()));
    assert_eq!(verdict(with(|terms| terms.quorum = 3)), Ok(()));
}

#[ink::test]
fn ages_are_in_order() {
    let refused = Err(OracleError::InvalidAge);
    let ages = |heartbeat, max_age, future_tolerance| {
        with(|terms| {
            terms.heartbeat = Period(heartbeat);
            terms.max_age = Period(max_age);
            terms.future_tolerance = Period(future_tolerance);
        })
    };

    assert_eq!(verdict(ages(0, 0, 0)), refused);
    assert_eq!(verdict(ages(0, 1_000, 0)), refused);
    assert_eq!(verdict(ages(1_001, 1_000, 0)), refused);
    assert_eq!(verdict(ages(1, 1_000, 1_001)), refused);
    assert_eq!(verdict(ages(1, 100_000, 60_001)), refused);

    assert_eq!(verdict(ages(1_000, 1_000, 1_000)), Ok(()));
    assert_eq!(verdict(ages(1, 100_000, 60_000)), Ok(()));
    assert_eq!(verdict(ages(1, 1, 0)), Ok(()));
}

#[ink::test]
fn nothing_takes_longer_than_a_change_of_terms() {
    let refused = Err(OracleError::InvalidAge);
    let lives = |max_age| with(|terms| terms.max_age = Period(max_age));
    let holds = |hold| with(|terms| terms.hold = Period(hold));

    let longest = CHANGE_DELAY.0 - FUTURE_TOLERANCE.0;
    assert_eq!(verdict(lives(longest + 1)), refused);
    assert_eq!(verdict(lives(u64::MAX)), refused);
    assert_eq!(verdict(holds(CHANGE_DELAY.0 + 1)), refused);

    assert_eq!(verdict(lives(longest)), Ok(()));
    assert_eq!(verdict(holds(CHANGE_DELAY.0)), Ok(()));
}

#[ink::test]
fn an_average_takes_a_second_or_more() {
    let averages = |period| with(|terms| terms.averaging = Period(period));
    assert_eq!(verdict(averages(999)), Err(OracleError::InvalidAge));
    assert_eq!(verdict(averages(1_000)), Ok(()));
}

#[ink::test]
fn a_source_is_certain_within_bounds() {
    let source = |bps| {
        with(|terms| {
            terms.max_confidence = Ratio::from_bps(bps);
        })
    };
    for bps in [0, 9, 501] {
        assert_eq!(verdict(source(bps)), Err(OracleError::InvalidFeeders));
    }
    for bps in [10, 500] {
        assert_eq!(verdict(source(bps)), Ok(()));
    }
}

#[ink::test]
fn an_unlisted_asset_has_no_feed() {
    assert_eq!(adapter().feed(UNLISTED), Err(OracleError::UnknownAsset));
}

#[ink::test]
fn a_new_adapter_publishes_its_terms_and_has_no_reports() {
    let adapter = adapter();

    let feed = adapter.feed(ETHER).unwrap();
    assert_eq!(*feed.terms, two_of_three());
    assert_eq!(
        (feed.proposed, last_reports(&adapter)),
        (None, vec![None; 3])
    );
    assert_eq!(*adapter.settings(), settings());
}
