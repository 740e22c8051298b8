//! The command line, and the chains it knows.

use std::path::PathBuf;

use clap::Parser;
use polkadot_sdk::{
    sc_cli::{self, BuildSpecCmd, KeySubcommand, PurgeChainCmd, RunCmd, SubstrateCli},
    sc_service::{self, ChainType},
    sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET},
};

use crate::{network, sealing, sealing::Sealing};

type ChainSpec = sc_service::GenericChainSpec;

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    subcommand: Option<Subcommand>,

    /// When a development chain seals blocks: `instant` is with each transaction and every three
    /// seconds, a number is every so many milliseconds. Networks keep to their slots.
    #[arg(long, value_name = "WHEN", default_value = "instant")]
    sealing: Sealing,

    /// Where the clock of a development chain stands, in milliseconds since 1970, instead of going with the machine's.
    /// `clock_set` of the RPC moves it. Each block is 1 ms after the last at least, and `instant` seals none without a
    /// transaction.
    #[arg(long, value_name = "MS")]
    clock: Option<u64>,

    #[command(flatten)]
    run: RunCmd,
}

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    /// Makes, reads and stores keys.
    #[command(subcommand)]
    Key(KeySubcommand),

    /// Writes the specification of a chain, from which others can join it.
    BuildSpec(BuildSpecCmd),

    /// Removes what is stored of a chain.
    PurgeChain(PurgeChainCmd),
}

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Sluice node".into()
    }

    fn impl_version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        String::new()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(Box::new(match id {
            "dev" => known(
                "Sluice development",
                id,
                ChainType::Development,
                DEV_RUNTIME_PRESET,
            )?,
            "" | "local" => known(
                "Sluice local",
                "local",
                ChainType::Local,
                LOCAL_TESTNET_RUNTIME_PRESET,
            )?,
            path => ChainSpec::from_json_file(PathBuf::from(path))?,
        }))
    }
}

/// A chain that begins with a preset of the runtime.
fn known(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
    let code = sluice_chain_runtime::WASM_BINARY
        .ok_or("this node was built without a runtime: build it without SKIP_WASM_BUILD")?;
    let properties = [("tokenSymbol", "UNIT".into()), ("tokenDecimals", 12.into())];
    Ok(ChainSpec::builder(code, None)
        .with_name(name)
        .with_id(id)
        .with_chain_type(kind)
        .with_properties(
            properties
                .map(|(key, value)| (key.into(), value))
                .into_iter()
                .collect(),
        )
        .with_genesis_config_preset_name(preset)
        .build())
}

/// Does what the command line says.
///
/// # Errors
/// The command line asks for what is not there, or the node stopped for an error.
pub fn run() -> sc_cli::Result<()> {
    let cli = Cli::from_args();
    match &cli.subcommand {
        None => {
            let (sealing, clock) = (cli.sealing, cli.clock);
            cli.create_runner(&cli.run)?
                .run_node_until_exit(|config| async move {
                    let started = match config.chain_spec.chain_type() {
                        ChainType::Development => sealing::start(config, sealing, clock),
                        _ => network::start(config),
                    };
                    started.map_err(sc_cli::Error::Service)
                })
        }
        Some(Subcommand::Key(command)) => command.run(&cli),
        Some(Subcommand::BuildSpec(command)) => cli
            .create_runner(command)?
            .sync_run(|config| command.run(config.chain_spec, config.network)),
        Some(Subcommand::PurgeChain(command)) => cli
            .create_runner(command)?
            .sync_run(|config| command.run(config.database)),
    }
}
