//! What a replay tells: tables for the terminal and a page to look at.

mod charts;
mod crisis;
mod page;
mod tables;
mod terminal;

use crate::deployment::Deal;
use crate::input::scenario::Scenario;
use crate::replay::{ClassSample, Record};
use crate::show;

/// A finished replay with all that is needed to tell of it.
pub struct Report<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The seed of all that is random.
    pub seed: u64,
    /// What happened.
    pub record: &'a Record,
}

impl Report<'_> {
    /// The outcome in one line.
    pub fn summary(&self) -> String {
        let tokens = self.record.account.tokens.len();
        let settlements = self.record.settlements.len();
        let last = self.record.samples.last();
        let classes = last
            .map(|sample| sample.classes.as_slice())
            .unwrap_or_default();
        let classes = self
            .deal
            .sheet
            .tranches
            .iter()
            .zip(classes)
            .map(|(terms, class)| {
                let price = class
                    .price()
                    .map_or_else(|| "–".to_owned(), |price| show::price(price, 4));
                format!("{} {price}{}", terms.name, paid(class))
            });
        format!(
            "Every base unit of {tokens} tokens is accounted for after {settlements} settlements. Tokens at the end: {}.",
            classes.collect::<Vec<_>>().join(", ")
        )
    }
}

/// What was paid on a token so far, if it can be seen: ` after 0.0123 paid`.
fn paid(class: &ClassSample) -> String {
    match show::price(class.distributed, 4) {
        paid if paid == "0.0000" => String::new(),
        paid => format!(" after {paid} paid"),
    }
}
