//! Dutch auctions of seized collateral.

use crate::calls::CallError;
use crate::collateral_vault::VaultError;
use crate::parameters::ParametersError;
use crate::relayed::Relayed;
use crate::types::{AccountId, AuctionId, Balance, CollateralId, PositionId};
use finance::auction::{Curve, Purchase};
use finance::breaker::Breaker;
use finance::valuation::Quote;
use finance::{MathError, Period, Price, Ratio, Timestamp};
use ink::prelude::vec::Vec;
use psp22::PSP22Error;

/// The most auctions [`LiquidationEngine::auctions`] returns at once.
pub const MAX_PAGE: u32 = 50;

/// The most keepers that one lot rewards; who comes later resets it for its discount.
pub const MAX_REWARDS: usize = 8;

/// What an engine is made with. Nothing of it ever changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct EngineTerms {
    /// Holds the collateral that is sold.
    pub vault: AccountId,
    /// Where the terms of auctions come from, and whose governor and guardian the breaker has.
    pub parameters: AccountId,
    /// The cash token of the pool.
    pub cash: AccountId,
    /// What is left of penalties is its.
    pub insurance: AccountId,
}

/// An auction in progress: its number is that of its lot in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Auction {
    /// The position that the lot was seized from.
    pub position: PositionId,
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral left to sell, in base units.
    pub collateral: Balance,
    /// Collateral sold so far, in base units.
    pub sold: Balance,
    /// Debt left to raise, in base units of cash.
    pub debt: Balance,
    /// Penalty left to raise after the debt, in base units of cash.
    pub penalty: Balance,
    /// What of both counts against the limits of auctions, in base units of cash: no more than there was room for.
    pub counted: Balance,
    /// First asked price.
    pub top: Price,
    /// When the asked price began to fall, by the auctions' clock.
    pub started_at: Timestamp,
    /// How it falls.
    pub curve: Curve,
    /// How long it sells before a reset is due.
    pub tail: Period,
    /// The share of `top` below which a reset is due.
    pub cusp: Ratio,
    /// The least that a partial purchase may leave to raise, in base units of cash.
    pub dust: Balance,
    /// Conversion between collateral and cash.
    pub quote: Quote,
}

/// What a keeper will be paid out of the penalty of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Reward {
    /// Who started or reset the auction, impaired the position or marked it overdue.
    pub keeper: AccountId,
    /// Base units of cash.
    pub amount: Balance,
}

/// An auction as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// What its penalty will pay to keepers, the first of them first.
    pub rewards: Vec<Reward>,
}

/// Auctions of lots from unhealthy positions, open to everybody.
///
/// A taker pays from two allowances: the debt from that to the *pool*, the penalty, which is raised last, from
/// that to the *engine*.
#[ink::trait_definition]
pub trait LiquidationEngine {
    /// Seizes a lot from an unhealthy or overdue position of `collateral_type` and opens an auction over it: as
    /// much as makes the rest healthy, or all of it, and no more than the limits on debt in auction leave room
    /// for. The caller, and who impaired the position or marked it overdue, earn rewards out of the penalty.
    ///
    /// # Events
    /// [`AuctionOpened`].
    ///
    /// # Errors
    /// [`EngineError::Stopped`], [`EngineError::Parameters`], [`EngineError::LimitReached`],
    /// [`EngineError::WrongCollateralType`], [`EngineError::Vault`] (unknown, healthy, no room, price frozen).
    #[ink(message)]
    fn liquidate(
        &mut self,
        collateral_type: CollateralId,
        position: PositionId,
    ) -> Result<AuctionId, EngineError>;

    /// Buys up to `wanted` collateral at the price asked now. Never raises more than is due; a partial purchase
    /// is cut back so that it leaves nothing or at least the dust limit. The auction ends when all is raised or
    /// all is sold: collateral left is the position's again, debt left is written off.
    ///
    /// # Events
    /// [`AuctionTaken`]; [`AuctionClosed`] at the end.
    ///
    /// # Errors
    /// [`EngineError::Stopped`], [`EngineError::UnknownAuction`], [`EngineError::ZeroAmount`],
    /// [`EngineError::Expired`], [`EngineError::Stale`], [`EngineError::PriceAboveLimit`],
    /// [`EngineError::LeavesDust`], [`EngineError::Vault`] and [`EngineError::Token`] (the cash token refused).
    #[ink(message)]
    fn take(
        &mut self,
        auction: AuctionId,
        wanted: Balance,
        max_price: Price,
        deadline: Timestamp,
    ) -> Result<Purchase, EngineError>;

    /// [`LiquidationEngine::take`] for a contract that gets the collateral first and then pays for it from its
    /// own allowances, with `data` for it to make sense of:
    /// [`crate::purchase_receiver::PurchaseReceiver::on_purchase`].
    ///
    /// # Events
    /// As [`LiquidationEngine::take`].
    ///
    /// # Errors
    /// As [`LiquidationEngine::take`]; [`EngineError::Vault`] also if the receiver refuses or traps.
    #[ink(message)]
    fn take_through(
        &mut self,
        receiver: AccountId,
        data: Vec<u8>,
        auction: AuctionId,
        wanted: Balance,
        max_price: Price,
        deadline: Timestamp,
    ) -> Result<Purchase, EngineError>;

    /// Starts a stale auction again from the price of today, on the terms of today. The caller earns a reward
    /// out of the penalty, as far as other rewards leave it and unless the lot is dust.
    ///
    /// # Events
    /// [`AuctionReset`].
    ///
    /// # Errors
    /// [`EngineError::Stopped`], [`EngineError::UnknownAuction`], [`EngineError::NotStale`],
    /// [`EngineError::Vault`] (price frozen), [`EngineError::Parameters`].
    #[ink(message)]
    fn reset(&mut self, auction: AuctionId) -> Result<(), EngineError>;

    /// Pays debt and penalty of a lot of which nothing has been sold yet, or whose auction has run out and waits for a reset: what
    /// is left of the collateral is the position's again. Open to everybody, like a repayment, and never stopped.
    ///
    /// # Events
    /// [`AuctionCured`].
    ///
    /// # Errors
    /// [`EngineError::UnknownAuction`], [`EngineError::AlreadyTaken`], [`EngineError::Vault`] and
    /// [`EngineError::Token`] (the cash token refused).
    #[ink(message)]
    fn cure(&mut self, auction: AuctionId) -> Result<(), EngineError>;

    /// Sends `account` the penalties or rewards that are its. Anybody may call it. Returns how much that is.
    ///
    /// # Events
    /// [`OwedClaimed`].
    ///
    /// # Errors
    /// [`EngineError::NothingOwed`], [`EngineError::Token`].
    #[ink(message)]
    fn claim(&mut self, account: AccountId) -> Result<Balance, EngineError>;

    /// Stops new auctions (level 1), resets too (2), purchases too (3), or nothing (0), for `period`, at most
    /// [`Breaker::MAX_PERIOD`]; it ends by itself. While it is in force another level does not renew it, and
    /// after its end the governor has to arm it before it can be used again. Prices stand still while purchases are stopped. By
    /// the guardian or the governor of the deal.
    ///
    /// # Events
    /// [`BreakerSet`].
    ///
    /// # Errors
    /// [`EngineError::NotPermitted`], [`EngineError::InvalidLevel`], [`EngineError::BreakerUsed`], [`EngineError::Call`].
    #[ink(message)]
    fn set_breaker(&mut self, level: u8, period: Period) -> Result<(), EngineError>;

    /// Ends what the breaker stops and lets it be used again. By the governor of the deal.
    ///
    /// # Events
    /// [`BreakerSet`].
    ///
    /// # Errors
    /// [`EngineError::NotPermitted`], [`EngineError::Call`].
    #[ink(message)]
    fn arm_breaker(&mut self) -> Result<(), EngineError>;

    /// What the engine was made with.
    #[ink(message)]
    fn terms(&self) -> EngineTerms;

    /// The breaker as it was last set: [`Breaker::level`] tells what it stops now.
    #[ink(message)]
    fn breaker(&self) -> Breaker;

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

    /// Debt and penalties in auction: of a collateral type, and of all of them. In base units of cash.
    #[ink(message)]
    fn in_auction(&self, collateral_type: CollateralId) -> (Balance, Balance);

    /// What [`LiquidationEngine::claim`] would send to an account.
    #[ink(message)]
    fn owed(&self, account: AccountId) -> Balance;

    /// Cash at the engine's address beyond what it owes: donations.
    ///
    /// # Errors
    /// [`EngineError::Call`].
    #[ink(message)]
    fn unattributed(&self) -> Result<Balance, EngineError>;
}

/// An auction was opened.
#[ink::event]
pub struct AuctionOpened {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// The position that the lot was seized from.
    pub position: PositionId,
    /// Who opened it.
    pub keeper: AccountId,
    /// Collateral for sale, in base units.
    pub collateral: Balance,
    /// Debt to raise, in base units of cash.
    pub debt: Balance,
    /// Penalty to raise.
    pub penalty: Balance,
    /// First asked price.
    pub top: Price,
    /// What keepers will be paid out of the penalty.
    pub rewards: Vec<Reward>,
}

/// Collateral was bought.
#[ink::event]
pub struct AuctionTaken {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// Who paid and has the collateral.
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
    /// Who reset it.
    pub keeper: AccountId,
    /// The new first asked price.
    pub top: Price,
    /// What he will be paid out of the penalty, in base units of cash.
    pub reward: Balance,
}

/// Debt and penalty were paid before anything was sold.
#[ink::event]
pub struct AuctionCured {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// Who paid.
    pub payer: AccountId,
    /// Debt and penalty, in base units of cash.
    pub paid: Balance,
    /// Collateral that is the position's again, in base units.
    pub returned: Balance,
}

/// An auction ended.
#[ink::event]
pub struct AuctionClosed {
    /// The auction.
    #[ink(topic)]
    pub auction: AuctionId,
    /// Collateral that is the position's again, in base units.
    pub returned: Balance,
    /// Debt that was not raised and is written off, in base units of cash.
    pub shortfall: Balance,
}

/// Penalties or rewards were sent to whom they belong.
#[ink::event]
pub struct OwedClaimed {
    /// The account.
    #[ink(topic)]
    pub account: AccountId,
    /// How much, in base units of cash.
    pub amount: Balance,
}

/// The breaker was set.
#[ink::event]
pub struct BreakerSet {
    /// What it stops: 0 nothing, 1 new auctions, 2 resets too, 3 purchases too.
    pub level: u8,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// Why the engine refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum EngineError {
    /// The guardian has stopped this for a time.
    Stopped {
        /// When the breaker ends by itself.
        until: Timestamp,
    },
    /// Only the governor of the deal may do this, and use the breaker its guardian too.
    NotPermitted,
    /// A breaker has levels 0 to 3.
    InvalidLevel,
    /// The breaker was used: the governor has to arm it first.
    BreakerUsed,
    /// As much debt is in auction as may be: wait until some is sold.
    LimitReached,
    /// The position has another collateral type.
    WrongCollateralType {
        /// That of the position.
        collateral_type: CollateralId,
    },
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
    /// Something of the lot has been sold, and the rest is for sale.
    AlreadyTaken,
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
    /// The account is owed nothing.
    NothingOwed,
    /// The vault refused.
    Vault(Relayed<VaultError>),
    /// The parameters do not know the collateral type.
    Parameters(Relayed<ParametersError>),
    /// The cash token refused: balance or allowance too small.
    Token(Relayed<PSP22Error>),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::wrap_errors!(EngineError {
    Call(CallError),
    Math(MathError),
} relayed {
    Vault(VaultError),
    Parameters(ParametersError),
    Token(PSP22Error),
});
