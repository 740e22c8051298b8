use super::{grown, impaired, performing, price, untouched};
use crate::book::Book;
use crate::loan::Loan;
use crate::portfolio::Priced;
use finance::{MathError, Period, Price, Rate, Ratio, Timestamp};
use interfaces::collateral_vault::Portfolio;
use interfaces::oracle_adapter::Quotation;
use interfaces::types::AssetId;

const NOW: Timestamp = Timestamp(0);

/// A book with the types of these loans, each priced as the asset of its own number.
fn book(loans: &[Loan]) -> Book {
    let mut types: Vec<_> = loans.iter().map(|loan| loan.kind).collect();
    for (number, kind) in (0..).zip(&mut types) {
        kind.asset = AssetId(number);
    }
    Book { types }
}

/// A price in base units of cash per base unit of collateral, on reports up to `minutes` old.
fn quotation(whole: u128, minutes: u64) -> Option<Quotation> {
    let oldest = Timestamp(1_000_000_000 - 60_000 * minutes);
    Some(Quotation::steady(price(whole), oldest, 3))
}

/// The same loan, of a type with a haircut of 20 %.
fn seized(collateral: u128, debt: u128, mark: u128) -> Loan {
    let mut loan = impaired(collateral, debt, mark);
    loan.kind.haircut = Ratio::from_bps(2_000);
    loan
}

/// What a draw or a payment passes on when nothing is seized: nobody is asked.
fn at_face(book: &Book) -> Result<Portfolio, MathError> {
    assert_eq!(book.assets(Priced::Stressed), []);
    book.portfolio(NOW, Priced::Stressed, Vec::new())
}

/// At these prices.
fn settled(book: &Book, prices: &[Option<Quotation>]) -> Portfolio {
    assert_eq!(book.assets(Priced::Lent).len(), prices.len());
    let portfolio = book.portfolio(NOW, Priced::Lent, prices.to_vec());
    portfolio.unwrap()
}

#[test]
fn amounts_beyond_128_bits_are_an_error() {
    let book = book(&[performing(0, u128::MAX), performing(0, 1)]);
    assert_eq!(at_face(&book), Err(MathError::Overflow));
}

#[test]
fn an_empty_vault_is_worth_nothing_and_asks_nobody() {
    let book = book(&[performing(0, 0), performing(500, 0)]);
    assert_eq!(at_face(&book), Ok(Portfolio::default()));
    assert_eq!(book.assets(Priced::Lent), []);
    assert_eq!(settled(&book, &[]), Portfolio::default());
}

#[test]
fn performing_debt_counts_at_face_rounded_down_and_needs_no_price() {
    // ⌊667 × 1.5⌋ + ⌊588 × 1.7⌋ = 1 000 + 999
    let book = book(&[
        grown(performing(1_000, 667), 15),
        grown(performing(1_000, 588), 17),
    ]);
    let expected = Portfolio {
        principal: 667 + 588,
        performing: 1_999,
        ..Portfolio::default()
    };
    assert_eq!(at_face(&book), Ok(expected));
}

#[test]
fn interest_counts_up_to_now_and_the_book_stays_as_it_is() {
    let mut loan = performing(0, 1_000_000);
    loan.kind.index.rate = Rate::from_annual(Ratio::from_bps(1_000)).unwrap();
    let book = book(&[loan]);
    let before = book.clone();
    let year = NOW.plus(Period::from_secs(31_536_000));
    let value = book.portfolio(year, Priced::Stressed, Vec::new()).unwrap();
    assert_eq!(value.performing, 1_105_170); // exp(0.1) = 1.105 170 918
    assert_eq!(value.principal, 1_000_000);
    assert_eq!(book, before);
}

#[test]
fn seized_debt_counts_at_its_mark_or_at_what_the_collateral_is_worth_now() {
    let book = book(&[seized(1_000, 4_001, 4_000)]);
    let worth = |whole| {
        let value = settled(&book, &[quotation(whole, 0)]);
        assert_eq!((value.seized_debt, value.principal), (4_001, 0));
        (value.stressed, value.market)
    };
    assert_eq!(worth(6), (4_000, 4_001)); // 1 000 × 6 × (1 − 20 %) = 4 800
    assert_eq!(worth(4), (3_200, 4_000)); // the market takes no haircut
    assert_eq!(worth(3), (2_400, 3_000));
}

#[test]
fn only_collateral_that_backs_debt_counts() {
    let mut surplus = seized(500, 1_500, 1_500);
    surplus.kind.stressed.collateral = 375;
    let value = settled(&book(&[surplus]), &[quotation(3, 0)]);
    assert_eq!(value.stressed, 900); // 375 × 3 × (1 − 20 %)
    assert_eq!(value.market, 1_125);
}

#[test]
fn lots_of_a_type_are_bounded_together_and_types_apart() {
    let mut two_lots = seized(100, 1_000, 100);
    two_lots.kind.stressed.debt += 50; // another lot of 50 on 100 collateral
    two_lots.kind.stressed.mark += 50;
    two_lots.kind.stressed.collateral += 100;
    let book = book(&[two_lots, seized(1_000, 40, 30)]);
    let value = settled(&book, &[quotation(1, 0), quotation(1, 0)]);
    assert_eq!(value.stressed, 150 + 30); // min(150, 160), min(30, 800)
    assert_eq!(value.market, 200 + 40); // min(1 050, 200), min(40, 1 000)
}

#[test]
fn a_frozen_price_costs_its_own_type_its_stressed_value() {
    let mut mixed = seized(1_000, 4_001, 4_000);
    mixed.kind.normalised_debt = 700;
    mixed.kind.principal = 690;
    let book = book(&[mixed, seized(10, 40, 30), performing(1_000, 200)]);
    let expected = Portfolio {
        principal: 690 + 200,
        performing: 700 + 200,
        frozen_debt: 700,
        stressed: 30, // 10 × 5 × (1 − 20 %) = 40
        market: 40,
        seized_debt: 4_001 + 40,
        frozen: true,
        prices_at: quotation(5, 3).map(|quotation| quotation.oldest),
        ..Portfolio::default()
    };
    let prices = [None, quotation(5, 3), quotation(5, 2)];
    assert_eq!(settled(&book, &prices), expected);
}

#[test]
fn performing_debt_without_a_price_stays_at_face_and_is_told() {
    let book = book(&[grown(performing(1_000, 667), 15), performing(1_000, 200)]);
    let value = settled(&book, &[None, quotation(5, 1)]);
    let expected = Portfolio {
        principal: 867,
        performing: 1_200,
        frozen_debt: 1_000,
        frozen: true,
        prices_at: quotation(5, 1).map(|quotation| quotation.oldest),
        ..Portfolio::default()
    };
    assert_eq!(value, expected);
}

#[test]
fn an_oracle_that_does_not_answer_freezes_every_type_with_debt() {
    let book = book(&[
        performing(500, 0),
        performing(1_000, 200),
        seized(10, 40, 30),
    ]);
    for answer in [vec![], vec![None], vec![None; 2]] {
        let value = book.portfolio(NOW, Priced::Lent, answer);
        let expected = Portfolio {
            principal: 200,
            performing: 200,
            frozen_debt: 200,
            seized_debt: 40,
            frozen: true,
            ..Portfolio::default()
        };
        assert_eq!(value, Ok(expected));
    }
}

#[test]
fn prices_are_asked_for_in_the_order_of_types_and_only_where_there_is_debt() {
    let mut both = seized(10, 40, 30);
    both.kind.normalised_debt = 5;
    let mut shared = book(&[
        performing(500, 0),
        performing(500, 100),
        seized(10, 40, 30),
        both,
    ]);
    assert_eq!(shared.assets(Priced::Lent), [1, 2, 3].map(AssetId));
    assert_eq!(shared.assets(Priced::Stressed), [2, 3].map(AssetId));
    shared.types[3].asset = AssetId(2);
    assert_eq!(shared.assets(Priced::Lent), [1, 2, 2].map(AssetId));
}

#[test]
fn each_type_gets_its_own_price_and_the_oldest_report_counts() {
    let book = book(&[
        seized(10, 1_000, 1_000),
        performing(500, 0),
        seized(10, 1_000, 1_000),
        performing(500, 100),
    ]);
    let prices = [quotation(2, 5), quotation(30, 7), quotation(1, 6)];
    let value = settled(&book, &prices);
    assert_eq!(value.market, 10 * 2 + 10 * 30);
    let oldest = quotation(1, 7).map(|quotation| quotation.oldest);
    assert_eq!(value.prices_at, oldest);
}

#[test]
fn each_type_has_its_own_haircut() {
    let mut half = seized(10, 1_000, 1_000);
    half.kind.haircut = Ratio::from_bps(5_000);
    let book = book(&[seized(10, 1_000, 1_000), half]);
    let value = settled(&book, &[quotation(2, 0), quotation(2, 0)]);
    assert_eq!(value.stressed, 16 + 10); // 10 × 2 × 80 % + 10 × 2 × 50 %
}

#[test]
fn collateral_beyond_the_debt_of_one_position_is_no_cover_for_another() {
    // Debt 100 on collateral worth 40, debt 50 on collateral worth 200, haircut 10 %: 36 + 50, not 150.
    let mut market = super::at_price(1);
    market.parameters.haircut = Ratio::from_bps(1_000);
    let mut first = performing(40, 100);
    first.impair(super::account(6), &market).unwrap();
    let mut other = super::overdue(performing(200, 50));
    other.kind = first.kind;
    other.kind.normalised_debt += 50;
    other.kind.principal += 50;
    other.kind.held += 200;
    market.now = super::days(4);
    let mut both = other;
    both.impair(super::account(6), &market).unwrap();
    both.kind.haircut = Ratio::from_bps(1_000);
    assert_eq!(both.kind.stressed.mark, 86);
    let value = settled(&book(&[both]), &[quotation(1, 0)]);
    assert_eq!((value.stressed, value.seized_debt), (86, 150));
}

#[test]
fn a_held_jump_counts_stressed_debt_at_the_lower_price() {
    let book = book(&[seized(1_000, 4_001, 4_000)]);
    let mut held = quotation(5, 0).unwrap();
    (held.low, held.held_until) = (price(3), Some(NOW));
    let value = settled(&book, &[Some(held)]);
    assert_eq!((value.stressed, value.market), (2_400, 3_000));
    assert!(value.held && !settled(&book, &[quotation(5, 0)]).held);
}

#[test]
fn a_price_beyond_the_range_of_amounts_leaves_debt_and_marks_as_bounds() {
    let book = book(&[seized(1_000, 4_001, 4_000)]);
    let extreme = Quotation::steady(Price(u128::MAX), NOW, 1);
    let value = settled(&book, &[Some(extreme)]);
    assert_eq!((value.stressed, value.market), (4_000, 4_001));
}

#[test]
fn what_was_written_off_is_told_of_all_types() {
    let mut kind = untouched();
    kind.written_off = 70;
    let loan = Loan {
        kind,
        ..performing(0, 0)
    };
    let value = at_face(&book(&[loan, loan])).unwrap();
    let expected = Portfolio {
        written_off: 140,
        ..Portfolio::default()
    };
    assert_eq!(value, expected);
}
