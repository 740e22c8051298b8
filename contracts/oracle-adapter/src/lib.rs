//! Prices from several feeders: quorum, median, age; jumps are held until they are confirmed.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod feed;
mod signature;

pub use self::oracle_adapter::{OracleAdapterContract, OracleAdapterContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod oracle_adapter {
    use crate::feed;
    use crate::signature::ensure_signed;
    use finance::oracle::answer::Answer;
    use finance::Price;
    use ink::codegen::TraitCallBuilder;
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::calls::answer;
    use interfaces::ensure;
    use interfaces::oracle_adapter::{
        Feed, FeedChanged, FeedTerms, Key, OracleAdapter, OracleError, OracleTerms, PendingFeed,
        PriceReported, Quotation, Report, ReportMessage, Settings, SignedReport, MAX_ASSETS,
    };
    use interfaces::price_source::{
        PriceSource, SOURCE_DEPOSIT, SOURCE_PROOF_SIZE, SOURCE_REF_TIME,
    };
    use interfaces::types::AssetId;

    #[ink(storage)]
    pub struct OracleAdapterContract {
        /// Fixed at creation.
        settings: Settings,
        /// Every asset, numbered from zero without gaps.
        feeds: Mapping<AssetId, Feed, ManualKey<1>>,
    }

    impl OracleAdapterContract {
        /// An adapter for assets numbered in the order given, without a report yet.
        ///
        /// # Errors
        /// [`OracleError::InvalidFeeders`], [`OracleError::InvalidQuorum`], [`OracleError::InvalidAge`],
        /// [`OracleError::InvalidBase`].
        #[ink(constructor)]
        pub fn new(terms: OracleTerms) -> Result<Self, OracleError> {
            let OracleTerms { settings, feeds } = terms;
            ensure!(feeds.len() <= MAX_ASSETS, OracleError::InvalidFeeders);
            let mut adapter = Self {
                settings,
                feeds: Mapping::default(),
            };
            for (asset, terms) in (0..).map(AssetId).zip(feeds) {
                feed::ensure_valid(&terms, asset, settings.change_delay)?;
                adapter.feeds.insert(asset, &feed::new(terms));
            }
            Ok(adapter)
        }

        fn load(&self, asset: AssetId) -> Result<Feed, OracleError> {
            self.feeds.get(asset).ok_or(OracleError::UnknownAsset)
        }

        /// Stores what `feeder` was shown to have reported.
        fn take(
            &mut self,
            asset: AssetId,
            feed: &mut Feed,
            feeder: AccountId,
            report: Report,
        ) -> Result<(), OracleError> {
            feed::report(feed, &feeder, report, self.now())?;
            self.feeds.insert(asset, feed);
            self.env().emit_event(PriceReported {
                asset,
                feeder,
                price: report.price,
                observed_at: report.observed_at,
                held_until: feed::ends_at(&feed.course, &feed.terms),
            });
            Ok(())
        }

        fn take_signed(&mut self, signed: &SignedReport) -> Result<(), OracleError> {
            let SignedReport {
                asset,
                feeder,
                report,
                signature,
            } = signed;
            let mut feed = self.load(*asset)?;
            let message = ReportMessage {
                network: &self.settings.network,
                oracle: &self.env().account_id(),
                asset: *asset,
                report: *report,
            };
            let key = feed::key(&feed.terms, feeder)?;
            ensure_signed(&message.text(), signature, key, feeder)?;
            self.take(*asset, &mut feed, *feeder, *report)
        }

        fn change(
            &mut self,
            asset: AssetId,
            feed: &Feed,
            effective_at: Option<finance::Timestamp>,
        ) -> Result<(), OracleError> {
            self.feeds.insert(asset, feed);
            self.env().emit_event(FeedChanged {
                asset,
                effective_at,
            });
            Ok(())
        }

        fn ask(&self, source: AccountId, asset: AssetId) -> Result<Answer, OracleError> {
            let source: ink::contract_ref!(PriceSource) = source.into();
            let question = source
                .call()
                .latest(asset)
                .ref_time_limit(SOURCE_REF_TIME)
                .proof_size_limit(SOURCE_PROOF_SIZE)
                .storage_deposit_limit(SOURCE_DEPOSIT);
            answer(question.try_invoke())?.ok_or(OracleError::Silent)
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
            let mut feed = self.load(asset)?;
            let key = feed::key(&feed.terms, &feeder)?;
            // A source is asked: its answers tell how sure it is.
            ensure!(!matches!(key, Key::Source { .. }), OracleError::NotAFeeder);
            let report = Report { price, observed_at };
            self.take(asset, &mut feed, feeder, report)
        }

        #[ink(message)]
        fn report_signed(&mut self, reports: Vec<SignedReport>) -> Vec<Result<(), OracleError>> {
            let reports = reports.iter();
            reports.map(|report| self.take_signed(report)).collect()
        }

        #[ink(message)]
        fn poke(&mut self, asset: AssetId, source: AccountId) -> Result<(), OracleError> {
            let mut feed = self.load(asset)?;
            let Key::Source { max_confidence } = feed::key(&feed.terms, &source)? else {
                return Err(OracleError::NotAFeeder);
            };
            let answer = self.ask(source, asset)?;
            let tolerance = feed.terms.future_tolerance;
            let report = Report {
                price: answer.price(max_confidence, tolerance, self.now())?,
                observed_at: answer.observed_at,
            };
            self.take(asset, &mut feed, source, report)
        }

        #[ink(message)]
        fn price(&self, asset: AssetId) -> Result<Quotation, OracleError> {
            let feed = self.load(asset)?;
            let own = feed::quotation(&feed, self.now())?;
            let Some(base) = feed.terms.base else {
                return Ok(own);
            };
            // Ends, as a base has a lower number.
            let other = self.price(base.asset)?;
            Ok(feed::derived(&own, base.cap.at(self.now()), &other)?)
        }

        #[ink(message)]
        fn prices(&self, assets: Vec<AssetId>) -> Vec<Option<Quotation>> {
            let quotation = |asset| self.price(asset).ok();
            assets.into_iter().map(quotation).collect()
        }

        #[ink(message)]
        fn feed(&self, asset: AssetId) -> Result<Feed, OracleError> {
            self.load(asset)
        }

        #[ink(message)]
        fn settings(&self) -> Settings {
            self.settings
        }

        #[ink(message)]
        fn propose_feed(&mut self, asset: AssetId, terms: FeedTerms) -> Result<(), OracleError> {
            let Settings {
                governor,
                change_delay,
                ..
            } = self.settings;
            ensure!(self.env().caller() == governor, OracleError::NotTheGovernor);
            let mut feed = self.load(asset)?;
            feed::ensure_valid(&terms, asset, change_delay)?;
            let unit = |terms: &FeedTerms| terms.base.map(|base| base.asset);
            ensure!(unit(&terms) == unit(&feed.terms), OracleError::InvalidBase);
            let effective_at = self.now().plus(change_delay);
            feed.pending = Some(PendingFeed {
                terms,
                effective_at,
            });
            self.change(asset, &feed, Some(effective_at))
        }

        #[ink(message)]
        fn apply_feed(&mut self, asset: AssetId) -> Result<(), OracleError> {
            let mut feed = self.load(asset)?;
            feed::change(&mut feed, self.now())?;
            self.change(asset, &feed, None)
        }
    }
}
