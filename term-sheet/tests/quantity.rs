//! Numbers as they are written, and as they count.

use term_sheet::quantity::{Decimal, Fraction};

fn read(text: &str) -> Decimal {
    Decimal::read(text).unwrap()
}

#[test]
fn a_number_has_digits_on_both_sides_of_its_point() {
    for text in ["", ".", ".5", "5.", "1.2.3", "-1", "1,5", "1e3"] {
        assert_eq!(Decimal::read(text), None, "{text:?}");
    }
    assert_eq!(read("1 000_000.5").units(1), Some(10_000_005));
}

#[test]
fn a_number_loses_no_digit() {
    assert_eq!(read("1.5").units(3), Some(1_500));
    assert_eq!(read("12.300").units(1), Some(123));
    assert_eq!(read("12.340").units(1), None);
    assert_eq!(read("0.1").units(0), None);
    assert_eq!(read("1").units(39), None);
    assert_eq!(read("1.5").units(40), None);
}

#[test]
fn a_model_gets_fractions_of_one() {
    assert_eq!(read("2.5").approximate(), 2.5);
    assert_eq!("-7.5 %".parse(), Ok(Fraction(-0.075)));
    assert!("7.5".parse::<Fraction>().is_err());
    assert!("inf %".parse::<Fraction>().is_err());
}
