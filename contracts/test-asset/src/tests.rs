use crate::test_asset::TestAssetContract;
use ink::env::test::{default_accounts, recorded_events, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::test_asset::TestAsset;
use psp22::{PSP22Error, PSP22Metadata, PSP22};

/// An asset whose whole supply belongs to Alice.
fn held_by_alice(supply: u128) -> TestAssetContract {
    let alice = default_accounts::<DefaultEnvironment>().alice;
    let mut asset = TestAssetContract::new(None, None, 0);
    asset.mint_to(alice, supply).unwrap();
    asset
}

psp22::tests!(TestAssetContract, held_by_alice);

#[ink::test]
fn the_supply_cannot_exceed_128_bits() {
    let bob = default_accounts::<DefaultEnvironment>().bob;
    let mut asset = held_by_alice(u128::MAX);

    assert!(matches!(asset.mint_to(bob, 1), Err(PSP22Error::Custom(_))));

    assert_eq!(asset.total_supply(), u128::MAX);
    assert_eq!(asset.balance_of(bob), 0);
    assert_eq!(recorded_events().count(), 1); // Alice's
}

#[ink::test]
fn anyone_mints_for_anyone() {
    let accounts = default_accounts::<DefaultEnvironment>();
    let mut asset = held_by_alice(1_000);

    set_caller::<DefaultEnvironment>(accounts.bob);
    assert_eq!(asset.mint_to(accounts.charlie, 234), Ok(()));

    assert_eq!(asset.balance_of(accounts.charlie), 234);
    assert_eq!(asset.total_supply(), 1_000 + 234);
}

#[ink::test]
fn metadata_is_what_the_asset_was_made_with() {
    let asset = TestAssetContract::new(Some("Test Dollar".into()), Some("tUSD".into()), 6);

    assert_eq!(asset.token_name(), Some("Test Dollar".into()));
    assert_eq!(asset.token_symbol(), Some("tUSD".into()));
    assert_eq!(asset.token_decimals(), 6);
}
