//! Calls to the other contracts: every refusal and every missing answer is a typed error.

use finance::Price;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::request;
use interfaces::collateral_vault::{CollateralVault, Cut, LoanServicing, Sale, Seizure};
use interfaces::liquidation_engine::EngineError;
use interfaces::parameters::{AuctionParameters, Parameters};
use interfaces::types::{AccountId, AuctionId, CollateralId, PositionId};

pub fn seize(vault: AccountId, position: PositionId, cut: Cut) -> Result<Seizure, EngineError> {
    let mut vault: contract_ref!(LoanServicing) = vault.into();
    request(vault.call_mut().seize(position, cut))
}

pub fn sell(vault: AccountId, lot: AuctionId, sale: Sale) -> Result<(), EngineError> {
    let mut vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call_mut().sell(lot, sale))
}

pub fn price(vault: AccountId, id: CollateralId) -> Result<Price, EngineError> {
    let vault: contract_ref!(CollateralVault) = vault.into();
    request(vault.call().price(id))
}

pub fn parameters(
    parameters: AccountId,
    id: CollateralId,
) -> Result<AuctionParameters, EngineError> {
    let parameters: contract_ref!(Parameters) = parameters.into();
    request(parameters.call().auction(id))
}
