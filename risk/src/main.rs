//! `sluice`: what people run beside the contracts.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use risk::cli::Risk;

/// Tools around Sluice deals
#[derive(Parser)]
#[command(version)]
struct Sluice {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What the classes of a deal may lose, and why
    #[command(subcommand)]
    Risk(Risk),
}

fn main() -> ExitCode {
    let Command::Risk(risk) = Sluice::parse().command;
    match risk.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
            eprintln!("error: {}", causes.join("\n  because: "));
            ExitCode::FAILURE
        }
    }
}
