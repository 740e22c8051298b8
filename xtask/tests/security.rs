//! The tests that docs/security.md names exist.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of code below a folder, as far as they are ours.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// Whether `text` has a test of that name: a function right below an attribute that says so.
fn has_test(text: &str, name: &str) -> bool {
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else {
        return false;
    };
    let attributes = before
        .lines()
        .rev()
        .skip_while(|line| line.trim().is_empty());
    let mut attributes = attributes
        .map(str::trim)
        .take_while(|line| line.starts_with("#["));
    attributes.any(|line| line.contains("test]"))
}

#[test]
fn every_named_test_is_in_the_one_file_that_the_document_means() {
    let document = fs::read_to_string(root().join("docs/security.md")).expect("the document");
    let mut files = Vec::new();
    sources(&root(), &mut files);
    let quoted = document.split('`').skip(1).step_by(2);
    let named: Vec<_> = quoted
        .filter_map(|quoted| quoted.split_once(".rs::"))
        .collect();
    assert!(named.len() > 100, "only {} tests are named", named.len());
    for (file, test) in named {
        let is_meant = |path: &&PathBuf| {
            let is_there = || fs::read_to_string(path).is_ok_and(|text| has_test(&text, test));
            path.ends_with(format!("{file}.rs")) && is_there()
        };
        let meant = files.iter().filter(is_meant).count();
        assert_eq!(
            meant, 1,
            "docs/security.md names `{file}.rs::{test}`: {meant} files have it"
        );
    }
}
