//! A term sheet is a deal of 2 to 5 classes, or a mistake in a file that is named, and in a line unless a part is missing.

use std::path::Path;

use term_sheet::TermSheet;

pub fn check(bytes: &[u8]) {
    match TermSheet::parse(Path::new("deal.toml"), &String::from_utf8_lossy(bytes)) {
        Ok(sheet) => {
            assert!((2..=finance::MAX_TRANCHES).contains(&sheet.terms().classes.len()));
            assert!(!sheet.people().is_empty());
        }
        Err(mistake) => {
            let mistake = mistake.to_string();
            let place = mistake.strip_prefix("deal.toml").unwrap_or_default();
            // What is missing altogether has no line.
            assert!(
                place.starts_with(", line ") || place.starts_with(": "),
                "{mistake}"
            );
        }
    }
}
