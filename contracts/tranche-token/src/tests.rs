use crate::tranche_token::TrancheTokenContract;
use ink::env::test::{default_accounts, recorded_events, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::tranche_token::{
    PSP22Burnable, PSP22Error, PSP22Metadata, PSP22Mintable, TrancheToken, ONLY_THE_POOL, PSP22,
};
use interfaces::types::AccountId;

/// The token of Alice's pool, whose whole supply she holds.
fn held_by_the_pool(supply: u128) -> TrancheTokenContract {
    let pool = default_accounts::<DefaultEnvironment>().alice;
    let mut token = TrancheTokenContract::new(pool, None, None, 0);
    call_as(pool);
    token.mint(supply).unwrap();
    token
}

fn call_as(account: AccountId) {
    set_caller::<DefaultEnvironment>(account);
}

fn only_the_pool() -> Result<(), PSP22Error> {
    Err(PSP22Error::Custom(ONLY_THE_POOL.into()))
}

psp22::tests!(TrancheTokenContract, held_by_the_pool);

#[ink::test]
fn nobody_but_the_pool_mints() {
    let bob = default_accounts::<DefaultEnvironment>().bob;
    let mut token = held_by_the_pool(1_000);

    call_as(bob);
    assert_eq!(token.mint(1), only_the_pool());
    assert_eq!(token.mint(0), only_the_pool());

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(bob), 0);
    assert_eq!(recorded_events().count(), 1); // the pool's own mint
}

#[ink::test]
fn nobody_but_the_pool_burns_not_even_his_own() {
    let bob = default_accounts::<DefaultEnvironment>().bob;
    let mut token = held_by_the_pool(1_000);
    token.transfer(bob, 400, vec![]).unwrap();

    call_as(bob);
    assert_eq!(token.burn(1), only_the_pool());
    assert_eq!(token.burn(0), only_the_pool());

    assert_eq!(token.total_supply(), 1_000);
    assert_eq!(token.balance_of(bob), 400);
    assert_eq!(recorded_events().count(), 2); // the mint and the transfer
}

#[ink::test]
fn the_pool_burns_no_more_than_it_holds() {
    let accounts = default_accounts::<DefaultEnvironment>();
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
    let pool = default_accounts::<DefaultEnvironment>().alice;
    let mut token = held_by_the_pool(u128::MAX);

    assert!(matches!(token.mint(1), Err(PSP22Error::Custom(_))));

    assert_eq!(token.total_supply(), u128::MAX);
    assert_eq!(token.balance_of(pool), u128::MAX);
    assert_eq!(recorded_events().count(), 1);
}

#[ink::test]
fn the_pool_mints_and_burns_its_own() {
    let pool = default_accounts::<DefaultEnvironment>().alice;
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
    let pool = default_accounts::<DefaultEnvironment>().eve;
    let token = TrancheTokenContract::new(pool, Some("Senior".into()), Some("SNR".into()), 6);

    assert_eq!(token.pool(), pool);
    assert_eq!(token.token_name(), Some("Senior".into()));
    assert_eq!(token.token_symbol(), Some("SNR".into()));
    assert_eq!(token.token_decimals(), 6);
}
