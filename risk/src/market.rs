//! The market behind a deal: how prices move together, how deep they are, what loans are thought to lose.
//!
//! Written in TOML like a term sheet; `markets/` ships one, `sluice risk calibrate` writes one from a price history.

mod check;
mod write;
mod written;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use finance::Timestamp;
use term_sheet::Mistake;

use crate::correlation::Correlation;
use crate::pool::Recovery;

/// In how many years half of what a forced sale took off a price comes back, unless a market says otherwise: six hours.
pub const IMPACT_HALF_LIFE: f64 = 6.0 / 8_760.0;

/// Assumptions about the assets of a deal and about its loans.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// Where it was read.
    pub file: PathBuf,
    /// What these assumptions are.
    pub name: String,
    /// When the prices were.
    pub date: Timestamp,
    /// In the order of the rows of `correlation`.
    pub assets: Vec<Asset>,
    /// Of the assets' logarithmic returns, jumps apart.
    pub correlation: Correlation,
    /// How often all assets jump at once, as a share of the jumps of the asset that has the fewest.
    pub common_jumps: f64,
    /// In how many years half of what a forced sale took off a price comes back.
    pub impact_half_life: f64,
    /// How loans default together.
    pub credit: Option<Credit>,
}

/// An asset that loans are secured by.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Its name in term sheets and price histories.
    pub name: String,
    /// Whole cash per whole token today.
    pub price: f64,
    /// Expected growth a year, continuously compounded, jumps included.
    pub drift: f64,
    /// Standard deviation of logarithmic returns a year, jumps apart.
    pub volatility: f64,
    /// What comes on top.
    pub jumps: Jumps,
    /// Whole tokens whose forced sale lowers the price by a factor e; `None` for a market of any depth.
    pub depth: Option<f64>,
    /// What a loan against it is thought to lose.
    pub loans: Option<LoanRisk>,
}

/// Jumps of a price: a Poisson process with normal logarithmic sizes (Merton 1976).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Jumps {
    /// How many a year.
    pub per_year: f64,
    /// Mean of their logarithm.
    pub mean: f64,
    /// Standard deviation of their logarithm.
    pub deviation: f64,
}

/// What a loan is thought to lose.
#[derive(Clone, Debug, PartialEq)]
pub struct LoanRisk {
    /// Probability of a loss within a year.
    pub default_probability: f64,
    /// Share of the debt that comes back then.
    pub recovery: Recovery,
}

/// How loans default together, and what money costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Credit {
    /// Copula correlation of any two loans.
    pub correlation: f64,
    /// Continuously compounded a year; discounts premiums and losses.
    pub rate: f64,
    /// Years that classes are priced for.
    pub maturity: f64,
}

impl Market {
    /// Reads a market file.
    ///
    /// # Errors
    /// The file cannot be read, or the first [`Mistake`] in it.
    pub fn load(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the market {}", file.display()))?;
        Ok(Self::parse(file, &text)?)
    }

    /// Reads a market from `text`, the content of `file`.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, Mistake> {
        let written: written::Market = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            Mistake::at(file, text, span, error.message())
        })?;
        check::Check { file, text }.market(written)
    }

    /// This market as a file that [`Market::load`] reads, percentages to four decimals.
    pub fn to_toml(&self) -> String {
        write::Page(self).to_string()
    }

    /// The number of an asset.
    ///
    /// # Errors
    /// It is not in the file.
    pub fn number(&self, asset: &str) -> Result<usize, Mistake> {
        let found = self.assets.iter().position(|other| other.name == asset);
        found.ok_or_else(|| {
            let known: Vec<_> = self.assets.iter().map(|asset| asset.name.as_str()).collect();
            let message = format!(
                "the deal lends against `{asset}`: add an [[assets]] table with asset = \"{asset}\"; this market has {}",
                known.join(", ")
            );
            Mistake::in_file(&self.file, message)
        })
    }
}
