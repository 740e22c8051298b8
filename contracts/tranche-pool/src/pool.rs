//! The state that every message of the pool loads and stores.

use finance::claim::deployed_share;
use finance::fixed::{add, mul_div, sub};
use finance::{waterfall, MathError, Ratio, Rounding, Timestamp, MAX_TRANCHES};
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::Portfolio;
use interfaces::ensure;
use interfaces::tranche_pool::{PoolError, PoolTerms};
use interfaces::types::{Balance, TrancheId};

use crate::ledger::Ledger;
use crate::tranche::Tranche;

/// Accounts, epoch and tranches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pool {
    /// Counts settlements.
    pub epoch: u32,
    /// When the running epoch may be closed.
    pub epoch_ends_at: Timestamp,
    /// Up to when claims have grown.
    pub accrued_at: Timestamp,
    /// The share of the pool on which claims grow until the next draw, payment or settlement.
    pub deployed: Ratio,
    /// Where the cash is.
    pub ledger: Ledger,
    /// Most senior first, the residual last.
    pub tranches: Vec<Tranche>,
}

/// Refuses terms that no pool can keep.
///
/// # Errors
/// [`PoolError::InvalidTranches`], [`PoolError::InvalidRatio`], [`PoolError::InvalidEpochLength`].
pub fn validate(terms: &PoolTerms) -> Result<(), PoolError> {
    let count = terms.tranches.len();
    ensure!(
        (2..=MAX_TRANCHES).contains(&count),
        PoolError::InvalidTranches
    );
    let residual = terms.tranches.last().ok_or(PoolError::InvalidTranches)?;
    ensure!(
        residual.target_rate == Ratio::ZERO,
        PoolError::InvalidTranches
    );
    ensure!(
        residual.minimum_subordination == Ratio::ZERO,
        PoolError::InvalidTranches
    );
    let below_one = |ratio: Ratio| ratio < Ratio::ONE;
    let mut minimums = terms
        .tranches
        .iter()
        .map(|tranche| tranche.minimum_subordination);
    ensure!(minimums.all(below_one), PoolError::InvalidRatio);
    ensure!(below_one(terms.liquidity_buffer), PoolError::InvalidRatio);
    let mut rates = terms.tranches.iter().map(|tranche| tranche.target_rate);
    ensure!(
        rates.all(|rate| rate <= Ratio::ONE),
        PoolError::InvalidRatio
    );
    ensure!(terms.epoch_length.0 > 0, PoolError::InvalidEpochLength);
    Ok(())
}

impl Pool {
    /// A pool without holders whose first epoch begins `now`.
    pub fn new(terms: &PoolTerms, now: Timestamp) -> Self {
        let residual = terms.tranches.len().saturating_sub(1);
        let tranche = |(index, terms)| Tranche::new(terms, index == residual);
        Self {
            epoch_ends_at: now.plus(terms.epoch_length),
            accrued_at: now,
            tranches: terms
                .tranches
                .iter()
                .copied()
                .enumerate()
                .map(tranche)
                .collect(),
            ..Self::default()
        }
    }

    /// The tranche with this number.
    pub fn tranche(&self, id: TrancheId) -> Result<&Tranche, PoolError> {
        self.tranches
            .get(id.index())
            .ok_or(PoolError::UnknownTranche)
    }

    /// The tranche with this number.
    pub fn tranche_mut(&mut self, id: TrancheId) -> Result<&mut Tranche, PoolError> {
        self.tranches
            .get_mut(id.index())
            .ok_or(PoolError::UnknownTranche)
    }

    /// This pool with claims grown up to the last whole second before `now`.
    pub fn accrued(mut self, now: Timestamp) -> Result<Self, MathError> {
        let (seconds, reached) = self.accrued_at.whole_secs_until(now);
        for tranche in &mut self.tranches {
            tranche.accrue(self.deployed, seconds)?;
        }
        self.accrued_at = reached;
        Ok(self)
    }

    /// Cash plus what the loans are worth.
    pub fn value(&self, portfolio: &Portfolio) -> Result<Balance, MathError> {
        let loans = add(portfolio.performing, portfolio.stressed)?;
        add(self.ledger.books().cash, loans)
    }

    /// What every class is worth, most senior first: the waterfall.
    pub fn values(&self, portfolio: &Portfolio) -> Result<Vec<Balance>, MathError> {
        let claims: Vec<Balance> = self
            .tranches
            .iter()
            .filter_map(|tranche| tranche.claim)
            .map(|claim| claim.amount)
            .collect();
        waterfall::distribute(self.value(portfolio)?, &claims)
    }

    /// Cash that may be lent: beyond the buffer and beyond what waiting redemptions are worth.
    pub fn drawable(&self, portfolio: &Portfolio, buffer: Ratio) -> Result<Balance, PoolError> {
        let mut reserved = buffer.of(self.value(portfolio)?, Rounding::Up)?;
        for (tranche, value) in self.tranches.iter().zip(self.values(portfolio)?) {
            if tranche.supply > 0 {
                let leaving = tranche.redemptions.pending;
                reserved = add(
                    reserved,
                    mul_div(leaving, value, tranche.supply, Rounding::Up)?,
                )?;
            }
        }
        Ok(self.ledger.books().cash.saturating_sub(reserved))
    }

    /// Lends `amount`; `portfolio` is that after the draw.
    pub fn draw(
        &mut self,
        amount: Balance,
        portfolio: &Portfolio,
        buffer: Ratio,
    ) -> Result<(), PoolError> {
        // A draw turns cash into debt of the same value: classes are worth the same before and after.
        let before = Portfolio {
            performing: sub(portfolio.performing, amount)?,
            ..*portfolio
        };
        let drawable = self.drawable(&before, buffer)?;
        ensure!(amount <= drawable, PoolError::InsufficientCash { drawable });
        self.ensure_covered(&self.values(&before)?)?;
        self.ledger.lend(amount)?;
        self.redeploy(portfolio)
    }

    /// Takes a payment on debt; `portfolio` is that after it. Returns the sum to collect.
    pub fn collect(
        &mut self,
        debt: Balance,
        penalty: Balance,
        portfolio: &Portfolio,
    ) -> Result<Balance, PoolError> {
        let amount = self.ledger.collect(debt, penalty)?;
        self.redeploy(portfolio)?;
        Ok(amount)
    }

    /// Lets claims grow on the share that is lent out from now on.
    pub fn redeploy(&mut self, portfolio: &Portfolio) -> Result<(), PoolError> {
        self.deployed = deployed_share(portfolio.performing, self.ledger.books().cash)?;
        Ok(())
    }

    fn ensure_covered(&self, values: &[Balance]) -> Result<(), PoolError> {
        for ((index, id), tranche) in (0..).map(TrancheId).enumerate().zip(&self.tranches) {
            let minimum = tranche.terms.minimum_subordination;
            let covered = waterfall::is_covered(values, index, minimum)?;
            ensure!(covered, PoolError::ThinSubordination { tranche: id });
        }
        Ok(())
    }
}
