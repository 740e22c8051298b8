//! A market file from a price history.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use term_sheet::{find, Scenario};

use super::{ensure_writable, print, write};
use crate::fit::{fit, AssetFit, Fit};
use crate::market::{Asset, Market};
use crate::report::{Cell, Table};

/// Fit volatilities, jumps and correlations to a price history, and write a market file
#[derive(Args)]
pub struct Calibrate {
    /// Prices: times and one column per asset; also the name of a scenario in scenarios/
    #[arg(value_name = "PRICES")]
    prices: PathBuf,
    /// The assets to fit, separated by commas; all columns unless given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    assets: Vec<String>,
    /// Market file whose prices, drifts, depths and credit terms are kept; also the name of one in markets/
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Where to write the market; printed unless given
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

impl Calibrate {
    pub fn run(&self) -> Result<()> {
        self.out.as_deref().map_or(Ok(()), ensure_writable)?;
        let history = Scenario::load(&find(&self.prices, "scenarios", "csv")?)?;
        let kept = self
            .keep
            .as_ref()
            .map(|file| Market::load(&find(file, "markets", "toml")?));
        let kept = kept.transpose()?;
        let assets = if self.assets.is_empty() {
            &history.assets
        } else {
            &self.assets
        };
        let fit = fit(&history, assets)?;
        let market = market(&history, &fit, kept.as_ref());
        match &self.out {
            None => print(market.to_toml().trim_end()),
            Some(out) => {
                print(summary(&fit))?;
                if fit.repair > 0.0 {
                    print(format!(
                        "Correlations were moved by {:.4} to be possible together.",
                        fit.repair
                    ))?;
                }
                write(out, &market.to_toml())
            }
        }
    }
}

fn summary(fit: &Fit) -> Table {
    let columns = [
        "Asset",
        "Returns",
        "Years",
        "Volatility",
        "Jumps a year",
        "Mean jump",
        "Deviation",
        "Growth",
        "Worst step",
    ];
    let mut table = Table::new("fit", "What the history shows", &columns);
    for asset in &fit.assets {
        table.row([
            Cell::Text(asset.name.clone()),
            Cell::Count(asset.returns as u64),
            Cell::Number(asset.years, 2),
            Cell::Percent(asset.volatility, 1),
            Cell::Number(asset.jumps.per_year, 1),
            Cell::Percent(asset.jumps.mean, 1),
            Cell::Percent(asset.jumps.deviation, 1),
            Cell::Percent(asset.growth, 1),
            Cell::Percent(asset.worst.exp_m1(), 1),
        ]);
    }
    table
}

fn market(history: &Scenario, fit: &Fit, kept: Option<&Market>) -> Market {
    let last = history.rows.last().map(|row| row.at).unwrap_or_default();
    Market {
        file: history.file.clone(),
        name: kept.map_or_else(
            || format!("Fitted to {}", history.name()),
            |kept| kept.name.clone(),
        ),
        date: kept.map_or(last, |kept| kept.date),
        assets: fit
            .assets
            .iter()
            .map(|asset| with_kept(asset, kept))
            .collect(),
        correlation: fit.correlation.clone(),
        common_jumps: fit.common_jumps,
        impact_half_life: kept.map_or(crate::market::IMPACT_HALF_LIFE, |kept| {
            kept.impact_half_life
        }),
        credit: kept.and_then(|kept| kept.credit),
    }
}

/// Past growth is no forecast: the drift of a new asset is zero.
fn with_kept(fit: &AssetFit, kept: Option<&Market>) -> Asset {
    let known = kept.and_then(|kept| kept.assets.iter().find(|asset| asset.name == fit.name));
    Asset {
        name: fit.name.clone(),
        price: known.map_or(fit.price, |asset| asset.price),
        drift: known.map_or(0.0, |asset| asset.drift),
        volatility: fit.volatility,
        jumps: fit.jumps,
        depth: known.and_then(|asset| asset.depth),
        loans: known.and_then(|asset| asset.loans.clone()),
    }
}
