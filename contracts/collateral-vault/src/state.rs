//! What every message of the vault loads.

use crate::book::Book;
use finance::interest::{InterestClock, PaceCurve};
use interfaces::types::{AccountId, Balance};

/// Who the vault deals with, its clock, its counts and its totals: one storage cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct State {
    /// The only account that names the engine. Fixed at creation.
    pub deployer: AccountId,
    /// The only account that seizes and sells. Never changes once it is named.
    pub engine: Option<AccountId>,
    /// Lends the cash and takes the payments. Fixed at creation.
    pub pool: AccountId,
    /// Fixed at creation.
    pub oracle: AccountId,
    /// Fixed at creation.
    pub parameters: AccountId,
    /// The clock by which all interest accrues.
    pub clock: InterestClock,
    /// How its pace follows the pool, when the parameters were last asked.
    pub curve: PaceCurve,
    /// What the pool was worth at the last draw or repayment.
    pub pool_value: Balance,
    /// Positions ever opened: the number of the next one.
    pub position_count: u32,
    /// Lots ever seized: the number of the next one.
    pub lot_count: u32,
    /// Totals of every type: what its positions and lots hold, owe and are marked at adds up to them.
    pub book: Book,
}

interfaces::decode_fields!(State {
    deployer,
    engine,
    pool,
    oracle,
    parameters,
    clock,
    curve,
    pool_value,
    position_count,
    lot_count,
    book,
});
