//! Cash for the holders: nobody's past coupon moves with his tokens, and no cash is owed twice.

use super::*;
use crate::holder::ONE;
use interfaces::tranche_token::{PSP22Burnable, TrancheToken, BEYOND_128_BITS};
use proptest::prelude::*;

/// A token of which Bob has 600, Charlie 300 and the pool 100.
fn held_by_three() -> TrancheTokenContract {
    let accounts = accounts();
    let mut token = held_by_the_pool(1_000);
    token.transfer(accounts.bob, 600, vec![]).unwrap();
    token.transfer(accounts.charlie, 300, vec![]).unwrap();
    token
}

#[ink::test]
fn everybody_but_the_pool_is_owed_his_share() {
    let accounts = accounts();
    let mut token = held_by_three();
    token.distribute(ONE / 10).unwrap();
    assert_eq!(token.distribution(accounts.bob), 60);
    assert_eq!(token.distribution(accounts.charlie), 30);
    assert_eq!(token.distribution(accounts.alice), 0);
    assert_eq!(token.distribution(accounts.eve), 0);
}

#[ink::test]
fn what_was_paid_stays_with_who_held_then() {
    let accounts = accounts();
    let mut token = held_by_three();
    token.distribute(ONE / 10).unwrap();

    call_as(accounts.bob);
    token.transfer(accounts.charlie, 200, vec![]).unwrap();
    token.transfer(accounts.eve, 400, vec![]).unwrap();
    assert_eq!(token.distribution(accounts.bob), 60);
    assert_eq!(token.distribution(accounts.charlie), 30);
    assert_eq!(token.distribution(accounts.eve), 0);

    call_as(accounts.alice);
    token.distribute(ONE / 5).unwrap();
    assert_eq!(token.distribution(accounts.bob), 60);
    // 30 and 500 ÷ 5.
    assert_eq!(token.distribution(accounts.charlie), 130);
    assert_eq!(token.distribution(accounts.eve), 80);
}

#[ink::test]
fn tokens_in_custody_earn_nothing_here() {
    let accounts = accounts();
    let mut token = held_by_three();
    call_as(accounts.bob);
    token.transfer(accounts.alice, 600, vec![]).unwrap();
    call_as(accounts.alice);
    token.distribute(ONE).unwrap();
    assert_eq!(token.distribution(accounts.bob), 0);
    assert_eq!(token.distribution(accounts.alice), 0);
    // Nor do they bring anything to whom they are handed.
    token.transfer(accounts.eve, 600, vec![]).unwrap();
    assert_eq!(token.distribution(accounts.eve), 0);
    assert_eq!(token.take_distribution(accounts.alice), Ok(0));
}

#[ink::test]
fn what_is_taken_is_owed_no_more_but_for_its_fraction() {
    let bob = accounts().bob;
    let mut token = held_by_three();
    // 600 × 0.00125 = 0.75 each time.
    let step = ONE / 800;
    token.distribute(step).unwrap();
    assert_eq!(token.take_distribution(bob), Ok(0));
    token.distribute(step).unwrap();
    assert_eq!(token.take_distribution(bob), Ok(1)); // of 1.5
    assert_eq!(token.take_distribution(bob), Ok(0));
    token.distribute(step).unwrap();
    assert_eq!(token.distribution(bob), 1); // of 1.25
    assert_eq!(token.take_distribution(bob), Ok(1));
    token.distribute(3 * step).unwrap();
    assert_eq!(token.take_distribution(bob), Ok(2)); // of 2.5
}

#[ink::test]
fn nobody_but_the_pool_distributes() {
    let bob = accounts().bob;
    let mut token = held_by_three();
    token.distribute(ONE).unwrap();
    call_as(bob);
    assert_eq!(token.distribute(ONE), Err(only_the_pool()));
    assert_eq!(token.take_distribution(bob), Err(only_the_pool()));
    assert_eq!(token.distribution(bob), 600);
}

#[ink::test]
fn an_index_that_would_not_fit_is_refused() {
    let bob = accounts().bob;
    let mut token = held_by_three();
    token.distribute(u128::MAX - 1).unwrap();
    let full = PSP22Error::Custom(BEYOND_128_BITS.into());
    assert_eq!(token.distribute(2), Err(full));
    token.distribute(1).unwrap();
    // Tokens move and are redeemed as before.
    call_as(bob);
    assert_eq!(token.transfer(accounts().eve, 1, vec![]), Ok(()));
    assert_eq!(token.transfer(accounts().alice, 599, vec![]), Ok(()));
    call_as(accounts().alice);
    assert_eq!(token.burn(599), Ok(()));
}

/// What may happen to a token whose holders are numbered; number 0 is the pool.
#[derive(Clone, Debug)]
enum Step {
    Move { from: u8, to: u8, value: u128 },
    Distribute(u128),
    Take(u8),
    Mint(u128),
    Burn(u128),
}

const HOLDERS: u8 = 5;

fn account(number: u8) -> AccountId {
    match number {
        0 => accounts().alice,
        _ => [number; 32].into(),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..HOLDERS;
    let amount = || 0..1_000_000u128;
    prop_oneof![
        4 => (who(), who(), amount()).prop_map(|(from, to, value)| Step::Move { from, to, value }),
        2 => (0..ONE / 7).prop_map(Step::Distribute),
        2 => who().prop_map(Step::Take),
        1 => amount().prop_map(Step::Mint),
        1 => amount().prop_map(Step::Burn),
    ]
}

/// What was distributed to the tokens outside the pool, in fractions of a unit: it must be owed or paid.
#[derive(Default)]
struct Books {
    distributed: u128,
    paid: u128,
}

impl Books {
    fn take(&mut self, token: &mut TrancheTokenContract, step: Step) {
        call_as(account(0));
        // Refusals are fine: they change nothing.
        let _ = match step {
            Step::Move { from, to, value } => {
                call_as(account(from));
                token.transfer(account(to), value, vec![])
            }
            Step::Distribute(per_token) => {
                let held = token.total_supply() - token.balance_of(account(0));
                self.distributed += held * per_token;
                token.distribute(per_token)
            }
            Step::Take(who) => token
                .take_distribution(account(who))
                .map(|paid| self.paid += paid),
            Step::Mint(value) => token.mint(value),
            Step::Burn(value) => token.burn(value),
        };
    }
}

proptest! {
    #[test]
    fn all_that_is_distributed_is_owed_or_paid(
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
            let mut token = held_by_the_pool(2_000_000);
            let mut books = Books::default();
            for step in steps {
                let before: Vec<_> = (0..HOLDERS).map(|who| token.distribution(account(who))).collect();
                let moves = matches!(step, Step::Move { .. });
                books.take(&mut token, step);
                let after: Vec<_> = (0..HOLDERS).map(|who| token.distribution(account(who))).collect();
                assert!(!moves || before == after, "a transfer moved a coupon");
                let shares = books.paid + after.iter().sum::<u128>();
                // Each holder but the pool keeps less than one unit back.
                assert!(shares * ONE <= books.distributed);
                assert!((shares + u128::from(HOLDERS) - 1) * ONE >= books.distributed);
            }
            Ok(())
        }).unwrap();
    }
}
