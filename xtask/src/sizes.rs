//! The committed snapshot of code sizes, so that every change of a size shows up in review.

use crate::build::Built;
use anyhow::{bail, Context, Result};
use std::{collections::BTreeMap, fs, path::Path};

type Sizes = BTreeMap<String, u64>;

/// Bytes that make no difference: the folder of a clone decides in which order the compiler lays out
/// functions, and with it how long a few of their numbers are.
pub const TOLERANCE: u64 = 16;

pub fn write(snapshot: &Path, built: &[Built]) -> Result<()> {
    let text: String = built.iter().map(|built| format!("{built}\n")).collect();
    fs::write(snapshot, text).with_context(|| format!("writing {}", snapshot.display()))
}

pub fn check(snapshot: &Path, built: &[Built]) -> Result<()> {
    let text =
        fs::read_to_string(snapshot).with_context(|| format!("reading {}", snapshot.display()))?;
    let committed = parse(&text).with_context(|| format!("in {}", snapshot.display()))?;
    let present = built
        .iter()
        .map(|built| (built.name.clone(), built.size))
        .collect();
    let changes = changes(&committed, &present);
    if changes.is_empty() {
        println!("contract sizes are as committed");
        return Ok(());
    }
    bail!(
        "the sizes differ from contracts/sizes.txt:\n{}\nif that is intended, run `cargo xtask sizes --write` and commit the file",
        changes.join("\n")
    )
}

fn parse(text: &str) -> Result<Sizes> {
    text.lines()
        .map(|line| {
            let (name, size) = line
                .split_once(' ')
                .with_context(|| format!("no size in `{line}`"))?;
            let size = size
                .trim()
                .parse()
                .with_context(|| format!("no number in `{line}`"))?;
            Ok((name.to_owned(), size))
        })
        .collect()
}

fn changes(committed: &Sizes, present: &Sizes) -> Vec<String> {
    let show = |size: Option<&u64>| size.map_or("nothing".to_owned(), u64::to_string);
    let mut names: Vec<_> = committed.keys().chain(present.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !is_same(committed.get(*name), present.get(*name)))
        .map(|name| {
            format!(
                "  {name}: {} -> {}",
                show(committed.get(name)),
                show(present.get(name))
            )
        })
        .collect()
}

fn is_same(committed: Option<&u64>, present: Option<&u64>) -> bool {
    match (committed, present) {
        (Some(committed), Some(present)) => committed.abs_diff(*present) <= TOLERANCE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_size_reads_back() -> Result<()> {
        let pool = Built {
            name: "tranche-pool".to_owned(),
            size: 60_595,
            rebuilt: false,
        };
        let read = parse(&format!("{pool}\n"))?;
        assert_eq!(read, Sizes::from([("tranche-pool".to_owned(), 60_595)]));
        Ok(())
    }

    #[test]
    fn a_change_names_the_contract_and_both_sizes() -> Result<()> {
        let committed = parse("old 1\nsame 200\nother 300")?;
        let present = parse("new 4\nsame 216\nother 317")?;
        let expected = [
            "  new: nothing -> 4",
            "  old: 1 -> nothing",
            "  other: 300 -> 317",
        ];
        assert_eq!(changes(&committed, &present), expected);
        Ok(())
    }

    #[test]
    fn a_line_without_a_number_is_named() {
        let error = parse("pool many").map_err(|error| error.to_string());
        assert_eq!(error, Err("no number in `pool many`".to_owned()));
    }
}
