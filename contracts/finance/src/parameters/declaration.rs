//! What is fixed in code about a parameter.

/// What the number of a parameter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Scaled 1e18; declared in millionths.
    Ratio,
    /// Milliseconds; declared in seconds.
    Period,
    /// Base units of cash.
    Cash,
    /// One for yes, zero for no.
    Flag,
}

/// Which way investors' risk lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// A higher value is looser: only a lower one is in force at once.
    Up,
    /// A lower value is looser: only a higher one is in force at once.
    Down,
    /// Neither side is safe for all: every change waits.
    Both,
}

impl Risk {
    /// Whether a change from `old` to `new` tightens.
    pub fn tightens(self, old: u128, new: u128) -> bool {
        match self {
            Self::Up => new < old,
            Self::Down => new > old,
            Self::Both => false,
        }
    }
}

/// The values a parameter may take, both ends included, in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Bounds {
    /// The least allowed.
    pub minimum: u128,
    /// The most allowed.
    pub maximum: u128,
}

impl Bounds {
    /// Whether `value` lies inside.
    pub fn contain(&self, value: u128) -> bool {
        (self.minimum..=self.maximum).contains(&value)
    }
}

/// Unit, bounds, largest step and direction of a parameter, compactly: every byte is paid for by every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    minimum: u32,
    maximum: u32,
    step: u32,
    /// What its number counts.
    pub unit: Unit,
    /// Its direction.
    pub risk: Risk,
}

impl Declaration {
    pub(super) const fn new(
        unit: Unit,
        (minimum, maximum): (u32, u32),
        step: u32,
        risk: Risk,
    ) -> Self {
        Self {
            minimum,
            maximum,
            step,
            unit,
            risk,
        }
    }

    /// A declared number in the parameter's unit.
    fn scaled(&self, number: u32) -> u128 {
        let factor = match self.unit {
            Unit::Ratio => 1_000_000_000_000,
            Unit::Period => 1_000,
            Unit::Cash | Unit::Flag => 1,
        };
        u128::from(number).saturating_mul(factor)
    }

    /// The values it may take. Amounts of cash have no maximum: none fits every deal.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            minimum: self.scaled(self.minimum),
            maximum: match self.unit {
                Unit::Cash => u128::MAX,
                _ => self.scaled(self.maximum),
            },
        }
    }

    /// The values it may take within [`super::WINDOW`] of having been `value`: an amount of cash at most doubles or halves,
    /// but leaves zero, and the largest number as a limit that is none, for anything; all else moves by its step. Not cut
    /// to the bounds.
    pub fn reach(&self, value: u128) -> Bounds {
        let step = self.scaled(self.step);
        match (self.unit, value) {
            (Unit::Cash, 0 | u128::MAX) => Bounds {
                minimum: 0,
                maximum: u128::MAX,
            },
            (Unit::Cash, _) => Bounds {
                minimum: value >> 1,
                maximum: value.saturating_mul(2),
            },
            _ => Bounds {
                minimum: value.saturating_sub(step),
                maximum: value.saturating_add(step),
            },
        }
    }
}
