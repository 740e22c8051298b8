//! Where the files lie that come with the project, and where new ones may.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{ensure, Context, Result};

/// The root of the repository: `$SLUICE_ROOT`, or where this crate was compiled.
pub fn workspace_root() -> PathBuf {
    std::env::var_os("SLUICE_ROOT").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")),
        PathBuf::from,
    )
}

/// A file as given, below the root of the repository, or by its bare name in a folder there.
///
/// # Errors
/// There is none; the message lists what the folder holds.
pub fn find(given: &Path, folder: &str, extension: &str) -> Result<PathBuf> {
    let shelf = workspace_root().join(folder);
    let named = shelf.join(format!("{}.{extension}", given.display()));
    let places = [given.to_owned(), workspace_root().join(given), named];
    places
        .into_iter()
        .find(|path| path.is_file())
        .with_context(|| {
            let known = names(&shelf, extension);
            format!(
                "there is no file {}; {} holds {known}",
                given.display(),
                shelf.display()
            )
        })
}

/// That a file may be written where `--out` says: to be asked before the work.
///
/// # Errors
/// It is a folder, or lies in one that does not exist.
pub fn ensure_writable(file: &Path) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    ensure!(
        !file.is_dir(),
        "--out is a folder: {}; name a file in it",
        file.display()
    );
    ensure!(
        folder.is_dir(),
        "--out lies in a folder that does not exist: {}",
        folder.display()
    );
    Ok(())
}

fn names(folder: &Path, extension: &str) -> String {
    let files = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut names: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
