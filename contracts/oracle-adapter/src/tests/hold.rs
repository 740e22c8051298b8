//! Jumps, held until they are confirmed.

use super::*;

const HOLD: Period = Period::from_secs(1_800);

/// Alice and Bob reported 100 half an hour ago, and again now: it counts.
fn at_a_hundred() -> OracleAdapterContract {
    let mut adapter = holding();
    quote(&mut adapter, usd(100), 0);
    quote(&mut adapter, usd(100), 30);
    adapter
}

/// A move of more than a tenth is held for half an hour.
fn holding() -> OracleAdapterContract {
    set_time(START);
    made_with(vec![FeedTerms {
        max_deviation: Ratio::from_bps(1_000),
        hold: HOLD,
        ..two_of_three()
    }])
    .unwrap()
}

/// Alice and Bob report `price`.
fn quote(adapter: &mut OracleAdapterContract, price: Price, minute: u64) {
    let now = minutes_later(minute);
    set_time(now);
    for feeder in [accounts().alice, accounts().bob] {
        report_as(adapter, feeder, price, now).unwrap();
    }
}

/// The live price, the lower and the higher of both, and until when it is held.
fn standing(adapter: &OracleAdapterContract) -> [Price; 3] {
    let quotation = adapter.price(ETHER).unwrap();
    [quotation.price, quotation.low, quotation.high]
}

fn held_until(adapter: &OracleAdapterContract) -> Option<Timestamp> {
    adapter.price(ETHER).unwrap().held_until
}

#[ink::test]
fn the_first_price_waits_as_well() {
    let mut adapter = holding();
    quote(&mut adapter, usd(100), 0);
    let until = minutes_later(30);
    assert_eq!(adapter.price(ETHER), Err(OracleError::Held { until }));
    assert_eq!(adapter.prices(vec![ETHER]), [None]);

    set_time(Timestamp(until.0 - 1));
    assert_eq!(adapter.price(ETHER), Err(OracleError::Held { until }));
    set_time(until);
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(100)));
}

#[ink::test]
fn a_fall_from_100_to_60_is_held_and_marked_at_60() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(60), 40);

    assert_eq!(standing(&adapter), [usd(100), usd(60), usd(100)]);
    let until = minutes_later(70);
    let quotation = adapter.price(ETHER).unwrap();
    assert_eq!(quotation.held_until, Some(until));
    // Nobody draws, withdraws or enters on it.
    assert_eq!(quotation.firm(), Err(OracleError::Held { until }));
    // Whoever reads many sees the same.
    assert_eq!(adapter.prices(vec![ETHER]), [Some(quotation)]);
}

#[ink::test]
fn a_rise_is_held_and_marked_at_the_price_before() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(140), 40);
    assert_eq!(standing(&adapter), [usd(100), usd(100), usd(140)]);
}

#[ink::test]
fn up_to_the_limit_a_price_counts_at_once() {
    for whole in [90, 110] {
        let mut adapter = at_a_hundred();
        quote(&mut adapter, usd(whole), 40);
        assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(whole)));
    }
    for beyond in [usd(90).0 - 1, usd(110).0 + 1] {
        let mut adapter = at_a_hundred();
        quote(&mut adapter, Price(beyond), 40);
        assert_eq!(held_until(&adapter), Some(minutes_later(70)));
    }
}

#[ink::test]
fn at_the_end_of_the_hold_the_median_of_that_moment_counts_whatever_it_is() {
    for later in [55, 200] {
        let mut adapter = at_a_hundred();
        quote(&mut adapter, usd(60), 40);
        quote(&mut adapter, usd(later), 69);
        assert_eq!(held_until(&adapter), Some(minutes_later(70)));

        // Nobody has to report or to confirm.
        set_time(minutes_later(70));
        assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(later)));
    }
}

#[ink::test]
fn a_report_after_the_hold_is_measured_by_what_the_hold_confirmed() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(60), 40);
    // 64 is near 60 and far from 100.
    quote(&mut adapter, usd(64), 71);
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(64)));
}

#[ink::test]
fn a_jump_that_comes_back_was_none() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(60), 40);
    quote(&mut adapter, usd(98), 50);
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(98)));
    // The next one waits its own time.
    quote(&mut adapter, usd(60), 60);
    assert_eq!(held_until(&adapter), Some(minutes_later(90)));
}

#[ink::test]
fn a_quorum_that_replaces_its_own_reports_cannot_walk_the_price() {
    let mut adapter = at_a_hundred();
    // Five per cent lower every minute: 95 and 90.25 are near 100, the third step is not.
    let steps = [
        usd(95).0,
        usd(90).0 + Price::ONE.0 / 4,
        usd(86).0,
        usd(82).0,
    ];
    for (minute, step) in (31..).zip(steps) {
        quote(&mut adapter, Price(step), minute);
    }
    let quotation = adapter.price(ETHER).unwrap();
    assert_eq!(quotation.price, Price(steps[1]));
    assert_eq!(quotation.held_until, Some(minutes_later(63)));
}

#[ink::test]
fn a_single_feeder_starts_no_hold() {
    let mut adapter = at_a_hundred();
    set_time(minutes_later(40));
    report_as(&mut adapter, accounts().charlie, usd(1), minutes_later(40)).unwrap();
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(100)));
}

/// Between two the median is the mean, which one of them moves as far as he likes: the hold is what stops him.
#[ink::test]
fn the_lie_of_one_of_two_feeders_is_held_and_his_silence_freezes() {
    let mut adapter = at_a_hundred();
    set_time(minutes_later(40));
    report_as(&mut adapter, accounts().bob, usd(1_000), minutes_later(40)).unwrap();
    assert_eq!(standing(&adapter), [usd(100), usd(100), usd(550)]);
    let until = minutes_later(70);
    let firm = adapter.price(ETHER).unwrap().firm();
    assert_eq!(firm, Err(OracleError::Held { until }));

    // Alice's report from the thirtieth minute is too old, and Bob alone is no quorum.
    set_time(minutes_later(90).plus(Period(1)));
    let (reports, quorum) = (1, 2);
    let frozen = Err(OracleError::Frozen { reports, quorum });
    assert_eq!(adapter.price(ETHER), frozen);
}

#[ink::test]
fn a_held_price_freezes_like_any_other() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(60), 40);
    set_time(minutes_later(100).plus(Period(1)));
    let frozen = Err(OracleError::Frozen {
        reports: 0,
        quorum: 2,
    });
    assert_eq!(adapter.price(ETHER), frozen);
    assert_eq!(adapter.prices(vec![ETHER]), [None]);
}

#[ink::test]
fn a_price_that_returns_elsewhere_after_a_freeze_is_held() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(300), 1_000);
    assert_eq!(standing(&adapter), [usd(100), usd(100), usd(300)]);
    assert_eq!(held_until(&adapter), Some(minutes_later(1_030)));
}

#[ink::test]
fn a_report_tells_that_a_jump_is_held() {
    use ink::env::test::recorded_events;
    use ink::scale::Decode;
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(60), 40);
    let last = recorded_events().last().unwrap();
    let told = interfaces::oracle_adapter::PriceReported::decode(&mut &last.data[..]).unwrap();
    assert_eq!(told.held_until, Some(minutes_later(70)));
}

/// One of three lies. Two honest ones say 60, which the hold confirms; when the report of one of them is too old the median
/// is the mean of 60 and 1000, and that has to be held.
#[ink::test]
fn what_a_hold_confirmed_is_what_the_next_jump_is_measured_by_without_a_report_between() {
    let mut adapter = at_a_hundred();
    for (minute, feeder, price) in [
        (36, accounts().bob, 60),
        (40, accounts().alice, 60),
        (65, accounts().charlie, 1_000),
    ] {
        set_time(minutes_later(minute));
        report_as(&mut adapter, feeder, usd(price), minutes_later(minute)).unwrap();
    }
    set_time(minutes_later(66));
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(60)));
    set_time(minutes_later(97));
    assert_eq!(standing(&adapter), [usd(60), usd(60), usd(530)]);
}

/// Confirmed at 60 for everybody who reads, then silent for longer than reports last.
#[ink::test]
fn a_hold_that_ended_before_a_freeze_confirms_nothing_after_it() {
    let mut adapter = at_a_hundred();
    quote(&mut adapter, usd(60), 40);
    set_time(minutes_later(75));
    assert_eq!(adapter.price(ETHER).unwrap().firm(), Ok(usd(60)));
    quote(&mut adapter, usd(300), 1_000);
    assert_eq!(standing(&adapter), [usd(60), usd(60), usd(300)]);
    assert_eq!(held_until(&adapter), Some(minutes_later(1_030)));
}

/// The jump is a report that is in force for six seconds: frozen before its hold is over.
#[ink::test]
fn a_hold_that_a_freeze_cut_off_begins_anew() {
    let mut adapter = at_a_hundred();
    let moment = |minute, second| minutes_later(minute).plus(Period::from_secs(second));
    // Alice alone is honest and there, with a report of the 80th minute; Bob's and Charlie's are too old.
    set_time(minutes_later(80));
    report_as(&mut adapter, accounts().alice, usd(100), minutes_later(80)).unwrap();
    set_time(minutes_later(91));
    let old = moment(31, 6);
    report_as(&mut adapter, accounts().charlie, usd(1_000), old).unwrap();
    set_time(moment(91, 12));
    let frozen = adapter.price(ETHER);
    assert!(matches!(frozen, Err(OracleError::Frozen { .. })));
    // Half an hour later, in one transaction.
    set_time(minutes_later(122));
    report_as(
        &mut adapter,
        accounts().charlie,
        usd(1_000),
        minutes_later(122),
    )
    .unwrap();
    let until = minutes_later(152);
    assert_eq!(
        adapter.price(ETHER).unwrap().firm(),
        Err(OracleError::Held { until })
    );
}

/// A feed whose hold is to change, when a window and a report in force begin: the minute in which it does.
fn with_another_hold(before: u64, after: u64) -> (OracleAdapterContract, u64) {
    set_time(START);
    let terms = |minutes| FeedTerms {
        max_deviation: Ratio::from_bps(1_000),
        hold: Period::from_secs(60 * minutes),
        ..two_of_three()
    };
    let mut adapter = made_with(vec![terms(before)]).unwrap();
    quote(&mut adapter, usd(100), 0);
    quote(&mut adapter, usd(100), 60);
    set_caller::<ink::env::DefaultEnvironment>(accounts().django);
    adapter.propose_feed(ETHER, terms(after).into()).unwrap();
    let change = 60 + CHANGE_DELAY.0 / 60_000;
    quote(&mut adapter, usd(100), change - 60);
    (adapter, change)
}

/// One of three lies while the other two fall or rise for good, of which one repeats himself. By a shorter hold the jump is confirmed when
/// that comes into force, and not by what was in force so long after it began.
#[ink::test]
fn a_shorter_hold_confirms_what_all_say_when_it_comes_into_force() {
    for (truth, lie) in [(60, 1_000), (85, 1)] {
        let (mut adapter, change) = with_another_hold(60, 10);
        quote(&mut adapter, usd(truth), change - 40);
        for (minute, feeder, price) in [
            (change - 39, accounts().charlie, lie),
            (change - 20, accounts().bob, truth),
        ] {
            set_time(minutes_later(minute));
            report_as(&mut adapter, feeder, usd(price), minutes_later(minute)).unwrap();
        }
        set_time(minutes_later(change));
        assert_eq!(standing(&adapter), [usd(truth); 3]);
        quote(&mut adapter, usd(truth), change + 1);
        assert_eq!(standing(&adapter), [usd(truth); 3]);
    }
}

#[ink::test]
fn a_longer_hold_takes_back_nothing_that_was_confirmed() {
    let (mut adapter, change) = with_another_hold(30, 120);
    quote(&mut adapter, usd(60), change - 35);
    for minute in [change - 1, change, change + 5] {
        set_time(minutes_later(minute));
        assert_eq!(standing(&adapter), [usd(60); 3]);
    }
}
