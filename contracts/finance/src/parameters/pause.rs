//! An action that a guardian may stop.

use crate::time::{Period, Timestamp};

/// Stops an action once, for a time. It ends by itself, and cannot be used again before somebody else arms it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Pause {
    /// When it ends or ended; zero while it is armed.
    pub until: Timestamp,
}

impl Pause {
    /// Ready to be used.
    pub const ARMED: Self = Self {
        until: Timestamp(0),
    };
    /// The longest it lasts.
    pub const LONGEST: Period = Period::from_secs(7 * 86_400);

    /// Whether the action is stopped at `now`.
    pub fn stops(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Stopped for `period`, at most [`Pause::LONGEST`]; `None` if it was used since it was armed.
    pub fn used(&self, now: Timestamp, period: Period) -> Option<Self> {
        (*self == Self::ARMED).then_some(Self {
            until: now.plus(period.min(Self::LONGEST)),
        })
    }
}
