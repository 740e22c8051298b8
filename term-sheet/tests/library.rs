//! Where files are looked for, and where they may be written.

use std::path::{Path, PathBuf};

use term_sheet::{ensure_writable, find, workspace_root};

fn deal(name: &str) -> Result<PathBuf, String> {
    find(Path::new(name), "deals", "toml").map_err(|error| error.to_string())
}

#[test]
fn a_file_is_found_by_its_name_its_place_in_the_project_or_its_path() {
    let file = workspace_root().join("deals/eth-btc-credit.toml");
    assert_eq!(deal("eth-btc-credit").unwrap(), file);
    assert_eq!(deal("deals/eth-btc-credit.toml").unwrap(), file);
    assert_eq!(deal(file.to_str().unwrap()).unwrap(), file);
}

#[test]
fn whoever_looks_for_another_file_is_told_which_there_are() {
    let message = deal("nowhere").unwrap_err();
    assert!(
        message.starts_with("there is no file nowhere; "),
        "{message}"
    );
    let known = " holds btc-two-tranche, eth-btc-credit, holders-credit, members-only";
    assert!(message.ends_with(known), "{message}");
    let message = find(Path::new("nowhere"), "deals", "csv").unwrap_err();
    assert!(message.to_string().ends_with(" holds none"), "{message}");
}

#[test]
fn a_file_is_written_where_there_is_a_folder_for_it() {
    let refused = |file: &Path| ensure_writable(file).unwrap_err().to_string();
    assert!(ensure_writable(Path::new("report.html")).is_ok());
    assert!(ensure_writable(&workspace_root().join("report.html")).is_ok());
    let message = refused(&workspace_root());
    assert!(message.starts_with("--out is a folder: "), "{message}");
    let message = refused(Path::new("nowhere/report.html"));
    assert_eq!(
        message,
        "--out lies in a folder that does not exist: nowhere"
    );
}
