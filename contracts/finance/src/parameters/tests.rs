use super::*;
use crate::time::Timestamp;
use crate::Ratio;
use proptest::prelude::*;
use Parameter::*;

const DAY: u64 = 86_400_000;
const NOW: Timestamp = Timestamp(1_000 * DAY);
const WAIT: Period = Period(3 * DAY);

fn later(time: Period) -> Timestamp {
    NOW.plus(time)
}

fn change(now: Timestamp) -> Change {
    Change {
        now,
        wait: WAIT,
        ramp: Period(0),
    }
}

fn percent(whole: u32) -> u128 {
    Ratio::from_bps(whole * 100).0
}

/// Sets `parameter`, which always was `old`, or what became of it.
fn set(
    course: Course,
    parameter: Parameter,
    value: u128,
    now: Timestamp,
) -> Result<Course, Refusal> {
    course.set(value, parameter.declaration(), change(now))
}

#[test]
fn every_parameter_can_move_within_its_bounds() {
    for parameter in Parameter::ALL.iter().copied() {
        let Bounds { minimum, maximum } = parameter.bounds();
        assert!(minimum < maximum, "{parameter:?}");
        let reach = parameter.declaration().reach(minimum);
        // Loans are made on the ramp.
        assert_eq!(reach.maximum > minimum, parameter != Ramp, "{parameter:?}");
    }
}

#[test]
fn parameters_have_places_without_gaps() {
    for (group, count) in [
        (Group::Deal, DealParameters::COUNT),
        (Group::Loans, CollateralParameters::COUNT),
        (Group::Auctions, AuctionParameters::COUNT),
    ] {
        let places: Vec<_> = group.parameters().map(|each| each.place().1).collect();
        assert_eq!(places, (0..count).collect::<Vec<_>>());
        assert!(count <= Group::LONGEST);
    }
}

#[test]
fn the_waiting_time_is_a_day_to_two_weeks_and_never_shorter_than_the_window() {
    let Bounds { minimum, maximum } = Timelock.bounds();
    assert_eq!((minimum, maximum), (DAY.into(), (14 * DAY).into()));
    assert!(minimum >= u128::from(WINDOW.0));
}

#[test]
fn what_tightens_is_in_force_at_once_and_what_loosens_waits() {
    for (parameter, tighter, looser) in [(BorrowLtv, 65, 75), (Haircut, 75, 65)] {
        let course = Course::constant(percent(70));
        let now = set(course, parameter, percent(tighter), NOW).unwrap();
        assert_eq!((now.at(NOW), now.at), (percent(tighter), NOW));
        let waits = set(course, parameter, percent(looser), NOW).unwrap();
        assert_eq!((waits.at(NOW), waits.at), (percent(70), later(WAIT)));
        assert_eq!(waits.at(later(WAIT)), percent(looser));
    }
}

#[test]
fn what_stays_the_same_tightens_nothing() {
    for risk in [Risk::Up, Risk::Down, Risk::Both] {
        assert!(!risk.tightens(7, 7));
    }
    assert!(Risk::Up.tightens(7, 6) && Risk::Down.tightens(7, 8));
}

#[test]
fn amounts_of_cash_have_no_maximum() {
    assert_eq!(DebtCeiling.bounds().maximum, u128::MAX);
    assert_eq!(BorrowLtv.bounds().maximum, percent(90));
}

#[test]
fn what_has_no_safe_side_waits_either_way() {
    let course = Course::constant(percent(10));
    for value in [9, 11] {
        let waits = set(course, AnnualRate, percent(value), NOW).unwrap();
        assert_eq!((waits.at(NOW), waits.at), (percent(10), later(WAIT)));
    }
}

#[test]
fn what_waits_can_be_cancelled_until_it_is_due() {
    let waits = set(Course::constant(percent(70)), BorrowLtv, percent(75), NOW).unwrap();
    let just_before = Timestamp(later(WAIT).0 - 1);
    let cancelled = waits.cancelled(just_before);
    assert_eq!(cancelled, Some(Course::constant(percent(70))));
    assert_eq!(waits.cancelled(later(WAIT)), None);
}

#[test]
fn one_change_waits_at_a_time_and_a_tighter_one_replaces_it() {
    let waits = set(Course::constant(percent(70)), BorrowLtv, percent(75), NOW).unwrap();
    let refused = Err(Refusal::AlreadyWaiting(later(WAIT)));
    assert_eq!(set(waits, BorrowLtv, percent(76), NOW), refused);
    let tighter = set(waits, BorrowLtv, percent(69), NOW).unwrap();
    assert_eq!(tighter.at(later(WAIT)), percent(69));
}

#[test]
fn nothing_is_set_to_what_it_is() {
    let course = Course::constant(percent(70));
    let refused = Err(Refusal::Unchanged);
    assert_eq!(set(course, BorrowLtv, percent(70), NOW), refused);
}

#[test]
fn nothing_leaves_its_bounds() {
    for parameter in Parameter::ALL.iter().copied() {
        let bounds = parameter.bounds();
        let course = Course::constant(bounds.minimum);
        let outside = [bounds.minimum.checked_sub(1), bounds.maximum.checked_add(1)];
        for value in outside.into_iter().flatten() {
            let refused = Err(Refusal::OutOfBounds(bounds));
            assert_eq!(set(course, parameter, value, NOW), refused);
        }
    }
}

#[test]
fn a_step_is_the_most_within_a_window_however_often_it_is_set() {
    // Ten points a day.
    let once = set(Course::constant(percent(70)), BorrowLtv, percent(64), NOW).unwrap();
    let out_of_reach = |from: u32| {
        let (minimum, maximum) = (percent(from - 10), percent(from + 10));
        Err(Refusal::OutOfReach(Bounds { minimum, maximum }))
    };
    let end = later(WINDOW);
    let within = Timestamp(end.0 - 1);
    assert_eq!(
        set(once, BorrowLtv, percent(60) - 1, within),
        out_of_reach(70)
    );
    let twice = set(once, BorrowLtv, percent(60), within).unwrap();
    // The window is counted from the last change.
    assert_eq!(set(twice, BorrowLtv, percent(59), end), out_of_reach(70));
    let next = within.plus(WINDOW);
    assert_eq!(set(twice, BorrowLtv, percent(49), next), out_of_reach(60));
    assert!(set(twice, BorrowLtv, percent(50), next).is_ok());
}

#[test]
fn a_loosening_is_taken_back_at_once_but_not_overshot() {
    let raised = set(Course::constant(percent(50)), BorrowLtv, percent(60), NOW).unwrap();
    let due = later(WAIT);
    assert!(set(raised, BorrowLtv, percent(50), due).is_ok());
    assert!(set(raised, BorrowLtv, percent(50) - 1, due).is_err());
}

#[test]
fn nothing_loosens_within_a_window_of_the_last_change() {
    let tighter = set(Course::constant(percent(70)), BorrowLtv, percent(65), NOW).unwrap();
    let refused = Err(Refusal::TooSoon(later(WINDOW)));
    let within = Timestamp(later(WINDOW).0 - 1);
    assert_eq!(set(tighter, BorrowLtv, percent(70), within), refused);
    assert!(set(tighter, BorrowLtv, percent(70), later(WINDOW)).is_ok());
}

#[test]
fn amounts_double_or_halve_and_leave_zero_and_no_limit_for_anything() {
    let course = Course::constant(100);
    assert!(set(course, DebtCeiling, 200, NOW).is_ok());
    assert!(set(course, DebtCeiling, 50, NOW).is_ok());
    assert!(set(course, DebtCeiling, 201, NOW).is_err());
    assert!(set(course, DebtCeiling, 49, NOW).is_err());
    for none in [0, u128::MAX] {
        assert!(set(Course::constant(none), DebtCeiling, 1, NOW).is_ok());
    }
}

fn ramping(now: Timestamp) -> Change {
    Change {
        ramp: Period(10 * DAY),
        ..change(now)
    }
}

#[test]
fn a_lowered_ratio_comes_down_over_the_ramp_and_goes_on_from_where_it_is() {
    let declared = LiquidationLtv.declaration();
    let course = Course::constant(percent(80));
    let lower = course.set(percent(70), declared, ramping(NOW)).unwrap();
    let ramp = Period(10 * DAY);
    for (days, expected) in [(0, 80), (1, 79), (5, 75), (10, 70), (11, 70)] {
        assert_eq!(
            lower.ramped(later(Period(days * DAY)), ramp),
            percent(expected)
        );
    }
    // Ten points from 79, not from 80 or 70.
    let day = later(Period(DAY));
    assert!(lower.set(percent(69) - 1, declared, ramping(day)).is_err());
    let again = lower.set(percent(69), declared, ramping(day)).unwrap();
    assert_eq!(again.ramped(day, ramp), percent(79));
    assert_eq!(again.ramped(day.plus(ramp), ramp), percent(69));
    // Nothing waits that would stop the ramp.
    let refused = again.set(percent(75), declared, ramping(later(Period(9 * DAY))));
    assert_eq!(refused, Err(Refusal::TooSoon(day.plus(ramp))));
}

#[test]
fn a_pause_ends_and_is_used_once() {
    let used = Pause::ARMED.used(NOW, Period(u64::MAX)).unwrap();
    assert!(used.stops(NOW) && used.stops(Timestamp(later(Pause::LONGEST).0 - 1)));
    assert!(!used.stops(later(Pause::LONGEST)));
    for now in [NOW, later(Pause::LONGEST), later(Period(1_000 * DAY))] {
        assert_eq!(used.used(now, Period(1)), None);
    }
    assert!(!Pause::ARMED.stops(NOW));
    assert_eq!(Pause::LONGEST, Period(7 * DAY));
}

/// What somebody tries, some time after the last.
#[derive(Clone, Debug)]
struct Attempt {
    after: Period,
    /// A share of the bounds or of a reach, in thousandths; cancels if it is beyond.
    place: u128,
    is_near: bool,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let after = prop_oneof![0..DAY / 2, Just(DAY), Just(WAIT.0 - 1), 0..5 * DAY];
    let attempt =
        (after, 0..1_100u128, any::<bool>()).prop_map(|(after, place, is_near)| Attempt {
            after: Period(after),
            place,
            is_near,
        });
    prop::collection::vec(attempt, 1..40)
}

/// A value at a place between two others.
fn between(Bounds { minimum, maximum }: Bounds, place: u128) -> u128 {
    minimum + (maximum - minimum) / 1_000 * place.min(1_000)
}

/// Every decision that stands and when it takes effect: what a course must be the same as.
#[derive(Debug)]
struct Log(Vec<(Timestamp, u128)>);

impl Log {
    fn at(&self, now: Timestamp) -> u128 {
        let mut due = self.0.iter().rev().filter(|(at, _)| *at <= now);
        due.next().expect("the first value").1
    }

    fn drops_what_waits(&mut self, now: Timestamp) {
        self.0.retain(|(at, _)| *at <= now);
    }
}

proptest! {
    #[test]
    fn a_course_is_its_log_and_no_window_sees_more_than_a_step(
        parameter in prop::sample::select(Parameter::ALL),
        start in 0..1_000u128,
        attempts in attempts(),
    ) {
        let declared = parameter.declaration();
        let bounds = match declared.unit {
            Unit::Cash => Bounds { minimum: 1, maximum: 1_000_000 },
            Unit::Flag => Bounds { minimum: 0, maximum: 1 },
            _ => parameter.bounds(),
        };
        let first = between(bounds, start);
        let mut course = Course::constant(first);
        let mut log = Log(vec![(Timestamp(0), first)]);
        let mut now = NOW;
        for attempt in attempts {
            now = now.plus(attempt.after);
            let reach = declared.reach(course.at(now));
            let near = Bounds {
                minimum: reach.minimum.max(bounds.minimum),
                maximum: reach.maximum.min(bounds.maximum),
            };
            let value = between(if attempt.is_near { near } else { bounds }, attempt.place);
            let before = course.at(now);
            if attempt.place > 1_000 {
                if let Some(cancelled) = course.cancelled(now) {
                    course = cancelled;
                    log.drops_what_waits(now);
                }
            } else if let Ok(changed) = course.set(value, declared, change(now)) {
                course = changed;
                log.drops_what_waits(now);
                log.0.push((changed.at, value));
                let is_immediate = changed.at == now;
                prop_assert_eq!(is_immediate, declared.risk.tightens(before, value));
                prop_assert!(is_immediate || changed.at == now.plus(WAIT));
            }
            for days in 0..5 {
                let then = now.plus(Period(days * DAY));
                prop_assert_eq!(course.at(then), log.at(then));
            }
        }
        for (index, (at, value)) in log.0.iter().enumerate().skip(1) {
            prop_assert!(parameter.bounds().contain(*value));
            let seen = log.0[..=index].windows(2).filter(|pair| pair[1].0.plus(WINDOW) > *at);
            for (_, earlier) in seen.map(|pair| pair[0]) {
                prop_assert!(declared.reach(earlier).contain(*value), "{:?}", log);
            }
        }
    }

    #[test]
    fn a_ramp_is_never_steeper_than_a_step_in_a_window(attempts in attempts()) {
        let declared = LiquidationLtv.declaration();
        let ramp = Period(2 * DAY);
        let mut course = Course::constant(percent(80));
        let (mut now, mut seen) = (NOW, Vec::new());
        for attempt in attempts {
            let end = now.plus(attempt.after);
            while now < end {
                seen.push((now, course.ramped(now, ramp)));
                now = now.plus(Period(DAY / 4)).min(end);
            }
            let before = course.ramped(now, ramp);
            let value = between(declared.reach(course.at(now)), attempt.place);
            let change = Change { now, wait: WAIT, ramp };
            course = match attempt.place > 1_000 {
                true => course.cancelled(now).unwrap_or(course),
                false => course.set(value, declared, change).unwrap_or(course),
            };
            prop_assert_eq!(course.ramped(now, ramp), before);
        }
        for (index, (at, value)) in seen.iter().enumerate() {
            let recent = seen[..index].iter().filter(|(then, _)| at.since(*then) < WINDOW);
            for (_, earlier) in recent {
                prop_assert!(earlier.abs_diff(*value) <= percent(10) + 1);
            }
        }
    }

    #[test]
    fn rules_hold_now_and_whenever_something_comes_due(
        sets in prop::collection::vec(
            (
                prop::sample::select(vec![
                    BorrowLtv, MarginLtv, LiquidationLtv, TargetLtv, TargetShare, MaximumShare,
                ]),
                0..=1_000u128,
                0..4 * DAY,
            ),
            1..60,
        ),
    ) {
        let mut row = Row::constant(loans().values());
        let mut now = NOW;
        for (parameter, place, after) in sets {
            now = now.plus(Period(after));
            let (group, at) = parameter.place();
            let course = row.course(at).unwrap();
            let value = between(parameter.declaration().reach(course.at(now)), place);
            let mut changed = row.clone();
            if let Ok(course) = set(course, parameter, value, now) {
                changed.put(at, course);
            }
            let verdict = changed.ensure_consistent(group, now);
            let is_sound = (0..16).all(|quarters| {
                let then = now.plus(Period(quarters * DAY / 4));
                is_ordered(&CollateralParameters::from_values(&changed.clone().at(then)))
            });
            // Every quarter of a day, or exactly when something comes due.
            prop_assert!(is_sound || verdict.is_err());
            if verdict.is_ok() {
                row = changed;
            }
        }
    }
}

fn is_ordered(loans: &CollateralParameters) -> bool {
    loans.borrow_ltv <= loans.margin_ltv
        && loans.margin_ltv < loans.liquidation_ltv
        && loans.target_ltv < loans.liquidation_ltv
        && loans.target_share <= loans.maximum_share
}

fn loans() -> CollateralParameters {
    let values = Group::Loans.parameters().map(|each| each.bounds().minimum);
    let mut row = [0; Group::LONGEST];
    for (value, minimum) in row.iter_mut().zip(values) {
        *value = minimum;
    }
    CollateralParameters {
        borrow_ltv: Ratio::from_bps(6_000),
        margin_ltv: Ratio::from_bps(7_000),
        liquidation_ltv: Ratio::from_bps(8_000),
        target_ltv: Ratio::from_bps(6_000),
        target_share: Ratio::from_bps(3_000),
        maximum_share: Ratio::from_bps(5_000),
        ..CollateralParameters::from_values(&row)
    }
}

#[test]
fn a_broken_rule_is_named_with_its_time() {
    let mut row = Row::constant(loans().values());
    let (group, place) = BorrowLtv.place();
    row.put(
        place,
        Course {
            from: percent(60),
            to: percent(70) + 1,
            at: later(WAIT),
        },
    );
    let (rule, at) = (Rule::LtvsInOrder, later(WAIT));
    assert_eq!(row.ensure_consistent(group, NOW), Err(Broken { rule, at }));
    // The margin LTV is raised in time.
    let course = Course {
        from: percent(70),
        to: percent(75),
        at: NOW.plus(WINDOW),
    };
    row.put(MarginLtv.place().1, course);
    assert_eq!(row.ensure_consistent(group, NOW), Ok(()));
}

#[test]
fn structs_survive_their_encoding() {
    use scale::{Decode, Encode};
    let loans = CollateralParameters {
        grace: Period(7 * DAY),
        is_open: true,
        debt_ceiling: u128::MAX,
        ..loans()
    };
    let encoded = loans.encode();
    assert_eq!(encoded.len(), 16 * CollateralParameters::COUNT);
    assert_eq!(CollateralParameters::decode(&mut &encoded[..]), Ok(loans));
    assert_eq!(CollateralParameters::from_values(&loans.values()), loans);
}

#[test]
fn every_parameter_of_a_row_has_a_course_of_its_own() {
    let mut row = Row::constant(loans().values());
    let courses = |row: &Row| {
        (0..CollateralParameters::COUNT)
            .map(|place| row.course(place))
            .collect::<Vec<_>>()
    };
    let mut expected = courses(&row);
    assert_eq!(expected[0], Some(Course::constant(loans().values()[0])));
    for (place, expected) in expected.iter_mut().enumerate().take(3) {
        let number = place as u128;
        let course = Course {
            from: number,
            to: number + 10,
            at: NOW,
        };
        row.put(place, course);
        *expected = Some(course);
    }
    assert_eq!(courses(&row), expected);
    row.put(1, Course::constant(5));
    expected[1] = Some(Course::constant(5));
    assert_eq!(courses(&row), expected);
    assert_eq!(row.course(Group::LONGEST), None);
}

/// The rule of `group` that `values` break.
fn broken(group: Group, values: Values) -> Option<Rule> {
    let verdict = Row::constant(values).ensure_consistent(group, NOW);
    verdict.err().map(|broken| broken.rule)
}

#[test]
fn ltvs_and_shares_keep_their_order() {
    let with = |change: fn(&mut CollateralParameters)| {
        let mut loans = loans();
        change(&mut loans);
        broken(Group::Loans, loans.values())
    };
    let ltvs = Some(Rule::LtvsInOrder);
    assert_eq!(with(|_| {}), None);
    assert_eq!(with(|loans| loans.borrow_ltv = loans.margin_ltv), None);
    assert_eq!(
        with(|loans| loans.borrow_ltv.0 = loans.margin_ltv.0 + 1),
        ltvs
    );
    assert_eq!(with(|loans| loans.margin_ltv = loans.liquidation_ltv), ltvs);
    assert_eq!(with(|loans| loans.target_ltv = loans.liquidation_ltv), ltvs);
    assert_eq!(with(|loans| loans.maximum_share = loans.target_share), None);
    let shares = with(|loans| loans.maximum_share.0 = loans.target_share.0 - 1);
    assert_eq!(shares, Some(Rule::SharesInOrder));
}

#[test]
fn the_pace_of_interest_does_not_fall() {
    let pace = |full| DealParameters {
        pace_at_zero: Ratio::ONE,
        pace_kink: Ratio::from_bps(8_000),
        pace_at_kink: Ratio::ONE,
        pace_at_full: Ratio(full),
        ..DealParameters::from_values(&[0; Group::LONGEST])
    };
    assert_eq!(broken(Group::Deal, pace(Ratio::ONE.0).values()), None);
    let falls = broken(Group::Deal, pace(Ratio::ONE.0 - 1).values());
    assert_eq!(falls, Some(Rule::PaceRises));
}

#[test]
fn auctions_come_to_ask_nine_tenths_of_the_market() {
    // In a straight line to zero: the cusp's price is the last, 90 % of a market that is bought at 120 %.
    let auctions = |cusp_bps| AuctionParameters {
        buffer: Ratio::from_bps(12_000),
        tail: Period(DAY),
        cusp: Ratio::from_bps(cusp_bps),
        ..AuctionParameters::from_values(&[0; Group::LONGEST])
    };
    assert_eq!(broken(Group::Auctions, auctions(7_500).values()), None);
    let dear = broken(Group::Auctions, auctions(7_501).values());
    assert_eq!(dear, Some(Rule::AuctionsSell));
    // Stairs may step over the cusp: 120 % and 60 % of the market, the second of which is below 72 %.
    let stairs = |cusp_bps, cut_bps| AuctionParameters {
        cut: Ratio::from_bps(cut_bps),
        step: Period::from_secs(3_600),
        ..auctions(cusp_bps)
    };
    let dear = broken(Group::Auctions, stairs(6_000, 5_000).values());
    assert_eq!(dear, Some(Rule::AuctionsSell));
    for (cusp, cut) in [(5_000, 5_000), (6_000, 7_500)] {
        assert_eq!(broken(Group::Auctions, stairs(cusp, cut).values()), None);
    }
}

#[test]
fn the_terms_of_a_type_are_set_and_read_one_by_one() {
    let mut terms = CollateralTerms {
        loans: loans(),
        auctions: AuctionParameters::from_values(&[0; Group::LONGEST]),
    };
    for (value, parameter) in (7..).zip(Parameter::ALL.iter().copied()) {
        let is_of_the_deal = parameter.place().0 == Group::Deal;
        terms.set(parameter, value);
        let is_flag = parameter.declaration().unit == Unit::Flag;
        let expected = match (is_of_the_deal, is_flag) {
            (true, _) => 0,
            (_, true) => 1, // set is not zero
            _ => value,
        };
        assert_eq!(terms.get(parameter), expected, "{parameter:?}");
    }
}
