//! `sluice`: what people run beside the contracts.

mod abi;
mod address;
mod ask;
mod book;
mod call;
mod deploy;
mod network;
mod node;
mod output;
mod place;
mod rehearsal;
mod site;
mod state;
mod status;
mod verify;
mod words;

use std::process::ExitCode;

use anyhow::Result;
use ask::Ask;
use call::{Call, Sign};
use clap::{Parser, Subcommand};
use deploy::Deploy;
use risk::cli::Risk;
use status::Status;

/// Tools around Sluice deals
#[derive(Parser)]
#[command(version)]
struct Sluice {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put a deal on a chain, and prove that it is there as agreed
    #[command(subcommand)]
    Deploy(Deploy),
    Status(Status),
    Ask(Ask),
    Call(Call),
    Sign(Sign),
    /// What the classes of a deal may lose, and why
    #[command(subcommand)]
    Risk(Risk),
}

impl Command {
    fn run(&self) -> Result<()> {
        match self {
            Self::Deploy(deploy) => deploy.run(),
            Self::Status(status) => status.run(),
            Self::Ask(ask) => ask.run(),
            Self::Call(call) => call.run(),
            Self::Sign(sign) => sign.run(),
            Self::Risk(risk) => risk.run(),
        }
    }
}

fn main() -> ExitCode {
    match Sluice::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
            eprintln!("error: {}", causes.join("\n  because: "));
            ExitCode::FAILURE
        }
    }
}
