use super::{grown, market, performing, price, seized};
use crate::book::Book;
use crate::loan::{Loan, Market};
use finance::{MathError, Period, Ratio, Timestamp};
use interfaces::collateral_vault::{CollateralType, Portfolio};
use interfaces::types::CollateralId;

const NOW: Timestamp = Timestamp(0);

/// A book with the types of these loans.
fn book(loans: &[Loan]) -> Book {
    Book {
        types: loans.iter().map(|loan| loan.kind).collect(),
    }
}

fn not_asked(_: CollateralId, _: &CollateralType) -> Option<Market> {
    panic!("no seized debt, no price");
}

fn at(whole: u128) -> impl Fn(CollateralId, &CollateralType) -> Option<Market> {
    move |_, _| {
        Some(Market {
            price: price(whole),
            ..market()
        })
    }
}

#[test]
fn amounts_beyond_128_bits_are_an_error() {
    let book = book(&[performing(0, u128::MAX), performing(0, 1)]);
    assert_eq!(book.portfolio(NOW, not_asked), Err(MathError::Overflow));
}

#[test]
fn an_empty_vault_is_worth_nothing() {
    let book = book(&[performing(0, 0), performing(500, 0)]);
    assert_eq!(book.portfolio(NOW, not_asked), Ok(Portfolio::default()));
}

#[test]
fn performing_debt_counts_at_face_rounded_down_and_needs_no_price() {
    // ⌊667 × 1.5⌋ + ⌊588 × 1.7⌋ = 1 000 + 999
    let book = book(&[
        grown(performing(1_000, 667), 15),
        grown(performing(1_000, 588), 17),
    ]);
    let expected = Portfolio {
        performing: 1_999,
        ..Portfolio::default()
    };
    assert_eq!(book.portfolio(NOW, not_asked), Ok(expected));
}

#[test]
fn interest_counts_up_to_now_and_the_book_stays_as_it_is() {
    let loan = performing(0, 1_000_000)
        .at_rate(Ratio::from_bps(1_000))
        .unwrap();
    let book = book(&[loan]);
    let before = book.clone();
    let year = NOW.plus(Period::from_secs(31_536_000));
    let value = book.portfolio(year, not_asked).unwrap();
    assert_eq!(value.performing, 1_105_170); // exp(0.1) = 1.105 170 918
    assert_eq!(book, before);
}

#[test]
fn seized_debt_counts_at_its_mark_or_at_what_the_collateral_is_worth_now() {
    let book = book(&[seized(1_000, 4_001, 4_000)]);
    let worth = |whole| book.portfolio(NOW, at(whole)).unwrap();
    let expected = Portfolio {
        performing: 0,
        stressed: 4_000, // 1 000 × 6 × (1 − 20 %) = 4 800
        seized_debt: 4_001,
        frozen: false,
    };
    assert_eq!(worth(6), expected);
    let fallen = Portfolio {
        stressed: 2_400, // 1 000 × 3 × (1 − 20 %)
        ..expected
    };
    assert_eq!(worth(3), fallen);
}

#[test]
fn a_frozen_price_costs_its_own_type_its_stressed_value() {
    let mut mixed = seized(1_000, 4_001, 4_000);
    mixed.kind.normalised_debt = 700;
    let book = book(&[mixed, seized(10, 40, 30), performing(1_000, 200)]);
    let only_second = |id, kind: &CollateralType| at(5)(id, kind).filter(|_| id == CollateralId(1));
    let expected = Portfolio {
        performing: 700 + 200,
        stressed: 30, // 10 × 5 × (1 − 20 %) = 40
        seized_debt: 4_001 + 40,
        frozen: true,
    };
    assert_eq!(book.portfolio(NOW, only_second), Ok(expected));
}
