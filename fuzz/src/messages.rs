//! Whatever is sent to a contract is one of its messages or constructors, or an error: never a panic.

use ink::reflect::{ContractConstructorDecoder, ContractMessageDecoder};
use scale::Decode;

fn decode<T: ContractMessageDecoder + ContractConstructorDecoder>(bytes: &[u8]) {
    let _ = <T as ContractMessageDecoder>::Type::decode(&mut &*bytes);
    let _ = <T as ContractConstructorDecoder>::Type::decode(&mut &*bytes);
}

const CONTRACTS: [fn(&[u8]); 15] = [
    decode::<back_office::BackOfficeContract>,
    decode::<collateral_vault::CollateralVaultContract>,
    decode::<compliance_registry::ComplianceRegistryContract>,
    decode::<configurator::ConfiguratorContract>,
    decode::<governance_token::GovernanceTokenContract>,
    decode::<governor::GovernorContract>,
    decode::<insurance_fund::InsuranceFundContract>,
    decode::<liquidation_engine::LiquidationEngineContract>,
    decode::<oracle_adapter::OracleAdapterContract>,
    decode::<parameters::ParametersContract>,
    decode::<servicer::ServicerContract>,
    decode::<tranche_pool::TranchePoolContract>,
    decode::<tranche_token::TrancheTokenContract>,
    decode::<transfer_agent::TransferAgentContract>,
    decode::<waterfall::WaterfallContract>,
];

pub fn check(bytes: &[u8]) {
    if let Some((contract, message)) = bytes.split_first() {
        CONTRACTS[usize::from(*contract) % CONTRACTS.len()](message);
    }
}
