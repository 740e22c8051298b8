//! The settings of contracts: those of substrate-contracts-node 0.42, the last node that ink! 5 was
//! developed with. `chain/README.md` has them in a table.

use crate::{
    Balance, Balances, RandomnessCollectiveFlip, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeHoldReason, Timestamp, UNIT,
};
use polkadot_sdk::{
    frame_support::{
        parameter_types,
        traits::{ConstBool, ConstU32, Contains},
    },
    frame_system::EnsureSigned,
    pallet_contracts::{
        weights::SubstrateWeight, Config, DefaultAddressGenerator, Frame, Limits, Schedule,
    },
    sp_runtime::Perbill,
    *,
};

/// What must be left on deposit for so many storage items of so many bytes in all.
const fn deposit(items: Balance, bytes: Balance) -> Balance {
    items * UNIT / 10 + bytes * UNIT / 200_000
}

parameter_types! {
    pub const DepositPerItem: Balance = deposit(1, 0);
    pub const DepositPerByte: Balance = deposit(0, 1);
    pub const DefaultDepositLimit: Balance = deposit(1024, 1024 * 1024);
    pub const CodeHashLockupDepositPercent: Perbill = Perbill::zero();
    pub ContractsSchedule: Schedule<Runtime> = Schedule {
        limits: Limits {
            runtime_memory: 1 << 30,
            validator_runtime_memory: 1 << 31,
            ..Default::default()
        },
        ..Default::default()
    };
}

/// The calls of the runtime that contracts may make.
pub struct Transfers;

impl Contains<RuntimeCall> for Transfers {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death { .. })
        )
    }
}

impl Config for Runtime {
    type Time = Timestamp;
    type Randomness = RandomnessCollectiveFlip;
    type Currency = Balances;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type RuntimeHoldReason = RuntimeHoldReason;
    type CallFilter = Transfers;
    type WeightPrice = pallet_transaction_payment::Pallet<Self>;
    type WeightInfo = SubstrateWeight<Self>;
    type ChainExtension = ();
    type Schedule = ContractsSchedule;
    type CallStack = [Frame<Self>; 23];
    type DepositPerByte = DepositPerByte;
    type DefaultDepositLimit = DefaultDepositLimit;
    type DepositPerItem = DepositPerItem;
    type CodeHashLockupDepositPercent = CodeHashLockupDepositPercent;
    type AddressGenerator = DefaultAddressGenerator;
    type MaxCodeLen = ConstU32<{ 256 * 1024 }>;
    type MaxStorageKeyLen = ConstU32<128>;
    type MaxTransientStorageSize = ConstU32<{ 1024 * 1024 }>;
    type MaxDelegateDependencies = ConstU32<32>;
    type UnsafeUnstableInterface = ConstBool<true>;
    type MaxDebugBufferLen = ConstU32<{ 2 * 1024 * 1024 }>;
    type UploadOrigin = EnsureSigned<Self::AccountId>;
    type InstantiateOrigin = EnsureSigned<Self::AccountId>;
    type Migrations = ();
    type Debug = ();
    type Environment = ();
    type ApiVersion = ();
    type Xcm = ();
}
