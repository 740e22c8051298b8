//! A scenario is a table of prices in the order of time, or a mistake in a file that is named.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use term_sheet::Scenario;

fuzz_target!(|text: &str| {
    match Scenario::parse(Path::new("prices.csv"), text) {
        Ok(scenario) => {
            assert!(scenario.rows.len() >= 2);
            assert!(scenario.rows.windows(2).all(|pair| pair[0].at < pair[1].at));
            assert!(scenario
                .rows
                .iter()
                .all(|row| row.prices.len() == scenario.assets.len()));
        }
        Err(mistake) => assert!(mistake.to_string().starts_with("prices.csv"), "{mistake}"),
    }
});
