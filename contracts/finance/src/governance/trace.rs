//! A value that changes, and what it was at any moment before.
//!
//! Source of the lookup: checkpoints as in OpenZeppelin's `Checkpoints`. That the latest stays out of the list is ours:
//! who asks about the recent past, as votes mostly do, reads nothing else.

use crate::time::Timestamp;

/// A value, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Checkpoint<T> {
    /// From this moment on.
    pub since: Timestamp,
    /// The value.
    pub value: T,
}

/// The latest value. Whoever keeps the trace also keeps the checkpoints before, numbered from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Trace<T> {
    /// In force now.
    pub latest: Checkpoint<T>,
    /// How many checkpoints there are before the latest, each later than the one before.
    pub earlier: u32,
}

impl<T: Copy + Default + PartialEq> Trace<T> {
    /// Sets the value from `now` on. Returns the checkpoint that is now to be kept, and its number; none if the last change
    /// was in the same block, of which only the outcome counts, or if there was nothing before.
    pub fn set(&mut self, value: T, now: Timestamp) -> Option<(u32, Checkpoint<T>)> {
        let since = now;
        let before = core::mem::replace(&mut self.latest, Checkpoint { since, value });
        if before.since == now || self.is_first(&before) {
            return None;
        }
        let number = self.earlier;
        // There are not as many blocks.
        self.earlier = number.wrapping_add(1);
        Some((number, before))
    }

    /// Whether there is nothing to keep: no value now and none before.
    pub fn is_blank(&self) -> bool {
        self.is_first(&self.latest)
    }

    fn is_first(&self, checkpoint: &Checkpoint<T>) -> bool {
        self.earlier == 0 && checkpoint.value == T::default()
    }

    /// The value at the end of the block at `at`, which must be past; nothing before the first change.
    ///
    /// `kept` reads a checkpoint by its number: not at all if the latest was in force, else as often as the number of
    /// checkpoints can be halved.
    pub fn at(&self, at: Timestamp, kept: impl Fn(u32) -> Option<Checkpoint<T>>) -> T {
        if self.latest.since <= at {
            return self.latest.value;
        }
        let mut value = T::default();
        // In force at `at` is the last of those below `low`; those from `high` on came later.
        let (mut low, mut high) = (0, self.earlier);
        while low < high {
            let middle = low.midpoint(high);
            match kept(middle) {
                Some(checkpoint) if checkpoint.since <= at => {
                    value = checkpoint.value;
                    low = middle.saturating_add(1);
                }
                _ => high = middle,
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    /// A trace and what its keeper keeps.
    #[derive(Default)]
    struct Kept(Trace<u128>, Vec<Checkpoint<u128>>);

    impl Kept {
        fn set(&mut self, value: u128, now: u64) {
            if let Some((number, checkpoint)) = self.0.set(value, Timestamp(now)) {
                assert_eq!(number as usize, self.1.len());
                self.1.push(checkpoint);
            }
        }

        fn at(&self, at: u64) -> u128 {
            self.0
                .at(Timestamp(at), |number| self.1.get(number as usize).copied())
        }
    }

    #[test]
    fn of_several_changes_in_a_block_only_the_last_counts() {
        let mut kept = Kept::default();
        for value in [5, 1_000_000, 7] {
            kept.set(value, 10);
        }
        assert_eq!((kept.at(9), kept.at(10), kept.1.len()), (0, 7, 0));
        // Borrowed and returned.
        kept.set(1_000_000, 20);
        kept.set(7, 20);
        assert_eq!((kept.at(19), kept.at(20)), (7, 7));
    }

    #[test]
    fn what_came_and_went_in_one_block_leaves_nothing() {
        let mut kept = Kept::default();
        kept.set(5, 10);
        kept.set(0, 10);
        assert!(kept.0.is_blank());
        kept.set(5, 10);
        kept.set(0, 11);
        assert!(!kept.0.is_blank());
    }

    #[test]
    fn a_lookup_halves_what_is_left() {
        let mut kept = Kept::default();
        for now in 1..=1_001 {
            kept.set(now.into(), now);
        }
        for at in [0, 1, 2, 500, 999, 1_000] {
            let reads = Cell::new(0);
            let value = kept.0.at(Timestamp(at), |number| {
                reads.set(reads.get() + 1);
                kept.1.get(number as usize).copied()
            });
            assert_eq!(value, u128::from(at));
            // 2^10 > 1000 checkpoints.
            assert!(reads.get() <= 10, "{} reads", reads.get());
        }
        let latest = kept
            .0
            .at(Timestamp(1_001), |_| panic!("nothing is to be read"));
        assert_eq!(latest, 1_001);
    }

    proptest! {
        #[test]
        fn a_lookup_is_what_a_list_of_all_changes_says(
            changes in proptest::collection::vec((0..3u64, 0..4u128), 0..60),
        ) {
            let mut kept = Kept::default();
            let (mut now, mut all) = (1, vec![]);
            for (later, value) in changes {
                now += later;
                kept.set(value, now);
                all.push((now, value));
            }
            for at in 0..=now + 1 {
                let last = all.iter().rev().find(|(since, _)| *since <= at);
                prop_assert_eq!(kept.at(at), last.map_or(0, |(_, value)| *value));
            }
        }
    }
}
