//! Feeders: each reports what it sees, a little apart from the others unless the seed is zero.

use anyhow::{Context, Result};
use finance::{Price, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::types::{AssetId, CollateralId};

use super::noise::Noise;
use super::Replay;

pub struct Feeders {
    noise: Option<Noise>,
    reported_at: Timestamp,
}

impl Feeders {
    pub fn new(seed: u64) -> Self {
        Self {
            noise: (seed != 0).then(|| Noise::new(seed)),
            reported_at: Timestamp::default(),
        }
    }
}

impl Replay<'_> {
    pub(super) fn report(&mut self, prices: &[(CollateralId, Price)]) -> Result<()> {
        let now = self.chain.now();
        for (collateral, price) in prices {
            for (feeder, terms) in self
                .cast
                .feeders
                .iter()
                .zip(&self.deal.sheet.oracle.feeders)
            {
                let noise = self.feeders.noise.as_mut();
                let seen = noise.map_or(*price, |noise| noise.around(*price));
                let report = self
                    .deal
                    .oracle()
                    .call_mut()
                    .report(AssetId(collateral.0), seen, now);
                self.chain
                    .execute(*feeder, report)
                    .with_context(|| format!("{terms} reports"))?;
            }
        }
        self.feeders.reported_at = now;
        Ok(())
    }

    /// Reports the last prices again before they grow too old.
    pub(super) fn repeat_reports(&mut self) -> Result<()> {
        let age = self.chain.now().since(self.feeders.reported_at);
        if age.0 < self.deal.sheet.oracle.max_age.0 / 2 {
            return Ok(());
        }
        self.report_again()
    }

    /// Reports the last prices as of now.
    pub(super) fn report_again(&mut self) -> Result<()> {
        let types = (0..).map(CollateralId).take(self.deal.collateral.len());
        let prices: Vec<_> = types
            .filter_map(|id| Some((id, self.market.price(id)?)))
            .collect();
        self.report(&prices)
    }
}
