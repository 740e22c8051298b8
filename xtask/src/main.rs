//! Chores of the repository: building the contracts and watching their sizes.

mod build;
mod cases;
mod contract;
mod functions;
mod model;
mod parameters;
mod shrink;
mod sizes;

use anyhow::{Context, Result};
use clap::Parser;
use contract::Project;
use std::{path::PathBuf, process::ExitCode};

/// Chores of the repository
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Build the contracts that have changed, into the folder `contracts` of the target folder
    Build {
        /// Names of the packages to build; all contracts if none is given
        contracts: Vec<String>,
    },
    /// Build, and compare the sizes with the ones committed in contracts/sizes.txt
    Sizes {
        /// Accept the present sizes: write them to contracts/sizes.txt
        #[arg(long)]
        write: bool,
    },
    /// Show what the code of a contract consists of: bytes by crate, and its largest functions
    Functions {
        /// Name of the package
        contract: String,
        /// How many functions
        #[arg(long, default_value_t = 25)]
        count: usize,
    },
    /// Compare the table of parameters in docs/parameters.md with their declarations
    Parameters {
        /// Accept the present declarations: write them to docs/parameters.md
        #[arg(long)]
        write: bool,
    },
    /// Settle random deals and write them as JSON lines, for model/compare.py
    Model {
        /// How many deals
        #[arg(long, default_value_t = 1_000)]
        histories: u64,
        /// The same seed writes the same ones
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    Cases(cases::Args),
    /// Compile one contract in this process; `build` starts it to keep the compiler's output apart
    #[command(hide = true)]
    Compile {
        manifest: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Build { contracts } => {
            let project = Project::load()?;
            let built = build::all(&project, &project.contracts(&contracts)?)?;
            build::report(&built);
            Ok(())
        }
        Task::Sizes { write } => {
            let project = Project::load()?;
            let built = build::all(&project, &project.contracts(&[])?)?;
            let snapshot = project.root().join("contracts/sizes.txt");
            if write {
                sizes::write(&snapshot, &built)
            } else {
                sizes::check(&snapshot, &built)
            }
        }
        Task::Functions { contract, count } => {
            functions::report(&Project::load()?, &contract, count)
        }
        Task::Parameters { write } => {
            let file = Project::load()?.root().join("docs/parameters.md");
            if write {
                parameters::write(&file)
            } else {
                parameters::check(&file)
            }
        }
        Task::Model { histories, seed } => model::write_histories(histories, seed),
        Task::Cases(args) => cases::run(&args),
        Task::Compile { manifest } => build::compile(&manifest).context("the builder stopped"),
    }
}
