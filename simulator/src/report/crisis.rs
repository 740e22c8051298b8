//! How the liquidations of a crisis went, in one row.

use anyhow::{ensure, Context, Result};
use finance::{Ratio, Rounding};
use interfaces::types::Balance;

use super::Report;
use crate::replay::{AuctionRecord, Sample};
use crate::show;

impl Report<'_> {
    /// Scenario, rows, deepest fall of each collateral, loans, lots, resets; debt sold for, its part that was raised,
    /// what was written off, what each class is short of, most senior last, and what keepers gained.
    ///
    /// # Errors
    /// Something is still in auction or marked down, a class is short while one below it is worth anything, or the
    /// classes are short of more than was lost.
    pub fn crisis_row(&self) -> Result<String> {
        let last = self.record.samples.last().context("nothing happened")?;
        ensure!(last.seized == 0, "debt is still impaired: {}", last.seized);
        let short = self.shortfalls(last)?;
        let cash = |amount| show::cash(amount, &self.deal.sheet.cash);
        let sum = |of: fn(&AuctionRecord) -> Balance| {
            self.record.auctions.iter().map(of).sum::<Balance>()
        };
        let resets: u32 = self
            .record
            .auctions
            .iter()
            .map(|auction| auction.resets)
            .sum();
        let mut cells = vec![
            self.scenario.name(),
            self.scenario.rows.len().to_string(),
            self.falls().join(", "),
            self.deal.sheet.originators.len().to_string(),
            self.record.auctions.len().to_string(),
            resets.to_string(),
            cash(sum(|auction| auction.debt)),
            cash(sum(|auction| auction.debt - auction.shortfall)),
            cash(last.written_off),
            cash(self.covered()),
        ];
        cells.extend(short.into_iter().rev().map(cash));
        cells.push(self.keepers_gain());
        Ok(format!("| {} |", cells.join(" | ")))
    }

    /// What the insurance fund paid.
    fn covered(&self) -> Balance {
        let settlements = self.record.settlements.iter();
        settlements.map(|settled| settled.trace.cover).sum()
    }

    /// What each class lacks to its claim, and the residual of what was lost, most senior first.
    fn shortfalls(&self, last: &Sample) -> Result<Vec<Balance>> {
        let mut lost = last.written_off.saturating_sub(self.covered());
        let mut short = Vec::new();
        let (_, senior) = last.classes.split_last().context("no classes")?;
        for (index, class) in senior.iter().enumerate() {
            let lacks = class.claim.saturating_sub(class.value);
            let below: Balance = last.classes[index + 1..]
                .iter()
                .map(|class| class.value)
                .sum();
            let name = &self.deal.sheet.tranches[index].name;
            ensure!(
                lacks == 0 || below == 0,
                "{name} is short before those below it are worth nothing"
            );
            lost = lost
                .checked_sub(lacks)
                .with_context(|| format!("{name} is short of more than was lost"))?;
            short.push(lacks);
        }
        short.push(lost);
        Ok(short)
    }

    /// The deepest fall of each collateral from its first price.
    fn falls(&self) -> Vec<String> {
        let assets = self.deal.sheet.collateral.iter().enumerate();
        let fall = assets.filter_map(|(index, terms)| {
            let prices = self
                .record
                .samples
                .iter()
                .filter_map(|sample| sample.prices[index]);
            let first = prices.clone().next()?;
            let lowest = prices.min()?;
            let left = Ratio::from_fraction(lowest.0, first.0, Rounding::Down).ok()?;
            Some(format!(
                "{} −{}",
                terms.asset,
                show::percent(left.complement())
            ))
        });
        fall.collect()
    }

    fn keepers_gain(&self) -> String {
        let keepers = self
            .record
            .outcomes
            .iter()
            .filter(|outcome| outcome.role == "Keeper");
        let (brought, has) = keepers.fold((0, 0), |(brought, has), keeper| {
            (brought + keeper.brought, has + keeper.cash)
        });
        match has.checked_sub(brought) {
            Some(gain) => show::cash(gain, &self.deal.sheet.cash),
            None => format!("−{}", show::cash(brought - has, &self.deal.sheet.cash)),
        }
    }
}
