//! Prices from several feeders: quorum, median, age.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod feed;

pub use self::oracle_adapter::{OracleAdapterContract, OracleAdapterContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod oracle_adapter {
    use crate::feed::{Feed, Reports};
    use finance::Price;
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::ensure;
    use interfaces::oracle_adapter::{
        FeedTerms, OracleAdapter, OracleError, PriceReported, Quotation, Report, MAX_ASSETS,
    };
    use interfaces::types::AssetId;

    #[ink(storage)]
    pub struct OracleAdapterContract {
        /// Valid terms of every asset, numbered from zero without gaps. Fixed at creation.
        terms: Mapping<AssetId, FeedTerms, ManualKey<1>>,
        /// As many slots for every asset as its terms have feeders.
        reports: Mapping<AssetId, Reports, ManualKey<2>>,
    }

    impl OracleAdapterContract {
        /// An adapter for assets numbered in the order given, without a report yet.
        ///
        /// # Errors
        /// [`OracleError::InvalidFeeders`], [`OracleError::InvalidQuorum`], [`OracleError::InvalidAge`].
        #[ink(constructor)]
        pub fn new(feeds: Vec<FeedTerms>) -> Result<Self, OracleError> {
            ensure!(feeds.len() <= MAX_ASSETS, OracleError::InvalidFeeders);
            let mut adapter = Self {
                terms: Mapping::default(),
                reports: Mapping::default(),
            };
            for (asset, terms) in (0..).map(AssetId).zip(feeds) {
                let feed = Feed::new(terms)?;
                adapter.terms.insert(asset, &feed.terms);
                adapter.reports.insert(asset, &feed.reports);
            }
            Ok(adapter)
        }

        fn feed(&self, asset: AssetId) -> Result<Feed, OracleError> {
            let terms = self.terms(asset)?;
            let reports = self.reports.get(asset).ok_or(OracleError::UnknownAsset)?;
            Ok(Feed { terms, reports })
        }

        fn now(&self) -> finance::Timestamp {
            finance::Timestamp(self.env().block_timestamp())
        }
    }

    impl OracleAdapter for OracleAdapterContract {
        #[ink(message)]
        fn report(
            &mut self,
            asset: AssetId,
            price: Price,
            observed_at: finance::Timestamp,
        ) -> Result<(), OracleError> {
            let feeder = self.env().caller();
            let mut feed = self.feed(asset)?;
            feed.report(feeder, Report { price, observed_at }, self.now())?;
            self.reports.insert(asset, &feed.reports);
            self.env().emit_event(PriceReported {
                asset,
                feeder,
                price,
                observed_at,
            });
            Ok(())
        }

        #[ink(message)]
        fn price(&self, asset: AssetId) -> Result<Quotation, OracleError> {
            self.feed(asset)?.quotation(self.now())
        }

        #[ink(message)]
        fn prices(&self, assets: Vec<AssetId>) -> Vec<Option<Quotation>> {
            let quotation = |asset| self.price(asset).ok();
            assets.into_iter().map(quotation).collect()
        }

        #[ink(message)]
        fn reports(&self, asset: AssetId) -> Result<Vec<(AccountId, Option<Report>)>, OracleError> {
            Ok(self.feed(asset)?.by_feeder())
        }

        #[ink(message)]
        fn terms(&self, asset: AssetId) -> Result<FeedTerms, OracleError> {
            self.terms.get(asset).ok_or(OracleError::UnknownAsset)
        }
    }
}
