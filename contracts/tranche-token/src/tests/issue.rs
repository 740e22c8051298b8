//! Who makes and destroys tokens.

use super::*;
use ink::env::test::recorded_events;
use interfaces::tranche_token::{PSP22Metadata, TrancheToken, BEYOND_128_BITS};

#[ink::test]
fn nobody_but_the_issuer_mints() {
    let bob = accounts().bob;
    let mut token = held_by_alice(1_000);

    call_as(bob);
    assert_eq!(token.mint(bob, 1), Err(only_the_issuer()));
    assert_eq!(token.mint(bob, 0), Err(only_the_issuer()));

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(bob), 0);
    assert_eq!(recorded_events().count(), 1); // the issuer's own mint
}

#[ink::test]
fn nobody_but_the_issuer_burns_not_even_his_own() {
    let bob = accounts().bob;
    let mut token = held_by_alice(1_000);
    token.transfer(bob, 400, vec![]).unwrap();

    call_as(bob);
    assert_eq!(token.burn(bob, 1), Err(only_the_issuer()));
    assert_eq!(token.burn(bob, 0), Err(only_the_issuer()));

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(bob), 400);
    assert_eq!(recorded_events().count(), 2); // the mint and the transfer
}

#[ink::test]
fn the_issuer_burns_no_more_than_there_is() {
    let bob = accounts().bob;
    let mut token = held_by_alice(1_000);
    token.transfer(bob, 400, vec![]).unwrap();
    assert_eq!(token.burn(bob, 150), Ok(()));
    assert_eq!(token.balance_of(bob), 400 - 150);
    assert_eq!(token.total_supply(), 1_000 - 150);

    assert_eq!(token.burn(bob, 251), Err(PSP22Error::InsufficientBalance));
    assert_eq!(token.total_supply(), 850);
    assert_eq!(recorded_events().count(), 3); // mint, transfer, burn
}

#[ink::test]
fn the_supply_cannot_exceed_128_bits() {
    let DefaultAccounts { alice, bob, .. } = accounts();
    let mut token = held_by_alice(u128::MAX);

    let full = PSP22Error::Custom(BEYOND_128_BITS.into());
    assert_eq!(token.mint(bob, 1), Err(full));

    assert_eq!(token.total_supply(), u128::MAX);
    assert_eq!(token.balance_of(alice), u128::MAX);
    assert_eq!(recorded_events().count(), 1);
}

#[ink::test]
fn new_tokens_are_whose_they_were_made_for() {
    let bob = accounts().bob;
    let mut token = held_by_alice(1_000);
    assert_eq!(token.mint(bob, 234), Ok(()));
    assert_eq!(token.balance_of(bob), 234);
    assert_eq!(token.total_supply(), 1_234);
    assert_eq!(recorded_events().count(), 2);
}

#[ink::test]
fn the_token_is_what_it_was_made_with() {
    let accounts = accounts();
    let token = TrancheTokenContract::new(TokenTerms {
        name: "Senior".into(),
        symbol: "SNR".into(),
        decimals: 6,
        rule: Some(accounts.bob),
        ..terms(accounts.eve)
    });

    assert_eq!(token.issuer(), accounts.eve);
    assert_eq!(token.rule(), Some(accounts.bob));
    assert_eq!(token.token_name(), Some("Senior".into()));
    assert_eq!(token.token_symbol(), Some("SNR".into()));
    assert_eq!(token.token_decimals(), 6);
}
