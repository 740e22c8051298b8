use super::{account, auction, auction_due, hundredths, parameters, seizure};
use crate::rewards::{reward, Rewards};
use finance::MathError;
use interfaces::collateral_vault::Seizure;
use interfaces::liquidation_engine::{Reward, MAX_REWARDS};

fn to(keeper: u8, amount: u128) -> Reward {
    Reward {
        keeper: account(keeper),
        amount,
    }
}

/// Promises of 20 to the first keeper, and of 5 each to two more.
fn promised() -> Rewards {
    Rewards(vec![to(1, 20), to(2, 5), to(3, 5)])
}

#[test]
fn who_starts_is_rewarded_and_who_saw_it_coming() {
    let seizure = Seizure {
        impaired_by: Some(account(2)),
        overdue_by: Some(account(3)),
        ..seizure()
    };
    let rewards = Rewards::of_opening(&auction(), &seizure, &parameters(), account(1)).unwrap();
    // 20 + 1 % of 3 300.
    assert_eq!(rewards.0, [to(1, 53), to(2, 5), to(3, 5)]);
}

#[test]
fn one_who_does_it_all_has_one_reward() {
    let seizure = Seizure {
        impaired_by: Some(account(1)),
        ..seizure()
    };
    let rewards = Rewards::of_opening(&auction(), &seizure, &parameters(), account(1)).unwrap();
    assert_eq!(rewards.0, [to(1, 58)]);
}

#[test]
fn no_more_is_promised_than_the_penalty() {
    let mut rewards = promised();
    assert_eq!(rewards.promise(account(4), 53, 50), Ok(20));
    assert_eq!(rewards.promise(account(5), 53, 50), Ok(0));
    assert_eq!(rewards.0.len(), 4);
}

#[test]
fn a_lot_rewards_few_keepers() {
    let mut rewards = Rewards::default();
    for keeper in 0..=8 {
        let promised = rewards.promise(account(keeper), 1, 1_000).unwrap();
        assert_eq!(promised == 1, usize::from(keeper) < MAX_REWARDS);
    }
    // One of them may earn more.
    assert_eq!(rewards.promise(account(0), 2, 1_000), Ok(2));
    assert_eq!(rewards.0[0], to(0, 3));
    assert_eq!(rewards.0.len(), MAX_REWARDS);
}

#[test]
fn the_oldest_promise_is_paid_first_and_the_rest_is_nobodys() {
    let mut rewards = promised();
    assert_eq!(rewards.pay(22), Ok((vec![to(1, 20), to(2, 2)], 0)));
    assert_eq!(rewards.0, [to(2, 3), to(3, 5)]);
    assert_eq!(rewards.pay(30), Ok((vec![to(2, 3), to(3, 5)], 22)));
    assert_eq!(rewards, Rewards::default());
}

#[test]
fn promises_beyond_all_range_are_refused() {
    let mut rewards = Rewards(vec![to(1, u128::MAX), to(2, 1)]);
    assert_eq!(
        rewards.promise(account(3), 1, u128::MAX),
        Err(MathError::Overflow)
    );
}

#[test]
fn dust_earns_nothing() {
    let earned = |debt, penalty, price| {
        reward(
            &auction_due(debt, penalty),
            hundredths(price),
            &parameters(),
        )
        .unwrap()
    };
    assert_eq!(earned(90, 10, 400), 21);
    assert_eq!(earned(90, 9, 400), 0); // 99 are due
    assert_eq!(earned(90, 10, 10), 21); // worth 100
    assert_eq!(earned(90, 10, 9), 0);
}
