//! What the code of a contract consists of: a chain charges for every byte of it that a call loads.

use crate::{build, contract::Project, shrink};
use anyhow::{ensure, Context, Result};
use std::{cmp::Reverse, collections::BTreeMap, fs, path::Path};
use wasm_opt::{Feature, OptimizationOptions, Pass};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

struct Function {
    bytes: usize,
    name: String,
}

/// Prints the bytes of each crate and the `count` largest functions of a contract.
pub fn report(project: &Project, contract: &str, count: usize) -> Result<()> {
    let built = build::all(project, &project.contracts(&[contract.to_owned()])?)?;
    let size = built.iter().map(|built| built.size as usize).sum::<usize>();
    let mut functions = named(project, contract)?;
    let line = |bytes: usize, what: &str| {
        let share = 100.0 * bytes as f64 / size as f64;
        println!("{bytes:>7} {share:>5.1} %  {what}");
    };
    line(size, contract);
    println!("\nBy crate; encoding and decoding are the codec's, what is inlined is its caller's");
    for (name, bytes) in by_crate(&functions) {
        line(bytes, &name);
    }
    line(
        size.saturating_sub(sum(&functions)),
        "data, types and imports",
    );
    println!("\nThe largest functions");
    functions.sort_by_key(|function| Reverse(function.bytes));
    for function in functions.iter().take(count) {
        line(function.bytes, &function.name);
    }
    Ok(())
}

/// The functions of a contract as it was built, with the names that the builder drops.
fn named(project: &Project, contract: &str) -> Result<Vec<Function>> {
    let artifact = contract.replace('-', "_");
    let built = project.target().join("contracts").join(&artifact);
    let folder = project.target().join("ink").join(&artifact);
    let unoptimised = folder.join(format!("wasm32-unknown-unknown/release/{contract}.wasm"));
    let built_elsewhere = || {
        let key = built.with_extension("key");
        format!(
            "{contract} was built elsewhere: delete {} to build it here",
            key.display()
        )
    };
    let named = built.with_extension("names");
    optimise(&unoptimised, &named).with_context(built_elsewhere)?;
    let shipped = functions(&fs::read(built.with_extension("wasm"))?)?;
    let functions = functions(&fs::read(named)?)?;
    // The builder exports functions of the library until it has optimised; some of them nobody calls.
    let difference = sum(&shipped).abs_diff(sum(&functions));
    ensure!(difference * 50 <= sum(&shipped), built_elsewhere());
    Ok(functions)
}

/// As it was built, but for the names.
fn optimise(unoptimised: &Path, named: &Path) -> Result<()> {
    OptimizationOptions::new_optimize_for_size_aggressively()
        .mvp_features_only()
        .enable_feature(Feature::SignExt)
        .add_pass(Pass::SignextLowering)
        .zero_filled_memory(true)
        .debug_info(true)
        .run(unoptimised, named)
        .with_context(|| format!("optimising {}", unoptimised.display()))?;
    shrink::fold(named, named, true)
}

fn functions(wasm: &[u8]) -> Result<Vec<Function>> {
    let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(section) = section.as_known() {
                    for part in section {
                        if let Name::Function(list) = part? {
                            for naming in list {
                                let naming = naming?;
                                names.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let name = |index| names.get(&index).copied().unwrap_or_default();
    let functions = (imported..).zip(sizes).map(|(index, bytes)| Function {
        bytes,
        name: format!("{:#}", rustc_demangle::demangle(name(index))),
    });
    Ok(functions.collect())
}

fn sum(functions: &[Function]) -> usize {
    functions.iter().map(|function| function.bytes).sum()
}

fn by_crate(functions: &[Function]) -> Vec<(String, usize)> {
    let mut sums = BTreeMap::<_, usize>::new();
    for function in functions {
        *sums.entry(crate_of(&function.name)).or_default() += function.bytes;
    }
    let mut sums: Vec<_> = sums
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .collect();
    sums.sort_by_key(|(_, bytes)| Reverse(*bytes));
    sums
}

/// The crate of the first path in a name such as `<u64 as core::fmt::Display>::fmt`.
fn crate_of(name: &str) -> &str {
    const CODEC: &str = "parity_scale_codec";
    if name.contains(CODEC) {
        return CODEC;
    }
    match name.split_once("::") {
        Some((before, _)) => before
            .rsplit(|letter: char| !is_of_word(letter))
            .next()
            .unwrap_or(before),
        None if ["call", "deploy"].contains(&name) => "messages and constructors",
        None => "compiler_builtins",
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports `seal0.now`; `call` has 2 bytes, and a function of the crate `own` 4.
    const MODULE: &[u8] = b"\0asm\x01\0\0\0\
        \x01\x04\x01\x60\0\0\
        \x02\x0d\x01\x05seal0\x03now\0\0\
        \x03\x03\x02\0\0\
        \x0a\x09\x02\x02\0\x0b\x04\0\x01\x01\x0b\
        \0\x1f\x04name\x01\x18\x02\x01\x04call\x02\x0f_ZN3own6settleE";

    #[test]
    fn functions_have_their_sizes_and_names_beside_imported_ones() -> Result<()> {
        let functions = functions(MODULE)?;
        let listed: Vec<_> = functions
            .iter()
            .map(|f| (f.bytes, f.name.as_str()))
            .collect();
        assert_eq!(listed, [(2, "call"), (4, "own::settle")]);
        assert_eq!(sum(&functions), 6);
        Ok(())
    }

    #[test]
    fn bytes_are_summed_by_crate_and_the_largest_comes_first() {
        let function = |bytes, name: &str| Function {
            bytes,
            name: name.to_owned(),
        };
        let functions = [
            function(10, "finance::wide::mul_div"),
            function(20, "<alloc::vec::Vec<T> as core::clone::Clone>::clone"),
            function(11, "finance::fixed::add"),
            function(40, "<u64 as parity_scale_codec::codec::Encode>::encode_to"),
            function(1, "call"),
            function(2, "__multi3"),
        ];
        let expected = [
            ("parity_scale_codec", 40),
            ("finance", 21),
            ("alloc", 20),
            ("compiler_builtins", 2),
            ("messages and constructors", 1),
        ];
        let expected = expected.map(|(name, bytes)| (name.to_owned(), bytes));
        assert_eq!(by_crate(&functions), expected);
    }
}
