use super::*;
use interfaces::oracle_adapter::Quotation;

/// A report a minute from Alice, Bob and Charlie in turn: 1 990, 2 000 and 2 040, from [`START`].
fn with_three_reports() -> OracleAdapterContract {
    let mut adapter = adapter();
    let feeders = two_of_three().feeders;
    for (feeder, (price, minute)) in feeders
        .into_iter()
        .zip([(1_990, 0), (2_000, 1), (2_040, 2)])
    {
        set_time(minutes_later(minute));
        report_as(&mut adapter, feeder, usd(price), minutes_later(minute)).unwrap();
    }
    adapter
}

fn minutes_later(minutes: u64) -> Timestamp {
    START.plus(Period::from_secs(60 * minutes))
}

fn frozen(reports: u32) -> Result<Quotation, OracleError> {
    Err(OracleError::Frozen { reports, quorum: 2 })
}

#[ink::test]
fn an_unlisted_asset_has_no_price() {
    assert_eq!(adapter().price(UNLISTED), Err(OracleError::UnknownAsset));
}

#[ink::test]
fn there_is_no_price_below_the_quorum() {
    let mut adapter = adapter();
    assert_eq!(adapter.price(ETHER), frozen(0));

    report_as(&mut adapter, accounts().alice, usd(2_000), START).unwrap();
    assert_eq!(adapter.price(ETHER), frozen(1));

    report_as(&mut adapter, accounts().bob, usd(2_001), START).unwrap();
    let half = Price(Price::ONE.0 / 2);
    let quotation = Quotation::steady(Price(usd(2_000).0 + half.0), START, 2);
    assert_eq!(adapter.price(ETHER), Ok(quotation));
}

#[ink::test]
fn the_price_freezes_when_reports_age_out_of_the_quorum() {
    let adapter = with_three_reports();

    // Sixty minutes after the first report all are in force; a millisecond later two are.
    set_time(minutes_later(60));
    assert_eq!(adapter.price(ETHER).unwrap().reports, 3);
    set_time(minutes_later(60).plus(Period(1)));
    assert_eq!(adapter.price(ETHER).unwrap().reports, 2);

    // The same an hour after the second.
    set_time(minutes_later(61));
    assert_eq!(adapter.price(ETHER).unwrap().reports, 2);
    set_time(minutes_later(61).plus(Period(1)));
    assert_eq!(adapter.price(ETHER), frozen(1));

    // The last price is still on record, and is not given.
    set_time(minutes_later(10_000));
    assert_eq!(adapter.price(ETHER), frozen(0));
    assert_eq!(last_reports(&adapter).iter().flatten().count(), 3);
}

#[ink::test]
fn a_report_too_far_ahead_of_the_clock_is_not_in_force() {
    let adapter = with_three_reports();

    // A minute and a half after the start Charlie's lies 30 seconds ahead, as far as tolerated.
    set_time(minutes_later(1).plus(Period::from_secs(30)));
    assert_eq!(adapter.price(ETHER).unwrap().reports, 3);
    set_time(minutes_later(1).plus(Period(29_999)));
    assert_eq!(adapter.price(ETHER).unwrap().reports, 2);
}

#[ink::test]
fn the_price_is_the_median_of_the_reports_in_force() {
    let adapter = with_three_reports();

    assert_eq!(
        adapter.price(ETHER),
        Ok(Quotation::steady(usd(2_000), START, 3))
    );

    // Without Alice's 1 990: (2 000 + 2 040) ÷ 2, the oldest now Bob's.
    set_time(minutes_later(61));
    assert_eq!(
        adapter.price(ETHER),
        Ok(Quotation::steady(usd(2_020), minutes_later(1), 2))
    );
}

#[ink::test]
fn one_liar_does_not_move_the_price_beyond_the_others() {
    let mut adapter = with_three_reports();
    let now = minutes_later(3);
    set_time(now);

    report_as(&mut adapter, accounts().charlie, Price(u128::MAX), now).unwrap();
    assert_eq!(adapter.price(ETHER).unwrap().price, usd(2_000));

    report_as(
        &mut adapter,
        accounts().charlie,
        Price(1),
        now.plus(Period(1)),
    )
    .unwrap();
    assert_eq!(adapter.price(ETHER).unwrap().price, usd(1_990));
}

/// Three assets, of which only the second has reports, of 2 000.
fn of_three_assets() -> OracleAdapterContract {
    set_time(START);
    let mut adapter = OracleAdapterContract::new(vec![two_of_three(); 3]).unwrap();
    for feeder in [accounts().alice, accounts().bob] {
        set_caller::<DefaultEnvironment>(feeder);
        adapter.report(AssetId(1), usd(2_000), START).unwrap();
    }
    adapter
}

#[ink::test]
fn nothing_is_priced_when_nothing_is_asked() {
    assert_eq!(of_three_assets().prices(vec![]), []);
}

#[ink::test]
fn many_prices_come_in_the_order_asked_for() {
    let mut adapter = of_three_assets();
    let later = START.plus(Period(1));
    set_time(later);
    for feeder in [accounts().bob, accounts().charlie] {
        set_caller::<DefaultEnvironment>(feeder);
        adapter.report(AssetId(2), usd(3_000), later).unwrap();
    }
    let quoted = |whole, oldest| Some(Quotation::steady(usd(whole), oldest, 2));
    let (second, third) = (quoted(2_000, START), quoted(3_000, later));
    let asked = |assets: &[u32]| adapter.prices(assets.iter().copied().map(AssetId).collect());
    assert_eq!(asked(&[1, 2]), [second, third]);
    assert_eq!(asked(&[2, 1]), [third, second]);
    assert_eq!(asked(&[1, 2, 1, 1]), [second, third, second, second]);
}

#[ink::test]
fn a_frozen_or_unknown_asset_has_no_price_and_does_not_stop_the_others() {
    let adapter = of_three_assets();
    let priced = adapter.price(AssetId(1)).ok();
    assert!(priced.is_some());
    let assets = vec![ETHER, AssetId(1), AssetId(3), AssetId(u32::MAX)];
    assert_eq!(adapter.prices(assets), [None, priced, None, None]);

    // As with a single price, a report that has aged out freezes it.
    set_time(START.plus(MAX_AGE));
    assert_eq!(adapter.prices(vec![AssetId(1)]), [priced]);
    set_time(START.plus(MAX_AGE).plus(Period(1)));
    assert_eq!(adapter.prices(vec![AssetId(1)]), [None]);
}
