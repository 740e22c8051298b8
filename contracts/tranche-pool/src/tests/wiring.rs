use super::*;
use crate::TranchePoolContract;
use ink::env::test::{default_accounts, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::tranche_pool::{Due, Payment, PoolError, TranchePool as _};

const AGENT: [u8; 32] = [0xa; 32];
const VAULT: [u8; 32] = [0xb; 32];
const WATERFALL: [u8; 32] = [0xc; 32];

fn bind(pool: &mut TranchePoolContract) -> Result<(), PoolError> {
    pool.bind(AGENT.into(), VAULT.into(), WATERFALL.into())
}

#[ink::test]
fn the_other_contracts_are_named_once_by_the_deployer() {
    let accounts = default_accounts::<DefaultEnvironment>();
    let mut pool = TranchePoolContract::new(terms()).unwrap();
    assert_eq!(
        pool.settle(Vec::new(), 0, accounts.bob),
        Err(PoolError::NotBound)
    );
    assert_eq!(pool.preview(Vec::new()), Err(PoolError::NotBound));
    set_caller::<DefaultEnvironment>(accounts.bob);
    assert_eq!(bind(&mut pool), Err(PoolError::NotTheDeployer));
    set_caller::<DefaultEnvironment>(accounts.alice);
    assert_eq!(bind(&mut pool), Ok(()));
    assert_eq!(bind(&mut pool), Err(PoolError::AlreadyBound));
}

#[ink::test]
fn only_the_vault_lends_and_collects_and_only_the_agent_settles() {
    let mut pool = TranchePoolContract::new(terms()).unwrap();
    bind(&mut pool).unwrap();
    let bob = default_accounts::<DefaultEnvironment>().bob;
    assert_eq!(pool.draw(bob, 1, lent(1)), Err(PoolError::NotTheVault));
    let payment = Payment {
        payer: bob,
        principal: 1,
        interest: 0,
    };
    assert_eq!(pool.collect(payment, lent(0)), Err(PoolError::NotTheVault));
    assert_eq!(pool.settle(Vec::new(), 0, bob), Err(PoolError::NotTheAgent));
    assert_eq!(pool.surrender(SENIOR, 1), Err(PoolError::NotTheAgent));
    for due in [Due::Fees, Due::Insurance] {
        assert_eq!(pool.pay(due), Err(PoolError::NothingDue));
    }
    assert_eq!(pool.books(), Default::default());
}
