//! What one holder has, and what he is owed of distributions.

use interfaces::types::Balance;

/// The scale of indexes and fractions: 1e27.
pub const ONE: u128 = 1_000_000_000_000_000_000_000_000_000;

/// The account of one holder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Holder {
    /// Base units of the token.
    pub balance: Balance,
    /// Cash per token that is booked in `owed`, scaled 1e27.
    pub index: u128,
    /// Cash of distributions that was booked and not paid.
    pub owed: Cash,
}

impl Holder {
    /// Books what the balance earned up to `index`.
    pub fn at(self, index: u128) -> Self {
        let rise = index.saturating_sub(self.index);
        if rise == 0 {
            return self;
        }
        let per_token = Cash::default().plus(rise, Cash::FRACTION);
        Self {
            index,
            owed: self.owed.plus(self.balance, per_token),
            ..self
        }
    }

    /// Whether there is nothing to keep.
    pub fn is_nobody(&self) -> bool {
        self.balance == 0 && self.owed == Cash::default()
    }
}

/// An amount of cash, to a fraction of its base unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Cash {
    /// Base units.
    pub whole: Balance,
    /// The rest: less than one, scaled 1e27.
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
        if let Some(fraction) = self.fraction.checked_sub(ONE) {
            self.fraction = fraction;
            self.whole = self.whole.wrapping_add(1);
        }
    }
}

interfaces::decode_fields!(
    Holder { balance, index, owed }
    Cash { whole, fraction }
);
