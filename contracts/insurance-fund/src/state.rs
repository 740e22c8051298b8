//! Accounts of the fund and of its backers; losses by number.

use finance::fixed::{add, decrease, increase, sub};
use finance::insurance::{least_stake, Fund, Loss, Rules, Stake, HIGHEST_TARGET};
use finance::{Period, Timestamp};
use ink::storage::{traits::ManualKey, Mapping};
use interfaces::collateral_vault::WriteOff;
use interfaces::ensure;
use interfaces::insurance_fund::{Backing, FundBooks, FundError, FundTerms, Withdrawal};
use interfaces::types::{AccountId, Balance, PositionId};

use crate::Refused;

/// A backer between two of his messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Backer {
    /// At risk.
    pub stake: Stake,
    /// Income counted and not claimed.
    pub income: Balance,
    /// What he asked to take out.
    pub withdrawal: Option<Withdrawal>,
}

/// The fund's storage.
#[cfg_attr(feature = "std", derive(Debug))]
#[ink::storage_item]
pub struct State {
    /// Loaded and stored whole.
    pub books: FundBooks,
    /// Without those who have nothing.
    pub backers: Mapping<AccountId, Backer, ManualKey<1>>,
    /// The index at which each generation of stakes ended.
    pub ends: Mapping<u32, u128, ManualKey<2>>,
    /// Losses by number: `up_to` rises.
    pub losses: Mapping<u32, Loss, ManualKey<3>>,
    /// Paid towards what was written off of a position: never more than that.
    pub recovered: Mapping<PositionId, Balance, ManualKey<4>>,
}

/// What a withdrawal comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Taken out of the stake.
    pub withdrawn: Balance,
    /// Paid for it.
    pub paid: Balance,
    /// What the stake is now.
    pub stake: Balance,
}

/// Refuses rules that no fund can keep.
///
/// # Errors
/// [`FundError::InvalidRules`].
pub fn validate(rules: &Rules) -> Result<(), Refused> {
    let is_possible = (least_stake(rules.target)..=rules.target).contains(&rules.minimum_stake)
        && rules.target <= HIGHEST_TARGET
        && rules.event_limit.min(rules.period_limit) > 0
        && rules.period.min(rules.window) > Period::default();
    ensure!(is_possible, FundError::InvalidRules);
    Ok(())
}

interfaces::decode_fields!(Backer {
    stake,
    income,
    withdrawal
});

impl State {
    /// A fund without cash.
    pub fn new(deployer: AccountId, terms: FundTerms) -> Self {
        Self {
            books: FundBooks {
                deployer,
                terms,
                insured: None,
                fund: Fund::default(),
                held: 0,
                loss_count: 0,
            },
            backers: Mapping::default(),
            ends: Mapping::default(),
            losses: Mapping::default(),
            recovered: Mapping::default(),
        }
    }

    /// Adds to a stake. Returns what it is then.
    pub fn deposit(&mut self, owner: AccountId, amount: Balance) -> Result<Balance, Refused> {
        let rules = self.books.terms.rules;
        let mut backer = self.backer(owner)?;
        ensure!(amount > 0, FundError::ZeroAmount);
        let mut fund = self.books.fund;
        let room = fund.room(&rules)?;
        ensure!(amount <= room, FundError::TargetReached { room });
        let (generation, mut stake) = (fund.generation, fund.worth(&backer.stake)?);
        fund.join(&rules, &mut backer.stake, amount)?;
        if fund.generation != generation {
            stake = 0;
        }
        let minimum = rules.minimum_stake;
        let is_enough = add(stake, amount)? >= minimum;
        ensure!(is_enough, FundError::TooSmall { minimum });
        self.books.fund = fund;
        self.note_end(generation);
        // Nobody waits out a cool-down with less than he takes out.
        backer.withdrawal = None;
        increase(&mut self.books.held, amount)?;
        self.put(owner, &backer);
        Ok(self.books.fund.worth(&backer.stake)?)
    }

    /// Notes that a backer wants to leave with `amount`.
    pub fn request(
        &mut self,
        owner: AccountId,
        amount: Balance,
        now: Timestamp,
    ) -> Result<Withdrawal, Refused> {
        let Rules {
            cool_down, window, ..
        } = self.books.terms.rules;
        let mut backer = self.backer(owner)?;
        let stake = self.books.fund.worth(&backer.stake)?;
        ensure!(amount <= stake, FundError::InsufficientStake { stake });
        let from = now.plus(cool_down);
        let withdrawal = Withdrawal {
            amount,
            from,
            until: from.plus(window),
        };
        backer.withdrawal = (amount > 0).then_some(withdrawal);
        self.put(owner, &backer);
        Ok(withdrawal)
    }

    /// Takes out of a stake what its backer asked for.
    pub fn withdraw(
        &mut self,
        owner: AccountId,
        exposure: Balance,
        now: Timestamp,
    ) -> Result<Left, Refused> {
        let mut backer = self.backer(owner)?;
        let requested = backer.withdrawal.take();
        let Withdrawal {
            amount,
            from,
            until,
        } = requested.ok_or(FundError::NothingRequested)?;
        let is_time = (from..=until).contains(&now);
        ensure!(is_time, FundError::OutsideWindow { from, until });
        let exposure = exposure.min(self.books.terms.rules.period_limit);
        let fund = &mut self.books.fund;
        let generation = fund.generation;
        let withdrawn = amount.min(fund.worth(&backer.stake)?);
        let paid = fund.leave(&mut backer.stake, withdrawn, exposure)?;
        let stake = fund.worth(&backer.stake)?;
        self.note_end(generation);
        decrease(&mut self.books.held, paid)?;
        self.put(owner, &backer);
        Ok(Left {
            withdrawn,
            paid,
            stake,
        })
    }

    /// Takes out a backer's income.
    pub fn claim(&mut self, owner: AccountId) -> Result<Balance, Refused> {
        let mut backer = self.backer(owner)?;
        let amount = core::mem::take(&mut backer.income);
        ensure!(amount > 0, FundError::NothingDue);
        self.books.fund.pay(amount)?;
        decrease(&mut self.books.held, amount)?;
        self.put(owner, &backer);
        Ok(amount)
    }

    /// Counts as income what of `balance` was not credited before. Returns how much it is.
    pub fn count(&mut self, balance: Balance) -> Result<Balance, Refused> {
        let books = &mut self.books;
        let amount = balance.saturating_sub(books.held);
        books.fund.earn(&books.terms.rules, amount)?;
        increase(&mut books.held, amount)?;
        Ok(amount)
    }

    /// Pays for the loss that brings all write-offs to `written_off`.
    pub fn cover(
        &mut self,
        lost: Balance,
        written_off: Balance,
        now: Timestamp,
    ) -> Result<Loss, Refused> {
        let books = &mut self.books;
        let generation = books.fund.generation;
        let paid = books.fund.cover(&books.terms.rules, lost, now)?;
        let loss = Loss {
            up_to: written_off,
            lost,
            paid,
        };
        self.losses.insert(books.loss_count, &loss);
        books.loss_count = books.loss_count.saturating_add(1);
        decrease(&mut books.held, paid)?;
        self.note_end(generation);
        Ok(loss)
    }

    /// Takes `amount` towards a write-off. Returns what of it the fund keeps; the rest is to be given away.
    pub fn recover(
        &mut self,
        position: PositionId,
        write_off: &WriteOff,
        amount: Balance,
    ) -> Result<Balance, Refused> {
        let before = self.recovered.get(position).unwrap_or_default();
        let left = sub(write_off.amount, before)?;
        ensure!(amount > 0, FundError::ZeroAmount);
        ensure!(amount <= left, FundError::ExceedsLoss { left });
        let loss = self.loss_of(write_off).ok_or(FundError::NotSettled)?;
        let kept = loss.repaid(write_off.amount, before, amount)?;
        self.recovered.insert(position, &add(before, amount)?);
        let books = &mut self.books;
        books.fund.earn(&books.terms.rules, kept)?;
        increase(&mut books.held, kept)?;
        Ok(kept)
    }

    /// The settled loss that a write-off was a part of: the first that reaches so far. O(log n).
    fn loss_of(&self, write_off: &WriteOff) -> Option<Loss> {
        let (mut from, mut to) = (0, self.books.loss_count);
        while from < to {
            let middle = from.saturating_add(to) >> 1;
            if self.losses.get(middle)?.up_to < write_off.up_to {
                from = middle.saturating_add(1);
            } else {
                to = middle;
            }
        }
        self.losses.get(from)
    }

    /// Takes out of the reserve what exceeds the target.
    pub fn overflow(&mut self) -> Result<Balance, Refused> {
        let books = &mut self.books;
        let amount = books.fund.overflow(&books.terms.rules)?;
        decrease(&mut books.held, amount)?;
        Ok(amount)
    }

    /// Write-offs that settlements have dealt with.
    pub fn written_off(&self) -> Balance {
        let last = self.books.loss_count.checked_sub(1);
        let last = last.and_then(|number| self.losses.get(number));
        last.map_or(0, |loss| loss.up_to)
    }

    /// What a backer has.
    pub fn backing(&self, owner: AccountId) -> Result<Backing, Refused> {
        let backer = self.backer(owner)?;
        Ok(Backing {
            stake: self.books.fund.worth(&backer.stake)?,
            income: backer.income,
            withdrawal: backer.withdrawal,
        })
    }

    /// Every base unit that was credited and not paid out is capital or income.
    ///
    /// # Errors
    /// [`FundError::NotConserved`].
    pub fn ensure_conserved(&self) -> Result<(), Refused> {
        let is_conserved = self.books.fund.total()? == self.books.held;
        ensure!(is_conserved, FundError::NotConserved);
        Ok(())
    }

    /// A backer, all his income counted.
    fn backer(&self, owner: AccountId) -> Result<Backer, Refused> {
        let mut backer = self.backers.get(owner).unwrap_or_default();
        let fund = &self.books.fund;
        let ended = match backer.stake.generation == fund.generation {
            true => None,
            false => self.ends.get(backer.stake.generation),
        };
        let earned = fund.count(&mut backer.stake, ended)?;
        increase(&mut backer.income, earned)?;
        Ok(backer)
    }

    fn put(&mut self, owner: AccountId, backer: &Backer) {
        let has = backer.stake.units.max(backer.income);
        if has == 0 && backer.withdrawal.is_none() {
            self.backers.remove(owner);
        } else {
            self.backers.insert(owner, backer);
        }
    }

    /// Stores the index at which `generation` ended, if it did.
    #[inline(never)]
    fn note_end(&mut self, generation: u32) {
        let fund = &self.books.fund;
        if fund.generation != generation {
            self.ends.insert(generation, &fund.index);
        }
    }
}
