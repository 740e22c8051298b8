//! Prices from several feeders: quorum, median, age.

use crate::types::{AccountId, AssetId};
use finance::{Period, Price, Timestamp};
use ink::prelude::vec::Vec;

/// The most feeders an asset may have.
pub const MAX_FEEDERS: usize = 16;
/// The most assets an adapter may price.
pub const MAX_ASSETS: usize = 16;

/// How one asset is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct FeedTerms {
    /// Who may report, without duplicates.
    pub feeders: Vec<AccountId>,
    /// How many reports must be in force; at least one, at most the number of feeders.
    pub quorum: u32,
    /// How old a report in force may be.
    pub max_age: Period,
    /// How far a report may lie ahead of the chain's clock; at most the maximum age, so that no feeder
    /// can date a price to outlive it by much.
    pub future_tolerance: Period,
}

/// What one feeder last said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Report {
    /// Cash per whole token, scaled 1e18.
    pub price: Price,
    /// When the feeder observed it.
    pub observed_at: Timestamp,
}

/// A price and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Quotation {
    /// The median of the reports in force, scaled 1e18.
    pub price: Price,
    /// The lower of the live and a pending price.
    pub low: Price,
    /// The higher of the live and a pending price.
    pub high: Price,
    /// When the oldest of them was observed.
    pub oldest: Timestamp,
    /// How many they are.
    pub reports: u32,
    /// Set while a jump is held: when it counts.
    pub held_until: Option<Timestamp>,
}

impl Quotation {
    /// A price of which nothing is held.
    #[must_use]
    pub fn steady(price: Price, oldest: Timestamp, reports: u32) -> Self {
        Self {
            price,
            low: price,
            high: price,
            oldest,
            reports,
            held_until: None,
        }
    }

    /// The live price, unless a jump is held.
    ///
    /// # Errors
    /// [`OracleError::Held`].
    pub fn firm(&self) -> Result<Price, OracleError> {
        match self.held_until {
            Some(until) => Err(OracleError::Held { until }),
            None => Ok(self.price),
        }
    }
}

/// Prices by quorum and median. Consumers read stored reports only.
#[ink::trait_definition]
pub trait OracleAdapter {
    /// Stores the caller's report on `asset`, strictly newer than his last.
    ///
    /// # Events
    /// [`PriceReported`].
    ///
    /// # Errors
    /// [`OracleError::UnknownAsset`], [`OracleError::NotAFeeder`], [`OracleError::ZeroPrice`],
    /// [`OracleError::FromTheFuture`], [`OracleError::TooOld`], [`OracleError::NotNewer`].
    #[ink(message)]
    fn report(
        &mut self,
        asset: AssetId,
        price: Price,
        observed_at: Timestamp,
    ) -> Result<(), OracleError>;

    /// The median of the reports in force.
    ///
    /// # Errors
    /// [`OracleError::UnknownAsset`]; [`OracleError::Frozen`] when fewer reports than the quorum are in
    /// force: never the last price.
    #[ink(message)]
    fn price(&self, asset: AssetId) -> Result<Quotation, OracleError>;

    /// The prices of several assets in the order asked for; `None` for one that is frozen or unknown.
    #[ink(message)]
    fn prices(&self, assets: Vec<AssetId>) -> Vec<Option<Quotation>>;

    /// Every feeder of `asset` with his last report, so that anyone can check the price by hand.
    ///
    /// # Errors
    /// [`OracleError::UnknownAsset`].
    #[ink(message)]
    fn reports(&self, asset: AssetId) -> Result<Vec<(AccountId, Option<Report>)>, OracleError>;

    /// How `asset` is priced.
    ///
    /// # Errors
    /// [`OracleError::UnknownAsset`].
    #[ink(message)]
    fn terms(&self, asset: AssetId) -> Result<FeedTerms, OracleError>;
}

/// A feeder reported a price.
#[ink::event]
pub struct PriceReported {
    /// The asset.
    #[ink(topic)]
    pub asset: AssetId,
    /// The feeder.
    #[ink(topic)]
    pub feeder: AccountId,
    /// Cash per whole token, scaled 1e18.
    pub price: Price,
    /// When the feeder observed it.
    pub observed_at: Timestamp,
}

/// Why the oracle refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum OracleError {
    /// No asset has this number.
    UnknownAsset,
    /// The caller may not report on this asset.
    NotAFeeder,
    /// A price of zero is no price.
    ZeroPrice,
    /// The report lies further ahead of the chain's clock than tolerated.
    FromTheFuture {
        /// The chain's clock.
        now: Timestamp,
    },
    /// The report is older than a report in force may be.
    TooOld {
        /// The chain's clock.
        now: Timestamp,
    },
    /// The report is not newer than the feeder's last one.
    NotNewer {
        /// When the last one was observed.
        last: Timestamp,
    },
    /// Too few reports are in force.
    Frozen {
        /// How many there are.
        reports: u32,
        /// How many there must be.
        quorum: u32,
    },
    /// A feed without feeders, with a feeder twice, or with more than [`MAX_FEEDERS`]; or more than
    /// [`MAX_ASSETS`] feeds.
    InvalidFeeders,
    /// A quorum of zero or above the number of feeders.
    InvalidQuorum,
    /// A maximum age of zero, or a future tolerance above the maximum age.
    InvalidAge,
    /// The price jumped, and the jump counts only later.
    Held {
        /// When it counts.
        until: Timestamp,
    },
}
