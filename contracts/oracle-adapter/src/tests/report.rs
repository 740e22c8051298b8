use super::*;
use ink::env::test::recorded_events;
use ink::scale::Decode;
use interfaces::oracle_adapter::PriceReported;

fn assert_unreported(adapter: &OracleAdapterContract) {
    assert_eq!(last_reports(adapter), [None; 3]);
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn nobody_reports_on_an_unlisted_asset() {
    let mut adapter = adapter();

    set_caller::<DefaultEnvironment>(accounts().alice);
    assert_eq!(
        adapter.report(UNLISTED, usd(2_000), START),
        Err(OracleError::UnknownAsset)
    );

    assert_unreported(&adapter);
}

#[ink::test]
fn nobody_but_a_feeder_reports() {
    let mut adapter = adapter();

    assert_eq!(
        report_as(&mut adapter, accounts().eve, usd(2_000), START),
        Err(OracleError::NotAFeeder)
    );

    assert_unreported(&adapter);
}

#[ink::test]
fn a_source_is_asked_and_does_not_report() {
    set_time(START);
    let mut terms = two_of_three();
    terms.feeders[0].key = Key::Source;
    let mut adapter = made_with(vec![terms]).unwrap();

    assert_eq!(
        report_as(&mut adapter, accounts().alice, usd(2_000), START),
        Err(OracleError::NotAFeeder)
    );

    assert_unreported(&adapter);
}

#[ink::test]
fn zero_is_no_price() {
    let mut adapter = adapter();

    assert_eq!(
        report_as(&mut adapter, accounts().alice, Price::ZERO, START),
        Err(OracleError::ZeroPrice)
    );

    assert_unreported(&adapter);
}

#[ink::test]
fn no_report_lies_further_ahead_than_tolerated() {
    let mut adapter = adapter();
    let limit = START.plus(FUTURE_TOLERANCE);

    assert_eq!(
        report_as(
            &mut adapter,
            accounts().alice,
            usd(2_000),
            limit.plus(Period(1))
        ),
        Err(OracleError::FromTheFuture { now: START })
    );
    assert_unreported(&adapter);

    assert_eq!(
        report_as(&mut adapter, accounts().alice, usd(2_000), limit),
        Ok(())
    );
}

#[ink::test]
fn no_report_is_older_than_one_in_force_may_be() {
    let mut adapter = adapter();
    let limit = Timestamp(START.0 - MAX_AGE.0);

    assert_eq!(
        report_as(
            &mut adapter,
            accounts().alice,
            usd(2_000),
            Timestamp(limit.0 - 1)
        ),
        Err(OracleError::TooOld { now: START })
    );
    assert_unreported(&adapter);

    assert_eq!(
        report_as(&mut adapter, accounts().alice, usd(2_000), limit),
        Ok(())
    );
}

#[ink::test]
fn a_report_is_newer_than_the_feeders_last() {
    let mut adapter = adapter();
    report_as(&mut adapter, accounts().bob, usd(2_000), START).unwrap();

    let not_newer = Err(OracleError::NotNewer { last: START });
    let earlier = Timestamp(START.0 - 1);
    for observed_at in [earlier, START] {
        assert_eq!(
            report_as(&mut adapter, accounts().bob, usd(1), observed_at),
            not_newer
        );
    }

    let first = Report {
        price: usd(2_000),
        observed_at: START,
    };
    assert_eq!(last_reports(&adapter), [None, Some(first), None]);
    assert_eq!(recorded_events().count(), 1);
}

#[ink::test]
fn a_report_replaces_the_feeders_last_and_nobody_elses() {
    let mut adapter = adapter();
    let later = START.plus(Period(1));
    report_as(&mut adapter, accounts().alice, usd(1_990), START).unwrap();
    report_as(&mut adapter, accounts().bob, usd(2_000), START).unwrap();

    assert_eq!(
        report_as(&mut adapter, accounts().bob, usd(2_010), later),
        Ok(())
    );

    let alice = Report {
        price: usd(1_990),
        observed_at: START,
    };
    let bob = Report {
        price: usd(2_010),
        observed_at: later,
    };
    assert_eq!(last_reports(&adapter), [Some(alice), Some(bob), None]);
}

#[ink::test]
fn a_report_is_told() {
    let mut adapter = adapter();
    report_as(&mut adapter, accounts().charlie, usd(2_000), START).unwrap();

    let events: Vec<_> = recorded_events().collect();
    assert_eq!(events.len(), 1);
    let told = PriceReported::decode(&mut &events[0].data[..]).unwrap();
    assert_eq!(told.asset, ETHER);
    assert_eq!(told.feeder, accounts().charlie);
    assert_eq!(told.price, usd(2_000));
    assert_eq!((told.observed_at, told.held_until), (START, None));
}

#[ink::test]
fn reports_on_one_asset_leave_another_alone() {
    set_time(START);
    let mut adapter = made_with(vec![two_of_three(); 2]).unwrap();
    let gold = AssetId(1);

    set_caller::<DefaultEnvironment>(accounts().alice);
    assert_eq!(adapter.report(gold, usd(3_000), START), Ok(()));

    assert_eq!(last_reports(&adapter), [None; 3]);
    let of_gold = reports_on(&adapter, gold);
    assert_eq!(of_gold[0].map(|report| report.price), Some(usd(3_000)));
}
