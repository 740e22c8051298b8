//! Votes for, against and abstained; how a voter spends his.
//!
//! Source: OpenZeppelin's `GovernorCountingFractional`.

use crate::fixed::{mul_div, MathError, Rounding};

/// Votes by what they say: of one ballot, or of all that were cast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Votes {
    /// Against the proposal.
    pub against: u128,
    /// For it.
    pub in_favour: u128,
    /// Neither, but present.
    pub abstain: u128,
}

impl Votes {
    /// All of them.
    ///
    /// # Errors
    /// [`MathError::Overflow`].
    pub fn sum(&self) -> Result<u128, MathError> {
        let sum = self.against.checked_add(self.in_favour);
        let sum = sum.and_then(|sum| sum.checked_add(self.abstain));
        sum.ok_or(MathError::Overflow)
    }

    /// Both together. They saturate beyond `u128`, more votes than a token can have.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            against: self.against.saturating_add(other.against),
            in_favour: self.in_favour.saturating_add(other.in_favour),
            abstain: self.abstain.saturating_add(other.abstain),
        }
    }

    /// Whether enough took part: those who abstain do, those who are against do not, or they would help what they are
    /// against.
    pub fn is_quorate(&self, quorum: u128) -> bool {
        self.in_favour.saturating_add(self.abstain) >= quorum
    }

    /// Whether more are for it than against it.
    pub fn is_carried(&self) -> bool {
        self.in_favour > self.against
    }
}

/// What a voter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum Vote {
    /// All votes that he has left are against it.
    Against,
    /// All that he has left are for it.
    For,
    /// All that he has left abstain.
    Abstain,
    /// So many of each. What is left he may still cast.
    Split(Votes),
}

impl Vote {
    /// The ballot of a voter with `weight` votes, of which he cast `used` before.
    ///
    /// # Errors
    /// [`VoteError`].
    pub fn ballot(self, weight: u128, used: u128) -> Result<Votes, VoteError> {
        let left = weight.saturating_sub(used);
        let (mut ballot, all) = (Votes::default(), left);
        match self {
            Self::Against => ballot.against = all,
            Self::For => ballot.in_favour = all,
            Self::Abstain => ballot.abstain = all,
            Self::Split(split) => ballot = split,
        }
        match ballot.sum() {
            Ok(0) => Err(VoteError::NoVotes),
            Ok(cast) if cast <= left => Ok(ballot),
            _ => Err(VoteError::TooManyVotes { left }),
        }
    }
}

/// Why a ballot does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum VoteError {
    /// The voter had none at the snapshot, has cast all, or casts none.
    NoVotes,
    /// The voter has only so many.
    TooManyVotes {
        /// Not cast yet.
        left: u128,
    },
}

/// The share `numerator ÷ denominator` of a supply, rounded down: the votes that make a quorum.
///
/// # Errors
/// [`MathError::DivisionByZero`]; [`MathError::Overflow`] for a share above one.
pub fn quorum(supply: u128, numerator: u128, denominator: u128) -> Result<u128, MathError> {
    if numerator > denominator {
        return Err(MathError::Overflow);
    }
    mul_div(supply, numerator, denominator, Rounding::Down)
}

/// Whether `votes` are more than half of `supply`.
pub fn is_majority(votes: u128, supply: u128) -> bool {
    votes > supply.saturating_sub(votes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn votes(against: u128, in_favour: u128, abstain: u128) -> Votes {
        Votes {
            against,
            in_favour,
            abstain,
        }
    }

    #[test]
    fn a_voter_spends_his_votes_in_parts_and_none_twice() {
        let first = Vote::Split(votes(0, 2, 1)).ballot(7, 0);
        assert_eq!(first, Ok(votes(0, 2, 1)));
        assert_eq!(Vote::Against.ballot(7, 3), Ok(votes(4, 0, 0)));
        assert_eq!(Vote::For.ballot(7, 7), Err(VoteError::NoVotes));
        let left = VoteError::TooManyVotes { left: 4 };
        assert_eq!(Vote::Split(votes(0, 5, 0)).ballot(7, 3), Err(left));
    }

    #[test]
    fn who_has_no_votes_casts_none() {
        for vote in [Vote::Against, Vote::For, Vote::Abstain] {
            assert_eq!(vote.ballot(0, 0), Err(VoteError::NoVotes));
        }
        let nothing = Vote::Split(Votes::default());
        assert_eq!(nothing.ballot(7, 0), Err(VoteError::NoVotes));
    }

    #[test]
    fn a_sum_beyond_128_bits_is_too_much() {
        let wrapping = Vote::Split(votes(u128::MAX, 1, 1));
        let left = VoteError::TooManyVotes { left: 7 };
        assert_eq!(wrapping.ballot(7, 0), Err(left));
    }

    #[test]
    fn those_against_do_not_make_the_quorum() {
        assert!(!votes(100, 7, 0).is_quorate(8));
        assert!(votes(0, 7, 1).is_quorate(8));
        assert!(!votes(7, 7, 90).is_carried());
    }

    #[test]
    fn a_quorum_is_a_share_of_at_most_all() {
        assert_eq!(quorum(101, 8, 100), Ok(8));
        assert_eq!(quorum(u128::MAX, 1, 1), Ok(u128::MAX));
        assert_eq!(quorum(100, 101, 100), Err(MathError::Overflow));
    }

    #[test]
    fn half_is_no_majority() {
        assert!(!is_majority(50, 100) && is_majority(51, 100));
        assert!(!is_majority(0, 0) && is_majority(u128::MAX, u128::MAX));
    }

    proptest! {
        #[test]
        fn no_sequence_of_ballots_spends_more_than_the_weight(
            weight in 0..1_000u128,
            ballots in proptest::collection::vec((0..5u8, 0..400u128, 0..400u128, 0..400u128), 1..12),
        ) {
            let (mut used, mut tally) = (0, Votes::default());
            for (kind, against, in_favour, abstain) in ballots {
                let vote = match kind {
                    0 => Vote::Against,
                    1 => Vote::For,
                    2 => Vote::Abstain,
                    _ => Vote::Split(votes(against, in_favour, abstain)),
                };
                if let Ok(ballot) = vote.ballot(weight, used) {
                    used += ballot.sum().unwrap();
                    tally = tally.plus(&ballot);
                }
                prop_assert!(used <= weight);
                prop_assert_eq!(tally.sum(), Ok(used));
            }
        }
    }
}
