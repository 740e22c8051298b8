use super::{after, impaired, parameters, performing, price, NOW};
use finance::{MathError, Rounding};
use interfaces::collateral_vault::VaultError;

const ENORMOUS_POOL: u128 = 1_000_000_000;

#[test]
fn collateral_is_added_unless_all_of_it_is_on_sale() {
    let mut partly = performing(1_000, 500);
    partly.position.lots = 1;
    let mut wholly = performing(0, 0);
    wholly.position.lots = 1;
    let refused = Err(VaultError::InAuction.into());
    assert_eq!(wholly.ensure_not_all_on_sale(), refused);
    for loan in [impaired(1_000, 4_001, 4_000), partly, performing(0, 0)] {
        assert_eq!(loan.ensure_not_all_on_sale(), Ok(()));
        let locked = after(loan, |loan| loan.lock(7)).unwrap();
        assert_eq!(locked.position.collateral, loan.position.collateral + 7);
        assert_eq!(locked.kind.held, loan.kind.held + 7);
    }
}

#[test]
fn nothing_is_released_while_others_have_a_say() {
    let mut impaired = impaired(1_000, 4_001, 4_000);
    assert_eq!(impaired.release(1), Err(VaultError::Impaired.into()));
    let mut in_auction = performing(1_000, 0);
    in_auction.position.lots = 1;
    assert_eq!(in_auction.release(1), Err(VaultError::InAuction.into()));
}

#[test]
fn more_than_the_position_holds_cannot_be_released() {
    let mut loan = performing(1_000, 0);
    loan.kind.held = 5_000; // others hold 4 000
    assert_eq!(
        loan.release(1_001),
        Err(VaultError::InsufficientCollateral.into())
    );
}

#[test]
fn amounts_beyond_128_bits_are_refused() {
    assert_eq!(performing(1, 0).lock(u128::MAX), Err(MathError::Overflow));
}

#[test]
fn what_remains_must_cover_the_debt() {
    let loan = performing(1_001, 3_000);
    let within = |released| {
        let left = after(loan, |loan| loan.release(released)).unwrap();
        left.ensure_within_borrow_ltv(price(5), NOW, ENORMOUS_POOL, &parameters())
    };
    assert_eq!(within(1), Ok(())); // 1 000 × 5 × 60 % = 3 000
    assert_eq!(
        within(2),
        Err(VaultError::AboveBorrowLtv {
            debt: 3_000,
            limit: 2_997, // 999 × 5 × 60 %
        }
        .into())
    );
}

#[test]
fn position_and_type_hold_the_same() {
    let mut loan = performing(1_000, 300);
    loan.lock(500).unwrap();
    assert_eq!(loan, performing(1_500, 300));
    loan.release(700).unwrap();
    assert_eq!(loan, performing(800, 300));
}

#[test]
fn only_what_holds_owes_and_sells_nothing_is_forgotten() {
    assert!(performing(0, 0).is_empty());
    assert!(!performing(1, 0).is_empty());
    assert!(!performing(0, 1).is_empty());
    let mut in_auction = performing(0, 0);
    in_auction.position.lots = 1;
    assert!(!in_auction.is_empty());
}

#[test]
fn a_token_of_18_decimals_and_little_worth_is_priced_without_loss() {
    // 0.000 000 7 of a cash token of 6 decimals: a base unit is worth 7 × 10^-19 of cash's.
    let mut loan = performing(0, 0);
    loan.kind.quote = finance::valuation::Quote::new(18, 6).unwrap();
    let tiny = finance::Price(700_000_000_000);
    let value = |collateral| {
        let locked = after(loan, |loan| loan.lock(collateral)).unwrap();
        locked.collateral_value(tiny)
    };
    assert_eq!(value(3 * 10u128.pow(24)), Ok(2_100_000)); // three million tokens, 2.1 whole cash
    assert_eq!(value(1_428_571_428_571_428_571), Ok(0));
    assert_eq!(value(1_428_571_428_571_428_572), Ok(1)); // 1 ÷ 0.7 tokens, one base unit
    let back = loan.kind.quote.amount(2_100_000, tiny, Rounding::Down);
    assert_eq!(back, Ok(3 * 10u128.pow(24)));
}
