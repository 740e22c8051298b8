//! What somebody is owed of distributions, which are paid per token: the arithmetic of a tranche token, and of a contract that holds
//! such tokens for others.

use crate::types::Balance;
use finance::distribution::INDEX_ONE;

/// What was earned by a balance that is kept elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Earnings {
    /// Cash per token that is booked in `owed`, scaled [`INDEX_ONE`].
    pub index: u128,
    /// Cash of distributions that was booked and not paid.
    pub owed: Cash,
}

impl Earnings {
    /// Books what `balance` earned up to `index`.
    pub fn at(self, balance: Balance, index: u128) -> Self {
        let rise = index.saturating_sub(self.index);
        if rise == 0 {
            return self;
        }
        let per_token = Cash::default().plus(rise, Cash::FRACTION);
        Self {
            index,
            owed: self.owed.plus(balance, per_token),
        }
    }
}

/// An amount of cash, to a fraction of its base unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Cash {
    /// Base units.
    pub whole: Balance,
    /// The rest: less than one, scaled [`INDEX_ONE`].
    pub fraction: u128,
}

impl Cash {
    /// The least there is.
    const FRACTION: Self = Self {
        whole: 0,
        fraction: 1,
    };

    /// `self + times × each`, exactly.
    ///
    /// Doubling and adding needs neither a division nor wide numbers, which would cost the contract four kilobytes
    /// for one product per holder and distribution. It wraps beyond `u128`, more cash than a pool can have
    /// distributed: no number stops a transfer.
    fn plus(mut self, mut times: u128, mut each: Self) -> Self {
        while times > 0 {
            if times & 1 == 1 {
                self.add(each);
            }
            each.add(each);
            times >>= 1;
        }
        self
    }

    fn add(&mut self, other: Self) {
        self.whole = self.whole.wrapping_add(other.whole);
        self.fraction = self.fraction.wrapping_add(other.fraction);
        if let Some(fraction) = self.fraction.checked_sub(INDEX_ONE) {
            self.fraction = fraction;
            self.whole = self.whole.wrapping_add(1);
        }
    }
}

crate::decode_fields!(
    Earnings { index, owed }
    Cash { whole, fraction }
);
