//! What loans cost: one clock that scarce cash lets run faster, and a surcharge on what the pool holds too much of.

use crate::fixed::{mul_div, sub, MathError, Rate, Ratio, Rounding};
use crate::time::{Period, Timestamp};

/// How fast the clock of interest runs at a utilisation of the pool: two straight lines that meet at the kink.
///
/// Source: the kinked rate curve of Compound and Aave, applied to the time of all rates and not to one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct PaceCurve {
    /// The pace while nothing is lent.
    pub at_zero: Ratio,
    /// The utilisation from which on the pace rises steeply; above zero and below one.
    pub kink: Ratio,
    /// The pace at the kink.
    pub at_kink: Ratio,
    /// The pace, and the highest there is, when no cash is left.
    pub at_full: Ratio,
}

impl PaceCurve {
    /// Time runs as it does everywhere.
    pub const LEVEL: Self = Self {
        at_zero: Ratio::ONE,
        kink: Ratio::from_bps(8_000),
        at_kink: Ratio::ONE,
        at_full: Ratio::ONE,
    };

    /// Whether the pace never falls as utilisation rises, and the kink lies strictly inside.
    pub fn is_valid(&self) -> bool {
        let is_inside = self.kink > Ratio::ZERO && self.kink < Ratio::ONE;
        is_inside && self.at_zero <= self.at_kink && self.at_kink <= self.at_full
    }

    /// The pace at `utilisation`, rounded up; above one it counts as one.
    ///
    /// # Errors
    /// [`MathError`] for a curve that is not valid.
    pub fn pace(&self, utilisation: Ratio) -> Result<Ratio, MathError> {
        let (low, high, along, length) = if utilisation <= self.kink {
            (self.at_zero, self.at_kink, utilisation.0, self.kink.0)
        } else {
            let beyond = sub(utilisation.0.min(Ratio::ONE.0), self.kink.0)?;
            let length = self.kink.complement().0;
            (self.at_kink, self.at_full, beyond, length)
        };
        let rise = mul_div(sub(high.0, low.0)?, along, length, Rounding::Up)?;
        Ok(Ratio(crate::fixed::add(low.0, rise)?))
    }
}

/// The share of the pool's value that is lent: `1 − cash ÷ value`, rounded up.
pub fn utilisation(cash: u128, value: u128) -> Ratio {
    let idle = Ratio::from_fraction(cash.min(value), value, Rounding::Down);
    // A pool without value has no cash left to lend.
    idle.map_or(Ratio::ONE, Ratio::complement)
}

/// The clock by which the interest of all loans accrues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct InterestClock {
    /// What it showed.
    pub shows: Timestamp,
    /// When.
    pub read_at: Timestamp,
    /// How fast it runs since.
    pub pace: Ratio,
}

impl InterestClock {
    /// A clock that is set by the chain's, at `now`.
    pub fn new(now: Timestamp, pace: Ratio) -> Self {
        Self {
            shows: now,
            read_at: now,
            pace,
        }
    }

    /// What it shows at `now`: `shows + (now − read at) × pace`, rounded down. A chain's clock that goes backwards
    /// turns nothing back.
    pub fn time(&self, now: Timestamp) -> Result<Timestamp, MathError> {
        let elapsed = self
            .pace
            .of(now.since(self.read_at).0.into(), Rounding::Down)?;
        let elapsed = u64::try_from(elapsed).map_err(|_| MathError::Overflow)?;
        Ok(self.shows.plus(Period(elapsed)))
    }

    /// The clock at another `pace` from `now` on.
    pub fn at_pace(self, pace: Ratio, now: Timestamp) -> Result<Self, MathError> {
        Ok(Self {
            shows: self.time(now)?,
            read_at: now.max(self.read_at),
            pace,
        })
    }
}

/// How far a collateral type may grow, and what it costs to come near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// The share of the pool's value up to which nothing changes.
    pub target: Ratio,
    /// The share that no draw may pass; above the target.
    pub maximum: Ratio,
}

impl Weights {
    /// How far `share` lies between target and maximum: `(share − target) ÷ (maximum − target)`, from zero to one,
    /// rounded up.
    pub fn excess(&self, share: Ratio) -> Ratio {
        let room = self.maximum.0.saturating_sub(self.target.0);
        let beyond = share.0.saturating_sub(self.target.0).min(room);
        let excess = Ratio::from_fraction(beyond, room, Rounding::Up);
        // No room at all: whatever is beyond the target is beyond the maximum.
        excess.unwrap_or(if share > self.target {
            Ratio::ONE
        } else {
            Ratio::ZERO
        })
    }
}

/// `debt ÷ value` of the pool, rounded up; beyond every limit for a pool without value.
pub fn share(debt: u128, value: u128) -> Ratio {
    if debt == 0 {
        return Ratio::ZERO;
    }
    Ratio::from_fraction(debt, value, Rounding::Up).unwrap_or(Ratio(u128::MAX))
}

/// The rate of a type by the clock of interest: `min(base + surcharge × excess, cap ÷ highest pace)`.
///
/// By the chain's clock it therefore never exceeds the cap, whatever the utilisation becomes.
pub fn rate(
    base: Ratio,
    surcharge: Ratio,
    excess: Ratio,
    cap: Ratio,
    highest_pace: Ratio,
) -> Result<Rate, MathError> {
    let surcharge = surcharge.times(excess, Rounding::Up)?;
    let asked = crate::fixed::add(base.0, surcharge.0)?;
    let most = highest_pace.divide(cap.0, Rounding::Down)?;
    Rate::from_annual(Ratio(asked.min(most)))
}

/// The simple interest that an overdue `debt` is charged at the nominal `annual` rate for the time from `since` to
/// `now`, rounded up.
pub fn late_charge(
    debt: u128,
    annual: Ratio,
    since: Timestamp,
    now: Timestamp,
) -> Result<u128, MathError> {
    const YEAR: u128 = Rate::SECONDS_PER_YEAR.saturating_mul(1_000);
    let a_year = annual.of(debt, Rounding::Up)?;
    mul_div(a_year, now.since(since).0.into(), YEAR, Rounding::Up)
}
