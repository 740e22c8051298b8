//! One parameter over time.

use super::declaration::{Bounds, Declaration};
use super::WINDOW;
use crate::lending::ramp;
use crate::time::{Period, Timestamp};
use crate::Ratio;

/// A parameter that is `from` before `at` and `to` from then on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Course {
    /// Before; of several changes within a [`WINDOW`], the loosest value before them.
    pub from: u128,
    /// After: what it is, or waits to be.
    pub to: u128,
    /// When it changes or changed.
    pub at: Timestamp,
}

/// When a change is made, and how fast changes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Now.
    pub now: Timestamp,
    /// How long it waits unless it tightens.
    pub wait: Period,
    /// How long a lowered value takes to come into force, in a straight line; zero for at once.
    pub ramp: Period,
}

/// Why a change is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub enum Refusal {
    /// It lies outside the bounds.
    OutOfBounds(Bounds),
    /// It is further from a value of the last [`WINDOW`] than the largest step: this is what is in reach.
    OutOfReach(Bounds),
    /// It is that already, or will be.
    Unchanged,
    /// Another change waits until then: cancel it first.
    AlreadyWaiting(Timestamp),
    /// It changed lately: what does not tighten may be set from then on.
    TooSoon(Timestamp),
}

impl Course {
    /// A parameter that always was `value`.
    pub const fn constant(value: u128) -> Self {
        Self {
            from: value,
            to: value,
            at: Timestamp(0),
        }
    }

    /// What was decided for `now`.
    pub fn at(&self, now: Timestamp) -> u128 {
        match now < self.at {
            true => self.from,
            false => self.to,
        }
    }

    /// What is in force at `now`: a lowered value comes down over `length`.
    pub fn ramped(&self, now: Timestamp, length: Period) -> u128 {
        if now < self.at {
            return self.from;
        }
        let on_its_way = ramp(Ratio(self.from), Ratio(self.to), now.since(self.at), length);
        // Only ratios ramp, and those of at most one leave no room for an error.
        on_its_way.map_or(self.to, |Ratio(value)| value)
    }

    /// The course after setting `value`. A change that tightens is in force at once, even if another one waits, which it
    /// replaces; any other waits, may be cancelled, and is not accepted within a [`WINDOW`] of the last change. So
    /// within any window no two values lie further apart than the largest step.
    ///
    /// Source: the asymmetric timelocks of MetaMorpho; the steps are ours.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn set(
        &self,
        value: u128,
        declared: &Declaration,
        change: Change,
    ) -> Result<Self, Refusal> {
        let Change { now, wait, ramp } = change;
        let (decided, in_force) = (self.at(now), self.ramped(now, ramp));
        ensure(
            declared.bounds().contain(value),
            Refusal::OutOfBounds(declared.bounds()),
        )?;
        ensure(value != decided, Refusal::Unchanged)?;
        let since = self.at.plus(WINDOW.max(ramp));
        // A ramp need not be looked back on: it is no steeper than a step over its length.
        let is_recent = self.at <= now && now < since && ramp == Period(0);
        let earlier = if is_recent { self.from } else { in_force };
        for seen in [in_force, earlier] {
            let reach = declared.reach(seen);
            ensure(reach.contain(value), Refusal::OutOfReach(reach))?;
        }
        if declared.risk.tightens(decided, value) {
            // Nothing but tightening follows within the window: the loosest value is the one to keep a step from.
            let was_looser = declared.risk.tightens(earlier, in_force);
            return Ok(Self {
                from: if was_looser { earlier } else { in_force },
                to: value,
                at: now,
            });
        }
        ensure(self.at <= now, Refusal::AlreadyWaiting(self.at))?;
        ensure(since <= now, Refusal::TooSoon(since))?;
        Ok(Self {
            from: decided,
            to: value,
            at: now.plus(wait),
        })
    }

    /// The course without the change that waits, if one does.
    pub fn cancelled(&self, now: Timestamp) -> Option<Self> {
        (now < self.at).then_some(Self::constant(self.from))
    }
}

fn ensure(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    match holds {
        true => Ok(()),
        false => Err(refusal),
    }
}
