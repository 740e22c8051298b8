//! A term sheet is a deal of 2 to 5 classes, or a mistake whose line is named.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use term_sheet::TermSheet;

fuzz_target!(|text: &str| {
    match TermSheet::parse(Path::new("deal.toml"), text) {
        Ok(sheet) => {
            assert!((2..=finance::MAX_TRANCHES).contains(&sheet.terms().classes.len()));
            assert!(!sheet.people().is_empty());
        }
        Err(mistake) => assert!(
            mistake.to_string().starts_with("deal.toml, line "),
            "{mistake}"
        ),
    }
});
