//! Cash for the holders of tokens: coupons, diversion to the top class, principal in sequence.
//!
//! A payment lowers claim and price of a class and burns nothing; every token gets the same.

use alloc::vec::Vec;
use core::ops::Range;

use crate::class::{values, Class};
use crate::fills::room_to_leave;
use crate::fixed::{add, sub, MathError, Ratio, Rounding};
use crate::waterfall;

/// What happens to the coupons of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub enum Policy {
    /// They stay in the claim: the price rises.
    #[default]
    Accumulate,
    /// They are paid in cash; the residual is paid what interest the others leave.
    PayOut,
}

/// What a settlement pays to the tokens of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Payout {
    /// Out of interest, for growth of the claim; for the residual, what is left of interest.
    pub coupon: u128,
    /// On principal.
    pub principal: u128,
}

/// How sure values are, and what they have to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Whether any loan is out.
    pub lent: bool,
    /// Whether a loan has no live price.
    pub frozen: bool,
    /// Whether the value of a loan is an estimate: one is in auction or has no live price.
    pub estimated: bool,
}

/// Cash on its way to the holders.
pub struct Distribution<'a> {
    classes: &'a mut [Class],
    outlook: Outlook,
    /// What may still be paid.
    pub cash: u128,
    /// What of it is interest.
    interest: u128,
    /// What was paid, most senior first.
    pub payouts: Vec<Payout>,
}

impl<'a> Distribution<'a> {
    /// Nothing paid yet of `cash`, `interest` of which was collected as such.
    pub fn new(classes: &'a mut [Class], outlook: Outlook, cash: u128, interest: u128) -> Self {
        Self {
            payouts: alloc::vec![Payout::default(); classes.len()],
            classes,
            outlook,
            cash,
            interest: interest.min(cash),
        }
    }

    /// Pays the coupons of a `range` of classes out of interest, from the top; what accumulates stays in the pool.
    ///
    /// No payment may break a test of a class above. While a price is missing only the top class is paid.
    pub fn coupons(&mut self, policies: &[Policy], range: Range<usize>) -> Result<(), MathError> {
        let top = first_with_tokens(self.classes);
        for index in range {
            let class = self.classes.get(index).filter(|class| class.supply > 0);
            let (Some(class), Some(policy)) = (class, policies.get(index)) else {
                continue;
            };
            let due = match class.claim {
                Some(_) => class.coupon.min(self.interest),
                None if self.outlook.estimated || class.is_dear_at(class.value) => 0,
                None => self.interest,
            };
            let taken = if *policy == Policy::Accumulate {
                class.coupon.min(self.interest)
            } else if self.outlook.frozen && top != Some(index) {
                0
            } else {
                let room = room_to_leave(self.classes, index, self.outlook.lent)?;
                let paid = self.pay(index, due.min(room))?;
                if let Some(payout) = self.payouts.get_mut(index) {
                    payout.coupon = add(payout.coupon, paid)?;
                }
                paid
            };
            self.interest = sub(self.interest, taken)?;
        }
        Ok(())
    }

    /// Diverts interest to the principal of the classes down to the `first` that fails a test: all of it if interest
    /// does not cover coupons (`is_starved`), else up to what mends the subordination of every class that `is_thin`.
    pub fn divert(
        &mut self,
        first: usize,
        is_thin: impl Fn(usize) -> bool,
        is_starved: bool,
    ) -> Result<(), MathError> {
        let mut needed = match is_starved {
            true => u128::MAX,
            false => cure(self.classes, is_thin)?,
        };
        for index in 0..=first {
            let paid = self.redeem(index, needed.min(self.interest))?;
            needed = sub(needed, paid)?;
            self.interest = sub(self.interest, paid)?;
        }
        Ok(())
    }

    /// Pays principal with all cash, one class after the other from the top.
    pub fn in_sequence(&mut self) -> Result<(), MathError> {
        for index in 0..self.classes.len() {
            let Some(class) = self.classes.get(index) else {
                break;
            };
            if class.claim.is_none() && self.outlook.estimated {
                break;
            }
            self.redeem(index, u128::MAX)?;
            let class = self.classes.get(index);
            if class.is_some_and(|class| class.supply > 0 && class.value > 0) {
                break;
            }
        }
        Ok(())
    }

    fn redeem(&mut self, index: usize, amount: u128) -> Result<u128, MathError> {
        let paid = self.pay(index, amount)?;
        if let Some(payout) = self.payouts.get_mut(index) {
            payout.principal = add(payout.principal, paid)?;
        }
        Ok(paid)
    }

    /// Pays up to `amount`, as far as there is cash and the class is worth it. Returns what is paid.
    fn pay(&mut self, index: usize, amount: u128) -> Result<u128, MathError> {
        let Some(class) = self.classes.get_mut(index) else {
            return Ok(0);
        };
        let paid = class.pay(amount.min(self.cash))?;
        self.cash = sub(self.cash, paid)?;
        Ok(paid)
    }
}

/// The first class that anyone holds.
pub fn first_with_tokens(classes: &[Class]) -> Option<usize> {
    classes.iter().position(|class| class.supply > 0)
}

/// How much paid to the classes above would mend the subordination of all that fail: `V − below ÷ minimum`, at its greatest.
fn cure(classes: &[Class], fails: impl Fn(usize) -> bool) -> Result<u128, MathError> {
    let values = values(classes);
    let pool = waterfall::total(&values)?;
    let mut cure = 0;
    for (index, class) in classes
        .iter()
        .enumerate()
        .filter(|(index, _)| fails(*index))
    {
        let below = waterfall::value_below(&values, index)?;
        let carried = class.minimum.divide(below, Rounding::Down);
        cure = cure.max(pool.saturating_sub(carried.unwrap_or(u128::MAX)));
    }
    Ok(cure)
}

/// The scale of an index.
pub const INDEX_ONE: u128 = 1_000_000_000_000_000_000_000_000_000;

/// Whether `collected` interest is enough for the `coupons` due at and above a class.
pub fn is_interest_covered(
    collected: u128,
    coupons: u128,
    cover: Ratio,
) -> Result<bool, MathError> {
    Ok(collected >= cover.of(coupons, Rounding::Up)?)
}
