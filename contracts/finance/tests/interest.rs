//! The clock of interest, its pace, shares and late charges, in numbers.

use finance::interest::{late_charge, rate, share, utilisation, InterestClock, PaceCurve, Weights};
use finance::{Rate, Ratio, Timestamp};
use proptest::prelude::*;

fn bps(bps: u32) -> Ratio {
    Ratio::from_bps(bps)
}

/// 50 % while nothing is lent, as the chain's clock at 80 %, four times as fast without cash.
const CURVE: PaceCurve = PaceCurve {
    at_zero: Ratio::from_bps(5_000),
    kink: Ratio::from_bps(8_000),
    at_kink: Ratio::from_bps(10_000),
    at_full: Ratio::from_bps(40_000),
};

#[test]
fn the_pace_rises_in_two_straight_lines() {
    for (lent, pace) in [
        (0, 5_000),
        (4_000, 7_500),
        (8_000, 10_000),
        (9_000, 25_000),
        (10_000, 40_000),
        (20_000, 40_000),
    ] {
        assert_eq!(CURVE.pace(bps(lent)), Ok(bps(pace)), "{lent}");
    }
}

#[test]
fn a_curve_that_falls_or_has_no_kink_is_not_valid() {
    assert!(CURVE.is_valid() && PaceCurve::LEVEL.is_valid());
    let falls = PaceCurve {
        at_full: bps(9_999),
        ..CURVE
    };
    let falls_first = PaceCurve {
        at_zero: bps(10_001),
        ..CURVE
    };
    let none = PaceCurve {
        kink: Ratio::ONE,
        ..CURVE
    };
    let flat = PaceCurve {
        kink: Ratio::ZERO,
        ..CURVE
    };
    let broken = [falls, falls_first, none, flat];
    assert!(!broken.iter().any(PaceCurve::is_valid));
}

#[test]
fn what_is_not_cash_is_lent() {
    assert_eq!(utilisation(250, 1_000), bps(7_500));
    assert_eq!(utilisation(1_000, 1_000), Ratio::ZERO);
    // Fees owed may leave less value than cash, and losses none at all.
    assert_eq!(utilisation(1_001, 1_000), Ratio::ZERO);
    assert_eq!(utilisation(0, 0), Ratio::ONE);
    // 1 − ⌊1 ÷ 3⌋, rounded up.
    assert_eq!(utilisation(1, 3), Ratio(666_666_666_666_666_667));
}

#[test]
fn the_clock_runs_at_its_pace_and_keeps_what_it_shows() {
    let clock = InterestClock::new(Timestamp(1_000), bps(15_000));
    assert_eq!(clock.time(Timestamp(1_003)), Ok(Timestamp(1_004))); // 4.5 down
    let slow = clock.at_pace(bps(5_000), Timestamp(2_000)).unwrap();
    assert_eq!(slow.time(Timestamp(2_000)), Ok(Timestamp(2_500)));
    assert_eq!(slow.time(Timestamp(4_000)), Ok(Timestamp(3_500)));
}

#[test]
fn a_chains_clock_that_goes_backwards_turns_nothing_back() {
    let clock = InterestClock::new(Timestamp(5_000), Ratio::ONE);
    assert_eq!(clock.time(Timestamp(4_000)), Ok(Timestamp(5_000)));
    let later = clock.at_pace(bps(20_000), Timestamp(4_000)).unwrap();
    assert_eq!(later.time(Timestamp(6_000)), Ok(Timestamp(7_000)));
}

#[test]
fn excess_runs_from_the_target_to_the_maximum() {
    let weights = Weights {
        target: bps(3_000),
        maximum: bps(5_000),
    };
    for (share, excess) in [
        (0, 0),
        (3_000, 0),
        (4_000, 5_000),
        (5_000, 10_000),
        (9_000, 10_000),
    ] {
        assert_eq!(weights.excess(bps(share)), bps(excess));
    }
    let abrupt = Weights {
        target: bps(3_000),
        maximum: bps(3_000),
    };
    assert_eq!(abrupt.excess(bps(3_000)), Ratio::ZERO);
    assert_eq!(abrupt.excess(Ratio(bps(3_000).0 + 1)), Ratio::ONE);
}

#[test]
fn a_share_is_of_all_the_pool_has() {
    assert_eq!(share(300, 1_000), bps(3_000));
    assert_eq!(share(0, 0), Ratio::ZERO);
    assert_eq!(share(1, 0), Ratio(u128::MAX));
}

#[test]
fn a_rate_stays_under_its_cap_at_the_fastest_pace() {
    let annual = |bps| Rate::from_annual(Ratio::from_bps(bps));
    let of = |cap| rate(bps(1_000), bps(400), bps(5_000), bps(cap), bps(40_000));
    assert_eq!(of(10_000), annual(1_200)); // 10 % + 4 % × 50 %
    assert_eq!(of(4_800), annual(1_200));
    assert_eq!(of(4_000), annual(1_000));
}

#[test]
fn a_late_charge_is_simple_and_rounds_up() {
    let year = 31_536_000_000;
    let of = |time: u64| late_charge(1_000_000, bps(1_200), Timestamp(7), Timestamp(7 + time));
    assert_eq!(of(year), Ok(120_000));
    assert_eq!(of(2 * year), Ok(240_000));
    assert_eq!(of(1), Ok(1));
    assert_eq!(of(0), Ok(0));
}

proptest! {
    #[test]
    fn the_pace_never_falls_and_stays_in_its_range(lent in 0u128..1_500_000, more in 0u128..500_000) {
        let at = |millionths: u128| CURVE.pace(Ratio(millionths * 1_000_000_000_000)).unwrap();
        let (low, high) = (at(lent), at(lent + more));
        prop_assert!(CURVE.at_zero <= low && low <= high && high <= CURVE.at_full);
    }

    #[test]
    fn a_time_cut_in_pieces_shows_the_same_to_a_millisecond_each(
        first in 0u64..10_000_000_000, second in 0u64..10_000_000_000, pace in 1_000u32..100_000,
    ) {
        let clock = InterestClock::new(Timestamp(0), bps(pace));
        let end = Timestamp(first + second);
        let cut = clock.at_pace(bps(pace), Timestamp(first)).unwrap().time(end).unwrap();
        let whole = clock.time(end).unwrap();
        prop_assert!(cut <= whole && whole.0 - cut.0 <= 1, "{whole:?} {cut:?}");
    }
}
