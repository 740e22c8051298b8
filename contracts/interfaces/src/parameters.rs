//! The only store of risk parameters: what the vault and the engine read. [`crate::configurator`] alone writes it.

use crate::read::{Input, Read, Source};
use crate::types::{AccountId, Balance, CollateralId};
use finance::interest::PaceCurve;
use ink::primitives::Hash;

pub use finance::parameters::{
    AuctionParameters, Bounds, CollateralParameters, CollateralTerms, Course, DealParameters,
    Group, Parameter, Pause, Row,
};

/// All that the vault needs to judge one loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Lending {
    /// The parameters of the collateral type in force now. It is not open while draws are paused.
    pub parameters: CollateralParameters,
    /// How fast the clock of interest runs.
    pub curve: PaceCurve,
    /// The most principal that the originator may owe altogether, in base units of cash.
    pub originator_ceiling: Balance,
    /// Whether withdrawals of collateral that backs debt are paused.
    pub holds_collateral: bool,
}

/// The part of a store that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Part {
    /// What holds for the whole deal.
    Deal,
    /// The loans of a collateral type.
    Loans(CollateralId),
    /// The auctions of a collateral type.
    Auctions(CollateralId),
}

/// What is written into a store.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time is decoded, written and gone"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Entry {
    /// The parameters of a part.
    Row(Part, Row),
    /// The ceiling that an originator has of his own.
    Ceiling(AccountId, Course),
    /// What is paused.
    Pauses(Pauses),
    /// The code of the store itself, which keeps what is stored.
    Code(Hash),
}

/// What is paused. Nothing else can be paused here: repayments, added collateral, claims and cancelled orders never;
/// auctions have the engine's breaker, which stops their clock too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pauses {
    /// Draws.
    pub draws: Pause,
    /// Withdrawals of collateral that backs debt.
    pub withdrawals: Pause,
}

/// Risk parameters. Readers get what is in force when they ask: nobody has to put a change that waited into effect.
#[ink::trait_definition]
pub trait Parameters {
    /// What the vault needs to judge a loan of `originator`, with the liquidation LTV that is in force now.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn lending(
        &self,
        collateral: CollateralId,
        originator: AccountId,
    ) -> Result<Lending, ParametersError>;

    /// How lots of a collateral type are sold.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn auction(&self, collateral: CollateralId) -> Result<AuctionParameters, ParametersError>;

    /// The parameters of a part over time, if it has any.
    #[ink(message)]
    fn row(&self, part: Part) -> Option<Row>;

    /// The ceiling of an originator who has one of his own, over time.
    #[ink(message)]
    fn ceiling(&self, originator: AccountId) -> Option<Course>;

    /// What is paused.
    #[ink(message)]
    fn pauses(&self) -> Pauses;

    /// The only account that writes.
    #[ink(message)]
    fn configurator(&self) -> AccountId;

    /// Replaces an entry. What it says was checked by the caller.
    ///
    /// # Errors
    /// [`ParametersError::NotTheConfigurator`], [`ParametersError::NoSuchCode`].
    #[ink(message)]
    fn write(&mut self, entry: Entry) -> Result<(), ParametersError>;
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ParametersError {
    /// No collateral type has this number.
    UnknownCollateral,
    /// Only the configurator writes.
    NotTheConfigurator,
    /// The chain has no code of this hash.
    NoSuchCode,
}

crate::decode_fields!(Lending {
    parameters,
    curve,
    originator_ceiling,
    holds_collateral
});

macro_rules! read_values {
    ($($values:ident),*) => {$(
        impl Read for $values {
            fn read<I: Input>(source: &mut Source<I>) -> Self {
                let mut values = [0; Group::LONGEST];
                for value in values.iter_mut().take(Self::COUNT) {
                    *value = Read::read(source);
                }
                Self::from_values(&values)
            }
        }
    )*};
}

read_values!(CollateralParameters, AuctionParameters);
