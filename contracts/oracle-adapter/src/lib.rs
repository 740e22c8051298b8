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
    use finance::Price;
    use ink::codegen::TraitCallBuilder;
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::calls::answer;
    use interfaces::oracle_adapter::{
        Feed, FeedProposed, FeedTerms, Key, OracleAdapter, OracleError, OracleTerms, PriceReported,
        Proposal, Quotation, Report, ReportMessage, Settings, SignedReport, MAX_ASSETS,
    };
    use interfaces::price_source::{
        PriceSource, SOURCE_DEPOSIT, SOURCE_PROOF_SIZE, SOURCE_REF_TIME,
    };
    use interfaces::types::AssetId;
    use interfaces::{ensure, Boxed};

    #[ink(storage)]
    pub struct OracleAdapterContract {
        /// Fixed at creation.
        settings: Boxed<Settings>,
        /// Every asset under a number below [`MAX_ASSETS`].
        feeds: Mapping<AssetId, Boxed<Feed>, ManualKey<1>>,
    }

    /// How a report came here.
    enum Evidence<'a> {
        Call(Report),
        Signature(&'a SignedReport),
        /// It is asked for.
        Answer,
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
                settings: Boxed::new(settings),
                feeds: Mapping::default(),
            };
            for (asset, terms) in (0..).map(AssetId).zip(feeds) {
                feed::ensure_valid(&terms, asset, settings.change_delay)?;
                let mut feed = Boxed::<Feed>::default();
                feed::adopt(&mut feed, terms);
                adapter.feeds.insert(asset, &feed);
            }
            Ok(adapter)
        }

        /// The feed under the terms that are in force now.
        fn load(&self, asset: AssetId) -> Result<Boxed<Feed>, OracleError> {
            let feed = self.feeds.get(asset);
            let mut feed = feed.ok_or(OracleError::UnknownAsset)?;
            feed::change(&mut feed, self.now());
            Ok(feed)
        }

        /// Stores what `feeder` reports on `asset`, by the way that his key allows.
        fn take(
            &mut self,
            asset: AssetId,
            feeder: &AccountId,
            evidence: Evidence,
        ) -> Result<(), OracleError> {
            let mut feed = self.load(asset)?;
            let (place, key) = feed::key(&feed.terms, feeder)?;
            let report = match (key, evidence) {
                (Key::Source, Evidence::Answer) => self.ask(*feeder, asset, &feed.terms)?,
                (key, Evidence::Signature(signed)) => {
                    let report = signed.report;
                    let message = ReportMessage {
                        network: &self.settings.network,
                        oracle: &self.env().account_id(),
                        asset,
                        report,
                    };
                    ensure_signed(&message.text(), &signed.signature, key, feeder)?;
                    report
                }
                (Key::Sr25519 | Key::Ecdsa, Evidence::Call(report)) => report,
                _ => return Err(OracleError::NotAFeeder),
            };
            feed::report(&mut feed, place, report, self.now())?;
            self.feeds.insert(asset, &feed);
            self.env().emit_event(PriceReported {
                asset,
                feeder: *feeder,
                price: report.price,
                observed_at: report.observed_at,
                held_until: feed::held_until(&feed),
            });
            Ok(())
        }

        /// What a source reports.
        fn ask(
            &self,
            source: AccountId,
            asset: AssetId,
            terms: &FeedTerms,
        ) -> Result<Report, OracleError> {
            let source: ink::contract_ref!(PriceSource) = source.into();
            let question = source
                .call()
                .latest(asset)
                .ref_time_limit(SOURCE_REF_TIME)
                .proof_size_limit(SOURCE_PROOF_SIZE)
                .storage_deposit_limit(SOURCE_DEPOSIT);
            let answer = answer(question.try_invoke())?.ok_or(OracleError::Silent)?;
            Ok(Report {
                price: answer.price(terms.max_confidence, terms.future_tolerance, self.now())?,
                observed_at: answer.observed_at,
            })
        }

        fn quote(&self, asset: AssetId) -> Result<Quotation, OracleError> {
            let now = self.now();
            let mut feed = self.load(asset)?;
            let mut quotation = feed::quotation(&mut feed, now)?;
            if let Some(base) = feed.terms.base {
                // Ends, as a base has a lower number.
                let other = self.quote(base.asset)?;
                feed::derive(&mut quotation, base.cap.at(now), &other)?;
            }
            Ok(quotation)
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
            let report = Evidence::Call(Report { price, observed_at });
            self.take(asset, &self.env().caller(), report)
        }

        #[ink(message)]
        fn report_signed(
            &mut self,
            reports: Vec<Boxed<SignedReport>>,
        ) -> Vec<Result<(), OracleError>> {
            let reports = reports.iter().map(|signed| {
                let evidence = Evidence::Signature(signed);
                self.take(signed.asset, &signed.feeder, evidence)
            });
            reports.collect()
        }

        #[ink(message)]
        fn poke(&mut self, asset: AssetId, source: AccountId) -> Result<(), OracleError> {
            self.take(asset, &source, Evidence::Answer)
        }

        #[ink(message)]
        fn price(&self, asset: AssetId) -> Result<Quotation, OracleError> {
            self.quote(asset)
        }

        #[ink(message)]
        fn prices(&self, assets: Vec<AssetId>) -> Vec<Option<Quotation>> {
            let quotation = |asset| self.quote(asset).ok();
            assets.into_iter().map(quotation).collect()
        }

        #[ink(message)]
        fn feed(&self, asset: AssetId) -> Result<Boxed<Feed>, OracleError> {
            self.load(asset)
        }

        #[ink(message)]
        fn settings(&self) -> Boxed<Settings> {
            self.settings.clone()
        }

        #[ink(message)]
        fn propose_feed(
            &mut self,
            asset: AssetId,
            terms: Boxed<FeedTerms>,
        ) -> Result<(), OracleError> {
            ensure!(
                self.env().caller() == self.settings.governor,
                OracleError::NotTheGovernor
            );
            ensure!(asset.index() < MAX_ASSETS, OracleError::UnknownAsset);
            feed::ensure_valid(&terms, asset, self.settings.change_delay)?;
            let mut feed = self.load(asset).unwrap_or_default();
            feed::ensure_same_unit(&feed, &terms)?;
            let effective_at = self.now().plus(self.settings.change_delay);
            feed.proposed = Some(Boxed::new(Proposal {
                effective_at,
                terms,
            }));
            self.feeds.insert(asset, &feed);
            self.env().emit_event(FeedProposed {
                asset,
                effective_at,
            });
            Ok(())
        }
    }
}
