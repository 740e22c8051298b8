//! A node of a chain that runs ink! 5 contracts: a development chain of one process, or one of several
//! validators with Aura and GRANDPA.

mod cli;
mod network;
mod sealing;
mod service;

fn main() -> polkadot_sdk::sc_cli::Result<()> {
    cli::run()
}
