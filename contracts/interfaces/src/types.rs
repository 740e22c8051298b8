//! Accounts, amounts and identifiers: the one place that names the chain's own types.

pub use ink::primitives::{AccountId, Hash};

/// An amount in base units of its token.
pub type Balance = u128;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        #[ink::scale_derive(Encode, Decode, TypeInfo)]
        #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
        pub struct $name(pub $inner);

        impl $name {
            /// The position in a list that is indexed by this identifier.
            pub fn index(self) -> usize {
                usize::try_from(self.0).unwrap_or(usize::MAX)
            }
        }
    };
}

identifier!(
    /// A tranche of a pool: 0 is the most senior, the highest the residual.
    TrancheId(u32)
);
identifier!(
    /// A collateral type of a vault, in the order of its listing.
    CollateralId(u32)
);
identifier!(
    /// A position of a vault, in the order of opening.
    PositionId(u32)
);
identifier!(
    /// A lot of a vault and its auction, in the order of seizure.
    AuctionId(u32)
);
identifier!(
    /// A priced asset of an oracle adapter, in the order of its listing.
    AssetId(u32)
);
