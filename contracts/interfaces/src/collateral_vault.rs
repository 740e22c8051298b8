//! Custody of collateral, positions, interest, and the value of the loan portfolio.

use crate::calls::CallError;
use crate::oracle_adapter::OracleError;
use crate::parameters::ParametersError;
use crate::purchase_receiver::PurchaseRefused;
use crate::relayed::Relayed;
use crate::tranche_pool::PoolError;
use crate::types::{AccountId, AssetId, AuctionId, Balance, CollateralId, Hash, PositionId};
use finance::debt::DebtIndex;
use finance::interest::InterestClock;
use finance::valuation::Quote;
use finance::{MathError, Price, Ratio, Timestamp};
use ink::prelude::vec::Vec;
use psp22::PSP22Error;

/// What the loans are worth to the pool: see [`CollateralVault::portfolio`].
pub use finance::settlement::Portfolio;

/// The most collateral types a vault may hold.
pub const MAX_COLLATERAL_TYPES: usize = 16;

/// What a vault is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct VaultTerms {
    /// The pool that funds the loans.
    pub pool: AccountId,
    /// The cash token of the pool: its decimals are read once.
    pub cash: AccountId,
    /// Where prices come from.
    pub oracle: AccountId,
    /// Where risk parameters come from.
    pub parameters: AccountId,
    /// The code that runs the messages of [`LoanServicing`] on the vault's storage; it must be on the chain.
    pub servicer: Hash,
    /// The collateral types, one to [`MAX_COLLATERAL_TYPES`].
    pub collateral: Vec<Listing>,
}

/// A collateral type to be listed; its number is its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Listing {
    /// The PSP22 token.
    pub token: AccountId,
    /// Its number at the oracle.
    pub asset: AssetId,
}

/// A collateral type and all that is owed on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct CollateralType {
    /// The PSP22 token.
    pub token: AccountId,
    /// Its number at the oracle.
    pub asset: AssetId,
    /// Conversion between collateral and cash.
    pub quote: Quote,
    /// Interest accrued on all its positions, by the clock of interest.
    pub index: DebtIndex,
    /// Debt of the performing positions in normalised units: the sum over them.
    pub normalised_debt: Balance,
    /// Cash lent to the performing positions and not repaid: the sum over them.
    pub principal: Balance,
    /// Base units held for all positions and lots.
    pub held: Balance,
    /// The impaired positions and the lots taken together.
    pub stressed: Stressed,
    /// Debt written off since the start, in base units of cash.
    pub written_off: Balance,
    /// Taken off the value behind stressed debt: the parameter when the type was touched last.
    pub haircut: Ratio,
    /// The least that a position with any debt may owe: the parameter when the type was touched last.
    pub minimum_debt: Balance,
}

/// A loss of the pool: what a position owed when nothing stood behind it any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct WriteOff {
    /// How much, in base units of cash.
    pub amount: Balance,
    /// Everything the vault ever wrote off, up to this.
    pub up_to: Balance,
}

/// Debt as the pool counts it when it is not sure to be paid, and what stands behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Stressed {
    /// Owed when it was impaired or seized, less what was paid since, in base units of cash.
    pub debt: Balance,
    /// The part of it that is principal, recovered before interest.
    pub principal: Balance,
    /// Value in the books, `min(debt, collateral × price × (1 − haircut))` when it was marked last.
    pub mark: Balance,
    /// Collateral that backs it, in base units: all there was when it was marked, and after a payment no greater share of
    /// that than the share of the debt that is left. What is held beyond goes back to the originator unless the price
    /// falls.
    pub collateral: Balance,
}

/// How a position came to be counted by its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Impairment {
    /// What it adds to the totals of its type.
    pub stressed: Stressed,
    /// Who impaired it, until a liquidation rewards him.
    pub by: Option<AccountId>,
}

/// A loan past its term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Overdue {
    /// When it was marked overdue: the period of grace begins.
    pub marked_at: Timestamp,
    /// The rate of late charges since then, nominal per year, simple.
    pub rate: Ratio,
    /// Late charges up to `charged_at` that are not paid yet, in base units of cash.
    pub charge: Balance,
    /// Up to when they are in `charge`.
    pub charged_at: Timestamp,
    /// Who marked it, until a liquidation rewards him.
    pub by: Option<AccountId>,
}

/// Collateral and the debt against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Position {
    /// Who locked the collateral and may draw and withdraw.
    pub originator: AccountId,
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral in base units, without what is in auction.
    pub collateral: Balance,
    /// Debt is `normalised × index`, impaired or not.
    pub normalised_debt: Balance,
    /// Cash drawn and not repaid, in base units; the rest of the debt is interest.
    pub principal: Balance,
    /// Set while the position is counted by its mark instead of its debt.
    pub impairment: Option<Impairment>,
    /// When the loan is due: its first draw and the longest term. Without debt, when the last one was.
    pub due_at: Timestamp,
    /// Set once it was marked overdue, until all is repaid.
    pub overdue: Option<Overdue>,
    /// When the margin was called, if it still is.
    pub called_at: Option<Timestamp>,
    /// How many of its lots are in auction: nothing is drawn or withdrawn meanwhile.
    pub lots: u32,
}

/// An originator, over all his positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Borrower {
    /// Principal he owes or that was written off, in base units of cash: what his ceiling limits.
    pub principal: Balance,
    /// Who may draw and withdraw for him.
    pub delegate: Option<AccountId>,
}

/// A position as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct PositionView {
    /// The stored position.
    pub position: Position,
    /// Owed now, interest included and late charges not, in base units of cash.
    pub debt: Balance,
    /// Late charges owed besides.
    pub late: Balance,
    /// Collateral at the live price, in base units of cash; `None` while the price is frozen.
    pub collateral_value: Option<Balance>,
}

/// Collateral on sale and the debt that it is to raise: a position's no longer, until the auction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Lot {
    /// Where it comes from; what is left at the end goes back there.
    pub position: PositionId,
    /// Collateral left to sell, in base units.
    pub collateral: Balance,
    /// What it adds to the totals of its type. Its debt bears no more interest.
    pub stressed: Stressed,
    /// Interest owed besides that the pool never counted: since the position was impaired, or late. Paid last.
    pub uncounted: Balance,
}

/// How much of a position the engine may seize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Cut {
    /// Debt with its penalty that may still enter auctions, in base units of cash.
    pub room: Balance,
    /// Added to the debt that a lot is to raise, as a share of it.
    pub penalty: Ratio,
}

/// What the liquidation engine is handed when it seizes from a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Seizure {
    /// The number of the lot, and of its auction.
    pub lot: AuctionId,
    /// Who may cure it.
    pub originator: AccountId,
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral to sell, in base units.
    pub collateral: Balance,
    /// Debt to raise, in base units of cash, without penalty.
    pub debt: Balance,
    /// The higher of the live and a pending price: what asked prices start from.
    pub price: Price,
    /// Conversion between collateral and cash.
    pub quote: Quote,
    /// Who impaired the position, the first time it is seized after that.
    pub impaired_by: Option<AccountId>,
    /// Who marked it overdue, the first time it is seized after that.
    pub overdue_by: Option<AccountId>,
}

/// A sale out of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Sale {
    /// Who pays, from his allowance to the *pool*, and receives the collateral.
    pub to: AccountId,
    /// Collateral sold, in base units.
    pub collateral: Balance,
    /// Paid towards the debt, in base units of cash.
    pub debt: Balance,
    /// Whether this ends the auction: what collateral is left goes back to the position, and what is still owed too, or is
    /// written off.
    pub last: bool,
    /// Set if `to` is a contract that receives the collateral before anything is paid.
    pub receiver: Option<Receiver>,
}

/// What a contract is told that receives the collateral first and pays then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Receiver {
    /// Who bids.
    pub taker: AccountId,
    /// What the engine collects besides, in base units of cash.
    pub penalty: Balance,
    /// The taker's own words.
    pub data: Vec<u8>,
}

/// Collateral, loans and their repayment.
///
/// Adding collateral to what is not all in auction, and repaying, are always possible, for anybody, and need no price.
#[ink::trait_definition]
pub trait CollateralVault {
    /// Opens a position of the caller and locks `amount` of collateral from his allowance: counted is what arrives.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`] (nothing arrived), [`VaultError::UnknownCollateral`], [`VaultError::Token`].
    #[ink(message)]
    fn open(
        &mut self,
        collateral_type: CollateralId,
        amount: Balance,
    ) -> Result<PositionId, VaultError>;

    /// Adds `amount` of collateral from the caller's allowance to anybody's position: counted is what arrives. Not to one
    /// whose collateral is all in auction: there the way to help is to cure.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`] (nothing arrived), [`VaultError::UnknownPosition`], [`VaultError::InAuction`],
    /// [`VaultError::Token`].
    #[ink(message)]
    fn add_collateral(&mut self, position: PositionId, amount: Balance) -> Result<(), VaultError>;

    /// Returns `amount` of collateral to the originator, asked for by him or his delegate. With debt outstanding the
    /// position must be within the borrow LTV afterwards, at a live price; without, no price is needed. The share of the
    /// type that lowers the borrow LTV is that of the pool's value at the last draw or payment.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::InAuction`], [`VaultError::Impaired`],
    /// [`VaultError::NotTheOriginator`], [`VaultError::InsufficientCollateral`],
    /// [`VaultError::Paused`], [`VaultError::AboveBorrowLtv`], [`VaultError::PriceInDoubt`], [`VaultError::Oracle`],
    /// [`VaultError::Parameters`], [`VaultError::Token`].
    #[ink(message)]
    fn withdraw_collateral(
        &mut self,
        position: PositionId,
        amount: Balance,
    ) -> Result<(), VaultError>;

    /// Lends `amount` of the pool's cash to the originator against his position, asked for by him or his delegate.
    ///
    /// # Events
    /// [`PositionChanged`], [`RateSet`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::InAuction`], [`VaultError::Impaired`],
    /// [`VaultError::NotTheOriginator`], [`VaultError::Closed`], [`VaultError::PastTerm`], [`VaultError::AboveBorrowLtv`],
    /// [`VaultError::BelowMinimumDebt`], [`VaultError::AboveDebtCeiling`], [`VaultError::AboveOriginatorCeiling`],
    /// [`VaultError::AboveMaximumShare`], [`VaultError::PriceInDoubt`], [`VaultError::Oracle`],
    /// [`VaultError::Parameters`], [`VaultError::Pool`] (not enough drawable cash, subordination too thin).
    #[ink(message)]
    fn draw(&mut self, position: PositionId, amount: Balance) -> Result<(), VaultError>;

    /// Repays up to `amount` of what anybody's position owes from the caller's allowance to the *pool*: of a performing
    /// debt late charges and interest first, of an impaired one principal first. More than is owed is not taken. Returns
    /// what was paid.
    ///
    /// Needs neither a price nor parameters: the rate of the type stays.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::NothingOwed`],
    /// [`VaultError::BelowMinimumDebt`] (pay all, or leave the minimum), [`VaultError::Pool`].
    #[ink(message)]
    fn repay(&mut self, position: PositionId, amount: Balance) -> Result<Balance, VaultError>;

    /// Brings the interest of a type up to date and sets its rate by its share of what the pool has now, and by the
    /// parameters of today. Anybody may call it; draws do it too. Draws, repayments and this set the pace of the clock of
    /// interest as well.
    ///
    /// # Events
    /// [`RateSet`].
    ///
    /// # Errors
    /// [`VaultError::UnknownCollateral`], [`VaultError::Parameters`], [`VaultError::Pool`].
    #[ink(message)]
    fn touch(&mut self, collateral_type: CollateralId) -> Result<(), VaultError>;

    /// Sells out of a lot: the payer pays the pool and the collateral is handed over, after the payment or, to a
    /// receiver, before it. Principal is recovered before interest. For the engine alone.
    ///
    /// At the end what collateral is left goes back to the position. What is still owed goes back as well, impaired and
    /// marked at zero, as long as the position has collateral or other lots; else all that it owes is written off.
    ///
    /// # Events
    /// [`LotChanged`].
    ///
    /// # Errors
    /// [`VaultError::NotTheEngine`], [`VaultError::UnknownLot`], [`VaultError::InsufficientCollateral`],
    /// [`VaultError::Overpaid`], [`VaultError::Receiver`], [`VaultError::Pool`], [`VaultError::Token`].
    #[ink(message)]
    fn sell(&mut self, lot: AuctionId, sale: Sale) -> Result<(), VaultError>;

    /// What all loans are worth now, at the live prices of all types with debt. O(collateral types).
    ///
    /// Draws and repayments hand the pool the same, asking only for the prices of types with stressed debt:
    /// `frozen`, `frozen_debt` and `prices_at` then tell of these types alone, while all else is complete. Sales out of
    /// lots ask for none, and stressed debt counts as frozen: the pool goes by the principal alone then.
    ///
    /// # Errors
    /// [`MathError`] beyond the range of amounts.
    #[ink(message)]
    fn portfolio(&self) -> Result<Portfolio, MathError>;

    /// What asked prices of a collateral type start from: the higher of the live and a pending price, so that nobody who
    /// moves a pending one buys cheap. Health and marks go by the lower one.
    ///
    /// # Errors
    /// [`VaultError::UnknownCollateral`], [`VaultError::Oracle`].
    #[ink(message)]
    fn price(&self, collateral_type: CollateralId) -> Result<Price, VaultError>;
}

/// Loans that may not be paid, and everything that is only read, at the address of the vault: run on its storage by the
/// code that its terms name.
#[ink::trait_definition]
pub trait LoanServicing {
    /// Names the liquidation engine. Once, by the deployer.
    ///
    /// # Errors
    /// [`VaultError::NotTheDeployer`], [`VaultError::AlreadyBound`].
    #[ink(message)]
    fn bind(&mut self, engine: AccountId) -> Result<(), VaultError>;

    /// Lists a collateral type that the parameters have and the vault has not, under its number there, the next one here. By
    /// the governor of the deal.
    ///
    /// # Events
    /// [`CollateralListed`].
    ///
    /// # Errors
    /// [`VaultError::NotTheGovernor`], [`VaultError::InvalidListing`], [`VaultError::InvalidDecimals`],
    /// [`VaultError::Parameters`], [`VaultError::Pool`], [`VaultError::Call`] (no token at the address).
    #[ink(message)]
    fn list(&mut self, collateral_type: CollateralId, listing: Listing) -> Result<(), VaultError>;

    /// Names the account that may draw and withdraw for the caller; `None` for nobody. Cash and collateral always go to
    /// the originator.
    ///
    /// # Events
    /// [`DelegateNamed`].
    #[ink(message)]
    fn set_delegate(&mut self, delegate: Option<AccountId>);

    /// Counts a position by its mark, `min(debt, collateral × price × (1 − haircut))` at the lower of the live and a
    /// pending price, from now on; one that is impaired already is marked anew. Anybody may, while it is unhealthy, or
    /// overdue past its grace.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::UnknownPosition`], [`VaultError::Healthy`], [`VaultError::Oracle`], [`VaultError::Parameters`].
    #[ink(message)]
    fn impair(&mut self, position: PositionId) -> Result<(), VaultError>;

    /// Counts an impaired position by its debt again. Anybody may, once it is healthy.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::UnknownPosition`], [`VaultError::NotImpaired`], [`VaultError::Unhealthy`], [`VaultError::Oracle`],
    /// [`VaultError::Parameters`].
    #[ink(message)]
    fn restore(&mut self, position: PositionId) -> Result<(), VaultError>;

    /// Marks a loan overdue whose term is over: late charges accrue from now on, and after its grace it may be impaired
    /// and liquidated whatever its LTV. Anybody may.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::UnknownPosition`], [`VaultError::NothingOwed`], [`VaultError::NotDue`],
    /// [`VaultError::AlreadyMarked`].
    #[ink(message)]
    fn mark_overdue(&mut self, position: PositionId) -> Result<(), VaultError>;

    /// Starts a visible clock at a position above its margin LTV, or stops the one that runs at a position that is no
    /// longer. Anybody may. Nothing else depends on it.
    ///
    /// # Events
    /// [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::UnknownPosition`], [`VaultError::AlreadyMarked`] (the clock runs, or none has to),
    /// [`VaultError::Oracle`], [`VaultError::Parameters`].
    #[ink(message)]
    fn margin_call(&mut self, position: PositionId) -> Result<(), VaultError>;

    /// Makes a lot of an unhealthy position, or of one overdue past its grace: as much as brings it back to its target
    /// LTV, within `cut`, or all of it ([`finance::seizure`]). For the engine alone.
    ///
    /// # Events
    /// [`LotChanged`], [`PositionChanged`].
    ///
    /// # Errors
    /// [`VaultError::NotTheEngine`], [`VaultError::UnknownPosition`], [`VaultError::NothingOwed`],
    /// [`VaultError::Healthy`], [`VaultError::NoRoom`], [`VaultError::Oracle`], [`VaultError::Parameters`].
    #[ink(message)]
    fn seize(&mut self, position: PositionId, cut: Cut) -> Result<Seizure, VaultError>;

    /// A position as of now.
    ///
    /// # Errors
    /// [`VaultError::UnknownPosition`].
    #[ink(message)]
    fn position(&self, position: PositionId) -> Result<PositionView, VaultError>;

    /// A lot on sale.
    #[ink(message)]
    fn lot(&self, lot: AuctionId) -> Option<Lot>;

    /// What was written off of a position, which is gone since.
    #[ink(message)]
    fn write_off(&self, position: PositionId) -> Option<WriteOff>;

    /// All collateral types, as last written: interest since then is not in their index.
    #[ink(message)]
    fn collateral_types(&self) -> Vec<CollateralType>;

    /// The clock by which interest accrues.
    #[ink(message)]
    fn interest_clock(&self) -> InterestClock;

    /// What is noted of an originator over all his positions.
    #[ink(message)]
    fn borrower(&self, originator: AccountId) -> Borrower;

    /// How many positions were ever opened: their numbers are those below.
    #[ink(message)]
    fn position_count(&self) -> u32;

    /// Tokens that lie at the vault's address beyond what the books hold: donations.
    ///
    /// # Errors
    /// [`VaultError::UnknownCollateral`], [`VaultError::Call`].
    #[ink(message)]
    fn unattributed(&self, collateral_type: CollateralId) -> Result<Balance, VaultError>;
}

/// A collateral type was listed.
#[ink::event]
pub struct CollateralListed {
    /// Its number.
    #[ink(topic)]
    pub collateral_type: CollateralId,
    /// The PSP22 token.
    pub token: AccountId,
    /// Its number at the oracle.
    pub asset: AssetId,
}

/// An originator named who acts for him.
#[ink::event]
pub struct DelegateNamed {
    /// The originator.
    #[ink(topic)]
    pub originator: AccountId,
    /// Who may act for him from now on.
    pub delegate: Option<AccountId>,
}

/// What happened to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Action {
    /// Collateral was locked, for the first time or again: the amount that arrived.
    CollateralAdded,
    /// Collateral was returned to the originator: how much.
    CollateralWithdrawn,
    /// The originator drew cash: how much.
    Drawn,
    /// Debt and late charges were repaid: how much.
    Repaid,
    /// Counted by its mark from now on, or marked anew: the mark.
    Impaired,
    /// Counted by its debt again: the debt.
    Restored,
    /// Marked overdue: the debt.
    MarkedOverdue,
    /// The clock of a margin call started or stopped: the debt, or the mark of an impaired one.
    MarginCalled,
    /// A lot was made of it, or of a part: what is left to be owed.
    Seized,
}

/// Something happened to a position.
#[ink::event]
pub struct PositionChanged {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// Who did it.
    pub by: AccountId,
    /// What happened.
    pub action: Action,
    /// How much, in base units of what it concerns: see [`Action`].
    pub amount: Balance,
    /// The position as it is now.
    pub now: Position,
}

/// Interest was set by what the pool holds.
#[ink::event]
pub struct RateSet {
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Its index now, and its rate by the clock of interest.
    pub index: DebtIndex,
    /// The clock of interest, and its pace.
    pub clock: InterestClock,
}

/// A lot was made, or collateral was sold out of it.
#[ink::event]
pub struct LotChanged {
    /// The lot.
    #[ink(topic)]
    pub lot: AuctionId,
    /// Paid towards the debt, in base units of cash; at first nothing.
    pub paid: Balance,
    /// The lot as it is now.
    pub now: Lot,
    /// Set when its auction ended: the collateral and the debt that were left went back to the position, and of what that
    /// owed then, this much was a loss of the pool, because nothing stood behind it.
    pub written_off: Option<Balance>,
}

/// Why the vault refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum VaultError {
    /// Only the account that deployed the vault may do this.
    NotTheDeployer,
    /// The engine is named already.
    AlreadyBound,
    /// Only the governor of the deal may do this.
    NotTheGovernor,
    /// Only the liquidation engine may do this.
    NotTheEngine,
    /// Only the originator of the position, or his delegate, may do this.
    NotTheOriginator,
    /// An amount of zero.
    ZeroAmount,
    /// No collateral type has this number.
    UnknownCollateral,
    /// No position has this number, or it holds and owes nothing any more.
    UnknownPosition,
    /// No lot on sale has this number.
    UnknownLot,
    /// Collateral of the position is in auction.
    InAuction,
    /// The position is impaired: restore it first.
    Impaired,
    /// The position is not impaired.
    NotImpaired,
    /// The position is within its liquidation LTV, and not overdue past its grace.
    Healthy {
        /// Owed, in base units of cash.
        debt: Balance,
        /// The most it may owe before it is unhealthy.
        limit: Balance,
    },
    /// The position is beyond its liquidation LTV, or overdue past its grace.
    Unhealthy,
    /// The term of the loan is over: repay it first.
    PastTerm,
    /// The term of the loan is not over.
    NotDue,
    /// The position is marked as it should be already.
    AlreadyMarked,
    /// The position would owe more than its collateral allows.
    AboveBorrowLtv {
        /// What it would owe, in base units of cash.
        debt: Balance,
        /// The most it may owe.
        limit: Balance,
    },
    /// A position may owe nothing, or at least this much.
    BelowMinimumDebt {
        /// The least it may owe, in base units of cash.
        minimum: Balance,
    },
    /// The collateral type would owe more than its ceiling.
    AboveDebtCeiling {
        /// The ceiling, in base units of cash.
        ceiling: Balance,
    },
    /// The originator would owe more principal than his ceiling.
    AboveOriginatorCeiling {
        /// The ceiling, in base units of cash.
        ceiling: Balance,
    },
    /// The collateral type would be more of the pool's value than it may.
    AboveMaximumShare {
        /// What share it would be.
        share: Ratio,
        /// The most it may be.
        maximum: Ratio,
    },
    /// The collateral type is retired, or draws are paused.
    Closed,
    /// Withdrawals of collateral that backs debt are paused.
    Paused,
    /// The engine has no room for a part of the debt that is worth an auction.
    NoRoom,
    /// The position holds less collateral than that.
    InsufficientCollateral,
    /// The position owes nothing.
    NothingOwed,
    /// More would be paid than is owed.
    Overpaid,
    /// No collateral type, more than [`MAX_COLLATERAL_TYPES`], or not the next one.
    InvalidListing,
    /// A token's decimals lie outside 6 to 18.
    InvalidDecimals,
    /// This code runs on a vault's storage alone: upload it and make no instance of it.
    NoInstance,
    /// A jump of the price is held, or too many of its reports are late: what is asked for has to wait.
    PriceInDoubt {
        /// When the median of that moment will count, if a jump is held.
        held_until: Option<Timestamp>,
        /// How old the price is.
        oldest: Timestamp,
    },
    /// There is no live price.
    Oracle(Relayed<OracleError>),
    /// The parameters do not know the collateral type.
    Parameters(Relayed<ParametersError>),
    /// The pool refused.
    Pool(Relayed<PoolError>),
    /// The collateral token refused: balance or allowance too small.
    Token(Relayed<PSP22Error>),
    /// The contract that received the collateral refused to pay.
    Receiver(Relayed<PurchaseRefused>),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::decode_fields!(
    Listing { token, asset }
    VaultTerms { pool, cash, oracle, parameters, servicer, collateral }
    CollateralType { token, asset, quote, index, normalised_debt, principal, held, stressed, written_off, haircut, minimum_debt }
    Stressed { debt, principal, mark, collateral }
    Impairment { stressed, by }
    Overdue { marked_at, rate, charge, charged_at, by }
    Position { originator, collateral_type, collateral, normalised_debt, principal, impairment, due_at, overdue, called_at, lots }
    Borrower { principal, delegate }
    WriteOff { amount, up_to }
    Lot { position, collateral, stressed, uncounted }
    Cut { room, penalty }
    Seizure { lot, originator, collateral_type, collateral, debt, price, quote, impaired_by, overdue_by }
);

crate::wrap_errors!(VaultError {
    Call(CallError),
    Math(MathError),
} relayed {
    Oracle(OracleError),
    Parameters(ParametersError),
    Pool(PoolError),
    Token(PSP22Error),
    Receiver(PurchaseRefused),
});
