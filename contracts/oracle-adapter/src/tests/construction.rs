use super::*;
use interfaces::oracle_adapter::{MAX_ASSETS, MAX_FEEDERS};

fn made_with(feeds: Vec<FeedTerms>) -> Result<(), OracleError> {
    OracleAdapterContract::new(feeds).map(|_| ())
}

/// The usual terms with one change.
fn with(change: impl FnOnce(&mut FeedTerms)) -> Vec<FeedTerms> {
    let mut terms = two_of_three();
    change(&mut terms);
    vec![terms]
}

fn feeders(number: usize) -> Vec<AccountId> {
    (0..number)
        .map(|index| AccountId::from([index as u8; 32]))
        .collect()
}

#[ink::test]
fn feeders_are_one_to_the_maximum_and_differ() {
    let refused = Err(OracleError::InvalidFeeders);
    let twice = vec![accounts().alice, accounts().bob, accounts().alice];

    assert_eq!(made_with(with(|terms| terms.feeders.clear())), refused);
    assert_eq!(made_with(with(|terms| terms.feeders = twice)), refused);
    let many = feeders(MAX_FEEDERS + 1);
    assert_eq!(made_with(with(|terms| terms.feeders = many)), refused);

    let most = feeders(MAX_FEEDERS);
    assert_eq!(made_with(with(|terms| terms.feeders = most)), Ok(()));
}

#[ink::test]
fn assets_are_no_more_than_the_maximum() {
    let feeds = |number| vec![two_of_three(); number];

    assert_eq!(
        made_with(feeds(MAX_ASSETS + 1)),
        Err(OracleError::InvalidFeeders)
    );

    assert_eq!(made_with(feeds(MAX_ASSETS)), Ok(()));
}

#[ink::test]
fn a_quorum_is_one_to_the_number_of_feeders() {
    let refused = Err(OracleError::InvalidQuorum);

    assert_eq!(made_with(with(|terms| terms.quorum = 0)), refused);
    assert_eq!(made_with(with(|terms| terms.quorum = 4)), refused);

    assert_eq!(made_with(with(|terms| terms.quorum = 1)), Ok(()));
    assert_eq!(made_with(with(|terms| terms.quorum = 3)), Ok(()));
}

#[ink::test]
fn an_age_is_not_zero_and_not_below_the_future_tolerance() {
    let refused = Err(OracleError::InvalidAge);
    let ages = |max_age, future_tolerance| {
        with(|terms| {
            terms.max_age = Period(max_age);
            terms.future_tolerance = Period(future_tolerance);
        })
    };

    assert_eq!(made_with(ages(0, 0)), refused);
    assert_eq!(made_with(ages(1_000, 1_001)), refused);

    assert_eq!(made_with(ages(1_000, 1_000)), Ok(()));
    assert_eq!(made_with(ages(1, 0)), Ok(()));
}

#[ink::test]
fn an_unlisted_asset_has_no_terms_and_no_reports() {
    let adapter = adapter();

    assert_eq!(adapter.terms(UNLISTED), Err(OracleError::UnknownAsset));
    assert_eq!(adapter.reports(UNLISTED), Err(OracleError::UnknownAsset));
}

#[ink::test]
fn a_new_adapter_publishes_its_terms_and_has_no_reports() {
    let adapter = adapter();

    assert_eq!(adapter.terms(ETHER), Ok(two_of_three()));
    assert_eq!(
        adapter.reports(ETHER),
        Ok(vec![
            (accounts().alice, None),
            (accounts().bob, None),
            (accounts().charlie, None)
        ])
    );
}
