//! What messages cost is published in `e2e-tests/snapshots`, and compared with what they cost now.

use std::path::Path;
use std::{env, fs};

/// Compares `present` with the committed snapshot of that name, or replaces it where `SLUICE_WRITE_SNAPSHOTS` is set. Numbers may
/// differ by `tolerance`, a part of one: the folder of a clone decides in which order the compiler lays out functions, and with
/// it a byte or two of code.
pub fn compare(name: &str, present: &str, tolerance: f64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let snapshot = folder.join(name);
    if env::var_os("SLUICE_WRITE_SNAPSHOTS").is_some() {
        fs::write(&snapshot, present).unwrap();
    }
    let committed = fs::read_to_string(&snapshot).unwrap_or_default();
    let changes = changes(&committed, present, tolerance);
    assert!(
        changes.is_empty(),
        "costs differ from snapshots/{name}:\n{changes}if that is intended, run the test again with \
         SLUICE_WRITE_SNAPSHOTS=1 and commit the file"
    );
}

/// What is in one text and not in the other, marked.
fn changes(committed: &str, present: &str, tolerance: f64) -> String {
    let only = |mark, these: &str, those: &str| -> String {
        let missing = these
            .lines()
            .filter(|line| !those.lines().any(|other| is_same(line, other, tolerance)));
        missing.map(|line| format!("{mark} {line}\n")).collect()
    };
    only('-', committed, present) + &only('+', present, committed)
}

/// Whether two lines have the same words and nearly the same numbers.
fn is_same(line: &str, other: &str, tolerance: f64) -> bool {
    let words = line.split_whitespace();
    let mut others = other.split_whitespace();
    let equal = words.into_iter().all(|word| {
        let other = others.next().unwrap_or_default();
        match (word.parse::<f64>(), other.parse::<f64>()) {
            (Ok(number), Ok(other)) => (number - other).abs() <= other * tolerance,
            _ => word == other,
        }
    });
    equal && others.next().is_none()
}

#[test]
fn a_number_may_differ_by_the_tolerance() {
    let is_same = |line, other| is_same(line, other, 0.001);
    assert!(is_same("pool draw 10.767 ms", "pool draw 10.768 ms"));
    assert!(!is_same("pool draw 10.767 ms", "pool draw 10.778 ms"));
    assert!(!is_same("pool draw 1 ms", "pool take 1 ms"));
    assert!(!is_same("pool draw 1 ms", "pool draw 1 ms 2 KiB"));
}
