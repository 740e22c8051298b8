//! The compact decoder of contracts reads what the derived one does, and no record has two encodings, but for parameters out of range.

use std::fmt::Debug;

use finance::{auction, debt, fees, fills, insurance, interest, orders, settlement, valuation};
use interfaces::read::{Read, Source};
use interfaces::{
    collateral_vault, configurator, earnings, insurance_fund, oracle_adapter, parameters,
    tranche_pool, tranche_token, transfer_agent, waterfall,
};
use scale::{Decode, Encode};

/// Decodes a record, of which there is one encoding.
fn decoded<T: Decode + Encode>(bytes: &[u8]) -> Option<T> {
    let mut rest = bytes;
    let record = T::decode(&mut rest).ok()?;
    assert_eq!(record.encode(), bytes[..bytes.len() - rest.len()]);
    Some(record)
}

/// Parameters are numbers in every encoding, and one beyond the range of its type is read as the nearest: once, not again.
fn nearest<T: Decode + Encode + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(record) = T::decode(&mut &*bytes) {
        assert_eq!(decoded(&record.encode()), Some(record));
    }
}

fn canonical<T: Decode + Encode>(bytes: &[u8]) {
    decoded::<T>(bytes);
}

fn same<T: Read + Decode + Encode + PartialEq + Debug>(bytes: &[u8]) {
    assert_eq!(Source::decode::<T>(&mut &*bytes).ok(), decoded(bytes));
}

const RECORDS: [fn(&[u8]); 47] = [
    same::<auction::Purchase>,
    same::<debt::DebtIndex>,
    same::<fees::Fees>,
    same::<fills::Fill>,
    same::<finance::distribution::Payout>,
    same::<insurance::Fund>,
    same::<insurance::Loss>,
    same::<insurance::Rules>,
    same::<insurance::Stake>,
    same::<interest::InterestClock>,
    same::<interest::PaceCurve>,
    same::<orders::Conditions>,
    same::<orders::OrderBook>,
    same::<orders::Stake>,
    same::<settlement::ClassState>,
    same::<settlement::ClassTerms>,
    same::<settlement::ClassTrace>,
    same::<settlement::Inputs>,
    same::<settlement::Portfolio>,
    same::<settlement::Settled>,
    same::<settlement::State>,
    same::<settlement::Terms>,
    same::<settlement::Trace>,
    same::<valuation::Quote>,
    canonical::<collateral_vault::Borrower>,
    canonical::<collateral_vault::CollateralType>,
    canonical::<collateral_vault::Impairment>,
    canonical::<collateral_vault::Listing>,
    canonical::<collateral_vault::Lot>,
    canonical::<collateral_vault::Overdue>,
    canonical::<collateral_vault::Position>,
    canonical::<collateral_vault::Seizure>,
    canonical::<collateral_vault::VaultTerms>,
    canonical::<configurator::Powers>,
    canonical::<earnings::Earnings>,
    canonical::<insurance_fund::FundBooks>,
    canonical::<insurance_fund::FundTerms>,
    canonical::<insurance_fund::Insured>,
    canonical::<oracle_adapter::Quotation>,
    nearest::<parameters::Lending>,
    canonical::<tranche_pool::Books>,
    canonical::<tranche_pool::PoolTerms>,
    canonical::<tranche_pool::Settlement>,
    canonical::<tranche_token::TokenTerms>,
    canonical::<transfer_agent::AgentBooks>,
    canonical::<transfer_agent::AgentTerms>,
    canonical::<waterfall::Case>,
];

pub fn check(bytes: &[u8]) {
    if let Some((record, encoded)) = bytes.split_first() {
        RECORDS[usize::from(*record) % RECORDS.len()](encoded);
    }
}
