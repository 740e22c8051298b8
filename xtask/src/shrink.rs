//! What the contract builder leaves to be done: a last pass over the code, and bundles that carry what it makes.

use anyhow::{Context, Result};
use contract_build::code_hash;
use contract_metadata::{CodeHash, ContractMetadata, SourceWasm};
use std::{
    fs::{self, File},
    path::Path,
};
use wasm_opt::OptimizationOptions;

/// What `fold` does. It is part of the key of every contract: a change of the one needs a change of the other.
pub const PASS: &str = "for size, with constants as offsets";

/// Shrinks the code of a built contract by a twentieth; its bundle and its metadata say so. `artifact` is the path of its
/// files without their extensions.
pub fn shrink(artifact: &Path) -> Result<()> {
    let wasm = artifact.with_extension("wasm");
    fold(&wasm, &wasm, false)?;
    let code = fs::read(&wasm).with_context(|| format!("reading {}", wasm.display()))?;
    for extension in ["contract", "json"] {
        let path = artifact.with_extension(extension);
        describe(&path, &code).with_context(|| format!("describing {}", path.display()))?;
    }
    Ok(())
}

/// Optimises once more, and folds constants into the offsets of what loads and stores: nothing lies in the lowest kilobyte
/// of a contract's memory but the end of its stack, where a wrong address traps.
pub fn fold(from: &Path, to: &Path, with_names: bool) -> Result<()> {
    OptimizationOptions::new_optimize_for_size_aggressively()
        .mvp_features_only()
        .zero_filled_memory(true)
        .low_memory_unused(true)
        .debug_info(with_names)
        .run(from, to)
        .with_context(|| format!("optimising {}", from.display()))
}

/// Puts the code, if it is in there, and its hash into a bundle or into metadata.
fn describe(path: &Path, code: &[u8]) -> Result<()> {
    let mut metadata = ContractMetadata::load(path)?;
    metadata.source.hash = CodeHash(code_hash(code));
    if let Some(wasm) = &mut metadata.source.wasm {
        *wasm = SourceWasm::new(code.to_vec());
    }
    serde_json::to_writer(File::create(path)?, &metadata)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;
    use wasmparser::{Operator, Parser, Payload};

    /// Loads what lies eight bytes after its parameter.
    const LOADS: &str = r#"(module (import "env" "memory" (memory 2 16))
        (func (export "call") (param i32) (result i32)
            (i32.load (i32.add (local.get 0) (i32.const 8)))))"#;

    const METADATA: &str = r#"{
        "source": {"hash": "0x0101010101010101010101010101010101010101010101010101010101010101",
            "language": "ink! 5.1.1", "compiler": "rustc 1.86.0", "wasm": "0x00"},
        "contract": {"name": "vault", "version": "0.1.0", "authors": ["Ann"]},
        "image": null, "spec": {"messages": []}, "version": 5}"#;

    fn file(name: &str, content: &str) -> Result<std::path::PathBuf> {
        let path = env::temp_dir().join(format!("shrink-{}-{name}", std::process::id()));
        fs::write(&path, content)?;
        Ok(path)
    }

    #[test]
    fn constants_become_offsets() -> Result<()> {
        let path = file("loads", LOADS)?;
        fold(&path, &path, false)?;
        let wasm = fs::read(&path)?;
        fs::remove_file(path)?;
        let mut operators = Vec::new();
        for payload in Parser::new(0).parse_all(&wasm) {
            if let Payload::CodeSectionEntry(body) = payload? {
                for operator in body.get_operators_reader()? {
                    operators.push(operator?);
                }
            }
        }
        let [Operator::LocalGet { .. }, Operator::I32Load { memarg }, Operator::End] =
            operators[..]
        else {
            panic!("{operators:?}");
        };
        assert_eq!(memarg.offset, 8);
        Ok(())
    }

    #[test]
    fn a_bundle_carries_the_code_and_metadata_only_its_hash() -> Result<()> {
        let code = [7, 8, 9];
        let bundle = file("bundle", METADATA)?;
        let metadata = file("metadata", &METADATA.replace(r#", "wasm": "0x00""#, ""))?;
        for (path, carried) in [
            (bundle, Some(SourceWasm::new(code.to_vec()))),
            (metadata, None),
        ] {
            describe(&path, &code)?;
            let described = ContractMetadata::load(&path)?;
            assert_eq!(described.source.hash, CodeHash(code_hash(&code)));
            assert_eq!(described.source.wasm, carried);
            assert_eq!(described.contract.name, "vault");
            fs::remove_file(path)?;
        }
        Ok(())
    }
}
