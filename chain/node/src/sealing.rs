//! A development chain: one process that seals a block when there is something to put into it.

use std::{
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
    sync::Arc,
    time::Duration,
};

use futures::{stream, Stream, StreamExt};
use futures_timer::Delay;
use jsonrpsee::{
    types::{ErrorObjectOwned, Params},
    Extensions, RpcModule,
};
use polkadot_sdk::{
    sc_consensus_manual_seal::{
        self, consensus::aura::AuraConsensusDataProvider, EngineCommand, ManualSealParams,
    },
    sc_network::config::FullNetworkConfiguration,
    sc_service::{Configuration, Error, TaskManager},
    sc_transaction_pool_api::TransactionPool,
    sp_timestamp::{InherentDataProvider, Timestamp},
};
use sluice_chain_runtime::{Hash, SLOT_DURATION};

use crate::service::{Parts, Pool};

/// When to seal.
#[derive(Clone, Copy, Debug)]
pub enum Sealing {
    /// With each transaction, and once a slot so that time goes on without any.
    Instant,
    /// At fixed times only.
    Every(Duration),
}

impl FromStr for Sealing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            _ if text == "instant" => Ok(Self::Instant),
            Ok(milliseconds @ 1..) => Ok(Self::Every(Duration::from_millis(milliseconds))),
            _ => Err("expected `instant`, or milliseconds from 1 on".into()),
        }
    }
}

impl Sealing {
    /// An item whenever there is to be a block; the first at once, unless time stands still.
    fn moments(self, pool: &Pool, clock: &Clock) -> Box<dyn Stream<Item = ()> + Send + Unpin> {
        match self {
            Self::Every(period) => Box::new(ticks(period)),
            Self::Instant => {
                let arrivals = pool.import_notification_stream().map(|_| ());
                let beat = ticks(Duration::from_millis(SLOT_DURATION));
                match clock.set {
                    Some(_) => Box::new(arrivals),
                    None => Box::new(stream::select(arrivals, beat)),
                }
            }
        }
    }
}

fn ticks(period: Duration) -> impl Stream<Item = ()> + Send + Unpin {
    Box::pin(stream::unfold(Duration::ZERO, move |wait| async move {
        Delay::new(wait).await;
        Some(((), period))
    }))
}

/// The clock of the chain: two blocks never have the same time.
struct Clock {
    last: AtomicU64,
    /// Where it stands, in milliseconds since 1970; none where it goes with the machine's.
    set: Option<Arc<AtomicU64>>,
}

impl Clock {
    fn new(set: Option<u64>) -> Self {
        Self {
            last: AtomicU64::default(),
            set: set.map(|set| Arc::new(set.into())),
        }
    }

    fn next(&self) -> Timestamp {
        let machine = || Timestamp::current().as_millis();
        let stands = self.set.as_ref().map(|set| set.load(Ordering::Relaxed));
        let now = stands.unwrap_or_else(machine);
        let step = |last: u64| Some(now.max(last + 1));
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        now.max(last.map_or(0, |last| last + 1)).into()
    }

    /// `clock_set(milliseconds)`, where it stands: the time of the next block, unless a block is later already.
    fn rpc(&self) -> Result<RpcModule<()>, Error> {
        let mut module = RpcModule::new(());
        if let Some(clock) = self.set.clone() {
            let set = move |params: Params<'_>, _: &(), _: &Extensions| {
                clock.store(params.one()?, Ordering::Relaxed);
                Ok::<_, ErrorObjectOwned>(())
            };
            let registered = module.register_method("clock_set", set);
            registered.map_err(|error| Error::Application(error.into()))?;
        }
        Ok(module)
    }
}

/// Starts a chain that seals its own blocks, each final at once. Its clock stands at `clock`, in milliseconds since 1970,
/// or goes with the machine's.
///
/// # Errors
/// The database, a port or the genesis cannot be had.
pub fn start(
    config: Configuration,
    sealing: Sealing,
    clock: Option<u64>,
) -> Result<TaskManager, Error> {
    let clock = Arc::new(Clock::new(clock));
    let mut parts = Parts::new(&config)?;
    let proposer = parts.proposer(&config);
    let import_queue = sc_consensus_manual_seal::import_queue(
        Box::new(parts.client.clone()),
        &parts.tasks.spawn_essential_handle(),
        config.prometheus_registry(),
    );
    let network = FullNetworkConfiguration::new(&config.network, None);
    parts.connect(config, network, import_queue, None, clock.rpc()?)?;

    let seal = |()| EngineCommand::SealNewBlock {
        create_empty: true,
        finalize: true,
        parent_hash: None,
        sender: None,
    };
    // Transactions that arrived together go into one block.
    let moments = sealing
        .moments(&parts.pool, &clock)
        .ready_chunks(1024)
        .map(|_| ());
    let authorship = sc_consensus_manual_seal::run_manual_seal(ManualSealParams {
        block_import: parts.client.clone(),
        env: proposer,
        client: parts.client.clone(),
        pool: parts.pool.clone(),
        commands_stream: moments.map(seal as fn(()) -> EngineCommand<Hash>),
        select_chain: parts.chain.clone(),
        consensus_data_provider: Some(Box::new(AuraConsensusDataProvider::new(
            parts.client.clone(),
        ))),
        create_inherent_data_providers: move |_, ()| {
            let timestamp = InherentDataProvider::new(clock.next());
            async move { Ok(timestamp) }
        },
    });
    parts
        .tasks
        .spawn_essential_handle()
        .spawn_blocking("sealing", None, authorship);
    Ok(parts.tasks)
}
