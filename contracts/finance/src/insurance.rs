//! The first loss ahead of the residual class: a fund of cash whose backers share losses and income in O(1).
//!
//! Its *capital* is a reserve, which is nobody's, and the stakes of its backers. A loss is paid by the reserve first,
//! then by all stakes in proportion; income goes to the stakes in proportion, is theirs at once and never at risk. Stakes are
//! kept in an [order book](crate::orders): a loss is a fill for nothing, income a distribution.

use crate::fixed::{add, mul_div, sub, MathError, Rounding};
use crate::orders::{Archive, OrderBook, Point, Stake};
use crate::time::{Period, Timestamp};

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
        /// The least a stake may be made of, above zero. Income while all stakes are less is the reserve's.
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
        pub stakes: OrderBook,
        /// Income of the backers that was not claimed yet, remainders of rounding included.
        pub income: u128,
        /// When the current period began.
        pub period_from: Timestamp,
        /// Paid for losses since then.
        pub spent: u128,
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

impl Fund {
    /// What can be lost.
    pub fn capital(&self) -> Result<u128, MathError> {
        add(self.reserve, self.stakes.pending)
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

    /// Pays that, from the reserve first, then from all stakes in proportion. Returns how much it is, and the point at
    /// which a generation of stakes ended, if one did: the caller stores it under its number.
    pub fn cover(
        &mut self,
        rules: &Rules,
        lost: u128,
        now: Timestamp,
    ) -> Result<(u128, Option<Point>), MathError> {
        let paid = self.coverable(rules, lost, now)?;
        if self.is_period_over(rules, now) {
            (self.period_from, self.spent) = (now, 0);
        }
        self.spent = add(self.spent, paid)?;
        let from_reserve = paid.min(self.reserve);
        self.reserve = sub(self.reserve, from_reserve)?;
        let ended = self.stakes.fill(sub(paid, from_reserve)?, 0, 0)?;
        Ok((paid, ended))
    }

    fn is_period_over(&self, rules: &Rules, now: Timestamp) -> bool {
        now.since(self.period_from) >= rules.period
    }

    /// Takes income: the backers', or the reserve's while there are none.
    pub fn earn(&mut self, rules: &Rules, amount: u128) -> Result<(), MathError> {
        if self.stakes.pending < rules.minimum_stake {
            self.reserve = add(self.reserve, amount)?;
            return Ok(());
        }
        self.income = add(self.income, amount)?;
        self.stakes.distribute(amount)
    }

    /// How much more capital the fund takes.
    pub fn room(&self, rules: &Rules) -> Result<u128, MathError> {
        Ok(rules.target.saturating_sub(self.capital()?))
    }

    /// `stake`, resolved before, with `amount` more.
    pub fn join(&mut self, stake: Stake, amount: u128) -> Result<Stake, MathError> {
        self.stakes.pending = add(self.stakes.pending, amount)?;
        stake.grown(amount, &self.stakes, None)
    }

    /// `stake`, resolved before, without `amount`, and what is paid for it while losses of `exposure` are visible: as if all
    /// of them had come true. The rest stays in the reserve.
    pub fn leave(
        &mut self,
        stake: Stake,
        amount: u128,
        exposure: u128,
    ) -> Result<(Stake, u128), MathError> {
        let paid = self.worth(amount, exposure)?;
        let leaving = Stake::default().grown(amount, &self.stakes, None)?;
        let stake = stake.without(&leaving, &self.stakes)?;
        self.stakes.pending = sub(self.stakes.pending, amount)?;
        self.reserve = add(self.reserve, sub(amount, paid)?)?;
        Ok((stake, paid))
    }

    /// What `amount` of the stakes is worth after losses of `exposure`.
    pub fn worth(&self, amount: u128, exposure: u128) -> Result<u128, MathError> {
        let stakes = self.stakes.pending;
        let borne = exposure.saturating_sub(self.reserve).min(stakes);
        if borne == 0 {
            return Ok(amount);
        }
        mul_div(amount, sub(stakes, borne)?, stakes, Rounding::Down)
    }

    /// What a backer's stake is now, and his income since it was last resolved, which is no longer the fund's to hand out.
    pub fn resolved(
        &self,
        stake: Stake,
        archive: &impl Archive,
    ) -> Result<(Stake, crate::orders::Exact), MathError> {
        let (stake, gains) = stake.resolved(&self.stakes, 0, None, archive)?;
        Ok((stake, gains.received))
    }

    /// Pays income out.
    pub fn pay(&mut self, amount: u128) -> Result<(), MathError> {
        self.income = sub(self.income, amount)?;
        Ok(())
    }

    /// Takes out of the reserve what exceeds the target. Returns how much it is.
    pub fn overflow(&mut self, rules: &Rules) -> Result<u128, MathError> {
        let excess = self.capital()?.saturating_sub(rules.target);
        let amount = excess.min(self.reserve);
        self.reserve = sub(self.reserve, amount)?;
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
