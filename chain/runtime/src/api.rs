//! What the node, and through it clients, may ask the runtime.

use crate::{
    genesis, pallets::Weights, AccountId, Aura, Balance, Block, BlockNumber, Contracts, Executive,
    Grandpa, Hash, Header, InherentDataExt, Nonce, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeGenesisConfig, SessionKeys, System, TransactionPayment, UncheckedExtrinsic, VERSION,
};
use alloc::vec::Vec;
use polkadot_sdk::{
    frame_support::{
        genesis_builder_helper::{build_state, get_preset},
        weights::Weight,
    },
    pallet_contracts::{
        Code, CodeUploadResult, CollectEvents, ContractExecResult, ContractInstantiateResult,
        DebugInfo, Determinism, GetStorageResult,
    },
    pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo},
    sp_api::{self, impl_runtime_apis},
    sp_consensus_aura::{sr25519::AuthorityId as AuraId, SlotDuration},
    sp_consensus_grandpa::{AuthorityList, EquivocationProof, OpaqueKeyOwnershipProof, SetId},
    sp_core::{crypto::KeyTypeId, OpaqueMetadata},
    sp_genesis_builder::PresetId,
    sp_inherents::{CheckInherentsResult, InherentData},
    sp_runtime::{
        traits::{Block as BlockT, NumberFor},
        transaction_validity::{TransactionSource, TransactionValidity},
        ApplyExtrinsicResult, ExtrinsicInclusionMode,
    },
    sp_version::RuntimeVersion,
    *,
};

type EventRecord = frame_system::EventRecord<RuntimeEvent, Hash>;

/// A trial run may take as long as the longest block.
fn gas_limit(asked: Option<Weight>) -> Weight {
    asked.unwrap_or(Weights::get().max_block)
}

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: Block) {
            Executive::execute_block(block)
        }

        fn initialize_block(header: &Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: UncheckedExtrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<UncheckedExtrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(block: Block, data: InherentData) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            transaction: UncheckedExtrinsic,
            block: Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, transaction, block)
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(seed: Option<Vec<u8>>) -> Vec<u8> {
            SessionKeys::generate(seed)
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> SlotDuration {
            SlotDuration::from_millis(Aura::slot_duration())
        }

        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> SetId {
            Grandpa::current_set_id()
        }

        /// Validators are appointed at genesis and own no stake: there is nothing to slash.
        fn submit_report_equivocation_unsigned_extrinsic(
            _proof: EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
            _owner: OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            None
        }

        fn generate_key_ownership_proof(
            _set: SetId,
            _authority: sp_consensus_grandpa::AuthorityId,
        ) -> Option<OpaqueKeyOwnershipProof> {
            None
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(extrinsic: UncheckedExtrinsic, length: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(extrinsic, length)
        }

        fn query_fee_details(extrinsic: UncheckedExtrinsic, length: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(extrinsic, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall>
        for Runtime
    {
        fn query_call_info(call: RuntimeCall, length: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, length)
        }

        fn query_call_fee_details(call: RuntimeCall, length: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_contracts::ContractsApi<Block, AccountId, Balance, BlockNumber, Hash, EventRecord>
        for Runtime
    {
        fn call(
            origin: AccountId,
            contract: AccountId,
            value: Balance,
            gas: Option<Weight>,
            deposit_limit: Option<Balance>,
            input: Vec<u8>,
        ) -> ContractExecResult<Balance, EventRecord> {
            Contracts::bare_call(
                origin,
                contract,
                value,
                gas_limit(gas),
                deposit_limit,
                input,
                DebugInfo::UnsafeDebug,
                CollectEvents::UnsafeCollect,
                Determinism::Enforced,
            )
        }

        fn instantiate(
            origin: AccountId,
            value: Balance,
            gas: Option<Weight>,
            deposit_limit: Option<Balance>,
            code: Code<Hash>,
            input: Vec<u8>,
            salt: Vec<u8>,
        ) -> ContractInstantiateResult<AccountId, Balance, EventRecord> {
            Contracts::bare_instantiate(
                origin,
                value,
                gas_limit(gas),
                deposit_limit,
                code,
                input,
                salt,
                DebugInfo::UnsafeDebug,
                CollectEvents::UnsafeCollect,
            )
        }

        fn upload_code(
            origin: AccountId,
            code: Vec<u8>,
            deposit_limit: Option<Balance>,
            determinism: Determinism,
        ) -> CodeUploadResult<Hash, Balance> {
            Contracts::bare_upload_code(origin, code, deposit_limit, determinism)
        }

        fn get_storage(contract: AccountId, key: Vec<u8>) -> GetStorageResult {
            Contracts::get_storage(contract, key)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis::preset)
        }

        fn preset_names() -> Vec<PresetId> {
            genesis::preset_names()
        }
    }
}
