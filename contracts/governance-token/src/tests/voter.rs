//! What is kept of an account.

use crate::voter::{Change, Voter};
use finance::Timestamp;
use interfaces::types::Balance;

#[test]
fn votes_change_within_zero_and_the_largest_number() {
    assert_eq!(Change::More(3).of(4), Some(7));
    assert_eq!(Change::More(1).of(Balance::MAX), None);
    assert_eq!(Change::Less(4).of(4), Some(0));
    assert_eq!(Change::Less(5).of(4), None);
    assert_eq!(Change::More(3).reversed().of(4), Some(1));
    assert_eq!(Change::Less(3).reversed().of(4), Some(7));
}

#[test]
fn an_account_is_kept_while_anything_is_known_of_it() {
    let blank = Voter::default();
    assert!(blank.is_blank());
    let mut voted_for = blank;
    voted_for.change_votes(Change::More(5), Timestamp(1));
    let known = [
        voted_for,
        Voter {
            balance: 1,
            ..blank
        },
        Voter {
            delegate: Some([1; 32].into()),
            ..blank
        },
        Voter { nonce: 1, ..blank },
    ];
    assert!(known.iter().all(|voter| !voter.is_blank()));
}
