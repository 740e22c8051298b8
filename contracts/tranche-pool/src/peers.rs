//! Calls to the vault and the waterfall.

use finance::settlement::{Portfolio, Settled};
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::request;
use interfaces::collateral_vault::CollateralVault;
use interfaces::tranche_pool::PoolError;
use interfaces::types::AccountId;
use interfaces::waterfall::{Case, Waterfall};

pub fn portfolio(vault: AccountId) -> Result<Portfolio, PoolError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call().portfolio())
}

pub fn settle(waterfall: AccountId, case: Case) -> Result<Settled, PoolError> {
    let waterfall: contract_ref!(Waterfall) = waterfall.into();
    request(waterfall.call().settle(case))
}
