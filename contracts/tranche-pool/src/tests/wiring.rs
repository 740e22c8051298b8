use super::*;
use crate::TranchePoolContract;
use ink::env::test::{default_accounts, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::tranche_pool::{PoolError, TranchePool as _};

fn tokens() -> Vec<AccountId> {
    (1..=3).map(|byte| AccountId::from([byte; 32])).collect()
}

#[ink::test]
fn tokens_and_vault_are_named_once_by_the_deployer() {
    let accounts = default_accounts::<DefaultEnvironment>();
    let vault = AccountId::from([9; 32]);
    let mut pool = TranchePoolContract::new(terms()).unwrap();
    assert_eq!(pool.request_deposit(SENIOR, 1), Err(PoolError::NotBound));
    assert_eq!(pool.close_epoch(), Err(PoolError::NotBound));
    assert_eq!(
        pool.bind(tokens()[..2].to_vec(), vault),
        Err(PoolError::InvalidTranches)
    );
    set_caller::<DefaultEnvironment>(accounts.bob);
    assert_eq!(pool.bind(tokens(), vault), Err(PoolError::NotTheDeployer));
    assert_eq!(pool.tranches(), []);
    set_caller::<DefaultEnvironment>(accounts.alice);
    assert_eq!(pool.bind(tokens(), vault), Ok(()));
    assert_eq!(
        pool.bind(tokens(), accounts.bob),
        Err(PoolError::AlreadyBound)
    );
    assert_eq!(pool.tranches().len(), 3);
}

#[ink::test]
fn only_the_vault_lends_and_collects() {
    let mut pool = TranchePoolContract::new(terms()).unwrap();
    pool.bind(tokens(), AccountId::from([9; 32])).unwrap();
    let bob = default_accounts::<DefaultEnvironment>().bob;
    assert_eq!(pool.draw(bob, 1, lent(1)), Err(PoolError::NotTheVault));
    let payment = interfaces::tranche_pool::Payment {
        payer: bob,
        debt: 1,
        penalty: 0,
    };
    assert_eq!(pool.collect(payment, lent(0)), Err(PoolError::NotTheVault));
    assert_eq!(pool.books(), Default::default());
}

#[ink::test]
fn an_epoch_is_not_closed_early() {
    let mut pool = TranchePoolContract::new(terms()).unwrap();
    pool.bind(tokens(), AccountId::from([9; 32])).unwrap();
    let (epoch, ends_at) = pool.epoch();
    assert_eq!((epoch, ends_at), (0, Timestamp(DAY.0)));
    assert_eq!(pool.close_epoch(), Err(PoolError::EpochNotOver { ends_at }));
}
