use super::*;

/// A report a minute from Alice, Bob and Charlie in turn: 1 990, 2 000 and 2 040, from [`START`].
fn with_three_reports() -> OracleAdapterContract {
    let mut adapter = adapter();
    let feeders = two_of_three().feeders;
    for (feeder, (price, minute)) in feeders
        .into_iter()
        .zip([(1_990, 0), (2_000, 1), (2_040, 2)])
    {
        set_time(minutes_later(minute));
        report_as(
            &mut adapter,
            feeder.account,
            usd(price),
            minutes_later(minute),
        )
        .unwrap();
    }
    adapter
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

/// A price, how many reports are behind it, and from when they count.
fn standing(adapter: &OracleAdapterContract) -> (Price, u32, Timestamp) {
    let quotation = adapter.price(ETHER).unwrap();
    assert_eq!(quotation.firm(), Ok(quotation.price));
    assert_eq!(
        (quotation.low, quotation.high),
        (quotation.price, quotation.price)
    );
    (quotation.price, quotation.reports, quotation.oldest)
}

#[ink::test]
fn the_price_is_the_median_of_the_reports_in_force() {
    let adapter = with_three_reports();
    assert_eq!(standing(&adapter), (usd(2_000), 3, minutes_later(1)));

    // Without Alice's 1 990: (2 000 + 2 040) ÷ 2.
    set_time(minutes_later(61));
    assert_eq!(standing(&adapter), (usd(2_020), 2, minutes_later(1)));
}

/// Reports of five feeders, a minute apart.
fn of_five(quorum: u32) -> OracleAdapterContract {
    set_time(minutes_later(4));
    let mut adapter = made_with(vec![FeedTerms {
        feeders: (0..5)
            .map(|number| feeder(AccountId::from([number; 32])))
            .collect(),
        quorum,
        ..two_of_three()
    }])
    .unwrap();
    for minute in 0..5 {
        let feeder = AccountId::from([minute; 32]);
        let price = usd(2_000 + u128::from(minute));
        report_as(&mut adapter, feeder, price, minutes_later(minute.into())).unwrap();
    }
    adapter
}

#[ink::test]
fn a_price_is_as_old_as_a_quorum_and_a_majority_of_its_reports_at_most() {
    // Of five reports the third newest is from the third minute, the fourth from the second.
    let oldest = |quorum| standing(&of_five(quorum)).2;
    assert_eq!(oldest(1), minutes_later(2));
    assert_eq!(oldest(3), minutes_later(2));
    assert_eq!(oldest(4), minutes_later(1));
    assert_eq!(oldest(5), START);
}

#[ink::test]
fn one_slow_feeder_makes_no_price_older() {
    let mut adapter = with_three_reports();
    set_time(minutes_later(50));
    for feeder in [accounts().bob, accounts().charlie] {
        report_as(&mut adapter, feeder, usd(2_010), minutes_later(50)).unwrap();
    }
    assert_eq!(standing(&adapter), (usd(2_010), 3, minutes_later(50)));
}

#[ink::test]
fn a_price_behind_its_heartbeat_is_late_and_marks_still_follow_it() {
    set_time(START);
    let mut adapter = made_with(vec![FeedTerms {
        heartbeat: Period::from_secs(600),
        ..two_of_three()
    }])
    .unwrap();
    for feeder in [accounts().alice, accounts().bob] {
        report_as(&mut adapter, feeder, usd(2_000), START).unwrap();
    }
    set_time(minutes_later(10));
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(2_000)));

    set_time(minutes_later(10).plus(Period(1)));
    let quotation = adapter.price(ETHER).unwrap();
    assert_eq!(quotation.firm(), Err(OracleError::Late { oldest: START }));
    assert_eq!((quotation.price, quotation.low), (usd(2_000), usd(2_000)));
}

#[ink::test]
fn the_average_follows_the_price() {
    let mut adapter = adapter();
    let both = |adapter: &mut OracleAdapterContract, whole, minute| {
        set_time(minutes_later(minute));
        for feeder in [accounts().alice, accounts().bob] {
            report_as(adapter, feeder, usd(whole), minutes_later(minute)).unwrap();
        }
        adapter.price(ETHER).unwrap().average
    };
    assert_eq!(both(&mut adapter, 1_000, 0), usd(1_000));
    assert_eq!(both(&mut adapter, 2_000, 1), usd(1_000));
    // 2 000 − 1 000 × (1 − 1/3 600)^1 800 = 2 000 − 1 000 × 0.606 488 533…
    let average = both(&mut adapter, 2_000, 31).0 / 1_000_000_000_000;
    assert_eq!(average, 1_393_511_466);
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
    let mut adapter = made_with(vec![two_of_three(); 3]).unwrap();
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
