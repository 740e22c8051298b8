use super::{account, market, originator, performing, seized};
use finance::MathError;
use interfaces::collateral_vault::VaultError;

#[test]
fn collateral_in_auction_does_not_move() {
    let seized = seized(1_000, 4_001, 4_000);
    assert_eq!(seized.lock(1), Err(VaultError::PositionSeized));
    assert_eq!(seized.release(1), Err(VaultError::PositionSeized));
    assert_eq!(
        seized.ensure_originator(originator()),
        Err(VaultError::PositionSeized)
    );
}

#[test]
fn only_the_originator_controls_a_position() {
    let loan = performing(1_000, 0);
    assert_eq!(
        loan.ensure_originator(account(2)),
        Err(VaultError::NotTheOriginator)
    );
    assert_eq!(loan.ensure_originator(originator()), Ok(()));
}

#[test]
fn more_than_the_position_holds_cannot_be_released() {
    let mut loan = performing(1_000, 0);
    loan.kind.held = 5_000; // others hold 4 000
    assert_eq!(loan.release(1_001), Err(VaultError::InsufficientCollateral));
}

#[test]
fn amounts_beyond_128_bits_are_refused() {
    let overflow = Err(VaultError::Math(MathError::Overflow));
    assert_eq!(performing(1, 0).lock(u128::MAX), overflow);
}

#[test]
fn what_remains_must_cover_the_debt() {
    let loan = performing(1_001, 3_000);
    let within = |released| {
        let left = loan.release(released).unwrap();
        left.ensure_within_borrow_ltv(&market())
    };
    assert_eq!(within(1), Ok(())); // 1 000 × 5 × 60 % = 3 000
    assert_eq!(
        within(2),
        Err(VaultError::AboveBorrowLtv {
            debt: 3_000,
            limit: 2_997, // 999 × 5 × 60 %
        })
    );
}

#[test]
fn without_debt_everything_may_leave() {
    let left = performing(1_000, 0).release(1_000).unwrap();
    assert_eq!(left, performing(0, 0));
    assert!(left.is_empty());
    assert_eq!(left.ensure_within_borrow_ltv(&market()), Ok(()));
}

#[test]
fn position_and_type_hold_the_same() {
    let locked = performing(1_000, 300).lock(500).unwrap();
    assert_eq!(locked, performing(1_500, 300));
    assert_eq!(locked.release(700), Ok(performing(800, 300)));
}

#[test]
fn a_position_with_collateral_or_debt_is_not_empty() {
    assert!(!performing(1, 0).is_empty());
    assert!(!performing(0, 1).is_empty());
    assert!(!seized(0, 1, 0).is_empty());
    assert!(!seized(0, 0, 0).is_empty());
}
