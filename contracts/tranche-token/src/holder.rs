//! What one holder has, and what he is owed of distributions.

use interfaces::earnings::{Cash, Earnings};
use interfaces::types::Balance;

/// The account of one holder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Holder {
    /// Base units of the token.
    pub balance: Balance,
    /// What he earned by it.
    pub earnings: Earnings,
}

impl Holder {
    /// Books what the balance earned up to `index`.
    pub fn at(self, index: u128) -> Self {
        Self {
            earnings: self.earnings.at(self.balance, index),
            ..self
        }
    }

    /// Whether there is nothing to keep.
    pub fn is_nobody(&self) -> bool {
        self.balance == 0 && self.earnings.owed == Cash::default()
    }
}

interfaces::decode_fields!(Holder { balance, earnings });
