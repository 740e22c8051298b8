//! A scenario is a table of prices in the order of time, or a mistake in a file that is named.

use std::path::Path;

use term_sheet::Scenario;

pub fn check(bytes: &[u8]) {
    match Scenario::parse(Path::new("prices.csv"), &String::from_utf8_lossy(bytes)) {
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
}
