mod attestations;
mod powers;
mod rules;

use crate::compliance_registry::ComplianceRegistryContract;
use finance::Timestamp;
use ink::env::test::{set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::compliance::{
    Admission, ComplianceError, ComplianceRegistry as _, Jurisdiction, Jurisdictions,
    RegistryTerms, Rule, Scope, Statement, Tranches,
};
use interfaces::transfer_rule::{TransferRefused, TransferRule as _};
use interfaces::types::{AccountId, TrancheId};

/// The chain on which the registries of the tests live.
const NETWORK: [u8; 32] = [0x51; 32];
const SENIOR: TrancheId = TrancheId(0);
const JUNIOR: TrancheId = TrancheId(1);
const AUSTRIA: Jurisdiction = 40;
const GERMANY: Jurisdiction = 276;
const SWITZERLAND: Jurisdiction = 756;
/// A moment that does not pass.
const ALWAYS: Timestamp = Timestamp(u64::MAX);

const DEPLOYER: AccountId = named(0xd0);
const GOVERNOR: AccountId = named(0x60);
const OFFICER: AccountId = named(0x0f);
/// May attest everything.
const BANK: AccountId = named(0xba);
/// May attest residence in Austria and Germany for the senior class.
const BROKER: AccountId = named(0xb0);
/// The tokens of the classes.
const TOKENS: [AccountId; 2] = [named(0xa0), named(0xa1)];
const ANN: AccountId = named(1);
const BEN: AccountId = named(2);

const fn named(byte: u8) -> AccountId {
    AccountId([byte; 32])
}

fn call_as(account: AccountId) {
    set_caller::<DefaultEnvironment>(account);
}

fn at(now: u64) {
    set_block_timestamp::<DefaultEnvironment>(now);
}

fn members(jurisdictions: Jurisdictions) -> Rule {
    Rule {
        admission: Admission::Members(jurisdictions),
        ..Rule::OPEN
    }
}

fn registry(network: [u8; 32]) -> ComplianceRegistryContract {
    call_as(DEPLOYER);
    ComplianceRegistryContract::new(RegistryTerms {
        officer: OFFICER,
        network,
    })
}

fn issuers() -> Vec<(AccountId, Scope)> {
    let bank = Scope {
        tranches: Tranches::ALL,
        jurisdictions: Jurisdictions::ALL,
    };
    let broker = Scope {
        tranches: Tranches::only(SENIOR),
        jurisdictions: Jurisdictions::Only(vec![AUSTRIA, GERMANY]),
    };
    vec![(BANK, bank), (BROKER, broker)]
}

/// A registry of two classes with this rule of the senior one; the junior is for members from anywhere.
fn with(senior: Rule) -> ComplianceRegistryContract {
    let mut registry = registry(NETWORK);
    let rules = [senior, members(Jurisdictions::ALL)];
    let tranches = TOKENS.into_iter().zip(rules).collect();
    registry.bind(GOVERNOR, tranches, issuers()).unwrap();
    registry
}

fn for_members() -> ComplianceRegistryContract {
    with(members(Jurisdictions::ALL))
}

fn senior(account: AccountId, jurisdiction: Jurisdiction, until: Timestamp) -> Statement {
    Statement {
        account,
        tranches: Tranches::only(SENIOR),
        jurisdiction,
        until,
    }
}

/// The bank says of `account` where it is resident, for the senior class.
fn attest(registry: &mut ComplianceRegistryContract, account: AccountId, code: Jurisdiction) {
    call_as(BANK);
    registry.attest(senior(account, code, ALWAYS)).unwrap();
}

/// What the token of a class is told.
fn asked(
    registry: &ComplianceRegistryContract,
    tranche: TrancheId,
    from: Option<AccountId>,
    to: AccountId,
) -> Result<(), TransferRefused> {
    call_as(TOKENS[tranche.index()]);
    registry.may_transfer(from, to, 1)
}

/// Whether new tokens of a class may go to `to`.
fn admits(registry: &ComplianceRegistryContract, tranche: TrancheId, to: AccountId) -> bool {
    asked(registry, tranche, None, to).is_ok()
}
