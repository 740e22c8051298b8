//! The first loss ahead of the residual class: a fund of cash whose backers share losses and income in O(1).
//!
//! Its *capital* is a reserve, which is nobody's, and the stakes of its backers. A loss is paid by the reserve first,
//! then by all stakes in proportion; income goes to the stakes in proportion, is theirs at once and never at risk.
//!
//! A stake is a number of *units* of the staked capital. A loss lowers what a unit is worth (the product of Liquity's
//! stability pool), income raises the sum that was ever earned per unit. When nothing is left of all stakes, the *generation*
//! ends and the next backer begins anew; so it does when he finds less than the smallest stake of all of them together, and units
//! worth too little to be counted by: what is left is the reserve's then.

use crate::fixed::{add, decrease, increase, mul_div, sub, MathError, Rounding};
use crate::time::{Period, Timestamp};

/// Units for one base unit of cash in a new generation, as a power of two: a stake loses a millionth of a base unit to rounding.
const UNITS: u32 = 20;
/// Nobody joins a generation of which so many units are worth less than a base unit, as a power of two, after losses that left the
/// part of 10⁻¹²: a distribution would lose more than a billionth of the stakes to rounding.
const MOST_UNITS: u32 = 60;
/// The highest target: all units are counted in 128 bits.
pub const HIGHEST_TARGET: u128 = 100_000_000_000_000_000_000_000_000;
/// The scale of income per unit.
const ONE: u128 = 1_000_000_000_000_000_000_000_000_000;

macro_rules! stored {
    ($(#[$doc:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
        #[cfg_attr(
            feature = "metadata",
            derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
        )]
        pub struct $name { $($fields)* }
    };
}

stored! {
    /// What a fund goes by; amounts in base units of cash.
    pub struct Rules {
        /// Capital beyond which no stake grows, and the reserve is the pool's.
        pub target: u128,
        /// The least a stake may be made of; [no less](least_stake) than a part of the target. Income while all stakes are less is the reserve's.
        pub minimum_stake: u128,
        /// The most that is paid for the losses of one settlement.
        pub event_limit: u128,
        /// The most that is paid within a period.
        pub period_limit: u128,
        /// How long a period is. One begins with the first cover after the last one ended.
        pub period: Period,
        /// How long a backer waits before he may withdraw.
        pub cool_down: Period,
        /// How long he may then.
        pub window: Period,
    }
}

stored! {
    /// What a fund has, in base units of cash.
    pub struct Fund {
        /// Capital of nobody: income that came while nobody backed, and what backers left behind who did not wait for
        /// the end of a visible loss.
        pub reserve: u128,
        /// Capital of the backers.
        pub stakes: u128,
        /// Units of it.
        pub units: u128,
        /// Counts the generations.
        pub generation: u32,
        /// Ever earned per unit, scaled 1e27.
        pub index: u128,
        /// Income of the backers that was not claimed yet, remainders of rounding included.
        pub income: u128,
        /// When the current period began.
        pub period_from: Timestamp,
        /// Paid for losses since then.
        pub spent: u128,
    }
}

stored! {
    /// What a backer has of a fund.
    pub struct Stake {
        /// Units of the capital of a generation.
        pub units: u128,
        /// The generation.
        pub generation: u32,
        /// The fund's index when his income was counted last.
        pub index: u128,
    }
}

stored! {
    /// A loss that a settlement realised.
    pub struct Loss {
        /// Everything the pool ever lost, up to this loss: what tells losses apart.
        pub up_to: u128,
        /// How much it was.
        pub lost: u128,
        /// How much of it the fund paid.
        pub paid: u128,
    }
}

/// The least that the smallest stake of a fund with this `target` may be: all income up to a quarter of a million targets is
/// counted per unit. Of a smaller one its backer could fill the index for all who follow, by a gift that he alone gets back.
pub fn least_stake(target: u128) -> u128 {
    (target >> 40).max(1)
}

impl Fund {
    /// What can be lost.
    pub fn capital(&self) -> Result<u128, MathError> {
        add(self.reserve, self.stakes)
    }

    /// Everything the fund has.
    pub fn total(&self) -> Result<u128, MathError> {
        add(self.capital()?, self.income)
    }

    /// What the fund pays for a loss of `lost` realised `now`.
    pub fn coverable(&self, rules: &Rules, lost: u128, now: Timestamp) -> Result<u128, MathError> {
        let spent = match self.is_period_over(rules, now) {
            true => 0,
            false => self.spent,
        };
        let left = rules.period_limit.saturating_sub(spent);
        Ok(lost.min(rules.event_limit).min(left).min(self.capital()?))
    }

    /// Pays that, from the reserve first, then from all stakes in proportion. Returns how much it is. If the generation
    /// ended, the caller stores the index under its number.
    pub fn cover(&mut self, rules: &Rules, lost: u128, now: Timestamp) -> Result<u128, MathError> {
        let paid = self.coverable(rules, lost, now)?;
        if self.is_period_over(rules, now) {
            (self.period_from, self.spent) = (now, 0);
        }
        increase(&mut self.spent, paid)?;
        let from_reserve = paid.min(self.reserve);
        decrease(&mut self.reserve, from_reserve)?;
        decrease(&mut self.stakes, sub(paid, from_reserve)?)?;
        if self.stakes == 0 && self.units > 0 {
            self.end_generation()?;
        }
        Ok(paid)
    }

    fn is_period_over(&self, rules: &Rules, now: Timestamp) -> bool {
        now.since(self.period_from) >= rules.period
    }

    /// Ends the generation: what is left of its stakes is the reserve's.
    #[inline(never)]
    fn end_generation(&mut self) -> Result<(), MathError> {
        let left = core::mem::take(&mut self.stakes);
        self.units = 0;
        self.generation = self.generation.saturating_add(1);
        increase(&mut self.reserve, left)
    }

    /// Takes income: the backers', or the reserve's while all stakes are less than the smallest one.
    pub fn earn(&mut self, rules: &Rules, amount: u128) -> Result<(), MathError> {
        let rise = match self.stakes < rules.minimum_stake {
            true => Err(MathError::Overflow),
            false => mul_div(amount, ONE, self.units, Rounding::Down),
        };
        // Nor is it theirs if it is too much to be counted per unit.
        match rise.and_then(|rise| increase(&mut self.index, rise)) {
            Ok(()) => increase(&mut self.income, amount),
            Err(_) => increase(&mut self.reserve, amount),
        }
    }

    /// How much more capital the fund takes.
    pub fn room(&self, rules: &Rules) -> Result<u128, MathError> {
        Ok(rules.target.saturating_sub(self.capital()?))
    }

    /// What a stake, counted before, is worth in base units of cash, rounded down.
    pub fn worth(&self, stake: &Stake) -> Result<u128, MathError> {
        if stake.units == 0 {
            return Ok(0);
        }
        mul_div(stake.units, self.stakes, self.units, Rounding::Down)
    }

    /// Brings a stake to now; `ended` is the index at which its generation ended, if it did. Returns what it earned since this
    /// was done last.
    pub fn count(&self, stake: &mut Stake, ended: Option<u128>) -> Result<u128, MathError> {
        let rise = sub(ended.unwrap_or(self.index), stake.index)?;
        let earned = mul_div(stake.units, rise, ONE, Rounding::Down);
        if stake.generation != self.generation {
            (stake.units, stake.generation) = (0, self.generation);
        }
        stake.index = self.index;
        earned
    }

    /// The stake, counted before, with `amount` more. Begins a generation if nobody can join the last and all its stakes are less
    /// than the smallest one; if one ended, the caller stores the index under its number.
    pub fn join(
        &mut self,
        rules: &Rules,
        stake: &mut Stake,
        amount: u128,
    ) -> Result<(), MathError> {
        if self.units >> MOST_UNITS > self.stakes {
            if self.stakes >= rules.minimum_stake {
                return Err(MathError::Overflow);
            }
            self.end_generation()?;
            (stake.units, stake.generation) = (0, self.generation);
        }
        let units = match self.units {
            0 => amount << UNITS,
            units => mul_div(amount, units, self.stakes, Rounding::Down)?,
        };
        increase(&mut stake.units, units)?;
        increase(&mut self.units, units)?;
        increase(&mut self.stakes, amount)
    }

    /// The stake, counted before, without `amount`. Returns what is paid for it while losses of `exposure` are visible: as
    /// if all of them had come true. The rest stays in the reserve. If the generation ended, the caller stores the index under
    /// its number.
    pub fn leave(
        &mut self,
        stake: &mut Stake,
        amount: u128,
        exposure: u128,
    ) -> Result<u128, MathError> {
        let paid = self.after_losses(amount, exposure)?;
        let units = match amount == self.worth(stake)? {
            true => stake.units,
            false => mul_div(amount, self.units, self.stakes, Rounding::Up)?,
        };
        let units = units.min(stake.units);
        decrease(&mut stake.units, units)?;
        decrease(&mut self.units, units)?;
        decrease(&mut self.stakes, amount)?;
        increase(&mut self.reserve, sub(amount, paid)?)?;
        if self.units == 0 || self.stakes == 0 {
            self.end_generation()?;
        }
        Ok(paid)
    }

    /// What `amount` of the stakes is worth after losses of `exposure`.
    fn after_losses(&self, amount: u128, exposure: u128) -> Result<u128, MathError> {
        let borne = exposure.saturating_sub(self.reserve).min(self.stakes);
        if borne == 0 {
            return Ok(amount);
        }
        mul_div(
            amount,
            sub(self.stakes, borne)?,
            self.stakes,
            Rounding::Down,
        )
    }

    /// Pays income out.
    pub fn pay(&mut self, amount: u128) -> Result<(), MathError> {
        decrease(&mut self.income, amount)
    }

    /// Takes out of the reserve what exceeds the target. Returns how much it is.
    pub fn overflow(&mut self, rules: &Rules) -> Result<u128, MathError> {
        let excess = self.capital()?.saturating_sub(rules.target);
        let amount = excess.min(self.reserve);
        decrease(&mut self.reserve, amount)?;
        Ok(amount)
    }
}

impl Loss {
    /// What the fund gets of `recovered` more on a position that was `written_off` as a part of this loss and on which
    /// `before` was recovered already: all of it, until it has back what it paid for the position.
    pub fn repaid(
        &self,
        written_off: u128,
        before: u128,
        recovered: u128,
    ) -> Result<u128, MathError> {
        let paid = mul_div(self.paid, written_off, self.lost, Rounding::Up)?;
        sub(add(before, recovered)?.min(paid), before.min(paid))
    }
}
