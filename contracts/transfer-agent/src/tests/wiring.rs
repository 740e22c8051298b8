use super::*;
use crate::TransferAgentContract;
use finance::orders::Conditions;
use ink::env::test::{default_accounts, set_block_timestamp};
use ink::env::DefaultEnvironment;
use interfaces::async_vault::{AsyncVault as _, AsyncVaultError};

// Tokens are named by the back office, which only a chain can ask: what follows it is tested there.
fn agent() -> TransferAgentContract {
    set_block_timestamp::<DefaultEnvironment>(START.0);
    TransferAgentContract::new(terms()).unwrap()
}

#[ink::test]
fn without_tokens_there_is_no_business() {
    let accounts = default_accounts::<DefaultEnvironment>();
    let mut agent = agent();
    let request = agent.request_deposit(SENIOR, 100, accounts.alice, Conditions::default());
    assert_eq!(request, Err(AsyncVaultError::NotOpen));
}
