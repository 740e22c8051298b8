//! One tranche: claim, value, supply and its two order books.

use finance::claim::Claim;
use finance::fills::Class;
use finance::orders::OrderBook;
use finance::{MathError, Rate, Ratio};
use interfaces::tranche_pool::{TrancheTerms, TrancheView};
use interfaces::types::{AccountId, Balance};

use crate::holding::Side;

/// A tranche as last written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Tranche {
    /// Never changed.
    pub terms: TrancheTerms,
    /// What it is owed, grown up to the pool's last accrual; the residual has none.
    pub claim: Option<Claim>,
    /// What it was worth at the last settlement.
    pub value: Balance,
    /// Whether it was worth nothing at the last settlement that had live prices: its claim stands still.
    pub wiped: bool,
    /// Its tokens in existence.
    pub supply: Balance,
    /// Orders in cash for tokens.
    pub deposits: OrderBook,
    /// Orders in tokens for cash.
    pub redemptions: OrderBook,
}

impl Tranche {
    /// A tranche without holders.
    pub fn new(terms: TrancheTerms, is_residual: bool) -> Self {
        Self {
            terms,
            claim: (!is_residual).then(Claim::default),
            value: 0,
            wiped: false,
            supply: 0,
            deposits: OrderBook::default(),
            redemptions: OrderBook::default(),
        }
    }

    /// Lets the claim grow; that of a wiped class stands still.
    pub fn accrue(&mut self, deployed: Ratio, seconds: u64) -> Result<(), MathError> {
        if let Some(claim) = self.claim.filter(|_| !self.wiped) {
            let rate = Rate::from_annual(self.terms.target_rate)?;
            self.claim = Some(claim.accrue(rate, deployed, seconds)?);
        }
        Ok(())
    }

    /// The order book of one side.
    pub fn book(&self, side: Side) -> &OrderBook {
        match side {
            Side::Deposit => &self.deposits,
            Side::Redemption => &self.redemptions,
        }
    }

    /// The order book of one side.
    pub fn book_mut(&mut self, side: Side) -> &mut OrderBook {
        match side {
            Side::Deposit => &mut self.deposits,
            Side::Redemption => &mut self.redemptions,
        }
    }

    /// What it is owed; zero for the residual.
    pub fn owed(&self) -> Balance {
        self.claim.map(|claim| claim.amount).unwrap_or_default()
    }

    /// The tranche as the fills see it when it is worth `value`.
    pub fn class(&self, value: Balance) -> Class {
        Class {
            claim: self.claim,
            value,
            supply: self.supply,
            minimum: self.terms.minimum_subordination,
            cap: self.terms.cap,
            deposits: self.deposits.pending,
            redemptions: self.redemptions.pending,
        }
    }

    /// The tranche as others see it.
    pub fn view(&self, token: AccountId) -> TrancheView {
        TrancheView {
            token,
            terms: self.terms,
            claim: self.owed(),
            value: self.value,
            supply: self.supply,
            deposits: self.deposits.pending,
            redemptions: self.redemptions.pending,
        }
    }
}
