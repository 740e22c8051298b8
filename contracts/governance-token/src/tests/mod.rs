mod signed;
mod voter;
mod votes;

use crate::governance_token::GovernanceTokenContract;
use finance::Timestamp;
use ink::env::test::{default_accounts, set_block_timestamp, set_caller, DefaultAccounts};
use ink::env::DefaultEnvironment;
use interfaces::governance_token::{About, Delegation as _, GovernanceTokenTerms, Issue, Locked};
use interfaces::types::{AccountId, Balance, TrancheId};
use psp22::{PSP22Error, PSP22};

/// The chain on which the tokens of the tests live.
const NETWORK: [u8; 32] = [0x51; 32];

fn about(network: [u8; 32]) -> About {
    About {
        name: "Votes".into(),
        symbol: "VTS".into(),
        decimals: 0,
        network,
    }
}

/// What is locked of a deal: the token of its most senior class.
fn locked(underlying: AccountId) -> Locked {
    Locked {
        underlying,
        pool: accounts().charlie,
        tranche: TrancheId(0),
        cash: accounts().django,
    }
}

/// A token of which Alice has the whole supply.
fn held_by_alice(supply: Balance) -> GovernanceTokenContract {
    let holder = accounts().alice;
    GovernanceTokenContract::new(GovernanceTokenTerms {
        about: about(NETWORK),
        issue: Issue::Fixed { supply, holder },
    })
}

fn accounts() -> DefaultAccounts<DefaultEnvironment> {
    default_accounts::<DefaultEnvironment>()
}

fn call_as(account: AccountId) {
    set_caller::<DefaultEnvironment>(account);
}

fn at(now: u64) {
    set_block_timestamp::<DefaultEnvironment>(now);
}

fn give(token: &mut GovernanceTokenContract, from: AccountId, to: AccountId, value: Balance) {
    call_as(from);
    token.transfer(to, value, vec![]).unwrap();
}

fn delegate(token: &mut GovernanceTokenContract, owner: AccountId, to: AccountId) {
    call_as(owner);
    token.delegate(to).unwrap();
}

fn votes(token: &GovernanceTokenContract, account: AccountId) -> Balance {
    token.voter(account).votes
}

psp22::tests!(GovernanceTokenContract, held_by_alice);
