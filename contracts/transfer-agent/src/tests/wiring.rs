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

fn agent() -> TransferAgentContract {
    set_block_timestamp::<DefaultEnvironment>(START.0);
    TransferAgentContract::new(terms()).unwrap()
}

#[ink::test]
fn the_tokens_are_named_once_by_the_deployer() {
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
    set_caller::<DefaultEnvironment>(accounts.alice);
    assert_eq!(agent.bind(tokens()), Ok(()));
    assert_eq!(agent.bind(tokens()), Err(AgentError::AlreadyBound));
    assert_eq!(agent.classes().len(), 2);
}

#[ink::test]
fn orders_that_cannot_be_are_refused() {
    let accounts = default_accounts::<DefaultEnvironment>();
    let mut agent = agent();
    agent.bind(tokens()).unwrap();
    let mut request = |class, amount, owner, limit: Option<u128>, until| {
        let conditions = Conditions {
            limit: limit.map(Price),
            until,
        };
        agent
            .request_deposit(class, amount, owner, conditions)
            .unwrap_err()
    };
    let (alice, bob) = (accounts.alice, accounts.bob);
    let minimum = AsyncVaultError::BelowMinimum { minimum: 100 };
    assert_eq!(request(SENIOR, 99, alice, None, None), minimum);
    let unknown = AsyncVaultError::UnknownClass;
    assert_eq!(request(TrancheId(2), 100, alice, None, None), unknown);
    let stranger = AsyncVaultError::NotAuthorised;
    assert_eq!(request(SENIOR, 100, bob, None, None), stranger);
    for (limit, until) in [(Some(1), None), (Some(0), Some(1)), (Some(1), Some(33))] {
        let refused = request(SENIOR, 100, alice, limit, until);
        assert_eq!(refused, AsyncVaultError::InvalidConditions);
    }
    // After the cut-off the running epoch is no longer possible.
    set_block_timestamp::<DefaultEnvironment>(START.0 + DAY.0);
    let refused = request(SENIOR, 100, alice, None, Some(0));
    assert_eq!(refused, AsyncVaultError::InvalidConditions);
}

#[ink::test]
fn an_epoch_is_not_closed_early_and_nothing_is_claimed_or_cancelled_that_is_not_there() {
    let alice = default_accounts::<DefaultEnvironment>().alice;
    let mut agent = agent();
    agent.bind(tokens()).unwrap();
    let epoch = agent.epoch();
    let ends_at = START.plus(DAY);
    assert_eq!((epoch.number, epoch.ends_at), (0, ends_at));
    assert_eq!(
        agent.close_epoch(),
        Err(AgentError::EpochNotOver { ends_at })
    );
    assert_eq!(
        agent.claim(SENIOR, alice),
        Err(AsyncVaultError::NothingClaimable)
    );
    assert_eq!(agent.claim_all(alice), Err(AgentError::NothingToClaim));
    assert_eq!(
        agent.claim_distribution(SENIOR, alice),
        Err(AgentError::NothingToClaim)
    );
    assert_eq!(
        agent.cancel_deposit(SENIOR, alice),
        Err(AsyncVaultError::NothingPending)
    );
    assert_eq!(
        agent.cancel_redeem(SENIOR, alice),
        Err(AsyncVaultError::NothingPending)
    );
    assert_eq!(agent.surrender(SENIOR, 0), Err(AgentError::ZeroAmount));
    assert_eq!(
        agent.order(TrancheId(9), alice),
        Err(AsyncVaultError::UnknownClass)
    );
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
