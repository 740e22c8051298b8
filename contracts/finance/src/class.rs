//! A class of tranche tokens while an epoch is being settled.

use alloc::vec::Vec;

use crate::claim::Claim;
use crate::distribution::INDEX_ONE;
use crate::fixed::{add, mul_div, sub, MathError, Ratio, Rounding};

/// The most that a base unit of a token may be worth where money enters or coupons of the residual are paid, in base units of cash:
/// every order of a fill loses up to a base unit of tokens to rounding, and a coupon on few tokens would raise their index by what it
/// has room for, for all who follow. The first token costs one; a price like this is not earned but made, by who is alone with few.
pub(crate) const DEAREST: u128 = 1_000;

/// What settlements read and change of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// What the class is owed; the residual has no claim.
    pub claim: Option<Claim>,
    /// The part of the claim that is growth not paid out yet.
    pub coupon: u128,
    /// What the class is worth, in base units of cash.
    pub value: u128,
    /// What it is worth to those who enter.
    pub entry: u128,
    /// What it is worth to those who leave.
    pub exit: u128,
    /// Tranche tokens in existence.
    pub supply: u128,
    /// Cash ever paid per token, scaled [`INDEX_ONE`](crate::distribution::INDEX_ONE).
    pub index: u128,
    /// Subordination that whatever leaves must leave in place; zero for the residual.
    pub minimum: Ratio,
    /// The most the class may be worth after a deposit.
    pub cap: u128,
    /// Cash waiting to enter.
    pub deposits: u128,
    /// Tranche tokens waiting to leave.
    pub redemptions: u128,
}

impl Class {
    /// Whether the class is worth less than its claim: it and the classes below take no new money.
    pub fn is_impaired(&self) -> bool {
        self.claim.is_some_and(|claim| self.value < claim.amount)
    }

    /// Whether a token of the class is too [dear](DEAREST), were all of them worth `value`.
    pub(crate) fn is_dear_at(&self, value: u128) -> bool {
        value > self.supply.saturating_mul(DEAREST)
    }

    /// Cash of up to `amount` goes to the holders; no token is burned for it. Returns what is paid: nothing
    /// to a class without tokens, and no more than its index can tell.
    pub fn pay(&mut self, amount: u128) -> Result<u128, MathError> {
        if self.supply == 0 {
            return Ok(0);
        }
        let highest_rise = u128::MAX.saturating_sub(self.index);
        let most = mul_div(highest_rise, self.supply, INDEX_ONE, Rounding::Down);
        let paid = amount.min(self.value).min(most.unwrap_or(u128::MAX));
        let rise = mul_div(paid, INDEX_ONE, self.supply, Rounding::Down)?;
        self.index = add(self.index, rise)?;
        self.claim = self.claim.map(|claim| claim.pay(paid)).transpose()?;
        self.coupon = self.coupon.saturating_sub(paid);
        self.lose(paid)?;
        Ok(paid)
    }

    /// The class is worth less by what left it.
    pub(crate) fn lose(&mut self, amount: u128) -> Result<(), MathError> {
        self.value = sub(self.value, amount)?;
        self.entry = self.entry.saturating_sub(amount);
        self.exit = self.exit.saturating_sub(amount);
        Ok(())
    }
}

/// What every class is worth, most senior first.
pub fn values(classes: &[Class]) -> Vec<u128> {
    classes.iter().map(|class| class.value).collect()
}
