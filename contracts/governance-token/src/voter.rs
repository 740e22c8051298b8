//! What one account has, through whom it votes, and what it votes for itself and others.

use finance::governance::trace::{Checkpoint, Trace};
use finance::Timestamp;
use interfaces::types::{AccountId, Balance};

/// One account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Voter {
    /// Base units of the token.
    pub balance: Balance,
    /// Who votes with the balance, if it is somebody else.
    pub delegate: Option<AccountId>,
    /// The balances of all who vote through this account.
    pub votes: Trace<Balance>,
    /// How many signatures of the account were used.
    pub nonce: u32,
}

/// So many votes more or less.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    More(Balance),
    Less(Balance),
}

impl Change {
    /// The amount after it; none beyond zero and `u128`.
    pub fn of(self, amount: Balance) -> Option<Balance> {
        match self {
            Self::More(more) => amount.checked_add(more),
            Self::Less(less) => amount.checked_sub(less),
        }
    }

    /// As much the other way round.
    pub fn reversed(self) -> Self {
        match self {
            Self::More(more) => Self::Less(more),
            Self::Less(less) => Self::More(less),
        }
    }
}

impl Voter {
    /// Changes the votes. Returns what is to be kept of before, as [`Trace::set`].
    pub fn change_votes(
        &mut self,
        change: Change,
        now: Timestamp,
    ) -> Option<(u32, Checkpoint<Balance>)> {
        let votes = change.of(self.votes.latest.value);
        // A part of the supply, which fits.
        self.votes.set(votes.unwrap_or_default(), now)
    }

    /// Whether there is nothing to keep.
    pub fn is_blank(&self) -> bool {
        self.balance == 0 && self.delegate.is_none() && self.votes.is_blank() && self.nonce == 0
    }
}
