mod distributions;
mod holder;
mod issue;
mod permit;

use crate::tranche_token::TrancheTokenContract;
use ink::env::test::{default_accounts, set_caller, DefaultAccounts};
use ink::env::DefaultEnvironment;
use interfaces::tranche_token::{PSP22Error, PSP22Mintable, TokenTerms, ONLY_THE_POOL, PSP22};
use interfaces::types::AccountId;

/// The chain on which the tokens of the tests live.
const NETWORK: [u8; 32] = [0x51; 32];

fn terms(pool: AccountId) -> TokenTerms {
    TokenTerms {
        pool,
        name: None,
        symbol: None,
        decimals: 0,
        rule: None,
        network: NETWORK,
    }
}

/// The token of Alice's pool, whose whole supply she holds.
fn held_by_the_pool(supply: u128) -> TrancheTokenContract {
    let pool = accounts().alice;
    let mut token = TrancheTokenContract::new(terms(pool));
    call_as(pool);
    token.mint(supply).unwrap();
    token
}

fn accounts() -> DefaultAccounts<DefaultEnvironment> {
    default_accounts::<DefaultEnvironment>()
}

fn call_as(account: AccountId) {
    set_caller::<DefaultEnvironment>(account);
}

fn only_the_pool() -> PSP22Error {
    PSP22Error::Custom(ONLY_THE_POOL.into())
}

psp22::tests!(TrancheTokenContract, held_by_the_pool);
