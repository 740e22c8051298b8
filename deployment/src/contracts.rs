//! Typed references to the contracts: `Agent::from(address).call_mut().close_epoch()` is a message.

use ink::contract_ref;
use ink::env::DefaultEnvironment;

/// A PSP22 token.
pub type Psp22 = contract_ref!(psp22::PSP22, DefaultEnvironment);
/// What a PSP22 token tells about itself.
pub type Psp22Metadata = contract_ref!(psp22::PSP22Metadata, DefaultEnvironment);
/// An asset that anyone may mint.
pub type Asset = contract_ref!(interfaces::test_asset::TestAsset, DefaultEnvironment);
/// The token of a tranche.
pub type TrancheToken = contract_ref!(interfaces::tranche_token::TrancheToken, DefaultEnvironment);
/// Approvals by signature.
pub type Permit = contract_ref!(interfaces::permit::Permit, DefaultEnvironment);
/// Who may hold a token.
pub type TransferRule = contract_ref!(interfaces::transfer_rule::TransferRule, DefaultEnvironment);
/// Rules, attestations and freezes.
pub type Registry = contract_ref!(
    interfaces::compliance::ComplianceRegistry,
    DefaultEnvironment
);
/// Risk parameters.
pub type Parameters = contract_ref!(interfaces::parameters::Parameters, DefaultEnvironment);
/// Changes of risk parameters.
pub type Configurator = contract_ref!(interfaces::configurator::Configurator, DefaultEnvironment);
/// The code of a contract, if that may be replaced.
pub type Upgrades = contract_ref!(interfaces::upgradeable::Upgradeable, DefaultEnvironment);
/// Prices.
pub type Oracle = contract_ref!(
    interfaces::oracle_adapter::OracleAdapter,
    DefaultEnvironment
);
/// What a source of prices is told to do.
pub type TestSource = contract_ref!(interfaces::test_source::TestSource, DefaultEnvironment);
/// The pool's cash, settlements and draws.
pub type Pool = contract_ref!(interfaces::tranche_pool::TranchePool, DefaultEnvironment);
/// Epochs, and what settlements owe to investors.
pub type Agent = contract_ref!(
    interfaces::transfer_agent::TransferAgent,
    DefaultEnvironment
);
/// Claims in all classes, and distributions, at the address of the transfer agent.
pub type Distributions = contract_ref!(
    interfaces::transfer_agent::Distributions,
    DefaultEnvironment
);
/// Orders, claims and operators, at the address of the transfer agent.
pub type AsyncVault = contract_ref!(interfaces::async_vault::AsyncVault, DefaultEnvironment);
/// Settlements, computed.
pub type Waterfall = contract_ref!(interfaces::waterfall::Waterfall, DefaultEnvironment);
/// Collateral and debt.
pub type Vault = contract_ref!(
    interfaces::collateral_vault::CollateralVault,
    DefaultEnvironment
);
/// Loans that may not be paid, and what is only read, at the address of the vault.
pub type Servicing = contract_ref!(
    interfaces::collateral_vault::LoanServicing,
    DefaultEnvironment
);
/// Auctions.
pub type Engine = contract_ref!(
    interfaces::liquidation_engine::LiquidationEngine,
    DefaultEnvironment
);
/// The first loss.
pub type Fund = contract_ref!(
    interfaces::insurance_fund::InsuranceFund,
    DefaultEnvironment
);
/// Proposals, votes and the timelock.
pub type Governor = contract_ref!(interfaces::governor::Governor, DefaultEnvironment);
/// Who may vote, and how much.
pub type Electorate = contract_ref!(interfaces::governance_token::Electorate, DefaultEnvironment);
/// Through whom votes are cast.
pub type Delegation = contract_ref!(interfaces::governance_token::Delegation, DefaultEnvironment);
/// A token against one that votes.
pub type Locker = contract_ref!(interfaces::governance_token::Locker, DefaultEnvironment);
