//! Who is kept.

use crate::holder::Holder;

#[test]
fn who_has_or_is_owed_nothing_is_nobody() {
    let with = |balance| Holder {
        balance,
        ..Holder::default()
    };
    assert!(with(0).at(u128::MAX).is_nobody());
    assert!(!with(1).is_nobody());
    let mut owed = with(1).at(1);
    owed.balance = 0;
    assert!(!owed.is_nobody());
}
