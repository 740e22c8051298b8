//! What readers make of prices and feeds.

use finance::{Period, Price, Timestamp};
use interfaces::oracle_adapter::{Feed, FeedTerms, Feeder, Key, OracleError, Quotation, Report};
use interfaces::types::AccountId;

const NOW: Timestamp = Timestamp(1_000_000);

fn accounts() -> [AccountId; 3] {
    [1, 2, 3].map(|seed| [seed; 32].into())
}

#[test]
fn only_a_price_that_is_neither_held_nor_late_is_firm() {
    let steady = Quotation::steady(Price(7), NOW, 3);
    assert_eq!(steady.firm(), Ok(Price(7)));
    let held = Quotation {
        held_until: Some(NOW),
        ..steady
    };
    assert_eq!(held.firm(), Err(OracleError::Held { until: NOW }));
    let late = Quotation {
        late: true,
        ..steady
    };
    assert_eq!(late.firm(), Err(OracleError::Late { oldest: NOW }));
}

#[test]
fn accounts_report_with_their_own_keys() {
    let terms = FeedTerms::of_accounts(accounts(), 2, Period(9), Period(5));
    let feeders = accounts().map(|account| Feeder {
        account,
        key: Key::Sr25519,
    });
    assert_eq!(terms.feeders, feeders);
    let FeedTerms {
        quorum,
        max_age,
        future_tolerance,
        ..
    } = terms;
    let ages = (max_age, future_tolerance);
    assert_eq!((quorum, ages), (2, (Period(9), Period(5))));
}

#[test]
fn a_feeder_who_never_reported_has_no_report() {
    let terms = FeedTerms::of_accounts(accounts(), 2, Period(9), Period(5));
    let report = Report {
        price: Price(7),
        observed_at: NOW,
    };
    let feed = Feed {
        terms: terms.into(),
        reports: vec![Report::default(), report, Report::default()],
        ..Feed::default()
    };
    let [one, two, three] = accounts();
    let said: Vec<_> = feed.by_feeder().collect();
    assert_eq!(said, [(one, None), (two, Some(report)), (three, None)]);
}
