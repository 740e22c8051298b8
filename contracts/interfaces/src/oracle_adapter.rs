//! Prices from several feeders: quorum, median, age; jumps are held until they are confirmed.
//!
//! **Reports.** A feeder is an account or a contract. An account reports by a call, or signs and lets anybody submit:
//! [`ReportMessage`] is what it signs. A contract is a [source](crate::price_source), which anybody pokes. Only the last
//! report of each is kept; readers read what is stored, so that no caller decides whom they hear.
//!
//! **Price.** The median of the reports in force, and never less than a quorum of them: otherwise it is *frozen*, an
//! error. A median that moved further than allowed is *held* ([`Course`]): until it is
//! confirmed, readers get the price before it and the pending one.
//!
//! **Changes.** Feeds are added, changed and retired by proposals of the governor alone, each public for a fixed time
//! before it comes into force by itself.

use crate::calls::CallError;
use crate::permit::Text;
use crate::types::{AccountId, AssetId};
use crate::{ensure, wrap_errors, Boxed};
use finance::oracle::answer::AnswerError;
use finance::oracle::cap::RateCap;
use finance::oracle::course::Course;
use finance::{MathError, Period, Price, Ratio, Timestamp};
use ink::prelude::vec::Vec;

pub use finance::oracle::median::Report;

/// The most feeders an asset may have.
pub const MAX_FEEDERS: usize = 16;
/// The most assets an adapter may price.
pub const MAX_ASSETS: usize = 16;

/// What an oracle adapter is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct OracleTerms {
    /// What holds for all assets.
    pub settings: Settings,
    /// How each asset is priced, in the order of their numbers; at most [`MAX_ASSETS`].
    pub feeds: Vec<Boxed<FeedTerms>>,
}

/// What holds for all assets, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Settings {
    /// The chain, for what is signed: its genesis hash.
    pub network: [u8; 32],
    /// Who may propose other terms of a feed.
    pub governor: AccountId,
    /// How long a proposal is public before it comes into force.
    pub change_delay: Period,
}

impl scale::Decode for Settings {
    // The network as one more account: arrays would need code of their own.
    fn decode<I: scale::Input>(input: &mut I) -> Result<Self, scale::Error> {
        let network = AccountId::decode(input)?;
        Ok(Self {
            network: *network.as_ref(),
            governor: AccountId::decode(input)?,
            change_delay: Period::decode(input)?,
        })
    }
}

/// How one asset is priced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct FeedTerms {
    /// Who may report, without duplicates; at most [`MAX_FEEDERS`]. A feed without feeders is retired, or not yet in use:
    /// it has no price.
    pub feeders: Vec<Feeder>,
    /// How many reports must be in force: at least one, at most the number of feeders; zero without feeders.
    pub quorum: u32,
    /// How often feeders report at least: a price whose reports are older is *late*. At most the maximum age.
    pub heartbeat: Period,
    /// How old a report in force may be. Together with the future tolerance at most the delay of changes, so that
    /// no report outlives a change of the feeders.
    pub max_age: Period,
    /// How far a report may lie ahead of the chain's clock; at most the maximum age and
    /// [`MAX_FUTURE_TOLERANCE`](finance::oracle::MAX_FUTURE_TOLERANCE), so that no feeder can date a price to outlive it.
    pub future_tolerance: Period,
    /// The most the median may move within the time of a hold before it is held.
    pub max_deviation: Ratio,
    /// How long a jump is held; at most the delay of changes. With none, nothing is held.
    pub hold: Period,
    /// The time constant of the moving average; at least a second.
    pub averaging: Period,
    /// How far a source may think that it is off, as a share of the price; within
    /// [`CONFIDENCES`](finance::oracle::answer::CONFIDENCES).
    pub max_confidence: Ratio,
    /// The asset that the reports are in: without one they are prices in cash.
    pub base: Option<Base>,
}

impl FeedTerms {
    /// Accounts that report prices in cash, of which every median counts at once.
    pub fn of_accounts(
        accounts: impl IntoIterator<Item = AccountId>,
        quorum: u32,
        max_age: Period,
        future_tolerance: Period,
    ) -> Self {
        let feeder = |account| Feeder {
            account,
            key: Key::Sr25519,
        };
        Self {
            feeders: accounts.into_iter().map(feeder).collect(),
            quorum,
            heartbeat: max_age,
            max_age,
            future_tolerance,
            max_deviation: Ratio::ZERO,
            hold: Period(0),
            averaging: Period::from_secs(3_600),
            max_confidence: Ratio::from_bps(100),
            base: None,
        }
    }
}

/// Of a derived asset (staked tokens, vault shares) a feed reports the rate, in whole tokens of another asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Base {
    /// The other asset, of a lower number. The price of the derived asset is the product.
    pub asset: AssetId,
    /// A higher rate counts as this.
    pub cap: RateCap,
}

/// Who reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Feeder {
    /// The account: of an sr25519 key the key itself, of an ecdsa key the blake2b-256 hash of the compressed
    /// key, as the chain derives it.
    pub account: AccountId,
    /// How it reports.
    pub key: Key,
}

/// How a feeder reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Key {
    /// By a call, or by a signature of its sr25519 key.
    Sr25519,
    /// By a call, or by a signature of its ecdsa key.
    Ecdsa,
    /// It is a contract, which answers when it is poked.
    Source,
}

/// A report that anybody may submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct SignedReport {
    /// What it is about.
    pub asset: AssetId,
    /// Who signed it.
    pub feeder: AccountId,
    /// What he says.
    pub report: Report,
    /// His signature of the [text](ReportMessage::text), with or without the wrapping. Of an sr25519 key the signature of
    /// the text itself, and a last byte that nobody looks at. Of an ecdsa key one of the blake2b-256 hash of the text: r, s of
    /// the lower half, and a recovery id of 0 or 1.
    pub signature: [u8; 65],
}

/// What a signature is about.
///
/// The time of a report is its nonce: only one that is newer than the feeder's last is taken, so each counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode)]
pub struct ReportMessage<'a> {
    /// The chain: [`Settings::network`].
    pub network: &'a [u8; 32],
    /// The oracle adapter.
    pub oracle: &'a AccountId,
    /// The asset.
    pub asset: AssetId,
    /// The report.
    pub report: Report,
}

impl ReportMessage<'_> {
    /// The text to sign: name and version, and the blake2b hash of all fields as SCALE encodes them.
    pub fn text(&self) -> Text {
        Text::about(b"Sluice report v1", self)
    }
}

/// A price and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Quotation {
    /// The last price that counted, scaled 1e18: the median of the reports in force, unless that is held.
    pub price: Price,
    /// The lower of this and what is pending: for marks and liquidations. The same while nothing is held.
    pub low: Price,
    /// The higher of the two.
    pub high: Price,
    /// The exponential moving average of the price as of the last report.
    pub average: Price,
    /// A quorum and more than half of the reports in force are at least as new. So the median lies among what these
    /// say, and a single feeder who is slow makes nothing older.
    pub oldest: Timestamp,
    /// How many reports are in force.
    pub reports: u32,
    /// While a jump is held: when the median of that moment will count.
    pub held_until: Option<Timestamp>,
    /// Whether `oldest` is further back than the heartbeat.
    pub late: bool,
}

impl Quotation {
    /// A price that nothing casts doubt on.
    pub fn steady(price: Price, oldest: Timestamp, reports: u32) -> Self {
        Self {
            price,
            low: price,
            high: price,
            average: price,
            oldest,
            reports,
            held_until: None,
            late: false,
        }
    }

    /// The price for what can wait: draws, withdrawals, deposits.
    ///
    /// # Errors
    /// [`OracleError::Held`], [`OracleError::Late`].
    pub fn firm(&self) -> Result<Price, OracleError> {
        if let Some(until) = self.held_until {
            return Err(OracleError::Held { until });
        }
        let oldest = self.oldest;
        ensure!(!self.late, OracleError::Late { oldest });
        Ok(self.price)
    }
}

/// How an asset is priced, what its feeders last said, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Feed {
    /// How it is priced.
    pub terms: Boxed<FeedTerms>,
    /// The last report of each feeder, in the order of the terms; [`Report::default`] of one who never reported.
    pub reports: Vec<Report>,
    /// What became of the medians, up to the last report.
    pub course: Course,
    /// What was proposed and is not yet in force.
    pub proposed: Option<Boxed<Proposal>>,
}

impl Feed {
    /// Every feeder with his last report, if he ever reported.
    pub fn by_feeder(&self) -> impl Iterator<Item = (AccountId, Option<Report>)> + '_ {
        let feeders = self.terms.feeders.iter().map(|feeder| feeder.account);
        let said = |report: &Report| Some(*report).filter(|report| *report != Report::default());
        feeders.zip(self.reports.iter().map(said))
    }
}

/// Terms that will replace those of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Proposal {
    /// From when on.
    pub effective_at: Timestamp,
    /// The new terms.
    pub terms: Boxed<FeedTerms>,
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

    /// Stores signed reports, as [`OracleAdapter::report`] does. Anybody may call it. Each stands for itself: one that
    /// is refused, or that somebody else submitted before, keeps none of the others out. In the order given: what
    /// became of each.
    ///
    /// # Events
    /// As `report`.
    ///
    /// # Errors
    /// For each those of `report`, and [`OracleError::WrongSignature`].
    #[ink(message)]
    fn report_signed(&mut self, reports: Vec<Boxed<SignedReport>>) -> Vec<Result<(), OracleError>>;

    /// Asks the contract `source` and stores what it answers as its report. Anybody may call it. If the source does
    /// not answer well, or the caller brought too little gas, its last report stays.
    ///
    /// # Events
    /// As `report`.
    ///
    /// # Errors
    /// Those of `report`, where a feeder that is no source is [`OracleError::NotAFeeder`];
    /// [`OracleError::Call`], [`OracleError::Silent`], [`OracleError::Answer`].
    #[ink(message)]
    fn poke(&mut self, asset: AssetId, source: AccountId) -> Result<(), OracleError>;

    /// The price of `asset`.
    ///
    /// # Errors
    /// [`OracleError::UnknownAsset`]; [`OracleError::Frozen`] when fewer reports than the quorum are in
    /// force: never the last price; [`OracleError::Held`] while there was never a price that counted;
    /// [`OracleError::Math`] if a product exceeds 128 bits.
    #[ink(message)]
    fn price(&self, asset: AssetId) -> Result<Quotation, OracleError>;

    /// The prices of several assets in the order asked for; `None` for one that has none.
    #[ink(message)]
    fn prices(&self, assets: Vec<AssetId>) -> Vec<Option<Quotation>>;

    /// All there is to know about `asset`: with it anyone can check its price by hand.
    ///
    /// # Errors
    /// [`OracleError::UnknownAsset`].
    #[ink(message)]
    fn feed(&self, asset: AssetId) -> Result<Boxed<Feed>, OracleError>;

    /// What holds for all assets.
    #[ink(message)]
    fn settings(&self) -> Boxed<Settings>;

    /// Proposes terms for `asset`, in place of what was proposed before and is not yet in force. For the governor. Terms
    /// for a number below [`MAX_ASSETS`] that has no feed add one; terms without feeders retire it.
    ///
    /// Nothing about a feed has a safe side, so every change waits for [`Settings::change_delay`]: raising a quorum can
    /// freeze a price, lowering it weakens one. Then it comes into force without a call. Feeders who stay keep their last
    /// report, and jumps are measured from the price before. What the reports are in changes with no feeder at all only.
    ///
    /// # Events
    /// [`FeedProposed`].
    ///
    /// # Errors
    /// [`OracleError::NotTheGovernor`], [`OracleError::UnknownAsset`] for a number too high, and as for what an adapter is
    /// made with: [`OracleError::InvalidFeeders`], [`OracleError::InvalidQuorum`], [`OracleError::InvalidAge`],
    /// [`OracleError::InvalidBase`].
    #[ink(message)]
    fn propose_feed(&mut self, asset: AssetId, terms: Boxed<FeedTerms>) -> Result<(), OracleError>;
}

/// A feeder reported a price.
#[ink::event]
pub struct PriceReported {
    /// The asset.
    pub asset: AssetId,
    /// The feeder.
    pub feeder: AccountId,
    /// Cash per whole token, scaled 1e18; of a derived asset whole tokens of its base.
    pub price: Price,
    /// When the feeder observed it.
    pub observed_at: Timestamp,
    /// When the median of that moment will count, if a jump is held now.
    pub held_until: Option<Timestamp>,
}

/// Terms of a feed were proposed.
#[ink::event]
pub struct FeedProposed {
    /// The asset.
    pub asset: AssetId,
    /// From when on they are in force.
    pub effective_at: Timestamp,
}

/// Why the oracle refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum OracleError {
    /// No asset has this number.
    UnknownAsset,
    /// The account may not report on this asset, or not this way.
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
    /// A feed with a feeder twice, with more than [`MAX_FEEDERS`], or with sources that may be less certain than
    /// [`CONFIDENCES`](finance::oracle::answer::CONFIDENCES) say; or more than [`MAX_ASSETS`] feeds.
    InvalidFeeders,
    /// A quorum of zero, unless there are no feeders, or above the number of feeders.
    InvalidQuorum,
    /// A heartbeat of zero or above the maximum age; a future tolerance above that or above a minute; a hold, or a
    /// maximum age with its tolerance, above the delay of changes; an average over less than a second.
    InvalidAge,
    /// A jump of the price is held, or its first value.
    Held {
        /// When the median of that moment will count.
        until: Timestamp,
    },
    /// The price is older than the heartbeat.
    Late {
        /// What it counts as observed at.
        oldest: Timestamp,
    },
    /// The feeder did not sign this: another price, time, asset, oracle, chain or signer, or an ecdsa signature that is not
    /// in its lower form.
    WrongSignature,
    /// The source knows no price of the asset.
    Silent,
    /// The source did not answer.
    Call(CallError),
    /// The answer of the source is no price.
    Answer(AnswerError),
    /// A base that has no lower number than the derived asset, or another one than before.
    InvalidBase,
    /// Only the governor may propose.
    NotTheGovernor,
    /// A product beyond 128 bits.
    Math(MathError),
}

wrap_errors!(OracleError {
    Call(CallError),
    Answer(AnswerError),
    Math(MathError),
});
crate::decode_fields!(Quotation {
    price,
    low,
    high,
    average,
    oldest,
    reports,
    held_until,
    late
});
