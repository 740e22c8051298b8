//! Cash for the holders: nobody's past coupon moves with his tokens, and no cash is owed twice.

use super::*;
use finance::distribution::INDEX_ONE as ONE;
use interfaces::tranche_token::TrancheToken;
use proptest::prelude::*;

/// A token of which Bob has 600, Charlie 300 and Alice, who issues it, 100.
fn held_by_three() -> TrancheTokenContract {
    let accounts = accounts();
    let mut token = held_by_alice(1_000);
    token.transfer(accounts.bob, 600, vec![]).unwrap();
    token.transfer(accounts.charlie, 300, vec![]).unwrap();
    token
}

#[ink::test]
fn everybody_is_owed_his_share() {
    let accounts = accounts();
    let mut token = held_by_three();
    token.distribute(ONE / 10).unwrap();
    assert_eq!(token.distribution(accounts.bob), 60);
    assert_eq!(token.distribution(accounts.charlie), 30);
    assert_eq!(token.distribution(accounts.alice), 10);
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
fn new_tokens_are_owed_nothing_of_the_past_and_burned_ones_keep_theirs() {
    let DefaultAccounts { bob, eve, .. } = accounts();
    let mut token = held_by_three();
    token.distribute(ONE / 10).unwrap();
    token.mint(eve, 500).unwrap();
    token.burn(bob, 600).unwrap();
    token.distribute(ONE / 10).unwrap();
    assert_eq!(token.distribution(eve), 50);
    assert_eq!(token.distribution(bob), 60);
    assert_eq!(token.take_distribution(bob), Ok(60));
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
fn nobody_but_the_issuer_distributes() {
    let bob = accounts().bob;
    let mut token = held_by_three();
    token.distribute(ONE).unwrap();
    call_as(bob);
    assert_eq!(token.distribute(ONE), Err(only_the_issuer()));
    assert_eq!(token.take_distribution(bob), Err(only_the_issuer()));
    assert_eq!(token.distribution(bob), 600);
}

#[ink::test]
fn an_index_at_its_end_stands_still() {
    let bob = accounts().bob;
    let mut token = held_by_three();
    token.distribute(u128::MAX).unwrap();
    let owed = token.distribution(bob);
    assert_eq!(token.distribute(2), Ok(()));
    assert_eq!(token.distribution(bob), owed);
    // Tokens move and are redeemed as before.
    call_as(bob);
    assert_eq!(token.transfer(accounts().eve, 1, vec![]), Ok(()));
    call_as(accounts().alice);
    assert_eq!(token.burn(bob, 599), Ok(()));
}

/// What may happen to a token whose holders are numbered; number 0 is the issuer.
#[derive(Clone, Debug)]
enum Step {
    Move { from: u8, to: u8, value: u128 },
    Distribute(u128),
    Take(u8),
    Mint(u8, u128),
    Burn(u8, u128),
}

const HOLDERS: u8 = 5;

fn account(number: u8) -> AccountId {
    match number {
        0 => accounts().alice,
        _ => [100 + number; 32].into(),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..HOLDERS;
    let amount = || 0..1_000_000u128;
    prop_oneof![
        4 => (who(), who(), amount()).prop_map(|(from, to, value)| Step::Move { from, to, value }),
        2 => (0..ONE / 7).prop_map(Step::Distribute),
        2 => who().prop_map(Step::Take),
        1 => (who(), amount()).prop_map(|(to, value)| Step::Mint(to, value)),
        1 => (who(), amount()).prop_map(|(from, value)| Step::Burn(from, value)),
    ]
}

/// What was distributed, in fractions of a unit: it must be owed or paid.
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
                self.distributed += token.total_supply() * per_token;
                token.distribute(per_token)
            }
            Step::Take(who) => token
                .take_distribution(account(who))
                .map(|paid| self.paid += paid),
            Step::Mint(to, value) => token.mint(account(to), value),
            Step::Burn(from, value) => token.burn(account(from), value),
        };
    }
}

proptest! {
    #[test]
    fn all_that_is_distributed_is_owed_or_paid(
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
            let mut token = held_by_alice(2_000_000);
            let mut books = Books::default();
            for step in steps {
                let before: Vec<_> = (0..HOLDERS).map(|who| token.distribution(account(who))).collect();
                let moves = !matches!(step, Step::Distribute(_) | Step::Take(_));
                books.take(&mut token, step);
                let after: Vec<_> = (0..HOLDERS).map(|who| token.distribution(account(who))).collect();
                assert!(!moves || before == after, "a coupon moved with the tokens");
                let shares = books.paid + after.iter().sum::<u128>();
                // Each holder keeps less than one unit back.
                assert!(shares * ONE <= books.distributed);
                assert!((shares + u128::from(HOLDERS)) * ONE >= books.distributed);
            }
            Ok(())
        }).unwrap();
    }
}
