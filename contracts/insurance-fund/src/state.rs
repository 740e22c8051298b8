//! Accounts of the fund and of its backers; losses by number.

use finance::fixed::{add, sub};
use finance::insurance::{Fund, Loss, Rules};
use finance::orders::{Archive, Exact, Mark, Point, Stake};
use finance::{MathError, Period, Timestamp};
use ink::storage::{traits::ManualKey, Mapping};
use interfaces::collateral_vault::WriteOff;
use interfaces::ensure;
use interfaces::insurance_fund::{Backing, FundError, FundTerms, Withdrawal};
use interfaces::types::{AccountId, Balance, PositionId};

/// The contracts whose losses are covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Wiring {
    /// Asks for cover, and takes what is recovered beyond it.
    pub pool: AccountId,
    /// Knows what was written off, and what may be.
    pub vault: AccountId,
    /// Owes the penalties.
    pub engine: AccountId,
}

/// What every message needs: one storage cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Books {
    /// Who may name the other contracts, once.
    pub deployer: AccountId,
    /// Valid, and never changed.
    pub terms: FundTerms,
    /// Empty until named, then never changed.
    pub wiring: Option<Wiring>,
    /// Where the cash is.
    pub fund: Fund,
    /// Cash that was credited and not paid out: the fund's total.
    pub held: Balance,
    /// Losses so far: the number of the next one.
    pub loss_count: u32,
}

/// A backer between two of his messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Backer {
    /// At risk since the fund stood at a point.
    pub stake: Stake,
    /// Income up to then.
    pub income: Exact,
    /// What he asked to take out.
    pub withdrawal: Option<Withdrawal>,
}

/// The fund's storage.
#[cfg_attr(feature = "std", derive(Debug))]
#[ink::storage_item]
pub struct State {
    /// Loaded and stored whole.
    pub books: Books,
    /// Without empty ones.
    pub backers: Mapping<AccountId, Backer, ManualKey<1>>,
    /// Where each generation of stakes ended.
    pub ends: Mapping<u32, Point, ManualKey<2>>,
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
pub fn validate(rules: &Rules) -> Result<(), FundError> {
    let is_possible = (1..=rules.target).contains(&rules.minimum_stake)
        && rules.event_limit.min(rules.period_limit) > 0
        && rules.period.min(rules.window) > Period::default();
    ensure!(is_possible, FundError::InvalidRules);
    Ok(())
}

impl State {
    /// A fund without cash.
    pub fn new(deployer: AccountId, terms: FundTerms) -> Self {
        Self {
            books: Books {
                deployer,
                terms,
                wiring: None,
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
    pub fn deposit(&mut self, owner: AccountId, amount: Balance) -> Result<Balance, FundError> {
        let rules = self.books.terms.rules;
        let mut backer = self.backer(owner)?;
        let stake = add(backer.stake.pending(), amount)?;
        let minimum = rules.minimum_stake;
        ensure!(amount > 0, FundError::ZeroAmount);
        ensure!(stake >= minimum, FundError::TooSmall { minimum });
        let room = self.books.fund.room(&rules)?;
        ensure!(amount <= room, FundError::TargetReached { room });
        backer.stake = self.books.fund.join(backer.stake, amount)?;
        self.books.held = add(self.books.held, amount)?;
        self.put(owner, &backer);
        Ok(stake)
    }

    /// Notes that a backer wants to leave with `amount`.
    pub fn request(
        &mut self,
        owner: AccountId,
        amount: Balance,
        now: Timestamp,
    ) -> Result<Withdrawal, FundError> {
        let Rules {
            cool_down, window, ..
        } = self.books.terms.rules;
        let mut backer = self.backer(owner)?;
        let stake = backer.stake.pending();
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
    ) -> Result<Left, FundError> {
        let mut backer = self.backer(owner)?;
        let requested = backer.withdrawal.take();
        let Withdrawal {
            amount,
            from,
            until,
        } = requested.ok_or(FundError::NothingRequested)?;
        ensure!(now >= from, FundError::NotYet { from });
        ensure!(now <= until, FundError::TooLate { until });
        let withdrawn = amount.min(backer.stake.pending());
        let (stake, paid) = self.books.fund.leave(backer.stake, withdrawn, exposure)?;
        backer.stake = stake;
        self.books.held = sub(self.books.held, paid)?;
        self.put(owner, &backer);
        Ok(Left {
            withdrawn,
            paid,
            stake: stake.pending(),
        })
    }

    /// Takes out a backer's income.
    pub fn claim(&mut self, owner: AccountId) -> Result<Balance, FundError> {
        let mut backer = self.backer(owner)?;
        let amount = core::mem::take(&mut backer.income.whole);
        ensure!(amount > 0, FundError::NothingDue);
        self.books.fund.pay(amount)?;
        self.books.held = sub(self.books.held, amount)?;
        self.put(owner, &backer);
        Ok(amount)
    }

    /// Counts as income what of `balance` was not credited before. Returns how much it is.
    pub fn count(&mut self, balance: Balance) -> Result<Balance, FundError> {
        let books = &mut self.books;
        let amount = balance.saturating_sub(books.held);
        books.fund.earn(&books.terms.rules, amount)?;
        books.held = add(books.held, amount)?;
        Ok(amount)
    }

    /// Pays for the loss that brings all write-offs to `written_off`.
    pub fn cover(
        &mut self,
        lost: Balance,
        written_off: Balance,
        now: Timestamp,
    ) -> Result<Loss, FundError> {
        let books = &mut self.books;
        let generation = books.fund.stakes.point.generation;
        let (paid, ended) = books.fund.cover(&books.terms.rules, lost, now)?;
        if let Some(end) = ended {
            self.ends.insert(generation, &end);
        }
        let loss = Loss {
            up_to: written_off,
            lost,
            paid,
        };
        self.losses.insert(books.loss_count, &loss);
        books.loss_count = books.loss_count.saturating_add(1);
        books.held = sub(books.held, paid)?;
        Ok(loss)
    }

    /// Takes `amount` towards a write-off. Returns what of it the fund keeps; the rest is to be given away.
    pub fn recover(
        &mut self,
        position: PositionId,
        write_off: &WriteOff,
        amount: Balance,
    ) -> Result<Balance, FundError> {
        let before = self.recovered.get(position).unwrap_or_default();
        let left = sub(write_off.amount, before)?;
        ensure!(amount > 0, FundError::ZeroAmount);
        ensure!(amount <= left, FundError::ExceedsLoss { left });
        let loss = self.loss_of(write_off).ok_or(FundError::NotSettled)?;
        let kept = loss.repaid(write_off.amount, before, amount)?;
        self.recovered.insert(position, &add(before, amount)?);
        let books = &mut self.books;
        books.fund.earn(&books.terms.rules, kept)?;
        books.held = add(books.held, kept)?;
        Ok(kept)
    }

    /// The settled loss that a write-off was a part of: the first that reaches so far. O(log n).
    fn loss_of(&self, write_off: &WriteOff) -> Option<Loss> {
        let (mut from, mut to) = (0, self.books.loss_count);
        while from < to {
            let middle = from.midpoint(to);
            if self.losses.get(middle)?.up_to < write_off.up_to {
                from = middle.saturating_add(1);
            } else {
                to = middle;
            }
        }
        self.losses.get(from)
    }

    /// Takes out of the reserve what exceeds the target.
    pub fn overflow(&mut self) -> Result<Balance, FundError> {
        let books = &mut self.books;
        let amount = books.fund.overflow(&books.terms.rules)?;
        books.held = sub(books.held, amount)?;
        Ok(amount)
    }

    /// Write-offs that settlements have dealt with.
    pub fn written_off(&self) -> Balance {
        let last = self.books.loss_count.checked_sub(1);
        let last = last.and_then(|number| self.losses.get(number));
        last.map_or(0, |loss| loss.up_to)
    }

    /// What a backer has.
    pub fn backing(&self, owner: AccountId) -> Result<Backing, FundError> {
        let backer = self.backer(owner)?;
        Ok(Backing {
            stake: backer.stake.pending(),
            income: backer.income.whole,
            withdrawal: backer.withdrawal,
        })
    }

    /// Every base unit that was credited and not paid out is capital or income.
    ///
    /// # Errors
    /// [`FundError::NotConserved`].
    pub fn ensure_conserved(&self) -> Result<(), FundError> {
        let is_conserved = self.books.fund.total()? == self.books.held;
        ensure!(is_conserved, FundError::NotConserved);
        Ok(())
    }

    fn backer(&self, owner: AccountId) -> Result<Backer, MathError> {
        let mut backer = self.backers.get(owner).unwrap_or_default();
        let (stake, income) = self.books.fund.resolved(backer.stake, self)?;
        backer.stake = stake;
        backer.income = backer.income.plus(income)?;
        Ok(backer)
    }

    fn put(&mut self, owner: AccountId, backer: &Backer) {
        if *backer == Backer::default() {
            self.backers.remove(owner);
        } else {
            self.backers.insert(owner, backer);
        }
    }
}

impl Archive for State {
    fn end_of(&self, generation: u32) -> Option<Point> {
        self.ends.get(generation)
    }

    fn mark(&self, _epoch: u32) -> Option<Mark> {
        None
    }
}
