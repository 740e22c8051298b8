//! The state that every message of the pool loads and stores.

use finance::claim::deployed_share;
use finance::distribution::INDEX_ONE;
use finance::fees::{HIGHEST_MANAGEMENT_FEE, HIGHEST_PERFORMANCE_FEE, HIGHEST_PREMIUM};
use finance::fixed::{add, mul_div, sub};
use finance::settlement::{Phase, Portfolio, Settled, State};
use finance::{waterfall, MathError, Ratio, Rounding, Timestamp, MAX_TRANCHES};
use interfaces::ensure;
use interfaces::tranche_pool::{Funding, Payment, PoolError, PoolTerms};
use interfaces::types::{Balance, TrancheId};

use crate::ledger::Ledger;

/// Accounts, and what settlements carry on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pool {
    /// Whether less cash was found than the ledger says.
    pub deficient: bool,
    /// What the last settlement left to be lent.
    pub lendable: Balance,
    /// Where the cash is.
    pub ledger: Ledger,
    /// Claims, values, fees: most senior class first.
    pub state: State,
}

/// `portfolio` with insurance: a part of the interest that will be paid is the fund's, and who enters pays for seized debt at
/// face.
pub fn net(terms: &PoolTerms, mut portfolio: Portfolio) -> Result<Portfolio, MathError> {
    let interest = portfolio.performing.saturating_sub(portfolio.principal);
    let premium = terms.premium.of(interest, Rounding::Up)?;
    portfolio.performing = sub(portfolio.performing, premium)?;
    if terms.insured {
        // What auctions do not raise may be covered: nobody enters cheaper.
        portfolio.market = portfolio.seized_debt;
    }
    Ok(portfolio)
}

/// Refuses terms that no pool can keep.
///
/// # Errors
/// [`PoolError::InvalidTranches`], [`PoolError::InvalidRatio`].
pub fn validate(terms: &PoolTerms) -> Result<(), PoolError> {
    let deal = &terms.deal;
    let classes = &deal.classes;
    ensure!(
        (2..=MAX_TRANCHES).contains(&classes.len()),
        PoolError::InvalidTranches
    );
    let promises_nothing = classes.last().is_some_and(|residual| {
        let promised = [
            residual.target_rate,
            residual.minimum_subordination,
            residual.interest_cover,
        ];
        promised == [Ratio::ZERO; 3]
    });
    ensure!(promises_nothing, PoolError::InvalidTranches);
    let is_possible = classes
        .iter()
        .all(|class| class.minimum_subordination < Ratio::ONE && class.target_rate <= Ratio::ONE);
    let is_fair = deal.management_fee <= HIGHEST_MANAGEMENT_FEE
        && deal.performance_fee <= HIGHEST_PERFORMANCE_FEE
        && terms.premium <= HIGHEST_PREMIUM;
    ensure!(
        is_possible && is_fair && terms.liquidity_buffer < Ratio::ONE,
        PoolError::InvalidRatio
    );
    Ok(())
}

impl Pool {
    /// A pool without holders that begins `now`.
    pub fn new(terms: &PoolTerms, now: Timestamp) -> Self {
        Self {
            state: State::new(&terms.deal, now),
            ..Self::default()
        }
    }

    /// The pool's own cash.
    pub fn cash(&self) -> Balance {
        self.ledger.books().cash
    }

    /// Claims and fees grown up to `now`.
    pub fn accrue(&mut self, terms: &PoolTerms, now: Timestamp) -> Result<(), MathError> {
        self.state = core::mem::take(&mut self.state).accrued(&terms.deal, now)?;
        Ok(())
    }

    /// What the pool has with the loans of `portfolio`.
    pub fn funding(&self, portfolio: &Portfolio) -> Result<Funding, MathError> {
        let cash = self.cash();
        let value = self.state.value(cash, portfolio)?;
        Ok(Funding { value, cash })
    }

    /// Fixes what may be lent until the next settlement: the cash but for what those redemptions are worth that were
    /// `waiting` in each class and are not filled. What is repaid meanwhile is theirs first.
    pub fn release(&mut self, settled: &Settled, waiting: &[Balance]) -> Result<(), MathError> {
        let mut reserved = 0;
        let classes = self.state.classes.iter().zip(&settled.classes);
        for ((class, trace), waiting) in classes.zip(waiting) {
            if class.supply > 0 {
                let left = sub(*waiting, trace.fill.burned)?;
                let worth = mul_div(left, class.value, class.supply, Rounding::Up)?;
                reserved = add(reserved, worth)?;
            }
        }
        self.lendable = self.cash().saturating_sub(reserved);
        Ok(())
    }

    /// Cash that may be lent: of what the last settlement left for it, what is beyond the buffer, the interest
    /// collected and the fees owed.
    pub fn drawable(&self, portfolio: &Portfolio, buffer: Ratio) -> Result<Balance, MathError> {
        let cash = self.cash();
        let buffered = buffer.of(self.state.value(cash, portfolio)?, Rounding::Up)?;
        let kept = add(add(buffered, self.state.interest)?, self.state.fees.owed)?;
        Ok(self.lendable.min(cash.saturating_sub(kept)))
    }

    /// Lends `amount`; `portfolio` is that after the draw.
    pub fn draw(
        &mut self,
        terms: &PoolTerms,
        amount: Balance,
        portfolio: &Portfolio,
        now: Timestamp,
    ) -> Result<(), PoolError> {
        let deal = &terms.deal;
        let is_over = |end: Option<Timestamp>| end.is_some_and(|end| now >= end);
        ensure!(
            self.state.phase == Phase::Revolving
                && !is_over(deal.amortises_at)
                && !is_over(deal.ends_at),
            PoolError::NotRevolving
        );
        ensure!(!self.deficient, PoolError::Deficient);
        self.accrue(terms, now)?;
        // A draw turns cash into debt of the same value: classes are worth the same before and after.
        let before = Portfolio {
            performing: sub(portfolio.performing, amount)?,
            ..*portfolio
        };
        let drawable = self.drawable(&before, terms.liquidity_buffer)?;
        ensure!(amount <= drawable, PoolError::InsufficientCash { drawable });
        let values = self.state.values(self.cash(), &before)?;
        for (tranche, class) in (0..).map(TrancheId).zip(&deal.classes) {
            let minimum = class.minimum_subordination;
            let covered = waterfall::is_covered(&values, tranche.index(), minimum)?;
            ensure!(covered, PoolError::ThinSubordination { tranche });
        }
        self.ledger.lend(amount)?;
        self.lendable = sub(self.lendable, amount)?;
        Ok(self.state.redeploy(self.cash(), portfolio)?)
    }

    /// Takes a payment on debt; `portfolio` is that after it. Returns the sum to collect.
    pub fn collect(
        &mut self,
        terms: &PoolTerms,
        payment: &Payment,
        portfolio: &Portfolio,
        now: Timestamp,
    ) -> Result<Balance, PoolError> {
        self.accrue(terms, now)?;
        // Nothing is settled any more once the deal is closed: all of it is for insurance.
        let share = match self.state.phase {
            Phase::Closed => Ratio::ONE,
            _ => terms.premium,
        };
        let premium = share.of(payment.interest, Rounding::Down)?;
        let amount = self.ledger.collect(payment, premium)?;
        self.state.interest = add(self.state.interest, sub(payment.interest, premium)?)?;
        self.state.redeploy(self.cash(), portfolio)?;
        Ok(amount)
    }

    /// Takes cash for nothing.
    pub fn contribute(
        &mut self,
        terms: &PoolTerms,
        amount: Balance,
        now: Timestamp,
    ) -> Result<(), MathError> {
        if self.state.phase == Phase::Closed {
            // Nothing is settled any more: those who bore the losses have it.
            return self.ledger.accept(0, amount);
        }
        self.accrue(terms, now)?;
        self.ledger.accept(amount, 0)?;
        self.state.deployed = deployed_share(self.state.principal, self.cash())?;
        Ok(())
    }

    /// Takes `burned` tokens of a class and their part of its claim away; of the residual only if it is lost with the
    /// loans of `portfolio`. Returns what the class is owed less.
    pub fn surrender(
        &mut self,
        id: TrancheId,
        burned: Balance,
        portfolio: &Portfolio,
    ) -> Result<Balance, PoolError> {
        let is_worthless = self.is_residual_lost(portfolio)?;
        let class = self.state.classes.get_mut(id.index());
        let class = class.ok_or(PoolError::UnknownTranche)?;
        let before = class.claim;
        // Elsewhere what is given up falls to the classes below, which cover those above.
        ensure!(before.is_some() || is_worthless, PoolError::NotWorthless);
        class.claim = before
            .map(|claim| claim.redeem(burned, class.supply))
            .transpose()?;
        let coupon = mul_div(class.coupon, burned, class.supply, Rounding::Down)?;
        class.coupon = sub(class.coupon, coupon)?;
        let left = sub(class.supply, burned)?;
        if before.is_none() {
            // That fewer tokens share what may come back is no gain.
            let mark = mul_div(self.state.high_water, class.supply, left, Rounding::Up);
            self.state.high_water = match left {
                0 => INDEX_ONE,
                _ => mark.unwrap_or(Balance::MAX),
            };
        }
        class.supply = left;
        let owed = |claim: Option<finance::claim::Claim>| {
            claim.map(|claim| claim.amount).unwrap_or_default()
        };
        Ok(sub(owed(before), owed(class.claim))?)
    }

    /// Whether the residual is worth nothing even if all debt is paid, what has no price or is seized too, and all that was written off
    /// since the last settlement is covered.
    fn is_residual_lost(&self, portfolio: &Portfolio) -> Result<bool, MathError> {
        let at_face = add(portfolio.performing, portfolio.seized_debt)?;
        let at_best = add(add(self.cash(), at_face)?, self.state.loss(portfolio))?;
        let claims = self.state.classes.iter().filter_map(|class| class.claim);
        let mut owed = claims.map(|claim| claim.amount);
        Ok(at_best <= owed.try_fold(self.state.fees.owed, add)?)
    }
}

interfaces::decode_fields!(Pool {
    deficient,
    lendable,
    ledger,
    state
});
