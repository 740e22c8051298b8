//! A chain of several validators: Aura says whose turn it is to seal, GRANDPA what is final.

use std::{sync::Arc, time::Duration};

use jsonrpsee::RpcModule;
use polkadot_sdk::{
    sc_client_api::BlockBackend,
    sc_consensus_aura::{self, ImportQueueParams, SlotProportion, StartAuraParams},
    sc_consensus_grandpa::{self, GrandpaParams, SharedVoterState, VotingRulesBuilder},
    sc_network::{config::FullNetworkConfiguration, NetworkBackend},
    sc_service::{Configuration, Error, TaskManager, WarpSyncConfig},
    sc_transaction_pool_api::OffchainTransactionPoolFactory,
    sp_consensus_aura::{
        inherents::InherentDataProvider as Slot, sr25519::AuthorityPair, SlotDuration,
    },
    sp_timestamp::InherentDataProvider as Timestamp,
};
use sluice_chain_runtime::SLOT_DURATION;

use crate::service::{Block, Network, Parts};

/// Blocks after which the proof that they are final is kept, for nodes that join later.
const JUSTIFICATION_PERIOD: u32 = 512;

/// The time of a block and its slot.
fn now() -> (Slot, Timestamp) {
    let time = Timestamp::from_system_time();
    let slot = SlotDuration::from_millis(SLOT_DURATION);
    (Slot::from_timestamp_and_slot_duration(*time, slot), time)
}

/// Starts a node that follows the chain, and seals and votes if it is a validator.
///
/// # Errors
/// The database, a port, a key or the genesis cannot be had.
pub fn start(config: Configuration) -> Result<TaskManager, Error> {
    let mut parts = Parts::new(&config)?;
    let (block_import, link) = sc_consensus_grandpa::block_import(
        parts.client.clone(),
        JUSTIFICATION_PERIOD,
        &parts.client,
        parts.chain.clone(),
        None,
    )?;
    let import_queue =
        sc_consensus_aura::import_queue::<AuthorityPair, _, _, _, _, _>(ImportQueueParams {
            block_import: block_import.clone(),
            justification_import: Some(Box::new(block_import.clone())),
            client: parts.client.clone(),
            create_inherent_data_providers: |_, ()| async { Ok(now()) },
            spawner: &parts.tasks.spawn_essential_handle(),
            registry: config.prometheus_registry(),
            check_for_equivocation: Default::default(),
            telemetry: None,
            compatibility_mode: Default::default(),
        })?;

    let genesis = parts
        .client
        .block_hash(0)?
        .ok_or("the chain has no first block")?;
    let protocol_name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let mut network =
        FullNetworkConfiguration::new(&config.network, config.prometheus_registry().cloned());
    let (votes, notification_service) =
        sc_consensus_grandpa::grandpa_peers_set_config::<Block, Network>(
            protocol_name.clone(),
            Network::register_notification_metrics(config.prometheus_registry()),
            network.peer_store_handle(),
        );
    network.add_notification_protocol(votes);
    let warp_sync = sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        parts.backend.clone(),
        link.shared_authority_set().clone(),
        Vec::new(),
    );

    let role = config.role;
    let name = config.network.node_name.clone();
    let force_authoring = config.force_authoring;
    let votes_too = !config.disable_grandpa;
    let prometheus_registry = config.prometheus_registry().cloned();
    let proposer_factory = parts.proposer(&config);
    let (network, sync) = parts.connect(
        config,
        network,
        import_queue,
        Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
        RpcModule::new(()),
    )?;
    let keystore = parts.keys.keystore();

    if role.is_authority() {
        let aura = sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(
            StartAuraParams {
                slot_duration: SlotDuration::from_millis(SLOT_DURATION),
                client: parts.client.clone(),
                select_chain: parts.chain.clone(),
                block_import,
                proposer_factory,
                create_inherent_data_providers: |_, ()| async { Ok(now()) },
                force_authoring,
                backoff_authoring_blocks: None::<()>,
                keystore: keystore.clone(),
                sync_oracle: sync.clone(),
                justification_sync_link: sync.clone(),
                block_proposal_slot_portion: SlotProportion::new(2.0 / 3.0),
                max_block_proposal_slot_portion: None,
                telemetry: None,
                compatibility_mode: Default::default(),
            },
        )?;
        let tasks = parts.tasks.spawn_essential_handle();
        tasks.spawn_blocking("aura", Some("block-authoring"), aura);
    }

    if votes_too {
        let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: Duration::from_millis(333),
                justification_generation_period: JUSTIFICATION_PERIOD,
                name: Some(name),
                observer_enabled: false,
                keystore: role.is_authority().then_some(keystore),
                local_role: role,
                telemetry: None,
                protocol_name,
            },
            link,
            network,
            sync,
            notification_service,
            voting_rule: VotingRulesBuilder::default().build(),
            prometheus_registry,
            shared_voter_state: SharedVoterState::empty(),
            telemetry: None,
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(parts.pool.clone()),
        })?;
        let tasks = parts.tasks.spawn_essential_handle();
        tasks.spawn_blocking("grandpa-voter", None, voter);
    }
    Ok(parts.tasks)
}
