mod distributions;
mod holder;
mod issue;
mod permit;

use crate::tranche_token::TrancheTokenContract;
use ink::env::test::{default_accounts, set_caller, DefaultAccounts};
use ink::env::DefaultEnvironment;
use interfaces::tranche_token::{
    PSP22Error, TokenTerms, TrancheToken as _, ONLY_THE_ISSUER, PSP22,
};
use interfaces::types::AccountId;

/// The chain on which the tokens of the tests live.
const NETWORK: [u8; 32] = [0x51; 32];

fn terms(issuer: AccountId) -> TokenTerms {
    TokenTerms {
        issuer,
        name: "Class".into(),
        symbol: "CLS".into(),
        decimals: 0,
        rule: None,
        network: NETWORK,
    }
}

/// A token that Alice issues, and of which she holds the whole supply herself.
fn held_by_alice(supply: u128) -> TrancheTokenContract {
    let alice = accounts().alice;
    let mut token = TrancheTokenContract::new(terms(alice));
    call_as(alice);
    token.mint(alice, supply).unwrap();
    token
}

fn accounts() -> DefaultAccounts<DefaultEnvironment> {
    default_accounts::<DefaultEnvironment>()
}

fn call_as(account: AccountId) {
    set_caller::<DefaultEnvironment>(account);
}

fn only_the_issuer() -> PSP22Error {
    PSP22Error::Custom(ONLY_THE_ISSUER.into())
}

psp22::tests!(TrancheTokenContract, held_by_alice);
