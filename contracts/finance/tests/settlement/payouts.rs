//! Who is paid out of what, class by class.

use finance::claim::Claim;
use finance::class::Class;
use finance::distribution::{first_with_tokens, Distribution, Outlook, Payout, Policy};
use finance::Ratio;

const CALM: Outlook = Outlook {
    lent: true,
    frozen: false,
    estimated: false,
};

/// A class worth its claim, of which `coupon` is growth, with as many tokens.
fn class(value: u128, coupon: u128) -> Class {
    Class {
        claim: Some(Claim::new(value)),
        coupon,
        ..residual(value)
    }
}

fn residual(value: u128) -> Class {
    Class {
        value,
        supply: value,
        ..Class::default()
    }
}

fn coupons(payouts: &[Payout]) -> Vec<u128> {
    payouts.iter().map(|payout| payout.coupon).collect()
}

fn principal(payouts: &[Payout]) -> Vec<u128> {
    payouts.iter().map(|payout| payout.principal).collect()
}

/// The coupons of classes that all pay out, with as much cash as interest.
fn paid(mut classes: Vec<Class>, outlook: Outlook, interest: u128) -> Vec<u128> {
    let count = classes.len();
    let mut distribution = Distribution::new(&mut classes, outlook, interest, interest);
    distribution
        .coupons(&vec![Policy::PayOut; count], 0..count)
        .unwrap();
    coupons(&distribution.payouts)
}

fn in_sequence(mut classes: Vec<Class>, outlook: Outlook, cash: u128) -> Vec<u128> {
    let mut distribution = Distribution::new(&mut classes, outlook, cash, 0);
    distribution.in_sequence().unwrap();
    principal(&distribution.payouts)
}

#[test]
fn what_is_left_of_interest_is_the_residuals_unless_values_are_estimates() {
    let classes = || vec![class(600, 6), class(300, 3), residual(100)];
    assert_eq!(paid(classes(), CALM, 20), [6, 3, 11]);
    let estimated = Outlook {
        estimated: true,
        ..CALM
    };
    assert_eq!(paid(classes(), estimated, 20), [6, 3, 0]);
}

#[test]
fn while_a_price_is_missing_only_the_first_class_with_holders_has_coupons() {
    let frozen = Outlook {
        frozen: true,
        estimated: true,
        ..CALM
    };
    let classes = vec![class(600, 6), class(300, 3), residual(100)];
    assert_eq!(paid(classes, frozen, 20), [6, 0, 0]);
    let classes = vec![class(0, 0), class(300, 3), residual(100)];
    assert_eq!(first_with_tokens(&classes), Some(1));
    assert_eq!(paid(classes, frozen, 20), [0, 3, 0]);
    assert_eq!(first_with_tokens(&[class(0, 0)]), None);
}

#[test]
fn what_accumulates_keeps_its_interest_from_the_classes_below() {
    let mut classes = [class(600, 6), class(300, 3), residual(100)];
    let mut distribution = Distribution::new(&mut classes, CALM, 7, 7);
    let policies = [Policy::Accumulate, Policy::PayOut, Policy::PayOut];
    distribution.coupons(&policies, 0..3).unwrap();
    assert_eq!(coupons(&distribution.payouts), [0, 1, 0]);
    assert_eq!(distribution.cash, 6);
}

#[test]
fn no_coupon_takes_what_covers_a_class_above() {
    // 29.5 % must lie below: 293 of 993 are enough, 292 of 992 are not.
    let mut classes = vec![class(700, 0), class(200, 20), residual(100)];
    classes[0].minimum = Ratio::from_bps(2_950);
    assert_eq!(paid(classes, CALM, 50), [0, 7, 0]);
}

#[test]
fn principal_goes_to_the_next_class_when_the_one_above_is_worth_nothing() {
    let classes = || vec![class(60, 0), class(30, 0), residual(10)];
    assert_eq!(in_sequence(classes(), CALM, 59), [59, 0, 0]);
    assert_eq!(in_sequence(classes(), CALM, 75), [60, 15, 0]);
    assert_eq!(in_sequence(classes(), CALM, 200), [60, 30, 10]);
    let estimated = Outlook {
        estimated: true,
        ..CALM
    };
    assert_eq!(in_sequence(classes(), estimated, 200), [60, 30, 0]);
}

#[test]
fn a_class_whose_index_is_at_its_end_is_paid_nothing_and_keeps_the_next_waiting() {
    let mut classes = vec![class(60, 0), class(30, 0), residual(10)];
    classes[0].index = u128::MAX;
    assert_eq!(in_sequence(classes, CALM, 200), [0, 0, 0]);
}

#[test]
fn a_class_that_nobody_holds_keeps_nobody_waiting() {
    let mut classes = vec![class(60, 0), class(30, 0), residual(10)];
    classes[0].supply = 0;
    assert_eq!(in_sequence(classes, CALM, 200), [0, 30, 10]);
}

#[test]
fn interest_is_diverted_as_far_as_the_thinnest_class_needs_it() {
    // The senior needs 1000 − 390 ÷ 0.4 = 25, the mezzanine 1000 − 140 ÷ 0.15 = 66.7.
    let classes = || {
        let mut classes = [class(610, 0), class(250, 0), residual(140)];
        classes[0].minimum = Ratio::from_bps(4_000);
        classes[1].minimum = Ratio::from_bps(1_500);
        classes
    };
    let diverted = |first, thin: [bool; 2], is_starved, cash, interest| {
        let mut classes = classes();
        let mut distribution = Distribution::new(&mut classes, CALM, cash, interest);
        let is_thin = |index: usize| thin.get(index) == Some(&true);
        distribution.divert(first, is_thin, is_starved).unwrap();
        principal(&distribution.payouts)
    };
    assert_eq!(diverted(0, [true, false], false, 500, 200), [25, 0, 0]);
    assert_eq!(diverted(1, [true, true], false, 500, 200), [67, 0, 0]);
    assert_eq!(diverted(1, [false, true], true, 500, 200), [200, 0, 0]);
    // Down to the class that fails: what the senior is not worth goes to the mezzanine.
    assert_eq!(diverted(1, [false, true], true, 900, 900), [610, 250, 0]);
    assert_eq!(diverted(0, [true, false], true, 900, 900), [610, 0, 0]);
    // No more than there is cash.
    assert_eq!(diverted(1, [true, true], false, 30, 200), [30, 0, 0]);
}

#[test]
fn what_nothing_lies_below_needs_all_there_is() {
    let mut classes = [class(100, 0), residual(0)];
    classes[0].minimum = Ratio::from_bps(1_000);
    let mut distribution = Distribution::new(&mut classes, CALM, 500, 500);
    distribution.divert(0, |index| index == 0, false).unwrap();
    assert_eq!(principal(&distribution.payouts), [100, 0]);
}
