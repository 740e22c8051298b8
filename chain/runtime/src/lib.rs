//! What a block of the chain does: accounts, fees and contracts, sealed by Aura and finalised by GRANDPA.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

mod api;
mod contracts;
mod genesis;
mod pallets;

use alloc::vec::Vec;
use polkadot_sdk::{
    sp_runtime::{
        generic, impl_opaque_keys,
        traits::{BlakeTwo256, IdentifyAccount, Verify},
        MultiAddress, MultiSignature, OpaqueExtrinsic,
    },
    sp_version::{self, RuntimeVersion},
    *,
};

pub use api::RuntimeApi;

pub type AccountId = <<MultiSignature as Verify>::Signer as IdentifyAccount>::AccountId;
pub type Balance = u128;
pub type BlockNumber = u32;
pub type Hash = sp_core::H256;
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
pub type Nonce = u32;

/// A block as the node sees it, which need not understand its extrinsics.
pub type OpaqueBlock = generic::Block<Header, OpaqueExtrinsic>;

type Block = generic::Block<Header, UncheckedExtrinsic>;
type UncheckedExtrinsic = generic::UncheckedExtrinsic<
    MultiAddress<AccountId, ()>,
    RuntimeCall,
    MultiSignature,
    Extensions,
>;
type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// What signers sign besides the call. Without `CheckMetadataHash`, which older clients cannot encode.
type Extensions = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
);

/// Smallest units of the native currency in one whole.
pub const UNIT: Balance = 1_000_000_000_000;

/// Milliseconds between two blocks of a network.
pub const SLOT_DURATION: u64 = 3_000;

impl_opaque_keys! {
    /// The keys of a validator.
    pub struct SessionKeys {
        pub aura: Aura,
        pub grandpa: Grandpa,
    }
}

#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: alloc::borrow::Cow::Borrowed("sluice"),
    impl_name: alloc::borrow::Cow::Borrowed("sluice-node"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: api::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeTask
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system::Pallet<Runtime>;
    #[runtime::pallet_index(1)]
    pub type RandomnessCollectiveFlip = pallet_insecure_randomness_collective_flip::Pallet<Runtime>;
    #[runtime::pallet_index(2)]
    pub type Utility = pallet_utility::Pallet<Runtime>;
    #[runtime::pallet_index(3)]
    pub type Timestamp = pallet_timestamp::Pallet<Runtime>;
    #[runtime::pallet_index(4)]
    pub type Aura = pallet_aura::Pallet<Runtime>;
    #[runtime::pallet_index(5)]
    pub type Grandpa = pallet_grandpa::Pallet<Runtime>;
    #[runtime::pallet_index(6)]
    pub type Balances = pallet_balances::Pallet<Runtime>;
    #[runtime::pallet_index(7)]
    pub type TransactionPayment = pallet_transaction_payment::Pallet<Runtime>;
    #[runtime::pallet_index(8)]
    pub type Sudo = pallet_sudo::Pallet<Runtime>;
    #[runtime::pallet_index(9)]
    pub type Contracts = pallet_contracts::Pallet<Runtime>;
}
