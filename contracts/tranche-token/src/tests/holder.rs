//! What a balance earns between two indexes.

use crate::holder::{Cash, Holder, ONE};
use finance::fixed::mul_div_rem;
use proptest::prelude::*;

fn with(balance: u128) -> Holder {
    Holder {
        balance,
        ..Holder::default()
    }
}

#[test]
fn a_balance_earns_what_the_index_rises() {
    // 7 tokens earn 7 × 2.5 = 17.5.
    let holder = with(7).at(ONE * 5 / 2);
    let half = ONE / 2;
    let expected = Cash {
        whole: 17,
        fraction: half,
    };
    assert_eq!((holder.owed, holder.index), (expected, ONE * 5 / 2));
    // Another 7 × 0.5 = 3.5: the two halves make a whole one.
    let holder = holder.at(3 * ONE);
    let expected = Cash {
        whole: 21,
        fraction: 0,
    };
    assert_eq!(holder.owed, expected);
    assert_eq!(holder.at(3 * ONE), holder);
}

#[test]
fn the_smallest_and_the_greatest_are_exact() {
    assert_eq!(
        with(1).at(1).owed,
        Cash {
            whole: 0,
            fraction: 1
        }
    );
    assert_eq!(with(u128::MAX).at(ONE).owed.whole, u128::MAX);
    assert_eq!(with(1).at(u128::MAX).owed.whole, u128::MAX / ONE);
}

#[test]
fn who_has_or_is_owed_nothing_is_nobody() {
    assert!(with(0).at(u128::MAX).is_nobody());
    assert!(!with(1).is_nobody());
    let mut owed = with(1).at(1);
    owed.balance = 0;
    assert!(!owed.is_nobody());
}

proptest! {
    #[test]
    fn earning_is_one_exact_multiplication(balance: u128, from: u128, rise: u128) {
        let to = from.saturating_add(rise);
        let holder = Holder { balance, index: from, owed: Cash::default() }.at(to);
        if let Ok((whole, fraction)) = mul_div_rem(balance, to - from, ONE) {
            prop_assert_eq!(holder.owed, Cash { whole, fraction });
        }
        prop_assert_eq!((holder.balance, holder.index), (balance, to));
    }

    #[test]
    fn a_rise_cut_in_pieces_earns_the_same(
        balance in 0..u128::from(u64::MAX), rises in proptest::collection::vec(0..ONE, 1..20),
    ) {
        let whole = with(balance).at(rises.iter().sum());
        let mut index = 0;
        let mut pieces = with(balance);
        for rise in rises {
            index += rise;
            pieces = pieces.at(index);
        }
        prop_assert_eq!(pieces, whole);
    }
}
