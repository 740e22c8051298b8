//! Chain time in milliseconds, interest in whole seconds.

macro_rules! milliseconds {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, scale::Encode, scale::Decode,
        )]
        #[cfg_attr(
            feature = "metadata",
            derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
        )]
        pub struct $name(pub u64);
    };
}

milliseconds!(
    /// A moment: milliseconds since the Unix epoch, as the chain gives them.
    Timestamp
);
milliseconds!(
    /// A length of time in milliseconds.
    Period
);

impl Period {
    /// A period of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// Whole seconds, the rest dropped.
    pub const fn whole_secs(self) -> u64 {
        // Division by a constant that is not zero.
        self.0.div_euclid(1_000)
    }
}

impl Timestamp {
    /// The time since `earlier`, zero if that lies ahead.
    pub const fn since(self, earlier: Self) -> Period {
        Period(self.0.saturating_sub(earlier.0))
    }

    /// This moment moved by `period`, at most to the end of time.
    pub const fn plus(self, period: Period) -> Self {
        Self(self.0.saturating_add(period.0))
    }

    /// Whole seconds from `self` to `now`, and the moment up to which they reach: the part of a second
    /// that is left over is carried into the next accrual.
    pub const fn whole_secs_until(self, now: Self) -> (u64, Self) {
        let seconds = now.since(self).whole_secs();
        (seconds, self.plus(Period::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_second_is_carried() {
        let start = Timestamp(1_000);
        let (seconds, reached) = start.whole_secs_until(Timestamp(3_999));
        assert_eq!((seconds, reached), (2, Timestamp(3_000)));
        assert_eq!(
            reached.whole_secs_until(Timestamp(4_000)),
            (1, Timestamp(4_000))
        );
    }

    #[test]
    fn a_clock_that_goes_backwards_accrues_nothing() {
        let start = Timestamp(5_000);
        assert_eq!(start.whole_secs_until(Timestamp(4_000)), (0, start));
    }
}
