//! Who makes and destroys tokens.

use super::*;
use ink::env::test::recorded_events;
use interfaces::tranche_token::{PSP22Burnable, PSP22Metadata, TrancheToken, BEYOND_128_BITS};

#[ink::test]
fn nobody_but_the_pool_mints() {
    let bob = accounts().bob;
    let mut token = held_by_the_pool(1_000);

    call_as(bob);
    assert_eq!(token.mint(1), Err(only_the_pool()));
    assert_eq!(token.mint(0), Err(only_the_pool()));

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(bob), 0);
    assert_eq!(recorded_events().count(), 1); // the pool's own mint
}

#[ink::test]
fn nobody_but_the_pool_burns_not_even_his_own() {
    let bob = accounts().bob;
    let mut token = held_by_the_pool(1_000);
    token.transfer(bob, 400, vec![]).unwrap();

    call_as(bob);
    assert_eq!(token.burn(1), Err(only_the_pool()));
    assert_eq!(token.burn(0), Err(only_the_pool()));

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(bob), 400);
    assert_eq!(recorded_events().count(), 2); // the mint and the transfer
}

#[ink::test]
fn the_pool_burns_no_more_than_it_holds() {
    let accounts = accounts();
    let mut token = held_by_the_pool(1_000);
    token.transfer(accounts.bob, 400, vec![]).unwrap();

    // 1 000 exist, but the pool holds only 1 000 − 400.
    assert_eq!(token.burn(601), Err(PSP22Error::InsufficientBalance));

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(accounts.alice), 600);
    assert_eq!(token.balance_of(accounts.bob), 400);
}

#[ink::test]
fn the_supply_cannot_exceed_128_bits() {
    let pool = accounts().alice;
    let mut token = held_by_the_pool(u128::MAX);

    let full = PSP22Error::Custom(BEYOND_128_BITS.into());
    assert_eq!(token.mint(1), Err(full));

    assert_eq!(token.total_supply(), u128::MAX);
    assert_eq!(token.balance_of(pool), u128::MAX);
    assert_eq!(recorded_events().count(), 1);
}

#[ink::test]
fn the_pool_mints_and_burns_its_own() {
    let pool = accounts().alice;
    let mut token = held_by_the_pool(1_000);

    assert_eq!(token.mint(234), Ok(()));
    assert_eq!(token.balance_of(pool), 1_000 + 234);
    assert_eq!(token.burn(1_200), Ok(()));

    assert_eq!(token.balance_of(pool), 1_234 - 1_200);
    assert_eq!(token.total_supply(), 34);
    assert_eq!(recorded_events().count(), 3);
}

#[ink::test]
fn the_token_is_what_it_was_made_with() {
    let accounts = accounts();
    let token = TrancheTokenContract::new(TokenTerms {
        name: Some("Senior".into()),
        symbol: Some("SNR".into()),
        decimals: 6,
        rule: Some(accounts.bob),
        ..terms(accounts.eve)
    });

    assert_eq!(token.pool(), accounts.eve);
    assert_eq!(token.rule(), Some(accounts.bob));
    assert_eq!(token.token_name(), Some("Senior".into()));
    assert_eq!(token.token_symbol(), Some("SNR".into()));
    assert_eq!(token.token_decimals(), 6);
}
