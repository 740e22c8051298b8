//! The loans of a deal: what the vault's books say about them.

use finance::auction::{Curve, Lot, Purchase};
use finance::debt::{DebtIndex, Proceeds};
use finance::fixed::{add, sub};
use finance::lending::{is_unhealthy, mark};
use finance::seizure::{CloseFactor, Portion};
use finance::settlement::Portfolio;
use finance::valuation::Quote;
use finance::{mul_div, MathError, Price, Rate, Rounding, Timestamp};
use interfaces::parameters::CollateralTerms;
use term_sheet::Originator;

/// A collateral type: what a unit is worth, and how debt on it grows.
pub struct Kind {
    pub terms: CollateralTerms,
    pub quote: Quote,
    pub price: Price,
    index: DebtIndex,
    /// Base units of cash per base unit of collateral, nearly.
    worth: f64,
    /// The same if the price were one.
    whole: f64,
}

/// A position and what is owed on it.
pub struct Loan {
    pub kind: usize,
    /// Base units of collateral that are the originator's to add to or withdraw.
    pub collateral: u128,
    pub normalised: u128,
    pub principal: u128,
    /// What the originator was lent and has not paid back.
    pub drawn: u128,
    pub record: LoanRecord,
}

/// What became of a loan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoanRecord {
    /// Ever drawn.
    pub drawn: u128,
    /// Debt when it was seized; zero if it was not.
    pub seized: u128,
    /// Debt written off.
    pub lost: u128,
}

/// A seized lot for sale.
pub struct Auction {
    pub loan: usize,
    pub kind: usize,
    pub collateral: u128,
    pub penalty: u128,
    seized: Seized,
    top: Price,
    started_at: Timestamp,
}

#[derive(Clone, Copy, Default)]
struct Seized {
    debt: u128,
    principal: u128,
    mark: u128,
    backing: u128,
}

impl Loan {
    /// The position of an originator who has drawn nothing.
    pub fn of(originator: &Originator) -> Self {
        Self {
            kind: originator.collateral.index(),
            collateral: originator.amount,
            normalised: 0,
            principal: 0,
            drawn: 0,
            record: LoanRecord::default(),
        }
    }
}

impl Kind {
    pub fn new(terms: CollateralTerms, quote: Quote, decimals: [u8; 2], now: Timestamp) -> Self {
        let [collateral, cash] = decimals.map(|decimals| 10f64.powi(i32::from(decimals)));
        Self {
            terms,
            quote,
            price: Price::ZERO,
            index: DebtIndex::new(Rate::ZERO, now),
            worth: 0.0,
            whole: cash / collateral,
        }
    }

    pub fn set_price(&mut self, price: f64) {
        // Prices of a model have no more than 17 digits anyway.
        self.price = Price((price * 1e18) as u128);
        self.worth = price * self.whole;
    }

    /// The index with interest up to `now`, at the rate of today from then on.
    fn touch(&mut self, now: Timestamp) -> Result<(), MathError> {
        self.index = self.index.accrue(now)?;
        self.index.rate = Rate::from_annual(self.terms.loans.annual_rate)?;
        Ok(())
    }

    pub fn value(&self, collateral: u128) -> Result<u128, MathError> {
        self.quote.value(collateral, self.price, Rounding::Down)
    }

    fn is_stale(&self, auction: &Auction, now: Timestamp) -> Result<bool, MathError> {
        self.curve().is_stale(
            auction.top,
            now.since(auction.started_at),
            self.terms.auctions.tail,
            self.terms.auctions.cusp,
        )
    }

    fn curve(&self) -> Curve {
        let rules = &self.terms.auctions;
        Curve::new(rules.tail, rules.cut, rules.step)
    }

    fn top(&self) -> Result<Price, MathError> {
        self.terms
            .auctions
            .buffer
            .of(self.price.0, Rounding::Up)
            .map(Price)
    }

    /// What a unit drawn at the start has become, nearly.
    fn growth(&self, now: Timestamp) -> f64 {
        let since = now.since(self.index.accrued_at).whole_secs() as f64;
        let rate = self.index.rate.0 as f64 / Rate::ONE.0 as f64;
        self.index.growth.0 as f64 / finance::Growth::ONE.0 as f64 * (rate * since).exp()
    }
}

/// All loans and auctions of a deal.
pub struct Book {
    pub kinds: Vec<Kind>,
    pub loans: Vec<Loan>,
    pub auctions: Vec<Auction>,
    pub written_off: u128,
}

/// Within this share of its limit a loan is looked at exactly.
const NEAR: f64 = 0.999;

impl Book {
    pub fn new(kinds: Vec<Kind>, loans: Vec<Loan>) -> Self {
        Self {
            kinds,
            loans,
            auctions: Vec::new(),
            written_off: 0,
        }
    }

    /// Debt in auctions.
    pub fn unsold(&self) -> u128 {
        self.auctions
            .iter()
            .map(|auction| auction.seized.debt)
            .sum()
    }

    /// What the loans are worth to the pool.
    pub fn portfolio(&self, now: Timestamp) -> Result<Portfolio, MathError> {
        let mut sum = Portfolio {
            written_off: self.written_off,
            ..Portfolio::default()
        };
        for (number, kind) in self.kinds.iter().enumerate() {
            let loans = self.loans.iter().filter(|loan| loan.kind == number);
            let (normalised, principal) = loans.fold((0, 0), |(normalised, principal), loan| {
                (normalised + loan.normalised, principal + loan.principal)
            });
            if normalised > 0 {
                let index = kind.index.accrue(now)?;
                sum.performing = add(sum.performing, index.debt(normalised, Rounding::Down)?)?;
                sum.principal = add(sum.principal, principal)?;
            }
            self.add_seized(number, kind, &mut sum)?;
        }
        Ok(sum)
    }

    /// Seized debt in stress, `min(Σ marks, Σ backing × price × (1 − haircut))`, and at the market.
    fn add_seized(&self, number: usize, kind: &Kind, sum: &mut Portfolio) -> Result<(), MathError> {
        let lots = self
            .auctions
            .iter()
            .filter(|auction| auction.kind == number);
        let total = lots.fold(Seized::default(), |sum, auction| Seized {
            debt: sum.debt + auction.seized.debt,
            principal: sum.principal + auction.seized.principal,
            mark: sum.mark + auction.seized.mark,
            backing: sum.backing + auction.seized.backing,
        });
        if total.debt > 0 {
            let value = kind.value(total.backing)?;
            sum.stressed = add(
                sum.stressed,
                mark(total.mark, value, kind.terms.loans.haircut)?,
            )?;
            sum.market = add(sum.market, total.debt.min(value))?;
            sum.seized_debt = add(sum.seized_debt, total.debt)?;
        }
        Ok(())
    }

    /// Lends `amount` on `loan`. The caller has checked that the pool and the limits allow it.
    pub fn draw(&mut self, loan: usize, amount: u128, now: Timestamp) -> Result<(), MathError> {
        let loan = &mut self.loans[loan];
        let kind = &mut self.kinds[loan.kind];
        kind.touch(now)?;
        loan.normalised = add(loan.normalised, kind.index.normalise(amount, Rounding::Up)?)?;
        loan.principal = add(loan.principal, amount)?;
        loan.drawn = add(loan.drawn, amount)?;
        loan.record.drawn = add(loan.record.drawn, amount)?;
        Ok(())
    }

    /// What is owed on a performing loan, rounded up.
    pub fn debt(&self, loan: usize, now: Timestamp) -> Result<u128, MathError> {
        let loan = &self.loans[loan];
        self.kinds[loan.kind]
            .index
            .accrue(now)?
            .debt(loan.normalised, Rounding::Up)
    }

    /// Owed on all loans of a kind, seized ones included.
    pub fn debt_of_kind(&self, kind: usize, now: Timestamp) -> Result<u128, MathError> {
        let loans = self.loans.iter().filter(|loan| loan.kind == kind);
        let normalised = loans.map(|loan| loan.normalised).sum();
        let performing = self.kinds[kind]
            .index
            .accrue(now)?
            .debt(normalised, Rounding::Up)?;
        let seized = self.auctions.iter().filter(|auction| auction.kind == kind);
        add(performing, seized.map(|auction| auction.seized.debt).sum())
    }

    /// Pays back `amount` of a loan, as far as what was drawn on it allows; nothing if less than the minimum debt, and not
    /// nothing, would be left.
    pub fn repay(
        &mut self,
        loan: usize,
        amount: u128,
        now: Timestamp,
    ) -> Result<Proceeds, MathError> {
        let debt = self.debt(loan, now)?;
        let loan = &mut self.loans[loan];
        let kind = &mut self.kinds[loan.kind];
        let paid = amount.min(debt).min(loan.drawn);
        let nothing = Proceeds {
            principal: 0,
            interest: 0,
        };
        if paid == 0 || (paid < debt && debt - paid < kind.terms.loans.minimum_debt) {
            return Ok(nothing);
        }
        kind.touch(now)?;
        let repaid = if paid == debt {
            loan.normalised
        } else {
            kind.index.normalise(paid, Rounding::Down)?
        };
        let proceeds = Proceeds::of_repayment(paid, debt, loan.principal)?;
        loan.normalised = sub(loan.normalised, repaid)?;
        loan.principal = sub(loan.principal, proceeds.principal)?;
        loan.drawn = sub(loan.drawn, paid)?;
        Ok(proceeds)
    }

    /// Seizes every loan that is unhealthy at the price of today. Returns how much debt that is.
    pub fn liquidate(&mut self, now: Timestamp) -> Result<u128, MathError> {
        let mut seized = 0;
        for number in 0..self.loans.len() {
            if self.is_near_its_limit(number, now) && self.is_unhealthy(number, now)? {
                seized = add(seized, self.seize(number, now)?)?;
            }
        }
        Ok(seized)
    }

    fn is_near_its_limit(&self, loan: usize, now: Timestamp) -> bool {
        let loan = &self.loans[loan];
        let kind = &self.kinds[loan.kind];
        let ltv = super::to_f64(kind.terms.loans.liquidation_ltv.0);
        let limit = loan.collateral as f64 * kind.worth * ltv;
        loan.normalised > 0 && loan.normalised as f64 * kind.growth(now) > NEAR * limit
    }

    fn is_unhealthy(&self, loan: usize, now: Timestamp) -> Result<bool, MathError> {
        let kind = &self.kinds[self.loans[loan].kind];
        let value = kind.value(self.loans[loan].collateral)?;
        is_unhealthy(
            self.debt(loan, now)?,
            value,
            kind.terms.loans.liquidation_ltv,
        )
    }

    /// Takes as much of an unhealthy loan as brings it back to its target, or all of it, as far as there is room in
    /// the auctions. Returns how much debt that is.
    fn seize(&mut self, number: usize, now: Timestamp) -> Result<u128, MathError> {
        let debt = self.debt(number, now)?;
        let Some(part) = self
            .portion(number, debt)?
            .filter(|part| part.collateral > 0)
        else {
            return Ok(0);
        };
        let loan = &mut self.loans[number];
        let kind = &mut self.kinds[loan.kind];
        kind.touch(now)?;
        let principal = mul_div(loan.principal, part.debt, debt, Rounding::Down)?;
        loan.normalised = if part.debt == debt {
            0
        } else {
            sub(
                loan.normalised,
                kind.index.normalise(part.debt, Rounding::Down)?,
            )?
        };
        loan.principal = sub(loan.principal, principal)?;
        loan.collateral = sub(loan.collateral, part.collateral)?;
        loan.record.seized = add(loan.record.seized, part.debt)?;
        let value = kind.value(part.collateral)?;
        self.auctions.push(Auction {
            loan: number,
            kind: loan.kind,
            collateral: part.collateral,
            penalty: kind.terms.auctions.penalty.of(part.debt, Rounding::Up)?,
            seized: Seized {
                debt: part.debt,
                principal,
                mark: mark(part.debt, value, kind.terms.loans.haircut)?,
                backing: part.collateral,
            },
            top: kind.top()?,
            started_at: now,
        });
        Ok(part.debt)
    }

    fn portion(&self, number: usize, debt: u128) -> Result<Option<Portion>, MathError> {
        let loan = &self.loans[number];
        let kind = &self.kinds[loan.kind];
        let (loans, auctions) = (&kind.terms.loans, &kind.terms.auctions);
        let of_kind = auctions
            .debt_limit
            .saturating_sub(self.due(|auction| auction.kind == loan.kind));
        let of_all = auctions.total_limit.saturating_sub(self.due(|_| true));
        let by = CloseFactor {
            target_ltv: loans.target_ltv,
            penalty: auctions.penalty,
            haircut: loans.haircut,
            minimum: loans.minimum_debt,
            room: of_kind.min(of_all),
        };
        if debt > loans.whole_below {
            by.portion(debt, loan.collateral, kind.value(loan.collateral)?)
        } else {
            by.whole(debt, loan.collateral)
        }
    }

    /// Debt and penalties in auction.
    fn due(&self, among: impl Fn(&Auction) -> bool) -> u128 {
        let auctions = self.auctions.iter().filter(|auction| among(auction));
        auctions
            .map(|auction| auction.seized.debt + auction.penalty)
            .sum()
    }

    /// The price an auction asks, from the live price again if it has become stale.
    pub fn ask(&mut self, auction: usize, now: Timestamp) -> Result<Price, MathError> {
        let auction = &mut self.auctions[auction];
        let kind = &self.kinds[auction.kind];
        if kind.is_stale(auction, now)? {
            auction.top = kind.top()?;
            auction.started_at = now;
        }
        kind.curve()
            .price(auction.top, now.since(auction.started_at), Rounding::Up)
    }

    /// What somebody who wants `wanted` gets at the price `asked`; `None` if it would leave dust.
    pub fn purchase(
        &self,
        auction: usize,
        wanted: u128,
        asked: Price,
    ) -> Result<Option<Purchase>, MathError> {
        let auction = &self.auctions[auction];
        let kind = &self.kinds[auction.kind];
        let lot = Lot {
            collateral: auction.collateral,
            due: add(auction.seized.debt, auction.penalty)?,
        };
        lot.purchase(wanted, asked, &kind.quote, kind.terms.auctions.dust)
    }

    /// Sells collateral for cash that pays the debt first and the penalty then.
    pub fn sell(&mut self, auction: usize, purchase: Purchase) -> Result<Proceeds, MathError> {
        let auction = &mut self.auctions[auction];
        let debt = purchase.cost.min(auction.seized.debt);
        auction.penalty = sub(auction.penalty, sub(purchase.cost, debt)?)?;
        auction.collateral = sub(auction.collateral, purchase.collateral)?;
        let proceeds = Proceeds::of_recovery(debt, auction.seized.principal);
        auction.seized = after_sale(auction.seized, proceeds, auction.collateral)?;
        Ok(proceeds)
    }

    /// Ends what is sold out or paid for: debt left is written off, collateral left goes back.
    pub fn close_auctions(&mut self) -> Result<(), MathError> {
        for auction in &self.auctions {
            if auction.is_over() {
                let loan = &mut self.loans[auction.loan];
                loan.collateral = add(loan.collateral, auction.collateral)?;
                loan.record.lost = add(loan.record.lost, auction.seized.debt)?;
                self.written_off = add(self.written_off, auction.seized.debt)?;
            }
        }
        self.auctions.retain(|auction| !auction.is_over());
        Ok(())
    }
}

impl Auction {
    fn is_over(&self) -> bool {
        self.collateral == 0 || (self.seized.debt == 0 && self.penalty == 0)
    }
}

/// The mark and what backs it shrink with the debt, as in the vault: backing `min(held, backing × debt left ÷ debt)` up, mark
/// `min(debt left, mark × backing left ÷ backing)` down.
fn after_sale(before: Seized, proceeds: Proceeds, held: u128) -> Result<Seized, MathError> {
    let principal = sub(before.principal, proceeds.principal)?;
    let debt = sub(sub(before.debt, proceeds.principal)?, proceeds.interest)?;
    if debt == 0 {
        return Ok(Seized::default());
    }
    let backing = mul_div(before.backing, debt, before.debt, Rounding::Up)?.min(held);
    let mark = mul_div(before.mark, backing, before.backing, Rounding::Down)?;
    Ok(Seized {
        debt,
        principal,
        mark: mark.min(debt),
        backing,
    })
}
