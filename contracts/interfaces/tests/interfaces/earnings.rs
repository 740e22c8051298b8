//! What a balance earns between two indexes.

use finance::distribution::INDEX_ONE as ONE;
use finance::fixed::mul_div_rem;
use interfaces::earnings::{Cash, Earnings};
use proptest::prelude::*;

fn of(balance: u128, index: u128) -> Earnings {
    Earnings::default().at(balance, index)
}

#[test]
fn a_balance_earns_what_the_index_rises() {
    // 7 tokens earn 7 × 2.5 = 17.5.
    let earned = of(7, ONE * 5 / 2);
    let half = ONE / 2;
    let expected = Cash {
        whole: 17,
        fraction: half,
    };
    assert_eq!((earned.owed, earned.index), (expected, ONE * 5 / 2));
    // Another 7 × 0.5 = 3.5: the two halves make a whole one.
    let earned = earned.at(7, 3 * ONE);
    let expected = Cash {
        whole: 21,
        fraction: 0,
    };
    assert_eq!(earned.owed, expected);
    assert_eq!(earned.at(7, 3 * ONE), earned);
}

#[test]
fn the_smallest_and_the_greatest_are_exact() {
    assert_eq!(
        of(1, 1).owed,
        Cash {
            whole: 0,
            fraction: 1
        }
    );
    assert_eq!(of(u128::MAX, ONE).owed.whole, u128::MAX);
    assert_eq!(of(1, u128::MAX).owed.whole, u128::MAX / ONE);
}

proptest! {
    #[test]
    fn earning_is_one_exact_multiplication(balance: u128, from: u128, rise: u128) {
        let to = from.saturating_add(rise);
        let earned = Earnings { index: from, owed: Cash::default() }.at(balance, to);
        if let Ok((whole, fraction)) = mul_div_rem(balance, to - from, ONE) {
            prop_assert_eq!(earned.owed, Cash { whole, fraction });
        }
        prop_assert_eq!(earned.index, to);
    }

    #[test]
    fn a_rise_cut_in_pieces_earns_the_same(
        balance in 0..u128::from(u64::MAX), rises in proptest::collection::vec(0..ONE, 1..20),
    ) {
        let whole = of(balance, rises.iter().sum());
        let mut index = 0;
        let mut pieces = Earnings::default();
        for rise in rises {
            index += rise;
            pieces = pieces.at(balance, index);
        }
        prop_assert_eq!(pieces, whole);
    }
}
