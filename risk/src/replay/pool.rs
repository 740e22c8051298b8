//! The pool of a deal: cash, orders and settlements.

use finance::debt::Proceeds;
use finance::fixed::{add, mul_div, sub};
use finance::settlement::{settle, Demand, Inputs, Phase, Portfolio, State, Terms};
use finance::{waterfall, MathError, Ratio, Rounding, Timestamp};

use super::ClassOutcome;

pub struct Pool {
    pub terms: Terms,
    pub state: State,
    pub cash: u128,
    pub classes: Vec<Holdings>,
    buffer: Ratio,
    /// What the last settlement left to be lent.
    lendable: u128,
}

/// What the holders of a class paid in, asked back and were paid.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Orders for the next settlement.
    demand: Demand,
    /// Redemptions ordered too late for it.
    late: u128,
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
    pub fn new(terms: Terms, buffer: Ratio, now: Timestamp) -> Self {
        Self {
            state: State::new(&terms, now),
            classes: vec![Holdings::default(); terms.classes.len()],
            cash: 0,
            buffer,
            lendable: 0,
            terms,
        }
    }

    pub fn order_deposit(&mut self, class: usize, cash: u128) {
        let class = &mut self.classes[class];
        class.demand.deposits.market += cash;
        class.ordered += cash;
    }

    /// Orders the redemption of `tokens`, for the next settlement or, if that is `late`, for the one after.
    pub fn order_redemption(&mut self, class: usize, tokens: u128, late: bool) {
        let class = &mut self.classes[class];
        if late {
            class.late += tokens;
        } else {
            class.demand.redemptions.market += tokens;
        }
    }

    /// Settles all orders in time.
    pub fn settle(&mut self, portfolio: Portfolio, now: Timestamp) -> Result<(), MathError> {
        let inputs = Inputs {
            cash: self.cash,
            cover: 0,
            portfolio,
            demand: self
                .classes
                .iter()
                .map(|class| class.demand.clone())
                .collect(),
            now,
        };
        let settled = settle(&self.terms, std::mem::take(&mut self.state), &inputs)?;
        self.cash = settled.trace.cash_after;
        self.state = settled.state;
        for (class, trace) in self.classes.iter_mut().zip(&settled.classes) {
            let fill = trace.fill;
            let paid = add(add(trace.payout.coupon, trace.payout.principal)?, fill.paid)?;
            let redemptions = sub(class.demand.redemptions.market, fill.burned)?;
            class.demand.deposits.market = sub(class.demand.deposits.market, fill.deposited)?;
            class.demand.redemptions.market = add(redemptions, std::mem::take(&mut class.late))?;
            class.invested = add(class.invested, fill.deposited)?;
            class.issued = add(class.issued, fill.minted)?;
            class.received = add(class.received, paid)?;
            class.value = trace.value_after;
        }
        let mut reserved = 0;
        for (class, state) in self.classes.iter().zip(&self.state.classes) {
            let waiting = class.demand.redemptions.market;
            if state.supply > 0 {
                let worth = mul_div(waiting, state.value, state.supply, Rounding::Up)?;
                reserved = add(reserved, worth)?;
            }
        }
        self.lendable = self.cash.saturating_sub(reserved);
        Ok(())
    }

    /// The most that may be lent now; nothing if a class has too little below it.
    pub fn drawable(&mut self, portfolio: &Portfolio, now: Timestamp) -> Result<u128, MathError> {
        self.accrue(now)?;
        let values = self.state.values(self.cash, portfolio)?;
        for (number, class) in self.terms.classes.iter().enumerate() {
            if !waterfall::is_covered(&values, number, class.minimum_subordination)? {
                return Ok(0);
            }
        }
        if self.state.phase != Phase::Revolving || self.is_over(now) {
            return Ok(0);
        }
        let value = self.state.value(self.cash, portfolio)?;
        let mut reserved = add(self.buffer.of(value, Rounding::Up)?, self.state.interest)?;
        reserved = add(reserved, self.state.fees.owed)?;
        Ok(self.lendable.min(self.cash.saturating_sub(reserved)))
    }

    fn is_over(&self, now: Timestamp) -> bool {
        let dates = [self.terms.amortises_at, self.terms.ends_at];
        dates.into_iter().flatten().any(|date| now >= date)
    }

    /// Lends `amount`; `portfolio` is that after the draw.
    pub fn lend(&mut self, amount: u128, portfolio: &Portfolio) -> Result<(), MathError> {
        self.cash = sub(self.cash, amount)?;
        self.lendable = sub(self.lendable, amount)?;
        self.state.redeploy(self.cash, portfolio)
    }

    /// Takes a payment on debt; `portfolio` is that after it.
    pub fn collect(
        &mut self,
        paid: Proceeds,
        portfolio: &Portfolio,
        now: Timestamp,
    ) -> Result<(), MathError> {
        self.accrue(now)?;
        self.cash = add(self.cash, add(paid.principal, paid.interest)?)?;
        self.state.interest = add(self.state.interest, paid.interest)?;
        self.state.redeploy(self.cash, portfolio)
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

    fn accrue(&mut self, now: Timestamp) -> Result<(), MathError> {
        self.state = std::mem::take(&mut self.state).accrued(&self.terms, now)?;
        Ok(())
    }
}
