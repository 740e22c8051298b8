//! What contracts ask of the chain: calls of its functions, counted by name.
//!
//! `pallet-contracts` notes each call in its debug buffer while a line of its target `runtime::contracts::strace`
//! would be logged. So a logger that logs nothing has the calls counted, in the thread that asks for it.

use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::{ensure, Result};
use log::{LevelFilter, Log, Metadata, Record};

const TARGET: &str = "runtime::contracts::strace";
/// Half of the chain's debug buffer: what goes beyond the whole would be missing.
const MOST_BYTES: usize = 1024 * 1024;

/// How often each function of the chain is called, whichever version of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostCalls(BTreeMap<String, usize>);

impl HostCalls {
    /// How often the functions of these names are called.
    pub fn of(&self, names: &[&str]) -> usize {
        names.iter().filter_map(|name| self.0.get(*name)).sum()
    }

    /// How often any is called.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// From lines such as `seal1::clear_storage(key_ptr: 65536, key_len: 4) = Ok(21)`.
    pub(crate) fn counted(trace: &[u8]) -> Result<Self> {
        ensure!(
            !trace.is_empty(),
            "no calls are noted: the process has a logger of its own"
        );
        ensure!(
            trace.len() < MOST_BYTES,
            "too many calls for the chain's debug buffer"
        );
        let mut counted = BTreeMap::new();
        for line in String::from_utf8_lossy(trace).lines() {
            let call = line
                .split_once("::")
                .and_then(|(_, call)| call.split_once('('));
            if let Some((name, _)) = call {
                *counted.entry(name.to_owned()).or_default() += 1;
            }
        }
        Ok(Self(counted))
    }
}

thread_local! {
    static NOTES: Cell<bool> = const { Cell::new(false) };
}

/// Has the chain note the calls of contracts that `action` runs.
pub(crate) fn noted<T>(action: impl FnOnce() -> T) -> T {
    // Fails where one is set: ours, or another, of which `counted` tells.
    if log::set_logger(&Silent).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
    NOTES.set(true);
    let result = action();
    NOTES.set(false);
    result
}

struct Silent;

impl Log for Silent {
    fn enabled(&self, metadata: &Metadata) -> bool {
        NOTES.get() && metadata.target() == TARGET
    }

    fn log(&self, _: &Record) {}

    fn flush(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_name_in_all_versions() -> Result<()> {
        let trace = b"seal1::get_storage(key_ptr: 1, out_len_ptr: 2) = Ok(Success)\n\
            seal0::get_storage(key_ptr: 1, out_ptr: 2) = Ok(KeyNotFound)\n\
            seal0::seal_return(flags: 0, data_len: 1) = Err(Return(ReturnData { flags: 0, data: [0] }))\n";
        let counted = HostCalls::counted(trace)?;
        assert_eq!(counted.of(&["get_storage", "set_storage"]), 2);
        assert_eq!(counted.total(), 3);
        Ok(())
    }

    #[test]
    fn a_trace_that_may_be_cut_off_or_was_not_taken_is_refused() {
        assert!(HostCalls::counted(&[]).is_err());
        assert!(HostCalls::counted(&[b'\n'; MOST_BYTES]).is_err());
    }
}
