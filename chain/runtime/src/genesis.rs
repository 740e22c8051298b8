//! Where chains begin: who has funds, who validates, and who may call as root.

use crate::{
    AuraConfig, Balance, BalancesConfig, GrandpaConfig, RuntimeGenesisConfig, SudoConfig, UNIT,
};
use alloc::{vec, vec::Vec};
use polkadot_sdk::{
    frame_support::build_struct_json_patch,
    sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET},
    sp_keyring::{Ed25519Keyring, Sr25519Keyring},
};
use serde_json::Value;

/// What each of the well-known development accounts has.
const ENDOWMENT: Balance = 1_000_000 * UNIT;

const VALIDATORS: [(Sr25519Keyring, Ed25519Keyring); 3] = [
    (Sr25519Keyring::Alice, Ed25519Keyring::Alice),
    (Sr25519Keyring::Bob, Ed25519Keyring::Bob),
    (Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
];

fn genesis(validators: &[(Sr25519Keyring, Ed25519Keyring)]) -> Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: Sr25519Keyring::well_known()
                .map(|key| (key.to_account_id(), ENDOWMENT))
                .collect::<Vec<_>>(),
        },
        aura: AuraConfig {
            authorities: validators
                .iter()
                .map(|(seal, _)| seal.public().into())
                .collect(),
        },
        grandpa: GrandpaConfig {
            authorities: validators
                .iter()
                .map(|(_, vote)| (vote.public().into(), 1))
                .collect(),
        },
        sudo: SudoConfig {
            key: Some(Sr25519Keyring::Alice.to_account_id())
        },
    })
}

/// The genesis of a development chain (one validator) or of a local network (three), as JSON.
/// `None` for other names.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let validators = match id.as_ref() {
        DEV_RUNTIME_PRESET => &VALIDATORS[..1],
        LOCAL_TESTNET_RUNTIME_PRESET => &VALIDATORS[..],
        _ => return None,
    };
    serde_json::to_vec(&genesis(validators)).ok()
}

pub fn preset_names() -> Vec<PresetId> {
    vec![
        PresetId::from(DEV_RUNTIME_PRESET),
        PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
    ]
}
