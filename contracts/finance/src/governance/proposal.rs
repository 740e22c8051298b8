//! From the snapshot to the execution: states, late majorities, timelock.
//!
//! ```text
//!  made        snapshot            deadline    queued        ready           end of grace
//!   │  Pending    │     Active        │ Succeeded │   Queued   │    Queued        │ Expired
//!   └─────────────┴───────────────────┴───────────┴────────────┴──────────────────┴─────────
//!    voting delay     voting period     or Defeated    delay    can be executed: GRACE
//! ```
//!
//! Sources: OpenZeppelin's `Governor`, `GovernorPreventLateQuorum`, `GovernorSuperQuorum`; the grace period is that of
//! Compound's `Timelock`. That what nobody queues expires too is ours.

use super::ballot::Votes;
use crate::time::{Period, Timestamp};

/// How long a proposal may be executed once it is ready, and queued once its vote is over.
pub const GRACE: Period = Period::from_secs(14 * 86_400);

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum State {
    /// Up to and including the block of the snapshot: nobody votes yet.
    Pending,
    /// Up to and including the deadline: votes count.
    Active,
    /// Taken back, refused by the guardian or by a class.
    Canceled,
    /// Too few took part, or no more were for it than against it.
    Defeated,
    /// Carried: anybody may queue it.
    Succeeded,
    /// Waits, then anybody may execute it.
    Queued,
    /// Nobody queued or executed it in time.
    Expired,
    /// Done.
    Executed,
}

/// What was decided about a proposal beside its votes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub enum Stage {
    /// Nothing yet.
    #[default]
    Open,
    /// It waits in the timelock.
    Queued {
        /// Vetoes are what they were at this moment, half-way: who learns of it now can still gather his votes, and has
        /// as long again to use them.
        veto_at: Timestamp,
        /// It can be executed from then on.
        ready_at: Timestamp,
    },
    /// For good.
    Canceled,
    /// For good.
    Executed,
}

/// The votes that it takes, known from the first vote on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Quorum {
    /// For or abstaining: fewer, and it is defeated.
    pub least: u128,
    /// For: as many, and more than are against, and it succeeds before the deadline.
    pub early: u128,
}

/// A proposal and its votes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Proposal {
    /// Votes are what they were at this moment.
    pub snapshot: Timestamp,
    /// The last moment to vote.
    pub deadline: Timestamp,
    /// Whether that is later than it was, since it came to be won late.
    pub is_extended: bool,
    /// All that were cast.
    pub votes: Votes,
    /// None before the first vote.
    pub quorum: Option<Quorum>,
    /// What was decided.
    pub stage: Stage,
}

impl Proposal {
    /// Made at `now`.
    pub fn new(now: Timestamp, voting_delay: Period, voting_period: Period) -> Self {
        let snapshot = now.plus(voting_delay);
        Self {
            snapshot,
            deadline: snapshot.plus(voting_period),
            ..Self::default()
        }
    }

    /// Where it stands at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        match self.stage {
            Stage::Canceled => State::Canceled,
            Stage::Executed => State::Executed,
            Stage::Queued { ready_at, .. } if now < ready_at.plus(GRACE) => State::Queued,
            Stage::Queued { .. } => State::Expired,
            Stage::Open if now <= self.snapshot => State::Pending,
            Stage::Open if now <= self.deadline && !self.is_early() => State::Active,
            Stage::Open if !self.is_won() => State::Defeated,
            Stage::Open if now < self.deadline.plus(GRACE) => State::Succeeded,
            Stage::Open => State::Expired,
        }
    }

    fn is_won(&self) -> bool {
        let is_quorate = |quorum: Quorum| self.votes.is_quorate(quorum.least);
        self.quorum.is_some_and(is_quorate) && self.votes.is_carried()
    }

    fn is_early(&self) -> bool {
        let is_early = |quorum: Quorum| self.votes.in_favour >= quorum.early;
        self.quorum.is_some_and(is_early) && self.is_won()
    }

    /// Counts a ballot. Returns whether the proposal came to be won by it so late that the deadline moved, to `extension` from now:
    /// whoever is against it has so long to answer, once, however late the others came and whoever made the quorum.
    pub fn count(
        &mut self,
        ballot: &Votes,
        quorum: Quorum,
        extension: Period,
        now: Timestamp,
    ) -> bool {
        let was_won = self.is_won();
        self.quorum = Some(quorum);
        self.votes = self.votes.plus(ballot);
        let until = now.plus(extension);
        let is_late = !was_won && self.is_won() && until > self.deadline;
        if !is_late || self.is_extended {
            return false;
        }
        self.deadline = until;
        self.is_extended = true;
        true
    }

    /// From `now` on it waits. Returns until when.
    pub fn queue(&mut self, now: Timestamp, delay: Period) -> Timestamp {
        let ready_at = now.plus(delay);
        let veto_at = Timestamp(now.0.midpoint(ready_at.0));
        self.stage = Stage::Queued { veto_at, ready_at };
        ready_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUORUM: Quorum = Quorum {
        least: 10,
        early: 60,
    };
    const DELAY: Period = Period(100);

    /// Snapshot at 4, deadline at 20.
    fn proposal() -> Proposal {
        Proposal::new(Timestamp(0), Period(4), Period(16))
    }

    fn with(against: u128, in_favour: u128) -> Proposal {
        let mut proposal = proposal();
        let ballot = Votes {
            against,
            in_favour,
            abstain: 0,
        };
        proposal.count(&ballot, QUORUM, Period(0), Timestamp(5));
        proposal
    }

    fn state(proposal: &Proposal, now: u64) -> State {
        proposal.state(Timestamp(now))
    }

    #[test]
    fn nobody_votes_in_the_block_of_the_snapshot() {
        assert_eq!(state(&proposal(), 4), State::Pending);
        assert_eq!(state(&proposal(), 5), State::Active);
    }

    #[test]
    fn the_deadline_is_the_last_moment() {
        assert_eq!(state(&with(0, 10), 20), State::Active);
        assert_eq!(state(&with(0, 10), 21), State::Succeeded);
    }

    #[test]
    fn a_proposal_is_defeated_below_the_quorum_by_a_draw_and_without_votes() {
        for proposal in [with(0, 9), with(10, 10), with(11, 10), proposal()] {
            assert_eq!(state(&proposal, 21), State::Defeated);
        }
    }

    #[test]
    fn it_succeeds_early_only_beyond_the_super_quorum_and_while_winning() {
        assert_eq!(state(&with(0, 59), 6), State::Active);
        assert_eq!(state(&with(59, 60), 6), State::Succeeded);
        assert_eq!(state(&with(60, 60), 6), State::Active);
        assert_eq!(state(&with(60, 60), 21), State::Defeated);
    }

    #[test]
    fn what_is_won_late_leaves_time_to_answer_once() {
        let ballot = |in_favour| Votes {
            in_favour,
            ..Votes::default()
        };
        let count = |proposal: &mut Proposal, votes, now| {
            proposal.count(&ballot(votes), QUORUM, Period(8), Timestamp(now))
        };
        let mut proposal = proposal();
        assert!(!count(&mut proposal, 9, 19));
        assert!(count(&mut proposal, 1, 20));
        assert_eq!(proposal.deadline, Timestamp(28));
        assert!(!count(&mut proposal, 1, 28));
        assert_eq!(proposal.deadline, Timestamp(28));
    }

    #[test]
    fn who_makes_the_quorum_early_by_abstaining_still_leaves_time_to_answer() {
        let mut proposal = proposal();
        let mut count = |against, in_favour, abstain, now| {
            let ballot = Votes {
                against,
                in_favour,
                abstain,
            };
            let is_late = proposal.count(&ballot, QUORUM, Period(8), Timestamp(now));
            (is_late, proposal.deadline.0)
        };
        assert_eq!(count(0, 0, 20, 5), (false, 20));
        // Nothing is won by a draw, nor for those who are against.
        assert_eq!(count(1, 1, 0, 19), (false, 20));
        assert_eq!(count(0, 1, 0, 20), (true, 28));
        // Whoever answers has the last word, or none.
        assert_eq!(count(1, 0, 0, 27), (false, 28));
        assert_eq!(count(0, 1, 0, 28), (false, 28));
    }

    #[test]
    fn a_queued_proposal_expires_after_its_grace() {
        let mut proposal = with(0, 10);
        let ready_at = proposal.queue(Timestamp(30), DELAY);
        let veto_at = Timestamp(80);
        assert_eq!(proposal.stage, Stage::Queued { veto_at, ready_at });
        let end = 30 + DELAY.0 + GRACE.0;
        assert_eq!(state(&proposal, end - 1), State::Queued);
        assert_eq!(state(&proposal, end), State::Expired);
    }

    #[test]
    fn the_grace_is_two_weeks() {
        assert_eq!(GRACE, Period(1_209_600_000));
    }

    #[test]
    fn a_proposal_that_nobody_queues_expires() {
        let end = 20 + GRACE.0;
        assert_eq!(state(&with(0, 10), end - 1), State::Succeeded);
        assert_eq!(state(&with(0, 10), end), State::Expired);
        // Early success does not shorten it.
        assert_eq!(state(&with(0, 60), end - 1), State::Succeeded);
    }

    #[test]
    fn done_and_canceled_are_for_good() {
        for (stage, expected) in [
            (Stage::Executed, State::Executed),
            (Stage::Canceled, State::Canceled),
        ] {
            let proposal = Proposal {
                stage,
                ..with(0, 60)
            };
            for now in [0, 5, 21, u64::MAX] {
                assert_eq!(state(&proposal, now), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn time_alone_never_turns_back(votes: (u8, u8), times in proptest::collection::vec(0..80u64, 2..20)) {
            let proposal = with(votes.0.into(), votes.1.into());
            let rank = |state| match state {
                State::Pending => 0,
                State::Active => 1,
                State::Succeeded | State::Defeated => 2,
                _ => 3,
            };
            let mut times = times;
            times.sort_unstable();
            for pair in times.windows(2) {
                let [before, after] = [pair[0], pair[1]].map(|now| state(&proposal, now));
                prop_assert!(rank(before) <= rank(after), "{before:?} then {after:?}");
            }
        }

        #[test]
        fn the_deadline_only_moves_away_and_no_further_than_the_extension(
            votes in proptest::collection::vec(((0..8u128, 0..8u128, 0..8u128), 5..40u64), 1..20), extension in 0..16u64,
        ) {
            let mut proposal = proposal();
            let mut votes = votes;
            votes.sort_by_key(|(_, now)| *now);
            for ((against, in_favour, abstain), now) in votes {
                if state(&proposal, now) != State::Active {
                    continue;
                }
                let before = proposal.deadline;
                let ballot = Votes { against, in_favour, abstain };
                let is_late = proposal.count(&ballot, QUORUM, Period(extension), Timestamp(now));
                prop_assert!(proposal.deadline >= before);
                prop_assert_eq!(is_late, proposal.deadline > before);
                prop_assert!(proposal.deadline.0 <= 20 + extension);
            }
        }
    }
}
