//! What a development chain and a network have in common: client, pool of transactions, and RPC.

use std::sync::Arc;

use jsonrpsee::RpcModule;
use polkadot_sdk::{
    pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer},
    sc_basic_authorship::ProposerFactory,
    sc_consensus::{DefaultImportQueue, LongestChain},
    sc_executor::WasmExecutor,
    sc_network::{
        config::FullNetworkConfiguration, service::traits::NetworkService, NetworkBackend,
        NetworkWorker,
    },
    sc_network_sync::SyncingService,
    sc_service::{
        build_network, new_full_parts, new_wasm_executor, spawn_tasks, BuildNetworkParams,
        Configuration, Error, KeystoreContainer, SpawnTasksParams, TFullBackend, TFullClient,
        TaskManager, WarpSyncConfig,
    },
    sc_transaction_pool::{self, TransactionPoolHandle},
    sp_consensus::DisableProofRecording,
    sp_io::SubstrateHostFunctions,
    substrate_frame_rpc_system::{System, SystemApiServer},
};
use sluice_chain_runtime::{Hash, OpaqueBlock, RuntimeApi};

pub type Block = OpaqueBlock;
pub type Backend = TFullBackend<Block>;
pub type Client = TFullClient<Block, RuntimeApi, WasmExecutor<SubstrateHostFunctions>>;
pub type Pool = TransactionPoolHandle<Block, Client>;
pub type Proposers = ProposerFactory<Pool, Client, DisableProofRecording>;
/// What carries messages between nodes: libp2p.
pub type Network = NetworkWorker<Block, Hash>;

/// A node before it is on the network.
pub struct Parts {
    pub client: Arc<Client>,
    pub backend: Arc<Backend>,
    pub chain: LongestChain<Backend, Block>,
    pub keys: KeystoreContainer,
    pub pool: Arc<Pool>,
    pub tasks: TaskManager,
}

impl Parts {
    pub fn new(config: &Configuration) -> Result<Self, Error> {
        let executor = new_wasm_executor(&config.executor);
        let (client, backend, keys, tasks) =
            new_full_parts::<Block, RuntimeApi, _>(config, None, executor)?;
        let client = Arc::new(client);
        let pool = sc_transaction_pool::Builder::new(
            tasks.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build();
        Ok(Self {
            client,
            chain: LongestChain::new(backend.clone()),
            backend,
            keys,
            pool: Arc::new(pool),
            tasks,
        })
    }

    /// What makes blocks of the transactions in the pool.
    pub fn proposer(&self, config: &Configuration) -> Proposers {
        let (client, pool) = (self.client.clone(), self.pool.clone());
        ProposerFactory::new(
            self.tasks.spawn_handle(),
            client,
            pool,
            config.prometheus_registry(),
            None,
        )
    }

    /// Connects the node with others and with its clients, who may ask what `more` answers besides.
    pub fn connect(
        &mut self,
        config: Configuration,
        network: FullNetworkConfiguration<Block, Hash, Network>,
        import_queue: DefaultImportQueue<Block>,
        warp_sync: Option<WarpSyncConfig<Block>>,
        more: RpcModule<()>,
    ) -> Result<(Arc<dyn NetworkService>, Arc<SyncingService<Block>>), Error> {
        let (client, pool) = (self.client.clone(), self.pool.clone());
        let metrics = Network::register_notification_metrics(config.prometheus_registry());
        let (network, system_rpc_tx, tx_handler_controller, sync_service) =
            build_network(BuildNetworkParams {
                config: &config,
                net_config: network,
                client: client.clone(),
                transaction_pool: pool.clone(),
                spawn_handle: self.tasks.spawn_handle(),
                import_queue,
                block_announce_validator_builder: None,
                warp_sync_config: warp_sync,
                block_relay: None,
                metrics,
            })?;
        spawn_tasks(SpawnTasksParams {
            config,
            client: client.clone(),
            backend: self.backend.clone(),
            task_manager: &mut self.tasks,
            keystore: self.keys.keystore(),
            transaction_pool: pool.clone(),
            rpc_builder: Box::new(move |_| rpc(client.clone(), pool.clone(), more.clone())),
            network: network.clone(),
            system_rpc_tx,
            tx_handler_controller,
            sync_service: sync_service.clone(),
            telemetry: None,
        })?;
        Ok((network, sync_service))
    }
}

/// What clients may ask besides what every node answers.
fn rpc(
    client: Arc<Client>,
    pool: Arc<Pool>,
    mut module: RpcModule<()>,
) -> Result<RpcModule<()>, Error> {
    let merge = |error: jsonrpsee::server::RegisterMethodError| Error::Application(error.into());
    module
        .merge(System::new(client.clone(), pool).into_rpc())
        .map_err(merge)?;
    module
        .merge(TransactionPayment::new(client).into_rpc())
        .map_err(merge)?;
    Ok(module)
}
