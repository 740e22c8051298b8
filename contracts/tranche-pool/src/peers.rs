//! Calls to the vault, the waterfall and the insurance fund.

use finance::settlement::{Portfolio, Settled};
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::request;
use interfaces::collateral_vault::CollateralVault;
use interfaces::insurance_fund::InsuranceFund;
use interfaces::tranche_pool::PoolError;
use interfaces::types::{AccountId, Balance};
use interfaces::waterfall::{Case, Waterfall};

pub fn portfolio(vault: AccountId) -> Result<Portfolio, PoolError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call().portfolio())
}

pub fn settle(waterfall: AccountId, case: Case) -> Result<Settled, PoolError> {
    let waterfall: contract_ref!(Waterfall) = waterfall.into();
    request(waterfall.call().settle(case))
}

pub fn cover(fund: AccountId, lost: Balance, written_off: Balance) -> Result<Balance, PoolError> {
    let mut fund: contract_ref!(InsuranceFund) = fund.into();
    request(fund.call_mut().cover(lost, written_off))
}

pub fn coverable(fund: AccountId, lost: Balance, _: Balance) -> Result<Balance, PoolError> {
    let fund: contract_ref!(InsuranceFund) = fund.into();
    request(fund.call().coverable(lost))
}
