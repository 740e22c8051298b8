//! Custody of collateral, positions, interest, and the value of the loan portfolio.

use crate::calls::CallError;
use crate::oracle_adapter::OracleError;
use crate::parameters::ParametersError;
use crate::tranche_pool::PoolError;
use crate::types::{AccountId, AssetId, Balance, CollateralId, PositionId};
use finance::debt::DebtIndex;
use finance::valuation::Quote;
use finance::{MathError, Price};
use ink::prelude::vec::Vec;
use psp22::PSP22Error;

/// What the loans are worth to the pool: see [`CollateralVault::portfolio`].
pub use finance::settlement::Portfolio;

/// The most collateral types a vault may hold.
pub const MAX_COLLATERAL_TYPES: usize = 16;

/// What a vault is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct VaultTerms {
    /// The pool that funds the loans.
    pub pool: AccountId,
    /// The cash token of the pool: its decimals are read once.
    pub cash: AccountId,
    /// Where prices come from.
    pub oracle: AccountId,
    /// Where risk parameters come from.
    pub parameters: AccountId,
    /// The collateral types, one to [`MAX_COLLATERAL_TYPES`].
    pub collateral: Vec<Listing>,
}

/// A collateral type to be listed; its number is its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Listing {
    /// The PSP22 token.
    pub token: AccountId,
    /// Its number at the oracle.
    pub asset: AssetId,
}

/// A collateral type and all that is owed on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct CollateralType {
    /// The PSP22 token.
    pub token: AccountId,
    /// Its number at the oracle.
    pub asset: AssetId,
    /// Conversion between collateral and cash.
    pub quote: Quote,
    /// Interest accrued on performing debt.
    pub index: DebtIndex,
    /// Performing debt in normalised units: the sum over the performing positions.
    pub normalised_debt: Balance,
    /// Cash lent to the performing positions and not repaid: the sum over them.
    pub principal: Balance,
    /// Base units held for all positions.
    pub held: Balance,
    /// The seized positions taken together.
    pub seized: Seized,
    /// Debt written off since the start, in base units of cash.
    pub written_off: Balance,
}

/// Seized debt and what stands behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Seized {
    /// Owed, in base units of cash; bears no more interest.
    pub debt: Balance,
    /// The part of it that is principal, recovered before interest.
    pub principal: Balance,
    /// Value in the books when it was seized, `min(debt, collateral × price × (1 − haircut))`.
    pub mark: Balance,
    /// Collateral that backs it, in base units: all that was seized, and after a sale no greater share of
    /// that than the share of the debt that is left. What is held beyond goes back to the originator
    /// unless the price falls.
    pub collateral: Balance,
}

/// Whether a position is its originator's or being sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Standing {
    /// The originator's: debt is `normalised × index`.
    Performing {
        /// Normalised debt.
        normalised_debt: Balance,
        /// Cash drawn and not repaid, in base units; the rest of the debt is interest.
        principal: Balance,
    },
    /// In auction: only the liquidation engine moves it.
    Seized(Seized),
}

impl Standing {
    /// The originator's, without debt.
    pub const CLEAR: Self = Self::Performing {
        normalised_debt: 0,
        principal: 0,
    };
}

/// Collateral and the debt against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Position {
    /// Who locked the collateral and may draw and withdraw.
    pub originator: AccountId,
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral in base units.
    pub collateral: Balance,
    /// Its standing and debt.
    pub standing: Standing,
}

/// A position as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct PositionView {
    /// The stored position.
    pub position: Position,
    /// Owed now, interest included, in base units of cash.
    pub debt: Balance,
    /// Collateral at the live price, in base units of cash; `None` while the price is frozen.
    pub collateral_value: Option<Balance>,
}

/// What the liquidation engine is handed when it seizes a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Seizure {
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral to sell, in base units.
    pub collateral: Balance,
    /// Debt to raise, in base units of cash, without penalty.
    pub debt: Balance,
    /// The live price.
    pub price: Price,
    /// Conversion between collateral and cash.
    pub quote: Quote,
}

/// A sale out of a seized position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Sale {
    /// Who pays and receives the collateral.
    pub buyer: AccountId,
    /// Collateral sold, in base units.
    pub collateral: Balance,
    /// Paid towards the debt, in base units of cash.
    pub debt: Balance,
    /// Paid towards the penalty, in base units of cash.
    pub penalty: Balance,
    /// Whether this ends the auction: what is still owed is written off and what collateral is left is
    /// the originator's again.
    pub last: bool,
}

/// Collateral, positions and debt.
///
/// Adding collateral and repaying are always possible, for anybody, and need no price.
#[ink::trait_definition]
pub trait CollateralVault {
    /// Names the liquidation engine. Once, by the deployer.
    ///
    /// # Errors
    /// [`VaultError::NotTheDeployer`], [`VaultError::AlreadyBound`].
    #[ink(message)]
    fn bind(&mut self, engine: AccountId) -> Result<(), VaultError>;

    /// Opens a position of the caller and locks `amount` of collateral from his allowance.
    ///
    /// # Events
    /// [`PositionOpened`], [`CollateralAdded`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownCollateral`], [`VaultError::Token`].
    #[ink(message)]
    fn open(
        &mut self,
        collateral_type: CollateralId,
        amount: Balance,
    ) -> Result<PositionId, VaultError>;

    /// Adds `amount` of collateral from the caller's allowance to anybody's performing position.
    ///
    /// # Events
    /// [`CollateralAdded`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::PositionSeized`],
    /// [`VaultError::Token`].
    #[ink(message)]
    fn add_collateral(&mut self, position: PositionId, amount: Balance) -> Result<(), VaultError>;

    /// Returns `amount` of collateral to the originator. With debt outstanding the position must be
    /// within the borrow LTV afterwards, at a live price; without, no price is needed.
    ///
    /// # Events
    /// [`CollateralWithdrawn`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::PositionSeized`],
    /// [`VaultError::NotTheOriginator`], [`VaultError::InsufficientCollateral`],
    /// [`VaultError::AboveBorrowLtv`], [`VaultError::Oracle`], [`VaultError::Parameters`],
    /// [`VaultError::Token`].
    #[ink(message)]
    fn withdraw_collateral(
        &mut self,
        position: PositionId,
        amount: Balance,
    ) -> Result<(), VaultError>;

    /// Lends `amount` of the pool's cash to the originator against his position.
    ///
    /// # Events
    /// [`Drawn`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::PositionSeized`],
    /// [`VaultError::NotTheOriginator`], [`VaultError::AboveBorrowLtv`],
    /// [`VaultError::BelowMinimumDebt`], [`VaultError::AboveDebtCeiling`], [`VaultError::Oracle`],
    /// [`VaultError::Parameters`], [`VaultError::Pool`] (not enough drawable cash, subordination too thin).
    #[ink(message)]
    fn draw(&mut self, position: PositionId, amount: Balance) -> Result<(), VaultError>;

    /// Repays up to `amount` of the debt of anybody's performing position from the caller's allowance to
    /// the *pool*, accrued interest first; more than is owed is not taken. Returns what was paid.
    ///
    /// # Events
    /// [`Repaid`].
    ///
    /// # Errors
    /// [`VaultError::ZeroAmount`], [`VaultError::UnknownPosition`], [`VaultError::PositionSeized`],
    /// [`VaultError::NothingOwed`], [`VaultError::BelowMinimumDebt`] (pay all, or leave the minimum),
    /// [`VaultError::Pool`].
    #[ink(message)]
    fn repay(&mut self, position: PositionId, amount: Balance) -> Result<Balance, VaultError>;

    /// Takes an unhealthy position out of its originator's hands and marks it. For the engine alone.
    ///
    /// # Events
    /// [`PositionSeized`].
    ///
    /// # Errors
    /// [`VaultError::NotTheEngine`], [`VaultError::UnknownPosition`], [`VaultError::PositionSeized`],
    /// [`VaultError::Healthy`], [`VaultError::Oracle`], [`VaultError::Parameters`].
    #[ink(message)]
    fn seize(&mut self, position: PositionId) -> Result<Seizure, VaultError>;

    /// Sells out of a seized position: the buyer pays the pool from his allowance to the *pool* and
    /// receives the collateral. Principal is recovered before interest. For the engine alone.
    ///
    /// # Events
    /// [`CollateralSold`]; [`DebtWrittenOff`] if the last sale leaves debt.
    ///
    /// # Errors
    /// [`VaultError::NotTheEngine`], [`VaultError::UnknownPosition`], [`VaultError::NotSeized`],
    /// [`VaultError::InsufficientCollateral`], [`VaultError::Overpaid`], [`VaultError::Pool`],
    /// [`VaultError::Token`].
    #[ink(message)]
    fn sell(&mut self, position: PositionId, sale: Sale) -> Result<(), VaultError>;

    /// What all loans are worth now, at the live prices of all types with debt. O(collateral types).
    ///
    /// Draws and payments hand the pool the same, asking only for the prices of types with seized debt:
    /// `frozen`, `frozen_debt` and `prices_at` then tell of these types alone, while all else is complete.
    ///
    /// # Errors
    /// [`MathError`] beyond the range of amounts.
    #[ink(message)]
    fn portfolio(&self) -> Result<Portfolio, MathError>;

    /// A position as of now.
    ///
    /// # Errors
    /// [`VaultError::UnknownPosition`].
    #[ink(message)]
    fn position(&self, position: PositionId) -> Result<PositionView, VaultError>;

    /// The live price of a collateral type.
    ///
    /// # Errors
    /// [`VaultError::UnknownCollateral`], [`VaultError::Oracle`].
    #[ink(message)]
    fn price(&self, collateral_type: CollateralId) -> Result<Price, VaultError>;

    /// All collateral types, as last written: interest since then is not in their index.
    #[ink(message)]
    fn collateral_types(&self) -> Vec<CollateralType>;

    /// How many positions were ever opened: their numbers are those below.
    #[ink(message)]
    fn position_count(&self) -> u32;

    /// Tokens that lie at the vault's address beyond what the books hold for positions: donations.
    ///
    /// # Errors
    /// [`VaultError::UnknownCollateral`], [`VaultError::Call`].
    #[ink(message)]
    fn unattributed(&self, collateral_type: CollateralId) -> Result<Balance, VaultError>;
}

/// A position was opened.
#[ink::event]
pub struct PositionOpened {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// Whose it is.
    #[ink(topic)]
    pub originator: AccountId,
    /// The collateral type.
    pub collateral_type: CollateralId,
}

/// Collateral was locked in a position.
#[ink::event]
pub struct CollateralAdded {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// Who gave it.
    pub from: AccountId,
    /// How much, in base units.
    pub amount: Balance,
    /// The position's collateral now.
    pub collateral: Balance,
}

/// Collateral was returned to the originator.
#[ink::event]
pub struct CollateralWithdrawn {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// How much, in base units.
    pub amount: Balance,
    /// The position's collateral now.
    pub collateral: Balance,
}

/// An originator drew cash.
#[ink::event]
pub struct Drawn {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// How much, in base units of cash.
    pub amount: Balance,
    /// Owed by the position now.
    pub debt: Balance,
}

/// Debt was repaid.
#[ink::event]
pub struct Repaid {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// Who paid.
    pub payer: AccountId,
    /// How much, in base units of cash.
    pub amount: Balance,
    /// Owed by the position now.
    pub debt: Balance,
}

/// An unhealthy position was seized.
#[ink::event]
pub struct PositionSeized {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// Collateral to be sold, in base units.
    pub collateral: Balance,
    /// Owed, in base units of cash.
    pub debt: Balance,
    /// Value in the books from now on.
    pub mark: Balance,
    /// The price at which it was unhealthy.
    pub price: Price,
}

/// Seized collateral was sold.
#[ink::event]
pub struct CollateralSold {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// Who bought it.
    pub buyer: AccountId,
    /// How much, in base units.
    pub amount: Balance,
    /// Paid towards the debt, in base units of cash.
    pub paid: Balance,
    /// Paid towards the penalty.
    pub penalty: Balance,
    /// Still owed.
    pub debt: Balance,
}

/// A position's collateral did not suffice: the rest of its debt is a loss of the pool.
#[ink::event]
pub struct DebtWrittenOff {
    /// The position.
    #[ink(topic)]
    pub position: PositionId,
    /// The loss, in base units of cash.
    pub amount: Balance,
}

/// Why the vault refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum VaultError {
    /// Only the account that deployed the vault may do this.
    NotTheDeployer,
    /// The engine is named already.
    AlreadyBound,
    /// Only the liquidation engine may do this.
    NotTheEngine,
    /// Only the originator of the position may do this.
    NotTheOriginator,
    /// An amount of zero.
    ZeroAmount,
    /// No collateral type has this number.
    UnknownCollateral,
    /// No position has this number, or it holds and owes nothing any more.
    UnknownPosition,
    /// The position is in auction.
    PositionSeized,
    /// The position is not in auction.
    NotSeized,
    /// The position is within its liquidation LTV.
    Healthy {
        /// Owed, in base units of cash.
        debt: Balance,
        /// The most it may owe before it is unhealthy.
        limit: Balance,
    },
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
    /// The position holds less collateral than that.
    InsufficientCollateral,
    /// The position owes nothing.
    NothingOwed,
    /// More would be paid than is owed.
    Overpaid,
    /// No collateral type, or more than [`MAX_COLLATERAL_TYPES`].
    InvalidListing,
    /// A token's decimals lie outside 6 to 18.
    InvalidDecimals,
    /// There is no live price.
    Oracle(OracleError),
    /// The parameters do not know the collateral type.
    Parameters(ParametersError),
    /// The pool refused.
    Pool(PoolError),
    /// The collateral token refused: balance or allowance too small.
    Token(PSP22Error),
    /// A called contract gave no answer.
    Call(CallError),
    /// Beyond the range of amounts.
    Math(MathError),
}

crate::wrap_errors!(VaultError {
    Oracle(OracleError),
    Parameters(ParametersError),
    Pool(PoolError),
    Token(PSP22Error),
    Call(CallError),
    Math(MathError),
});
