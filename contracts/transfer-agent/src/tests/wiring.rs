use super::*;
use crate::TransferAgentContract;
use finance::orders::Conditions;
use ink::env::test::{default_accounts, set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::async_vault::{AsyncVault as _, AsyncVaultError};
use interfaces::transfer_agent::{AgentError, TransferAgent as _};

fn tokens() -> Vec<AccountId> {
    (1..=2).map(|byte| AccountId::from([byte; 32])).collect()
}

// Naming tokens calls them, which only a chain can: what follows it is tested there.
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
    assert_eq!(agent.close_epoch(), Err(AgentError::NotBound));
    assert_eq!(agent.classes(), []);
    assert_eq!(
        agent.bind(tokens()[..1].to_vec()),
        Err(AgentError::InvalidTranches)
    );
    set_caller::<DefaultEnvironment>(accounts.bob);
    assert_eq!(agent.bind(tokens()), Err(AgentError::NotTheDeployer));
}

#[ink::test]
fn operators_are_named_and_dismissed() {
    let accounts = default_accounts::<DefaultEnvironment>();
    let mut agent = agent();
    agent.set_operator(accounts.bob, true).unwrap();
    assert!(agent.is_operator(accounts.alice, accounts.bob));
    assert!(!agent.is_operator(accounts.bob, accounts.alice));
    agent.set_operator(accounts.bob, false).unwrap();
    assert!(!agent.is_operator(accounts.alice, accounts.bob));
}
