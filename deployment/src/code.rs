//! The code of built contracts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{anyhow, Context, Result};
use ink::primitives::{AccountId, Hash};
use scale::Encode;
use serde::Deserialize;
use sp_crypto_hashing::blake2_256;
use term_sheet::workspace_root;

/// The code of a contract.
pub struct Code {
    /// The name of its package.
    pub contract: String,
    /// What a chain is given.
    pub wasm: Vec<u8>,
    /// What a chain calls it.
    pub hash: Hash,
}

impl Code {
    /// The code that a package was built to.
    pub fn new(contract: &str, wasm: Vec<u8>) -> Self {
        Self {
            contract: contract.to_owned(),
            hash: blake2_256(&wasm).into(),
            wasm,
        }
    }

    /// The address of an instance: `blake2_256("contract_addr_v1" ++ deployer ++ hash ++ input ++ salt)`, the parts
    /// SCALE-encoded. Source: `DefaultAddressGenerator` of `pallet-contracts`.
    pub fn address(&self, deployer: AccountId, input: &[u8], salt: &str) -> AccountId {
        let parts = (b"contract_addr_v1", deployer, self.hash, input, salt);
        AccountId(blake2_256(&parts.encode()))
    }
}

/// A folder of built contracts.
pub struct Bundles {
    folder: PathBuf,
}

/// By file. Read once per process.
static CODE: Mutex<BTreeMap<PathBuf, Arc<Code>>> = Mutex::new(BTreeMap::new());

impl Bundles {
    /// The contracts in [`contracts_folder`].
    ///
    /// # Errors
    /// There is no such folder.
    pub fn find() -> Result<Self> {
        Ok(Self {
            folder: contracts_folder()?,
        })
    }

    /// The file with code and metadata of a contract by the name of its package, whether it is built or not.
    pub fn file(&self, contract: &str) -> PathBuf {
        let file = self.folder.join(contract.replace('-', "_"));
        file.with_extension("contract")
    }

    /// The code of a contract by the name of its package.
    ///
    /// # Errors
    /// It is not built.
    pub fn code(&self, contract: &str) -> Result<Arc<Code>> {
        let path = self.file(contract);
        let mut read = CODE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = read.get(&path) {
            return Ok(code.clone());
        }
        let wasm = wasm(&path).with_context(|| {
            format!(
                "the contract `{contract}` is not built: cannot read {}; run `cargo xtask build`",
                path.display()
            )
        })?;
        let code = Arc::new(Code::new(contract, wasm));
        read.insert(path, code.clone());
        Ok(code)
    }
}

/// What is needed of a contract bundle.
#[derive(Deserialize)]
struct Bundle {
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    wasm: String,
}

fn wasm(bundle: &Path) -> Result<Vec<u8>> {
    let Bundle { source } = serde_json::from_slice(&std::fs::read(bundle)?)?;
    Ok(hex::decode(source.wasm.trim_start_matches("0x"))?)
}

/// The folder of built contracts, the first that exists of: `$SLUICE_CONTRACTS`,
/// `$CARGO_TARGET_DIR/contracts`, `target/contracts` of the workspace.
///
/// # Errors
/// There is none.
pub fn contracts_folder() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let candidates = [
        std::env::var_os("SLUICE_CONTRACTS").map(PathBuf::from),
        target.map(|target| target.join("contracts")),
        Some(workspace_root().join("target/contracts")),
    ];
    let candidates: Vec<_> = candidates.into_iter().flatten().collect();
    let found = candidates.iter().find(|folder| folder.is_dir());
    found.cloned().ok_or_else(|| {
        let looked: Vec<_> = candidates
            .iter()
            .map(|folder| format!("\n  {}", folder.display()))
            .collect();
        anyhow!(
            "no built contracts found; run `./scripts/setup.sh` and then `cargo xtask build`. Looked in:{}",
            looked.concat()
        )
    })
}
