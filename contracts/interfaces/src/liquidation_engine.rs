//! Dutch auctions of seized collateral.

use crate::calls::CallError;
use crate::collateral_vault::VaultError;
use crate::parameters::ParametersError;
use crate::types::{AccountId, AuctionId, Balance, CollateralId, PositionId};
use finance::auction::{Curve, Purchase};
use finance::valuation::Quote;
use finance::{MathError, Price, Ratio, Timestamp};
use ink::prelude::vec::Vec;

/// The most auctions [`LiquidationEngine::auctions`] returns at once.
pub const MAX_PAGE: u32 = 50;

/// An auction in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Auction {
    /// The seized position.
    pub position: PositionId,
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral left to sell, in base units.
    pub collateral: Balance,
    /// Debt left to raise, in base units of cash.
    pub debt: Balance,
    /// Penalty left to raise after the debt, in base units of cash.
    pub penalty: Balance,
    /// First asked price.
    pub top: Price,
    /// When the asked price began to fall.
    pub started_at: Timestamp,
    /// How it falls.
    pub curve: Curve,
    /// The share of `top` below which a reset is due.
    pub cusp: Ratio,
    /// The least that a partial purchase may leave to raise, in base units of cash.
    pub dust: Balance,
    /// Conversion between collateral and cash.
    pub quote: Quote,
}

/// An auction as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct AuctionView {
    /// Its number.
    pub id: AuctionId,
    /// The stored auction.
    pub auction: Auction,
    /// The price asked now.
    pub asked: Price,
    /// Whether it must be reset before it sells.
    pub stale: bool,
}

/// Auctions of unhealthy positions, open to everybody.
#[ink::trait_definition]
pub trait LiquidationEngine {
    /// Seizes an unhealthy position and opens an auction over its whole collateral.
    ///
    /// # Events
    /// [`AuctionOpened`].
    ///
    /// # Errors
    /// [`EngineError::Vault`] (unknown, healthy, seized already, price frozen).
    #[ink(message)]
    fn liquidate(&mut self, position: PositionId) -> Result<AuctionId, EngineError>;

    /// Buys up to `wanted` collateral at the price asked now, from the caller's allowance of cash to the
    /// *pool*. Never raises more than is due; a partial purchase is cut back so that it leaves nothing or
    /// at least the dust limit. The auction ends when all is raised or all is sold.
    ///
    /// # Events
    /// [`AuctionTaken`]; [`AuctionClosed`] at the end.
    ///
    /// # Errors
    /// [`EngineError::UnknownAuction`], [`EngineError::ZeroAmount`], [`EngineError::Expired`],
    /// [`EngineError::Stale`], [`EngineError::PriceAboveLimit`], [`EngineError::LeavesDust`],
    /// [`EngineError::Vault`] (the cash token refused).
    #[ink(message)]
    fn take(
        &mut self,
        auction: AuctionId,
        wanted: Balance,
        max_price: Price,
        deadline: Timestamp,
    ) -> Result<Purchase, EngineError>;

    /// Starts a stale auction again from the live price.
    ///
    /// # Events
    /// [`AuctionReset`].
    ///
    /// # Errors
    /// [`EngineError::UnknownAuction`], [`EngineError::NotStale`], [`EngineError::Vault`] (price frozen),
    /// [`EngineError::Parameters`].
    #[ink(message)]
    fn reset(&mut self, auction: AuctionId) -> Result<(), EngineError>;

    /// An auction as of now.
    ///
    /// # Errors
    /// [`EngineError::UnknownAuction`] when it never was or has ended.
    #[ink(message)]
    fn auction(&self, auction: AuctionId) -> Result<AuctionView, EngineError>;

    /// The auctions in progress among the `limit` numbers from `from` on, at most [`MAX_PAGE`].
    #[ink(message)]
    fn auctions(&self, from: AuctionId, limit: u32) -> Vec<AuctionView>;

    /// How many auctions were ever opened: their numbers are those below.
    #[ink(message)]
    fn auction_count(&self) -> u32;
}

/// An auction was opened.
#[ink::event]
pub struct AuctionOpened {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// The seized position.
    #[ink(topic)]
    pub position: PositionId,
    /// Collateral for sale, in base units.
    pub collateral: Balance,
    /// Debt to raise, in base units of cash.
    pub debt: Balance,
    /// Penalty to raise.
    pub penalty: Balance,
    /// First asked price.
    pub top: Price,
}

/// Collateral was bought.
#[ink::event]
pub struct AuctionTaken {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// Who bought.
    #[ink(topic)]
    pub buyer: AccountId,
    /// Collateral bought, in base units.
    pub collateral: Balance,
    /// Cash paid, in base units.
    pub cost: Balance,
    /// The asked price.
    pub price: Price,
    /// Collateral left.
    pub collateral_left: Balance,
    /// Debt and penalty left to raise.
    pub due_left: Balance,
}

/// A stale auction started again.
#[ink::event]
pub struct AuctionReset {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// The new first asked price.
    pub top: Price,
}

/// An auction ended.
#[ink::event]
pub struct AuctionClosed {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// Collateral that is the originator's again, in base units.
    pub returned: Balance,
    /// Debt that was not raised and is written off, in base units of cash.
    pub shortfall: Balance,
}

/// Why the engine refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum EngineError {
    /// No auction in progress has this number.
    UnknownAuction,
    /// An amount of zero.
    ZeroAmount,
    /// The deadline has passed.
    Expired {
        /// The chain's clock.
        now: Timestamp,
    },
    /// The auction must be reset first.
    Stale,
    /// The auction is not due for a reset.
    NotStale,
    /// More is asked than the caller would pay.
    PriceAboveLimit {
        /// The price asked now.
        asked: Price,
    },
    /// So little is due that it must be bought whole.
    LeavesDust {
        /// What is due, in base units of cash.
        due: Balance,
    },
    /// The vault refused.
    Vault(VaultError),
    /// The parameters do not know the collateral type.
    Parameters(ParametersError),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::wrap_errors!(EngineError {
    Vault(VaultError),
    Parameters(ParametersError),
    Call(CallError),
    Math(MathError),
});
