//! The pool of a deal and its insurance fund: orders in memory, cash and settlements by the pool's own transitions.

use finance::fixed::{add, sub};
use finance::insurance::{Fund, Rules, Stake};
use finance::settlement::{settle, Demand, Inputs, Phase, Portfolio};
use finance::{MathError, Ratio, Timestamp};
use interfaces::tranche_pool::{Funding, Payment, PoolTerms};
use interfaces::types::AccountId;
use term_sheet::term_sheet::Insurance;
use term_sheet::TermSheet;
use tranche_pool::pool::{self, net};
use tranche_pool::settle::apply;

use super::{ClassOutcome, Refusal, Settlement};

/// Cash, claims and orders.
#[derive(Clone)]
pub struct Pool {
    terms: PoolTerms,
    pool: pool::Pool,
    fund: Option<InsuranceFund>,
    pub classes: Vec<Holdings>,
}

/// The insurance fund, with all its backers as one.
#[derive(Clone)]
struct InsuranceFund {
    rules: Rules,
    fund: Fund,
    /// What its backers brought.
    staked: u128,
}

/// What the holders of a class paid in, asked back and were paid.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    demand: Demand,
    /// Cash ever ordered in.
    pub ordered: u128,
    /// Cash taken for tokens.
    pub invested: u128,
    /// Tokens ever issued.
    pub issued: u128,
    /// Cash paid to holders: coupons, principal, redemptions.
    pub received: u128,
    /// What their tokens are worth since the last settlement.
    pub value: u128,
}

impl Pool {
    pub fn new(sheet: &TermSheet, now: Timestamp) -> Result<Self, Refusal> {
        let nobody = AccountId::from([0; 32]);
        let (rules, premium) = match sheet.insurance {
            Insurance::Account(_) => (None, Ratio::ZERO),
            Insurance::Fund { rules, premium } => (Some(rules), premium),
        };
        let stakes = || sheet.backers.iter().map(|backer| backer.stake);
        let terms = PoolTerms {
            cash: nobody,
            deal: sheet.terms(),
            liquidity_buffer: sheet.liquidity_buffer,
            close_reward: sheet.fees.close_reward,
            fee_beneficiary: nobody,
            insurance: nobody,
            insured: rules.is_some(),
            premium,
        };
        Ok(Self {
            pool: pool::Pool::new(&terms, now),
            fund: rules
                .map(|rules| InsuranceFund::new(rules, stakes()))
                .transpose()?,
            classes: vec![Holdings::default(); terms.deal.classes.len()],
            terms,
        })
    }

    pub fn is_closed(&self) -> bool {
        self.pool.state.phase == Phase::Closed
    }

    pub fn order_deposit(&mut self, class: usize, cash: u128) {
        let class = &mut self.classes[class];
        class.demand.deposits.market += cash;
        class.ordered += cash;
    }

    /// Orders the redemption of `tokens`, for the next settlement or, if that is `late`, for the one after.
    pub fn order_redemption(&mut self, class: usize, tokens: u128, late: bool) {
        let waiting = &mut self.classes[class].demand.redemptions;
        if late {
            waiting.late += tokens;
        } else {
            waiting.market += tokens;
        }
    }

    /// Settles all orders in time. Returns the reward of who closed the epoch besides.
    pub fn settle(
        &mut self,
        portfolio: Portfolio,
        now: Timestamp,
    ) -> Result<(Settlement, u128), Refusal> {
        let portfolio = net(&self.terms, portfolio)?;
        let lost = self.pool.state.loss(&portfolio);
        let cover = match &mut self.fund {
            Some(fund) if lost > 0 => fund.fund.cover(&fund.rules, lost, now)?,
            _ => 0,
        };
        let inputs = Inputs {
            cash: self.pool.cash(),
            cover,
            portfolio,
            demand: self.demand(portfolio.held),
            now,
        };
        let waiting = self.classes.iter();
        let waiting = waiting.map(|class| class.demand.redemptions.total());
        let waiting = waiting.collect::<Result<Vec<_>, _>>()?;
        let settled = settle(
            &self.terms.deal,
            std::mem::take(&mut self.pool.state),
            &inputs,
        )?;
        apply(&mut self.pool, &settled, &portfolio, &waiting, 0)?;
        let reward = self.pool.ledger.reward(self.terms.close_reward)?;
        for (class, trace) in self.classes.iter_mut().zip(&settled.classes) {
            let fill = trace.fill;
            let Demand {
                deposits,
                redemptions,
            } = &mut class.demand;
            deposits.market = sub(deposits.market, fill.deposited)?;
            let left = sub(redemptions.market, fill.burned)?;
            redemptions.market = add(left, std::mem::take(&mut redemptions.late))?;
            class.invested += fill.deposited;
            class.issued += fill.minted;
            class.received += trace.payout.coupon + trace.payout.principal + fill.paid;
            class.value = trace.value_after;
        }
        let settlement = Settlement {
            at: now,
            phase: settled.trace.phase,
            cover,
            classes: self.outcomes(),
        };
        Ok((settlement, reward))
    }

    /// The orders that may be filled; while a price is held nobody enters.
    fn demand(&self, held: bool) -> Vec<Demand> {
        let mut demand: Vec<Demand> = self
            .classes
            .iter()
            .map(|class| class.demand.clone())
            .collect();
        if held {
            demand
                .iter_mut()
                .for_each(|class| class.deposits = Default::default());
        }
        demand
    }

    /// The most that may be lent now.
    pub fn drawable(&self, portfolio: Portfolio, now: Timestamp) -> Result<u128, MathError> {
        let portfolio = net(&self.terms, portfolio)?;
        let mut pool = self.pool.clone();
        pool.accrue(&self.terms, now)?;
        pool.drawable(&portfolio, self.terms.liquidity_buffer)
    }

    /// Lends `amount`; `portfolio` is that after the draw.
    pub fn draw(
        &mut self,
        amount: u128,
        portfolio: Portfolio,
        now: Timestamp,
    ) -> Result<Funding, Refusal> {
        let portfolio = net(&self.terms, portfolio)?;
        self.pool.draw(&self.terms, amount, &portfolio, now)?;
        Ok(self.pool.funding(&portfolio)?)
    }

    /// Takes a payment on debt; `portfolio` is that after it.
    pub fn collect(
        &mut self,
        payment: Payment,
        portfolio: Portfolio,
        now: Timestamp,
    ) -> Result<Funding, Refusal> {
        let portfolio = net(&self.terms, portfolio)?;
        self.pool.collect(&self.terms, &payment, &portfolio, now)?;
        Ok(self.pool.funding(&portfolio)?)
    }

    /// What the classes have come to since the last settlement.
    pub fn outcomes(&self) -> Vec<ClassOutcome> {
        let outcome = |class: &Holdings| ClassOutcome {
            invested: class.invested,
            received: class.received,
            value: class.value,
        };
        self.classes.iter().map(outcome).collect()
    }

    /// What the backers of the fund have come to once it has collected what is its own, `penalties` among it.
    pub fn backers(mut self, penalties: u128) -> Result<Option<ClassOutcome>, MathError> {
        let income = add(self.pool.ledger.books().insurance, penalties)?;
        let Some(InsuranceFund {
            rules,
            fund,
            staked,
        }) = &mut self.fund
        else {
            return Ok(None);
        };
        fund.earn(rules, income)?;
        Ok(Some(ClassOutcome {
            invested: *staked,
            received: fund.income,
            value: fund.stakes,
        }))
    }
}

impl InsuranceFund {
    fn new(rules: Rules, stakes: impl Iterator<Item = u128>) -> Result<Self, MathError> {
        let (mut fund, mut stake) = (Fund::default(), Stake::default());
        let staked = stakes.sum();
        if staked > 0 {
            fund.join(&rules, &mut stake, staked)?;
        }
        Ok(Self {
            rules,
            fund,
            staked,
        })
    }
}
