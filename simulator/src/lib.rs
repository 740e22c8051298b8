//! A deal on an embedded chain: deployment, replay of a crisis, report.

use std::path::PathBuf;

pub mod chain;
pub mod contracts;
pub mod deployment;
pub mod input;
pub mod ledger;
pub mod replay;
pub mod report;
pub mod show;

/// The root of the repository: `$SLUICE_ROOT`, or where this crate was compiled.
pub fn workspace_root() -> PathBuf {
    std::env::var_os("SLUICE_ROOT").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")),
        PathBuf::from,
    )
}
