//! Calls to the other contracts: every refusal and every missing answer is a typed error.

use crate::Refused;
use finance::Price;
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use ink::prelude::{boxed::Box, vec::Vec};
use interfaces::calls::{ask, request, CallError};
use interfaces::collateral_vault::{Portfolio, VaultError};
use interfaces::oracle_adapter::{OracleAdapter, Quotation};
use interfaces::parameters::{Lending, Parameters};
use interfaces::purchase_receiver::{Delivery, PurchaseReceiver};
use interfaces::tranche_pool::{Funding, Payment, TranchePool};
use interfaces::types::{AccountId, AssetId, Balance, CollateralId};
use psp22::PSP22Metadata;

pub fn price(oracle: AccountId, asset: AssetId) -> Result<Quotation, Refused> {
    let oracle: contract_ref!(OracleAdapter) = oracle.into();
    request(oracle.call().price(asset))
}

/// The price for what can wait until nothing casts doubt on it.
pub fn firm_price(oracle: AccountId, asset: AssetId) -> Result<Price, Refused> {
    let quotation = price(oracle, asset)?;
    let in_doubt = VaultError::PriceInDoubt {
        held_until: quotation.held_until,
        oldest: quotation.oldest,
    };
    Ok(quotation.firm().map_err(|_| in_doubt)?)
}

/// The prices of `assets`, in their order; none at all from an oracle that does not answer. Nothing is called
/// for nothing.
pub fn prices(oracle: AccountId, assets: Vec<AssetId>) -> Vec<Option<Quotation>> {
    if assets.is_empty() {
        return Vec::new();
    }
    let oracle: contract_ref!(OracleAdapter) = oracle.into();
    ask(oracle.call().prices(assets)).unwrap_or_default()
}

pub fn lending(
    parameters: AccountId,
    id: CollateralId,
    originator: AccountId,
) -> Result<Box<Lending>, Refused> {
    let parameters: contract_ref!(Parameters) = parameters.into();
    request(parameters.call().lending(id, originator)).map(Box::new)
}

pub fn draw(
    pool: AccountId,
    originator: AccountId,
    amount: Balance,
    portfolio: Portfolio,
) -> Result<Funding, Refused> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call_mut().draw(originator, amount, portfolio))
}

pub fn collect(
    pool: AccountId,
    payment: Payment,
    portfolio: Portfolio,
) -> Result<Funding, Refused> {
    let mut pool: contract_ref!(TranchePool) = pool.into();
    request(pool.call_mut().collect(payment, portfolio))
}

/// Tells a receiver that collateral arrived. It may do anything with it but call the contracts on the stack.
pub fn deliver(receiver: AccountId, delivery: Delivery, data: Vec<u8>) -> Result<(), Refused> {
    let mut receiver: contract_ref!(PurchaseReceiver) = receiver.into();
    request(receiver.call_mut().on_purchase(delivery, data))
}

/// The decimals of the cash that the pool lends.
pub fn cash_decimals(pool: AccountId) -> Result<u8, CallError> {
    let pool: contract_ref!(TranchePool) = pool.into();
    decimals(ask(pool.call().terms())?.cash)
}

pub fn decimals(token: AccountId) -> Result<u8, CallError> {
    let token: contract_ref!(PSP22Metadata) = token.into();
    ask(token.call().token_decimals())
}
